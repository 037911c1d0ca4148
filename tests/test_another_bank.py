"""Claims judged at another bank: effects by other routes, verdicts, and what that bank shows."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import SplineTransformer

from erfm.customers.load import load_customers
from erfm.customers.study_file import load_study
from erfm.logistic import fit_logistic
from erfm.paper.ledger import printed
from erfm.report.build import NOTEBOOKS
from erfm.samples import split_samples
from erfm.study import ROOT, StudyError
from erfm.trust import another_bank
from erfm.trust.another_bank import (
    CLAIM_HOLDS,
    NOT_SIGNIFICANT,
    OPPOSITE,
    SIGNIFICANT_AFTER_ALL,
    Claim,
)

NAME = "BankChurners.csv"
PLACES = (ROOT / "data" / "external" / NAME, ROOT.parent / "shared" / "data" / NAME)


@pytest.fixture(scope="module")
def other_bank():
    """The other bank's study and model-building sample."""
    file = next((path for path in PLACES if path.is_file()), None)
    if file is None:
        pytest.skip(f"the other bank's customers are absent: save {NAME} in data/external/")
    study = replace(load_study("bank_churners"), file=file)
    return study, split_samples(study, load_customers(study)).build


@pytest.fixture(scope="module")
def invented(make_study):
    """Customers whose outcome depends on u through a valley, and v that is high in the valley."""
    rng = np.random.default_rng(3)
    u = rng.uniform(-3, 3, 3000).round(3)
    v = (np.exp(-((u + 1) ** 2) * 4) * 3 + rng.normal(size=3000)).round(3)
    logit = 1 - 4 * np.exp(-((u + 1) ** 2) * 4) + 0.4 * v
    frame = pd.DataFrame(
        {"u": u, "v": v, "retained": (rng.uniform(size=3000) < 1 / (1 + np.exp(-logit))) * 1}
    )
    return make_study(frame)


# --- Effects --------------------------------------------------------------------------------------


def test_an_effect_is_the_coefficient_of_z_scores(reconstruction):
    study, samples = reconstruction
    frame = samples.build
    table = another_bank.effects(study, fit_logistic(study, frame), frame)
    design = frame[list(study.predictors)].assign(gender=(frame["gender"] == "male") * 1.0)
    z_scores = sm.add_constant((design - design.mean()) / design.std())
    result = sm.GLM(frame["retained"], z_scores, family=sm.families.Binomial()).fit(tol=1e-12)
    expected = np.exp(result.conf_int()).drop("const")
    assert list(table.index) == list(study.predictors)
    np.testing.assert_allclose(table["x_standardised"], result.params.drop("const"), rtol=1e-6)
    np.testing.assert_allclose(table[["lower", "upper"]], expected, rtol=1e-6)
    np.testing.assert_allclose(table["p_value"], result.pvalues.drop("const"), rtol=1e-5)


def test_a_variable_of_three_levels_has_no_single_sign(sample):
    study, frame = sample
    with pytest.raises(StudyError, match=r"\[predictors.segment\] has 3 levels.*Merge"):
        another_bank.effects(study, fit_logistic(study, frame), frame)


# --- Claims ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("claim", "b", "p_value", "expected"),
    [
        (Claim("+", True), 0.2, 0.01, CLAIM_HOLDS),
        (Claim("-", True), 0.2, 0.01, OPPOSITE),
        (Claim("-", True), -0.2, 0.01, CLAIM_HOLDS),
        (Claim("+", True), 0.2, 0.05, NOT_SIGNIFICANT),
        (Claim("+", False), 0.2, 0.05, CLAIM_HOLDS),
        (Claim("+", False), 0.2, 0.01, SIGNIFICANT_AFTER_ALL),
        (Claim("+", False), -0.2, 0.01, SIGNIFICANT_AFTER_ALL),
    ],
)
def test_verdicts(claim, b, p_value, expected):
    assert another_bank.verdict(claim, b, p_value) == expected


