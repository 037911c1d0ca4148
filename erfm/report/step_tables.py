"""The tables of each step of a forward search, as SPSS prints them one after another."""

from __future__ import annotations

import pandas as pd

from erfm.logistic import (
    LogisticFit,
    coefficient_table,
    hosmer_lemeshow,
    model_summary,
    omnibus_test,
)
from erfm.stepwise import Step
from erfm.validation import classification_table


def step_tables(
    step: Step, fit: LogisticFit, previous: LogisticFit
) -> list[tuple[str, str, pd.DataFrame]]:
    """Return the tables that SPSS prints for one step, those with rows: name, title, table."""
    groups = hosmer_lemeshow(fit.outcome, fit.probabilities)
    summary = model_summary(fit).to_frame(f"Step {step.number}").T
    classified = classification_table(fit.outcome, fit.probabilities, 0.5)
    tables = [
        ("omnibus", "Omnibus Tests of Model Coefficients", omnibus_test(fit, previous)),
        ("summary", "Model Summary", summary),
        ("hosmer_lemeshow", "Hosmer and Lemeshow Test", groups.summary),
        ("groups", "Contingency Table for Hosmer and Lemeshow Test", groups.table),
        ("classification", "Classification Table (cut-off 0.5)", classified),
        ("coefficients", "Variables in the Equation", coefficient_table(fit)),
        ("removal", "Model if Term Removed", step.removal_tests),
        ("scores", "Variables not in the Equation", step.score_tests),
    ]
    return [(name, title, table) for name, title, table in tables if len(table)]


def steps_compared(fits: list[LogisticFit]) -> pd.DataFrame:
    """Return how well each step's equation fits; `fits` begins with the constant alone."""
    rows = {}
    for number, fit in enumerate(fits[1:], start=1):
        test = hosmer_lemeshow(fit.outcome, fit.probabilities)
        classified = classification_table(fit.outcome, fit.probabilities, 0.5)
        rows[number] = {
            **model_summary(fit),
            "model_chi_square": omnibus_test(fit).loc["Model", "chi_square"],
            "hosmer_lemeshow": test.statistic,
            "hosmer_lemeshow_p": test.p_value,
            "percentage_correct": classified.loc["total", "percentage_correct"],
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("step")
