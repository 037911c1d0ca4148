"""What the early-warning page says of its results, one function a sentence or paragraph."""

from __future__ import annotations

import shlex

import numpy as np
import pandas as pd

from erfm.escaping import markdown
from erfm.formats import counted, listed, named, number, percent
from erfm.study import Study
from erfm.ties import TIE, blocks, largest, smallest
from erfm.warning.gains import best_plan, count_formats, first_fifth, shared_places
from erfm.warning.model_file import SavedModel
from erfm.warning.scoring import ACTIONS, Scores

FEWEST = 20
"""A group of fewer customers has no share worth telling."""

CLOSE_TO_PERFECT = 0.1
"""A list that a perfect one surpasses by less than this share of the leavers is close to it."""


def in_short(scores: Scores, curve: pd.DataFrame) -> str:
    """Say how many customers are ranked and what calling a fifth of them reaches."""
    fifth, n = first_fifth(curve), len(scores.ranked)
    unscored = (
        f" and gives the reason why {len(scores.unscored):,} more cannot be scored"
        if len(scores.unscored)
        else ""
    )
    return (
        f"**In short.** The final equation ranks {counted(n, 'customer')} that played no part in "
        f"building it by {'its' if n == 1 else 'their'} risk of leaving{unscored}. "
        f"Calling the first fifth of such a list reaches {percent(fifth['gain'])} "
        f"({_limits(fifth['gain_lower'], fifth['gain_upper'])}) of those who leave, "
        f"{fifth['lift']:.2f} times as many as calling at random{_surely(fifth)}. Whether that "
        "pays depends on three numbers that only the bank knows."
    )


def _surely(row: pd.Series) -> str:
    """Say where calling by the list is not surely better than calling at random."""
    if row["gain_lower"] > row["share"]:
        return ""
    if row["gain_upper"] < row["share"]:
        return ", surely fewer"
    return f", which is not surely {'fewer' if row['gain'] < row['share'] else 'more'}"


def kept_in_file(model: SavedModel, loaded: SavedModel, file: str) -> str:
    """Say what the model's file (its name as Markdown) keeps, and whether it reads back equal."""
    same = loaded.parameters.equals(model.parameters) and loaded.covariance.equals(model.covariance)
    return (
        f"A positive B means more *retention*. The file {file} keeps "
        f"{len(model.parameters)} coefficients with their covariance, the coding and unit of each "
        "variable, the means of the average customer, the range of values seen, the limits of the "
        "tiers, study, date and software, and no customer. Read back, coefficients and covariance "
        f"are {'equal to the last bit' if same else '**not equal**'}. A file that was altered, or "
        "that codes a variable otherwise than the study, is refused."
    )


def command(study: Study) -> str:
    """Return the command that scores a file like the study's."""
    return f"python -m erfm score --study {shlex.quote(study.reference)} customers.csv"


def first_on_list(scores: Scores, file: str) -> str:
    """Say who leads the list, how surely and why, and where the whole list is."""
    first = scores.ranked.iloc[0]
    pushes = " and ".join(markdown(push) for push in first[["first_push", "second_push"]].dropna())
    why = f"raised most by {pushes}" if pushes else "which no variable raises above the average"
    block = blocks(scores.ranked["churn_probability"])
    equals = int((block == block[0]).sum()) - 1
    tied = (
        f" {counted(equals, 'more customer')} {'has' if equals == 1 else 'have'} the same "
        "probability; equals stand in the order of their file."
        if equals
        else ""
    )
    return (
        f"First on the list is {markdown(first['customer_id'])}, whose probability of leaving is "
        f"{percent(first['churn_probability'])} "
        f"({_limits(first['lower'], first['upper'])}), {why}.{tied} "
        f"The whole list, with each customer's interval, is in {file}; every row says which model "
        "and date it comes from."
    )


def width_of_intervals(scores: Scores) -> str:
    """Say how wide the intervals are, what they hold, and what the limits of risk mean."""
    width = (scores.ranked["upper"] - scores.ranked["lower"]).median()
    return (
        f"The median interval is {100 * width:.1f} percentage points wide. It holds the "
        "uncertainty of the coefficients (delta method on the logit), given the variables chosen; "
        "how far the choice itself is luck is the subject of [page 08](08_how_far_to_trust.ipynb). "
        "A customer near the end of one decile could as well stand in the next. "
        + _risk_limits(scores)
    )