@given(st.floats(-5, 5).filter(bool), st.floats(0, 1), st.sampled_from("+-"))
def test_a_claim_and_its_opposite_never_both_hold(b, p_value, sign):
    verdicts = [another_bank.verdict(Claim(s, True), b, p_value) for s in (sign, "+-".strip(sign))]
    assert verdicts.count(CLAIM_HOLDS) == (1 if p_value < 0.05 else 0)


def test_every_claim_holds_in_the_reconstruction_by_construction(reconstruction):
    study, samples = reconstruction
    table = another_bank.effects(study, fit_logistic(study, samples.build), samples.build)
    claimed = another_bank.claims(study, printed("significant_variables"))
    assert [name for name, claim in claimed.items() if not claim.significant] == [
        "amount",
        "has_child",
    ]
    judged = another_bank.coefficient_claims(claimed, table, table)
    assert set(judged["verdict"]) == {CLAIM_HOLDS}
    kept = table.drop(index=["amount", "has_child"])
    banks = {"reconstruction": kept, "other_bank": kept}
    selected = another_bank.selection_claims(
        study, printed("entered_variables"), printed("standardised_ranking"), banks
    )
    assert set(selected["verdict"]) == {CLAIM_HOLDS}


def test_claims_on_order_fall_one_by_one(reconstruction):
    study, _ = reconstruction

    def verdicts(*sizes: tuple[str, float]) -> list[bool]:
        table = pd.DataFrame({"x_standardised": dict(sizes)})
        banks = {"reconstruction": table, "other_bank": table}
        judged = another_bank.selection_claims(study, "Recency, Age", "Recency > Age", banks)
        return list(judged["verdict"] == CLAIM_HOLDS)

    assert verdicts(("age", 0.1), ("recency", -0.2)) == [True, True, True, True]
    assert verdicts(("age", 0.3), ("recency", -0.2)) == [True, False, True, False]
    assert verdicts(("age", 0.1), ("recency", -0.3), ("amount", 0.2)) == [False, True, False, True]


# --- Samples of the paper's size, conditioning, curves --------------------------------------------


@pytest.mark.slow
def test_random_samples_are_repeatable_and_the_whole_is_the_whole(reconstruction):
    study, samples = reconstruction
    once = another_bank.at_size(study, samples.build, 500, repeats=4, seed=1)
    assert once.equals(another_bank.at_size(study, samples.build, 500, repeats=4, seed=1))
    assert not once.equals(another_bank.at_size(study, samples.build, 500, repeats=4, seed=2))
    whole = another_bank.at_size(study, samples.build, len(samples.build), repeats=1, seed=1).loc[0]
    assert dict(whole[list(study.predictors)]) == {
        "recency": -1, "amount": 0, "frequency": 1, "has_child": 0, "gender": -1, "age": -1
    }  # fmt: skip
    assert whole["order"] == ["frequency", "recency", "age", "gender"]


def test_a_straight_line_over_a_valley_turns_another_sign(invented):
    """v raises retention, but is high where u's valley is: only a curve over u shows it."""
    ladder = another_bank.conditioning(*invented, ["v", "u"], ["u"], knots=7)
    v = ladder.loc["v"].set_index("model")["b"]
    assert v["all 2"] < -0.1
    assert v["all, u curved"] == pytest.approx(0.4, abs=0.15)
    assert list(ladder.loc["u", "model"])[-1] == "all 2"


def test_more_knots_from_the_straight_line_on(invented):
    study, frame = invented
    table = another_bank.by_knots(study, frame, ["v"], ["u"], [3, 5, 7])
    linear = another_bank.effects(study, fit_logistic(study, frame), frame).loc["v"]
    assert table.loc[0, "v_b"] == linear["b"]
    sd = frame["v"].std()
    np.testing.assert_allclose(
        np.exp(table.loc[0, ["v_lower", "v_upper"]].astype(float) * sd),
        linear[["lower", "upper"]].astype(float),
    )
    assert (table["log_likelihood"].iloc[1:] > table["log_likelihood"].iloc[0]).all()


