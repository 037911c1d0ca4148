"""Descriptive statistics against PSPP, hand calculation and printed SPSS output."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erfm.descriptives import (
    descriptive_statistics,
    frequency_table,
    retention_by,
    standard_error_of_kurtosis,
    standard_error_of_skewness,
)
from erfm.study import Predictor

SPSS = {
    "N": "n",
    "Mean": "mean",
    "Std Dev": "standard_deviation",
    "Kurtosis": "kurtosis",
    "S.E. Kurt": "kurtosis_se",
    "Skewness": "skewness",
    "S.E. Skew": "skewness_se",
    "Range": "range",
    "Minimum": "minimum",
    "Maximum": "maximum",
}


def assert_equals_pspp(table: pd.DataFrame, printed: pd.DataFrame) -> None:
    printed = printed.set_axis(printed.iloc[0], axis=1).set_index("").drop("")
    assert set(table.index) <= set(printed.index)
    expected = printed.loc[table.index, list(SPSS)].rename(columns=SPSS).astype(float)
    pd.testing.assert_frame_equal(
        table[expected.columns].astype(float), expected, rtol=1e-9, check_names=False
    )


def test_sample_equals_pspp(sample, from_pspp):
    table = descriptive_statistics(*sample)
    assert list(table.index) == ["recency", "frequency", "amount", "tenure", "visits"]
    assert_equals_pspp(table, from_pspp("descriptives", "Descriptive Statistics"))


def test_reconstruction_equals_pspp(reconstruction, from_pspp):
    study, samples = reconstruction
    table = descriptive_statistics(study, samples.complete)
    assert_equals_pspp(table, from_pspp("descriptives", "Descriptive Statistics", 1))


@pytest.mark.parametrize(
    ("n", "skewness", "kurtosis"),
    [(200, ".172", ".342"), (3334, ".042", ".085"), (10, ".687", "1.334")],
)
def test_standard_errors_as_spss_prints_them(n, skewness, kurtosis):
    # n = 200: UCLA's annotated SPSS output for the High School and Beyond sample.
    assert f"{standard_error_of_skewness(n):.3f}".lstrip("0") == skewness
    assert f"{standard_error_of_kurtosis(n):.3f}".lstrip("0") == kurtosis


def test_skewness_and_kurtosis_by_hand(make_study):
    # 1, 2, 3, 4, 10: mean 4, deviations -3 -2 -1 0 6; M2 = 50, M3 = 180, M4 = 1394.
    frame = pd.DataFrame({"x": [1, 2, 3, 4, 10], "retained": [0, 1, 0, 1, 1]})
    row = descriptive_statistics(*make_study(frame)).loc["x"]
    s2 = 50 / 4
    assert row["skewness"] == pytest.approx(5 * 180 / (4 * 3 * s2**1.5), rel=1e-12)
    g2 = (5 * 6 * 1394 - 3 * 4 * 50**2) / (4 * 3 * 2 * s2**2)
    assert row["kurtosis"] == pytest.approx(g2, rel=1e-12)
    assert row[["n", "range", "minimum", "maximum", "mean"]].to_list() == [5, 9, 1, 10, 4]


def test_missing_values_are_left_out_variable_by_variable(sample):
    study, frame = sample
    holes = frame.assign(recency=frame["recency"].mask(frame.index < 10))
    table = descriptive_statistics(study, holes)
    assert table.loc["recency", "n"] == 390
    assert table.loc["amount", "n"] == 400
    assert table.loc["recency", "mean"] == pytest.approx(frame["recency"].iloc[10:].mean())


def test_categorical_predictors_alone_give_an_empty_table(make_study):
    frame = pd.DataFrame({"g": ["a", "b", "a", "b"], "retained": [0, 1, 1, 0]})
    table = descriptive_statistics(*make_study(frame, {"g": ["a", "b"]}))
    assert table.empty
    assert "skewness_se" in table


@given(
    st.lists(st.integers(-1000, 1000), min_size=5, max_size=40).filter(lambda v: len(set(v)) > 1),
    st.floats(0.01, 100),
    st.floats(-100, 100),
)
def test_shape_does_not_depend_on_the_unit(values, factor, shift):
    values = pd.Series(values, dtype=float)
    assert (values * factor + shift).skew() == pytest.approx(values.skew(), abs=1e-6)
    assert (-values).skew() == pytest.approx(-values.skew(), abs=1e-9)
    assert (values * factor + shift).kurt() == pytest.approx(values.kurt(), abs=1e-6)


def test_frequencies_equal_pspp(sample, reconstruction, from_pspp):
    for frame, column in ((sample[1], "segment"), (reconstruction[1].complete, "gender")):
        table = frequency_table(frame[column])
        printed = from_pspp("descriptives", column).iloc[1:-1]
        assert table.index.to_list() == printed[1].to_list()
        assert table["frequency"].to_list() == printed[2].astype(int).to_list()
        for name, position in (("percent", 3), ("cumulative_percent", 5)):
            assert [f"{value:.1f}%" for value in table[name]] == printed[position].to_list()


def test_retention_by_level_and_by_group():
    frame = pd.DataFrame(
        {
            "x": [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10],
            "g": list("aaabbbbbbb"),
            "few": [0.0, 1, 2, 0, 1, 2, 0, 1, 2, 0],
            "retained": [1, 0, 0, 0, 1, 1, 1, 1, 1, 1],
        }
    )
    groups = retention_by(Predictor("x", "x", "X"), frame, groups=2)
    assert groups.index.to_list() == ["1 – 5", "6 – 10"]
    below = retention_by(Predictor("x", "x", "X"), frame.assign(x=frame["x"] - 10.5), groups=2)
    assert below.index.to_list() == ["−9.5 – −5.5", "−4.5 – −0.5"]
    assert groups[["customers", "retained", "middle"]].to_numpy().tolist() == [[5, 2, 3], [5, 5, 8]]
    assert groups["retention_rate"].to_list() == [0.4, 1.0]
    levels = retention_by(Predictor("g", "g", "G", levels=("b", "a")), frame)
    assert levels.index.to_list() == ["b", "a"]
    assert levels["retained"].to_list() == [6, 1]
    assert "middle" not in levels
    few = retention_by(Predictor("few", "few", "Few"), frame)
    assert few.index.to_list() == ["0", "1", "2"]
    assert few["customers"].to_list() == [4, 3, 3]


@pytest.mark.slow
@given(st.integers(0, 10_000), st.integers(2, 10))
@settings(max_examples=50)
def test_groups_keep_every_customer_and_never_split_equal_values(seed, groups):
    rng = np.random.default_rng(seed)
    x = np.round(rng.exponential(5, 80), rng.integers(0, 3))
    frame = pd.DataFrame({"x": x, "retained": rng.integers(0, 2, 80)})
    table = retention_by(Predictor("x", "x", "X"), frame, groups)
    assert table["customers"].sum() == 80
    assert table["retained"].sum() == frame["retained"].sum()
    assert len(table) <= groups
    assert table.index.is_unique
    assert table["middle"].is_monotonic_increasing
    assert ((table["lower"] <= table["retention_rate"]) & (table["upper"] <= 1)).all()
