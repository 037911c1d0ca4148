"""The scorecard: the verdict on every printed value, with what the pages show beside it.

All verdicts, reasons and formulas are those of `erfm.paper.examination` on the claims of the
paper's file. A claim there says which of its values it judges: of values that contradict each other
these are marked, and the others are named. So both of two are marked unless other printed numbers
confirm one: the counts of the classification table add up, so it is the accuracy that contradicts
them.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import pandas as pd

from erfm.customers.load import load_customers
from erfm.customers.study_file import load_study
from erfm.descriptives import descriptive_statistics
from erfm.escaping import markdown
from erfm.logistic import CONSTANT, coefficient_table, fit_logistic, predict
from erfm.paper.arithmetic import SolvedTable, solve_classification_table
from erfm.paper.examination import Examination, examine_paper, named
from erfm.paper.ledger import compare, load_published, printed, published_paper
from erfm.paper.verdict import FROM_WORST, VERDICTS, Verdict
from erfm.samples import split_samples
from erfm.standardised import ranking, standardised_coefficients
from erfm.stepwise import final_equation
from erfm.validation import classification_table

DESCRIPTIVES = "01_descriptive_statistics.ipynb"
FULL_MODEL = "02_full_model.ipynb"
STEPWISE = "03_stepwise_reduction.ipynb"
EXAMINATION = "06_published_numbers.ipynb"

# The sections of the examination, by title: Jupyter's anchors are titles with hyphens for spaces.
SUMS = "The sums and shares hold"
ACCURACY = "The printed accuracy is no share of the holdout customers"
SKEWNESS = "Skewness and kurtosis contradict the other descriptive statistics"
INTERVAL = "The interval is narrower than size and spread of the sample allow"
HAS_CHILD = "No indicator and no likely count has the printed odds ratio and p"
STANDARDISED = "The standardised coefficients contradict the other numbers"
CHI_SQUARE = "Which chi-square is printed is not said"
ZERO = "A coefficient printed as zero may hide an effect"
CUTOFF = "The cut-off is not the base rate"

# How a value comes about on the reconstruction: asked for; a free result of the simulated
# customers; or given up because printed numbers contradict it or do not say what it is.
BY_CONSTRUCTION = "by construction"
ESTIMATED = "estimated"
NOT_TARGETED = "not targeted"
HOW = (BY_CONSTRUCTION, ESTIMATED, NOT_TARGETED)

CONFIDENCE_LEVEL = 0.95


class Entry(NamedTuple):
    """What the report says about a printed value and its paper's file cannot know.

    Attributes
    ----------
    section : str
        The section of the examination that shows its proof, by title; or another notebook.
    how : str
        How the reconstruction comes by it, one of `HOW`.
    """

    section: str
    how: str


ENTRIES = {
    "n_raw": Entry(DESCRIPTIVES, BY_CONSTRUCTION),
    "n_complete": Entry(SUMS, BY_CONSTRUCTION),
    "n_train": Entry(SUMS, BY_CONSTRUCTION),
    "n_holdout": Entry(SUMS, BY_CONSTRUCTION),
    "frequency_range": Entry(SUMS, BY_CONSTRUCTION),
    "frequency_min": Entry(SUMS, BY_CONSTRUCTION),
    "frequency_max": Entry(SUMS, BY_CONSTRUCTION),
    "frequency_mean": Entry(SKEWNESS, BY_CONSTRUCTION),
    "frequency_sd": Entry(SKEWNESS, BY_CONSTRUCTION),
    "frequency_skewness": Entry(SKEWNESS, NOT_TARGETED),
    "frequency_kurtosis": Entry(SKEWNESS, NOT_TARGETED),
    "male_n": Entry(SUMS, BY_CONSTRUCTION),
    "male_pct": Entry(SUMS, BY_CONSTRUCTION),
    "female_n": Entry(SUMS, BY_CONSTRUCTION),
    "significance_level": Entry(FULL_MODEL, BY_CONSTRUCTION),
    "amount_b": Entry(ZERO, BY_CONSTRUCTION),
    "has_child_p": Entry(HAS_CHILD, NOT_TARGETED),
    "has_child_or": Entry(HAS_CHILD, NOT_TARGETED),
    "has_child_or_restated": Entry(HAS_CHILD, NOT_TARGETED),
    "frequency_or": Entry(STANDARDISED, BY_CONSTRUCTION),
    "confidence_level": Entry(FULL_MODEL, BY_CONSTRUCTION),
    "frequency_or_lower": Entry(INTERVAL, NOT_TARGETED),
    "frequency_or_upper": Entry(INTERVAL, NOT_TARGETED),
    "significant_variables": Entry(STANDARDISED, BY_CONSTRUCTION),
    "entered_variables": Entry(STEPWISE, BY_CONSTRUCTION),
    "final_step_chi_square": Entry(CHI_SQUARE, NOT_TARGETED),
    "cutoff": Entry(CUTOFF, BY_CONSTRUCTION),
    "holdout_retained": Entry(ACCURACY, BY_CONSTRUCTION),
    "holdout_churned": Entry(ACCURACY, BY_CONSTRUCTION),
    "predicted_retained": Entry(ACCURACY, ESTIMATED),
    "predicted_retained_wrong": Entry(ACCURACY, ESTIMATED),
    "predicted_churned": Entry(ACCURACY, ESTIMATED),
    "predicted_churned_wrong": Entry(ACCURACY, ESTIMATED),
    "accuracy": Entry(ACCURACY, ESTIMATED),
    "standardised_frequency": Entry(STANDARDISED, NOT_TARGETED),
    "standardised_recency": Entry(STANDARDISED, NOT_TARGETED),
    "standardised_age": Entry(STANDARDISED, NOT_TARGETED),
    "standardised_gender": Entry(STANDARDISED, NOT_TARGETED),
    "standardised_ranking": Entry(STANDARDISED, BY_CONSTRUCTION),
}
"""The entry of every key of the ledger."""


def section(title: str) -> str:
    """Return the notebook and the anchor of a section of the examination; a notebook as it is."""
    return title if title.endswith(".ipynb") else f"{EXAMINATION}#{title.replace(' ', '-')}"


@functools.cache
def examined() -> Examination:
    """Return the examination of the paper, made once a process: what all verdicts come from."""
    return examine_paper(published_paper())


def published_classification_table() -> SolvedTable:
    """Return the classification table that the printed counts fix; positive = retained."""
    count = load_published()["value"]
    return solve_classification_table(
        actual_positive=count["holdout_retained"],
        actual_negative=count["holdout_churned"],
        predicted_positive=count["predicted_retained"],
        predicted_positive_wrong=count["predicted_retained_wrong"],
        predicted_negative=count["predicted_churned"],
        predicted_negative_wrong=count["predicted_churned_wrong"],
    )


def proofs() -> dict[str, Verdict]:
    """Return the proof of each claim of the paper's file, by the claim's name."""
    return {one.claim.name: one.proof for one in examined().claims if one.claim.name}


def verdicts() -> pd.DataFrame:
    """Return the verdict on every printed value.

    Returns
    -------
    DataFrame
        Index ``key`` in the ledger's order; columns ``value`` (variable and statistic),
        ``printed``, ``verdict``, ``together`` (what it contradicts), ``reason``,
        ``inequality`` and ``needed`` (what would have to be true; as `Verdict` has them),
        ``section`` (notebook and anchor), ``how`` (one of `HOW`) and ``arithmetic`` (what other
        printed numbers make it, where they do: a count, fraction or bound; else missing).
    """
    rows = {
        key: {
            "value": judged.value.title,
            "printed": judged.value.printed,
            "verdict": judged.verdict,
            "together": named(judged.together_with),
            "reason": judged.reason,
            "inequality": judged.proof.inequality,
            "needed": judged.proof.what_would_have_to_be_true,
            "section": section(ENTRIES[key].section),
            "how": ENTRIES[key].how,
            "arithmetic": judged.implied,
        }
        for key, judged in examined().judged.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("key")
    return table.astype({"arithmetic": float})


def verdict_counts() -> pd.Series:
    """Return how many printed values have each verdict, in the order of `VERDICTS`."""
    return examined().counts().reindex(VERDICTS)


def recomputed() -> dict[str, int | float | str]:
    """Return what the reconstruction gives for every key of the ledger that it can be asked for.

    It cannot be asked for the chi-square of the final step: which statistic that is, is not said.

    The customers are simulated: agreement is by construction or by chance, never a reproduction.
    """
    study = load_study("reconstruction")
    customers = load_customers(study)
    samples = split_samples(study, customers)
    frequency = descriptive_statistics(study, samples.complete).loc["frequency"]
    men = int((samples.complete["gender"] == "male").sum())
    full = coefficient_table(fit_logistic(study, samples.build), CONFIDENCE_LEVEL)
    final = final_equation(study, samples)
    standardised = standardised_coefficients(study, final, samples.build)["x_standardised"]
    table = classification_table(
        samples.holdout["retained"], predict(final, study, samples.holdout), study.cutoff
    )
    significant = [
        name
        for name, p in full["p_value"].drop(CONSTANT).items()
        if p < printed("significance_level")
    ]
    return {
        "n_raw": len(customers),
        "n_complete": len(samples.complete),
        "n_train": len(samples.build),
        "n_holdout": len(samples.holdout),
        "frequency_range": frequency["range"],
        "frequency_min": frequency["minimum"],
        "frequency_max": frequency["maximum"],
        "frequency_mean": frequency["mean"],
        "frequency_sd": frequency["standard_deviation"],
        "frequency_skewness": frequency["skewness"],
        "frequency_kurtosis": frequency["kurtosis"],
        "male_n": men,
        "male_pct": men / len(samples.complete),
        "female_n": len(samples.complete) - men,
        "significance_level": study.entry_p,
        "confidence_level": CONFIDENCE_LEVEL,
        "amount_b": full.loc["amount", "b"],
        "has_child_p": full.loc["has_child", "p_value"],
        "has_child_or": full.loc["has_child", "odds_ratio"],
        "has_child_or_restated": full.loc["has_child", "b"],
        "frequency_or": full.loc["frequency", "odds_ratio"],
        "frequency_or_lower": full.loc["frequency", "lower"],
        "frequency_or_upper": full.loc["frequency", "upper"],
        "significant_variables": ", ".join(
            study.label(study.term(column)) for column in significant
        ),
        "entered_variables": ", ".join(study.label(term) for term in final.terms),
        "cutoff": study.cutoff,
        "holdout_retained": table.loc["retained"].iloc[:2].sum(),
        "holdout_churned": table.loc["churned"].iloc[:2].sum(),
        "predicted_retained": table.loc["total", "predicted_retained"],
        "predicted_retained_wrong": table.loc["churned", "predicted_retained"],
        "predicted_churned": table.loc["total", "predicted_churned"],
        "predicted_churned_wrong": table.loc["retained", "predicted_churned"],
        "accuracy": table.loc["total", "percentage_correct"] / 100,
        "standardised_frequency": abs(standardised["frequency"]),
        "standardised_recency": abs(standardised["recency"]),
        "standardised_age": abs(standardised["age"]),
        "standardised_gender": abs(standardised["gender(male)"]),
        "standardised_ranking": ranking(standardised, study),
    }


def scorecard() -> pd.DataFrame:
    """Return a row for every printed value: what it should be, its verdict, why and where.

    Index ``key``; columns ``table``, ``value`` (variable and statistic), ``printed``, ``implied``
    (by other printed numbers) and ``simulated`` (on the simulated customers), both to the printed
    decimals and empty where there is none, ``how`` the simulated one comes about, ``verdict``,
    ``together`` (what it contradicts), ``why``, ``inequality`` (in LaTeX), ``needed`` (what
    would have to be true), ``shown`` (a link in Markdown), and ``sentence`` with its
    ``translation``, both empty where it is not known.
    """
    ledger, values = load_published(), recomputed()
    rows = {}
    for key, verdict in verdicts().iterrows():
        rows[key] = {
            "table": ledger.loc[key, "table"],
            "value": verdict["value"],
            "printed": verdict["printed"],
            "implied": compare(verdict["arithmetic"], key).computed,
            "simulated": compare(values.get(key), key).computed,
            "how": verdict["how"],
            "verdict": verdict["verdict"],
            "together": verdict["together"],
            "why": verdict["reason"],
            "inequality": verdict["inequality"],
            "needed": verdict["needed"],
            "shown": _shown(ENTRIES[str(key)].section),
            "sentence": ledger.loc[key, "sentence"],
            "translation": ledger.loc[key, "translation"],
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("key")


def _shown(title: str) -> str:
    """Return a link to a section of the examination by its title, or to another page."""
    where = section(title)
    page = f"page {where.partition('_')[0]}"
    return f"[{page if where == title else f'{page}: {title}'}]({where})"


def verdicts_by_proof() -> pd.DataFrame:
    """Return the verdicts with what has them and where that is proved: the refuted values first.

    Columns ``verdict``, ``printed_values`` and ``proof`` (a link in Markdown).
    """
    judged = verdicts().assign(section=[entry.section for entry in ENTRIES.values()])
    rows = [
        {"verdict": verdict, "printed_values": _listed(chosen), "proof": _link(where)}
        for verdict in FROM_WORST
        for where, chosen in judged[judged["verdict"] == verdict].groupby("section", sort=False)
    ]
    return pd.DataFrame(rows)


def _link(where: str) -> str:
    """Return a link to a section from its own page, or to another page."""
    if where.endswith(".ipynb"):
        return f"[page {where.partition('_')[0]}]({where})"
    return f"[{where}](#{section(where).partition('#')[2]})"


def _listed(judged: pd.DataFrame) -> str:
    """Return some of the verdicts as a list: what is printed, and the text if it is short."""
    return "; ".join(
        f"{value} {text}" if len(text) < 10 else value
        for value, text in zip(judged["value"], judged["printed"], strict=True)
    )


def verdict_table() -> str:
    """Return the printed values by verdict, as a table in Markdown."""
    judged = verdicts()
    lines = ["| verdict | printed values | which |", "|---|---|---|"]
    for verdict in VERDICTS:
        chosen = judged[judged["verdict"] == verdict]
        lines.append(f"| **{verdict}** | {len(chosen)} | {markdown(_listed(chosen))} |")
    return "\n".join(lines)
