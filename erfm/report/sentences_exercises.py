"""The answers to the exercises of pages 01 to 05, in words.

Each is shown by `Page.answer`, which leads it with the number of its exercise.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import stats

from erfm import ties
from erfm.escaping import markdown
from erfm.formats import COLUMNS, counted, listed, named, number, p_text, percent
from erfm.standardised import ranking
from erfm.study import Study
from erfm.validation import RocCurve

NO_NUMBER = "This study has no numeric variable, so there is nothing to compute."


# --- 01 -------------------------------------------------------------------------------------------


def closest_to_normal(study: Study, in_errors: pd.DataFrame) -> str:
    """Say which variable is closest to normal; `in_errors` has skewness and kurtosis in S.E."""
    if in_errors.empty:
        return NO_NUMBER
    distance = in_errors.abs().max(axis=1)
    name = ties.smallest(distance)
    row = in_errors.loc[name]
    verdict = "as near to 0 as chance takes a normal variable, two standard errors"
    if distance[name] > 2:
        verdict = (
            "farther than the two standard errors that chance allows a normal variable; with many "
            "customers even small departures from normal show"
        )
    return (
        f"**{named(study, name)}**: its skewness is {number(row['skewness'], ',.1f')} and its "
        f"kurtosis {number(row['kurtosis'], ',.1f')} standard errors from 0, the larger of which "
        f"is {verdict}. Logistic regression does not ask predictors to be normal."
    )


def one_direction(table: pd.DataFrame | None) -> str:
    """Say whether retention moves in one direction along the groups of `retention_by`."""
    if table is None:
        return NO_NUMBER
    if len(table) == 1:
        return (
            "So many values are equal that they make one group only: there is nothing to compare."
        )
    steps = np.diff(ties.tied(table["retention_rate"]))
    signs = np.sign(steps[steps != 0])
    turns = int((signs[1:] != signs[:-1]).sum())
    if not len(signs):
        return "Between groups that hold equal values together, retention does not move at all."
    path = f"changes direction {counted(turns, 'time')}"
    if not turns:
        path = f"{'rises' if signs[0] > 0 else 'falls'} and never turns"
    half = 100 * (table["upper"] - table["lower"]).mean() / 2
    sizes = sorted({int(table["customers"].min()), int(table["customers"].max())})
    return (
        f"Over these {len(table)} groups retention {path}. With "
        f"{' to '.join(f'{size:,}' for size in sizes)} customers a group, a share is uncertain by "
        f"about {number(half, '.1f')} percentage points either way: a turn smaller than that may "
        "be chance. Finer groups show more turns, not more truth."
    )


def left_out(study: Study, means: pd.DataFrame, sd: pd.Series) -> str:
    """Say how those left out differ; `means` has a row a variable, complete and left_out."""
    if "left_out" not in means:
        return "No customer lacks a value: nobody is left out, so nothing can be biased by it."
    differences = (
        ((means["left_out"] - means["complete"]) / sd).dropna().drop("retained", errors="ignore")
    )
    text = "Of what is known of both, no number can be compared. "
    if len(differences):
        most = ties.largest(differences.abs())
        text = (
            f"Those left out differ most in **{named(study, most)}**, by "
            f"{number(differences[most], '+.2f')} standard deviations. "
        )
    shares = means.loc["retained"]
    if shares.notna().all():
        text += (
            f"Of them {percent(shares['left_out'])} stay, of the complete "
            f"{percent(shares['complete'])}. "
        )
    return text + (
        "A difference in the variables alone would not bias the coefficients of a right equation, "
        "which compares customers who are alike in them. What biases them is a gap that goes with "
        "the *outcome* among customers who are alike, and no table of means can rule that out."
    )


def mistyped(study: Study, name: str | None, before: pd.Series, after: pd.Series) -> str:
    """Say what one mistyped value does; both have mean, standard_deviation, skewness and n."""
    if name is None:
        return NO_NUMBER
    told = [
        f"the {label} from {number(before[key])} to {number(after[key])}"
        for key, label in (
            ("mean", "mean"), ("standard_deviation", "standard deviation"),
            ("skewness", "skewness"),
        )
    ]  # fmt: skip
    return (
        f"One customer in {int(before['n']):,} moves {told[0]}, {told[1]} and {told[2]} for "
        f"**{named(study, name)}**. A distance counts once in the mean, squared in the standard "
        "deviation and cubed in the skewness, so the single value drowns all others there. No "
        f"{int(before['n']):,} customers can have a skewness farther from 0 than √n = "
        f"{number(np.sqrt(before['n']))}, and one slip comes close."
    )


# --- 02 -------------------------------------------------------------------------------------------


def wald_by_hand(study: Study, column: str, by_hand: pd.Series, row: pd.Series) -> str:
    """Compare Wald statistic and interval by hand with the row of the coefficient table."""
    names = ["wald", "lower", "upper"]
    same = np.allclose(by_hand[names].astype(float), row[names].astype(float), rtol=2e-3)
    return (
        f"For **{named(study, column)}**, (B / S.E.)² is {number(by_hand['wald'])}, and exp(B ± "
        f"1.96 S.E.) reaches from {number(by_hand['lower'])} to {number(by_hand['upper'])}: "
        f"{'what the table says' if same else 'NOT what the table says'}, but for the rounding of "
        "1.96. B and its standard error are all that the row's other columns are made of."
    )


def two_weakest(study: Study, weakest: Iterable[str], test: pd.Series) -> str:
    """Say by how much -2LL rises without the weakest variables, and whether that is much."""
    more = test["p_value"] < 0.05
    verdict = "more than chance allows: even the weakest carry something, together"
    if not more:
        verdict = "no more than chance could take away, so these customers do not miss them"
    return (
        f"Without {listed(study, weakest, ' and ')}, −2 log-likelihood rises by "
        f"{number(test['chi_square'])} on {test['df']:.0f} df, {p_text(test['p_value'])}: "
        f"{verdict}."
    )


def twin(study: Study, column: str, before: pd.Series, after: pd.Series, fall: float) -> str:
    """Say what a variable's near copy does to it; both rows have standard_error and p_value."""
    ratio = after["standard_error"] / before["standard_error"]
    return (
        f"The standard error of **{named(study, column)}** becomes {number(ratio, ',.0f')} times "
        "as "
        f"large, and its {p_text(before['p_value'])} turns into {p_text(after['p_value'])}. The "
        f"equation as a whole is as good as it was: −2 log-likelihood falls by "
        f"{number(fall)} for one more coefficient. Twins say the same of every customer, so only "
        "the *sum* of their effects is known, not what each adds. A large p beside a large "
        "variance inflation does not show that a variable is without effect."
    )


