"""What the page on another bank says of its customers: each function returns Markdown.

Tables are those of `erfm.trust.another_bank`; `verdicts` gives its verdict on each claim. The
other bank may be any: a sentence says what its numbers show, and nothing that they do not.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from erfm.formats import listed, named, number, p_text, percent
from erfm.study import Study
from erfm.trust.another_bank import (
    CLAIM_HOLDS,
    LESS,
    MORE,
    NEITHER,
    NOT_SIGNIFICANT,
    OPPOSITE,
    SIGNIFICANT,
    SIGNIFICANT_AFTER_ALL,
    Claim,
    order,
)

NUMERALS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

REASONS = {
    "amount": "amount measures something else once frequency is in the model",
    "age": "straight lines miss a deep dip in retention and turn the sign of age",
    "gender": "gender has opposite differences among rare and frequent users",
}


def _numeral(count: int) -> str:
    return NUMERALS[count] if count < len(NUMERALS) else f"{count:,}"


def _be(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _more(ratio: float) -> str:
    return "more" if ratio > 1 else "less"


def _joined(parts: Iterable[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)}, and {last}" if first else last


def banks_in_short(study: Study, verdicts: dict[str, str], customers: int) -> str:
    """Say which claims hold at the other bank, and what the page looks into."""
    standing = [name for name, text in verdicts.items() if text == CLAIM_HOLDS]
    fallen = [name for name in verdicts if name not in standing]
    where = f"for {customers:,} customers of the other bank"
    whose = f"the paper's claims on its {len(verdicts)} variables"
    if not fallen:
        return f"**In short.** All of {whose} hold {where}."
    held = (
        f"those on **{listed(study, standing, ' and ')}** hold {where}; those on "
        f"{listed(study, fallen)} do not."
        if standing
        else f"none holds {where}."
    )
    reasons = [reason for name, reason in REASONS.items() if name in fallen]
    looked = f" The page then looks for the reasons: {_joined(reasons)}." if reasons else ""
    return f"**In short.** Of {whose}, {held}{looked}"


def units(here: pd.DataFrame, there: pd.DataFrame) -> str:
    """Say why effects are compared per standard deviation."""
    return (
        "Units and products differ (accounts here, credit cards there), and retention is "
        f"{percent(here['retained'].mean())} against {percent(there['retained'].mean())}. So "
        "effects are compared per *standard deviation* of each bank's own customers: signs, "
        "significance and order can be tested, sizes only roughly."
    )


def directions(
    study: Study, claimed: dict[str, Claim], verdicts: dict[str, str], real: pd.DataFrame
) -> str:
    """Say which variables point the paper's way, which the other way, and which are unexpected."""
    parts = [
        _same_way(study, [n for n, v in verdicts.items() if v == CLAIM_HOLDS], claimed),
        _turned(study, [n for n, v in verdicts.items() if v == OPPOSITE]),
        _after_all(study, [n for n, v in verdicts.items() if v == SIGNIFICANT_AFTER_ALL], real),
    ]
    contradicted = ", ".join(part for part in parts[1:] if part)
    if contradicted:
        contradicted = contradicted.replace("*opposite* sign, ", "*opposite* sign, and ") + "."
    quiet = [n for n, v in verdicts.items() if v == NOT_SIGNIFICANT]
    unconfirmed = f"{listed(study, quiet, ' and ')} {_be(quiet)} not significant." if quiet else ""
    said = [parts[0], contradicted, unconfirmed, _place_of_amount(study, real)]
    return " ".join(part for part in said if part)


def _same_way(study: Study, standing: list[str], claimed: dict[str, Claim]) -> str:
    significant = [name for name in standing if claimed[name].significant]
    without = [name for name in standing if not claimed[name].significant]
    points = "points" if len(significant) == 1 else "point"
    one = f"{listed(study, significant, ' and ')} {points} the same way at both banks."
    two = f"{listed(study, without, ' and ')} {_be(without)} without influence at both."
    return " ".join([one] * bool(significant) + [two] * bool(without))


def _turned(study: Study, turned: list[str]) -> str:
    if not turned:
        return ""
    names = listed(study, turned, " and ")
    return f"{names} {_be(turned)} significant with the *opposite* sign"


