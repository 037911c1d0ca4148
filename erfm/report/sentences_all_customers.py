"""The sentences of page 12: all customers of a study, in memory or not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from erfm import ties
from erfm.escaping import markdown
from erfm.formats import how_many, listed, named, number, p_text
from erfm.logistic import LogisticFit
from erfm.standardised import ranking
from erfm.stepwise import ForwardSelection
from erfm.study import Study

LOST = 1e-4
"""The relative error of a standard deviation that is no longer one."""
SAME = 1e-8
"""The relative difference below which two ways to one number agree."""


def in_short(study: Study, selection: ForwardSelection, n: int, drawn_from: int) -> str:
    """Say what forward selection keeps of all customers, and where they were.

    `n` is the number of customers it was computed from; `drawn_from` that of all customers where
    the other pages show a sample of them, and 0 where they show them all.
    """
    kept = how_many(len(selection.terms), len(study.predictors), "variable")
    named_kept = f": {listed(study, selection.terms)}" if selection.terms else ""
    where = (
        f"Computed from all {n:,} customers of the model-building sample, who do not fit in memory"
        if drawn_from
        else f"Computed by the engine from the {n:,} customers of the model-building sample"
    )
    return f"**In short.** {where}, *Forward: LR* keeps {kept}{named_kept}."


def who(loaded: int, drawn_from: int) -> str:
    """Say whom the other pages show, and whom this one does."""
    if drawn_from:
        return (
            f"The other pages show a random sample of {loaded:,} of the {drawn_from:,} customers; "
            "this one has them all."
        )
    return (
        f"The {loaded:,} customers of this study fit in memory, so the other pages have them all, "
        "too, and give the same numbers by another way."
    )


def joint_test(omnibus: pd.DataFrame) -> str:
    """Say whether the variables together explain more than chance would."""
    model = omnibus.loc["Model"]
    verdict = "more than chance would" if model["p_value"] < 0.05 else "no more than chance could"
    return (
        f"Together the variables explain {verdict} (χ² = {model['chi_square']:,.3f} on "
        f"{model['df']:.0f} df, {p_text(model['p_value'])})."
    )


def beside(in_memory: LogisticFit, everyone: LogisticFit) -> pd.DataFrame:
    """Return the coefficients of one equation by two ways, and how far apart they are.

    Columns: in_memory and all_customers (B of each), standard_error (in memory), and distance,
    the difference in these standard errors.
    """
    se = pd.Series(np.sqrt(np.diag(in_memory.covariance)), index=in_memory.parameters.index)
    of_all = everyone.parameters.reindex(se.index)
    return pd.DataFrame(
        {
            "in_memory": in_memory.parameters,
            "all_customers": of_all,
            "standard_error": se,
            # Without the last digits, in which two ways to one number differ.
            "distance": ((of_all - in_memory.parameters) / se).round(6) + 0.0,
        }
    )


def agreement(study: Study, table: pd.DataFrame, drawn_from: int) -> str:
    """Say how far the customers in memory lead from what all customers say."""
    sizes = table["distance"].abs()
    if not drawn_from:
        apart = (table["all_customers"] / table["in_memory"] - 1).abs().max()
        if apart < SAME:
            return "Both ways give the same coefficients, to more digits than are shown."
        return f"The two ways differ by as much as {apart:.2g} of a coefficient."
    farthest = ties.largest(sizes)
    within = int((sizes < 1.96).sum())
    return (
        f"The sample's coefficients lie at most {number(sizes[farthest], '.2f')} of their standard "
        f"errors from those of all customers (**{named(study, farthest)}**); "
        f"{how_many(within, len(sizes), 'coefficient')} lie within 1.96, as about 95% should."
    )


def passes(blocks: int, rows: int, customers: int) -> str:
    """Say in how many blocks the customers of a design file are read."""
    if blocks == 1:
        return f"The {customers:,} customers make one block of at most {rows:,} rows."
    return (
        f"The {customers:,} customers are read in {blocks:,} blocks of at most {rows:,} rows; no "
        "more than a few blocks are in memory at a time."
    )


def order(study: Study, table: pd.DataFrame) -> str:
    """Say in which order B · sd puts the variables."""
    if len(table) == 1:
        return f"**{named(study, table.index[0])}** is the only variable: there is nothing to rank."
    ranked = markdown(ranking(table["x_standardised"], study))
    return f"Per standard deviation, the order is **{ranked}**."


# --- Exercises ------------------------------------------------------------------------------------


def two_halves(
    study: Study, name: str, means: tuple[float, float], joined: float, whole: float
) -> str:
    """Say what is needed of two halves to have the standard deviation of all (exercise 1).

    `means` are those of the halves, `joined` is the standard deviation computed from them, and
    `whole` that of all values.
    """
    close = "the same as" if abs(joined / whole - 1) < SAME else f"and not {whole:.6g}, that of"
    return (
        "Number, mean and sum of squared deviations of each half are enough: they give "
        f"{named(study, name)} the standard deviation {joined:.6g}, {close} all values at once. "
        f"The halves' means, {means[0]:.6g} and {means[1]:.6g}, are needed because the distance "
        "between them is part of the sum."
    )


def lost_digits(naive: pd.Series, true: float) -> str:
    """Say what becomes of the textbook formula far from 0 (exercise 2).

    `naive` holds the standard deviation by mean(x²) - mean(x)², by how much was added to x. What is
    lost there differs by processor, so no digit of it is told.
    """
    wrong = (naive / true - 1).abs().fillna(np.inf) > LOST
    if not wrong.any():
        return "Nothing is lost at these distances: the values have digits to spare."
    first = naive.index[wrong.argmax()]
    return (
        f"The standard deviation is {true:.4g} wherever the values lie; the mean of squares less "
        f"the square of the mean no longer does once {first:,.0f} is added: both are then so "
        "large that their difference lies at or beyond the last of a float's digits, and may "
        "even be below 0. The engine therefore subtracts the mean first."
    )


def small_but_sure(study: Study, table: pd.DataFrame, times: int) -> str:
    """Say what many customers do to a p-value, and what not to an effect (exercise 3).

    `table` has for each design column its B·sd (x_standardised), p_value, and p_value_of_more, what
    it would be with `times` as many customers who are like these.
    """
    turned = table[(table["p_value"] >= 0.05) & (table["p_value_of_more"] < 0.05)]
    if turned.empty:
        told = "No variable would turn significant"
    else:
        told = f"{listed(study, turned.index)} would turn significant"
    sizes = table["x_standardised"].abs()
    weakest = sizes.index[ties.descending(-sizes)[0]]
    return (
        f"{told} with {times:,} times as many customers who are like these: Wald statistics grow "
        f"with their number, B · sd does not. {named(study, weakest)} has the smallest, "
        f"{number(table.loc[weakest, 'x_standardised'], '.3f')}, with any number of customers. Of "
        "millions, nearly every variable is significant; whether it matters is another question."
    )