def test_classes_include_their_upper_limit():
    assert list(another_bank.classes(pd.Series([1, 10, 11, 2000]), [0, 10, 3000])) == [
        "0–10", "0–10", "10–3,000", "10–3,000"
    ]  # fmt: skip


def test_rates_count_every_customer_once(reconstruction):
    frame = reconstruction[1].build
    table = another_bank.rates(frame, [frame["gender"], frame["has_child"]])
    assert table["customers"].sum() == len(frame)
    retained = (table["customers"] * table["retention_rate"]).sum()
    assert retained == pytest.approx(frame["retained"].sum())
    assert table["retention_rate"].between(table["lower"], table["upper"]).all()


# --- The other bank -------------------------------------------------------------------------------


@pytest.mark.bank_churners
class TestOtherBank:
    def test_verdicts(self, other_bank):
        study, frame = other_bank
        table = another_bank.effects(study, fit_logistic(study, frame), frame)
        judged = another_bank.coefficient_claims(
            another_bank.claims(study, printed("significant_variables")), table, table
        )
        assert dict(judged["verdict"]) == {
            "recency": CLAIM_HOLDS, "amount": SIGNIFICANT_AFTER_ALL, "frequency": CLAIM_HOLDS,
            "has_child": SIGNIFICANT_AFTER_ALL, "gender": OPPOSITE, "age": OPPOSITE,
        }  # fmt: skip

    def test_amount_turns_beside_frequency(self, other_bank):
        amount = another_bank.conditioning(*other_bank, ["amount"], ["frequency", "amount"], 7)
        assert amount["lower"].iloc[0] > 1
        assert (amount["upper"].iloc[1:] < 1).all()

    @pytest.mark.slow
    def test_other_splines_turn_age_too(self, other_bank):
        """B-splines of another library, with knots at other places, find the same sign."""
        study, frame = other_bank
        age = another_bank.conditioning(study, frame, ["age"], ["frequency", "amount"], 7)
        assert age["lower"].iloc[2] > 1 and age["upper"].iloc[3] < 1
        splines = SplineTransformer(n_knots=6, degree=3, knots="quantile", include_bias=False)
        design = np.column_stack([
            splines.fit_transform(frame[["frequency", "amount"]]),
            frame[["recency", "has_child", "age"]], frame["gender"] == "M", np.ones(len(frame)),
        ]).astype(float)  # fmt: skip
        result = sm.GLM(frame["retained"].to_numpy(), design, family=sm.families.Binomial()).fit()
        assert result.params[-3] < 0 and result.pvalues[-3] < 0.001
        assert result.params[-2] > 0 and result.pvalues[-2] < 0.001

    def test_the_page_says_how_to_get_the_file(self, other_bank, tmp_path):
        study = replace(other_bank[0], file=Path(tmp_path / NAME))
        with pytest.raises(
            StudyError, match=r"no such file.*data/external/BankChurners\.csv"
        ) as raised:
            load_customers(study)
        assert not re.search(r"\n", str(raised.value))


@pytest.mark.slow
@pytest.mark.bank_churners
def test_page_08d_says_what_real_customers_show(reconstruction, other_bank):
    """Its text names their answers, for it has no such customers: there curves and boosting win."""
    study, samples = reconstruction
    banks = {"simulated": (study, samples.build), "real": other_bank}
    table = another_bank.form(banks, seed=2012)
    assert list(table.index) == [*another_bank.FORM] and table.notna().all(axis=None)
    real, made = table["real"], table["simulated"]
    assert real["chi_square"] > 500 and real["p_value"] < 1e-9 < 0.05 < made["p_value"]
    assert real["lower"] > 0.02 and made["upper"] < 0
    page = (NOTEBOOKS / "08d_curves_and_other_models.ipynb").read_text(encoding="utf-8")
    assert "curves fit far better than straight lines, and gradient boosting ranks" in page
