"""What the figures of two banks show: the message of each, as its title and caption, and its words.

Tables are those of `erfm.trust.another_bank`. All is plain text, computed from what is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from erfm import ties
from erfm.formats import how_many, number, percent
from erfm.study import Study


def surely(table: pd.DataFrame) -> pd.Series:
    """Return the side of 1 on which a whole interval lies: 1 above, −1 below, 0 neither."""
    return (table["lower"] > 1).astype(int) - (table["upper"] < 1).astype(int)


def agreeing(banks: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the terms whose intervals lie on the same side of 1 in all tables of `effects`."""
    sides = pd.DataFrame({bank: surely(table) for bank, table in banks.items()})
    same = sides.nunique(axis=1).eq(1) & sides.ne(0).all(axis=1)
    order = next(iter(banks.values())).index
    return [term for term in order if same[term]]


def forests(study: Study, banks: Mapping[str, pd.DataFrame]) -> str:
    """Say for which variables both banks' intervals lie on the same side of 1."""
    names = ", ".join(study.label(term) for term in agreeing(banks))
    return f"Surely on the same side of 1 at both banks: {names or 'no variable'}"


def alt_of_forests(study: Study, banks: Mapping[str, pd.DataFrame]) -> str:
    """Return the alternative text of `figures_banks.two_forests`; the second bank is told."""
    table = list(banks.values())[1]
    ratios = [f"{study.label(t)} {ratio:.2f}" for t, ratio in table["odds_ratio"].items()]
    return (
        f"Forest plot of odds ratios per standard deviation at two banks. {forests(study, banks)}. "
        f"Other bank: {', '.join(ratios)}."
    )


def ladder(study: Study, table: pd.DataFrame) -> str:
    """Say which odds ratios surely change sides on the way, and in which model."""
    turned = []
    for term, part in table.groupby(level=0, sort=False):
        side = 0
        for model, now in zip(part["model"], surely(part), strict=True):
            if side * now < 0:
                turned.append(f"{study.label(term)} ({model})")
            side = now or side
    named = "; ".join(turned) or "no variable"
    return f"At the other bank, surely turning as others enter: {named}"


def alt_of_ladder(study: Study, table: pd.DataFrame) -> str:
    """Return the alternative text of `figures_banks.conditioning_ladder`, for the other bank."""
    told = [
        f"{study.label(term)} {', '.join(f'{ratio:.2f}' for ratio in part['odds_ratio'])}"
        for term, part in table.groupby(level=0, sort=False)
    ]
    return (
        "Odds ratios of some variables in models that take in more and more others. "
        f"{ladder(study, table)}. Other bank: {'; '.join(told)}."
    )


def outcome_map(study: Study, frame: pd.DataFrame) -> str:
    """Say in how many tenths of amount the churned customers' median frequency is the lower one."""
    tenths = frame.assign(tenth=pd.qcut(frame["amount"], 10, duplicates="drop"))
    medians = tenths.pivot_table(
        "frequency", "tenth", "retained", aggfunc="median", observed=True
    ).reindex(columns=[0, 1])
    both = medians.dropna()
    lower = int((both[0] < both[1]).sum())
    amount, frequency = (study.predictors[name].label for name in ("amount", "frequency"))
    return (
        f"In {how_many(lower, len(both), 'tenth')} of {amount}, churned customers have the lower "
        f"median of {frequency}"
    )


def alt_of_map(study: Study, frame: pd.DataFrame, line: tuple[float, float]) -> str:
    """Return the alternative text of `figures_banks.outcome_map`."""
    rising = "rising" if line[1] > 0 else "falling" if line[1] < 0 else "level"
    return (
        f"Scatter of {len(frame):,} customers by amount and frequency, retained and churned apart, "
        f"with a {rising} line where P(retained) is one half. {outcome_map(study, frame)}."
    )


FEW = 10
"""A class with fewer customers than these stays blank in a grid."""


def filled(grid: pd.DataFrame) -> pd.DataFrame:
    """Return the rates of a grid of two classes as a table; those of few customers are missing."""
    enough = grid[grid["customers"] >= FEW]
    return enough.pivot_table("retention_rate", *grid.index.names, observed=True)


def rate_grid(study: Study, grid: pd.DataFrame) -> str:
    """Say how often retention rises from class to class of frequency, and falls along amount.

    `grid` is the table of `another_bank.rates` by amount and frequency.
    """
    rates = filled(grid).to_numpy(dtype=float)
    across, down = np.diff(rates, axis=1), np.diff(rates, axis=0)
    rises, changes = int((across > 0).sum()), int((np.abs(across) > 0).sum())
    falls, others = int((down < 0).sum()), int((np.abs(down) > 0).sum())
    amount, frequency = (study.predictors[name].label for name in ("amount", "frequency"))
    return (
        f"From class to class, retention rises with {frequency} in {rises} of {changes} changes "
        f"and falls with {amount} in {falls} of {others}"
    )


