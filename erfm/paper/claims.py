"""The kinds of claim about printed numbers: what each needs, what it proves, and the proof.

A claim of a paper's file (`erfm.paper.paper_file`) names a kind of `KINDS`, and for each of the
kind's keys a printed value. The kinds are the one list from which files are checked, proofs are
called and the table of what can be judged is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import log
from typing import Any

import pandas as pd

from erfm.paper.arithmetic import (
    Number,
    SolvedTable,
    Span,
    examine_accuracy,
    examine_chi_square,
    examine_cutoff,
    examine_ranking,
    examine_sum,
    solve_classification_table,
    span,
    tex,
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
from erfm.paper.classification import (
    COUNTS,
    SHARES,
    examine_accuracy_against_majority,
    examine_classification,
)
from erfm.paper.grim import (
    examine_mean_in_range,
    examine_possible_mean,
    examine_possible_sd,
    examine_possible_share,
    examine_range,
    examine_sd_and_range,
    examine_share_of_counts,
    examine_standard_error_of_mean,
    examine_total,
)
from erfm.paper.intervals import count, judge, read
from erfm.paper.normal_predictor import examine_predicted_share
from erfm.paper.printed_logistic import (
    examine_c_statistic,
    examine_coefficient_p,
    examine_fit,
    examine_hosmer_lemeshow,
    examine_odds_ratio,
    examine_odds_ratio_interval,
    examine_wald,
)
from erfm.paper.printed_numbers import parse_printed
from erfm.paper.recomputed import NAMES, STATISTICS, TAILS, examine_test, examine_two_p_values
from erfm.paper.two_groups import (
    CHI_SQUARE_TESTS,
    EFFECT_SIZES,
    RATIOS,
    T_TESTS,
    examine_counts_test,
    examine_effect_size,
    examine_ratio_of_counts,
    examine_t_test,
    examine_two_shares,
)
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, Verdict

COUNT, NUMBER, P_VALUE, TEXT = "a whole count", "a number", "a p-value", "a text"
HOLDS_IN_KEY = (COUNT, NUMBER, P_VALUE, TEXT)
"""What a printed value that a key names can be; a p-value may be an inequality, as "< .05"."""


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
    """A key of a kind of claim that is no printed value; a required one has no default."""

    name: str
    what: str
    type: type
    default: Any = None
    required: bool = False
    choices: tuple[str, ...] = ()


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
    implies : mapping of str to str
        For a key whose value the others make: the name of what they make it, or of the bound that
        they set it, among the proof's numbers.
    """

    proof: Callable[..., Verdict]
    proves: str
    keys: tuple[Key, ...]
    about: tuple[str, ...]
    options: tuple[Option, ...] = ()
    implies: Mapping[str, str] = field(default_factory=dict)

    @property
    def everything(self) -> tuple[Key | Option, ...]:
        """The keys and the options."""
        return (*self.keys, *self.options)

    @property
    def names(self) -> tuple[str, ...]:
        """Every key that a claim of this kind may have, but those of all claims."""
        return tuple(key.name for key in self.everything)

    @property
    def needed(self) -> tuple[str, ...]:
        """The keys that a claim of this kind must have."""
        options = (option.name for option in self.options if option.required)
        return (*(key.name for key in self.keys if not key.optional), *options)

    def of(self, name: str) -> Key | Option:
        """Return the key or option of a name."""
        return next(key for key in self.everything if key.name == name)


def fits(printed: str, holds: str) -> bool:
    """Return whether a printed text is what a key holds."""
    if holds == TEXT:
        return True
    try:
        {COUNT: count, NUMBER: _number, P_VALUE: read}[holds](printed)
    except ValueError:
        return False
    return True


def _number(text: str) -> Number:
    """Return a number without a relation before it; a whole one may have its thousands grouped."""
    try:
        return parse_printed(text).value
    except ValueError:
        return count(text)


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


def _sum(*, total: str, parts: Sequence[str], rounded: bool) -> Verdict:
    if not rounded and all(fits(text, COUNT) for text in (total, *parts)):
        return examine_sum(count(total), *map(count, parts))
    if not rounded:
        return examine_total(total=total, parts=parts)
    ends = [read(part) for part in parts]
    return judge(
        "the total",
        total,
        Span(*(sum(end) for end in zip(*ends, strict=True))),
        source=f"the parts {', '.join(parts)}",
        formula=" + ".join(map(tex, parts)),
    )