def average_customer(of_the_average: float, share: float) -> str:
    """Compare the probability of the average customer with the share retained."""
    where, cancel = "above" if of_the_average > share else "below", "do not cancel out"
    if number(of_the_average) == number(share):
        where, cancel = "the same, to three decimals, as", "cancel out here, but need not elsewhere"
    return (
        f"P(retained) of the average customer is {number(of_the_average)}, {where} the share "
        f"retained, {number(share)}. That share is the *average of the probabilities*: with a "
        "constant in the equation, fitted and observed add up to the same. But the S-curve bends: "
        "the same distance in log-odds is worth more probability near one half than near 0 or 1, "
        f"so what customers above the average gain and those below it lose {cancel}."
    )


# --- 03 -------------------------------------------------------------------------------------------


def stricter(study: Study, strict: Iterable[str], usual: Iterable[str], entry_p: float) -> str:
    """Say which variables remain with a stricter PIN, and which do not."""
    strict, usual = list(strict), list(usual)
    lost = [term for term in usual if term not in strict]
    gained = [term for term in strict if term not in usual]
    change = f"{listed(study, lost)} no longer" if lost else "the same variables as before"
    if gained:
        change += f", and {listed(study, gained)} instead"
    return (
        f"With PIN = {number(entry_p, '.3g')} the search keeps "
        f"{listed(study, strict, none='no variable')}: {change}. A stricter PIN lets fewer "
        "variables in by luck, and keeps more out that are weak but real; no PIN avoids both."
    )


