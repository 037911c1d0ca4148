"""Customers with missing predictors: multiple imputation instead of leaving them out."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.imputation.mice import MICEData

from erfm.logistic import LogisticFit, coefficient_table, design_columns, design_matrix
from erfm.study import Study

DONORS = 5
CYCLES = 10


def missing_values(study: Study, customers: pd.DataFrame) -> pd.DataFrame:
    """Return how much of each predictor is missing, and retention with and without a value."""
    retained = customers["retained"].astype(float)
    rows = {}
    for name in study.predictors:
        missing = customers[name].isna()
        rows[name] = {
            "missing": int(missing.sum()),
            "share_missing": missing.mean(),
            "retained_if_known": retained[~missing].mean(),
            "retained_if_missing": retained[missing].mean(),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def imputable(study: Study, customers: pd.DataFrame) -> pd.DataFrame:
    """Return the customers that can be imputed: outcome known, and every category of three or more.

    Numbers and two-level categories are imputed; a missing value of a category with more levels has
    no mean to match.
    """
    needed = [name for name, p in study.predictors.items() if len(p.levels) > 2]
    known = customers.dropna(subset=["retained", *needed])
    return known.assign(retained=known["retained"].astype(int))


def impute(
    study: Study, customers: pd.DataFrame, imputations: int = 20, *, seed: int
) -> list[pd.DataFrame]:
    """Complete the customers several times by chained equations (statsmodels' ``MICEData``).

    Each incomplete column is drawn from its linear regression on all other design columns *and the
    outcome*, coefficients perturbed, by predictive mean matching with `DONORS` donors: only values
    that other customers have are imputed. Leaving out the outcome would flatten the coefficients.

    Parameters
    ----------
    customers : DataFrame
        As `imputable` returns them.
    imputations : int
        Completed copies; about as many as there are per cent of incomplete customers.
    seed : int

    Returns
    -------
    list of DataFrame
        Copies of `customers` without missing predictors.
    """
    design = design_matrix(study, customers)
    columns = design_columns(study)
    for name, predictor in study.predictors.items():
        if predictor.levels:
            design.loc[customers[name].isna(), list(columns[name])] = np.nan
    incomplete = [c for c in design if design[c].isna().any()]
    if not incomplete:
        return [customers.copy() for _ in range(imputations)]
    # Formulas are built from the names, so these must be plain.
    plain = {column: f"x{i}" for i, column in enumerate(design)}
    table = design.rename(columns=plain).assign(y=customers["retained"].to_numpy(dtype=float))
    chain = MICEData(table, k_pmm=DONORS, rng=np.random.default_rng(seed))
    # One incomplete column depends on complete ones only: there is no chain to settle.
    cycles = 1 if len(incomplete) == 1 else CYCLES
    completed = []
    for _ in range(imputations):
        chain.update_all(cycles)
        values = {column: chain.data[plain[column]].to_numpy() for column in incomplete}
        completed.append(_filled(study, customers, values))
    return completed


def _filled(study: Study, customers: pd.DataFrame, values: dict[str, np.ndarray]) -> pd.DataFrame:
    filled = customers.copy()
    for column, imputed in values.items():
        name = column.partition("(")[0]
        levels = study.predictors[name].levels
        missing = filled[name].isna()
        new = np.array(levels)[imputed.astype(int)] if levels else imputed
        filled.loc[missing, name] = new[missing]
    return filled


def pool(fits: list[LogisticFit], level: float = 0.95) -> pd.DataFrame:
    """Combine the fits of imputed data sets by Rubin's rules.

    Returns
    -------
    DataFrame
        A row for each parameter: b (mean), standard_error = √(W + (1 + 1/m) V) with W the mean
        squared standard error and V the variance of b between imputations; df (Barnard & Rubin
        1999), p_value and the limits lower, upper of b from Student's t; ``missing_information``,
        the fraction of missing information. An interval of b, not of the odds ratio.
    """
    estimates = pd.DataFrame([fit.parameters for fit in fits])
    variances = pd.DataFrame([np.diag(fit.covariance) for fit in fits], columns=estimates.columns)
    complete_df = fits[0].n - len(fits[0].parameters)
    return pool_estimates(estimates, variances, complete_df, level)


def pool_estimates(
    estimates: pd.DataFrame, variances: pd.DataFrame, complete_df: float, level: float = 0.95
) -> pd.DataFrame:
    """Combine estimates and their variances (imputations × parameters) by Rubin's rules."""
    m = len(estimates)
    b, within, between = estimates.mean(), variances.mean(), estimates.var()
    total = within + (1 + 1 / m) * between
    share = (1 + 1 / m) * between / total
    observed_df = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    # Without variance between imputations the old df are infinite and drop out.
    df = 1 / (share**2 / (m - 1) + 1 / observed_df)
    standard_error = np.sqrt(total)
    half = stats.t.ppf((1 + level) / 2, df) * standard_error
    ratio = share / (1 - share)
    return pd.DataFrame(
        {
            "b": b,
            "standard_error": standard_error,
            "df": df,
            "p_value": 2 * stats.t.sf(np.abs(b / standard_error), df),
            "lower": b - half,
            "upper": b + half,
            "missing_information": (ratio + 2 / (df + 3)) / (ratio + 1),
        }
    )


def compare_estimates(listwise: LogisticFit, pooled: pd.DataFrame) -> pd.DataFrame:
    """Return B with standard error and 95% limits, listwise deletion beside multiple imputation."""
    # A category's joint row has no B.
    table = coefficient_table(listwise)[["b", "standard_error"]].dropna()
    half = stats.norm.ppf(0.975) * table["standard_error"]
    table = table.assign(lower=table["b"] - half, upper=table["b"] + half)
    imputed = pooled.loc[table.index, ["b", "standard_error", "lower", "upper"]]
    table = table.add_prefix("listwise_").join(imputed.add_prefix("imputed_"))
    table["change_in_se"] = (table["imputed_b"] - table["listwise_b"]) / table[
        "listwise_standard_error"
    ]
    return table.assign(missing_information=pooled["missing_information"])
