"""Extended-RFM churn modelling: the shared helpers of the report's notebooks."""

DEFAULT_STUDY = "reconstruction"
