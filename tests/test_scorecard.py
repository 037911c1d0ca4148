"""Every printed value has a verdict, computed from the claims of the paper's file."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace

import nbformat
import pandas as pd
import pytest

from erfm.paper import scorecard
from erfm.paper.examination import examine_paper
from erfm.paper.ledger import compare, load_published, published_paper
from erfm.paper.scorecard import (
    ENTRIES,
    HOW,
    proofs,
    published_classification_table,
    verdict_counts,
    verdicts,
)
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS, IMPOSSIBLE, VERDICTS
from erfm.report.build import NOTEBOOKS
from erfm.report.page import WHO
from erfm.report.story import first_sentence

PUBLISHED = load_published()
TABLE = verdicts()


@pytest.mark.parametrize("key", PUBLISHED.index)
def test_every_printed_value_has_a_verdict_a_reason_and_a_section(key):
    row = TABLE.loc[key]
    assert row["printed"] == PUBLISHED.loc[key, "printed"]
    assert row["verdict"] in VERDICTS
    assert row["reason"].endswith(".")
    assert re.fullmatch(r"\d\d_[a-z_]+\.ipynb(#[\w-]+)?", row["section"])
    assert row["how"] in HOW


@pytest.mark.parametrize("key", PUBLISHED.index)
def test_what_arithmetic_confirms_holds_and_what_it_does_not_is_refuted(key):
    row = TABLE.loc[key]
    if row["verdict"] == HOLDS and pd.notna(row["arithmetic"]):
        assert compare(row["arithmetic"], key).agrees
    if row["verdict"] == CONTRADICTS and pd.notna(row["arithmetic"]):
        assert not compare(row["arithmetic"], key).agrees


def test_the_scorecard_and_the_ledger_have_the_same_keys_in_the_same_order():
    assert list(ENTRIES) == list(PUBLISHED.index) == list(TABLE.index)


def test_every_proof_is_told_but_that_of_the_normal_predictor():
    told = {c.claim.name for one in scorecard.examined().judged.values() for c in one.claims}
    assert set(proofs()) - told == {"predicted share"}
    assert list(proofs()) == [claim.name for claim in published_paper().claims]


def test_no_verdict_is_wired_but_in_the_paper_s_file():
    """What the code knows of a printed value is where it is shown and how it is simulated."""
    assert set(scorecard.Entry._fields) == {"section", "how"}
    source = inspect.getsource(scorecard)
    assert "examine_" not in source.replace("examine_paper", "")
    assert not re.search("HOLDS|IMPOSSIBLE|CONTRADICTS|CANNOT_BE_JUDGED", source)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("verdict", "keys"),
    [
        (IMPOSSIBLE, "accuracy"),
        (CONTRADICTS, "frequency_skewness frequency_kurtosis has_child_p has_child_or "
         "has_child_or_restated frequency_or frequency_or_lower frequency_or_upper "
         "significant_variables "
         "standardised_frequency standardised_recency standardised_age standardised_gender"),
        (HOLDS, "n_complete n_train n_holdout frequency_range frequency_min frequency_max male_n "
         "male_pct female_n holdout_retained holdout_churned predicted_retained "
         "predicted_retained_wrong predicted_churned predicted_churned_wrong standardised_ranking"),
        (CANNOT_BE_JUDGED, "n_raw frequency_mean frequency_sd significance_level amount_b "
         "confidence_level entered_variables final_step_chi_square cutoff"),
    ],
)  # fmt: skip
def test_the_verdicts(verdict, keys):
    assert TABLE.index[TABLE["verdict"] == verdict].tolist() == keys.split()
    assert verdict_counts()[verdict] == len(keys.split())


TOGETHER = {
    "frequency_skewness": "n_complete frequency_min frequency_max frequency_mean frequency_sd",
    "frequency_kurtosis": "frequency_skewness n_complete frequency_min frequency_max "
    "frequency_mean frequency_sd",
    "has_child_p": "has_child_or n_train",
    "has_child_or": "has_child_p n_train",
    "has_child_or_restated": "has_child_or",
    "frequency_or": "standardised_frequency frequency_sd",
    "frequency_or_lower": "frequency_or frequency_or_upper frequency_sd n_complete "
    "confidence_level",
    "frequency_or_upper": "frequency_or frequency_or_lower frequency_sd n_complete "
    "confidence_level",
    "significant_variables": "standardised_recency standardised_frequency standardised_gender "
    "standardised_age n_train significance_level",
    "accuracy": "holdout_retained holdout_churned predicted_retained predicted_retained_wrong "
    "predicted_churned predicted_churned_wrong",
    "standardised_frequency": "frequency_or frequency_sd",
    **{f"standardised_{name}": "n_train significance_level significant_variables"
       for name in ("recency", "age", "gender")},
}  # fmt: skip
"""What a printed value contradicts."""


@pytest.mark.parametrize("key", PUBLISHED.index)
def test_a_contradiction_names_all_that_it_contradicts_and_nothing_else_does(key):
    others = TOGETHER.get(key, "").split()
    named = [f"{TABLE.loc[k, 'value']} {TABLE.loc[k, 'printed']}" for k in others]
    assert TABLE.loc[key, "together"] == "; ".join(named)
    assert (TABLE.loc[key, "verdict"] == CONTRADICTS) == (bool(named) and key != "accuracy")


@pytest.mark.parametrize("key", PUBLISHED.index)
def test_what_is_not_judged_says_what_is_missing(key):
    row = TABLE.loc[key]
    assert row["needed"] if row["verdict"] == CANNOT_BE_JUDGED else True


def test_the_accuracy_is_impossible_by_itself_and_the_counts_contradict_it_too():
    row = TABLE.loc["accuracy"]
    assert first_sentence(row["reason"]) == (
        "95.11% is no share of 1334 cases at all: 1268 prints as 95.05%, 1269 prints as 95.13%."
    )
    for proof in (proofs()["accuracy as a share"], proofs()["accuracy"]):
        for told, whole in (
            (proof.reason, row["reason"]),
            (proof.inequality, row["inequality"]),
            (proof.what_would_have_to_be_true, row["needed"]),
        ):
            assert told in whole
    assert "1012 of 1334 predictions are right, which is 75.86%" in row["reason"]


def test_has_child_is_judged_as_an_indicator_as_a_count_and_without_a_limit():
    row = TABLE.loc["has_child_or"]
    for coding in ("an indicator cannot", "A count from 0 to 3 cannot", "A count from 0 to 10 can"):
        assert coding in row["reason"]
    assert row["needed"] == (
        "A variable with a standard deviation of at least 5.4; a count would have to go to 11 or "
        "more."
    )


def test_the_papers_headline():
    assert TABLE.loc["accuracy", "arithmetic"] == 1012 / 1334
    assert published_classification_table().correct == 1012


def test_the_bounds_are_those_of_the_papers_samples():
    lower, upper = TABLE.loc[["frequency_or_lower", "frequency_or_upper"], "arithmetic"]
    assert (f"{lower:.4f}", f"{upper:.4f}") == ("1.0434", "1.0586")  # all 3,334
    assert f"{proofs()['Recency'].numbers['least']:.4f}" == "0.0877"  # the 2,000
    assert f"{proofs()['has_child'].numbers['sd_needed']:.1f}" == "5.4"


@pytest.mark.slow
@pytest.mark.parametrize("name", proofs())
def test_a_refutation_says_what_would_have_to_be_true(name):
    proof = proofs()[name]
    if proof.refuted:
        assert proof.what_would_have_to_be_true
        assert proof.inequality
    # LaTeX that closes what it opens, with every number in it a number.
    assert proof.inequality.count("{") == proof.inequality.count("}")
    assert not re.search(r"nan|inf|e-\d|np\.", proof.inequality)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "key", "verdict"),
    [
        ({"accuracy": "75.86%"}, "accuracy", HOLDS),
        ({"male_n": "2395"}, "male_n", CONTRADICTS),
        ({"predicted_retained": "314"}, "holdout_retained", CONTRADICTS),
        ({"frequency_skewness": "2.265"}, "frequency_skewness", CANNOT_BE_JUDGED),
        ({"frequency_or_upper": "1.061"}, "frequency_or_upper", CANNOT_BE_JUDGED),
        ({"has_child_p": "0.980"}, "has_child_or", CANNOT_BE_JUDGED),
        ({"standardised_frequency": "0.467"}, "frequency_or", HOLDS),
        ({"standardised_recency": "0.232"}, "standardised_recency", CANNOT_BE_JUDGED),
        ({"standardised_recency": "0.00001"}, "standardised_ranking", CONTRADICTS),
        ({"has_child_or_restated": "-0.003"}, "has_child_or_restated", HOLDS),
    ],
)
def test_the_verdicts_follow_what_is_printed(monkeypatch, changes, key, verdict):
    paper = published_paper()
    values = {k: replace(value, printed=changes.get(k, value.printed))
              for k, value in paper.printed.items()}  # fmt: skip
    other = examine_paper(replace(paper, printed=values))
    monkeypatch.setattr(scorecard, "examined", lambda: other)
    assert verdicts().loc[key, "verdict"] == verdict


# --- The scorecard as the front page shows it -----------------------------------------------------

CARD = scorecard.scorecard()
RECOMPUTED = scorecard.recomputed()


def test_what_other_printed_numbers_imply_is_not_what_simulated_customers_give():
    shown = CARD[["printed", "implied", "simulated"]]
    assert shown.loc["accuracy"].tolist() == ["95.11%", "75.86%", "69.27%"]
    assert shown.loc["frequency_kurtosis", "implied"] == ""  # bounded from below only
    assert shown.loc["has_child_or_restated", "implied"] == "−0.003"
    assert shown.loc["predicted_retained"].tolist() == ["315", "", "63"]
    assert (CARD["why"] != "").all()


@pytest.mark.parametrize("key", PUBLISHED.index)
def test_agreement_by_construction_is_agreement(key):
    row = CARD.loc[key]
    if row["how"] == scorecard.BY_CONSTRUCTION:
        assert compare(RECOMPUTED[key], key).agrees


def headings(notebook: str) -> set[str]:
    """Return the anchors of a notebook's sections, as Jupyter makes them."""
    cells = nbformat.read(NOTEBOOKS / notebook, as_version=4).cells
    found = re.findall(r"^## (.+)$", "\n".join(cell.source for cell in cells), flags=re.M)
    return {heading.replace(" ", "-") for heading in found}


