"""What is said of any paper on trial, of the worked examples and of the examiner itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from erfm.escaping import markdown
from erfm.formats import counted, how_many, number, p_text, percent
from erfm.paper.claims import SUBJECTS
from erfm.paper.examination import Examination
from erfm.paper.grim import examine_possible_mean
from erfm.paper.intervals import count
from erfm.paper.paper_file import Paper
from erfm.paper.verdict import (
    CANNOT_BE_JUDGED,
    CONTRADICTS,
    FROM_WORST,
    IMPOSSIBLE,
    Verdict,
    counts_in_words,
    listed,
    meanings,
)
from erfm.ties import at_least, largest


def tally(counts: pd.Series) -> str:
    """Say how many printed values have each verdict that any has; `counts` by verdict."""
    return f"Of {counted(int(counts.sum()), 'printed value')}, {_verdicts(counts)}."


def _verdicts(counts: pd.Series) -> str:
    """Return e.g. "2 are impossible and 7 hold": the verdicts that any value has."""
    return counts_in_words(counts[counts > 0])


def quotation(paper: Paper, *names: str) -> str:
    """Return printed values as a quotation in Markdown: where they stand, each sentence once."""
    lines = []
    for name in names:
        value = paper.printed[name]
        place, title, shown = (markdown(t) for t in (value.place, value.title, value.shown))
        lines.append(f"**{', '.join(filter(None, [place, title]))}: {shown}**")
    told = dict.fromkeys((paper.printed[n].quotation, paper.printed[n].translation) for n in names)
    for original, translation in told:
        if original:
            english = f" — *{markdown(translation)}*" if translation else ""
            lines.append(f"{markdown(original)}{english}")
    return "\n>\n".join(f"> {line}" for line in lines)


# --- The page in short, and what can be judged ----------------------------------------------------


def in_short(tried: Examination, right: Examination) -> str:
    """Say what was found of a paper on trial and of a right one, and what another takes."""
    counts = right.counts()
    cleared = not (counts[IMPOSSIBLE] or counts[CONTRADICTS])
    return (
        f"**In short.** Of {tried.counts().sum():,} numbers that a paper on psychiatric nursing "
        f"prints, {_verdicts(tried.counts())}; of {counts.sum():,} that a textbook prints of a "
        f"logistic regression, {'none' if cleared else 'not none'} is refuted. To put another "
        "paper on trial takes one file, which names its printed numbers and says which belong "
        f"together; {counted(sum(map(len, SUBJECTS.values())), 'kind')} of such claims are judged. "
        "This page needs no customers."
    )


def what_can_be_judged() -> str:
    """Say how many kinds of claim there are, and how they are told."""
    told = [f"{len(kinds)} about {subject.lower()}" for subject, kinds in SUBJECTS.items()]
    return (
        f"Open a line for its kinds: {listed(told)}. A claim needs what is named before the "
        "brackets; what stands within them is judged too, if it is printed. What would be needed "
        "and is not printed makes a claim *cannot be judged*, never refuted."
    )


def fold_of(subject: str) -> str:
    """Return the line under which the kinds of a subject are folded."""
    return f"{subject}: {counted(len(SUBJECTS[subject]), 'kind')} of claim"


def verdicts_mean() -> str:
    """Say what each verdict means, as a list in Markdown."""
    return meanings(FROM_WORST)


def caption_of(subject: str) -> str:
    """Return the caption of the table of a subject's kinds."""
    return f"{subject}: what a claim needs to be printed, and what it proves"


# --- The nursing paper ----------------------------------------------------------------------------


def of_both_groups(proofs: Mapping[str, Verdict]) -> str:
    """Return the verdicts on one claim about several groups, each led by the groups it is about."""
    groups: dict[str, list[str]] = {}
    for group, proof in proofs.items():
        groups.setdefault(proof.markdown, []).append(group)
    return "\n\n".join(f"*{listed(names).capitalize()}:* {told}" for told, names in groups.items())


def with_another_nurse(examination: Examination, groups: Sequence[str]) -> str:
    """Say whether as many nurses as have a degree could have the printed mean ages."""
    printed = examination.paper.printed
    totals, possible = [], []
    for group in groups:
        degrees = [count(printed[f"{group}_{key}"].text) for key in ("diploma", "bachelor")]
        mean = printed[f"{group}_nurse_age_mean"].text
        proof = examine_possible_mean(mean=mean, n=sum(degrees))
        totals.append(f"{sum(degrees)}")
        possible.append(proof.verdict != IMPOSSIBLE)
    nurses = listed(list(dict.fromkeys(totals)))
    if any(possible):
        return f"Were there {nurses} nurses, as many as have a degree, a mean could be right."
    return (
        f"Nor do {nurses} nurses, as many as have a degree, have such means: the two errors do not "
        "explain each other. Ages in years and months would; then the youngest and the oldest, in "
        "whole years, would have been rounded."
    )


