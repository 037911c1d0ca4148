"""What the pages on the published study say of its numbers: each function returns Markdown."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from erfm.escaping import markdown
from erfm.formats import percent
from erfm.paper.arithmetic import SolvedTable
from erfm.paper.ledger import compare, load_published, printed
from erfm.paper.printed_numbers import parse_printed
from erfm.paper.scorecard import BY_CONSTRUCTION, ESTIMATED, HOW, NOT_TARGETED
from erfm.paper.verdict import (
    CANNOT_BE_JUDGED,
    CONTRADICTS,
    HOLDS,
    IMPOSSIBLE,
    Verdict,
    counts_in_words,
    meanings,
)
from erfm.study import Study
from erfm.ties import at_least

# --- The front page -------------------------------------------------------------------------------


CHURN = (
    "A customer who leaves a bank, or no longer uses it, has *churned*; the others are *retained*. "
    "Whoever leaves takes all later income along, so a bank that knows in time who is about to "
    "leave can call these customers and no others; if it believes its equation to be better than "
    "it is, it calls the wrong ones."
)
"""What churn is, and why a bank should care."""


def claim(solved: SolvedTable) -> str:
    """Say what accuracy the paper claims, what its own counts give, and what naming the majority.

    All three have the decimals that are printed.
    """
    printed_text = load_published().loc["accuracy", "printed"]
    decimals = parse_printed(printed_text).decimals
    return (
        f"The paper claims an accuracy of **{printed_text}**. The counts in its own table give "
        f"**{percent(solved.accuracy, decimals)}**; always answering “churned” gives "
        f"**{percent(solved.no_information_rate, decimals)}**."
    )


def in_one_minute(counts: pd.Series, solved: SolvedTable) -> str:
    """Say what the paper claims, what its own counts give, and how many values have each verdict.

    `counts` is that of `scorecard.verdict_counts`.
    """
    return (
        f"**In short.** {claim(solved)} Cao, Xu & Shen (2012) predict which retail customers a "
        "commercial bank keeps, from *extended RFM*: recency, frequency, amount, children, gender "
        f"and age. Of the paper's {counts.sum()} printed values, {tally(counts)}."
    )


def tally(counts: pd.Series) -> str:
    """Say how many printed values have each verdict, as a clause."""
    return counts_in_words(counts)


def verdicts_defined() -> str:
    """Say what each verdict means, as a list in Markdown."""
    return meanings()


def caption_of_verdicts(counts: pd.Series) -> str:
    """Say how many printed values are refuted, above the strip that leads to each."""
    by_itself, beside = counts[IMPOSSIBLE], counts[CONTRADICTS]
    return (
        f"{by_itself + beside} of {counts.sum()} printed values cannot stand: {by_itself} whatever "
        f"the data, {beside} beside other printed values. Each leads to its quotation, its proof "
        "and what would have to be true."
    )


def what_holds(counts: pd.Series, figure: str) -> str:
    """Say what kind of printed value holds, with the number of each verdict; `figure` shows it."""
    return (
        "The counts and sums of the paper hold; what was *estimated* from the customers mostly "
        f"does not ({figure}): {tally(counts)}."
    )


def how_recomputed(how: pd.Series, table: str) -> str:
    """Say how the reconstruction comes by its values; `how` is that column of the scorecard.

    `table` is a link to the scorecard, as it is in the sentences that follow to what they read.
    """
    count = how.value_counts().reindex(HOW, fill_value=0)
    return (
        f"In {table}, {count[BY_CONSTRUCTION]} values agree on the simulated customers because "
        f"they were made to. The others are estimated ({count[ESTIMATED]}) or were not aimed at "
        f"({count[NOT_TARGETED]}) because printed numbers contradict them or do not say what they "
        "are."
    )


# --- The examination ------------------------------------------------------------------------------


def examined_in_short(counts: pd.Series) -> str:
    """Say how many printed values have each verdict; see `scorecard.verdict_counts`."""
    one = {
        HOLDS: "is confirmed by arithmetic on other printed values",
        IMPOSSIBLE: "is impossible whatever the data",
        CONTRADICTS: "contradicts other printed values",
        CANNOT_BE_JUDGED: "cannot be judged without the data",
    }
    several = {
        **one,
        HOLDS: "are confirmed by arithmetic on other printed values",
        IMPOSSIBLE: "are impossible whatever the data",
        CONTRADICTS: "contradict other printed values",
    }
    told = counts_in_words(counts, one, several)
    return (
        f"**In short.** Of {counts.sum()} printed values, {told}. Every verdict below follows from "
        "printed numbers alone: the simulated customers illustrate, they prove nothing."
    )


def sums(examined: Mapping[str, Verdict], table: str) -> str:
    """Say how many sums and shares of printed numbers hold, and which do not."""
    wrong = [name for name, proof in examined.items() if proof.verdict != HOLDS]
    if wrong:
        return (
            f"{len(examined) - len(wrong)} of {len(examined)} hold ({table}); {', '.join(wrong)} "
            "do not, so slips in counting may explain some of what follows."
        )
    return (
        f"All {len(examined)} hold ({table}): sample sizes, range, genders and the "
        "classification table's counts are consistent, so careless counting does not explain what "
        "follows."
    )


def another_reading(search: pd.DataFrame, table: str) -> str:
    """Say whether a ratio of printed counts is the printed accuracy; see `ratio_searches`."""
    most = search.index.max()
    simple, hits = search.loc[1, "hits"], search.loc[most, "hits"]
    quotients = {
        0: "No quotient of two printed counts gives",
        1: f"{simple} quotient of two printed counts gives",
    }.get(simple, f"{simple} quotients of two printed counts give")
    words = {2: "two", 3: "three"}
    return (
        f"Is there another reading of “accuracy”? {quotients} the printed value. Sums and "
        f"differences of up to {words.get(most, most)} counts give {hits or 'none'} among "
        f"{search.loc[most, 'ratios_searched']:,} ratios ({table}). (With more terms some ratio "
        "must hit by chance.) Were the printed margins the other way round, predicted for actual, "
        "the table would close too, with the same accuracy; only the base rate would change."
    )


def misread_moments(kurtosis: float) -> str:
    """Say what the printed skewness and kurtosis may be, given the reconstruction's kurtosis."""
    example = compare(kurtosis, "frequency_skewness").agrees
    return (
        "Both numbers become possible, and the second exact, when read as kurtosis and its "
        "standard error: customers with the printed range, mean, standard deviation and a kurtosis "
        f"of {printed('frequency_skewness')} exist"
        + (" (the reconstruction is such a set)" if example else "")
        + ", and the standard error of kurtosis depends on the number of customers only."
    )