def alt_of_grid(study: Study, grid: pd.DataFrame) -> str:
    """Return the alternative text of `figures_banks.rate_grid`."""
    rates = filled(grid).to_numpy()
    low, high = (percent(end, 0) for end in (np.nanmin(rates), np.nanmax(rates)))
    amount, frequency = (study.predictors[name].label for name in ("amount", "frequency"))
    return (
        f"Grid of retention rates from {low} to {high} by class of {amount} (upwards) and "
        f"{frequency} (to the right). {rate_grid(study, grid)}."
    )


def dip(study: Study, name: str, table: pd.DataFrame) -> str:
    """Say where the observed rate is lowest, and what two models expect there."""
    lowest = table.loc[ties.smallest(table["retention_rate"])]
    straight, curved = (percent(lowest[c], 0) for c in ("straight", "curved"))
    return (
        f"Retention falls to {percent(lowest['retention_rate'], 0)} around "
        f"{study.predictors[name].label} {number(lowest['middle'], ',.0f')}: straight lines expect "
        f"{straight}, curves {curved}"
    )


def alt_of_dip(study: Study, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the alternative text of `figures_banks.straight_and_curved`."""
    names = ", ".join(study.predictors[name].label for name in tables)
    first = next(iter(tables))
    return (
        f"Observed retention by groups of {names}, each in a panel, with two models' "
        f"expectations. {dip(study, first, tables[first])}."
    )


def youngest(ages: pd.DataFrame) -> str:
    """Say in which class of amount the customers are youngest."""
    least = ties.smallest(ages["mean"])
    return f"Youngest at {least}: mean age {number(ages.loc[least, 'mean'], '.1f')}"


def _table(rates: pd.DataFrame) -> pd.DataFrame:
    """Return the retention rates of two classes as a table, both in the order of their classes."""
    rows, columns = (level for level in rates.index.remove_unused_levels().levels)
    found = {row: rates.loc[row, "retention_rate"] for row in rows}
    return pd.DataFrame(found, index=columns).T


def youth(within: pd.DataFrame) -> str:
    """Say in which bands of amount the youngest class stays most, and in which least."""
    rates = _table(within)
    classes = rates.columns
    rates = rates.dropna(subset=classes[0])
    others = rates[classes[1:]]
    most = rates.index[rates[classes[0]] > others.max(axis=1)]
    least = rates.index[rates[classes[0]] < others.min(axis=1)]
    said = [f"most at {', '.join(map(str, most))}"] if len(most) else []
    said += [f"least at {', '.join(map(str, least))}"] if len(least) else []
    told = " and ".join(said) or "neither most nor least in any band"
    return f"Those aged {classes[0]} stay {told}"


def alt_of_ages(ages: pd.DataFrame, within: pd.DataFrame) -> str:
    """Return the alternative text of `figures_banks.age_and_amount`."""
    return (
        f"Above, mean age by class of amount. {youngest(ages)}. Below, retention by class of age "
        f"within bands of amount. {youth(within)}."
    )


def crossing(table: pd.DataFrame, levels: tuple[str, ...]) -> str:
    """Say along which classes each of two genders stays more often.

    `table` is that of `another_bank.rates` by class and gender.
    """
    rates = _table(table)[list(levels)].dropna()
    lead = np.sign(rates[levels[0]] - rates[levels[1]]).loc[lambda sign: sign != 0]
    turns = lead.index[lead.ne(lead.shift()) & (np.arange(len(lead)) > 0)]
    if lead.empty:
        return f"{levels[0]} and {levels[1]} stay equally often"
    first, second = levels if lead.iloc[0] > 0 else levels[::-1]
    if len(turns) == 0:
        return f"{first} stay more often than {second} throughout"
    if len(turns) == 1:
        before = lead.index[list(lead.index).index(turns[0]) - 1]
        return f"{first} stay more often up to {before}, {second} from {turns[0]} on"
    return f"Whether {first} or {second} stay more often changes {len(turns)} times"


def alt_of_crossing(study: Study, table: pd.DataFrame) -> str:
    """Return the alternative text of `figures_banks.crossing`."""
    label = study.predictors["frequency"].label
    said = crossing(table, study.predictors["gender"].levels)
    return f"Retention by classes of {label}, a line for each gender. {said}."