def backward(study: Study, terms: Iterable[str], forward: Iterable[str]) -> str:
    """Compare the terms of a backward elimination with those of the forward search."""
    terms, forward = list(terms), list(forward)
    more = [term for term in terms if term not in forward]
    less = [term for term in forward if term not in terms]
    kept = f"Backward elimination keeps {listed(study, terms, none='no variable')}:"
    if not more and not less:
        return (
            f"{kept} the same equation. That is no proof that it is right: both searches look at "
            "the same customers, and can be misled by the same luck."
        )
    return (
        f"{kept} another equation, with {listed(study, more, none='nothing')} more and "
        f"{listed(study, less, none='nothing')} less. A variable that helps only beside another is "
        "there from the start when one goes backward; going forward it may never be let in."
    )


def score_and_correlation(check: pd.DataFrame) -> str:
    """Say whether n r² is the score test at the constant."""
    if check.empty:
        return "No variable of this study has a single column, so none has one correlation."
    same = np.allclose(check["n_r_squared"], check["score"], rtol=1e-6, atol=1e-9)
    return (
        f"The two columns {'agree' if same else 'do NOT agree'} to six digits. At the constant "
        "every customer has the same probability *p*: the slope is the sum of (*x* − mean)(*y* − "
        "*p*) and its variance *p*(1 − *p*) times the sum of (*x* − mean)², and the square of the "
        "one over the other is *n* times the squared correlation. Before anything is in the model, "
        "a search by score is a search by correlation."
    )


def pure_noise(p_values: np.ndarray, entry_p: float) -> str:
    """Say how many variables of pure noise could enter at the first step."""
    n, below = len(p_values), int((p_values < entry_p).sum())
    return (
        f"{counted(below, 'variable')} of pure noise out of {n} could enter; "
        f"{number(n * entry_p, ',.3g')} are expected. The smallest {p_text(p_values.min())}. Each "
        f"test lets noise through in {percent(entry_p)} of cases: that is what PIN means. A "
        "search makes many tests and enters the smallest p, so that the chance that at least one "
        f"of {n} gets through is {percent(1 - (1 - entry_p) ** n)}. PIN is the error of one test, "
        "not of a search: [page 08](08_how_far_to_trust.ipynb)."
    )


# --- 04 -------------------------------------------------------------------------------------------


def best_cutoff(
    accuracies: pd.Series, chosen_before: float, accuracy_before: float, study_s: float
) -> str:
    """Say which cut-off is best on the holdout sample, and what one chosen beforehand gives.

    `accuracies` has the cut-offs as its index; the other two accuracies are those, on the same
    customers, of the cut-off that was best on the model-building sample and of the study's.
    """
    best = ties.largest(accuracies)
    return (
        f"{number(best)} gives {percent(accuracies.max())}, the most of "
        f"{counted(len(accuracies), 'cut-off')}. It was chosen on the customers that then judge "
        "it: the winner is also the "
        "luckiest on them, and need not be on others. Chosen honestly, on the model-building "
        f"sample, the cut-off would be {number(chosen_before)}, and right for "
        f"{percent(accuracy_before)} of these customers; the study's own is right for "
        f"{percent(study_s)}."
    )


def pairs(share: float, auc: float) -> str:
    """Compare the share of ordered pairs with the area under the curve."""
    same = np.isclose(share, auc, rtol=0, atol=1e-9)
    return (
        f"The share is {number(share, '.6f')}, and the area {number(auc, '.6f')}: they are "
        f"{'one number' if same else 'NOT the same'}. A step of the ROC curve upwards is a "
        "retained "
        "customer, a step to the right a churned one; the area below counts, for each churned "
        "customer, the retained ones ranked above him."
    )


def two_areas(apparent: RocCurve, holdout: RocCurve) -> str:
    """Say whether the two areas differ by more than chance; the samples are independent."""
    difference = round(holdout.auc, 3) - round(apparent.auc, 3)
    error = np.hypot(apparent.standard_error, holdout.standard_error)
    within = abs(difference) <= 1.96 * error
    return (
        f"{number(apparent.auc)} on the model-building sample and {number(holdout.auc)} on the "
        f"holdout sample. On its own customers an equation looks better than it is, so a fall is "
        f"expected; the difference of {number(difference, '+.3f')} is "
        f"{'within' if within else 'beyond'} the "
        f"{number(1.96 * error)} either way that two such samples may differ by chance."
    )