def _risk_limits(scores: Scores) -> str:
    raised, high = scores.model.risk_limits
    if high - raised <= TIE:
        return (
            "So many customers of the model-building sample are alike that the limits of *raised* "
            "and *high* risk are the same: no risk is *raised*."
        )
    risks = scores.ranked["churn_probability"]
    if any((risks - limit).abs().min() <= TIE for limit in (raised, high)):
        return (
            "*Raised* and *high* risk begin at what at least half and at least a fifth of the "
            "model-building sample reach: customers who are alike are not parted."
        )
    return (
        "*Raised* and *high* risk are those that half and a fifth of the model-building sample "
        "exceed."
    )


def reasons(scores: Scores, parts: pd.Series) -> str:
    """Say what the first customer's score adds up to, and what most often puts one at high risk."""
    ranked = scores.ranked
    total = (
        f"The sum of {number(parts.iloc[-1])} is the logit of "
        f"{percent(ranked['churn_probability'].iloc[0])}."
    )
    high = ranked.loc[ranked["risk"] == "high", "first_push"]
    counts = high.value_counts(sort=False)
    if not counts.any():
        nobody = "No customer is at high risk."
        return f"{total} {nobody if high.empty else 'No variable raises a high risk.'}"
    most = [markdown(label) for label in counts.index[counts == counts.max()]]
    if len(high) == counts.max() > 1:
        return (
            f"{total} For all {len(high):,} customers at high risk, {most[0]} is the first reason."
        )
    return (
        f"{total} Among customers at high risk, {' and '.join(most)} "
        f"{'is' if len(most) == 1 else 'are equally and'} most often the first reason "
        f"({counts.max():,}{' each' if len(most) > 1 else ''} of {len(high):,})."
    )


def calls(scores: Scores) -> str:
    """Say how many customers the actions would have called, and that no effect is known."""
    ranked = scores.ranked
    called = ranked["action"].isin([ACTIONS["high", value] for value in ("high", "middle")])
    if not scores.model.value_limits:
        value = "; without an amount, everyone's value counts as middle."
    elif (ranked.loc[called, "value_tier"] == "unknown").any():
        value = "; a value that is not known counts as middle."
    else:
        value = "."
    return (
        f"{counted(called.sum(), 'customer')} would be called: those at high risk whose value is "
        f"middle or high{value} Banks' work reports describe such tiers, personal contact for the "
        "few and cheap channels for the many; none measures an effect. Nor do these data show that "
        "any of these actions keeps a customer: that is known only once some customers, drawn at "
        "random, were *not* contacted."
    )


def left_out(scores: Scores) -> str:
    """Say how many customers cannot be scored, and how many only with care."""
    unscored, scored = len(scores.unscored), len(scores.ranked)
    flagged = int((scores.ranked["remark"] != "").sum())
    able = (
        f"{unscored:,} of {counted(unscored + scored, 'customer')} cannot be scored; the file "
        f"lists {'each with its' if unscored > 1 else 'the'} reason. "
        if unscored
        else "Every customer can be scored. "
    )
    far = (
        f"{flagged:,} {'has' if flagged == 1 else 'have'} a value far outside those seen."
        if flagged
        else "No value lies far outside those seen."
    )
    return able + far


def reached(curve: pd.DataFrame, base: float) -> str:
    """Say what calling a fifth reaches, against chance and a perfect list; `base` = P(churned)."""
    fifth = first_fifth(curve)
    share, called = fifth["share"], int(fifth["customers"])
    n = round(called / share)
    churned = number(fifth["churned"], count_formats(fifth.to_frame().T).iloc[0])
    perfect = min(1, share / base)
    if perfect >= 0.5:
        limit = "A perfect list would reach "
    elif perfect - fifth["gain"] < CLOSE_TO_PERFECT:
        limit = (
            "With a base rate this high no list can do much better: even a perfect one reaches "
            "only "
        )
    else:
        limit = "With a base rate this high even a perfect list reaches only "
    return (
        f"The first fifth, {called:,} of {counted(n, 'customer')}, holds {churned} of the "
        f"{base * n:,.0f} leavers: {percent(fifth['gain'])} "
        f"({_limits(fifth['gain_lower'], fifth['gain_upper'])}), where chance would give "
        f"{percent(share)}{_surely(fifth)}. {percent(fifth['precision'])} of those called would "
        f"leave, against {percent(base)} of all. {limit}{percent(perfect)} with as many calls."
    )


def equals_shared(rows: pd.DataFrame) -> str:
    """Say how equals are counted in these rows of `gains_curve`."""
    equals = "Customers with the same probability stand in no order on the list"
    if not shared_places(rows).any():
        return f"{equals}; here no number of calls ends among such customers who differ in outcome."
    return (
        f"{equals}. Where the calls end among them, the places that are left are shared in "
        "proportion, as lots would on average: such a row counts parts of churned customers."
    )


