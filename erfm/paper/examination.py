"""The examination of a paper: a verdict on every claim, and on every printed value.

A value's verdict is the worst of those on the claims about it; `MEANINGS` of `erfm.paper.verdict`
says what each means. No verdict says how a number came about: see `FAIRNESS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from erfm.paper.claims import KINDS, Key
from erfm.paper.paper_file import Claim, Paper, PrintedValue, load_paper
from erfm.paper.verdict import (
    CANNOT_BE_JUDGED,
    CONTRADICTS,
    FROM_WORST,
    IMPOSSIBLE,
    REFUTED,
    Verdict,
    joined,
)
from erfm.paper.verdict import MEANINGS as MEANINGS

FAIRNESS = (
    "A verdict is about printed numbers, not about people. A number that cannot stand may be a "
    "misprint, a value read off the wrong row or column, or one whose table is lost; nothing here "
    "says how it came about, and nothing implies intent. A value that holds, or cannot be judged, "
    "is not thereby right. Ask the authors before you conclude anything."
)
"""What the verdicts do not mean."""


@dataclass(frozen=True)
class ExaminedClaim:
    """A claim with its proof, whose verdict is the worst on a value that the claim judges."""

    claim: Claim
    proof: Verdict
    size: tuple[str, ...]
    """The ids of the values that say how many cases there are."""

    def others(self, value: str) -> tuple[str, ...]:
        """Return the ids of the values, but this one, that the claim rests on."""
        return tuple(i for i in self.claim.used if i != value)

    def verdict_on(self, value: str) -> str:
        """Return the verdict on a value: impossible only if no data of the printed size have it."""
        needs_others = set(self.others(value)) - set(self.size)
        if self.proof.verdict == IMPOSSIBLE and needs_others:
            return CONTRADICTS
        return self.proof.verdict

    @property
    def verdict(self) -> str:
        """The worst verdict on a value that the claim judges."""
        return min(map(self.verdict_on, self.claim.about), key=FROM_WORST.index)

    def implied(self, value: str) -> float | None:
        """Return what the claim's other values make a value, or the bound that they set it."""
        implies = KINDS[self.claim.kind].implies
        names = [name for key, name in implies.items() if self.claim.given.get(key) == value]
        return self.proof.numbers.get(names[0]) if names else None


@dataclass(frozen=True)
class JudgedValue:
    """A printed value with its verdict.

    Attributes
    ----------
    value : PrintedValue
    verdict : str
        The worst of its claims' verdicts.
    claims : tuple of ExaminedClaim
        The claims about it that give this verdict, in the file's order, and after those that make
        it impossible the ones that it contradicts; empty if no claim is about it.
    together_with : tuple of PrintedValue
        All other printed values that it contradicts.
    """

    value: PrintedValue
    verdict: str
    claims: tuple[ExaminedClaim, ...] = ()
    together_with: tuple[PrintedValue, ...] = ()

    @property
    def proof(self) -> Verdict:
        """The argument: every proof that refutes it, the worst first, or the first that does not.

        Each ends with the file's note on its claim.
        """
        told = [
            replace(c.proof, reason=f"{c.proof.reason} {c.claim.note}".strip()) for c in self.claims
        ]
        together = (self.value, *self.together_with) if self.together_with else ()
        argument = joined(told if self.refuted else told[:1] or [NO_CLAIM], self.verdict)
        return replace(argument, together=tuple(map(_named, together)))

    @property
    def reason(self) -> str:
        """Why, in words."""
        return self.proof.reason

    @property
    def refuted(self) -> bool:
        """Whether the printed value cannot stand: impossible, or contradicted by others."""
        return self.verdict in REFUTED

    @property
    def implied(self) -> float | None:
        """What other printed values make it, or the bound that they set it; None if they do not."""
        found = (claim.implied(self.value.id) for claim in self.claims)
        return next((number for number in found if number is not None), None)


NO_CLAIM = Verdict(CANNOT_BE_JUDGED, "No claim of the file is about it.")