def _solved(counts: Mapping[str, str]) -> SolvedTable | Verdict:
    """Return the classification table, or what is said of counts that make none."""
    try:
        return solve_classification_table(**{name: count(text) for name, text in counts.items()})
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
    return examine_chi_square(chi_square, n=count(n), solved=solved, cutoff=cutoff, df=df)


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
        return examine(n=count(n), **extremes, **values)

    return proof


def _interval(*, n: str, level: str = "95%", **values: str) -> Verdict:
    return examine_interval(n=count(n), level=level, **values)


def _p_value(*, n: str, largest: int = 1, **values: str) -> Verdict:
    return examine_p_value(n=count(n), largest=largest, **values)


def _significance(*, n: str, coefficient: str, alpha: str = "0.05", variables: str = "") -> Verdict:
    """Examine a coefficient; `variables`, which calls it significant, is named with the verdict."""
    return examine_standardised_significance(coefficient, n=count(n), alpha=alpha)


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
        {name: coefficients[name] for name in names}, n=count(n), alpha=alpha
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
        n=count(n),
        rival_effect=log(span(rival_odds_ratio).value) * span(rival_sd).value,
        alpha=alpha,
    )


def _cutoff(*, cutoff: str, positive: str, total: str, samples: Sequence[str]) -> Verdict:
    return examine_cutoff(
        cutoff, positive=count(positive), total=count(total), samples=[*map(count, samples)]
    )


def _predicted_share(
    *, predicted: str, positive: str, total: str, cutoff: str, odds_ratio: str, sd: str,
    effects: int,
) -> Verdict:  # fmt: skip
    return examine_predicted_share(
        count(predicted) / count(total),
        base_rate=count(positive) / count(total),
        cutoff=cutoff,
        largest_effect=abs(log(span(odds_ratio).value)) * span(sd).value,
        effects=effects,
    )


def _effect_size(*, definition: str, **values: str) -> Verdict:
    return examine_effect_size(kind=definition, **values)


def _odds_ratio_interval(*, method: str, **values: str) -> Verdict:
    return examine_odds_ratio_interval(kind=method, **values)


def _hosmer_lemeshow(*, said: str, **values: str) -> Verdict:
    return examine_hosmer_lemeshow(claim=said, **values)


def _against_majority(*, said: str, **values: str) -> Verdict:
    return examine_accuracy_against_majority(claim=said, **values)


def _no_judgement(*, reason: str, needed: str = "") -> Verdict:
    return Verdict(CANNOT_BE_JUDGED, reason, what_would_have_to_be_true=needed)


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


def _optional(*keys: tuple[str, str] | tuple[str, str, str]) -> tuple[Key, ...]:
    return tuple(replace(Key(*key), optional=True) for key in keys)


def _about(keys: Sequence[Key], *but: str) -> tuple[str, ...]:
    return tuple(key.name for key in keys if key.name not in but)


_NOT_SAID = "not said"
_TAILS = Option("tails", "whether p is of two tails or of one", str, _NOT_SAID, choices=TAILS)
_CHI_SQUARE_TEST = Option(
    "test", "which test it was", str, _NOT_SAID, choices=(*CHI_SQUARE_TESTS, _NOT_SAID)
)
_ITEMS = Option("items", "of how many whole numbers each case's value is the mean", int, 1)
_P = ("p", "the p-value", P_VALUE)
_GROUPS = (
    Key("mean_1", "one group's mean"),
    Key("sd_1", "its standard deviation"),
    Key("n_1", "its number of cases", COUNT, size=True),
    Key("mean_2", "the other group's mean"),
    Key("sd_2", "its standard deviation"),
    Key("n_2", "its number of cases", COUNT, size=True),
)
_EVENTS = (
    Key("events_1", "events in one group, a count or a share"),
    Key("n_1", "its number of cases", COUNT, size=True),
    Key("events_2", "events in the other group, a count or a share"),
    Key("n_2", "its number of cases", COUNT, size=True),
)
_SAID_OF_COUNTS = {
    "correct": "right predictions",
    "wrong": "wrong predictions",
    "total": "all cases",
}
_OF_A_TABLE = (
    *_optional(
        *((name, _SAID_OF_COUNTS.get(name, f"{name.replace('_', ' ')}s"), COUNT) for name in COUNTS)
    ),
    *_optional(*((name, name.replace("_", " ")) for name in (*SHARES, "kappa"))),
)
_FIT = _optional(
    ("n", "the number of cases", COUNT),
    ("events", "cases with the outcome", COUNT),
    ("minus2_log_likelihood", "−2 log-likelihood of the model"),
    ("null_minus2_log_likelihood", "−2 log-likelihood of the constant alone"),
    ("chi_square", "the omnibus chi-square"),
    ("df", "its degrees of freedom", COUNT),
    _P,
    ("cox_snell", "Cox and Snell's R²"),
    ("nagelkerke", "Nagelkerke's R²"),
    ("mcfadden", "McFadden's R²"),
)