def worth(
    plans: dict[str, pd.DataFrame], cost: float, value: float, success: float, customers: int
) -> str:
    """Say where a call pays, how many calls pay best, and how that hangs on the success rate.

    `plans` gives the table of `expected_gain` under a caption for each success rate; that of
    "a success rate of `success`" is the one chosen, and the others are compared with it.
    """
    chosen = f"a success rate of {percent(success)}"
    best, threshold = best_plan(plans[chosen]), cost / (success * value)
    pays = best["gain"] > 0
    sentences = [
        f"With a contact at {cost:,}, a customer worth {value:,.0f} and {chosen}, a call pays "
        f"where the risk exceeds {cost:,} / ({success:g} × {value:,.0f}) = "
        f"{percent(threshold)}{'.' if threshold < 1 else ', which no risk does.'}",
        f"On a list of {customers:,} it is best to call {best['contacts']:,.0f}, for an expected "
        f"gain of {_rounded(best['gain'])} ({_rounded(best['lower'])} to "
        f"{_rounded(best['upper'])})."
        if pays
        else "No number of calls is expected to pay.",
    ]
    for caption, plan in plans.items():
        if caption != chosen:
            other = best_plan(plan)
            sentences.append(
                f"With {markdown(caption)} it would be best to call {other['contacts']:,.0f}."
                if other["gain"] > 0
                else f"With {markdown(caption)} no call would pay."
            )
    sentences.append("The success rate is the number to measure first.")
    if pays and best["lower"] < 0:
        sentences.append("These customers cannot show that calling pays at all.")
    if pays:
        sentences.append(
            "(The best number of calls is chosen and judged on the same customers, so its gain is "
            "a little flattering.)"
        )
    return " ".join(sentences)


def value_tiers(study: Study, model: SavedModel) -> str:
    """Say what a customer's value is, as far as the study has an amount."""
    if model.amount is None or not model.value_limits:
        return (
            "Value tiers are thirds of the amount, and this study has no amount that is a number: "
            "everyone's value is *unknown* and counts as *middle*."
        )
    low, high = model.value_limits
    none = (
        " So many customers are alike in it that no value is *middle*."
        if high - low <= TIE * abs(high)
        else ""
    )
    return (
        f"Value tiers are the thirds of {named(study, model.amount.name)} in the model-building "
        f"sample.{none} Volume is a crude measure of value: today's low-value customer may be "
        "tomorrow's high-value one."
    )


def fairness(
    study: Study, tables: dict[str, pd.DataFrame], terms: tuple[str, ...], areas: pd.Series
) -> str:
    """Say whom the list names and misses by gender and age, and what using them brings.

    `tables` gives the table of `error_rates` by the groups of each; `areas` are the AUC of the
    equation's `terms`, that of those without gender and age, and `compare_areas` of both.
    """
    if not tables:
        return "This study has neither gender nor age, so nothing can be said about them."
    by_group = [errors_by_group(study, name, table) for name, table in tables.items()]
    return " ".join([*by_group, use_of_traits(study, list(tables), terms, areas)])


def errors_by_group(study: Study, name: str, table: pd.DataFrame) -> str:
    """Say which group is called most and least, and whether the errors fall alike.

    Groups of fewer than `FEWEST` customers are left out: one customer would be 100% of a group.
    """
    by = f"By {named(study, name)},"
    if len(table) == 1:
        only = markdown(str(table.index[0]))
        return f"{by} all belong to the group *{only}*, so there is nothing to compare."
    large = table[table["customers"] >= FEWEST]
    by += _left_aside(len(table) - len(large))
    if len(large) < 2:
        return f"{by} there is nothing to compare."
    rates = large["warned_rate"]
    most, least = largest(rates), smallest(rates)
    apart = any(
        large[f"{error}_lower"].max() > large[f"{error}_upper"].min()
        for error in ("missed", "false_alarms")
    )
    overlap = (
        "some intervals of the errors do not overlap, so the errors fall unequally."
        if apart
        else "the intervals of the errors overlap."
    )
    if most == least:
        return f"{by} {percent(rates[most])} of every group are called; {overlap}"
    left = large["churn_rate"]
    return (
        f"{by} {percent(rates[most])} of the group *{markdown(most)}* and {percent(rates[least])} "
        f"of the group *{markdown(least)}* are called, where {percent(left[most])} and "
        f"{percent(left[least])} in fact leave; {overlap}"
    )


def _left_aside(groups: int) -> str:
    """Say how many groups are too small to be compared; nothing where none is."""
    if not groups:
        return ""
    return f" {counted(groups, 'group')} of fewer than {FEWEST} customers left aside,"


