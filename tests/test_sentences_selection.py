"""What is said of selection, optimism and splits, also where results could embarrass it."""

import pandas as pd
import pytest

from erfm.trust import sentences_selection as sentences
from erfm.trust.resampling import INDEXES, Bootstrap, Splits, share_selecting

NONE = pd.Series([], dtype=object)


@pytest.fixture(scope="module")
def study(make_study):
    frame = pd.DataFrame({"recency": [1, 2, 3, 4], "a_b": [1, 1, 2, 3], "retained": [0, 1, 0, 1]})
    return make_study(frame)[0]


def repeated(recency: list[bool], a_b: list[bool], failures: pd.Series = NONE) -> Bootstrap:
    """Return repetitions with these selections; each index is better by 0.02 where it was made."""
    indexes = pd.DataFrame(0.7, index=range(len(recency)), columns=list(INDEXES))
    return Bootstrap(
        selected=pd.DataFrame({"recency": recency, "a_b": a_b}),
        coefficients=pd.DataFrame(),
        apparent=indexes.iloc[0],
        training=indexes,
        test=indexes - 0.02,
        failures=failures,
    )


def splits(accuracy: list[float], failures: pd.Series = NONE) -> Splits:
    return Splits(pd.DataFrame({"accuracy": accuracy}), failures)


def test_in_short(study):
    text = sentences.in_short(study, repeated([True] * 4, [True, False] * 2), splits([0.6, 0.6]))
    assert "Of 4 repetitions of the whole search, recency is selected" in text
    assert "AUC is 0.680 (apparent 0.700)" in text
    assert "ranges from 60.0% to 60.0% (95% of 2 splits). Every repetition gave" in text


def test_in_short_of_no_and_of_several_variables_and_of_failures(study):
    none = sentences.in_short(study, repeated([False, True], [False] * 2), splits([0.6]))
    assert "no variable is selected in at least 95%" in none
    failed = pd.Series({3: "a < b"}, dtype=object)
    both = sentences.in_short(study, repeated([True], [True], failed), splits([0.6]))
    assert "recency, a_b are selected" in both
    assert both.endswith("⚠ 1 repetition gave no equation: a &#60; b.")
    many = sentences.in_short(study, repeated([True], [True], failed), splits([0.6], failed))
    assert "⚠ 2 repetitions gave no equation: a &#60; b." in many


def test_shares_of_repetitions_that_select_terms():
    found = repeated([True, True, False, False], [True, False, False, False])
    assert share_selecting(found, ["recency"]) == 0.5
    assert share_selecting(found, ["recency"], exactly=True) == 0.25
    assert share_selecting(found, []) == 1 and share_selecting(found, [], exactly=True) == 0.5


def test_own_equation():
    often = sentences.own_equation(repeated([True] * 10, [False] * 10), ["recency"])
    assert often.endswith("study's own equation in 100.0% of the samples: the choice is stable.")
    half = sentences.own_equation(repeated([True] * 4, [True, False] * 2), ["recency"])
    assert "in 50.0% of the samples; 2 different equations occur." in half
    other = sentences.own_equation(repeated([True] * 4, [True] * 4), ["recency"])
    assert "in 0.0% of the samples; 1 equation occurs." in other


def test_own_equation_without_variables():
    text = sentences.own_equation(repeated([False] * 4, [False] * 4), [])
    assert text.startswith(
        "The search selects no variable, as it does for the study itself, in 100"
    )


def test_printed_selection(study):
    rule = sentences.printed_selection(
        study, repeated([True] * 4, [True] + [False] * 3), ["recency"]
    )
    assert "comes out in 75.0% of the samples" in rule and "with others, in 100.0%" in rule
    assert "is the rule but no certainty." in rule
    always = sentences.printed_selection(study, repeated([True], [False]), ["recency"])
    assert "is the rule." in always
    seldom = sentences.printed_selection(study, repeated([True] * 2, [True] * 2), ["recency"])
    assert "is the exception." in seldom


def bias(**columns: tuple[float, float, float]) -> pd.DataFrame:
    names = ["share", "full_model_size", "size_when_selected"]
    return pd.DataFrame(columns, index=names).T


def test_what_to_build_on(study):
    share = pd.Series({"recency": 0.97, "a_b": 0.06})
    table = bias(recency=(0.97, 5.0, 5.1), a_b=(0.06, 0.2, 2.21))
    text = sentences.what_to_build_on(study, share, table)
    assert text.startswith(
        "a_b is the example: it is selected in 6.0% of the samples and then lies on average 2.2 "
        "standard errors from 0, where the full model has it at 0.2."
    )
    assert "build on recency; do not act on a_b, which" in text
    likely = sentences.what_to_build_on(
        study, share * 0 + 0.6, bias(recency=(0.6, 3, 3), a_b=(0.6, 3, 3))
    )
    assert likely.startswith("No variable is selected in fewer than half")
    assert likely.endswith("on none of the variables; take recency, a_b as likely, not as shown.")


@pytest.mark.parametrize(
    ("example", "words"),
    [
        ((0.0, 0.3, float("nan")), "a_b: selected in no sample, so that nothing is inflated."),
        ((0.3, 2.0, 2.04), "then looks no stronger than in the full model."),
        ((0.3, 2.0, 1.5), "then looks no stronger than in the full model."),
    ],
)
def test_a_weak_variable_that_is_not_inflated_is_no_example(study, example, words):
    text = sentences.what_to_build_on(study, pd.Series({"a_b": example[0]}), bias(a_b=example))
    assert words in text and "is the example" not in text and "nan" not in text


