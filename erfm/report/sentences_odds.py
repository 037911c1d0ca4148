"""The sentences of page 01b: probability, odds, log-odds, and the likelihood by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from erfm.escaping import markdown
from erfm.formats import named, number, percent
from erfm.logistic import CONSTANT, LogisticFit
from erfm.study import Study


def _label(alone: Study) -> str:
    return named(alone, *alone.predictors)


def _slope(fit: LogisticFit) -> float:
    return float(fit.parameters.drop(CONSTANT).iloc[0])


def _value(alone: Study, value: float) -> str:
    """Return a value of the one variable with its unit, "22 transactions" or "a value of 22"."""
    (variable,) = alone.predictors.values()
    unit, shown = variable.unit, number(value, ",.6g")
    return f"{shown} ({markdown(unit)})" if unit else f"a value of {shown}"


def in_short(alone: Study, fit: LogisticFit, step: float) -> str:
    """Say the customers' odds, and by what a difference of `step` multiplies them."""
    retained = int(fit.outcome.sum())
    churned = fit.n - retained
    ratio = np.exp(step * _slope(fit))
    return (
        f"**In short.** {retained:,} of {fit.n:,} customers are retained and {churned:,} churned: "
        "a "
        f"probability of {percent(retained / fit.n)}, odds of {retained:,} to {churned:,}. "
        "Logistic "
        "regression draws a straight line through the *logarithm* of the odds, which has no "
        f"limits. Over **{_label(alone)}** alone, a difference of "
        f"{_value(alone, step).removeprefix('a value of ')} "
        f"multiplies the odds by {number(ratio)}."
    )


def there_and_back(retained: int, churned: int) -> str:
    """Work an example: from counts to odds, to a probability, and to log-odds."""
    n, odds = retained + churned, retained / churned
    side = "0, because as many stay as leave"
    if retained != churned:
        fewer, where = ("fewer", "below") if retained < churned else ("more", "above")
        side = f"{number(np.log(odds))}, {where} 0 because {fewer} stay than leave"
    return (
        f"**Odds** compare those who stay with those who leave: {retained:,} to {churned:,}, which "
        f"is {retained:,} / {churned:,} = {number(odds)}. A **probability** compares them with "
        f"everyone: odds / (1 + odds) = {retained:,} / ({churned:,} + {retained:,}) = "
        f"{retained:,} / {n:,} = {number(retained / n)}, or {percent(retained / n)}. The "
        f"**log-odds** (the *logit* of the probability) are ln({retained:,} / {churned:,}) = "
        f"{side}."
    )


def groups(alone: Study, table: pd.DataFrame) -> str:
    """Say how the odds differ between the lowest and the highest group of `odds_table`."""
    rows = table.drop(index="All")
    if len(rows) < 2:
        return "So many values are equal that all customers are one group: nothing to compare yet."
    label, missing = _label(alone), rows["log_odds"].isna().sum()
    if missing:
        return (
            f"In {missing} of the {len(rows)} groups everybody stays or everybody leaves: such "
            "odds "
            "have no logarithm. A share of few customers is no probability yet; a curve through "
            "all customers will give every one of them log-odds."
        )
    first, last = rows["odds"].iloc[[0, -1]]
    if round(first, 3):  # what is shown has to divide
        first, last = round(first, 3), round(last, 3)
    how = f"{number(last / first, ',.2f')} times the {number(first)} of the lowest"
    if first == last:
        how = "the same as in the lowest"
    return (
        f"In the group with the highest values of {label} the odds are {number(last)}, {how}. Odds "
        "are compared by dividing, log-odds by subtracting: on that scale 0 is even odds, and "
        "going from 1 to 2 is as far as going from 1 down to one half."
    )


def straight_line(alone: Study, fit: LogisticFit, x: np.ndarray) -> str:
    """Say where a straight line through the outcomes ends, and where the S-curve does."""
    slope, height = np.polyfit(x, fit.outcome, 1)
    ends = np.array([x.min(), x.max()])
    line = height + slope * ends
    curve = special.expit(fit.parameters[CONSTANT] + _slope(fit) * ends)
    if len(np.unique(x)) == 2:
        return (
            f"{_label(alone)} has two values only, so there is a share for each "
            f"and nothing between: line and S-curve both pass through {number(curve[0])} and "
            f"{number(curve[1])}. With a variable of many values they part, and only the S-curve "
            "stays between 0 and 1."
        )
    at = [_value(alone, end) for end in ends]
    reached = f"{number(line[0])} at {at[0]} and {number(line[1])} at {at[1]}"
    stays = f"the S-curve goes from {number(curve[0])} to {number(curve[1])}"
    if line.min() < 0 or line.max() > 1:
        return (
            f"The straight line gives {reached}: no customer can have such a probability. Between "
            f"the same ends {stays}, and no value takes it beyond 0 or 1."
        )
    return (
        f"The straight line gives {reached}: for these customers it stays between 0 and 1, but "
        f"nothing holds it there. Between the same ends {stays}, and no value takes it beyond 0 or "
        "1."
    )


