"""Tables of papers on trial: kinds of claim, recomputed tests, rates of detection, a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from erfm.paper.claims import KINDS, SUBJECTS, Key, Option
from erfm.paper.examination import Examination
from erfm.paper.grim import counts_of_share
from erfm.paper.intervals import count, decimals_of, read
from erfm.paper.paper_file import Paper
from erfm.paper.two_groups import CHI_SQUARE_TESTS, T_TESTS, tests_of_counts
from erfm.paper.verdict import FROM_WORST, Verdict

USUAL_TESTS = {
    "pooled": "Student's t",
    "welch": "Welch's t",
    "pearson": "Pearson's χ²",
    "yates": "χ² with Yates's correction",
    "fisher": "Fisher's exact test",
}
"""The tests that are recomputed, by their names in `erfm.paper.two_groups`."""


def kinds_of(subject: str) -> pd.DataFrame:
    """Return the kinds of claim about a subject of `SUBJECTS`.

    Index ``claim``; text columns ``needs`` (what must be printed, and in brackets what may be) and
    ``proves``.
    """
    rows = {
        name: {"needs": _needs(KINDS[name].everything, KINDS[name].needed),
               "proves": KINDS[name].proves}
        for name in SUBJECTS[subject]
    }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("claim")


def _needs(keys: Iterable[Key | Option], needed: Iterable[str]) -> str:
    """Return what keys hold, in words: those that are needed, and the others in brackets."""
    must = [key.what for key in keys if key.name in needed]
    may = [key.what for key in keys if key.name not in needed and isinstance(key, Key)]
    optional = f"({'; '.join(may)})" if may else ""
    return " ".join(filter(None, ["; ".join(must), optional]))


def percentages(examination: Examination) -> pd.DataFrame:
    """Return the shares that a paper prints with a whole, and the counts that print so.

    Returns
    -------
    DataFrame
        Index ``value`` (its title); columns ``printed``, ``n``, ``least_count`` and
        ``largest_count`` (those that print so, missing where none does) and ``possible_shares``: of
        all shares with so many decimals, that part which any count has.
    """
    rows = {}
    for examined in examination.claims:
        if examined.claim.kind == "possible_share":
            given = examined.claim.given
            share, whole = (examination.paper.printed[str(given[k])] for k in ("share", "whole"))
            rows[share.title] = _percentage(share.text, whole.text)
    columns = ["printed", "n", "least_count", "largest_count", "possible_shares"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("value")


def _percentage(share: str, whole: str) -> dict[str, object]:
    counts, n = counts_of_share(share, whole), count(whole)
    shares = np.round(np.arange(n + 1) / n, decimals_of(share))
    ends = (counts[0], counts[-1]) if counts else (pd.NA, pd.NA)
    possible = len(np.unique(shares)) / (10 ** decimals_of(share) + 1)
    least, largest = ends
    return {
        "printed": share,
        "n": n,
        "least_count": least,
        "largest_count": largest,
        "possible_shares": possible,
    }


def recomputed_tests(examination: Examination) -> pd.DataFrame:
    """Return the p-values of usual tests, from the means, sds and counts that a paper prints.

    Returns
    -------
    DataFrame
        A row for each claim that compares two groups and each test; columns ``comparison`` (the
        claim's name), ``test``, ``p``, ``printed`` (what the paper says of p) and ``fits`` (whether
        this p is among what is printed).
    """
    rows: list[dict[str, object]] = []
    for examined in examination.claims:
        claim, printed = examined.claim, examination.paper.printed
        if "p" not in claim.given or claim.kind not in _TESTS:
            continue
        texts = {
            key: [printed[i].text for i in ids] if isinstance(ids, tuple) else printed[ids].text
            for key, ids in claim.given.items()
        }
        said = read(str(texts["p"]))
        rows += [
            {"comparison": claim.name, "test": USUAL_TESTS[test], "p": p, "printed": texts["p"],
             "fits": said.lower <= p <= said.upper}
            for test, p in _TESTS[claim.kind](texts)
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=["comparison", "test", "p", "printed", "fits"])


def _t_tests(texts: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    """Yield the p-values of two tails; without spread or with one case there is no test."""
    one, other = (
        (read(texts[f"mean_{i}"]).value, read(texts[f"sd_{i}"]).value, count(texts[f"n_{i}"]))
        for i in (1, 2)
    )
    if min(one[2], other[2]) > 1 and max(one[1], other[1]) > 0:
        for test in T_TESTS:
            found = stats.ttest_ind_from_stats(*one, *other, equal_var=test == "pooled")
            yield test, float(found.pvalue)


def _tests_of_shares(texts: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    table = [_cells(texts[f"events_{i}"], texts[f"n_{i}"]) for i in (1, 2)]
    yield from _tests_of(np.array(table))


def _cells(events: str, n: str) -> list[int]:
    """Return events and non-events; of several counts that print as a share, the middle one."""
    shared = "%" in events or "." in events
    possible = counts_of_share(events, n) if shared else range(count(events), count(events) + 1)
    number = possible[len(possible) // 2]
    return [number, count(n) - number]


def _tests_of_counts(texts: Mapping[str, list[str]]) -> Iterator[tuple[str, float]]:
    cells = np.array([count(cell) for cell in texts["counts"]])
    yield from _tests_of(cells.reshape(2, -1))


def _tests_of(table: np.ndarray) -> Iterator[tuple[str, float]]:
    found = tests_of_counts(table)
    for test in CHI_SQUARE_TESTS:
        if test in found and test in USUAL_TESTS:
            yield test, found[test][1]


_TESTS: dict[str, Callable[[Any], Iterator[tuple[str, float]]]] = {
    "t_test": _t_tests,
    "two_shares": _tests_of_shares,
    "counts_test": _tests_of_counts,
}


def narrowest_range(proof: Verdict, n: int) -> float:
    """Return the narrowest range that the printed extremes of n values allow: they are rounded.

    `proof` is that of `erfm.paper.grim.examine_sd_and_range`.
    """
    return proof.numbers["least_sd"] * sqrt(2 * (n - 1))


def least_sd(range_: float, n: int) -> float:
    """Return the least standard deviation of n values with a range: range / √(2(n - 1)).

    See `erfm.paper.grim.examine_sd_and_range`.
    """
    return range_ / sqrt(2 * (n - 1))


def summarised_rates(rates: pd.DataFrame) -> pd.DataFrame:
    """Return the shares of planted errors that are found, by error and by kind of paper.

    Parameters
    ----------
    rates : DataFrame
        Of `true_papers.detection_rates`.

    Returns
    -------
    DataFrame
        Index ``by`` ("error" or "paper") and ``what``; columns ``planted``, ``found``, ``rate``
        with Wilson's limits of 95% in ``lower`` and ``upper``.
    """
    parts = {
        "error": rates.groupby("error", sort=False),
        "paper": rates.groupby("kind", sort=False),
    }
    counts = pd.concat({by: part[["planted", "found"]].sum() for by, part in parts.items()})
    lower, upper = proportion_confint(counts["found"], counts["planted"], method="wilson")
    share = counts["found"] / counts["planted"]
    return counts.assign(rate=share, lower=lower, upper=upper).rename_axis(["by", "what"])


def verdicts_by_kind(examination: Examination) -> pd.DataFrame:
    """Return how many claims of each kind have each verdict: index ``kind``, a column a verdict."""
    table = examination.claims_table()
    kinds = table["kind"].replace({"hosmer_lemeshow": "Hosmer–Lemeshow"})
    counted = pd.crosstab(kinds, table["verdict"])
    return counted[[verdict for verdict in FROM_WORST if verdict in counted]].rename_axis(
        columns=None
    )


def steps_of(text: str) -> list[tuple[str, str]]:
    """Return the steps in which a paper's file is written: each one's title, and what it adds.

    A line ``# --- 1. Title ---`` opens a step; what stands before the first is left out.
    """
    parts = re.split(r"^# --- \d+\. (.+) ---\n", text, flags=re.M)
    return [(title, part.strip()) for title, part in zip(parts[1::2], parts[2::2], strict=True)]


def printed_table(paper: Paper) -> pd.DataFrame:
    """Return what a paper prints: index ``value``; columns ``place`` and ``printed``."""
    rows = {v.title: {"place": v.place, "printed": v.printed} for v in paper.printed.values()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("value")


def common_to_refuted(examination: Examination) -> list[str]:
    """Return the values on which every refuted claim rests, and no claim that holds."""
    refuted = [set(c.claim.used) for c in examination.claims if c.proof.refuted]
    cleared = {i for c in examination.claims if not c.proof.refuted for i in c.claim.used}
    shared = set.intersection(*refuted) if refuted else set()
    return [name for name in examination.paper.printed if name in shared - cleared]


def one_digit_changed(printed: str) -> list[str]:
    """Return every text that differs from a printed number in one digit."""
    return [
        printed[:i] + other + printed[i + 1 :]
        for i, digit in enumerate(printed)
        if digit.isdigit()
        for other in "0123456789"
        if other != digit
    ]