@dataclass(frozen=True)
class Examination:
    """A paper with the verdict on each of its claims and values."""

    paper: Paper
    claims: tuple[ExaminedClaim, ...]
    judged: dict[str, JudgedValue]

    @property
    def refuted(self) -> bool:
        """Whether any printed value cannot stand."""
        return any(judged.refuted for judged in self.judged.values())

    def proof(self, name: str) -> Verdict:
        """Return the proof of the claim that the file calls `name`."""
        number = self.paper.claim(name).number
        return self.claims[number - 1].proof

    def counts(self) -> pd.Series:
        """Return how many printed values have each verdict, in the order of `FROM_WORST`."""
        verdicts = pd.Series([judged.verdict for judged in self.judged.values()], dtype=object)
        return verdicts.value_counts().reindex(FROM_WORST, fill_value=0).rename("values")

    def values_table(self) -> pd.DataFrame:
        """Return a row for each printed value.

        Index ``id``; text columns ``place``, ``value`` (variable and what is printed of it),
        ``printed``, ``verdict``, ``together_with`` (what it contradicts), ``why``, ``formula``
        (LaTeX), ``what_would_have_to_be_true``, ``claims`` (their numbers), ``quotation`` and
        ``translation``.
        """
        return pd.DataFrame.from_dict(
            {name: _row(judged) for name, judged in self.judged.items()}, orient="index"
        ).rename_axis("id")

    def claims_table(self) -> pd.DataFrame:
        """Return a row for each claim.

        Index ``claim`` (its number); text columns ``kind``, ``about`` and ``rests_on`` (ids of
        values), ``verdict``, ``why``, ``formula``, ``what_would_have_to_be_true`` and ``note``.
        """
        rows = {
            examined.claim.number: {
                "kind": examined.claim.kind,
                "about": ", ".join(examined.claim.about),
                "rests_on": ", ".join(examined.claim.used),
                "verdict": examined.verdict,
                **_argument(examined.proof),
                "note": examined.claim.note,
            }
            for examined in self.claims
        }
        columns = ["kind", "about", "rests_on", "verdict", *_argument(NO_CLAIM), "note"]
        table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
        return table.rename_axis("claim")


def _argument(proof: Verdict) -> dict[str, str]:
    return {
        "why": proof.reason,
        "formula": proof.inequality,
        "what_would_have_to_be_true": proof.what_would_have_to_be_true,
    }


def _row(judged: JudgedValue) -> dict[str, str]:
    value = judged.value
    return {
        "place": value.place,
        "value": value.title,
        "printed": value.shown,
        "verdict": judged.verdict,
        "together_with": named(judged.together_with),
        **_argument(judged.proof),
        "claims": ", ".join(str(examined.claim.number) for examined in judged.claims),
        "quotation": value.quotation,
        "translation": value.translation,
    }


def named(values: tuple[PrintedValue, ...]) -> str:
    """Return printed values as a list: what each is, and its text."""
    return "; ".join(map(_named, values))


def _named(value: PrintedValue) -> str:
    return f"{value.title} {value.shown}"


def examine_paper(paper: Paper | str | Path) -> Examination:
    """Examine a paper.

    Parameters
    ----------
    paper : Paper, str or Path
        The paper, or its file: see `erfm.paper.paper_file.load_paper`.

    Raises
    ------
    PaperError
        The file cannot be used.
    """
    if not isinstance(paper, Paper):
        paper = load_paper(paper)
    claims = tuple(_examined(claim, paper) for claim in paper.claims)
    judged = {name: _judged(value, claims, paper) for name, value in paper.printed.items()}
    return Examination(paper, claims, judged)


def _examined(claim: Claim, paper: Paper) -> ExaminedClaim:
    kind = KINDS[claim.kind]
    given = {
        k.name: _given(k, claim.given[k.name], paper) for k in kind.keys if k.name in claim.given
    }
    size = tuple(str(claim.given[k.name]) for k in kind.keys if k.size and k.name in claim.given)
    examined = ExaminedClaim(claim, _proved(kind.proof, {**given, **claim.options}), size)
    together = (*claim.about, *claim.used) if examined.verdict == CONTRADICTS else ()
    named_values = tuple(_named(paper.printed[i]) for i in dict.fromkeys(together))
    return replace(
        examined, proof=replace(examined.proof, verdict=examined.verdict, together=named_values)
    )


def _given(key: Key, ids: str | tuple[str, ...], paper: Paper) -> Any:
    if isinstance(ids, str):
        return paper.printed[ids].text
    if key.named:
        return {paper.printed[i].variable: paper.printed[i].text for i in ids}
    return tuple(paper.printed[i].text for i in ids)


def _proved(proof: Callable[..., Verdict], given: dict[str, Any]) -> Verdict:
    """Return what a proof says; it can say nothing of numbers that it cannot compute with.

    An odds ratio that prints as 0.00, for example, has no logarithm.
    """
    try:
        with np.errstate(divide="raise", invalid="raise"):
            return proof(**given)
    except (ValueError, ArithmeticError) as error:
        return Verdict(
            CANNOT_BE_JUDGED,
            f"Nothing can be computed from the printed numbers: {str(error).rstrip('.')}.",
        )


def _judged(value: PrintedValue, claims: tuple[ExaminedClaim, ...], paper: Paper) -> JudgedValue:
    about = [examined for examined in claims if value.id in examined.claim.about]
    if not about:
        return JudgedValue(value, CANNOT_BE_JUDGED)
    ordered = sorted(about, key=lambda c: FROM_WORST.index(c.verdict_on(value.id)))
    verdict = ordered[0].verdict_on(value.id)
    agree = (IMPOSSIBLE, CONTRADICTS) if verdict == IMPOSSIBLE else (verdict,)
    same = tuple(c for c in ordered if c.verdict_on(value.id) in agree)
    beside = [c for c in same if c.verdict_on(value.id) == CONTRADICTS]
    others = [i for c in beside for i in c.others(value.id)]
    together = tuple(paper.printed[i] for i in dict.fromkeys(others))
    return JudgedValue(value, verdict, same, together)
