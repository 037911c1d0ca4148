"""Tables of logistic regressions: one that is right in all, errors of each kind, sharp bounds."""

from __future__ import annotations

from math import exp, log
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from sklearn.metrics import roc_auc_score

from erfm.paper.intervals import read
from erfm.paper.ledger import printed
from erfm.paper.printed_logistic import (
    auc_bounds,
    examine_c_statistic,
    examine_coefficient_p,
    examine_fit,
    examine_hosmer_lemeshow,
    examine_odds_ratio,
    examine_odds_ratio_interval,
    examine_omnibus,
    examine_wald,
    null_deviance,
)
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS, IMPOSSIBLE

SAS = (
    pd.read_csv(
        Path(__file__).parent / "expected/low_birth_weight_sas.csv",
        comment="#",
        dtype=str,
        index_col="variable",
    )
    .T.to_dict()
)  # fmt: skip
FIT = {
    "n": "189", "events": "59", "minus2_log_likelihood": "222.573",
    "null_minus2_log_likelihood": "234.672", "chi_square": "12.0991", "df": "5", "p": "0.0335",
}  # fmt: skip


def row(variable: str, *columns: str) -> dict[str, str]:
    return {column: SAS[variable][column] for column in columns}


# --- A table that is right ------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAS)
def test_every_coefficient_of_hosmer_and_lemeshow_s_table_holds(name):
    interval = row(name, "odds_ratio", "lower", "upper")
    effect = row(name, "b", "standard_error")
    for verdict in (
        examine_odds_ratio(**row(name, "odds_ratio", "b")),
        examine_odds_ratio_interval(**interval),
        examine_odds_ratio_interval(**interval, **effect),
        examine_wald(**effect, wald=SAS[name]["wald"]),
        examine_coefficient_p(p=SAS[name]["p"], wald=SAS[name]["wald"]),
        examine_coefficient_p(p=SAS[name]["p"], **effect),
        examine_coefficient_p(p=SAS[name]["p"], wald=SAS[name]["wald"], **effect, **interval),
    ):
        assert verdict.verdict == HOLDS, (name, verdict.reason)


def test_the_fit_of_hosmer_and_lemeshow_s_table_holds():
    assert examine_fit(**FIT).verdict == HOLDS
    assert examine_omnibus(chi_square="12.0991", df="5", p="0.0335").verdict == HOLDS
    # R²: 1 - exp(-12.0991/189) = 0.0620; its maximum 1 - exp(-234.672/189) = 0.7111.
    r2 = {"cox_snell": ".062", "nagelkerke": ".087", "mcfadden": ".052"}
    assert examine_fit(**FIT, **r2).verdict == HOLDS


# --- One coefficient ------------------------------------------------------------------------------


def test_an_odds_ratio_of_the_other_sign_is_told():
    assert examine_odds_ratio(odds_ratio="2.792", b="1.0039").verdict == CONTRADICTS
    turned = examine_odds_ratio(odds_ratio="0.366", b="1.0039")
    assert turned.verdict == CONTRADICTS
    assert "It is exp(−B)" in turned.what_would_have_to_be_true
    per_ten = examine_odds_ratio(odds_ratio="1.65", b="0.050")
    assert "a change by 10.02 units" in per_ten.what_would_have_to_be_true
    # B from -0.5 to 0.5 leaves 0.61 to 1.65.
    assert examine_odds_ratio(odds_ratio="1.3", b="0").verdict == CANNOT_BE_JUDGED


def test_the_paper_s_interval_is_centred_on_its_odds_ratio():
    ends = {
        "lower": str(printed("frequency_or_lower")),
        "upper": str(printed("frequency_or_upper")),
    }
    assert examine_odds_ratio_interval(odds_ratio="1.051", **ends).verdict == HOLDS
    assert examine_odds_ratio_interval(odds_ratio="1.053", **ends).verdict == CONTRADICTS


def test_an_interval_that_is_not_wald_s_only_contains_its_estimate():
    skewed = {"odds_ratio": "2.73", "lower": "1.20", "upper": "7.24"}
    refuted = examine_odds_ratio_interval(**skewed)
    assert refuted.verdict == CONTRADICTS
    assert "profile likelihood" in refuted.what_would_have_to_be_true
    assert examine_odds_ratio_interval(**skewed, kind="other").verdict == CANNOT_BE_JUDGED
    outside = {**skewed, "odds_ratio": "8.1"}
    assert examine_odds_ratio_interval(**outside, kind="other").verdict == CONTRADICTS
    assert examine_odds_ratio_interval(lower="1", upper="2").verdict == CANNOT_BE_JUDGED


def test_the_level_of_the_interval_matters():
    ratio = {"odds_ratio": "2.729", "standard_error": "0.4979"}
    b, se = log(2.729), 0.4979
    ends = {"lower": f"{exp(b - 1.645 * se):.3f}", "upper": f"{exp(b + 1.645 * se):.3f}"}
    assert examine_odds_ratio_interval(**ratio, **ends, level="90%").verdict == HOLDS
    assert examine_odds_ratio_interval(**ratio, **ends).verdict == CONTRADICTS


