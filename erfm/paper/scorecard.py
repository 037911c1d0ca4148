"""The scorecard: the proofs applied to the ledger, a verdict for every printed value.

Two printed values that contradict each other are both marked, unless other printed numbers confirm
one of them: the counts of the classification table add up, so it is the accuracy that contradicts
them.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from erfm.customers.load import load_customers
from erfm.customers.study_file import load_study
from erfm.descriptives import descriptive_statistics
from erfm.escaping import markdown
from erfm.logistic import CONSTANT, coefficient_table, fit_logistic, predict
from erfm.paper.arithmetic import (
    SolvedTable,
    examine_accuracy,
    examine_chi_square,
    examine_cutoff,
    examine_ranking,
    examine_share,
    examine_sum,
    solve_classification_table,
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
from erfm.paper.ledger import compare, load_published, printed
from erfm.paper.normal_predictor import examine_predicted_share
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS, IMPOSSIBLE, VERDICTS, Verdict
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
ACCURACY = "The counts contradict the printed accuracy"
SKEWNESS = "No data have the printed skewness and kurtosis"
INTERVAL = "No data give so narrow an interval"
HAS_CHILD = "No indicator has the printed odds ratio and p"
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
SPSS_DECIMALS = 3
"""Decimals to which SPSS prints B; the paper's "0" is its .000."""


class Entry(NamedTuple):
    """What the scorecard says about a printed value.

    Attributes
    ----------
    proof : str
        The proof of `proofs` that judges it.
    section : str
        The section of the examination that shows it, by title; or another notebook.
    how : str
        How the reconstruction comes by it, one of `HOW`.
    value : str
        The name, among the proof's numbers, of what other printed numbers make it; "" if none do.
    """

    proof: str
    section: str
    how: str
    value: str = ""


ENTRIES = {
    "n_raw": Entry("unpublished", DESCRIPTIVES, BY_CONSTRUCTION),
    "n_complete": Entry("samples", SUMS, BY_CONSTRUCTION, "sum"),
    "n_train": Entry("samples", SUMS, BY_CONSTRUCTION),
    "n_holdout": Entry("samples", SUMS, BY_CONSTRUCTION),
    "frequency_range": Entry("range", SUMS, BY_CONSTRUCTION),
    "frequency_min": Entry("range", SUMS, BY_CONSTRUCTION),
    "frequency_max": Entry("range", SUMS, BY_CONSTRUCTION, "sum"),
    "frequency_mean": Entry("mean and sd", SKEWNESS, BY_CONSTRUCTION),
    "frequency_sd": Entry("mean and sd", SKEWNESS, BY_CONSTRUCTION),
    "frequency_skewness": Entry("skewness", SKEWNESS, NOT_TARGETED),
    "frequency_kurtosis": Entry("kurtosis", SKEWNESS, NOT_TARGETED),
    "male_n": Entry("genders", SUMS, BY_CONSTRUCTION),
    "male_pct": Entry("share of men", SUMS, BY_CONSTRUCTION, "share"),
    "female_n": Entry("genders", SUMS, BY_CONSTRUCTION),
    "significance_level": Entry("setting", FULL_MODEL, BY_CONSTRUCTION),
    "amount_b": Entry("zero coefficient", ZERO, BY_CONSTRUCTION),
    "has_child_p": Entry("has_child", HAS_CHILD, NOT_TARGETED),
    "has_child_or": Entry("has_child", HAS_CHILD, NOT_TARGETED),
    "has_child_or_restated": Entry("log odds ratio", HAS_CHILD, NOT_TARGETED, "log_odds_ratio"),
    "frequency_or": Entry("Frequency", STANDARDISED, BY_CONSTRUCTION),
    "confidence_level": Entry("setting", FULL_MODEL, BY_CONSTRUCTION),
    "frequency_or_lower": Entry("interval", INTERVAL, NOT_TARGETED, "lower"),
    "frequency_or_upper": Entry("interval", INTERVAL, NOT_TARGETED, "upper"),
    "significant_variables": Entry("significance", STANDARDISED, BY_CONSTRUCTION),
    "entered_variables": Entry("unpublished", STEPWISE, BY_CONSTRUCTION),
    "final_step_chi_square": Entry("chi-square", CHI_SQUARE, NOT_TARGETED),
    "cutoff": Entry("cut-off", CUTOFF, BY_CONSTRUCTION),
    "holdout_retained": Entry("margins", ACCURACY, BY_CONSTRUCTION),
    "holdout_churned": Entry("margins", ACCURACY, BY_CONSTRUCTION),
    "predicted_retained": Entry("margins", ACCURACY, ESTIMATED),
    "predicted_retained_wrong": Entry("margins", ACCURACY, ESTIMATED),
    "predicted_churned": Entry("margins", ACCURACY, ESTIMATED),
    "predicted_churned_wrong": Entry("margins", ACCURACY, ESTIMATED),
    "accuracy": Entry("accuracy", ACCURACY, ESTIMATED, "accuracy"),
    "standardised_frequency": Entry("Frequency", STANDARDISED, NOT_TARGETED, "effect"),
    "standardised_recency": Entry("Recency", STANDARDISED, NOT_TARGETED),
    "standardised_age": Entry("Age", STANDARDISED, NOT_TARGETED),
    "standardised_gender": Entry("Gender", STANDARDISED, NOT_TARGETED),
    "standardised_ranking": Entry("ranking", STANDARDISED, BY_CONSTRUCTION),
}
"""The entry of every key of the ledger."""