def nurses_needed(proofs: Mapping[str, Verdict], least: Mapping[int, float], figure: str) -> str:
    """Say how far the printed spreads lie below the least possible ones.

    `proofs` are those of `sd_and_range` by group, `least` the least sd by the number of nurses.
    """
    floor = list(dict.fromkeys(number(p.numbers["least_sd"], ".2f") for p in proofs.values()))
    refuted = sum(proof.refuted for proof in proofs.values())
    few, more = min(least), max(least)
    most, less = least[few], least[more]
    return (
        "The youngest and the oldest alone force a standard deviation of at least "
        f"{listed(floor)}, with {how_many(refuted, len(proofs), 'printed one')} below it. The "
        f"floor falls with the number of nurses, from {number(most, '.2f')} for {few} to "
        f"{number(less, '.2f')} for {more} ({figure}), so a slip of one nurse explains nothing "
        "here."
    )


def counts_behind(shares: pd.DataFrame, table: str) -> str:
    """Say which printed percentages are those of whole counts, and how much that proves.

    `shares` is the table of `on_trial.percentages`.
    """
    possible = shares["least_count"].notna()
    single = int((shares["least_count"] == shares["largest_count"]).sum())
    alone = "each" if single == len(shares) else f"{single} of them"
    least = [percent(share) for share in shares["possible_shares"].agg(["min", "max"])]
    odds = " to ".join(dict.fromkeys(least))
    if not possible.all():
        wrong = ", ".join(markdown(str(name)) for name in shares.index[~possible])
        return f"No whole count has the share printed of {wrong} ({table})."
    return (
        f"{how_many(len(shares), len(shares), 'percentage').capitalize()} are shares of whole "
        f"counts, {alone} of one count alone ({table}). That is no matter of course: of "
        f"all percentages with so many decimals, {odds} are shares of so many patients. *Cannot be "
        "judged* is therefore not *suspicious*: the counts themselves are not printed, so nothing "
        "confirms these numbers, but an invented percentage would most likely have been found out."
    )


def ages_compared(tests: pd.DataFrame, figure: str) -> str:
    """Say which comparisons' p-values are what is printed of them, and which are not.

    `tests` is the table of `on_trial.recomputed_tests`.
    """
    fits = tests.groupby("comparison", sort=False)["fits"].agg(["any", "all"])
    wrong = list(fits.index[~fits["any"]])
    if not wrong:
        return (
            f"{how_many(len(fits), len(fits), 'comparison').capitalize()} have a p-value that is "
            f"printed so, by every usual test or by one of them ({figure})."
        )
    told = []
    for name in wrong:
        rows = tests[tests["comparison"] == name]
        values = [f"{row.test} {p_text(row.p)}" for row in rows.itertuples()]
        told.append(
            f"{markdown(name)} ({listed(values)}; {markdown(rows['printed'].iloc[0])} printed)"
        )
    return (
        f"{len(fits) - len(wrong)} of {len(fits)} comparisons have the p-value that is printed "
        f"({figure}); not so {listed(told)}."
    )


def outcomes_compared(tests: pd.DataFrame, table: str) -> str:
    """Say whether differences that are called significant are so by every usual test."""
    worst = tests.loc[largest(tests["p"])]
    if not tests["fits"].all():
        missed = listed(
            [markdown(name) for name in dict.fromkeys(tests.loc[~tests["fits"], "comparison"])]
        )
        return f"By some usual test the difference is not what is printed: {missed} ({table})."
    return (
        f"By every usual test, with and without continuity correction, each difference is as "
        f"significant as is said ({table}); the largest p is {worst['p']:.3f} "
        f"({markdown(worst['comparison'])}, {worst['test']}). Whether one year caused the "
        "difference to the other is a question of the design, which no arithmetic answers."
    )


def whose_scores(readings: Mapping[str, Verdict]) -> str:
    """Say what follows if scores are whole points, of as many cases as each reading has.

    `readings` are the proofs of `examine_possible_mean` by whose scores they would be.
    """
    no = [name for name, proof in readings.items() if proof.verdict == IMPOSSIBLE]
    yes = [name for name, proof in readings.items() if proof.verdict != IMPOSSIBLE]
    if not no:
        return "Whole points, too, can have the printed means, whoever they are of."
    also = f" Of {listed(yes)} they could be." if yes else ""
    return (
        f"Were they whole points of {listed(no)}, no scores would have the printed mean.{also} But "
        "scores need not be whole, and of whom they are is not said: a good example of a number "
        "that cannot be judged for want of a word."
    )


