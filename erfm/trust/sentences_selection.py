"""What page 08 says of luck: of the selection, of the fit's optimism and of the split."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from erfm.escaping import markdown
from erfm.formats import listed, named, number, percent
from erfm.study import Study
from erfm.ties import TIE, largest
from erfm.trust import resampling
from erfm.trust.resampling import Bootstrap, Splits
from erfm.trust.sentences import for_the_bank

ALWAYS = 0.95
"""A variable selected in at least this share of the samples is no luck."""


def in_short(study: Study, repeated: Bootstrap, splits: Splits) -> str:
    """Say what is selected nearly always, the corrected AUC and the range of accuracies."""
    share = resampling.inclusion_frequencies(repeated)["share"]
    sure = share.index[share >= ALWAYS]
    auc = resampling.optimism(repeated).loc["auc"]
    accuracy = splits.metrics["accuracy"]
    return (
        f"**In short.** Of {len(repeated.selected):,} repetitions of the whole search, "
        f"{listed(study, sure, none='no variable')} {'is' if len(sure) < 2 else 'are'} selected in "
        f"at least 95%. Corrected for its optimism, the procedure's AUC is {auc['corrected']:.3f} "
        f"(apparent {auc['apparent']:.3f}). By the luck of the split alone, accuracy at the "
        f"study's cut-off ranges from {percent(accuracy.quantile(0.025))} to "
        f"{percent(accuracy.quantile(0.975))} (95% of {len(accuracy):,} splits). "
        f"{_failed(repeated, splits)}"
    )


def _failed(repeated: Bootstrap, splits: Splits) -> str:
    """Say how many repetitions gave no equation, and why."""
    number_failed = len(repeated.failures) + len(splits.failures)
    if not number_failed:
        return "Every repetition gave an equation."
    reasons = "; ".join(sorted(set(repeated.failures) | set(splits.failures)))
    repetitions = "repetition" if number_failed == 1 else "repetitions"
    return f"⚠ {number_failed} {repetitions} gave no equation: {markdown(reasons)}."


def own_equation(repeated: Bootstrap, terms: Iterable[str]) -> str:
    """Say how often the search returns the study's own equation, and how many others."""
    terms = list(terms)
    same = resampling.share_selecting(repeated, terms, exactly=True)
    returned = (
        "The search returns the variables of the study's own equation in"
        if terms
        else "The search selects no variable, as it does for the study itself, in"
    ) + f" {percent(same)} of the samples"
    if same >= 0.9:
        return f"{returned}: the choice is stable."
    distinct = len(repeated.selected.drop_duplicates())
    occur = "equation occurs" if distinct == 1 else "different equations occur"
    return (
        f"{returned}; {distinct} {occur}. A new sample of customers may well give another equation "
        "without anything having changed at the bank."
    )


def printed_selection(study: Study, repeated: Bootstrap, terms: list[str]) -> str:
    """Say how often the search selects the printed terms, alone or with others."""
    alone = resampling.share_selecting(repeated, terms, exactly=True)
    rule = "the rule but no certainty" if alone < 1 else "the rule"
    return (
        f"The printed selection, {listed(study, terms)} and nothing else, comes out in "
        f"{percent(alone)} of the samples; all of these, perhaps with others, in "
        f"{percent(resampling.share_selecting(repeated, terms))}. The customers were made so that "
        "these variables matter and the other two do not: even then the printed selection is "
        f"{rule if alone > 0.5 else 'the exception'}. (A paper that reports the selection alone "
        "cannot say so.)"
    )


def what_to_build_on(study: Study, share: pd.Series, bias: pd.DataFrame) -> str:
    """Say what being selected does to the likeliest of the weak, and which variables to trust.

    `share` is how often each term is selected, `bias` the table of `resampling.selection_bias`.
    """
    weak = bias[bias["share"] < 0.5]
    weak_terms = list(dict.fromkeys(map(study.term, weak.index)))
    likely = share.index[share.between(0.5, ALWAYS, inclusive="left")]
    sure = share.index[share >= ALWAYS]
    advice = (
        f"build on {listed(study, sure, none='none of the variables')}"
        + (f"; take {listed(study, likely)} as likely, not as shown" if len(likely) else "")
        + (
            f"; do not act on {listed(study, weak_terms)}, which these customers do not support."
            if len(weak)
            else "."
        )
    )
    return f"{_example(study, weak)} {for_the_bank(study, advice)}"


def _example(study: Study, weak: pd.DataFrame) -> str:
    """Say how much stronger than it is the most often selected of the weak looks."""
    if weak.empty:
        return (
            "No variable is selected in fewer than half of the samples, so that there is little of "
            "this bias here."
        )
    name = largest(weak["share"])
    share, full, size = weak.loc[name, ["share", "full_model_size", "size_when_selected"]]
    if share == 0:
        return f"{listed(study, weak.index)}: selected in no sample, so that nothing is inflated."
    if round(size, 1) <= round(full, 1):
        return (
            f"{named(study, name)} is selected in {percent(share)} of the samples and then looks "
            "no stronger than in the full model."
        )
    return (
        f"{named(study, name)} is the example: it is selected in {percent(share)} of the samples "
        f"and then lies on average {size:.1f} standard errors from 0, where the full model has it "
        f"at {full:.1f}."
    )


