"""Printed and computed values on one scale: what the examination draws with `figures.scale`.

Each function takes the numbers of a proof and returns a `Scale`: the values, the part of the scale
that no data can reach, and the figure's words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import nan

import pandas as pd
from matplotlib.figure import Figure

from erfm.formats import percent
from erfm.paper import figures
from erfm.paper.arithmetic import SolvedTable
from erfm.paper.ledger import printed
from erfm.paper.verdict import Verdict

Interval = tuple[float, float, float]
"""A value with its lower and upper limit."""

FLOOR_SHOWN = 0.0003
"""Where the scale of standardised coefficients begins: below the least that is printed."""


@dataclass(frozen=True)
class Scale:
    """Values on one scale, with the words of the figure; see `figures.scale`.

    Attributes
    ----------
    points : DataFrame
        Index = what each value is; columns value, lower, upper (missing where there is no interval)
        and printed (whether the paper prints it).
    title, label, alt : str
        The message, the axis with its unit, and the text in place of the figure.
    excluded : pair of float, optional
        The part of the scale that no data can reach, named `excluded_label`.
    """

    points: pd.DataFrame
    title: str
    label: str
    alt: str
    excluded: tuple[float, float] | None = None
    excluded_label: str = "impossible"
    log: bool = False
    decimals: int = 3

    def draw(self) -> Figure:
        """Draw the scale."""
        return figures.scale(
            self.points,
            title=self.title,
            label=self.label,
            excluded=self.excluded,
            excluded_label=self.excluded_label,
            log=self.log,
            decimals=self.decimals,
        )


def _points(values: Mapping[str, float | Interval], as_printed: Collection[str]) -> pd.DataFrame:
    """Return the table of `Scale.points`; `as_printed` names the values that the paper prints."""
    rows = {
        name: value if isinstance(value, tuple) else (value, nan, nan)
        for name, value in values.items()
    }
    columns = ["value", "lower", "upper"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype(float)
    return table.assign(printed=table.index.isin(list(as_printed)))


def accuracy(solved: SolvedTable, claimed: float) -> Scale:
    """Compare a claimed accuracy with that of the printed counts, and with no model at all."""
    low, high = 100 * solved.accuracy_lower, 100 * solved.accuracy_upper
    values: dict[str, float | Interval] = {
        "always “churned”": 100 * solved.no_information_rate,
        "the printed counts": (100 * solved.accuracy, low, high),
        "the printed accuracy": 100 * claimed,
    }
    shares = (solved.no_information_rate, solved.accuracy, claimed)
    nothing, counted, printed_so = (percent(share, 2) for share in shares)
    to_nothing, to_claim = (abs(solved.accuracy - share) for share in (shares[0], claimed))
    nearer = "no model" if to_nothing < to_claim else "the claim"
    farther = "the claim" if to_nothing < to_claim else "no model"
    return Scale(
        _points(values, {"the printed accuracy"}),
        f"The table's own accuracy is nearer to {nearer} than to {farther}",
        "Accuracy (% classified correctly)",
        f"Accuracy of always answering churned {nothing}, of the printed counts {counted} with its "
        f"95% interval, and as printed {printed_so}.",
        decimals=2,
    )


def interval(
    as_printed: Interval, narrowest: Mapping[int, tuple[float, float]], estimated: pd.Series
) -> Scale:
    """Compare a printed interval with the narrowest possible ones and with an estimate.

    Parameters
    ----------
    as_printed : Interval
        The odds ratio with its limits.
    narrowest : mapping of int to pair of float
        The limits of the narrowest interval by the number of customers; see
        `bounds.narrowest_interval`.
    estimated : Series
        odds_ratio, lower and upper on the reconstruction.
    """
    limits = {
        f"narrowest, {n:,} customers": (as_printed[0], *pair) for n, pair in narrowest.items()
    }
    found = tuple(estimated[["odds_ratio", "lower", "upper"]])
    narrower = [as_printed[2] / as_printed[1] < high / low for low, high in narrowest.values()]
    title = (
        "The printed interval is narrower than the printed spread allows"
        if all(narrower)
        else "The printed interval is no narrower than the printed spread allows"
    )
    return Scale(
        _points({"printed": as_printed, **limits, "reconstruction": found}, {"printed"}),
        title,
        "Odds ratio for one more transaction, 95% interval",
        f"{title}: Frequency's odds ratio with the printed limits, the narrowest possible ones on "
        f"{' or '.join(f'{n:,}' for n in narrowest)} customers, and the reconstruction's.",
    )


def standard_error(proof: Verdict) -> Scale:
    """Compare the standard error that an odds ratio and its p imply with the least possible one."""
    implied, least = proof.numbers["standard_error"], proof.numbers["least_standard_error"]
    values = {"implied by the printed OR and p": implied, "least for an indicator": least}
    inside = implied < least
    return Scale(
        _points(values, {"implied by the printed OR and p"}),
        f"An indicator can{'not' if inside else ''} have so small a standard error",
        "Standard error of B (log scale)",
        f"The implied standard error {implied:.4f} lies {'in' if inside else 'outside'} the region "
        f"below {least:.4f} that no indicator can reach.",
        excluded=(implied / 3, least),
        excluded_label="impossible for an indicator",
        log=True,
        decimals=4,
    )


def standardised(proof: Mapping[str, Verdict]) -> Scale:
    """Compare the printed standardised coefficients with the floor of significance."""
    names = ("Frequency", "Recency", "Age", "Gender")
    claimed = {name: printed(f"standardised_{name.lower()}") for name in names}
    floor = proof["Recency"].numbers
    computed = {
        "Frequency from its OR and sd": proof["Frequency"].numbers["effect"],
        "least significant B·sd": floor["least"],
        "least significant, SAS STB": floor["least_sas"],
    }
    below = [name for name in names if claimed[name] < floor["least_sas"]]
    times = claimed["Frequency"] / computed["Frequency from its OR and sd"]
    count = ("No", "One", "Two", "Three", "Four")[len(below)]
    return Scale(
        _points(claimed | computed, names),
        f"{count} “significant” variable{'s lie' if len(below) != 1 else ' lies'} below the floor "
        "of significance",
        "|standardised coefficient| (log scale)",
        f"Below the least standardised coefficient that can be significant: "
        f"{', '.join(below) or 'none'}. Frequency's is {times:.1f} times what its odds ratio and "
        "standard deviation give.",
        excluded=(FLOOR_SHOWN, floor["least_sas"]),
        excluded_label="cannot be significant",
        log=True,
        decimals=5,
    )


def deviance(proof: Verdict, constant_only: float) -> Scale:
    """Compare the printed χ², read as −2LL per customer, with what the printed errors allow.

    `constant_only` is −2LL per customer of a model without variables.
    """
    least = proof.numbers["least_deviance_per_customer"]
    claimed_so = proof.numbers["deviance_per_customer"]
    values = {
        "printed, read as −2LL": claimed_so,
        "least that the printed errors allow": least,
        "constant only (reconstruction)": constant_only,
    }
    return Scale(
        _points(values, {"printed, read as −2LL"}),
        f"Read as −2LL, the fit would {'beat' if claimed_so < least else 'not beat'} its own "
        "errors",
        "−2 log-likelihood per customer",
        f"−2 log-likelihood per customer: the printed value {claimed_so:.3f} lies "
        f"{'below' if claimed_so < least else 'above'} the least, {least:.3f}, that the errors "
        "of the printed classification table allow.",
        excluded=(0, least),
        excluded_label="impossible with the printed errors",
    )