KINDS: dict[str, Kind] = {
    "sum": Kind(
        _sum,
        "whether parts add up to their total; counts exactly, other numbers as rounded",
        (Key("total", "the total"), Key("parts", "its parts", several=True)),
        about=("total", "parts"),
        options=(
            Option("rounded", "whether numbers without decimals are rounded, too", bool, False),
        ),
        implies={"total": "sum"},
    ),
    "range": Kind(
        examine_range,
        "whether a range is the largest value less the least",
        (
            Key("range", "the range"),
            Key("minimum", "the least value"),
            Key("maximum", "the largest value"),
        ),
        about=("range", "minimum", "maximum"),
    ),
    "share": Kind(
        examine_share_of_counts,
        "whether a share is that of a count in another, and whether any count has it (GRIM)",
        (
            # Where no count has the share, it does not matter which is printed.
            Key("part", "a count", COUNT, size=True),
            Key("whole", "what it is part of", COUNT, size=True),
            Key("share", "the share"),
        ),
        about=("share",),
        implies={"share": "share"},
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
        implies={"accuracy": "accuracy"},
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
        implies={"lower": "lower", "upper": "upper"},
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
        implies={"log_odds_ratio": "log_odds_ratio"},
    ),
    "standardised_significance": Kind(
        _significance,
        "the least standardised coefficient, B · sd or SAS's, that a significant variable can have",
        (
            Key("coefficient", "the coefficient, standardised by the variable's sd alone"),
            _CASES,
            _ALPHA,
            Key("variables", "where its variable is called significant", TEXT, optional=True),
        ),
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
        implies={"coefficient": "effect"},
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
    "possible_share": Kind(
        examine_possible_share,
        "whether any count out of a whole has a share (GRIM), and which",
        (Key("share", "the share"), Key("whole", "the number of cases", COUNT, size=True)),
        about=("share",),
    ),
    "possible_mean": Kind(
        examine_possible_mean,
        "whether whole numbers can have a mean (GRIM)",
        (Key("mean", "the mean"), _CASES),
        about=("mean",),
        options=(_ITEMS,),
    ),
    "possible_sd": Kind(
        examine_possible_sd,
        "whether whole numbers with a mean can have a standard deviation (GRIMMER)",
        (
            Key("sd", "the standard deviation"),
            Key("mean", "the mean"),
            _CASES,
            *_optional(("minimum", "the least value"), ("maximum", "the largest value")),
        ),
        about=("sd",),
        options=(_ITEMS,),
    ),
    "mean_in_range": Kind(
        examine_mean_in_range,
        "whether a mean lies between the least and the largest value",
        (
            Key("mean", "the mean"),
            Key("minimum", "the least value"),
            Key("maximum", "the largest value"),
        ),
        about=("mean", "minimum", "maximum"),
    ),
    "sd_and_range": Kind(
        examine_sd_and_range,
        "the least and the largest standard deviation that values with a range can have",
        (
            Key("sd", "the standard deviation"),
            _CASES,
            Key("minimum", "the least value"),
            Key("maximum", "the largest value"),
        ),
        about=("sd", "minimum", "maximum"),
    ),
    "standard_error_of_mean": Kind(
        examine_standard_error_of_mean,
        "whether a standard error is sd / √n",
        (Key("standard_error", "the mean's standard error"), Key("sd", "the sd"), _CASES),
        about=("standard_error", "sd"),
    ),
    "classification": Kind(
        examine_classification,
        "which classification tables have the printed counts and rates: none, one or several",
        _OF_A_TABLE,
        about=_about(_OF_A_TABLE),
    ),
    "accuracy_against_majority": Kind(
        _against_majority,
        "whether a classification table is right more often than naming the larger class",
        _OF_A_TABLE,
        about=(),
        options=(Option("said", "what the paper says of it", str, "more accurate"),),
    ),
    "t_test": Kind(
        examine_t_test,
        "t, its degrees of freedom and p from two groups' means, sds and sizes",
        (
            *_GROUPS,
            *_optional(("t", "the statistic"), ("df", "its degrees of freedom"), _P),
        ),
        about=("t", "df", "p"),
        options=(
            Option("test", "which test it was", str, _NOT_SAID, choices=(*T_TESTS, _NOT_SAID)),
            _TAILS,
        ),
    ),
    "effect_size": Kind(
        _effect_size,
        "a standardised difference from two groups' means and sds, or from t and their sizes",
        (
            Key("d", "the standardised difference"),
            *_optional(
                *((key.name, key.what, key.holds) for key in _GROUPS), ("t", "the statistic")
            ),
        ),
        about=("d",),
        options=(
            Option(
                "definition",
                "by what the difference is divided",
                str,
                _NOT_SAID,
                choices=(*EFFECT_SIZES, _NOT_SAID),
            ),
        ),
    ),
    "two_shares": Kind(
        examine_two_shares,
        "chi-square and p of two groups' shares of events, from all counts that print so",
        (*_EVENTS, *_optional(("chi_square", "the statistic"), _P)),
        about=("chi_square", "p"),
        options=(_CHI_SQUARE_TEST,),
    ),
    "counts_test": Kind(
        examine_counts_test,
        "chi-square, its degrees of freedom and p of a table of counts",
        (
            Key("counts", "the counts, row by row", COUNT, several=True),
            *_optional(("chi_square", "the statistic"), ("df", "its df", COUNT), _P),
        ),
        about=("chi_square", "df", "p"),
        options=(Option("rows", "how many rows the table has", int, 2), _CHI_SQUARE_TEST),
    ),
    "ratio_of_counts": Kind(
        examine_ratio_of_counts,
        "an odds ratio, risk ratio or risk difference, and its interval, from counts",
        (
            *_EVENTS,
            Key("ratio", "the ratio or difference"),
            *_optional(("lower", "its lower limit"), ("upper", "its upper limit")),
            _LEVEL,
        ),
        about=("ratio", "lower", "upper"),
        options=(Option("measure", "what is printed", str, "odds ratio", choices=RATIOS),),
    ),
    "p_of_a_test": Kind(
        examine_test,
        "the p-value of a printed statistic and its degrees of freedom, as statcheck does",
        (
            Key("value", "the statistic", P_VALUE),
            Key("p", "the p-value", P_VALUE),
            *_optional(
                ("df", "degrees of freedom of t, r or chi-square"),
                ("df1", "those of F: of the effect"),
                ("df2", "those of F: of the error"),
                ("alpha", "the level of significance; 0.05 by default"),
            ),
        ),
        about=("p",),
        options=(
            Option(
                "statistic",
                "which statistic it is",
                str,
                required=True,
                choices=(*STATISTICS, *NAMES),
            ),
            _TAILS,
        ),
    ),
    "two_p_values": Kind(
        examine_two_p_values,
        "whether a p-value agrees with what is stated of it elsewhere",
        (Key("p", "the p-value", P_VALUE), Key("stated", 'the other, as "< .05"', P_VALUE)),
        about=("stated",),
    ),
    "odds_ratio": Kind(
        examine_odds_ratio,
        "whether OR = exp(B)",
        (Key("odds_ratio", "the odds ratio"), Key("b", "its coefficient")),
        about=("odds_ratio", "b"),
    ),
    "odds_ratio_interval": Kind(
        _odds_ratio_interval,
        "an odds ratio's interval: its centre, its symmetry on the log scale, its width",
        (
            Key("lower", "the interval's lower limit"),
            Key("upper", "the interval's upper limit"),
            *_optional(
                ("odds_ratio", "the odds ratio"),
                ("b", "the coefficient"),
                ("standard_error", "its standard error"),
            ),
            _LEVEL,
        ),
        about=("lower", "upper", "odds_ratio", "b", "standard_error"),
        options=(
            Option("method", "how the interval was made", str, "wald", choices=("wald", "other")),
        ),
    ),
    "wald": Kind(
        examine_wald,
        "whether Wald's statistic is (B / SE)², or z = B / SE",
        (
            Key("b", "the coefficient"),
            Key("standard_error", "its standard error"),
            *_optional(("wald", "Wald's statistic"), ("z", "its root")),
        ),
        about=("wald", "z"),
    ),
    "coefficient_p": Kind(
        examine_coefficient_p,
        "a coefficient's p-value from Wald's statistic, from B and SE, from OR and interval",
        (
            Key("p", "the p-value", P_VALUE),
            *_optional(
                ("wald", "Wald's statistic"),
                ("df", "its degrees of freedom; 1 by default", COUNT),
                ("b", "the coefficient"),
                ("standard_error", "its standard error"),
                ("odds_ratio", "the odds ratio"),
                ("lower", "its interval's lower limit"),
                ("upper", "its interval's upper limit"),
            ),
            _LEVEL,
        ),
        about=("p",),
    ),
    "fit": Kind(
        examine_fit,
        "−2 log-likelihood, omnibus chi-square and pseudo-R² from each other, n and the outcome",
        _FIT,
        about=_about(_FIT, "n", "events"),
    ),
    "hosmer_lemeshow": Kind(
        _hosmer_lemeshow,
        "the p-value of a Hosmer–Lemeshow chi-square, and what it says of the fit",
        (
            Key("chi_square", "the statistic"),
            *_optional(
                _P,
                ("df", "its degrees of freedom", COUNT),
                ("groups", "the number of groups", COUNT),
                ("alpha", "the level of significance; 0.05 by default"),
            ),
        ),
        about=("chi_square", "p", "df"),
        options=(
            Option(
                "said",
                "whether the paper says that the model fits",
                str,
                "",
                choices=("", "fits", "does not fit"),
            ),
        ),
    ),
    "c_statistic": Kind(
        examine_c_statistic,
        "the least and the largest c statistic that sensitivities and specificities allow",
        (
            Key("c", "the c statistic"),
            Key("sensitivity", "of one or several cut-offs", several=True),
            Key("specificity", "of the same cut-offs", several=True),
        ),
        about=("c",),
    ),
    "no_judgement": Kind(
        _no_judgement,
        "nothing: it says what is missing to judge a value",
        (),
        about=(),
        options=(
            Option("reason", "what is missing, in a sentence", str, required=True),
            Option("needed", "what would have to be true to judge it, in a sentence", str, ""),
        ),
    ),
}
"""Each kind of claim by its name in a paper's file."""

SUBJECTS: dict[str, tuple[str, ...]] = {
    "Counts": (
        "sum", "share", "possible_share", "classification_table", "accuracy", "classification",
        "accuracy_against_majority",
    ),
    "One sample": (
        "range", "mean_in_range", "possible_mean", "possible_sd", "sd_and_range", "mean_and_sd",
        "standard_error_of_mean", "skewness", "kurtosis",
    ),
    "Two groups": ("t_test", "effect_size", "two_shares", "counts_test", "ratio_of_counts"),
    "Logistic regression": (
        "odds_ratio", "log_odds_ratio", "odds_ratio_interval", "interval_and_sd", "wald",
        "coefficient_p", "odds_ratio_and_p", "standardised_significance", "significant_variables",
        "standardised_and_odds_ratio", "ranking", "zero_coefficient", "fit", "hosmer_lemeshow",
        "final_step_chi_square", "c_statistic", "cutoff", "predicted_share",
    ),
    "Any test, and the rest": ("p_of_a_test", "two_p_values", "no_judgement"),
}  # fmt: skip
"""The kinds of claim by what they are about, for a reader who looks for one."""