def estimated_interval(narrowest: tuple[float, float], estimated: pd.Series) -> str:
    """Say how an estimated odds ratio's interval compares with the narrowest possible one."""
    wider = estimated["upper"] / estimated["lower"] > narrowest[1] / narrowest[0]
    if wider:
        return (
            "The narrowest interval needs every probability at one half. Real probabilities vary, "
            "so the reconstruction's interval, on the model-building customers, is wider still."
        )
    return (
        "The narrowest interval needs every probability at one half. The reconstruction's, on the "
        "model-building customers, is no wider: its variable has a larger standard deviation, or "
        "its odds ratio another size, than is printed."
    )


def restated_as_logarithm(proof: Verdict) -> str:
    """Say what is restated of Has_Child's odds ratio, and what would make it right."""
    said = f"One clause later the odds ratio is restated as a logarithm. {proof.reason}"
    if needed := proof.what_would_have_to_be_true:
        said += f" It would take {needed[0].lower()}{needed[1:]}"
    return said


def printed_ranking(proof: Verdict) -> str:
    """Say whether the printed ranking is that of the printed values, and what it is worth."""
    own = "" if proof.verdict == HOLDS else "not "
    return (
        f"The ranking itself is {own}that of the printed values ({proof.verdict}), "
        f"{'but' if proof.verdict == HOLDS else 'and'} values that contradict the significance "
        "tests cannot carry it."
    )


def chi_square(proof: Verdict, readings: pd.DataFrame, table: str) -> str:
    """Say whether a reading of the printed χ² supports its sentence; see `chi_square_readings`."""
    supporting = [markdown(r) for r in readings.index[readings["verdict"] == HOLDS]]
    support = (
        f"Only as {' or '.join(supporting)} does the printed value support"
        if supporting
        else "Under no reading does the printed value support"
    )
    return (
        f"**Verdict: {proof.verdict}.** {support} the sentence it stands in ({table}). "
        f"{proof.what_would_have_to_be_true}"
    )


def zero_coefficient(study: Study, sd: float, proof: Verdict, true_b: float) -> str:
    """Say what a coefficient printed as zero could hide, and what it does in the reconstruction.

    `sd` is the amount's standard deviation there, `true_b` the coefficient it was simulated with.
    """
    amount = study.predictors["amount"]
    if at_least(sd, proof.numbers["sd_rival"]):
        hidden = "could hide an effect as strong as any"
    elif at_least(sd, proof.numbers["sd_significant"]):
        hidden = "could hide a significant effect, but none as strong as the strongest"
    else:
        hidden = "could hide no significant effect"
    truth = (
        "(It does not: the reconstruction's true coefficient is zero.)"
        if true_b == 0
        else "(The reconstruction's true coefficient is not zero.)"
    )
    return (
        f"On the reconstruction {markdown(amount.label)}'s standard deviation is {sd:,.0f} "
        f"{markdown(amount.unit)}: there a coefficient printed as zero {hidden}. {truth}"
    )


def cutoff(claimed: float, base_rate: float) -> str:
    """Say whom a cut-off favours, given the share of customers who are retained."""
    if claimed == base_rate:
        return "A cut-off at the base rate favours neither class; the paper does not say why."
    side, called, missed, needless = (
        ("above", "churned", "a missed leaver", "a needless call")
        if claimed > base_rate
        else ("below", "retained", "a needless call", "a missed leaver")
    )
    return (
        f"A cut-off {side} the base rate favours calling customers {called}: reasonable if "
        f"{missed} costs more than {needless}, but the paper does not say so."
    )


def predicted_share(shares: pd.DataFrame, claimed: float, table: str) -> str:
    """Say what share of customers effects of the printed size put above the cut-off.

    `shares` is the table of `normal_predictor.shares_above_cutoff`; `claimed` the printed share.
    """
    share = shares["share_above_cutoff"]
    apart = (shares["simulated"] - share).abs().max()
    agree = "agree" if apart < 0.01 else "do not agree"
    even = "even if" if share["perfectly correlated"] < claimed else "if"
    return (
        f"The printed table puts {percent(claimed)} of customers above the cut-off. Four effects "
        f"as large as Frequency's, the largest, reach {percent(share['uncorrelated'])} if "
        f"uncorrelated and {percent(share['perfectly correlated'])} {even} perfectly correlated; "
        f"simulation and integration {agree} ({table})."
    )
