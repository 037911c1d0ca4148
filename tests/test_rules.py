"""The rules for what a report may say can fail: each catches examples, and lets true texts pass."""

import pytest
import rules
from zoo import ZOO, stored

from erfm.customers.study_file import load_study
from erfm.report.story import NOTEBOOKS

CAUGHT = {
    rules.absent_value: [
        "being C multiplies the odds by nan (nan to nan)", "an area of NaN", "None is selected in",
        "a ratio of inf contacts", "it is NaT", "the answer is False.",
    ],
    rules.empty_slot: [
        "being  , rather than A", "by () in all", "significant: . A", "A, , B", "called “”", "**A",
        "raised most by .", "(  )", "is first ; then", "the group () and",
    ],
    rules.ascii_minus: ["a slope of -1.10", "(-1.53 to -0.67)", "falls by -.5", "is -2,5"],
    rules.negative_zero: ["optimism −0.000)", "moves by −0.0 points", "a B of -0.00"],
    rules.zero_p: ["p = 0.000: it", "(p = 0.00)"],
    rules.negative_gain: [
        "the equation gains −2.7 leavers", "removes −21.3% of the error", "saves −4 calls",
        "−3.2 percentage points higher", "flatter the AUC by −0.004", "−4% smaller)",
        "is higher by −2.0", "adds about −5 customers",
    ],
    rules.agreement: [
        "1 customers can", "In 1 of 1 groups", "12 more customer is", "1 standard errors from",
        "16 holds", "it is so. 3 is left", "; 1 are kept", "All 2 variables enter", "5 group",
        "of 1,334 customer", "1 hypotheses", "2 hypothesis", "All 1 variables",
    ],
    rules.repeated_name: [
        "Race > Hypertension > Race > Age", "the order is Race > Race", "Race, Race", "B and B.",
    ],
    rules.share_closes: ["267 of 897 (29.7%)", "3 of the 12 groups (26.0%)", "22.5% (3 of 11)",
        "holds 15.67 of the 41 leavers: 38.0% (30.9% to 47.1%)",
        "66 of the 120 customers that built the model (56.0%) are",
    ],
    rules.part_of_whole: ["11 of 3 customers", "0 of 0 groups", "1,335 of the 1,334 are"],
    rules.difference_closes: [
        "from 67.4% to 71.1%, 3.8 percentage points apart",
        "right alone for 45, wrong alone for 18, +28 of 1,334; surely",
        "right alone for 45, wrong alone for 18, +27 of 1,334; surely more accurate (+2.2 "
        "percentage points, 95%",
        "is 0.0031, against 0.0040 with the search: the search itself adds 0.0010.",
    ],
    rules.inside_interval: [
        "by 1.2 (95% interval 1.3 to 1.4)", "38.2% (30.9% to 37.1%) of those", "0.498 (0.5 to 0.6)",
        "gains 2.7 leavers per 100 customers (95% interval 3.0 to 4.0)",
        "by +0.12 (95% interval −0.04 to +0.10)",
    ],
    rules.running_up: [
        "(95% interval 1.4 to 1.3)", "interval of the gain −0.1 to −0.3", "(3 to 2)",
    ],
    rules.possible_share: ["holds 101.3% of the leavers", "−2.0% of them", "120% of all"],
    rules.lonely_share: ["In 5 of 5 groups", "keeps 2 of 2 variables", "6 of the 6 definitions"],
    rules.markup: ["**A is", "&#42;R&#42; is", "[page](01.ipynb)", "<b>A</b>", "a\\_b"],
    rules.sentence_ends: ["", "  ", "and then"],
}  # fmt: skip
TRUE = [
    "**In short.** None of the 4 variables enters, on 1,334 customers; p < 0.001, p = 0.001.",
    "True by construction: 1 customer and 2 customers, 1 more customer, 12 more customers.",
    "27 of 1,334 (2.0%); 29.8% (267 of 897); from 67.4% to 71.1%, 3.7 percentage points apart.",
    "Right alone for 45, wrong alone for 18, +27 of 1,334; surely (+2.0 percentage points, 95% "
    "interval +0.8 to +3.2).",
    "Of 300 customers, 300 have a value. All 4 variables enter. The 3 groups are all right.",
    "The equation loses 2.7 leavers per 100 customers (95% interval of the gain −4.0 to −1.0).",
    "Race > Hypertension > Age, Age (old); `x -1  **`, $-2\\log L$ and −2 log-likelihood of 3.1.",
    "It gains 1.5 leavers per 100 customers over contacting everyone (95% interval −2.5 to 4.7).",
    "Smokes, Amount; on 2031-05-19, a 95% interval of −0.004 to +0.010, 1.3 times as wide.",
    "The first fifth, 18 of 90 customers, holds 15.667 of the 41 leavers: 38.2% (30.9% to 47.1%).",
    "The odds are 28 / 92 = 0.304, their logarithm −1.190, below 0.",
    "From 1.0 to 2.0, 16 hold and 1 holds; step 0 187, step 1 153; the first of 10 levels.",
]


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in CAUGHT.items() for text in texts]
)
def test_a_rule_catches_what_it_is_for(rule, text):
    assert list(rule(text))