def _after_all(study: Study, loud: list[str], real: pd.DataFrame) -> str:
    if not loud:
        return ""
    less = [name for name in loud if real.loc[name, "b"] < 0]
    against = [
        name for name in loud if (real.loc[name, "b"] < 0) == (study.predictors[name].sign == "+")
    ]
    told = f"{listed(study, loud, ' and ')}, which the paper found without influence, {_be(loud)}"
    if less and len(less) < len(loud):
        return f"{told} significant ({listed(study, less, ' and ')} with *less* retention)"
    plural = "go" if len(loud) > 1 else "goes"
    way = f"{told} significant and {plural} with *{'less' if less else 'more'}* retention"
    hypotheses = "hypotheses" if len(loud) > 1 else "hypothesis"
    whose = "their" if len(loud) > 1 else "its"
    return f"{way}, against {whose} {hypotheses}" if against == loud else way


def _place_of_amount(study: Study, real: pd.DataFrame) -> str:
    ordered = order(real)
    place = ordered.index("amount")
    told = f"{named(study, 'amount')}'s odds ratio is {real.loc['amount', 'odds_ratio']:.2f}: "
    before = listed(study, ordered[:place], " and ")
    return told + f"{f'after {before} ' if place else ''}the strongest effect of all."


def final_order(study: Study, final: dict[str, pd.DataFrame], entered: list[str]) -> str:
    """Say which variables come first in the final equations; `entered` are those the paper keeps.

    `final` gives the tables of `final_effects` by "reconstruction" and "other_bank".
    """
    here, there = order(final["reconstruction"]), order(final["other_bank"])
    many = {0: "none of", len(study.predictors): "all"}.get(len(there), f"{len(there)} of")
    kept = f"forward selection keeps {many} {len(study.predictors)}."
    if not there:
        return f"At the other bank {kept}"
    sizes = final["other_bank"]["x_standardised"].abs()
    if here[:1] == there[:1]:
        first = f"{named(study, there[0])} comes first at both banks."
    else:
        first = f"At the other bank {named(study, there[0])} comes first."
    if len(there) == 1:
        return f"{first} At the other bank {kept}"
    second = there[1]
    told = f"At the other bank {named(study, second)} is second (|B·sd| = {sizes[second]:.2f})"
    dropped = ", a variable that the paper drops" if second not in entered else ""
    later = "recency" in there[2:]
    follows = f", and {named(study, 'recency')} follows at {sizes['recency']:.2f}" if later else ""
    return f"{first} {told}{dropped}{follows}; {kept}"


def at_size(
    study: Study, repeated: pd.DataFrame, shares: pd.DataFrame, entered: list[str], size: int
) -> str:
    """Say what samples of the paper's size find; tables of `at_size` and `outcome_shares`."""
    amount, gender = shares.loc["amount", LESS], shares.loc["gender", MORE]
    size_matters = (
        "those disagreements have nothing to do with size. But"
        if min(amount, gender) > 0.95
        else "where that is rare, size may be the reason."
    )
    kept = (repeated["order"].map(len) == len(entered)).mean()
    exact = int((repeated["order"].map(set) == set(entered)).sum())
    return (
        f"On {size:,} customers, {named(study, 'amount')} is significant and negative in "
        f"{percent(amount)} of the samples and {named(study, 'gender')} positive in "
        f"{percent(gender)}: {size_matters} {named(study, 'age')} would be found *not significant* "
        f"in {percent(shares.loc['age', NEITHER])} and {named(study, 'has_child')} in "
        f"{percent(shares.loc['has_child', NEITHER])}. {_numeral(len(entered)).capitalize()} "
        f"variables are kept in {percent(kept)} of the samples, but the paper's "
        f"{_numeral(len(entered))} in {exact or 'none'} of {len(repeated)}. (The samples overlap, "
        "so they vary a little less than new customers would.)"
    )


def signs_turning(study: Study, made: pd.DataFrame, ladder: pd.DataFrame) -> str:
    """Say how amount, gender and age change as others enter; both tables of `conditioning`.

    `made` is the reconstruction's, `ladder` the other bank's.
    """
    amount, gender, age = (ladder.loc[name] for name in ("amount", "gender", "age"))
    parts = [
        _amount_turning(study, amount, made.loc["amount"]),
        _gender_turning(study, gender),
        _age_turning(study, age),
    ]
    different = _turns(amount, 1) and not _turns(gender, -1) and _turns(age.iloc[2:], 1)
    return " ".join(["Three different things happen."] * different + parts)


def _turns(table: pd.DataFrame, last: int) -> bool:
    """Return whether the odds ratio is on another side of one than at first."""
    ratio = table["odds_ratio"]
    return bool((ratio.iloc[0] > 1) != (ratio.iloc[last] > 1))