EXAMINED = headings(scorecard.EXAMINATION)


@pytest.mark.parametrize("key", PUBLISHED.index)
def test_the_link_leads_to_a_section_of_a_notebook(key):
    notebook, _, anchor = CARD.loc[key, "shown"].partition("](")[2].removesuffix(")").partition("#")
    assert (NOTEBOOKS / notebook).is_file()
    assert not anchor or (notebook == scorecard.EXAMINATION and anchor in EXAMINED)


@pytest.mark.parametrize("key", PUBLISHED.index)
def test_the_link_says_where_it_leads(key):
    text, _, where = CARD.loc[key, "shown"].removeprefix("[").removesuffix(")").partition("](")
    page, _, anchor = where.partition("#")
    section = f": {text.partition(': ')[2]}" if anchor else ""
    assert text == f"page {page[:2]}{section}"
    assert not anchor or section.removeprefix(": ").replace(" ", "-") == anchor


def test_the_examination_begins_with_every_verdict_and_leads_to_its_proof():
    table = scorecard.verdicts_by_proof()
    assert table["verdict"].iloc[0] == IMPOSSIBLE
    assert table["printed_values"].str.split("; ").map(len).sum() == len(PUBLISHED)
    for verdict, values, proof in table.itertuples(index=False):
        for value in values.split("; "):
            named = CARD["value"] + " " + CARD["printed"]
            same = CARD[(CARD["value"] == value) | (named == value)]
            assert same["verdict"].tolist() == [verdict]
        link = re.fullmatch(r"\[(.+)\]\((?:#(.+)|(\d\d_\w+\.ipynb))\)", proof)
        assert link[3] or (link[2] in EXAMINED and link[2] == link[1].replace(" ", "-"))


