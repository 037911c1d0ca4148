"""What the page on another bank says of the shapes behind the signs: each returns Markdown.

Tables are those of `erfm.trust.another_bank`, of the other bank's model-building sample.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from erfm import ties
from erfm.escaping import markdown
from erfm.formats import named, number, p_text, percent
from erfm.logistic import LogisticFit
from erfm.study import Study
from erfm.trust.another_bank import SIGNIFICANT


def border(correlation: float, slope: float, step: int) -> str:
    """Say how amount and frequency go together, and how the linear model sets them off.

    `slope` is that of `half_line`, told for `step` dollars.
    """
    r, many = f"r = {number(correlation, '.2f')}", abs(step * slope)
    if correlation > 0 and slope > 0:
        return (
            f"Amount and frequency rise together ({r}), in a few separate groups of customers. "
            "Across all customers, more money means more transactions and more retention. But "
            "*within* a group, those who churned lie below and to the right: few transactions for "
            "the money. The linear model can only draw one straight border, and it rises: "
            f"{many:.1f} more transactions make up for {step:,} dollars more."
        )
    more = "more" if slope > 0 else "fewer"
    return (
        f"Amount and frequency are correlated by {r}. The linear model can only draw one straight "
        f"border: {many:.1f} {more} transactions go with {step:,} dollars more."
    )


def grid_read(grid: pd.DataFrame, row: tuple[str, list[str]], column: tuple[str, list[str]]) -> str:
    """Read two cells of a row (a class of amount) and two of a column of a grid of `rates`."""
    rate = grid["retention_rate"].to_dict()

    def told(amount: str, frequency: str) -> str:
        share = rate.get((amount, frequency))
        return "unknown, for nobody is there," if share is None else percent(share)

    (few, many), (low, high) = row[1], column[1]
    to = {text: text.replace("–", " to ") for text in (row[0], column[0], few, many, low, high)}
    return (
        "Classes include their upper limit; those with fewer than ten customers are blank. Read a "
        f"row: at {to[row[0]]} dollars, retention is {told(row[0], few)} for those with {to[few]} "
        f"transactions and {told(row[0], many)} for those with {to[many]}. Read a column: among "
        f"customers with {to[column[0]]} transactions, it is {told(low, column[0])} at {to[low]} "
        f"dollars and {told(high, column[0])} at {to[high]}. The column is what Amount's "
        "coefficient describes once Frequency is held fixed; its sign alone describes all cells "
        "together."
    )


def paradox(table: pd.DataFrame) -> str:
    """Say whether an association turns within fifths; the table of `within_fifths`."""
    over_all, inside = table["odds_ratio"].iloc[0], table.iloc[1:]
    side, limit = ("below", "upper") if over_all > 1 else ("above", "lower")
    sign = 1 if over_all > 1 else -1
    turned = int((sign * (inside["odds_ratio"] - 1) < 0).sum())
    surely = int((sign * (inside[limit] - 1) < 0).sum())
    counted = (
        f"Among all customers Amount's odds ratio is {over_all:.2f}; within fifths of Frequency it "
        f"lies {side} one in {_of_all(turned, len(inside))}, the whole interval in "
        f"{_of_all(surely, len(inside))}."
    )
    if not turned:
        return counted
    return (
        f"{counted} An association that turns when a third variable is held fixed is called "
        "*Simpson's paradox*; neither sign is wrong, they answer different questions. Which of "
        "them a bank could act on, these tables cannot say."
    )


def _of_all(n: int, of: int) -> str:
    return "none" if n == 0 else f"all {of}" if n == of else f"{n} of {of}"


def dip(shape: pd.DataFrame, straight: LogisticFit, curves: LogisticFit) -> str:
    """Say where retention is lowest over the amount, and what curves add to straight lines.

    `shape` is the amount's table of `observed_and_expected`.
    """
    lowest = shape.loc[ties.smallest(shape["retention_rate"])]
    fall = 2 * (curves.log_likelihood - straight.log_likelihood)
    more = len(curves.parameters) - len(straight.parameters)
    p = stats.chi2.sf(fall, more)
    chance = "far beyond chance" if p < SIGNIFICANT / 100 else p_text(p)
    opposite = (curves.parameters["age"] > 0) != (straight.parameters["age"] > 0)
    although = (
        "although their coefficients of age have opposite signs: such a plot of averages cannot "
        "show which is right."
        if opposite
        else "and their coefficients of age have the same sign."
    )
    return (
        f"Around {lowest['middle']:,.0f} dollars, retention drops to "
        f"{percent(lowest['retention_rate'])} ({percent(lowest['lower'])} to "
        f"{percent(lowest['upper'])}); the straight lines expect {percent(lowest['straight'])}, "
        f"the curves {percent(lowest['curved'])}. The curves lower −2 log-likelihood by "
        f"{fall:,.0f} with {more} more coefficients, {chance}. Over age both models' expectations "
        f"look alike and right, {although}"
    )


def young_in_the_dip(
    ages: pd.DataFrame, overall: float, band: pd.Series, one_curve: pd.DataFrame
) -> str:
    """Say why a straight line over the amount turns the sign of age.

    Parameters
    ----------
    ages : DataFrame
        Mean age by class of amount, of `means_by`.
    overall : float
        The mean age of all.
    band : Series
        Retention by class of age, the youngest first, in the band of amount that holds the dip.
    one_curve : DataFrame
        The effect of age with one curve, of `with_one_curve`.
    """
    young, (youngest, *others) = ties.smallest(ages["mean"]), band
    where = f"at {markdown(str(young))} dollars, {overall:.1f} overall."
    among = f"between {percent(min(others))} and {percent(max(others))}"
    found = (
        f"Yet within the band that holds the dip, the youngest class stays *most* "
        f"({percent(youngest)}; the older classes {among}). A straight line over Amount has no "
        "place for the dip, so the model leaves part of it to youth, and age seems to go with "
        "retention."
        if youngest > max(others)
        else f"Within the band that holds the dip, the youngest class has {percent(youngest)} "
        f"retained, the older classes {among}: youth does not explain the dip."
    )
    frequency, amount = (one_curve.loc[n, "odds_ratio"] for n in ("frequency", "amount"))
    shape = "It is Amount's shape that matters: with" if frequency >= 1 > amount else "With"
    return (
        f"The customers in the dip are *younger* than the rest: {ages['mean'].min():.1f} years on "
        f"average {where} {found} {shape} a curve for Frequency alone, age's odds ratio is "
        f"{frequency:.2f}; with one for Amount alone, {amount:.2f}. The bands also differ in shape "
        "(in the lowest, the few youngest customers mostly left), so no single number for age "
        "describes these customers well."
    )


def freer_curves(study: Study, table: pd.DataFrame) -> str:
    """Say what becomes of the coefficients with more and more knots; the table of `by_knots`."""
    first, last = table["age_b"].iloc[[0, -1]]
    falls = "falls" if last < first else "does not fall"
    below = table["age_upper"] < 0
    # From how many knots on every interval lies below zero.
    always = table.index[below[::-1].cumprod()[::-1].astype(bool)]
    negative = (
        f"lies below zero with {always.min():d} knots or more"
        if len(always)
        else "does not stay below zero with any number of knots"
    )
    gender, child = _lasting(table["gender_b"]), _lasting(table["has_child_b"])
    lasting = "turns" not in (gender, child)
    if lasting:
        child = child.removeprefix("stays ")
    what = (
        "throughout: these two are not by-products of the shape."
        if lasting
        else "with more knots: a sign that turns hangs on the shape."
    )
    throughout = f"Gender {gender} and {named(study, 'has_child')} {child} {what}"
    return (
        "The number of knots is a choice, so all are shown. With straight lines the coefficient of "
        f"age is {number(first)}; it {falls} as the curves get freer, and its interval {negative}. "
        f"{throughout} The curves were chosen after seeing the data, so the last p-values say less "
        "than they seem to."
    )


def _lasting(b: pd.Series) -> str:
    if (b > 0).all():
        return "stays positive"
    return "stays negative" if (b < 0).all() else "turns"


def crossing(study: Study, table: pd.DataFrame, there: pd.DataFrame) -> str:
    """Say among whom men stay more often than women; `table` by tenths of frequency and gender.

    The gender's reference level stands for women, the other for men.
    """
    women, men = study.predictors["gender"].levels
    rate = table["retention_rate"]
    difference = rate.xs(men, level=1) - rate.xs(women, level=1)
    longer, shorter = (difference > 0).to_numpy(), (difference < 0).to_numpy()
    churned = there.loc[there["retained"] == 0, "frequency"]
    rare = (churned <= there["frequency"].median()).mean()
    half = f"{percent(rare)} of those who churned are in the less busy half"
    if not (longer.any() and shorter.any()):
        return f"In no tenth do {'men' if shorter.any() else 'women'} stay more often. {half}."
    most_men, most_women = (f"{100 * size:.0f}" for size in (difference.max(), -difference.min()))
    women_do = f"in {shorter.sum()} of {len(difference)} tenths"
    where = (
        f"Among the rarer users men stay more often, by up to {most_men} percentage points; "
        f"{women_do}, all with more transactions, women do (by up to {most_women} points)."
        if shorter.argmax() > np.flatnonzero(longer).max()
        else f"In {longer.sum()} of {len(difference)} tenths men stay more often, by up to "
        f"{most_men} percentage points; {women_do} women do (by up to {most_women} points)."
    )
    decides = ", so that half decides the coefficient" if rare > 0.5 else ""
    return (
        f"{where} {half}{decides}. The paper's *less retention for men* is thus found in part of "
        "these customers and reversed in another; one number for gender hides both."
    )


def fading(change: pd.Series, retained: pd.Series, frequency: pd.Series) -> str:
    """Say what the transactions of the last quarter, divided by the first's, tell about time.

    `frequency` is its row of `effects`.
    """
    churned, stayed = (change[retained == value].median() for value in (0, 1))
    told = (
        f"The count of the customers who churned fell to {percent(churned)} of the first quarter's "
        f"by the fourth (median), that of the others to {percent(stayed)}"
        if max(churned, stayed) < 1
        else "By the fourth quarter the count of the customers who churned was "
        f"{percent(churned)} of the first's (median), that of the others {percent(stayed)}"
    )
    goodbye = (
        ": consistent with a slow goodbye, and with a count cut short by the leaving itself."
        if churned < stayed
        else ", so nothing fades before customers leave."
    )
    return (
        "**Time.** Transactions are counted over twelve months, and nothing says whether these end "
        "before a customer left. Whoever leaves makes fewer transactions *because of leaving*. "
        f"{told}{goodbye} Frequency's odds ratio of {frequency['odds_ratio']:.1f} per standard "
        "deviation may be largely such an echo, so “Frequency matters most” holds here as a "
        "description, not as a forecast."
    )


def product(effect: pd.Series, turn: float) -> str:
    """Say what the product of gender and frequency does; odds turn at `turn`."""
    lower = "above" if effect["b"] < 0 else "below"
    return (
        f"The product has B = {number(effect['b'])} ({p_text(effect['p_value'])}); "
        f"{lower} {turn:.0f} transactions the model gives men the lower odds of retention."
    )