def use_of_traits(study: Study, traits: list[str], terms: tuple[str, ...], areas: pd.Series) -> str:
    """Say whether the equation uses gender and age (`traits`), and how it ranks without them.

    `areas` holds full and without, the two areas under the ROC curve on the holdout sample, and
    difference, lower and upper of `validation.compare_areas`.
    """
    used = [name for name in traits if name in terms]
    names = listed(study, used, " and ")
    if not used:
        unused = listed(study, traits, " nor ")
        uses = f"uses neither {unused}" if len(traits) > 1 else f"does not use {unused}"
        return f"The equation {uses}."
    if len(used) == len(terms):
        return f"The equation uses {names} and nothing else: without, it could not rank at all."
    change = round(areas["full"], 3) - round(areas["without"], 3)
    limits = f"{number(areas['lower'], '+.3f')} to {number(areas['upper'], '+.3f')}"
    sure = (
        "surely more" if areas["lower"] > 0
        else "surely less" if areas["upper"] < 0
        else "not surely another"
    )  # fmt: skip
    return (
        f"The equation uses {names}. Its AUC on the holdout sample is {areas['full']:.3f}, and "
        f"{areas['without']:.3f} without: {number(change, '+.3f')} by using {_them(used)} (95% "
        f"interval, the customers being the same, {limits}): {sure}."
    )


def _them(names: list[str]) -> str:
    return "it" if len(names) == 1 else "them"


def implications(study: Study, traits: list[str], terms: tuple[str, ...]) -> str:
    """Say what using gender and age implies, or what holds although the equation does not.

    `traits` are those that the study has.
    """
    if not traits:
        return (
            "What is not recorded cannot be compared. An equation that knows no such variable can "
            "still treat groups unequally, for what it does know may differ between them."
        )
    used = [name for name in traits if name in terms]
    names, them = listed(study, used or traits, " and "), _them(used or traits)
    points = [
        "Groups that leave at different rates cannot have equal precision and equal errors of both "
        "kinds at once, unless prediction is perfect. Which of them should be equal is a choice, "
        "and not a statistical one.",
        f"Leaving {names} out does not make the errors equal: what is left may differ between "
        "groups and carry part of the difference. It has to be measured, as above, either way.",
        "The cost of an error matters. A needless call is a small nuisance; a penalty for leaving, "
        "such as lost points, laid on some groups more than on others is not.",
    ]
    heading = f"What holds although the equation does not use {names}:"
    if used:
        heading = f"What using {names} implies:"
        points.insert(
            0,
            "Two customers who behave alike are treated differently for what they are, not for "
            "what they do. In many places the law limits this, for prices and access more than for "
            f"a courtesy call: ask before using {them}.",
        )
    return "\n".join([heading, "", *(f"- {point}" for point in points)])


def interval_by_hand(lower: float, upper: float, first: pd.Series) -> str:
    """Compare the interval computed by hand with that of the list."""
    return (
        f"{_limits(lower, upper)}, and the list says {_limits(first['lower'], first['upper'])}. "
        "The "
        "limits lie evenly about the logit, and are turned into risks only then: about the risk "
        "itself they do not."
    )


def lowest_success_rate(lowest: float, assumed: float) -> str:
    """Say below which success rate no call pays, and which one is assumed."""
    if lowest > 1:
        return "No success rate makes a call pay, even in the list's most precise part."
    return (
        f"No call pays below a success rate of {percent(lowest)}, where even the most precise part "
        f"of the list only breaks even; {percent(assumed)} is assumed. Only a trial can tell the "
        "rate, with customers drawn by lot who are *not* called."
    )


def called_by_risk(called: float, plan: pd.DataFrame, customers: int) -> str:
    """Compare calling everyone above the break-even risk, a share, with the curve's highest point.

    Between the rows of the plan, and between nobody called and its first row, the gain is a
    straight line.
    """
    gain = np.interp(round(called * customers), [0, *plan["contacts"]], [0, *plan["gain"]])
    best = best_plan(plan)
    highest = (
        f"the curve is highest at {percent(best['contacts'] / customers)}, with "
        f"{_rounded(best['gain'])}."
        if best["gain"] > 0
        else "on the curve, no number of calls pays."
    )
    return (
        f"{percent(called)} of the holdout customers, for an expected gain of "
        f"{_rounded(gain)}; {highest} The rule needs calibrated probabilities, the curve needs "
        "known outcomes: they part where a probability is off, and where the luck of few "
        "customers bends the curve."
    )


def _limits(lower: float, upper: float) -> str:
    return f"{percent(lower)} to {percent(upper)}"


def _rounded(value: float) -> str:
    return number(value, ",.0f")