def optimism(auc: float, gain: float, slope: float) -> pd.DataFrame:
    rows = {
        "auc": {"apparent": auc + gain, "optimism": gain, "corrected": auc, "holdout": 0.69},
        "calibration_slope": {
            "apparent": slope + 0.1,
            "optimism": 0.1,
            "corrected": slope,
            "holdout": -0.2,
        },
    }
    return pd.DataFrame(rows).T  # fmt: skip


def test_optimism(study):
    text = sentences.optimism(study, optimism(0.673, 0.004, 0.977))
    assert (
        "flatter the AUC (0.677 as it looks, 0.673 corrected); the corrected slope of 0.977 means"
        in text
    )
    assert "should be shrunk by about 2.3%. The holdout sample says 0.690 and −0.200" in text
    assert "**For the bank:** of two customers" in text
    assert text.endswith("about 6.7 times in ten: useful, but far from certain.")


def test_areas_and_their_difference_close(study):
    table = optimism(0.67251, 0.00445, 0.97649)
    text = sentences.optimism(study, table)
    assert "flatter the AUC (0.677 as it looks, 0.673 corrected);" in text
    assert "slope of 0.976 means" in text and "by about 2.4%." in text


@pytest.mark.parametrize(
    ("auc", "quality"),
    [(0.48, ": worse than a coin."), (0.4987, ": no better than a coin."), (0.5, ": no better"),
     (0.55, ": little better"), (0.9, "a good ranking")],
)  # fmt: skip
def test_quality_of_a_ranking(study, auc, quality):
    assert quality in sentences.optimism(study, optimism(auc, 0.004, 0.9))


def test_optimism_that_is_none_and_slopes_that_ask_for_no_shrinking(study):
    text = sentences.optimism(study, optimism(0.7, -0.002, 1.2))
    assert (
        "do not flatter the AUC (0.698 as it looks, 0.700 corrected); the corrected slope of 1.200"
        in text
    )
    assert "need no shrinking" in text
    assert "say nothing of the real ones" in sentences.optimism(study, optimism(0.7, 0.002, -0.1))


def test_an_equation_without_a_variable_has_no_slope(study):
    table = optimism(0.475, 0.025, 0.8).assign(holdout=[0.5, 1.0])
    text = sentences.optimism(study, table)
    assert "ranks nobody and has no slope." in text and "corrected AUC is 0.475." in text
    assert "shrunk" not in text and "coin" not in text


def place(accuracy: tuple[float, ...], auc: tuple[float, ...]) -> pd.DataFrame:
    columns = ["own", "lower", "upper", "share_below"]
    return pd.DataFrame({"accuracy": accuracy, "auc": auc}, index=columns).T


def test_own_split():
    shown = {"accuracy": "Accuracy at 0.5", "auc": "AUC"}
    usual = sentences.own_split(place((0.7, 0.68, 0.72, 0.4), (0.6, 0.5, 0.7, 0.3)), shown, 1334)
    assert "above 40.0% of the random ones and an AUC above 30.0%: an ordinary split." in usual
    assert "with 1,334 customers" in usual and "68.0% to 72.0%, 4.0 percentage points" in usual
    odd = sentences.own_split(place((0.6, 0.68, 0.72, 0), (0.9, 0.5, 0.7, 1)), shown, 1334)
    assert "it is unusual in Accuracy at 0.5 and AUC." in odd


def test_limits_and_their_difference_close():
    table = place((0.7, 0.67354, 0.71148, 0.4), (0.6, 0.5, 0.7, 0.3))
    text = sentences.own_split(table, {"auc": "AUC"}, 1334)
    assert "from 67.4% to 71.1%, 3.7 percentage points apart" in text  # 3.8 unrounded


def test_splits_of_equal_accuracy_differ_by_nothing():
    table = place((0.7, 0.7, 0.7, 0), (0.6, 0.5, 0.7, 0.3))
    text = sentences.own_split(table, {"auc": "AUC"}, 1334)
    assert text.endswith("honest analysts who split differently report the same accuracy.")


def test_printed_accuracies():
    accuracy = pd.Series([0.70, 0.76])
    never = sentences.printed_accuracies(accuracy, 0.95, 0.80)
    assert "The printed 95.0% is reached by none of them" in never
    assert "no luck of the split explains either: [page 06]" in never
    partly = sentences.printed_accuracies(accuracy, 0.95, 0.75)
    assert "the luck of the split can explain 75.0%: [page 06]" in partly


@pytest.mark.parametrize(
    ("fit", "both", "words"),
    [
        (
            0.0031,
            0.004,
            "is 0.0031, against 0.0040 with the search: the search itself adds 0.0009.",
        ),
        (0.004, 0.004, "the search itself adds nothing to it."),
        (0.00404, 0.00406, "is 0.0040, against 0.0041 with the search: the search itself adds 0."),
        (0.00401, 0.00404, "the search itself adds nothing to it."),
        (-0.001, -0.002, "is −0.0010, against −0.0020 with the search: the search itself adds no"),
    ],
)
def test_without_search(fit, both, words):
    text = sentences.without_search(optimism(0.7, fit, 1), optimism(0.7, both, 1))
    assert text.startswith("With the variables held fixed, ") and words in text