@pytest.mark.slow
@settings(max_examples=100)
@given(
    st.floats(-2, 2), st.floats(0.05, 1.5), st.integers(1, 3),
    st.lists(st.integers(-2, 2), min_size=4, max_size=4),
)  # fmt: skip
def test_interval_b_and_se_are_refuted_exactly_if_no_b_and_se_fit(b, se, decimals, off):
    z = stats.norm.isf(0.025)
    values = [b, se, exp(b - z * se), exp(b + z * se)]
    texts = [f"{max(v + o * 10.0**-decimals, 10.0**-decimals if i else -9):.{decimals}f}"
             for i, (v, o) in enumerate(zip(values, off, strict=True))]  # fmt: skip
    verdict = examine_odds_ratio_interval(
        b=texts[0], standard_error=texts[1], lower=texts[2], upper=texts[3]
    )
    spans = [read(text) for text in texts]
    ends = [(log(s.lower) if s.lower > 0 else -50, log(s.upper)) for s in spans[2:]]
    z_ends = sorted((z, 1.96))
    # Unknown: B and h = z SE.
    bounds = [(spans[0].lower, spans[0].upper),
              (max(0, z_ends[0] * spans[1].lower), z_ends[1] * spans[1].upper)]  # fmt: skip
    rows = [[1, -1], [-1, 1], [1, 1], [-1, -1]]
    limits = [ends[0][1], -ends[0][0], ends[1][1], -ends[1][0]]
    feasible = optimize.linprog([0, 0], rows, limits, bounds=bounds).status == 0
    slack = optimize.linprog([0, 0, 1], [[*r, -1] for r in rows], limits,
                             bounds=[*bounds, (0, None)]).fun  # fmt: skip
    if feasible or slack > 1e-6:  # not at the very edge, where solvers differ
        assert verdict.refuted == (not feasible)


def test_wald_and_its_root_are_told_apart():
    effect = {"b": "1.0039", "standard_error": "0.4979"}
    assert examine_wald(**effect, z="2.016").verdict == HOLDS
    assert examine_wald(**effect, wald="4.606").verdict == CONTRADICTS
    mistaken = examine_wald(**effect, wald="2.016")
    assert mistaken.verdict == CONTRADICTS
    assert "It may be z" in mistaken.what_would_have_to_be_true
    assert examine_wald(**effect).verdict == CANNOT_BE_JUDGED
    # .000 ± .0005 over .001 ± .0005: anything up to 1.
    coarse = examine_wald(b=".000", standard_error=".001", wald=".250")
    assert coarse.verdict == CANNOT_BE_JUDGED


def test_each_source_of_p_is_judged_by_itself():
    known = {"wald": "4.0660", "b": "1.0039", "standard_error": "0.4979"}
    assert examine_coefficient_p(p="0.044", **known).verdict == HOLDS
    assert examine_coefficient_p(p="< .05", **known).verdict == HOLDS
    assert examine_coefficient_p(p="< .01", **known).verdict == CONTRADICTS
    # Wald swapped: only that source contradicts, and is named.
    swapped = examine_coefficient_p(p="0.044", **{**known, "wald": "0.4660"})
    assert swapped.verdict == CONTRADICTS
    assert "Wald = 0.4660" in swapped.reason and "B 1.0039" not in swapped.reason
    interval = {"odds_ratio": "2.729", "lower": "1.029", "upper": "7.240"}
    assert examine_coefficient_p(p="0.044", **interval).verdict == HOLDS
    assert examine_coefficient_p(p="0.440", **interval).verdict == CONTRADICTS
    assert examine_coefficient_p(p="0.044", odds_ratio="2.7").verdict == CANNOT_BE_JUDGED


def test_wald_of_several_parameters_has_more_degrees_of_freedom():
    # χ² = 10.6964 on 5 df: p = 0.0577 (SAS, the same table).
    assert examine_coefficient_p(p="0.0577", wald="10.6964", df="5").verdict == HOLDS
    assert examine_coefficient_p(p="0.0577", wald="10.6964", df="4").verdict == CONTRADICTS


# --- The fit --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", "198"),
        ("events", "95"),
        ("minus2_log_likelihood", "232.573"),
        ("null_minus2_log_likelihood", "243.672"),
        ("chi_square", "21.0991"),
        ("p", "0.3350"),
        ("df", "6"),
    ],
)
def test_a_misprint_in_the_fit_is_found(name, value):
    verdict = examine_fit(**{**FIT, name: value})
    assert verdict.verdict == CONTRADICTS