def optimism(study: Study, table: pd.DataFrame) -> str:
    """Say how much selection and fit flatter the equation, and what its ranking is worth.

    `table` is that of `resampling.optimism` with the column ``holdout``.
    """
    auc, slope = table.loc["auc"], table.loc["calibration_slope"]
    if max(abs(auc["apparent"] - 0.5), abs(auc["holdout"] - 0.5)) < TIE:
        # Also where customers are ranked at random an area is 0.5, but hardly to the last digit.
        return (
            "The equation has no variable, so it gives everyone the same probability, ranks nobody "
            "and has no slope. Where a bootstrap sample selects one, it flatters itself: the "
            f"procedure's corrected AUC is {auc['corrected']:.3f}. "
            + for_the_bank(study, "these variables give nothing to rank customers by.")
        )
    advice = (
        "of two customers, one who stays and one who leaves, the equation puts the right one first "
        f"about {10 * auc['corrected']:.1f} times in ten: {_quality(auc['corrected'])}."
    )
    return (
        f"Selection and fit together {_flatter(auc)}; "
        f"{_shrinkage(slope['corrected'])}. The holdout sample says {auc['holdout']:.3f} and "
        f"{number(slope['holdout'])}, but it is a single draw: the next section shows how far such "
        f"a draw strays. {for_the_bank(study, advice)}"
    )


def _flatter(auc: pd.Series) -> str:
    areas = f"{auc['apparent']:.3f} as it looks, {auc['corrected']:.3f} corrected"
    flatters = round(auc["apparent"], 3) > round(auc["corrected"], 3)
    return f"{'flatter' if flatters else 'do not flatter'} the AUC ({areas})"


def _shrinkage(slope: float) -> str:
    """Say by how much predicted differences should be shrunk for a corrected slope."""
    means = f"the corrected slope of {number(slope)} means that predicted differences between"
    if slope <= 0:
        return f"{means} customers say nothing of the real ones"
    if round(slope, 3) >= 1:
        return f"{means} customers need no shrinking"
    return f"{means} customers should be shrunk by about {100 * (1 - round(slope, 3)):.1f}%"


def _quality(auc: float) -> str:
    if round(auc, 2) < 0.5:
        return "worse than a coin"
    if round(auc, 2) == 0.5:
        return "no better than a coin"
    if auc < 0.6:
        return "little better than a coin"
    return (
        "useful, but far from certain" if auc < 0.8 else "a good ranking, though not a certain one"
    )


def own_split(place: pd.DataFrame, shown: dict[str, str], holdout: int) -> str:
    """Say whether the study's own split is an ordinary one, and what luck alone explains.

    `place` is the table of `resampling.place_among`, `shown` labels the metrics that are judged,
    `holdout` is the number of customers in the holdout sample.
    """
    judged = place.loc[list(shown)]
    inside = judged["own"].between(judged["lower"], judged["upper"])
    odd = [shown[metric] for metric in judged.index[~inside]]
    below = place["share_below"]
    return (
        f"The study's own split has an accuracy above {percent(below['accuracy'])} of the random "
        f"ones and an AUC above {percent(below['auc'])}"
        + (f"; it is unusual in {' and '.join(odd)}. " if odd else ": an ordinary split. ")
        + f"**For the bank:** with {holdout:,} customers to judge by, "
        + _honest(*place.loc["accuracy", ["lower", "upper"]])
    )


def _honest(lower: float, upper: float) -> str:
    """Say how far accuracies on different customers may differ by luck.

    The difference is that of the limits as they are shown elsewhere, so that a reader finds it.
    """
    points = round(round(100 * upper, 1) - round(100 * lower, 1), 1)
    if points == 0:
        return "honest analysts who split differently report the same accuracy."
    return (
        "two honest analysts whose splits differ can report accuracies from "
        f"{percent(lower)} to {percent(upper)}, {points:.1f} percentage points apart, and both be "
        "right. Two rules judged on the *same* customers are compared far more closely, in pairs."
    )


def printed_accuracies(accuracy: pd.Series, claimed: float, counted: float) -> str:
    """Say how many random splits reach the printed accuracy and that of the printed counts."""
    reached = {value: int((accuracy >= value).sum()) for value in (claimed, counted)}
    explained = [percent(value) for value, splits in reached.items() if splits]
    told = {value: f"{splits:,}" if splits else "none" for value, splits in reached.items()}
    luck = (
        f"the luck of the split can explain {' and '.join(explained)}"
        if explained
        else "no luck of the split explains either"
    )
    return (
        f"The largest accuracy of {len(accuracy):,} random splits is {percent(accuracy.max())}. "
        f"The printed {percent(claimed)} is reached by {told[claimed]} of them, and the "
        f"{percent(counted)} that the printed counts give by {told[counted]}. With effects "
        f"of the printed size, {luck}: [page 06](06_published_numbers.ipynb) derives why. "
        "(These customers are simulated; the statement is about effects of that size, not about "
        "the bank.)"
    )


def without_search(fixed: pd.DataFrame, searched: pd.DataFrame) -> str:
    """Say how much of the optimism of the AUC is the selection's.

    `fixed` is the table of `resampling.optimism` with the same variables every time.
    """
    fit, both = fixed.loc["auc", "optimism"], searched.loc["auc", "optimism"]
    added = round(both, 4) - round(fit, 4)
    selection = (
        f"the search itself adds {added:.4f}."
        if round(added, 4) > 0
        else "the search itself adds nothing to it."
    )
    return (
        "With the variables held fixed, the optimism of the AUC is "
        f"{number(fit, '.4f')}, against {number(both, '.4f')} with the search: {selection}"
    )