@pytest.mark.parametrize("text", TRUE)
def test_rules_let_true_texts_pass(text):
    assert rules.said(text) == []


def test_every_rule_of_words_has_examples():
    assert set(rules.WORDS) <= set(CAUGHT)


def test_slots_are_looked_for_in_markdown_too():
    assert rules.said("Being  rather than A.") and rules.said("The **** is A.")


@pytest.fixture
def study(tmp_path):
    def load(name):
        return load_study(ZOO[name].write(tmp_path))

    return load


@pytest.mark.parametrize(
    ("name", "kind", "text", "rule"),
    [
        ("clinic", "prose", "Value tiers are the thirds of the amount.", "absent_role"),
        ("clinic", "prose", "What using gender and age implies:", "absent_role"),
        ("birth", "caption", "Errors by age", "absent_role"),
        ("upside_down", "sentence", "They are *retained* (outcome 1).", "coded_outcome"),
        ("clinic", "prose", "retained = 1, churned = 0", "coded_outcome"),
        ("clinic", "sentence", "Ward &#91;site&#93; is first.", "cut_label"),
        ("clinic", "row", "Score_", "cut_label"),
        ("birth", "row", "B", "renamed"),
        ("clinic", "prose", "See [10](10_your_own_data.ipynb).", "dead_link"),
        ("clinic", "sentence", "See page 06 for it.", "dead_link"),
        ("clinic", "caption", "The list. Model: clinic, fitted 2012-12-31", "foreign_date"),
        ("clinic", "cell", "nan", "absent_value"),
        ("clinic", "cell", "-0.5", "ascii_minus"),
        ("clinic", "figure", "-0.5", "ascii_minus"),
        ("clinic", "alt", "Bars of 1 customers.", "agreement"),
        ("clinic", "printed", "a line", "printed"),
    ],
)
def test_what_a_study_has_not_is_noticed(study, name, kind, text, rule):
    found = rules.complaints(kind, text, study(name), {"01_a.ipynb"}, "2031-05-19")
    assert {one.split(":")[0] for one in found} == {rule}


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("clinic", "sentence", "This study has neither gender nor age."),
        ("clinic", "sentence", "Without an amount, everyone's value counts as middle."),
        ("clinic", "sentence", "Tiers are thirds of the amount, but this study has no amount."),
        ("clinic", "sentence", "Ward &#91;site&#93; (east/west) is first; see [01](01_a.ipynb)."),
        ("upside_down", "sentence", "By gender, women stay; *retained* is the outcome 0."),
        ("birth", "row", "b"),
        ("birth", "sentence", "Amount is *retained* (outcome 1)."),
        ("clinic", "code", "fitted 2031-05-19"),
    ],
)
def test_what_a_study_has_is_no_complaint(study, name, kind, text):
    assert rules.complaints(kind, text, study(name), {"01_a.ipynb"}, "2031-05-19") == []


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_no_stored_page_breaks_a_rule(path):
    study, links = load_study("reconstruction"), [page.name for page in NOTEBOOKS.glob("*.ipynb")]
    texts = stored(path)
    # This page tells of days; those of other pages would be days of a run.
    dated = path.stem == "11_from_transactions"
    found = {
        f"[{text.cell}] {text.kind}: {complaint} in {text.text[:200]!r}"
        for text in texts
        for complaint in rules.complaints(text.kind, text.text, study, links, study.run_date)
        if not (dated and complaint.startswith("foreign_date"))
    }
    assert len(texts) > 20 and not found, "\n" + "\n".join(sorted(found))
