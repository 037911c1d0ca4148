"""What page 08b says of cut-offs: what each gives, and what acting on the equation is worth."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from erfm.escaping import markdown
from erfm.formats import number, percent
from erfm.study import Study
from erfm.ties import TIE
from erfm.trust import decisions
from erfm.trust.sentences import for_the_bank
from erfm.validation import COMMONER

PER = 100
"""Net benefit is told in leavers per so many customers."""


def in_short(compared: pd.DataFrame, benefit: pd.DataFrame, ratio: float) -> str:
    """Say what the study's cut-off gives, which the costs make right, and where acting pays.

    `compared` is the table of `decisions.compare_cutoffs`, with the rows "the study's" and "by
    cost"; `benefit` that of `decisions.decision_curve`; `ratio` the cost of a missed leaver in
    needless contacts.
    """
    own, by_cost = compared.loc["the study's"], compared.loc["by cost"]
    at = decisions.at_threshold(benefit, 1 - by_cost["cutoff"])
    worth = "surely worth more than contacting everyone or nobody"
    ranges = decisions.useful_thresholds(benefit)
    where = (
        f"Taken one threshold at a time, acting on the equation is {worth} with a threshold of "
        f"P(churned) {_where(ranges)}."
        if ranges
        else f"At no threshold of P(churned) is acting on the equation {worth}."
    )
    return (
        f"**In short.** The study's cut-off of {own['cutoff']} contacts "
        f"{percent(own['contacted'])} of the customers of the holdout sample. If a missed leaver "
        f"costs {ratio:g} times a needless contact, {by_cost['cutoff']:.3f} is right, which "
        f"contacts {percent(by_cost['contacted'])}. {where} At the assumed costs, "
        f"{_verdict(at, at['contact_all'] > 0)}"
    )


def cutoffs(compared: pd.DataFrame, along: pd.DataFrame, ratio: float) -> str:
    """Say what the study's cut-off gives, which is the most accurate and which the cheapest.

    `compared` is the table of `decisions.compare_cutoffs`, with the rows "the study's" and "by
    cost"; `along` that of `decisions.cutoff_curve`; `ratio` the cost of a missed leaver in needless
    contacts.
    """
    own, by_cost, accuracy = compared.loc["the study's"], compared.loc["by cost"], along["accuracy"]
    best = along.index[accuracy >= accuracy.max() - TIE]
    near = f"near {best[0]:.2f}"
    if len(best) > 1 and len(along.loc[best[0] : best[-1]]) == len(best):
        near = f"from {best[0]:.2f} to {best[-1]:.2f}"
    return (
        f"At the study's {own['cutoff']}, {percent(own['contacted'])} of the customers would be "
        f"contacted and {percent(own['specificity'])} of those who leave be reached. It is the "
        "right cut-off if a missed leaver costs as much as "
        f"{own['implied_cost_ratio']:.2f} needless contacts. Accuracy is highest "
        f"({percent(accuracy.max())}) {near}, which treats both errors as equal; the best "
        f"of {len(along)} cut-offs tried on the same customers flatters itself. **For the bank:** "
        f"if losing a customer costs {ratio:g} times a needless call, contact everyone with "
        f"P(retained) below {by_cost['cutoff']:.3f}, here {percent(by_cost['contacted'])} of the "
        f"customers; of the cut-offs compared, {_cheapest(compared['cost'])} on the holdout sample."
    )


def _cheapest(cost: pd.Series) -> str:
    """Name the cut-offs of the least cost, all of them where several are equal."""
    names = [f"“{markdown(name)}”" for name in cost.index[cost <= cost.min() + TIE]]
    if len(names) == len(cost):
        return "all are equally cheap"
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} the cheapest"


def accuracies(table: pd.DataFrame) -> str:
    """Say how each cut-off's accuracy differs from that of naming the commoner outcome for all.

    `table` is that of `decisions.compare_with_commoner`.
    """
    return (
        f"On the same customers, against {COMMONER} for all, in percentage points of accuracy with "
        "95% intervals: "
        + _in_groups(
            table,
            {"surely more accurate": table["lower"] > 0, "surely less": table["upper"] < 0},
            table["only_first"] + table["only_second"] == 0,
            lambda row, name: number(100 * row[name], "+.1f"),
        )
    )


def costs(table: pd.DataFrame, first: str) -> str:
    """Say how the cost of the cut-off `first` differs from those of the other rules.

    `table` is that of `decisions.compare_costs`.
    """
    return (
        f"On the same customers, the cost a customer of “{markdown(first)}” minus that of each "
        "other rule, with 95% intervals: "
        + _in_groups(
            table,
            {"surely cheaper": table["upper"] < 0, "surely dearer": table["lower"] > 0},
            table["contacts"] == 0,
            lambda row, name: number(row[name], "+.3f"),
        )
    )


def _in_groups(
    table: pd.DataFrame,
    sure: dict[str, pd.Series],
    same: pd.Series,
    written: Callable[[pd.Series, str], str],
) -> str:
    """List the differences of rules by verdict; the `same` rules treat all customers alike."""
    unsure = ~same & ~pd.concat(sure, axis=1).any(axis=1)
    parts = []
    for verdict, chosen in {**sure, "not to be told apart": unsure}.items():
        rows = [
            f"“{markdown(str(name))}” "
            f"({written(row, 'difference')}, {written(row, 'lower')} to {written(row, 'upper')})"
            for name, row in table[chosen & ~same].iterrows()
        ]
        parts += [f"{verdict}, {', '.join(rows)}"] if rows else []
    alike = [f"“{markdown(str(name))}”" for name in table.index[same]]
    parts += [f"the same for all these customers, {', '.join(alike)}"] if alike else []
    return "; ".join(parts) + "."


def printed_cutoff(cutoff: float) -> str:
    """Say what the printed cut-off would mean as a decision."""
    return (
        f"The paper gives no reason for its {cutoff}. Read as a decision, it says that a lost "
        f"customer costs the bank only {decisions.implied_cost_ratio(cutoff):.2f} times as much as "
        "a needless contact; whoever thinks a customer is worth more than that should contact more "
        "of them."
    )


def net_benefit(study: Study, benefit: pd.DataFrame, threshold: float) -> str:
    """Say where the equation is surely better than both rules, and what it gains at a threshold.

    `benefit` is the table of `decisions.decision_curve`, `threshold` one of P(churned).
    """
    at = decisions.at_threshold(benefit, threshold)
    everyone = at["contact_all"] > 0
    rule = "contacting everyone" if everyone else "contacting nobody"
    return (
        f"{_useful(benefit)} At the assumed costs (threshold {threshold:.2f}) the equation "
        f"{_gain(at, rule)}. {for_the_bank(study, _verdict(at, everyone))}"
    )


def _useful(benefit: pd.DataFrame) -> str:
    """Say at which thresholds the equation is surely better than both rules."""
    ranges = decisions.useful_thresholds(benefit)
    if not ranges:
        return "At no threshold is the equation surely better than both rules."
    return (
        "Taken one threshold at a time, the equation is surely better than both rules "
        f"{_where(ranges)}; elsewhere it cannot be told from the better rule, or is worse."
    )


def _where(ranges: list[tuple[float, float]]) -> str:
    """Name all unbroken ranges of thresholds."""
    *others, last = [
        f"from {first:.2f} to {last:.2f}" if first < last else f"at {first:.2f}"
        for first, last in ranges
    ]
    return f"{', '.join(others)} and {last}" if others else last


def _gain(at: pd.Series, rule: str) -> str:
    """Say how many leavers the equation gains or loses against the better rule, with limits."""
    gain, lower, upper = (
        PER * at[name] for name in ("advantage", "advantage_lower", "advantage_upper")
    )
    leavers = f"leavers per {PER} customers"
    if round(gain, 1) == 0:
        limits = f"{number(lower, '+.1f')} to {number(upper, '+.1f')}"
        return f"is level with {rule} ({abs(gain):.1f} {leavers}, 95% interval {limits})"
    if gain < 0:
        limits = f"{number(-upper, '.1f')} to {number(-lower, '.1f')}"
        return f"loses {-gain:.1f} {leavers} against {rule} (95% interval {limits})"
    limits = f"{number(lower, '.1f')} to {number(upper, '.1f')}"
    return f"gains {gain:.1f} {leavers} over {rule} (95% interval {limits})"


def _verdict(at: pd.Series, everyone: bool) -> str:
    """Say whether to use the equation at these costs."""
    if at["advantage_lower"] > 0:
        return "it earns its keep."
    if at["advantage_upper"] < 0:
        return f"it does harm: contact {'everyone' if everyone else 'nobody'}."
    if everyone:
        return "contacting everyone, which needs no equation, is not shown to be worth less."
    return "these customers cannot show that it pays."


def contacting_most(along: pd.DataFrame) -> str:
    """Say from which cut-off on more than nine customers in ten are contacted."""
    wide = along.index[along["contacted"] > 0.9].min()
    if pd.isna(wide):
        return "No cut-off does."
    return (
        f"More than nine in ten are contacted from a cut-off of {wide:.2f} on, that is "
        "when a missed leaver costs at least "
        f"{decisions.implied_cost_ratio(wide):.2f} needless contacts."
    )