@pytest.mark.parametrize(
    ("name", "value"), [("cox_snell", ".026"), ("nagelkerke", ".078"), ("mcfadden", ".025")]
)
def test_a_misprint_in_a_pseudo_r2_is_found_and_named(name, value):
    verdict = examine_fit(**FIT, **{name: value})
    assert verdict.verdict == CONTRADICTS
    assert {"cox_snell": "Cox–Snell", "nagelkerke": "Nagelkerke", "mcfadden": "McFadden"}[name] in (
        verdict.reason
    )


def test_nagelkerke_is_found_without_the_number_of_events():
    few = {"n": "189", "minus2_log_likelihood": "222.573", "cox_snell": ".062"}
    assert examine_fit(**few, nagelkerke=".087").verdict == HOLDS
    assert examine_fit(**few, nagelkerke=".097").verdict == CONTRADICTS


def test_no_model_fits_worse_than_even_odds():
    # 2 n ln 2 = 262.01 for 189 births.
    assert examine_fit(n="189", minus2_log_likelihood="261.9").verdict == CANNOT_BE_JUDGED
    assert examine_fit(n="189", minus2_log_likelihood="262.2").verdict == CONTRADICTS
    assert null_deviance(200, 100) == pytest.approx(400 * log(2), rel=1e-12)
    assert null_deviance(189, 59) == pytest.approx(234.672, abs=5e-4)


def test_what_a_fit_lacks_is_named():
    assert examine_fit(chi_square="12.1").verdict == CANNOT_BE_JUDGED
    assert "missing" in examine_fit(n="189").reason


def test_what_no_fit_has():
    assert examine_fit(n="189", events="195").verdict == CONTRADICTS
    assert examine_fit(n="189", cox_snell="1.2").verdict == IMPOSSIBLE
    assert examine_wald(b="1.0", standard_error="-0.5", wald="4").verdict == IMPOSSIBLE


# --- Calibration and discrimination ---------------------------------------------------------------


def test_hosmer_lemeshow():
    assert examine_hosmer_lemeshow(chi_square="8.2", df="8", p=".414").verdict == HOLDS
    assert examine_hosmer_lemeshow(chi_square="8.2", df="8", p=".144").verdict == CONTRADICTS
    assert examine_hosmer_lemeshow(chi_square="8.2", groups="10", p=".414").verdict == HOLDS
    assert examine_hosmer_lemeshow(chi_square="8.2", df="9", groups="10", p=".514").refuted
    # No df: 8.2 has p = .042 on 3, .084 on 4, never .06.
    assert examine_hosmer_lemeshow(chi_square="8.20", p=".0845").verdict == HOLDS
    assert examine_hosmer_lemeshow(chi_square="8.20", p=".060").verdict == CONTRADICTS
    assert examine_hosmer_lemeshow(chi_square="8.20").verdict == CANNOT_BE_JUDGED


def test_a_large_hosmer_lemeshow_is_no_good_fit():
    verdict = examine_hosmer_lemeshow(chi_square="234.510", claim="fits")
    assert verdict.verdict == CONTRADICTS
    assert examine_hosmer_lemeshow(chi_square="8.2", df="8", claim="fits").verdict == HOLDS
    assert examine_hosmer_lemeshow(chi_square="8.2", claim="fits").verdict == CANNOT_BE_JUDGED
    assert examine_hosmer_lemeshow(chi_square="8.2", df="8", claim="does not fit").refuted


@pytest.mark.slow
@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_the_area_of_any_curve_is_within_the_bounds_of_its_points(seed, points):
    rng = np.random.default_rng(seed)
    y = rng.permutation([0, 1, *(rng.random(28) < rng.uniform(0.2, 0.8))]).astype(int)
    score = rng.integers(0, 6, 30) + rng.integers(-2, 3) * y  # ties, and worse than chance
    cuts = rng.choice(np.arange(-2, 9), points, replace=False)
    sensitivity = [(score[y == 1] >= cut).mean() for cut in cuts]
    specificity = [(score[y == 0] < cut).mean() for cut in cuts]
    lower, upper = auc_bounds(sensitivity, specificity)
    assert lower - 1e-12 <= roc_auc_score(y, score) <= upper + 1e-12
    verdict = examine_c_statistic(
        c=f"{roc_auc_score(y, score):.3f}",
        sensitivity=[f"{100 * s:.1f}%" for s in sensitivity],
        specificity=[f"{100 * s:.1f}%" for s in specificity],
    )
    assert not verdict.refuted


def test_one_point_bounds_the_area_sharply():
    assert auc_bounds([0.8], [0.7]) == pytest.approx((0.56, 0.94))
    # Reached: all of the 30% ranked first or last, within each side of the cut-off.
    point = {"sensitivity": "80%", "specificity": "70%"}
    assert examine_c_statistic(c=".94", **point).verdict == CANNOT_BE_JUDGED
    assert examine_c_statistic(c=".96", **point).verdict == CONTRADICTS
    assert examine_c_statistic(c=".54", **point).verdict == CONTRADICTS
    assert examine_c_statistic(c="120%", **point).verdict == IMPOSSIBLE
