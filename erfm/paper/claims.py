"""The kinds of claim about printed numbers: what each needs, what it proves, and the proof.

A claim of a paper's file (`erfm.paper.paper_file`) names a kind of `KINDS`, and for each of the
kind's keys a printed value. The kinds are the one list from which files are checked, proofs are
called and the table of what can be judged is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import pandas as pd

from erfm.paper.arithmetic import (
    CANNOT_BE_JUDGED,
    CONTRADICTS,
    Number,
    SolvedTable,
    Verdict,
    examine_accuracy,
    examine_chi_square,
    examine_cutoff,
    examine_printed_sum,
    examine_ranking,
    examine_share,
    solve_classification_table,
    span,
)
from erfm.paper.bounds import (
    examine_interval,
    examine_kurtosis,
    examine_log_odds_ratio,
    examine_mean_and_sd,
    examine_p_value,
    examine_significant_variables,
    examine_skewness,
    examine_standardised_against_odds_ratio,
    examine_standardised_significance,
    examine_zero_coefficient,
)
from erfm.paper.ledger import parse_printed
from erfm.paper.normal_predictor import examine_predicted_share

COUNT, NUMBER, P_VALUE, TEXT = "a whole count", "a number", "a p-value", "a text"
HOLDS_IN_KEY = (COUNT, NUMBER, P_VALUE, TEXT)
"""What a printed value that a key names can be; a p-value may be an inequality, as "< .05"."""

_INEQUALITY = re.compile(r"(?:[Pp]\s*)?[<>≤≥=]?\s*(?=[\d.])")


@dataclass(frozen=True)
class Key:
    """A key of a kind of claim, which names a printed value, or several.

    Attributes
    ----------
    name : str
        The key, and the proof's keyword argument.
    what : str
        What the printed value is.
    holds : str
        One of `HOLDS_IN_KEY`.
    several : bool
        Whether the key names a list of values.
    named : bool
        Whether the proof is given several values with the names of their variables.
    optional : bool
        Whether a claim may do without.
    size : bool
        Whether it is how many cases there are. A value that no data of this size can have is
        impossible; one that needs other printed numbers to be refuted contradicts these.
    """

    name: str
    what: str
    holds: str = NUMBER
    several: bool = False
    named: bool = False
    optional: bool = False
    size: bool = False


@dataclass(frozen=True)
class Option:
    """A key of a kind of claim that is no printed value; without a default, it must be given."""

    name: str
    what: str
    type: type
    default: Any = None
    required: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of claim.

    Attributes
    ----------
    proof : callable
        Takes what the keys name as printed texts, and the options; returns a `Verdict`.
    proves : str
        What it can prove, in a sentence.
    keys : tuple of Key
    about : tuple of str
        The keys whose values it judges, unless a claim says otherwise; empty if a claim must say.
    options : tuple of Option
    """

    proof: Callable[..., Verdict]
    proves: str
    keys: tuple[Key, ...]
    about: tuple[str, ...]
    options: tuple[Option, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every key that a claim of this kind may have, but those of all claims."""
        return (*(key.name for key in self.keys), *(option.name for option in self.options))

    @property
    def needed(self) -> tuple[str, ...]:
        """The keys that a claim of this kind must have."""
        options = (option.name for option in self.options if option.required)
        return (*(key.name for key in self.keys if not key.optional), *options)

    def of(self, name: str) -> Key | Option:
        """Return the key or option of a name."""
        everything: tuple[Key | Option, ...] = (*self.keys, *self.options)
        return next(key for key in everything if key.name == name)


def fits(printed: str, holds: str) -> bool:
    """Return whether a printed text is what a key holds."""
    if holds == TEXT:
        return True
    text = _INEQUALITY.sub("", printed, count=1) if holds == P_VALUE else printed
    try:
        number = parse_printed(text)
    except ValueError:
        return False
    return holds != COUNT or (isinstance(number.value, int) and number.value >= 0)


def kinds_table() -> pd.DataFrame:
    """Return what can be judged: index ``kind``; columns ``needs``, ``proves`` and ``judges``."""
    rows = {
        name: {
            "needs": "; ".join(_needs(key) for key in kind.keys) or "nothing",
            "proves": kind.proves,
            "judges": ", ".join(kind.about) or "what the claim names",
        }
        for name, kind in KINDS.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("kind")


def _needs(key: Key) -> str:
    optional = " (if printed)" if key.optional else ""
    return f"{key.name}: {key.what}{optional}"


# --- The proofs, as the keys name their arguments -------------------------------------------------


def _count(text: str) -> int:
    return int(parse_printed(text).value)


def _share(part: str, whole: str, share: str) -> Verdict:
    return examine_share(_count(part), _count(whole), share)


def _solved(counts: Mapping[str, str]) -> SolvedTable | Verdict:
    """Return the classification table, or what is said of counts that make none."""
    try:
        return solve_classification_table(**{name: _count(text) for name, text in counts.items()})
    except ValueError as error:
        return Verdict(CONTRADICTS, str(error), "", "One of the counts would have to be another.")


def _classification_table(**counts: str) -> Verdict:
    solved = _solved(counts)
    return solved if isinstance(solved, Verdict) else solved.margins


def _accuracy(accuracy: str, **counts: str) -> Verdict:
    solved = _solved(counts)
    return _unjudged(solved) if isinstance(solved, Verdict) else examine_accuracy(solved, accuracy)


def _chi_square(chi_square: str, n: str, cutoff: str, df: int, **counts: str) -> Verdict:
    solved = _solved(counts)
    if isinstance(solved, Verdict):
        return _unjudged(solved)
    return examine_chi_square(chi_square, n=_count(n), solved=solved, cutoff=cutoff, df=df)


def _unjudged(table: Verdict) -> Verdict:
    return Verdict(CANNOT_BE_JUDGED, f"The counts make no classification table: {table.reason}")


def _of_sample(examine: Callable[..., Verdict]) -> Callable[..., Verdict]:
    """Return a proof that is given its number of cases and its extremes as text.

    The extremes of whole numbers are exact; those of other values are rounded as all are.
    """

    def proof(*, n: str, minimum: str, maximum: str, whole_numbers: bool, **values: str) -> Verdict:
        extremes: dict[str, Number] = {"minimum": minimum, "maximum": maximum}
        if whole_numbers:
            extremes = {name: parse_printed(str(text)).value for name, text in extremes.items()}
        return examine(n=_count(n), **extremes, **values)

    return proof


def _interval(*, n: str, level: str = "95%", **values: str) -> Verdict:
    return examine_interval(n=_count(n), level=level, **values)


def _p_value(*, n: str, largest: int = 1, **values: str) -> Verdict:
    return examine_p_value(n=_count(n), largest=largest, **values)


def _significance(*, n: str, coefficient: str, alpha: str = "0.05") -> Verdict:
    return examine_standardised_significance(coefficient, n=_count(n), alpha=alpha)


def _without(names: Sequence[str], coefficients: Mapping[str, str]) -> Verdict | None:
    """Return what is said of a list with a variable whose coefficient the claim does not name."""
    lacking = [name for name in names if name not in coefficients]
    if not lacking:
        return None
    return Verdict(CANNOT_BE_JUDGED, f"No coefficient is given of {', '.join(lacking)}.")


def _significant_variables(
    *, variables: str, coefficients: Mapping[str, str], n: str, alpha: str = "0.05"
) -> Verdict:
    names = variables.split(", ")
    return _without(names, coefficients) or examine_significant_variables(
        {name: coefficients[name] for name in names}, n=_count(n), alpha=alpha
    )


def _ranking(*, ranking: str, coefficients: Mapping[str, str]) -> Verdict:
    lacking = _without(ranking.split(" > "), coefficients)
    return lacking or examine_ranking(ranking, coefficients)


def _zero_coefficient(
    *,
    coefficient: str,
    n: str,
    decimals: int,
    alpha: str = "0.05",
    rival_odds_ratio: str = "1",
    rival_sd: str = "0",
) -> Verdict:
    if span(coefficient).value != 0:
        return Verdict(CANNOT_BE_JUDGED, f"{coefficient} is printed, which is not zero.")
    return examine_zero_coefficient(
        decimals=decimals,
        n=_count(n),
        rival_effect=log(span(rival_odds_ratio).value) * span(rival_sd).value,
        alpha=alpha,
    )


def _cutoff(*, cutoff: str, positive: str, total: str, samples: Sequence[str]) -> Verdict:
    return examine_cutoff(
        cutoff, positive=_count(positive), total=_count(total), samples=[*map(_count, samples)]
    )


def _predicted_share(
    *, predicted: str, positive: str, total: str, cutoff: str, odds_ratio: str, sd: str,
    effects: int,
) -> Verdict:  # fmt: skip
    return examine_predicted_share(
        _count(predicted) / _count(total),
        base_rate=_count(positive) / _count(total),
        cutoff=cutoff,
        largest_effect=abs(log(span(odds_ratio).value)) * span(sd).value,
        effects=effects,
    )


def _no_judgement(*, reason: str) -> Verdict:
    return Verdict(CANNOT_BE_JUDGED, reason)


# --- The kinds ------------------------------------------------------------------------------------

_CASES = Key("n", "the number of cases", COUNT, size=True)
_LEVEL = Key("level", "the confidence level; 95% by default", optional=True)
_ALPHA = Key("alpha", "the level of significance; 0.05 by default", optional=True)
_ODDS_RATIO, _SD = Key("odds_ratio", "the odds ratio"), Key("sd", "its variable's sd")
_SAMPLE = (
    _CASES,
    Key("minimum", "the least value"),
    Key("maximum", "the largest value"),
    Key("mean", "the mean"),
    Key("sd", "the standard deviation"),
)
_WHOLE = (
    Option("whole_numbers", "whether the values are whole numbers, as counts are", bool, False),
)
_TABLE = (
    Key("actual_positive", "cases that are positive", COUNT),
    Key("actual_negative", "cases that are negative", COUNT),
    Key("predicted_positive", "cases predicted positive", COUNT),
    Key("predicted_positive_wrong", "of these, the wrong ones", COUNT),
    Key("predicted_negative", "cases predicted negative", COUNT),
    Key("predicted_negative_wrong", "of these, the wrong ones", COUNT),
)
_COEFFICIENTS = Key(
    "coefficients", "standardised coefficients, each with its variable", several=True, named=True
)

KINDS: dict[str, Kind] = {
    "sum": Kind(
        examine_printed_sum,
        "whether parts add up to their total",
        (Key("total", "the total"), Key("parts", "its parts", several=True)),
        about=("total", "parts"),
    ),
    "share": Kind(
        _share,
        "whether a share is that of a count in another",
        (
            Key("part", "a count", COUNT),
            Key("whole", "what it is part of", COUNT),
            Key("share", "the share"),
        ),
        about=("share",),
    ),
    "classification_table": Kind(
        _classification_table,
        "whether the margins and errors of a classification table make one",
        _TABLE,
        about=tuple(key.name for key in _TABLE),
    ),
    "accuracy": Kind(
        _accuracy,
        "whether an accuracy is that of the classification table",
        (Key("accuracy", "the share predicted right"), *_TABLE),
        about=("accuracy",),
    ),
    "mean_and_sd": Kind(
        _of_sample(examine_mean_and_sd),
        "the largest standard deviation that values within a range and with a mean can have",
        _SAMPLE,
        about=("mean", "sd"),
        options=_WHOLE,
    ),
    "skewness": Kind(
        _of_sample(examine_skewness),
        "the largest skewness that values within a range, with a mean and sd can have",
        (Key("skewness", "the skewness"), *_SAMPLE),
        about=("skewness",),
        options=_WHOLE,
    ),
    "kurtosis": Kind(
        _of_sample(examine_kurtosis),
        "the least excess kurtosis, given the extremes and given the skewness",
        (Key("kurtosis", "the excess kurtosis"), Key("skewness", "the skewness"), *_SAMPLE),
        about=("kurtosis",),
        options=_WHOLE,
    ),
    "interval_and_sd": Kind(
        _interval,
        "the narrowest interval of an odds ratio that the number of cases and the sd allow",
        (
            _ODDS_RATIO,
            Key("lower", "the interval's lower limit"),
            Key("upper", "the interval's upper limit"),
            _SD,
            _CASES,
            _LEVEL,
        ),
        about=("lower", "upper"),
    ),
    "odds_ratio_and_p": Kind(
        _p_value,
        "the least p-value of an odds ratio that the number of cases and the variable's coding, or "
        "its sd, allow",
        (
            _ODDS_RATIO,
            Key("p_value", "its p-value"),
            _CASES,
            Key("sd", "its variable's sd", optional=True),
        ),
        about=("odds_ratio", "p_value"),
        options=(Option("largest", "the variable counts from 0 to this; 1: an indicator", int, 1),),
    ),
    "log_odds_ratio": Kind(
        examine_log_odds_ratio,
        "whether a number is the natural logarithm of an odds ratio",
        (Key("log_odds_ratio", "what is called its logarithm"), _ODDS_RATIO),
        about=("log_odds_ratio",),
    ),
    "standardised_significance": Kind(
        _significance,
        "the least standardised coefficient that a significant variable can have",
        (Key("coefficient", "the standardised coefficient"), _CASES, _ALPHA),
        about=("coefficient",),
    ),
    "significant_variables": Kind(
        _significant_variables,
        "whether variables called significant have coefficients that can be",
        (
            Key("variables", 'the significant variables, as "A, B, C"', TEXT),
            _COEFFICIENTS,
            _CASES,
            _ALPHA,
        ),
        about=("variables",),
    ),
    "standardised_and_odds_ratio": Kind(
        examine_standardised_against_odds_ratio,
        "whether a standardised coefficient is ln OR · sd by any usual definition",
        (Key("coefficient", "the standardised coefficient"), _ODDS_RATIO, _SD),
        about=("coefficient", "odds_ratio"),
    ),
    "ranking": Kind(
        _ranking,
        "whether a ranking is that of the sizes of printed coefficients",
        (Key("ranking", 'the ranking, as "A > B > C"', TEXT), _COEFFICIENTS),
        about=("ranking",),
    ),
    "zero_coefficient": Kind(
        _zero_coefficient,
        "what effect a coefficient that is printed as zero may hide; refutes nothing",
        (
            Key("coefficient", "the coefficient, printed as zero"),
            _CASES,
            _ALPHA,
            Key("rival_odds_ratio", "another variable's odds ratio", optional=True),
            Key("rival_sd", "that variable's sd", optional=True),
        ),
        about=("coefficient",),
        options=(Option("decimals", "decimals to which B is printed", int, 3),),
    ),
    "final_step_chi_square": Kind(
        _chi_square,
        "which statistic of a stepwise search's last step a chi-square can be",
        (Key("chi_square", "the chi-square"), _CASES, Key("cutoff", "the cut-off"), *_TABLE),
        about=("chi_square",),
        options=(Option("df", "degrees of freedom, were it Hosmer–Lemeshow's", int, 8),),
    ),
    "cutoff": Kind(
        _cutoff,
        "whether a cut-off is the base rate of a printed sample; refutes nothing",
        (
            Key("cutoff", "the cut-off"),
            Key("positive", "cases that are positive", COUNT),
            Key("total", "all cases", COUNT),
            Key("samples", "sizes of the samples that it might come from", COUNT, several=True),
        ),
        about=("cutoff",),
    ),
    "predicted_share": Kind(
        _predicted_share,
        "whether effects of a size put so many cases above the cut-off; no proof, for it takes the "
        "linear predictor to be normal",
        (
            Key("predicted", "cases predicted positive", COUNT),
            Key("positive", "cases that are positive", COUNT),
            Key("total", "all cases", COUNT),
            Key("cutoff", "the cut-off"),
            _ODDS_RATIO,
            _SD,
        ),
        about=("predicted",),
        options=(Option("effects", "how many variables the model has", int, required=True),),
    ),
    "no_judgement": Kind(
        _no_judgement,
        "nothing: it says what is missing to judge a value",
        (),
        about=(),
        options=(Option("reason", "what is missing, in a sentence", str, required=True),),
    ),
}
"""Each kind of claim by its name in a paper's file."""
