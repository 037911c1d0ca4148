"""Figures of the page "From transactions": customers in time, and odds ratios under definitions."""

from __future__ import annotations

from typing import Any

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from erfm.figures import BLUE, INK, ORANGE, VERMILION, WIDTH, log_ticks, wrapped, write_title
from erfm.formats import counted, number
from erfm.study import Study
from erfm.transactions.definitions import DEFINITION
from erfm.transactions.measuring import Transactions
from erfm.transactions.rows import Place

OBSERVED: dict[str, Any] = {"color": BLUE, "marker": "o", "label": "transaction: measured"}
LATER: dict[str, Any] = {
    "color": VERMILION, "marker": "D", "markerfacecolor": "white",
    "label": "transaction afterwards: for the outcome",
}  # fmt: skip
LOOKS: tuple[dict[str, Any], ...] = (
    {"color": BLUE, "marker": "o"},
    {"color": VERMILION, "marker": "D", "markerfacecolor": "white"},
    {"color": ORANGE, "marker": "s"},
)
ODDS = "Odds ratio of retention per standard deviation\n(log scale), with 95% interval"
ROUND = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10)
MOST_TICKS = 7
MARGIN = 7
"""Days beside the windows, for marks at their ends."""


# --- Customers in time ----------------------------------------------------------------------------


def message_of_windows(transactions: Transactions) -> str:
    """Say which days predictors come from, and which the outcome."""
    windows = transactions.windows
    return (
        f"What is measured ends on {windows.observation[1]}; who has churned is seen from "
        f"{windows.outcome[0]} to {windows.outcome[1]}"
    )


def alt_of_timelines(
    transactions: Transactions, purchases: pd.DataFrame, customers: pd.DataFrame
) -> str:
    """Return the alternative text of `timelines`: what it shows of each customer."""
    told = [
        f"customer {name}: {', '.join(_measured(transactions.study, row))}; "
        f"{_outcome(purchases, name, row)}"
        for name, row in _rows(customers)
    ]
    return (
        f"Transactions of {counted(len(told), 'customer')} on a line of time. "
        f"{message_of_windows(transactions)}. {'. '.join(map(_capital, told))}."
    )


def timelines(
    transactions: Transactions, purchases: pd.DataFrame, customers: pd.DataFrame
) -> Figure:
    """Draw some customers' transactions in time, with the windows and what is measured.

    A line leads from the last transaction to the end of the observation window: recency.

    Parameters
    ----------
    transactions : Transactions
    purchases : DataFrame
        As `erfm.transactions.definitions.purchases` gives them.
    customers : DataFrame
        The same customers, as they were measured: customer_id, recency, frequency, amount,
        retained.
    """
    windows, n = transactions.windows, len(customers)
    figure, axes = plt.subplots(figsize=(WIDTH, 1.15 * n + 2.1))
    end = mdates.date2num(windows.end)
    for y, (name, row) in zip(range(n)[::-1], _rows(customers), strict=True):
        own = purchases[purchases["customer"] == name]
        last = own.loc[own["place"] == Place.OBSERVED, "date"].max()
        label = "recency" if y == n - 1 else ""
        axes.plot(
            [mdates.date2num(last), end],
            [y, y],
            color=INK,
            lw=3,
            solid_capstyle="butt",
            label=label,
        )
        for place, look in ((Place.OBSERVED, OBSERVED), (Place.OUTCOME, LATER)):
            days = mdates.date2num(own.loc[own["place"] == place, "date"])
            shown = look if y == n - 1 else look | {"label": ""}
            axes.plot(days, [y] * len(days), ls="", ms=7, zorder=3, **shown)
        measured = _measured(transactions.study, row)
        said = f"{measured[0]}\n{', '.join(measured[1:])}"
        _write(axes, windows.observation[0], y, said)
        _write(axes, windows.outcome[0], y, _outcome(purchases, name, row).replace(": ", ":\n"))
    axes.set_yticks(range(n)[::-1], [wrapped(name, 12) for name, _ in _rows(customers)])
    axes.set_ylim(-0.75, n - 0.2)
    _shade(axes, transactions)
    axes.set_ylabel("Customer")
    axes.grid(visible=False)
    figure.legend(loc="outside lower left", ncols=1)
    write_title(figure, message_of_windows(transactions))
    return figure


def _rows(customers: pd.DataFrame) -> list[tuple[str, pd.Series]]:
    return [(str(row["customer_id"]), row) for _, row in customers.iterrows()]


def _measured(study: Study, row: pd.Series) -> list[str]:
    """Return what was measured of a customer: "Recency 46 days", "Frequency 4", "Amount 88.73"."""
    days = number(row["recency"], ",.0f")
    return [
        f"{study.label('recency')} {days} {study.predictors['recency'].unit}".rstrip(),
        f"{study.label('frequency')} {number(row['frequency'], ',.0f')}",
        f"{study.label('amount')} {number(row['amount'], ',.2f')}",
    ]


