"""The extended-RFM churn model of a commercial bank: its five steps, in the order of reading.

``from erfm import`` has all that the notebooks of the five steps need. What else there is stands in
rooms: `erfm.customers`, `erfm.transactions`, `erfm.large`, `erfm.paper`, `erfm.trust`,
`erfm.warning` and `erfm.report`.

Where to begin: with page 02, from its first line to the maximum of the likelihood. The page has its
customers from `load_study`, which reads what the columns of a file mean, `load_customers`, which
checks and renames them, and `split_samples`. Its model is one call of `fit_logistic`:
`design_matrix` makes the columns, Newton's method climbs to the maximum of the likelihood, and
`coefficient_table` reads the result as SPSS prints it. The page does the same by hand in ten lines.
From there, `forward_lr` leads to `erfm.stepwise.Likelihood`, which keeps the maximum of every model
that the search has tried, and `final_equation` to the model that the other pages and rooms use.
"""

from importlib import import_module
from typing import Any

#: The study that is meant where none is named.
DEFAULT_STUDY = "reconstruction"

_HOMES = {
    # the study and its customers
    "load_study": "customers.study_file",
    "load_customers": "customers.load",
    "split_samples": "samples",
    "sample_path": "samples",
    "Study": "study",
    "StudyError": "study",
    "design_matrix": "study",
    # 1 descriptive statistics
    "descriptive_statistics": "descriptives",
    "frequency_table": "descriptives",
    "retention_by": "descriptives",
    # 2 the full model
    "fit_logistic": "logistic",
    "predict": "logistic",
    "coefficient_table": "logistic",
    "omnibus_test": "logistic",
    "model_summary": "logistic",
    "discrimination_coefficient": "logistic",
    "hosmer_lemeshow": "logistic",
    "collinearity": "logistic",
    "scaled_odds_ratios": "logistic",
    "equation": "logistic",
    "hypotheses": "logistic",
    # 3 stepwise reduction
    "forward_lr": "stepwise",
    "path_table": "stepwise",
    "final_equation": "stepwise",
    # 4 holdout validation
    "classification_table": "validation",
    "classification_rates": "validation",
    "rules_of": "validation",
    "compare_rules": "validation",
    "roc": "validation",
    "brier_score": "validation",
    "calibration_line": "validation",
    "calibration_groups": "validation",
    # 5 standardised coefficients
    "standardised_coefficients": "standardised",
    "ranks": "standardised",
    "ranking": "standardised",
}

__all__ = ["DEFAULT_STUDY", *_HOMES]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: the command line answers before that."""
    if name not in _HOMES:
        raise AttributeError(f"module 'erfm' has no attribute {name!r}")
    value = getattr(import_module(f"erfm.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
