"""Restricted cubic splines against R's rms (rcs, lrtest, Predict), by definition and simulation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from formulaic.transforms import natural_cubic_spline
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from erfm.logistic import fit_logistic
from erfm.trust.curves import (
    bend,
    bent_terms,
    fit_curves,
    knots,
    linearity_tests,
    nonlinear,
    partial_effect,
    spline_basis,
)

EXPECTED = Path(__file__).parent / "expected"


@pytest.fixture(scope="module")
def curved(make_study):
    """The complete customers of expected/beyond_customers.csv, whose age has a bent effect."""
    levels = {"segment": ["basic", "gold", "private"]}
    return make_study(pd.read_csv(EXPECTED / "beyond_customers.csv"), levels)


# --- Against R ------------------------------------------------------------------------------------


def test_linearity_tests_equal_rms(curved):
    study, frame = curved
    curves = fit_curves(study, frame)
    found = linearity_tests(study, frame, curves)
    expected = pd.read_csv(EXPECTED / "beyond_linearity.csv", index_col="predictor")
    found = found.loc[expected.index]
    for column in ("chi_square", "df", "p_value"):
        assert found[column].to_numpy() == pytest.approx(expected[column].to_numpy(), rel=1e-5)
    for name, curve in curves.items():
        at = [float(knot) for knot in expected.loc[name, "knots"].split()]
        assert curve.knots == pytest.approx(at)


def test_partial_effect_equals_rms(curved):
    study, frame = curved
    expected = pd.read_csv(EXPECTED / "beyond_partial.csv", index_col="age")
    curve = fit_curves(study, frame, number=4)["age"]
    values, median = expected.index.to_numpy(), frame["age"].median()
    found = partial_effect(curve.fit, "age", curve.knots, values, median)
    for column in expected:
        assert found[column].to_numpy() == pytest.approx(expected[column].to_numpy(), rel=1e-5)


# --- The basis ------------------------------------------------------------------------------------


def test_basis_is_linear_outside_the_knots_and_smooth():
    at = np.array([1.0, 2.0, 4.0, 7.0])
    outside = spline_basis(np.array([-5.0, 0.0, 1.0, 7.0, 8.0, 9.0, 10.0]), at)
    assert (outside[:3] == 0).all()
    assert np.diff(outside[3:], n=2, axis=0) == pytest.approx(0, abs=1e-9)
    # The second derivative is continuous: third differences of a fine grid are of order h³.
    fine = spline_basis(np.linspace(0, 8, 8001), at)
    assert np.abs(np.diff(fine, n=3, axis=0)).max() < 1e-7


@pytest.mark.parametrize("at", [[1.0, 2.0, 4.0, 7.0], [0.0, 3.0, 10.0], [1, 1.5, 2, 6, 9]])
def test_basis_spans_the_curves_of_formulaic(at):
    """The natural cubic splines of formulaic's `cr`, which are written in another basis."""
    x = np.linspace(-3, 14, 300)
    _, *inner, _ = at
    bounds = {"lower_bound": at[0], "upper_bound": at[-1]}
    theirs = np.column_stack(list(natural_cubic_spline(x, knots=inner, **bounds).values()))
    ours = np.column_stack([np.ones_like(x), x, spline_basis(x, np.array(at))])
    assert ours.shape == theirs.shape
    for basis, curves in ((ours, theirs), (theirs, ours)):
        weights = np.linalg.lstsq(basis, curves, rcond=None)[0]
        assert basis @ weights == pytest.approx(curves, abs=1e-9 * np.abs(curves).max())


@given(st.floats(0.01, 1000), st.floats(-100, 100))
def test_tests_do_not_depend_on_the_units(scale, shift):
    x = np.array([0.5, 1.5, 2.5, 3.5, 9.0])
    at = np.array([1.0, 2.0, 3.0, 5.0])
    found = spline_basis(x * scale + shift, at * scale + shift)
    expected = spline_basis(x, at) * scale
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6 * scale)


def test_knots_with_ties():
    assert knots(pd.Series([0] * 50 + [1] * 50)).size == 0
    assert knots(pd.Series([0] * 40 + [1] * 30 + [2] * 30)).tolist() == [0, 1, 2]
    assert knots(pd.Series(range(101)), 3).tolist() == [10, 50, 90]


def test_bent_study_holds_the_linear_one(curved):
    study, frame = curved
    at = knots(frame["age"])
    bent_study, bent_frame = bend(study, frame, {"age": at})
    assert bent_terms("age", at) == ["age", "age'", "age''"]
    assert list(bent_study.predictors) == [*study.predictors, "age'", "age''"]
    assert bent_study.label("age''") == "age''"
    fit = fit_logistic(bent_study, bent_frame, list(study.predictors))
    assert fit.log_likelihood == pytest.approx(fit_logistic(study, frame).log_likelihood)


def test_curves_leave_out_categories_and_what_has_too_few_values(make_study):
    rng = np.random.default_rng(2)
    n = 200
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=n),
            "flag": rng.integers(0, 2, n),
            "sex": rng.choice(["f", "m"], n),
            "retained": rng.integers(0, 2, n),
        }
    ).round(4)
    study, frame = make_study(frame, {"sex": ["f", "m"]})
    curves = fit_curves(study, frame)
    assert list(curves) == ["x"]
    assert list(linearity_tests(study, frame, curves).index) == ["x", "all"]
    assert linearity_tests(study, frame, {}).empty


@pytest.mark.slow
def test_limits_of_the_curve_cover_the_truth(make_study):
    """95% limits of a log odds hold in 93% to 97% of samples, where the truth is such a curve."""
    rng = np.random.default_rng(9)
    n, samples = 300, 1000
    x = rng.normal(size=n).round(4)
    study, frame = make_study(pd.DataFrame({"x": x, "retained": np.arange(n) % 2}))
    at = knots(frame["x"])
    bent_study, bent_frame = bend(study, frame, {"x": at})
    basis = bent_frame[bent_terms("x", at)].to_numpy()
    b = np.array([0.8, -1.5, 3.0])
    there, here = spline_basis(np.array([1.2, 0.0]), at)
    truth = np.array([1.2, *(there - here)]) @ b
    probability = special.expit(basis @ b)
    held = 0
    for _ in range(samples):
        drawn = bent_frame.assign(retained=(rng.random(n) < probability).astype(int))
        fit = fit_logistic(bent_study, drawn)
        effect = partial_effect(fit, "x", at, np.array([1.2]), 0.0).iloc[0]
        held += effect["lower"] <= truth <= effect["upper"]
    assert 0.93 <= held / samples <= 0.97


def test_each_of_several_tests_is_judged_at_its_share_of_the_level():
    p_values = pd.DataFrame({"p_value": [0.02, 0.03, 1.0, 0.001]}, index=["a", "b", "c", "all"])
    assert nonlinear(p_values, 0.05).tolist() == []
    assert nonlinear(p_values, 0.07).tolist() == ["a"]
    assert nonlinear(p_values.drop(index=["b", "c"]), 0.05).tolist() == ["a"]
