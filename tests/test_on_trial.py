"""Tables, sentences and figures of papers on trial, the shipped ones and invented ones."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawn import intervals, ticks
from pictures import assert_readable
from scipy import stats
from test_trial import HOSTILE, invented

from erfm.formats import percent
from erfm.paper import figures_trial, grim, on_trial, sentences_trial
from erfm.paper.claims import KINDS, SUBJECTS
from erfm.paper.examination import examine_paper
from erfm.paper.paper_file import load_paper, parse_paper
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, FROM_WORST, HOLDS, IMPOSSIBLE, Verdict
from erfm.report import sentences_exercises_beyond as answers

NURSING, BIRTHS = examine_paper("nursing"), examine_paper("low_birth_weight")
LOAN, LIBRARY = examine_paper("exercise_loan"), examine_paper("exercise_library")
TESTS, SHARES = on_trial.recomputed_tests(NURSING), on_trial.percentages(NURSING)


def counts(impossible=0, contradicts=0, holds=0, unjudged=0) -> pd.Series:
    return pd.Series(dict(zip(FROM_WORST, (impossible, contradicts, holds, unjudged), strict=True)))


# --- Tables ---------------------------------------------------------------------------------------


def test_every_kind_has_one_subject_and_says_all_that_it_needs():
    assert sorted(name for kinds in SUBJECTS.values() for name in kinds) == sorted(KINDS)
    for subject in SUBJECTS:
        table = on_trial.kinds_of(subject)
        assert list(table.index) == list(SUBJECTS[subject])
        for name, row in table.iterrows():
            for key in KINDS[name].everything:
                if key in KINDS[name].keys or key.name in KINDS[name].needed:
                    assert key.what in row["needs"]
            assert row["proves"] == KINDS[name].proves


def test_percentages_are_those_of_counts_and_how_many_could_be():
    assert SHARES["least_count"].tolist() == [146, 176, 12, 3, 9, 1]
    assert (SHARES["least_count"] == SHARES["largest_count"]).all()
    prints = {f"{k / 160:.4f}" for k in range(161)}
    assert SHARES["possible_shares"].iloc[0] == pytest.approx(len(prints) / 10001)
    none = on_trial.percentages(LIBRARY)
    assert none["least_count"].isna().all() and list(none["printed"]) == ["71.3%"]


def of_data(*groups, equal_var):
    """Return the p-value of a t-test on data with the mean, sd and size of each group."""
    made = [mean + sd * stats.zscore(np.arange(float(n)), ddof=1) for mean, sd, n in groups]
    return stats.ttest_ind(*made, equal_var=equal_var).pvalue


@pytest.mark.parametrize(
    ("comparison", "test", "expected"),
    [
        ("ages of patients compared", "Student's t",
         of_data((49.26, 14.38, 160), (52.35, 12.37, 180), equal_var=True)),
        ("ages of nurses compared", "Welch's t",
         of_data((36.38, 5.26, 10), (34.35, 4.5, 10), equal_var=False)),
        ("sexes compared", "Pearson's χ²",
         stats.chi2_contingency([[90, 70], [96, 84]], correction=False).pvalue),
        ("complaints compared", "χ² with Yates's correction",
         stats.chi2_contingency([[9, 151], [1, 179]]).pvalue),
        ("risk compared", "Fisher's exact test", stats.fisher_exact([[12, 148], [3, 177]]).pvalue),
        ("satisfied compared", "Pearson's χ²",
         stats.chi2_contingency([[146, 14], [176, 4]], correction=False).pvalue),
    ],
)  # fmt: skip
def test_tests_are_recomputed_as_scipy_does(comparison, test, expected):
    (row,) = TESTS[(TESTS["comparison"] == comparison) & (TESTS["test"] == test)].itertuples()
    assert row.p == pytest.approx(expected, rel=1e-6)
    assert row.fits == ((row.p >= 0.05) if row.printed == "> 0.05" else (row.p <= 0.05))


def test_only_the_patients_ages_are_not_what_is_said():
    assert set(TESTS.loc[~TESTS["fits"], "comparison"]) == {"ages of patients compared"}
    assert on_trial.recomputed_tests(BIRTHS).empty


def test_groups_without_spread_have_no_t():
    values = {f"{name}_{i}": "2" for name in ("mean", "sd", "n") for i in (1, 2)}
    claim = 'kind = "t_test"\np = "p"\n' + "".join(f'{k} = "{k}"\n' for k in values)
    assert len(on_trial.recomputed_tests(invented(claim, **values, p="0.5"))) == 2
    flat = values | {"sd_1": "0", "sd_2": "0"}
    assert on_trial.recomputed_tests(invented(claim, **flat, p="0.5")).empty


def test_the_least_sd_is_that_of_two_extremes_and_equal_others():
    proof = NURSING.proof("spread of the ages of nurses, control")
    assert on_trial.narrowest_range(proof, 10) == pytest.approx(48.5 - 22.5)
    values = [0.0, *[13.0] * 8, 26.0]
    assert on_trial.least_sd(26, 10) == pytest.approx(np.std(values, ddof=1))
    assert on_trial.least_sd(26, 10) == pytest.approx(proof.numbers["least_sd"])


def rates(**found: tuple[int, int, int]) -> pd.DataFrame:
    """Return rates by error: planted in each of two kinds of paper, and found in each."""
    rows = [
        (error, kind, planted, n)
        for error, (planted, *ns) in found.items()
        for kind, n in zip(("test", "two means"), ns, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["error", "kind", "planted", "found"])
    return frame.set_index(["error", "kind"]).assign(rate=lambda f: f["found"] / f["planted"])


def test_rates_are_added_up_by_error_and_by_paper_with_wilson_s_limits():
    table = on_trial.summarised_rates(rates(swapped=(10, 9, 10), other=(20, 0, 20)))
    assert table["planted"].tolist() == [20, 40, 30, 30]
    assert table["found"].tolist() == [19, 20, 9, 30]
    n, p, z = 20, 0.95, stats.norm.isf(0.025)
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    wilson = [(middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)]
    assert table.loc[("error", "swapped"), ["lower", "upper"]].tolist() == pytest.approx(wilson)


def test_the_steps_of_the_example_are_its_file():
    path = load_paper("example").path
    text = path.read_text(encoding="utf-8")
    steps = on_trial.steps_of(text)
    assert len(steps) == len(sentences_trial.STEPS)
    together = "\n\n".join(added for _, added in steps)
    assert parse_paper(together, path) == load_paper(path)
    # Each step is a file that can be used, once it has claims.
    for upto in (3, 4):
        parse_paper("\n\n".join(added for _, added in steps[:upto]), path)
    assert [j.value.id for j in examine_paper("example").judged.values() if j.refuted] == [
        "none_share"
    ]


def test_one_number_explains_what_is_refuted_of_the_loans():
    assert on_trial.common_to_refuted(LOAN) == ["arrears_se"]
    text = LOAN.paper.path.read_text(encoding="utf-8")
    before, _, rest = text.partition("[values.arrears_se]")
    mended = before + "[values.arrears_se]" + rest.replace('"0.098"', '"0.211"', 1)
    cleared = examine_paper(parse_paper(mended, LOAN.paper.path))
    assert not cleared.refuted and on_trial.common_to_refuted(cleared) == []


def test_every_digit_is_changed_to_every_other():
    changed = on_trial.one_digit_changed("-.10%")
    assert len(set(changed)) == 18 and "-.10%" not in changed and "-.90%" in changed


def test_kinds_are_counted_by_verdict():
    table = on_trial.verdicts_by_kind(BIRTHS)
    assert list(table) == [HOLDS, CANNOT_BE_JUDGED]
    assert table.to_numpy().sum() == len(BIRTHS.claims)
    assert table.loc["wald"].tolist() == [6, 0]
    assert "Hosmer–Lemeshow" in table.index


# --- Sentences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (counts(holds=1), "Of 1 printed value, 1 holds."),
        (counts(1, 1, 0, 2),
         "Of 4 printed values, 1 is impossible, 1 contradicts others and 2 cannot be judged."),
        (counts(holds=1500, unjudged=1), "Of 1,501 printed values, 1,500 hold and 1 cannot be "
         "judged."),
    ],
)  # fmt: skip
def test_verdicts_that_none_has_are_left_out(given, told):
    assert sentences_trial.tally(given) == told


def test_the_page_in_short_says_whether_the_right_paper_is_cleared():
    told = sentences_trial.in_short(NURSING, BIRTHS)
    assert told.startswith("**In short.** Of 44 numbers") and "13 contradict others" in told
    assert "none is refuted" in told and f"{len(KINDS)} kinds" in told
    assert "not none is refuted" in sentences_trial.in_short(BIRTHS, NURSING)


def test_subjects_and_verdicts_are_all_told():
    told = sentences_trial.what_can_be_judged()
    assert all(f"{len(k)} about {s.lower()}" in told for s, k in SUBJECTS.items())
    assert all(f"**{verdict}**" in sentences_trial.verdicts_mean() for verdict in FROM_WORST)
    assert sentences_trial.caption_of("Counts").startswith("Counts: what a claim needs")
    assert sentences_trial.fold_of("Two groups") == "Two groups: 5 kinds of claim"


def test_a_quotation_has_each_sentence_once_and_is_text():
    told = sentences_trial.quotation(NURSING.paper, "control_nurses", "control_diploma")
    assert told.count("科室10名护理人员") == 1 and told.count("> **Section 1.1") == 2
    assert "**Section 1.1, Nurses, control: With a college diploma: 6**" in told
    hostile = sentences_trial.quotation(invented(n=HOSTILE, title=HOSTILE).paper, "n")
    assert "<script" not in hostile and "$" not in hostile
    bare = examine_paper("example").paper
    assert sentences_trial.quotation(bare, "p") == "> **Text, Difference: p-value: .021**"


def test_groups_with_one_verdict_share_it():
    same = Verdict(HOLDS, "So it is.")
    assert sentences_trial.of_both_groups({"a": same, "b": same}) == (
        "*A and b:* **Holds.** So it is."
    )
    told = sentences_trial.of_both_groups({"a": same, "b": Verdict(CONTRADICTS, "Not so.")})
    assert told.count("\n\n") == 1 and told.endswith("*B:* **Contradicts other printed values.** "
                                                     "Not so.")  # fmt: skip


def spread(sd: str) -> Verdict:
    return grim.examine_sd_and_range(sd=sd, n="10", minimum="22", maximum="49")


@pytest.mark.parametrize(
    ("sds", "told"),
    [
        (("5.26", "4.50"), "with both printed ones below it"),
        (("5.26", "8.00"), "with 1 of 2 printed ones below it"),
        (("7.00", "8.00"), "with no printed one below it"),
    ],
)
def test_the_floor_of_the_spread_is_told(sds, told):
    proofs = dict(zip("ab", map(spread, sds), strict=True))
    said = sentences_trial.nurses_needed(proofs, {10: 6.128, 11: 5.814}, "Figure 1")
    assert told in said and "at least 6.13," in said and "from 6.13 for 10 to 5.81 for 11" in said


def test_another_nurse_explains_nothing_here():
    told = sentences_trial.with_another_nurse(NURSING, ("control", "intervention"))
    assert told.startswith("Nor do 11 nurses")
    text = NURSING.paper.path.read_text(encoding="utf-8").replace('"36.38"', '"36.36"')
    other = examine_paper(parse_paper(text, Path("t.paper.toml")))
    told = sentences_trial.with_another_nurse(other, ("control", "intervention"))
    assert told.startswith("Were there 11 nurses")


def test_percentages_without_a_count_are_named():
    told = sentences_trial.counts_behind(SHARES, "Table 1")
    assert "All 6 percentages" in told and "counts, each of one count alone" in told
    assert "1.6% to 1.8%" in told
    wrong = sentences_trial.counts_behind(on_trial.percentages(LIBRARY), "Table 1")
    assert wrong == (
        "No whole count has the share printed of Readers: Share who are content (Table 1)."
    )


def test_comparisons_that_are_not_what_is_said_are_named_with_their_p():
    told = sentences_trial.ages_compared(TESTS, "Figure 1")
    assert told.startswith("8 of 9 comparisons") and "ages of patients compared" in told
    assert "Student's t p = 0.034 and Welch's t p = 0.036" in told
    right = TESTS[TESTS["comparison"] != "ages of patients compared"]
    assert sentences_trial.ages_compared(right, "F").startswith("All 8 comparisons have a p-value")


def test_outcomes_that_some_test_does_not_confirm_are_named():
    outcomes = TESTS[TESTS["printed"] == "< 0.05"]
    told = sentences_trial.outcomes_compared(outcomes, "Table 1")
    assert "the largest p is 0.019 (risk compared, χ² with Yates's correction)" in told
    wrong = outcomes.assign(fits=outcomes["test"] != "Fisher's exact test")
    told = sentences_trial.outcomes_compared(wrong, "Table 1")
    assert told.endswith("satisfied compared, risk compared and complaints compared (Table 1).")


def test_whose_scores_can_have_the_mean_is_told():
    no, yes = Verdict(IMPOSSIBLE, ""), Verdict(CANNOT_BE_JUDGED, "")
    told = sentences_trial.whose_scores({"the nurses": no, "the patients": yes})
    assert "Were they whole points of the nurses" in told and "Of the patients they could" in told
    assert "they could be" not in sentences_trial.whose_scores({"the nurses": no})
    assert sentences_trial.whose_scores({"the nurses": yes}).startswith("Whole points, too")


def test_an_acquittal_says_what_cannot_be_judged_and_is_refused_to_what_is_refuted():
    told = sentences_trial.acquitted(BIRTHS)
    assert "49 hold and 5 cannot be judged. Nothing is refuted" in told
    assert "nothing else that is printed counts them" in told
    assert sentences_trial.acquitted(NURSING).endswith("It is not acquitted: 15 cannot stand.")
    right = invented('kind = "sum"\ntotal = "n"\nparts = ["a", "b"]', n="3", a="1", b="2")
    assert sentences_trial.acquitted(right).endswith("the paper is acquitted.")


def test_rates_of_detection_are_told_with_their_extremes():
    table = on_trial.summarised_rates(rates(swapped=(10, 9, 10), other=(20, 0, 20)))
    told = sentences_trial.detection(table, "Table 1")
    assert told.startswith("Of 60 planted errors 39 are found, 65% (Table 1).")
    assert "highest for “swapped” (95%) and lowest for “other” (50%)" in told
    even = on_trial.summarised_rates(rates(a=(4, 2, 2), b=(4, 2, 2)))
    assert sentences_trial.detection(even, "T").count("all are found as often") == 2
    tied = on_trial.summarised_rates(rates(a=(4, 4, 4), b=(4, 4, 4), c=(4, 0, 0)))
    assert "highest for “a and b” (100%)" in sentences_trial.detection(tied, "T")


def test_an_accusation_of_a_true_paper_is_told():
    assert "none is accused" in sentences_trial.none_accused(0, 1200)
    assert "1,200 papers" in sentences_trial.none_accused(0, 1200)
    assert sentences_trial.none_accused(1, 600) == (
        "**1 claim about 600 true papers are refuted.**"
    )


def test_what_the_table_leaves_open_is_counted():
    told = sentences_trial.most_open(NURSING, "Table 1")
    assert "(Table 1). 22 of 44 values would take what is not printed" in told


def test_the_example_s_misprint_is_quoted():
    told = sentences_trial.examined_example(examine_paper("example"))
    assert "**Without: Share who came 64.5%**: 64.5% is no share of 52 cases at all" in told
    cleared = sentences_trial.examined_example(BIRTHS)
    assert cleared == sentences_trial.tally(BIRTHS.counts())


def test_answers_of_the_exercises_are_those_of_their_papers():
    told = answers.found_of_no_count(LIBRARY)
    assert "71.3%" in told and "5.27" in told and told.startswith("Impossible: Readers")
    found = pd.Series({".966": True, ".977": False})
    told = answers.broken_digits(".976", found)
    assert told.startswith("Of 2 changes of one digit of “.976”, 1 is refuted; unnoticed: “.977”.")
    assert "none is unnoticed" in answers.broken_digits(".976", found | True)
    told = answers.one_number_explains(LOAN, ["arrears_se"])
    assert told.startswith("Both refuted claims rest on Earlier arrears: Standard error 0.098")
    assert "standard errors of 0.2109 to 0.2111" in told
    assert "no one number explains" in answers.one_number_explains(LOAN, [])


# --- Figures --------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _closed(closed_figures):
    """Draw as the report does, and leave no figure open."""


@pytest.mark.slow
def test_the_least_spread_falls_with_the_number_and_the_printed_lie_below_it():
    sds = {"control": 5.26, "intervention": 4.50}
    figure = figures_trial.least_spread(26.0, sds, (10, 11))
    (axes,) = figure.axes
    floor = axes.lines[0].get_xydata()
    assert dict(floor)[10] == pytest.approx(26 / np.sqrt(18)) and (np.diff(floor[:, 1]) < 0).all()
    assert [line.get_ydata()[0] for line in axes.lines[1:3]] == [5.26, 4.5]
    assert axes.lines[3].get_xydata().tolist() == [[10, 5.26], [10, 4.5]]
    assert_readable(figure)
    assert figures_trial.least_spread_alt(sds, 10, 6.128) == (
        "The least standard deviation of 10 ages with the printed range is 6.13; 5.26 and 4.50 are "
        "printed, below it."
    )
    assert "not all below" in figures_trial.least_spread_alt({"a": 7.0}, 10, 6.128)


@pytest.mark.slow
def test_each_comparison_has_a_row_with_its_tests_and_what_is_printed():
    figure = figures_trial.recomputed_p(TESTS, 0.05)
    (axes,) = figure.axes
    names = [" ".join(name.split()) for _, name in sorted(ticks(axes, "y").items(), reverse=True)]
    assert names == list(dict.fromkeys(TESTS["comparison"]))
    points = {line.get_label(): line.get_xydata() for line in axes.lines[1:]}
    drawn = sorted(p for xy in points.values() for p in xy[:, 0])
    assert drawn == pytest.approx(sorted(TESTS["p"].clip(lower=figures_trial.LEAST_P)))
    crossed = [text.xy[1] for text in axes.texts]
    assert crossed == [len(names) - 1]
    assert len(axes.collections) == len(names) + 1
    assert_readable(figure)
    assert "8 of 9 comparisons lie there" in figures_trial.recomputed_p_alt(TESTS)
    right = TESTS[TESTS["fits"]]
    other = figures_trial.recomputed_p(right, 0.05)
    assert other.get_suptitle().startswith("Recomputed") and not other.axes[0].texts
    assert figures_trial.recomputed_p_alt(right).endswith("Outside: none.")


@pytest.mark.slow
def test_rates_are_drawn_with_their_limits_the_highest_first():
    table = on_trial.summarised_rates(rates(swapped=(10, 9, 10), other=(20, 0, 20)))
    figure = figures_trial.detection(table)
    errors, papers = figure.axes
    (drawn,) = intervals(errors)
    swapped, other = table.loc["error"].mul(100)[["rate", "lower", "upper"]].to_numpy()
    assert drawn == pytest.approx(np.array([[1, *swapped], [0, *other]]))
    assert ticks(papers, "y") == {1: "two means", 0: "test"}
    assert_readable(figure)
    alt = figures_trial.detection_alt(table)
    assert f"swapped {percent(0.95, 0)}, other 50%" in alt
    plt.close("all")
