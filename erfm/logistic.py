"""Binary logistic regression with the tables that SPSS prints; 1 = retained, 0 = churned."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import optimize, special, stats
from statsmodels.discrete.discrete_model import Logit  # statsmodels.api brings all of it, slowly

from erfm import ties
from erfm.escaping import latex_in_formula
from erfm.study import Study, StudyError, design_matrix, make_design, standardise

CONSTANT = "Constant"


@dataclass(frozen=True)
class LogisticFit:
    """A logistic regression at its maximum-likelihood estimate.

    Attributes
    ----------
    terms : dict of str to tuple of str
        The design columns of each predictor in the model; a categorical predictor has one for each
        level but its reference.
    parameters : Series
        The coefficients B, the constant first.
    covariance : DataFrame
        Their estimated covariance, the inverse of the information.
    log_likelihood, null_log_likelihood : float
        At the estimate, and of the model with the constant only.
    outcome, probabilities : ndarray, shape (n,)
        1 = retained, 0 = churned; the fitted P(retained).
    """

    terms: dict[str, tuple[str, ...]]
    parameters: pd.Series
    covariance: pd.DataFrame
    log_likelihood: float
    null_log_likelihood: float
    outcome: np.ndarray = field(repr=False)
    probabilities: np.ndarray = field(repr=False)

    @property
    def n(self) -> int:
        """The number of customers."""
        return len(self.outcome)


def fit_logistic(study: Study, frame: pd.DataFrame, terms: list[str] | None = None) -> LogisticFit:
    """Fit P(retained) on `terms` (default: all predictors, SPSS method *Enter*).

    Parameters
    ----------
    study : Study
    frame : DataFrame
        Complete customers, as `split_samples` gives them.
    terms : list of str, optional
        Names of predictors; an empty list fits the constant only.

    Raises
    ------
    StudyError
        Complete or quasi-complete separation, naming the variable.
    """
    design = design_matrix(study, frame, terms)
    outcome = frame["retained"].to_numpy(dtype=float)
    # Newton's method on standardised columns converges whatever the units; the estimates are then
    # carried back to the original units exactly.
    standardised, back = standardise(design)
    try:
        with warnings.catch_warnings():
            # A warning here means that there is no maximum to report.
            warnings.simplefilter("error")
            result = Logit(outcome, standardised).fit(method="newton", maxiter=100, disp=False)
            covariance = result.cov_params()
    except (np.linalg.LinAlgError, Warning):
        raise no_maximum_error(study, design, outcome) from None
    names = pd.Index([CONSTANT, *design.columns])
    return LogisticFit(
        terms=make_design(study.predictors, terms).groups,
        parameters=pd.Series(back @ result.params, index=names),
        covariance=pd.DataFrame(back @ covariance @ back.T, names, names),
        log_likelihood=float(result.llf),
        null_log_likelihood=null_log_likelihood(outcome),
        outcome=outcome.astype(int),
        probabilities=result.predict(),
    )


def null_log_likelihood(outcome: np.ndarray) -> float:
    """Return the log-likelihood of the model with the constant only."""
    rate = outcome.mean()
    return float(-len(outcome) * (special.entr(rate) + special.entr(1 - rate)))


def separating_columns(design: pd.DataFrame, outcome: np.ndarray) -> list[str]:
    """Return the columns that separate the outcomes, completely or quasi-completely.

    A direction d with (2y - 1) (1, x) d >= 0 for all customers and > 0 for one raises the
    likelihood without end. A linear programme finds the direction that separates the most; columns
    with a zero weight in it are not to blame (Konis 2007).
    """
    signed = standardise(design).matrix * (2 * outcome - 1)[:, None]
    solution = optimize.linprog(
        -signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(outcome)), bounds=(-1, 1)
    )
    if not solution.success or -solution.fun < 1e-6:
        return []
    return [c for c, d in zip(design.columns, solution.x[1:], strict=True) if abs(d) > 1e-9]


def no_maximum_error(study: Study, design: pd.DataFrame, outcome: np.ndarray) -> StudyError:
    """Return the error for a likelihood that has no maximum, naming the variables that separate."""
    blamed = separating_columns(design, outcome)
    if not blamed:
        return StudyError(
            f"{study.file}: the logistic regression on {', '.join(design)} did not converge. Look "
            "for extreme values in these columns."
        )
    alone = [c for c in blamed if separating_columns(design[[c]], outcome)]
    together = alone or _fewest_separating(design[blamed], outcome)
    names = " and ".join(f"'{study.label(column)}'" for column in together)
    if len(together) == 1:
        verb, remove = "separates", "it"
    else:
        verb, remove = ("each separate", "them") if alone else ("together separate", "one of them")
    return StudyError(
        f"{study.file}: {names} {verb} retained from churned customers, completely or in one "
        f"direction, so an odds ratio would be infinite. Remove {remove} from "
        f"{study.path.name}, merge its levels, or check that it was not recorded after the outcome."
    )


def _fewest_separating(design: pd.DataFrame, outcome: np.ndarray) -> list[str]:
    """Return columns that separate the outcomes together, none of which can be spared."""
    needed = list(design)
    for column in design:
        fewer = [c for c in needed if c != column]
        if fewer and separating_columns(design[fewer], outcome):
            needed = fewer
    return needed


def predict(fit: LogisticFit, study: Study, frame: pd.DataFrame) -> np.ndarray:
    """Return P(retained) of each customer in `frame` under `fit`, shape (n,)."""
    design = design_matrix(study, frame, list(fit.terms))
    slopes = fit.parameters.drop(CONSTANT)
    return special.expit(fit.parameters[CONSTANT] + design.to_numpy() @ slopes.to_numpy())


def coefficient_table(fit: LogisticFit, level: float = 0.95) -> pd.DataFrame:
    """Return SPSS's *Variables in the Equation*, the constant last.

    Columns: b, standard_error, wald = (B / SE)², df, p_value (chi-square), odds_ratio = exp(B) and
    its confidence limits exp(B ± z SE) at `level`. A categorical predictor with three or more
    levels has a row of its own with the joint Wald statistic of its indicators.
    """
    z = stats.norm.ppf((1 + level) / 2)
    rows = {}
    for term, columns in fit.terms.items():
        if len(columns) > 1:
            b, covariance = fit.parameters[[*columns]], fit.covariance.loc[[*columns], [*columns]]
            wald = float(b @ np.linalg.solve(covariance, b))
            rows[term] = {"wald": wald, "df": len(columns)}
        for column in columns:
            rows[column] = _coefficient_row(fit, column, z)
    rows[CONSTANT] = _coefficient_row(fit, CONSTANT, z)
    # Not from_dict: it may move rows that lack some columns.
    table = pd.DataFrame([*rows.values()], index=[*rows])
    table["p_value"] = stats.chi2.sf(table["wald"], table["df"])
    order = ["b", "standard_error", "wald", "df", "p_value", "odds_ratio", "lower", "upper"]
    return table.reindex(columns=order).astype({"df": int})


def _coefficient_row(fit: LogisticFit, column: str, z: float) -> dict[str, float]:
    b = fit.parameters[column]
    standard_error = np.sqrt(fit.covariance.loc[column, column])
    limits = (np.nan, np.nan)
    if column != CONSTANT:
        limits = (np.exp(b - z * standard_error), np.exp(b + z * standard_error))
    return {
        "b": b,
        "standard_error": standard_error,
        "wald": (b / standard_error) ** 2,
        "df": 1,
        "odds_ratio": np.exp(b),
        "lower": limits[0],
        "upper": limits[1],
    }


def model_summary(fit: LogisticFit) -> pd.Series:
    """Return minus2_log_likelihood, cox_snell_r2 and nagelkerke_r2 (SPSS's *Model Summary*)."""
    cox_snell, nagelkerke = pseudo_r2(fit.log_likelihood, fit.null_log_likelihood, fit.n)
    return pd.Series(
        {
            "minus2_log_likelihood": -2 * fit.log_likelihood,
            "cox_snell_r2": cox_snell,
            "nagelkerke_r2": nagelkerke,
        }
    )


def pseudo_r2(log_likelihood: float, null_log_likelihood: float, n: int) -> tuple[float, float]:
    """Return Cox & Snell R² and Nagelkerke R² of a model of n customers.

    Cox & Snell R² = 1 - exp((D - D0) / n) with D = -2 log-likelihood and D0 that of the constant
    alone; Nagelkerke divides it by its largest possible value 1 - exp(-D0 / n).
    """
    cox_snell = -np.expm1(2 * (null_log_likelihood - log_likelihood) / n)
    return cox_snell, cox_snell / -np.expm1(2 * null_log_likelihood / n)


def discrimination_coefficient(fit: LogisticFit) -> float:
    """Return Tjur's D: the mean P(retained) of those who were, minus that of those who churned.

    Between 0 and 1 on the customers that the model was fitted on (Tjur 2009).
    """
    retained = fit.outcome == 1
    return float(fit.probabilities[retained].mean() - fit.probabilities[~retained].mean())


def omnibus_test(fit: LogisticFit, previous: LogisticFit | None = None) -> pd.DataFrame:
    """Return the *Omnibus Tests of Model Coefficients*: chi_square, df, p_value for Step and Model.

    The step is tested against `previous` (default: the constant alone). A step that removes a term
    has a negative chi-square and df, as SPSS prints it; its p is that of the absolute values.
    """
    df = len(fit.parameters) - 1
    model = 2 * (fit.log_likelihood - fit.null_log_likelihood)
    step, step_df = model, df
    if previous is not None:
        step = 2 * (fit.log_likelihood - previous.log_likelihood)
        step_df = len(fit.parameters) - len(previous.parameters)
    table = pd.DataFrame(
        {"chi_square": [step, model, model], "df": [step_df, df, df]},
        index=["Step", "Block", "Model"],
    )
    table["p_value"] = stats.chi2.sf(table["chi_square"].abs(), table["df"].abs())
    return table


@dataclass(frozen=True)
class HosmerLemeshow:
    """The Hosmer-Lemeshow test: statistic, df, p_value and the contingency table behind it."""

    statistic: float
    df: int
    p_value: float
    table: pd.DataFrame

    @property
    def summary(self) -> pd.DataFrame:
        """The test as SPSS prints it: chi_square, df, p_value."""
        row = {"chi_square": self.statistic, "df": self.df, "p_value": self.p_value}
        return pd.DataFrame(row, index=["Hosmer and Lemeshow"])


def hosmer_lemeshow(
    outcome: np.ndarray, probability: np.ndarray, groups: int = 10
) -> HosmerLemeshow:
    """Compare observed with expected counts in `groups` groups of risk, grouped as SPSS does.

    Customers are ordered by probability; those with equal probability (see `erfm.ties`) are never
    split. With M = round(n / groups), a block of n_b equal values joins the current group of size c
    while c < M and c + n_b / 2 <= M; the last group takes the rest. The statistic is
    sum (O - E)² / (E (1 - E / N)) over groups, with as many df as there are groups less two.
    """
    blocks = (
        pd.DataFrame({"probability": probability, "outcome": outcome})
        .groupby(ties.blocks(probability), sort=True)
        .agg(size=("outcome", "size"), sum=("outcome", "sum"), expected=("probability", "sum"))
    )
    group = _spss_groups(blocks["size"].to_numpy(), groups)
    summed = blocks.groupby(group).sum()
    return hosmer_lemeshow_of(summed["size"], summed["sum"], summed["expected"])


def hosmer_lemeshow_of(
    total: pd.Series, retained: pd.Series, expected: pd.Series
) -> HosmerLemeshow:
    """Return the test from each group's customers, those retained, and the sum of P(retained)."""
    table = pd.DataFrame(
        {
            "churned_observed": total - retained,
            "churned_expected": total - expected,
            "retained_observed": retained,
            "retained_expected": expected,
            "total": total,
        }
    ).rename_axis("group")
    statistic = float(((retained - expected) ** 2 / (expected * (1 - expected / total))).sum())
    df = len(table) - 2
    p_value = float(stats.chi2.sf(statistic, df)) if df > 0 else float("nan")
    return HosmerLemeshow(statistic, df, p_value, table)


def _spss_groups(sizes: np.ndarray, groups: int) -> np.ndarray:
    """Return the group, from 1, of each block of customers with equal probability."""
    target = int(np.floor(sizes.sum() / groups + 0.5))
    assigned = np.empty(len(sizes), dtype=int)
    group, filled = 1, 0
    for i, size in enumerate(sizes):
        joins = filled == 0 or (filled < target and filled + size / 2 <= target)
        if not joins and group < groups:
            group, filled = group + 1, 0
        assigned[i] = group
        filled += size
    return assigned


def collinearity(study: Study, frame: pd.DataFrame) -> pd.DataFrame:
    """Return tolerance and variance_inflation of each design column.

    Tolerance = 1 - R² of the column on all others; variance inflation = 1 / tolerance, read off the
    diagonal of the inverse correlation matrix.
    """
    design = design_matrix(study, frame)
    correlation = np.atleast_2d(np.corrcoef(design.to_numpy(), rowvar=False))
    inflation = np.diag(np.linalg.inv(correlation))
    return pd.DataFrame(
        {"tolerance": 1 / inflation, "variance_inflation": inflation}, index=design.columns
    )


def scaled_odds_ratios(fit: LogisticFit, scale: pd.Series, level: float = 0.95) -> pd.DataFrame:
    """Return odds_ratio, lower, upper for a change of `scale` units (e.g. one sd) in a column."""
    table = coefficient_table(fit, level)
    limits = np.log(table.loc[scale.index, ["odds_ratio", "lower", "upper"]])
    return np.exp(limits.mul(scale, axis=0))


def equation(fit: LogisticFit, study: Study) -> str:
    """Return the fitted equation in LaTeX, coefficients with four significant digits."""
    lines = []
    for column, b in fit.parameters.drop(CONSTANT).items():
        sign = "-" if b < 0 else "+"
        label = latex_in_formula(study.label(column))
        lines.append(rf"{sign} {_latex_number(abs(b))}\,{label}")
    terms = r" \\ &\quad ".join(lines)
    constant = ("-" if fit.parameters[CONSTANT] < 0 else "") + _latex_number(
        abs(fit.parameters[CONSTANT])
    )
    return (
        r"$$\begin{aligned}\ln\frac{p}{1-p} = &\; "
        + constant
        + r" \\ &\quad "
        + terms
        + r"\end{aligned}$$"
    )


def _latex_number(value: float) -> str:
    mantissa, _, exponent = f"{value:.4g}".partition("e")
    return rf"{mantissa}\times 10^{{{int(exponent)}}}" if exponent else mantissa


def hypotheses(study: Study, fit: LogisticFit) -> pd.DataFrame:
    """Return the hypothesised and the estimated sign of each coefficient on P(retained).

    The verdict is "confirmed", "opposite sign", "not significant" (p >= 0.05) or "no hypothesis".
    """
    table = coefficient_table(fit)
    rows = {}
    for term, columns in fit.terms.items():
        hypothesised = study.predictors[term].sign
        for column in columns:
            b, p_value = table.loc[column, ["b", "p_value"]]
            estimated = "+" if b > 0 else "-"
            verdict = "confirmed" if estimated == hypothesised else "opposite sign"
            if not hypothesised:
                verdict = "no hypothesis"
            elif p_value >= 0.05:
                verdict = "not significant"
            rows[column] = (hypothesised, estimated, b, p_value, verdict)
    order = ["hypothesised", "estimated", "b", "p_value", "verdict"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=order)