def most_open(examination: Examination, table: str) -> str:
    """Say how many values have each verdict, and what it takes to judge the others; with a link."""
    counts = examination.counts()
    return (
        f"{tally(counts)[:-1]} ({table}). "
        f"{how_many(counts[CANNOT_BE_JUDGED], counts.sum(), 'value').capitalize()} would take what "
        "is not printed: the counts behind a percentage, the ages themselves, or the table that is "
        "lost. They may well be right."
    )


# --- A right paper, and planted errors ------------------------------------------------------------


def acquitted(examination: Examination) -> str:
    """Say whether a paper is acquitted, and what of it cannot be judged and why."""
    counts = examination.counts()
    refuted = counts[IMPOSSIBLE] + counts[CONTRADICTS]
    open_ = [j for j in examination.judged.values() if j.verdict == CANNOT_BE_JUDGED]
    if refuted:
        return f"{tally(counts)} It is not acquitted: {refuted} cannot stand."
    reasons = dict.fromkeys(judged.reason for judged in open_)
    why = f" What cannot be judged says why: {' '.join(map(markdown, reasons))}" if open_ else ""
    return f"{tally(counts)} Nothing is refuted: the paper is acquitted.{why}"


def detection(summary: pd.DataFrame, table: str) -> str:
    """Say how many planted errors are found, and of which kind most and fewest.

    `summary` is that of `on_trial.summarised_rates`; `table` a link to what it reads.
    """
    errors, papers = summary.loc["error"], summary.loc["paper"]
    planted, found = int(errors["planted"].sum()), int(errors["found"].sum())
    return (
        f"Of {planted:,} planted errors {found:,} are found, {percent(found / planted, 0)} "
        f"({table}). {_extremes(errors, 'Of the errors')} {_extremes(papers, 'Of the papers')} "
        "An error that stays within the rounding, or in a number that nothing else implies, cannot "
        "be found by any arithmetic."
    )


def _extremes(part: pd.DataFrame, opens: str) -> str:
    """Say where the rate is highest and where lowest."""
    high, low = part["rate"].max(), part["rate"].min()
    if at_least(low, high):
        return f"{opens}, all are found as often."
    best = listed([str(name) for name in part.index[at_least(part["rate"], high)]])
    worst = listed([str(name) for name in part.index[at_least(low, part["rate"])]])
    return (
        f"{opens}, the rate is highest for “{best}” ({percent(high, 0)}) and lowest for “{worst}” "
        f"({percent(low, 0)})."
    )


def none_accused(alarms: int, papers: int) -> str:
    """Say how many true papers are accused of anything."""
    if alarms:
        return f"**{counted(alarms, 'claim')} about {papers:,} true papers are refuted.**"
    return (
        f"Of {papers:,} papers drawn at random, summarised and rounded as papers do, none is "
        "accused of anything: data that exist are never called impossible, nor numbers of the same "
        "data a contradiction. The project's tests examine thousands more."
    )


# --- Writing a file -------------------------------------------------------------------------------


STEPS = {
    1: "Title and source are what a reader needs to find it; a `note` says what is lost.",
    2: "Each value has an id of your choice. `printed` is text, in quotation marks, as the paper "
    "prints it: a trailing zero says how precisely a number is known. `what`, `variable` and "
    "`place` are for readers.",
    3: "A claim has a `kind`, and for each key of that kind the id of a value. Whether a share is "
    "that of the printed count needs three values: the part, the whole and the share.",
    4: "A test of the difference needs the counts of both groups and what is printed of it; which "
    "of the usual tests it was need not be said, if none is named.",
}
"""What is said of each step in which the example's file grows."""

RUN = (
    "`python -m erfm examine data/example.paper.toml` prints the verdicts. With `--output FOLDER` "
    "it also writes a page like the table above, for any browser and without a network, a table, "
    "JSON and a Word document; of a folder of papers a list besides. Its exit status is 0 when "
    "nothing is refuted, 3 when something is, 2 when a file cannot be used. `--kinds` lists every "
    "kind of claim with its keys."
)
"""How the example's file is examined by the command."""


def examined_example(examination: Examination) -> str:
    """Say what the finished example's verdicts are, and quote what is refuted."""
    wrong = [j for j in examination.judged.values() if j.refuted]
    told = [
        f"**{markdown(j.value.title)} {markdown(j.value.shown)}**: {markdown(j.reason)}"
        for j in wrong
    ]
    return " ".join([tally(examination.counts()), *told])
