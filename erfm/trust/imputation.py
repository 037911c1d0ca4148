"""Customers with missing predictors: multiple imputation instead of leaving them out."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import linalg, special, stats

from erfm.logistic import LogisticFit, coefficient_table
from erfm.samples import by_identifier
from erfm.study import Study, design_matrix

DONORS = 5
CYCLES = 10
RIDGE = 1e-5
"""Keeps X'X invertible where columns are nearly collinear, as in R's ``mice``."""
GRID = 1e-6
"""Of predictions, in standard deviations: far above their last bits, far below what matters."""


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
    no mean to match. They come in the order of `by_identifier`.
    """
    needed = [name for name, p in study.predictors.items() if len(p.levels) > 2]
    known = by_identifier(customers.dropna(subset=["retained", *needed]))
    return known.assign(retained=known["retained"].astype(int))


def impute(
    study: Study, customers: pd.DataFrame, imputations: int = 20, *, seed: int
) -> list[pd.DataFrame]:
    """Complete the customers several times by chained equations and predictive mean matching.

    Each incomplete column in turn is regressed on all other design columns *and the outcome*, whose
    absence would flatten the coefficients. A missing value becomes that of a customer with a
    similar prediction (see `draw_values`), so that only values that occur are imputed. The chain
    starts from values drawn at random and goes round `CYCLES` times, once if one column is
    incomplete; each completed copy has a chain and a generator of its own.

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
        Copies of `customers` without missing predictors: the same on every processor.

    References
    ----------
    van Buuren, Flexible Imputation of Missing Data (2018), algorithms 3.1 and 4.3, which R's
    ``mice`` follows.
    """
    design = design_matrix(study, customers)
    columns = study.design.groups
    for name, predictor in study.predictors.items():
        if predictor.levels:
            design.loc[customers[name].isna(), list(columns[name])] = np.nan
    missing = design.isna().to_numpy()
    # Standardised, every column is on the scale of its predictions' grid.
    observed = ((design - design.mean()) / design.std()).to_numpy()
    outcome = customers["retained"].to_numpy(dtype=float)
    incomplete = np.flatnonzero(missing.any(axis=0)).tolist()
    cycles = CYCLES if len(incomplete) > 1 else 1
    completed = []
    for sequence in np.random.SeedSequence(seed).spawn(imputations):
        donors = _complete(observed, missing, outcome, cycles, np.random.default_rng(sequence))
        values = {design.columns[j]: design.iloc[donors[j], j].to_numpy() for j in incomplete}
        completed.append(_filled(study, customers, values))
    return completed


def _complete(
    observed: np.ndarray,
    missing: np.ndarray,
    outcome: np.ndarray,
    cycles: int,
    rng: np.random.Generator,
) -> dict[int, np.ndarray]:
    """Return, for each incomplete column, the row that each customer's value is taken from."""
    filled, donors = observed.copy(), {}
    for j in np.flatnonzero(missing.any(axis=0)).tolist():
        known, donors[j] = np.flatnonzero(~missing[:, j]), np.arange(len(observed))
        donors[j][missing[:, j]] = known[rng.integers(len(known), size=missing[:, j].sum())]
        filled[:, j] = observed[donors[j], j]
    for _ in range(cycles):
        for j, donor in donors.items():
            others = np.column_stack([np.ones(len(filled)), np.delete(filled, j, axis=1), outcome])
            gap = missing[:, j]
            chosen = draw_values(others[~gap], observed[~gap, j], others[gap], rng)
            donor[gap] = np.flatnonzero(~gap)[chosen]
            filled[:, j] = observed[donor, j]
    return donors