def test_the_examination_shows_every_proof():
    cells = nbformat.read(NOTEBOOKS / scorecard.EXAMINATION, as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    shown = {name for name in proofs() if f'"{name}"' in code}
    for key in re.findall(r'judged\["(\w+)"\]', code):
        shown |= {c.claim.name for c in scorecard.examined().judged[key].claims}
    # What cannot be judged and has no argument has no section; why the list of significant
    # variables cannot stand, the proofs on its coefficients show.
    assert set(proofs()) - shown == {"unpublished", "setting", "mean and sd", "significance"}


def test_the_proof_of_the_accuracy_begins_with_its_share():
    cells = nbformat.read(NOTEBOOKS / scorecard.EXAMINATION, as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    share, counts = (code.index(f'proof["{name}"]') for name in ("accuracy as a share", "accuracy"))
    assert share < counts


def test_the_section_on_the_customers_is_there():
    notebook, _, anchor = WHO.partition("#")
    assert anchor in headings(notebook)


def test_verdicts_are_listed_without_the_simulated_customers(monkeypatch):
    def simulated():
        raise AssertionError("verdicts follow from printed numbers alone")

    monkeypatch.setattr(scorecard, "recomputed", simulated)
    proved = scorecard.verdicts_by_proof()["printed_values"].str.cat(sep="; ")
    assert all(value in proved and value in scorecard.verdict_table() for value in TABLE["value"])