def bolder(before: pd.Series, after: pd.Series, cutoff: float = 0.5) -> str:
    """Say what doubling every logit changes; both have auc, accuracy and brier."""
    kept = [
        f"the {label} {'stays' if np.isclose(before[key], after[key]) else 'goes from'} "
        + (number(before[key]) if np.isclose(before[key], after[key])
           else f"{number(before[key])} to {number(after[key])}")
        for key, label in (("auc", "area"), ("accuracy", f"accuracy at {cutoff}"))
    ]  # fmt: skip
    how = "worse: probabilities now lie twice as far out, and outcomes do not follow them there"
    if after["brier"] <= before["brier"]:
        how = "no worse: the probabilities had been too near the middle"
    return (
        f"With every logit doubled {kept[0]} and {kept[1]}, for no customer changes place and none "
        f"crosses one half. The Brier score goes from {number(before['brier'], '.4f')} to "
        f"{number(after['brier'], '.4f')}, {how}. The calibration slope is halved, being that of "
        "the "
        "outcome on the logit. Ranking and calibration are two questions, and the area answers the "
        "first alone."
    )


# --- 05 -------------------------------------------------------------------------------------------


def rescaled(study: Study, name: str | None, before: pd.DataFrame, after: pd.DataFrame) -> str:
    """Say which columns of `standardised_coefficients` change with the unit of the variable."""
    if name is None:
        return "The final equation has no numeric variable, so there is no unit to change."
    ratio = after.loc[name] / before.loc[name]
    changed = [COLUMNS[column][0] for column in ratio.index[(ratio - 1).abs() > 1e-6]]
    return (
        f"Dividing **{named(study, name)}** by a thousand changes only {' and '.join(changed)}: B "
        "becomes a thousand times as large, the standard deviation a thousandth, and their "
        "product, "
        "of which every standardised coefficient is made, stays what it was."
    )


def z_scores(study: Study, both: pd.DataFrame) -> str:
    """Say whether B of z-scores is B·sd; the table has fitted_to_z_scores and x_standardised."""
    if both.empty:
        return "The final equation has no numeric variable to standardise."
    same = np.allclose(both["fitted_to_z_scores"], both["x_standardised"], rtol=1e-5, atol=1e-9)
    return (
        f"They are {'B · sd' if same else 'NOT B · sd'}, Agresti's definition, to five digits. One "
        "unit of a z-score is one standard deviation of the variable, so its coefficient is what "
        f"B adds over that distance. Here: {listed(study, both.index)}."
    )


def percentiles(study: Study, moved: pd.Series, by_sd: pd.Series) -> str:
    """Say which variable comes first from its 10th to its 90th percentile, and by B·sd."""
    first, order = ties.largest(moved.abs()), markdown(ranking(moved, study))
    by_sd_order = markdown(ranking(by_sd.loc[moved.index], study))
    same = (
        "the same order as by B · sd" if order == by_sd_order else f"by B · sd it is {by_sd_order}"
    )
    return (
        f"**{named(study, first)}**, which moves the logit by {number(moved[first], '+.3f')}. The "
        f"order is {order}; {same}. For a normal variable the way from the tenth to the ninetieth "
        f"percentile is {number(2 * stats.norm.ppf(0.9), '.2f')} standard deviations; a long tail "
        "makes the standard deviation larger "
        "than most customers' differences are, and an indicator's way is always 1."
    )


def middle_half(
    study: Study, name: str | None, sds: tuple[float, float], sizes: pd.DataFrame
) -> str:
    """Say what B·sd becomes when only the middle half of a variable's customers is kept.

    `sds` are its standard deviations among all and among those kept; `sizes` has a row for each
    column of the equation and ``|B·sd|`` as all and kept.
    """
    if name is None:
        return "The final equation has no numeric variable, so no middle half can be drawn."
    orders = [markdown(ranking(sizes[column], study)) for column in ("all", "kept")]
    changed = f"the order was {orders[0]}, and is {orders[1]} now"
    if orders[0] == orders[1]:
        changed = f"the order stays {orders[0]}"
    return (
        f"The standard deviation of **{named(study, name)}** falls from {number(sds[0], ',.4g')} "
        "to "
        f"{number(sds[1], ',.4g')}, and with it B · sd from {number(sizes.loc[name, 'all'])} to "
        f"{number(sizes.loc[name, 'kept'])}; {changed}. Not one odds ratio has changed. A "
        "standardised coefficient tells of the customers as much as of the effect, so those of two "
        "banks, or of two years, cannot be compared like two odds ratios."
    )
