"""The extended-RFM churn model of a commercial bank: its five steps, in the order of reading.

The names below are all that the notebooks of the five steps need. What else there is stands in
rooms: `erfm.customers`, `erfm.paper`, `erfm.trust`, `erfm.warning` and `erfm.report`.
"""

from importlib import import_module
from typing import Any

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