def _outcome(purchases: pd.DataFrame, name: str, row: pd.Series) -> str:
    later = (purchases["customer"] == name) & (purchases["place"] == Place.OUTCOME)
    n = int(later.sum())
    told = counted(n, "transaction") if n else "no transaction"
    return f"{told}: {_state(row)}"


def _state(row: pd.Series) -> str:
    return "retained" if row["retained"] == 1 else "churned"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _write(axes: Axes, day: Any, y: float, text: str) -> None:
    axes.text(mdates.date2num(day) + 4, y - 0.13, text, va="top", linespacing=1.1)


def _shade(axes: Axes, transactions: Transactions) -> None:
    """Shade and name the two windows, and name months at the axis."""
    windows = transactions.windows
    top = axes.get_ylim()[1]
    for (first, last), name, color in (
        (windows.observation, "observation window", BLUE),
        (windows.outcome, "outcome window", VERMILION),
    ):
        start, end = mdates.date2num(first), mdates.date2num(last) + 1
        axes.axvspan(start, end, lw=0, zorder=0, facecolor=color, alpha=0.10)
        axes.text((start + end) / 2, top - 0.08, name, ha="center", va="top", weight="bold")
    ends = mdates.date2num([windows.observation[0], windows.outcome[1]])
    axes.set_xlim(ends[0] - MARGIN, ends[1] + 1 + MARGIN)
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=4, maxticks=7))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y-%m"))


# --- Odds ratios under definitions ----------------------------------------------------------------


def sure(table: pd.DataFrame) -> list[str]:
    """Return the terms whose intervals lie on the same side of 1 under every definition.

    `table` is that of `erfm.transactions.definitions.odds_ratios`.
    """
    side = (table["lower"] > 1).astype(int) - (table["upper"] < 1).astype(int)
    found = side.groupby(level="term", sort=False).agg(["min", "max"])
    return [term for term, (low, high) in found.iterrows() if low == high != 0]


def message_of_definitions(study: Study, table: pd.DataFrame) -> str:
    """Say which variables are surely on one side of 1 whatever the definition."""
    names = ", ".join(map(study.label, sure(table))) or "no variable"
    return f"Surely on the same side of 1 under every definition: {names}"


def alt_of_definitions(study: Study, table: pd.DataFrame) -> str:
    """Return the alternative text of `definitions`: each variable's range of odds ratios."""
    ranges = table.groupby(level="term", sort=False)["odds_ratio"].agg(["min", "max"])
    told = [f"{study.label(t)} {low:.2f} to {high:.2f}" for t, (low, high) in ranges.iterrows()]
    return (
        "Odds ratios of each variable under several observation windows and definitions of "
        f"churned. {message_of_definitions(study, table)}. Smallest to largest: {'; '.join(told)}."
    )


def definitions(study: Study, table: pd.DataFrame) -> Figure:
    """Draw each variable's odds ratio with its interval under every definition.

    A panel a variable, a row an observation window, and a mark a meaning of churned; `table` is
    that of `erfm.transactions.definitions.odds_ratios`.
    """
    terms, windows, meanings = (list(table.index.unique(level)) for level in ("term", *DEFINITION))
    figure, panels = plt.subplots(
        len(terms), figsize=(WIDTH, (0.45 * len(windows) + 0.55) * len(terms) + 1.6),
        sharex=True, squeeze=False,
    )  # fmt: skip
    offsets = np.linspace(0.16, -0.16, len(meanings))
    places = np.arange(len(windows))[::-1]
    for axes, term in zip(panels.flat, terms, strict=True):
        for meaning, look, offset in zip(meanings, LOOKS, offsets, strict=False):
            rows = table.loc[term].xs(meaning, level=DEFINITION[1]).loc[windows]
            spread = [rows["odds_ratio"] - rows["lower"], rows["upper"] - rows["odds_ratio"]]
            axes.errorbar(
                rows["odds_ratio"], places + offset, xerr=np.clip(spread, 0, None), ls="",
                elinewidth=1.8, capsize=3, label=f"churned: no transaction in {meaning}", **look,
            )  # fmt: skip
        axes.axvline(1, color="black", lw=1)
        axes.set_yticks(places, windows)
        axes.set_ylim(-0.6, len(windows) - 0.4)
        axes.set_title(wrapped(study.label(term)))
        axes.grid(axis="y", visible=False)
    _log_axis(panels[-1, 0])
    figure.supylabel("Observation window")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower left", ncols=1)
    write_title(figure, message_of_definitions(study, table))
    return figure


def _log_axis(axes: Axes) -> None:
    axes.set_xscale("log")
    low, high = axes.get_xlim()
    ticks = [tick for tick in ROUND if low <= tick <= high]
    if len(ticks) > MOST_TICKS or not ROUND[0] <= low <= high <= ROUND[-1]:
        ticks = log_ticks(low, high, MOST_TICKS)
    axes.set_xticks(ticks, [number(tick, ",.12g") for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(ODDS)