def _amount_turning(study: Study, there: pd.DataFrame, here: pd.DataFrame) -> str:
    alone, beside = there["odds_ratio"].iloc[:2]
    label, frequency = named(study, "amount"), named(study, "frequency")
    turns = (
        f"turns as soon as {frequency} is in the model ({beside:.2f})"
        if _turns(there, 1)
        else f"keeps its sign when {frequency} is in the model ({beside:.2f})"
    )
    vanishes = here["odds_ratio"].iloc[0] > 1 and here["p_value"].iloc[-1] >= SIGNIFICANT
    made = (
        "in the reconstruction it is positive alone too, and vanishes"
        if vanishes
        else f"in the reconstruction it is {here['odds_ratio'].iloc[0]:.2f} alone and "
        f"{here['odds_ratio'].iloc[-1]:.2f} beside all others"
    )
    return (
        f"**{label}** alone goes with {_more(alone)} retention (odds ratio {alone:.2f}) and "
        f"{turns}; {made}."
    )


def _gender_turning(study: Study, table: pd.DataFrame) -> str:
    ratio, label = table["odds_ratio"], named(study, "gender")
    first = ratio.iloc[0]
    who = "men" if first > 1 else "women"
    if ((ratio > 1) != (first > 1)).any():
        return (
            f"**{label}** turns: {who} stay more often before any other variable is held fixed "
            f"({first:.2f}), but not in every model."
        )
    clearer = abs(ratio.iloc[1:].map(lambda r: r - 1)).min() > abs(first - 1)
    after = "more clearly afterwards" if clearer else "afterwards too"
    return (
        f"**{label}** does not turn: {who} stay more often before any other variable is held fixed "
        f"({first:.2f}), and {after}."
    )


def _age_turning(study: Study, table: pd.DataFrame) -> str:
    ratio, p = table["odds_ratio"], table["p_value"]
    label, frequency, amount = (named(study, name) for name in ("age", "frequency", "amount"))
    alone = (
        "shows next to nothing alone"
        if p.iloc[0] >= SIGNIFICANT
        else f"goes with {_more(ratio.iloc[0])} retention alone"
    )
    signs = ["positive" if value > 1 else "negative" for value in ratio]
    straight, bent = signs[2], signs[3]
    joint = "and" if straight != bent else "and also"
    curved = "*negative*, as the paper says," if bent == "negative" else "positive"
    return (
        f"**{label}** {alone} ({p_text(p.iloc[0])}), is {straight} in the linear model "
        f"({ratio.iloc[2]:.2f}) {joint} {curved} when {frequency} and {amount} may be curves "
        f"({ratio.iloc[3]:.2f}, {p_text(p.iloc[3])})."
    )


def form(table: pd.DataFrame) -> str:
    """Say whether straight lines do at both banks, and what boosting gains; table of `form`.

    The first column is that of the simulated customers.
    """
    (made, here), (real, there) = table.items()
    agree = all(_verdicts(here)[i] == _verdicts(there)[i] for i in (0, 1))
    return (
        f"{_form(f'Of the {made}', here)} {_form(f'Of {real}', there)} The simulated ones were "
        "drawn from straight lines on the log-odds: they could show nothing else. "
        + (
            "The real ones give the same answers."
            if agree
            else "The real ones, which could, do not give the same answers: what pages 08 to 08d "
            "find of the simulated ones is no finding about a bank."
        )
    )


def _verdicts(bank: pd.Series) -> tuple[bool, int]:
    """Return whether lines bend, and whether boosting is surely better (1) or worse (-1)."""
    better, worse = bank["lower"] > 0, bank["upper"] < 0
    return bank["p_value"] < SIGNIFICANT, int(better) - int(worse)


def _form(whose: str, bank: pd.Series) -> str:
    bends, boosting = _verdicts(bank)
    fall = f"{bank['chi_square']:,.1f} with {bank['df']:.0f} more coefficients"
    sure = {1: "surely better", -1: "surely worse", 0: "not surely another"}[boosting]
    return (
        f"{whose}, curves lower −2 log-likelihood by {fall}, "
        f"{'more than' if bends else 'no more than'} chance would ({p_text(bank['p_value'])}); "
        f"boosting's AUC is {bank['boosting']:.3f} against {bank['forward']:.3f}, {sure} (95% "
        f"interval of the difference {number(bank['lower'], '+.3f')} to "
        f"{number(bank['upper'], '+.3f')})."
    )
