"""The sentences of page 04: what the holdout sample says of the equation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from erfm import ties
from erfm.formats import counted, gain_in_accuracy, how_many, number, p_text, percent
from erfm.paper.ledger import printed
from erfm.study import Study
from erfm.validation import COMMONER, RocCurve


def in_short(
    study: Study,
    observed: np.ndarray,
    probability: np.ndarray,
    curve: RocCurve,
    rates: dict[float, pd.DataFrame],
    compared: pd.DataFrame,
) -> str:
    """Say how well the equation ranks and, at the study's cut-off, classifies.

    `compared` is what `compare_rules` makes of the rules of the cut-offs.
    """
    right = rates[study.cutoff].loc[["accuracy", "no_information_rate"], "successes"]
    rule, base = (f"{k:,} ({percent(k / len(observed))})" for k in right)
    gain = compared.loc[(f"cut-off {study.cutoff}", COMMONER)]
    return (
        f"**In short.** On {len(observed):,} customers that played no part in building it, the "
        f"equation {_ranking(observed, probability, curve)} and, at the study's cut-off of "
        f"{study.cutoff}, classifies {rule} correctly; always naming the commoner outcome is right "
        f"for {base}. The equation's rule is {gain_in_accuracy(gain)}."
    )


def _ranking(observed: np.ndarray, probability: np.ndarray, curve: RocCurve) -> str:
    if len(set(ties.blocks(probability))) == 1:
        return "gives every customer the same probability, so it ranks nobody,"
    ranks = f"ranks a retained above a churned customer in {percent(curve.auc)} of pairs"
    strictly = curve.auc - tied_pairs(observed, probability) / 2
    seen = percent(strictly) != percent(curve.auc)
    return ranks + (" (pairs with equal probabilities count half)" if seen else "")


def tied_pairs(observed: np.ndarray, probability: np.ndarray) -> float:
    """Return the share of retained–churned pairs whose two probabilities are equal."""
    counts = pd.crosstab(ties.blocks(probability), observed)
    return float((counts[0] * counts[1]).sum() / (counts[0].sum() * counts[1].sum()))


def probabilities(study: Study, observed: np.ndarray, probability: np.ndarray) -> str:
    """Say what the probabilities average, and how many reach the cut-off."""
    reached = ties.at_least(probability, study.cutoff).mean()
    return (
        f"The probabilities average {probability.mean():.3f}, and {percent(observed.mean())} of "
        f"these customers were in fact retained. {percent(reached)} of them reach the cut-off of "
        f"{study.cutoff}."
    )


def classification(rates: dict[float, pd.DataFrame]) -> str:
    """Say for each cut-off what is classified correctly, and of whom."""
    return " ".join(_classification(cutoff, table) for cutoff, table in rates.items())


def _classification(cutoff: float, rates: pd.DataFrame) -> str:
    accuracy, rate = rates.loc["accuracy"], rates["rate"]
    return (
        f"At {cutoff}, accuracy is {percent(accuracy['rate'])} ({percent(accuracy['lower'])} to "
        f"{percent(accuracy['upper'])}); {percent(rate['sensitivity'])} of the retained and "
        f"{percent(rate['specificity'])} of the churned are found."
    )


def compared_rules(compared: pd.DataFrame, n: int) -> str:
    """Say of each two rules how the `n` customers tell them apart."""
    return " ".join(_compared(rules, row, n) for rules, row in compared.iterrows())


def _compared(rules: tuple[str, str], gain: pd.Series, n: int) -> str:
    first, second = rules
    b, c = int(gain["only_first"]), int(gain["only_second"])
    rule = f"*{first[:1].upper()}{first[1:]}* against *{second}*:"
    if b + c == 0:
        return f"{rule} right and wrong for the same customers."
    return (
        f"{rule} right alone for {b:,}, wrong alone for {c:,}, {number(b - c, '+,d')} of {n:,}; "
        f"{gain_in_accuracy(gain)}, McNemar's exact {p_text(gain['p_value'])}."
    )


def mistakes(table: pd.DataFrame) -> str:
    """Say how the picture of a classification table is read, and count its mistakes."""
    kept = int(table.loc["retained", "predicted_churned"])
    lost = int(table.loc["churned", "predicted_retained"])
    return (
        "Each row of the picture is one actual outcome, as tall as it is common; hatched areas are "
        "mistakes. At the study's cut-off "
        f"{counted(kept, 'retained customer')} {'is' if kept == 1 else 'are'} taken for churned "
        f"and {counted(lost, 'churned customer')} for retained."
    )


def printed_classification() -> str:
    """Say why the computed classification table cannot be the printed one."""
    return (
        "Only the two class sizes agree, by construction. The printed counts do not follow from "
        "the printed coefficients: with effects of the printed size, far fewer customers reach "
        f"P = {printed('cutoff')} than the {printed('predicted_retained'):,} printed. And the "
        "printed counts themselves give an accuracy other than the printed "
        f"{percent(printed('accuracy'))}: see [page 06](06_published_numbers.ipynb)."
    )


def discrimination(curve: RocCurve) -> str:
    """Say whether the area differs from that of guessing, and whether it is large."""
    area = f"The area of {curve.auc:.3f} is"
    if curve.upper < 0.5:
        return (
            f"{area} clearly below the 0.5 of guessing: the equation puts more churned customers "
            "above retained ones than below them."
        )
    if curve.lower <= 0.5:
        return (
            f"{area} not clearly different from the 0.5 of guessing: these customers do not show "
            "that the equation orders them at all."
        )
    if curve.auc < 0.8:
        return (
            f"{area} clearly above the 0.5 of guessing, but moderate: many churned customers look "
            "like retained ones."
        )
    return f"{area} clearly above the 0.5 of guessing: the equation orders customers well."


def calibration(line: pd.DataFrame, groups: pd.DataFrame) -> str:
    """Say how many groups are calibrated, and whether the slope is compatible with 1."""
    covers = (groups["lower"] <= groups["predicted"]) & (groups["predicted"] <= groups["upper"])
    slope = line.loc["slope"]
    text = (
        f"In {how_many(int(covers.sum()), len(groups), 'group')} the interval of the observed "
        "share covers the predicted one. "
    )
    if pd.isna(slope["estimate"]):
        return text + "Every customer has the same probability, so there is no slope."
    compatible = slope["lower"] <= 1 <= slope["upper"]
    estimate, lower, upper = (number(slope[key], ".2f") for key in ("estimate", "lower", "upper"))
    return text + (
        f"The slope of {estimate} ({lower} to {upper}) "
        f"{'is compatible with' if compatible else 'differs from'} 1."
    )


def calibration_alt(groups: pd.DataFrame) -> str:
    """Describe the figure of `erfm.figures.calibration` by the groups in it."""
    return (
        f"Observed against predicted retention in {counted(len(groups), 'group')} with 95% "
        "intervals, beside the diagonal of perfect calibration."
    )


def brier(scores: pd.Series, observed: np.ndarray) -> str:
    """Say how much of the squared error of a constant prediction the equation removes or adds."""
    share = percent(abs(scores["skill"]))
    base = f"the squared error of predicting {percent(observed.mean())} for everyone"
    if share == percent(0):
        change = f"The equation leaves {base} as it is."
    elif scores["skill"] > 0:
        change = f"The equation removes {share} of {base}."
    else:
        change = f"The equation adds {share} to {base}."
    return (
        f"{change} Whether that is worth acting on depends on what a contact costs: "
        "[page 09](09_early_warning.ipynb)."
    )