def draw_values(
    known: np.ndarray, values: np.ndarray, unknown: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw a donor for each unknown value by predictive mean matching.

    The regression of `values` on `known` (with `RIDGE` times the diagonal of X'X added to it) is
    estimated; σ² is drawn from its posterior RSS / χ², the coefficients from theirs by a Cholesky
    factor. Donors are predicted by the estimate, unknown values by the draw (type-1 matching), both
    on a `GRID`: predictions that differ in their last bits only are equal.

    Parameters
    ----------
    known, unknown : ndarray, shapes (n, p) and (m, p)
        The predictors, the constant among them, where the value is known and where it is not.
    values : ndarray, shape (n,)
        With a standard deviation of about 1.

    Returns
    -------
    ndarray of int, shape (m,)
        For each unknown value the position, in `values`, of a donor drawn from the `DONORS` whose
        predictions are nearest.
    """
    cross = known.T @ known
    cross += np.diag(RIDGE * np.diag(cross))
    estimate = np.linalg.solve(cross, known.T @ values)
    rss = ((values - known @ estimate) ** 2).sum()
    freedom = max(len(values) - known.shape[1], 1)
    sigma = np.sqrt(rss / special.chdtri(freedom, rng.random()))
    # (X'X)⁻¹ = L⁻ᵀ L⁻¹, so that L⁻ᵀ z has that covariance.
    factor, z = np.linalg.cholesky(cross), special.ndtri(rng.random(known.shape[1]))
    drawn = estimate + sigma * linalg.solve_triangular(factor.T, z)
    donor_mean, target_mean = (
        np.rint(x @ b / GRID).astype(np.int64) for x, b in ((known, estimate), (unknown, drawn))
    )
    return _nearest(donor_mean, target_mean, rng)


def _nearest(donors: np.ndarray, targets: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the position of a donor for each target, drawn from the `DONORS` nearest.

    Donors at the same distance are in an order drawn anew for each target: all of those that tie
    for the last place have the same chance. So the place is drawn first, and then one of all donors
    at the distance of that place.
    """
    order = np.argsort(donors, kind="stable")
    means, first, sizes = np.unique(donors[order], return_index=True, return_counts=True)
    far = np.iinfo(np.int64).max // 4
    means, first, sizes = (
        np.concatenate([[before], inner, [after]])
        for before, inner, after in ((-far, means, far), (0, first, 0), (0, sizes, 0))
    )
    place = rng.integers(min(DONORS, len(donors)), size=len(targets))
    pick = rng.random(len(targets))
    # Walk outwards from each target, a distance at a time, until its place is reached.
    right = np.searchsorted(means, targets)
    left, passed = right - 1, np.zeros(len(targets), dtype=int)
    chosen, walking = np.empty(len(targets), dtype=int), np.arange(len(targets))
    while len(walking):
        low, high = left[walking], right[walking]
        below, above = targets[walking] - means[low], means[high] - targets[walking]
        on_left = np.where(below <= above, sizes[low], 0)
        at_distance = on_left + np.where(above <= below, sizes[high], 0)
        one = (pick[walking] * at_distance).astype(int)
        position = np.where(one < on_left, first[low] + one, first[high] + one - on_left)
        arrives = place[walking] < passed[walking] + at_distance
        chosen[walking[arrives]] = order[position[arrives]]
        passed[walking] += at_distance
        left[walking] -= below <= above
        right[walking] += above <= below
        walking = walking[~arrives]
    return chosen


def _filled(study: Study, customers: pd.DataFrame, values: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return the customers with the values of design columns in the place of missing ones."""
    filled = customers.copy()
    for name, columns in study.design.groups.items():
        levels = study.predictors[name].levels
        if columns[0] in values:
            missing, new = filled[name].isna(), values[columns[0]]
            filled.loc[missing, name] = (np.array(levels)[new.astype(int)] if levels else new)[
                missing
            ]
    return filled


def pool(fits: list[LogisticFit], level: float = 0.95) -> pd.DataFrame:
    """Combine the fits of imputed data sets by Rubin's rules.

    Returns
    -------
    DataFrame
        A row for each parameter: b (mean), standard_error = √(W + (1 + 1/m) V) with W the mean
        squared standard error and V the variance of b between imputations; df (Barnard & Rubin
        1999), p_value and the limits lower, upper of b from Student's t; ``missing_information``,
        the fraction of missing information; ``monte_carlo_error`` = √(V / m), by how much b would
        differ with other draws. An interval of b, not of the odds ratio.
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
            "monte_carlo_error": np.sqrt(between / m),
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
    return table.join(pooled[["missing_information", "monte_carlo_error"]])


def against_truth(estimates: pd.DataFrame, truth: pd.Series) -> pd.DataFrame:
    """Return each B of `compare_estimates` beside the truth and whether its interval holds that.

    Columns: truth, then listwise_b, listwise_holds, imputed_b and imputed_holds.
    """
    table = pd.DataFrame({"truth": truth[estimates.index]})
    for way in ("listwise", "imputed"):
        lower, upper = estimates[f"{way}_lower"], estimates[f"{way}_upper"]
        table[f"{way}_b"] = estimates[f"{way}_b"]
        table[f"{way}_holds"] = (lower <= table["truth"]) & (table["truth"] <= upper)
    return table


def formats(table: pd.DataFrame, imputations: int) -> dict[str, pd.Series]:
    """Return how to write each imputed number of `compare_estimates`, row by row.

    No number has more decimals than its Monte-Carlo error allows. That of a fraction γ of missing
    information from m imputations is about γ (1 - γ) √(2 / m) (Harel 2007).
    """
    error, information = table["monte_carlo_error"], table["missing_information"]
    errors = dict.fromkeys(table.filter(like="imputed_"), error) | {
        "change_in_se": error / table["listwise_standard_error"],
        "missing_information": information * (1 - information) * np.sqrt(2 / imputations),
        # One more decimal than b, to be seen at all.
        "monte_carlo_error": error / 10,
    }
    return {
        column: values.map(lambda error: f",.{allowed_decimals(error)}f")
        for column, values in errors.items()
    }


def allowed_decimals(error: float, most: int = 8) -> int:
    """Return how many decimals a number with this error has a meaning in, at most `most`.

    The last one counts units no smaller than the error: 3 for an error of 0.0004.
    """
    return most if error <= 0 else int(np.clip(np.floor(-np.log10(error)), 0, most))
