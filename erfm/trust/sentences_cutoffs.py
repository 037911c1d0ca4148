"""What page 08b says of cut-offs: what each gives, and what acting on the equation is worth."""

from __future__ import annotations

import pandas as pd

from erfm.escaping import markdown
from erfm.formats import number, percent
from erfm.ties import TIE
from erfm.trust import decisions

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
    widest = decisions.useful_thresholds(benefit)
    where = (
        f"Acting on the equation is {worth} at thresholds of P(churned) {_where(benefit, widest)}."
        if widest
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
    best = along.index[accuracy >= accuracy.max() - TIE][0]
    return (
        f"At the study's {own['cutoff']}, {percent(own['contacted'])} of the customers would be "
        f"contacted and {percent(own['specificity'])} of those who leave be reached. It is the "
        "right cut-off if a missed leaver costs as much as "
        f"{own['implied_cost_ratio']:.2f} needless contacts. Accuracy is highest "
        f"({percent(accuracy.max())}) near {best:.2f}, which treats both errors as equal. "
        f"**For the bank:** if losing a customer costs {ratio:g} times a needless call, contact "
        f"everyone with P(retained) below {by_cost['cutoff']:.3f}, "
        f"{percent(by_cost['contacted'])} of the customers; of the cut-offs compared, "
        f"{_cheapest(compared['cost'])} on the holdout sample."
    )


def _cheapest(cost: pd.Series) -> str:
    """Name the cut-offs of the least cost, all of them where several are equal."""
    names = [f"“{markdown(name)}”" for name in cost.index[cost <= cost.min() + TIE]]
    if len(names) == len(cost):
        return "all are equally cheap"
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} the cheapest"


def printed_cutoff(cutoff: float) -> str:
    """Say what the printed cut-off would mean as a decision."""
    return (
        f"The paper gives no reason for its {cutoff}. Read as a decision, it says that a lost "
        f"customer costs the bank only {decisions.implied_cost_ratio(cutoff):.2f} times as much as "
        "a needless contact; whoever thinks a customer is worth more than that should contact more "
        "of them."
    )


def net_benefit(benefit: pd.DataFrame, threshold: float) -> str:
    """Say where the equation is surely better than both rules, and what it gains at a threshold.

    `benefit` is the table of `decisions.decision_curve`, `threshold` one of P(churned).
    """
    at = decisions.at_threshold(benefit, threshold)
    everyone = at["contact_all"] > 0
    return (
        f"{_useful(benefit)} **For the bank:** at the assumed costs (threshold {threshold:.2f}) "
        f"the equation {_gain(at, 'contacting everyone' if everyone else 'contacting nobody')}: "
        f"{_verdict(at, everyone)}"
    )


def _useful(benefit: pd.DataFrame) -> str:
    """Say at which thresholds the equation is surely better than both rules."""
    widest = decisions.useful_thresholds(benefit)
    if widest is None:
        return "At no threshold is the equation surely better than both rules."
    elsewhere = (
        "it is so only here and there"
        if _useful_elsewhere(benefit, widest)
        else "it cannot be told from the better rule, or is worse"
    )
    return (
        "Taken one threshold at a time, the equation is surely better than both rules "
        f"{_where(benefit, widest)}; outside, {elsewhere}."
    )


def _where(benefit: pd.DataFrame, widest: tuple[float, float]) -> str:
    """Say in which unbroken range of thresholds, the widest, the equation is surely better."""
    first, last = widest
    if first < last:
        return f"from {first:.2f} to {last:.2f}"
    return f"at {first:.2f}" + ("" if _useful_elsewhere(benefit, widest) else " only")


def _useful_elsewhere(benefit: pd.DataFrame, widest: tuple[float, float]) -> bool:
    """Return whether the equation is surely better outside the widest range, too."""
    first, last = widest
    outside = benefit[(benefit.index < first) | (benefit.index > last)]
    return bool((outside["advantage_lower"] > 0).any())


def _gain(at: pd.Series, rule: str) -> str:
    """Say how many leavers the equation gains or loses against the better rule, with limits."""
    gain, lower, upper = (
        PER * at[name] for name in ("advantage", "advantage_lower", "advantage_upper")
    )
    limits = f"{number(lower, '.1f')} to {number(upper, '.1f')}"
    leavers = f"leavers per {PER} customers"
    if round(gain, 1) < 0:
        return f"loses {-gain:.1f} {leavers} against {rule} (95% interval of the gain {limits})"
    return f"gains {number(gain, '.1f')} {leavers} over {rule} (95% interval {limits})"


def _verdict(at: pd.Series, everyone: bool) -> str:
    """Say whether to use the equation at these costs."""
    if at["advantage_lower"] > 0:
        return "it earns its keep."
    if everyone:
        return "with so cheap a call, no equation is needed: contact everyone."
    if at["advantage_upper"] < 0:
        return "it does harm: contact nobody."
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
