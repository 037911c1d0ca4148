"""Standardised coefficients: the definitions that go by this name, side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from erfm import ties
from erfm.logistic import CONSTANT, LogisticFit
from erfm.study import Study, design_matrix

DEFINITIONS = {
    "x_standardised": "B · sd",
    "sas_stb": "B · sd / (π/√3)",
    "fully_latent": "B · sd / √(Var(Xβ) + π²/3)",
    "fully_menard": "B · sd · R / sd(logit p)",
    "two_sd": "B · 2 sd (indicators: B)",
    "marginal_effect_sd": "mean(p(1 − p)) · B · sd",
}
"""Name and formula of each definition; sd is that of the column in the sample (divisor n - 1)."""


def standardised_coefficients(study: Study, fit: LogisticFit, frame: pd.DataFrame) -> pd.DataFrame:
    """Return every definition of the standardised coefficient, a row for each design column.

    Parameters
    ----------
    study : Study
    fit : LogisticFit
    frame : DataFrame
        The customers that `fit` was estimated on.

    Returns
    -------
    DataFrame
        b, sd and a column for each of `DEFINITIONS`: Agresti's B·sd; SAS PROC LOGISTIC's STB; the
        latent-variable standardisation of Long (Stata listcoef); Menard's (2004) with R the
        correlation of outcome and probability; Gelman's (2008) two-sd inputs, indicators unscaled;
        and the average marginal effect of one sd on P(retained).
    """
    design = design_matrix(study, frame, list(fit.terms))
    slopes = fit.parameters.drop(CONSTANT).to_numpy()
    linear = design.to_numpy() @ slopes + fit.parameters[CONSTANT]
    probability = special.expit(linear)
    # The equation of a search that let no term in has nothing to standardise.
    correlation = np.corrcoef(fit.outcome, probability)[0, 1] if fit.terms else np.nan
    return standardised_by(
        fit.parameters.drop(CONSTANT),
        sd=design.std(),
        indicator=design.isin([0.0, 1.0]).all(),
        linear_sd=linear.std(ddof=1),
        correlation=correlation,
        weight=(probability * (1 - probability)).mean(),
    )


def standardised_by(
    b: pd.Series,
    sd: pd.Series,
    indicator: pd.Series,
    linear_sd: float,
    correlation: float,
    weight: float,
) -> pd.DataFrame:
    """Return every definition of standardised coefficients; see `standardised_coefficients`.

    `sd` is that of each column, `indicator` whether it has only 0 and 1, `linear_sd` that of the
    linear predictor, `correlation` that of outcome and probability, `weight` the mean of p (1 - p).
    """
    return pd.DataFrame(
        {
            "b": b,
            "sd": sd,
            "x_standardised": b * sd,
            "sas_stb": b * sd / (np.pi / np.sqrt(3)),
            "fully_latent": b * sd / np.sqrt(linear_sd**2 + np.pi**2 / 3),
            "fully_menard": b * sd * correlation / linear_sd,
            "two_sd": b * (2 * sd).where(~indicator, 1.0),
            "marginal_effect_sd": weight * b * sd,
        }
    )


def ranks(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rank of each row by absolute size, 1 = largest, under every definition."""
    sizes = table[["b", *DEFINITIONS]].abs().apply(ties.tied)
    return sizes.rank(ascending=False, method="min").astype(int)


def ranking(coefficients: pd.Series, study: Study) -> str:
    """Return the labels ordered by absolute size, e.g. "Frequency > Recency > Age > Gender".

    A variable with more than two levels has a label for each, e.g. "Race (other)".
    """
    ordered = coefficients.index[ties.descending(coefficients.abs())]
    terms = [study.term(column) for column in ordered]
    return " > ".join(
        study.label(column if terms.count(term) > 1 else term)
        for column, term in zip(ordered, terms, strict=True)
    )
