"""The four verdicts on printed numbers, what each means, and what a proof says.

They are defined here and nowhere else: pages, terminal, files and tests read them from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from erfm.escaping import markdown

HOLDS = "holds"
IMPOSSIBLE = "impossible"
CONTRADICTS = "contradicts other printed values"
CANNOT_BE_JUDGED = "cannot be judged"

MEANINGS = {
    HOLDS: "other printed numbers imply it",
    IMPOSSIBLE: "no data whatever of the printed size can have it",
    CONTRADICTS: "it is impossible together with other printed numbers, all of which are named",
    CANNOT_BE_JUDGED: "it needs what is not printed, and the reason says what",
}
"""What each verdict says of a printed value."""

VERDICTS = tuple(MEANINGS)
"""The verdicts in the order in which a page explains them."""

FROM_WORST = (IMPOSSIBLE, CONTRADICTS, HOLDS, CANNOT_BE_JUDGED)
"""The verdicts, the worst first."""

REFUTED = (IMPOSSIBLE, CONTRADICTS)
"""The verdicts on what cannot stand: by itself, or beside other printed numbers."""

ONE = {
    HOLDS: "holds",
    IMPOSSIBLE: "is impossible",
    CONTRADICTS: "contradicts others",
    CANNOT_BE_JUDGED: "cannot be judged",
}
SEVERAL = {
    **ONE,
    HOLDS: "hold",
    IMPOSSIBLE: "are impossible",
    CONTRADICTS: "contradict others",
}
"""What is said of one value with a verdict, and of several."""

FORMULA_BREAK = r", \qquad "
"""What parts the lines of a formula."""


@dataclass(frozen=True)
class Verdict:
    """What a proof says.

    Attributes
    ----------
    verdict : str
        One of `VERDICTS`; `MEANINGS` says what each says.
    reason : str
        The argument in a sentence.
    inequality : str
        The argument in LaTeX, with its numbers, in lines parted by `FORMULA_BREAK`; "" if none.
    what_would_have_to_be_true : str
        What would reconcile the numbers; "" if nothing is refuted and nothing open.
    numbers : mapping of str to float
        The numbers of the argument, unrounded.
    together : tuple of str
        The printed values that cannot all be right, each with what it is; empty unless they
        contradict each other, or where a proof was not given their names.
    """

    verdict: str
    reason: str
    inequality: str = ""
    what_would_have_to_be_true: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict, hash=False)
    together: tuple[str, ...] = ()

    @property
    def refuted(self) -> bool:
        """Whether the printed value cannot stand: impossible, or contradicted by another."""
        return self.verdict in REFUTED

    @property
    def markdown(self) -> str:
        """The verdict as a referee writes it, in Markdown with LaTeX."""
        paragraphs = [f"**{self.verdict.capitalize()}.** {self.reason}"]
        if self.inequality:
            paragraphs += [f"$${line}$$" for line in self.inequality.split(FORMULA_BREAK)]
        if self.together:
            named = markdown("; ".join(self.together))
            paragraphs.append(f"*These cannot all be right:* {named}.")
        if self.what_would_have_to_be_true:
            paragraphs.append(f"*What would have to be true:* {self.what_would_have_to_be_true}")
        return "\n\n".join(paragraphs)


def joined(proofs: Sequence[Verdict], verdict: str) -> Verdict:
    """Return several proofs as one argument for a verdict; what two of them say is said once."""

    def joined_texts(texts: Iterable[str], between: str) -> str:
        return between.join(text for text in dict.fromkeys(texts) if text)

    return Verdict(
        verdict,
        joined_texts((proof.reason for proof in proofs), " "),
        joined_texts((proof.inequality for proof in proofs), FORMULA_BREAK),
        joined_texts((proof.what_would_have_to_be_true for proof in proofs), " "),
        {name: value for proof in reversed(proofs) for name, value in proof.numbers.items()},
    )


def meanings(order: Iterable[str] = VERDICTS) -> str:
    """Say what each verdict means, as a list in Markdown."""
    return "\n".join(f"- **{verdict}**: {MEANINGS[verdict]}." for verdict in order)


def counts_in_words(
    counts: pd.Series, one: Mapping[str, str] = ONE, several: Mapping[str, str] = SEVERAL
) -> str:
    """Return e.g. "2 are impossible and 7 hold"; `one` and `several` say it by verdict."""
    return listed(
        [f"{n:,} {(one if n == 1 else several)[verdict]}" for verdict, n in counts.items()]
    )


def listed(parts: Sequence[str]) -> str:
    """Return parts of a sentence as a list: "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