def section(title: str) -> str:
    """Return the notebook and the anchor of a section of the examination; a notebook as it is."""
    return title if title.endswith(".ipynb") else f"{EXAMINATION}#{title.replace(' ', '-')}"


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
    """Apply every proof to the ledger.

    Counts are exact; what the paper rounds goes in as printed text.
    """
    ledger = load_published()
    count, text = ledger["value"], ledger["printed"]
    solved = published_classification_table()
    moments = {
        "n": count["n_complete"],
        "minimum": count["frequency_min"],
        "maximum": count["frequency_max"],
        "mean": text["frequency_mean"],
        "sd": text["frequency_sd"],
    }
    standardised = {
        name: text[f"standardised_{name.lower()}"]
        for name in text["significant_variables"].split(", ")
    }
    significance = {"n": count["n_train"], "alpha": text["significance_level"]}
    against_odds_ratio = examine_standardised_against_odds_ratio(
        standardised["Frequency"], text["frequency_or"], text["frequency_sd"]
    )
    effect = against_odds_ratio.numbers["effect"]
    return {
        "unpublished": Verdict(
            CANNOT_BE_JUDGED,
            "It follows from customers whose data were not published.",
            what_would_have_to_be_true="The customers' data would have to be published.",
        ),
        "setting": Verdict(CANNOT_BE_JUDGED, "A setting that the authors chose."),
        "samples": examine_sum(count["n_complete"], count["n_train"], count["n_holdout"]),
        "range": examine_sum(
            count["frequency_max"], count["frequency_min"], count["frequency_range"]
        ),
        "genders": examine_sum(count["n_complete"], count["male_n"], count["female_n"]),
        "share of men": examine_share(count["male_n"], count["n_complete"], text["male_pct"]),
        "margins": solved.margins,
        "accuracy": examine_accuracy(solved, text["accuracy"]),
        "mean and sd": examine_mean_and_sd(**moments),
        "skewness": examine_skewness(text["frequency_skewness"], **moments),
        "kurtosis": examine_kurtosis(
            text["frequency_kurtosis"], skewness=text["frequency_skewness"], **moments
        ),
        "interval": examine_interval(
            text["frequency_or"],
            text["frequency_or_lower"],
            text["frequency_or_upper"],
            sd=text["frequency_sd"],
            n=count["n_complete"],
            level=count["confidence_level"],
        ),
        "has_child": examine_p_value(text["has_child_or"], text["has_child_p"], n=count["n_train"]),
        "log odds ratio": examine_log_odds_ratio(
            text["has_child_or_restated"], text["has_child_or"]
        ),
        "significance": examine_significant_variables(standardised, **significance),
        "Frequency": against_odds_ratio,
        "Recency": examine_standardised_significance(standardised["Recency"], **significance),
        "Age": examine_standardised_significance(standardised["Age"], **significance),
        "Gender": examine_standardised_significance(standardised["Gender"], **significance),
        "ranking": examine_ranking(text["standardised_ranking"], standardised),
        "chi-square": examine_chi_square(
            text["final_step_chi_square"],
            n=count["n_train"],
            solved=solved,
            cutoff=text["cutoff"],
        ),
        "zero coefficient": examine_zero_coefficient(
            decimals=SPSS_DECIMALS, rival_effect=effect, **significance
        ),
        "cut-off": examine_cutoff(
            text["cutoff"],
            positive=count["holdout_retained"],
            total=count["n_holdout"],
            samples=[count[key] for key in ("n_train", "n_holdout", "n_complete", "n_raw")],
        ),
        "predicted share": examine_predicted_share(
            count["predicted_retained"] / count["n_holdout"],
            base_rate=count["holdout_retained"] / count["n_holdout"],
            cutoff=text["cutoff"],
            largest_effect=effect,
            effects=len(standardised),
        ),
    }


def verdicts() -> pd.DataFrame:
    """Return the verdict on every printed value.

    Returns
    -------
    DataFrame
        Index ``key`` in the ledger's order; columns ``value`` (variable and statistic),
        ``printed``, ``verdict``, ``reason``, ``inequality`` and ``needed`` (what would have to be
        true; as `Verdict` has them), ``section`` (notebook and anchor), ``how`` (one of `HOW`) and
        ``arithmetic`` (what other printed numbers make it, where they do: a count, fraction or
        bound; else missing).
    """
    proved = proofs()
    rows = {}
    for key, row in load_published().iterrows():
        entry = ENTRIES[str(key)]
        proof = proved[entry.proof]
        rows[key] = {
            "value": f"{row['variable']}: {row['statistic']}",
            "printed": row["printed"],
            "verdict": proof.verdict,
            "reason": proof.reason,
            "inequality": proof.inequality,
            "needed": proof.what_would_have_to_be_true,
            "section": section(entry.section),
            "how": entry.how,
            "arithmetic": proof.numbers.get(entry.value),
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("key")
    return table.astype({"arithmetic": float})


def verdict_counts() -> pd.Series:
    """Return how many printed values have each verdict, in the order of `VERDICTS`."""
    return verdicts()["verdict"].value_counts().reindex(VERDICTS, fill_value=0).rename("values")


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
    ``why``, ``inequality`` (in LaTeX), ``needed`` (what would have to be true), ``shown`` (a link
    in Markdown), and ``sentence`` with its ``translation``, both empty where it is not known.
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
        for verdict in (IMPOSSIBLE, CONTRADICTS, HOLDS, CANNOT_BE_JUDGED)
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