def worked_example(alone: Study, worked: pd.DataFrame) -> str:
    """Say what the equation gives the first and the last customer of the examples.

    `worked` has value, log_odds, odds and probability.
    """
    low, high = worked.iloc[0], worked.iloc[-1]
    difference, ratio = high["log_odds"] - low["log_odds"], high["odds"] / low["odds"]
    return (
        f"With {_value(alone, low['value'])}, log-odds of {number(low['log_odds'])} are odds of "
        f"{number(low['odds'])} and a probability of {percent(low['probability'])}; with "
        f"{_value(alone, high['value'])}, odds of {number(high['odds'])} and "
        f"{percent(high['probability'])}. Log-odds differ by {number(difference)}, which is B "
        "times "
        f"the difference in {_label(alone)}; so the odds are multiplied by "
        f"exp({number(difference)}) = {number(ratio, ',.2f')}, wherever on the scale the "
        "difference lies. "
        "The probability is not: near 0 and near 1 it has little room."
    )


def five_customers(probabilities: pd.DataFrame) -> str:
    """Say which candidate gives some customers' outcomes the highest probability.

    `probabilities` has a row for each customer and a column for each candidate slope.
    """
    products = probabilities.prod()
    told = ", ".join(f"{number(value, '.3g')} for *{name}*" for name, value in products.items())
    return (
        "Customers decide independently, so the probability of what all of them did is the "
        f"product of each column: {told}. That product, seen as a function of the slope, is the "
        "*likelihood*. So few customers may well favour the wrong slope."
    )


def likelihoods(candidates: pd.DataFrame, fit: LogisticFit) -> str:
    """Say which candidate slope all customers favour; the estimate's row has that name.

    `candidates` has log_likelihood and typical, the geometric mean of the probabilities.
    """
    log_likelihood = candidates["log_likelihood"]
    exponent = np.ceil(log_likelihood.max() / np.log(10))
    small = (
        "a number so small that computers take it for 0" if exponent < -323 else "a small number"
    )
    same = abs(log_likelihood["the estimate"] - fit.log_likelihood) < 1e-6
    told = ", ".join(f"{number(value)} for *{name}*" for name, value in log_likelihood.items())
    typical = candidates["typical"]
    return (
        f"The product over all {fit.n:,} customers is at most 10 to the power of "
        f"{number(exponent, ',.0f')}, {small}; so logarithms are added instead. The log-likelihood "
        f"is {told}. The estimate is the slope with the largest one, "
        f"{'the same' if same else 'NOT the same'} as that of `fit_logistic`. In the (geometric) "
        "mean it gives what a customer did a probability of "
        f"{number(typical['the estimate'], '.4f')}, "
        f"against {number(typical['no slope'], '.4f')} with no slope. For one customer the two may "
        "be "
        "close; over all customers the difference adds up, and the tests of the next pages weigh "
        "it."
    )


def solution_1() -> str:
    """Answer exercise 1: odds of three to one, and a probability of one half."""
    odds, even = 3, 0.5
    return (
        f"Odds of three to one are {odds} of {odds + 1} customers: a probability of "
        f"{percent(odds / (1 + odds), 0)}. A probability of one half has odds of "
        f"{even / (1 - even):.0f} and log-odds of {np.log(even / (1 - even)):.0f}: as many stay as "
        "leave."
    )


def solution_2(alone: Study, worked: pd.DataFrame) -> str:
    """Answer exercise 2: what doubled odds do to the first and last customer of the examples."""
    odds, before = worked["odds"].iloc[[0, -1]], worked["probability"].iloc[[0, -1]]
    after = 2 * odds / (1 + 2 * odds)
    told = [
        f"with {_value(alone, value)} from {percent(old)} to {percent(new)}"
        for value, old, new in zip(worked["value"].iloc[[0, -1]], before, after, strict=True)
    ]
    return (
        f"The probability rises {told[0]}, and {told[1]}. The same factor on the odds is not the "
        "same step in probability, because the S-curve is steepest at one half and flat near 0 "
        "and 1. Only where a probability is small do doubled odds nearly double it: odds and "
        "probability are then almost the same number."
    )


def solution_3(log_likelihoods: pd.Series, slopes: pd.Series) -> str:
    """Answer exercise 3: B and log-likelihood as fitted, in another unit, and turned round.

    Both have the rows "as it is", "a thousand times" and "turned round".
    """
    same = np.ptp(log_likelihoods) < 1e-6
    b = slopes.map(lambda slope: number(slope, ",.4g"))
    ratios = np.exp(slopes).map(lambda ratio: number(ratio, ",.6g"))
    return (
        f"B goes from {b['as it is']} to {b['a thousand times']} in the other unit, and to "
        f"{b['turned round']} with the sign turned; exp(B) from {ratios['as it is']} to "
        f"{ratios['a thousand times']} and {ratios['turned round']}. The log-likelihood "
        f"{'stays' if same else 'does NOT stay'} {number(log_likelihoods['as it is'])}: every "
        "customer keeps the same probability, because B times the variable is the same product. A "
        "coefficient cannot be judged without its unit, a likelihood can."
    )
