"""Scores, intervals and plans against R, hand calculation and simulation."""

import csv
import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import special

from erfm.customers.load import load_customers
from erfm.escaping import from_csv_cell
from erfm.logistic import fit_logistic
from erfm.stepwise import forward_lr
from erfm.study import StudyError, design_matrix
from erfm.validation import classification_table, wilson_interval
from erfm.warning.fairness import error_rates, thirds, trait_groups
from erfm.warning.gains import (
    best_plan,
    expected_gain,
    first_called,
    first_fifth,
    gains_curve,
)
from erfm.warning.model_file import describe_model, save_model
from erfm.warning.scoring import (
    ACTIONS,
    RISKS,
    VALUES,
    action_table,
    contributions,
    final_model,
    open_model,
    read_customers,
    score,
    score_file,
    score_parts,
)

DATE = "2012-12-31"
TERMS = ["recency", "frequency", "segment", "gender"]


@pytest.fixture(scope="module")
def model(sample):
    study, frame = sample
    return describe_model(study, fit_logistic(study, frame, TERMS), frame, DATE)


@pytest.fixture
def saved(model, tmp_path):
    save_model(model, tmp_path / "model.json")
    return tmp_path / "model.json"


@pytest.fixture
def write(sample, tmp_path):
    """Return a function that writes ten customers of the sample, changed, and gives the path."""

    def write(change=lambda table: table):
        table = sample[1].head(10)[["recency", "frequency", "amount", "segment", "gender"]]
        change(table.astype(object)).to_csv(tmp_path / "new.csv", index=False)
        return tmp_path / "new.csv"

    return write


# --- Scores ---------------------------------------------------------------------------------------


def test_probabilities_and_limits_equal_r(model, sample, from_r):
    ranked = score(model, sample[1].head(60)).ranked.assign(
        row=lambda t: t["customer_id"].astype(int)
    )
    found = ranked.set_index("row").sort_index()
    expected = from_r("warning_scores", "sample", "scores")
    np.testing.assert_allclose(
        special.logit(1 - found["churn_probability"]), expected["logit"], rtol=1e-9
    )
    np.testing.assert_allclose(found["lower"], expected["lower"], rtol=1e-9)
    np.testing.assert_allclose(found["upper"], expected["upper"], rtol=1e-9)
    width = special.logit(found["upper"]) - special.logit(found["lower"])
    np.testing.assert_allclose(
        width / 2 / special.ndtri(0.975), expected["standard_error"], rtol=1e-8
    )


def test_contributions_equal_r(model, sample, from_r):
    study, frame = sample
    found = contributions(model, design_matrix(study, frame.head(60), TERMS))
    expected = -from_r("warning_scores", "sample", "terms")[TERMS]
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-12)


def test_contributions_sum_to_the_distance_from_the_average_customer(model, sample):
    study, frame = sample
    ranked = score(model, frame).ranked.set_index("customer_id").loc[frame["customer_id"]]
    total = contributions(model, design_matrix(study, frame, TERMS)).sum(axis=1)
    average = -(model.parameters.iloc[0] + model.parameters.iloc[1:] @ model.means)
    np.testing.assert_allclose(
        special.logit(ranked["churn_probability"]), average + total.to_numpy()
    )


def test_the_parts_of_a_score_begin_with_the_average_and_end_with_the_sum(model, sample):
    study, frame = sample
    row = design_matrix(study, frame.head(1), TERMS)
    parts = score_parts(model, row)
    assert parts.index[[0, -1]].tolist() == ["average customer", "sum"]
    assert sorted(parts.index[1:-1]) == sorted(TERMS)
    assert parts.iloc[1:-1].is_monotonic_decreasing
    assert parts.iloc[-1] == pytest.approx(parts.iloc[:-1].sum())
    risk = score(model, frame.head(1)).ranked["churn_probability"].iloc[0]
    assert special.expit(parts["sum"]) == pytest.approx(risk)


@pytest.mark.slow
def test_pushes_are_the_two_largest_positive_contributions(model, sample):
    study, frame = sample
    ranked = score(model, frame).ranked.set_index("customer_id")
    table = contributions(model, design_matrix(study, frame, TERMS))
    for i, row in table.iterrows():
        pushing = row[row > 0].sort_values(ascending=False)
        found = ranked.loc[frame.loc[i, "customer_id"]]
        names = [study.predictors[term].label for term in pushing.index[:2]]
        assert [v for v in found[["first_push", "second_push"]] if pd.notna(v)] == names
        effects = found[["first_effect", "second_effect"]].dropna().astype(float)
        np.testing.assert_allclose(effects, pushing.iloc[:2], atol=1e-12)


def test_ranking_and_deciles(model, sample):
    ranked = score(model, sample[1]).ranked
    assert ranked["churn_probability"].is_monotonic_decreasing
    assert ranked["rank"].tolist() == list(range(1, 401))
    assert ranked["decile"].value_counts().to_dict() == dict.fromkeys(range(1, 11), 40)
    assert ranked["decile"].is_monotonic_increasing
    assert ranked["lower"].lt(ranked["churn_probability"]).all()
    assert ranked["upper"].gt(ranked["churn_probability"]).all()


def test_equal_probabilities_keep_the_order_of_the_file(model, sample):
    same = pd.concat([sample[1].head(1)] * 5, ignore_index=True)
    same["customer_id"] = list("edcba")
    assert score(model, same).ranked["customer_id"].tolist() == list("edcba")


@pytest.mark.slow
@given(st.permutations(range(30)))
@settings(max_examples=20)
def test_a_customer_s_score_does_not_depend_on_the_others(model, sample, order):
    frame = sample[1].head(30)
    own = ["churn_probability", "lower", "upper", "risk", "first_push", "value_tier", "action"]
    whole = score(model, frame).ranked.set_index("customer_id")[own]
    part = score(model, frame.iloc[order[:7]]).ranked.set_index("customer_id")[own]
    pd.testing.assert_frame_equal(part.sort_index(), whole.loc[part.index].sort_index())


def test_final_model_is_forward_lr_then_the_fit(reconstruction):
    study, samples = reconstruction
    model = final_model(study, samples, DATE)
    terms = list(forward_lr(study, samples.build).terms)
    expected = fit_logistic(study, samples.build, terms)
    assert list(model.terms) == terms
    pd.testing.assert_series_equal(model.parameters, expected.parameters, check_exact=True)
    pd.testing.assert_frame_equal(model.covariance, expected.covariance, check_exact=True)


def test_final_model_of_noise_is_refused(make_study):
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"recency": rng.normal(size=80).round(3), "retained": [0, 1] * 40})
    study, customers = make_study(frame)
    samples = dataclasses.make_dataclass("S", ["build"])(customers)
    with pytest.raises(StudyError, match=r"no predictor enters the equation at entry_p 0\.05"):
        final_model(study, samples, DATE)


@pytest.mark.slow
def test_intervals_cover_the_true_probability(make_study):
    """Of 95% intervals, between 93% and 97% hold the truth."""
    rng = np.random.default_rng(20120331)
    n = 500
    frame = pd.DataFrame(
        {
            "recency": rng.integers(0, 300, n),
            "frequency": 1 + rng.poisson(rng.gamma(2, 5, n)),
            "gender": rng.choice(["female", "male"], n, p=[0.3, 0.7]),
        }
    )
    male = frame["gender"] == "male"
    logit = 0.3 - 0.006 * frame["recency"] + 0.06 * frame["frequency"] - 0.4 * male
    truth = special.expit(-logit).iloc[::5]
    study, frame = make_study(
        frame.assign(retained=[0, 1] * (n // 2)), {"gender": ["female", "male"]}
    )
    covered = []
    for _ in range(300):
        frame["retained"] = (rng.random(n) < special.expit(logit)).astype(int)
        fitted = describe_model(study, fit_logistic(study, frame), frame, DATE)
        limits = score(fitted, frame.iloc[::5]).ranked.set_index("customer_id")[["lower", "upper"]]
        limits = limits.loc[frame["customer_id"].iloc[::5]].to_numpy()
        covered.append((limits[:, 0] <= truth) & (truth <= limits[:, 1]))
    assert 0.93 < np.mean(covered) < 0.97


# --- Tiers and actions ----------------------------------------------------------------------------


def test_value_tiers_are_those_of_the_building_sample(model, sample):
    low, high = model.value_limits
    five = sample[1].head(5).assign(amount=[low, low + 0.01, high, high + 0.01, np.nan])
    ranked = score(model, five).ranked.sort_values("customer_id")
    assert ranked["value_tier"].tolist() == ["low", "middle", "middle", "high", "unknown"]


def test_a_study_without_an_amount_has_no_tiers(make_study, sample):
    frame = sample[1][["recency", "gender", "retained"]]
    study, frame = make_study(frame, {"gender": ["female", "male"]})
    model = describe_model(study, fit_logistic(study, frame), frame, DATE)
    ranked = score(model, frame).ranked
    assert model.value_limits == ()
    assert set(ranked["value_tier"]) == {"unknown"}
    assert set(ranked["action"]) <= {ACTIONS[risk, "middle"] for risk in RISKS}


def test_every_customer_has_the_action_of_risk_and_value(model, sample):
    ranked = score(model, sample[1]).ranked
    for row in ranked.itertuples():
        assert row.action == ACTIONS[row.risk, row.value_tier]
    assert set(zip(ranked["risk"], ranked["value_tier"], strict=True)) == set(ACTIONS)


def test_action_table_holds_every_action():
    table = action_table()
    assert {(r, v): table.loc[r, v] for r in table.index for v in table} == ACTIONS
    assert set(VALUES) == {v for _, v in ACTIONS} | {"unknown"}


# --- What cannot be scored, or only with a remark -------------------------------------------------


def test_nobody_is_lost(model, sample):
    frame = sample[1].head(6).astype({"segment": object})
    frame.loc[frame.index[0], "recency"] = np.nan
    frame.loc[frame.index[1], ["recency", "segment"]] = [np.nan, "gold"]
    frame.loc[frame.index[2], "gender"] = None
    scores = score(model, frame)
    reasons = scores.unscored.set_index("customer_id")["reason"].to_dict()
    assert reasons == {
        "1": "recency is missing",
        "2": "recency is missing; segment 'gold' is none of basic, plus, premium",
        "3": "gender is missing",
    }
    assert scores.unscored["row"].tolist() == [2, 3, 4]
    assert sorted(scores.ranked["customer_id"]) == ["4", "5", "6"]


def test_a_list_on_which_nobody_can_be_scored(model, sample):
    scores = score(model, sample[1].head(3).assign(recency=np.nan))
    assert scores.ranked.empty
    assert len(scores.unscored) == 3
    assert "Scored: 0 customers" in scores.summary


def test_values_far_outside_are_flagged_and_scored(model, sample):
    most, sd = model.seen.loc["frequency", ["maximum", "standard_deviation"]]
    frame = sample[1].head(3).assign(frequency=[most + 0.99 * sd, most + 1.01 * sd, 5])
    frame.loc[frame.index[1], "recency"] = -1e6
    remarks = score(model, frame).ranked.set_index("customer_id")["remark"]
    assert remarks["1"] == remarks["3"] == ""
    least = model.seen.loc["recency", "minimum"]
    assert remarks["2"] == (
        f"recency far below {least:g}, the least seen; frequency far above {most:g}, the most seen"
    )


def test_another_coding_is_refused(model, sample):
    with pytest.raises(
        StudyError, match=r"'gender' is coded otherwise.*row 2 'F'.*'female', 'male'"
    ):
        score(model, sample[1].assign(gender="F"))
    with pytest.raises(StudyError, match="'recency' must be a number"):
        score(model, sample[1].assign(recency="many"))
    with pytest.raises(StudyError, match=r"lack 'frequency'.*'frequencies'"):
        score(model, sample[1].rename(columns={"frequency": "frequencies"}))


# --- Files ----------------------------------------------------------------------------------------


def test_list_has_a_row_for_every_customer_and_says_where_it_comes_from(saved, write, tmp_path):
    def spoil(table):
        table.iloc[3, 0] = None
        return table

    scores = score_file(saved, write(spoil), tmp_path / "out" / "list.csv", DATE)
    with (tmp_path / "out" / "list.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 10
    assert [row["rank"] for row in rows] == [*(str(i) for i in range(1, 10)), ""]
    assert rows[-1]["customer_id"] == "4"
    assert rows[-1]["reason"] == "recency is missing"
    assert {row["model"] for row in rows} == {f"study, fitted {DATE}"}
    assert {row["scored_on"] for row in rows} == {DATE}
    written = [float(row["churn_probability"]) for row in rows[:-1]]
    assert written == scores.ranked["churn_probability"].round(6).tolist()
    assert "Not scored: 1:\n  1 × recency is missing" in scores.summary


def test_no_cell_of_the_list_is_a_formula(model, write, tmp_path):
    """Labels, identifiers, unknown values and the study's name are texts that anybody may give."""
    segment = dataclasses.replace(model.predictors["segment"], label="=2*3")
    recency = dataclasses.replace(model.predictors["recency"], label="-2+3")
    predictors = model.predictors | {"segment": segment, "recency": recency}
    hostile = dataclasses.replace(
        model, study="@SUM(A1)", id_column="customer", predictors=predictors
    )
    save_model(hostile, tmp_path / "model.json")
    ids = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@A1", "'=1", "a;=1+1", "-7", "+49170", "x", "y"]

    def spoil(table):
        table.iloc[8, 0], table.iloc[9, 3] = None, "=HYPERLINK(1)"
        return table.assign(customer=ids)

    scores = score_file(tmp_path / "model.json", write(spoil), tmp_path / "list.csv", DATE)
    with (tmp_path / "list.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    cells = [cell for row in rows for cell in row.values()]
    formulas = [cell for cell in cells if re.match(r"\s*[=+@-]", cell)]
    assert {cell for cell in formulas if cell[0] not in "+-"} == set()
    numbers = [cell for cell in formulas if re.fullmatch(r"[+-][\d.]+", cell)]
    assert numbers == formulas and {"-7", "+49170"} <= set(numbers)
    assert {from_csv_cell(row["customer_id"]) for row in rows} == set(ids)
    assert sorted(row["reason"] for row in rows if row["reason"]) == [
        "'-2+3 is missing",
        "'=2*3 '=HYPERLINK(1)' is none of basic, plus, premium",
    ]
    pushes = {from_csv_cell(row["first_push"]) for row in rows if row["first_push"]}
    assert pushes == set(scores.ranked["first_push"].dropna())
    assert {row["model"] for row in rows} == {f"'@SUM(A1), fitted {DATE}"}


def test_file_and_table_score_alike(model, saved, sample, write, tmp_path):
    from_file = score_file(saved, write(), tmp_path / "list.csv", DATE).ranked
    pd.testing.assert_frame_equal(from_file, score(model, sample[1].head(10)).ranked)


def test_customers_are_scored_by_the_codes_of_their_file_and_shown_by_name(sample, tmp_path):
    """A value that is no code is told as such, also if it reads as the name of a level."""
    study, frame = sample
    segment = dataclasses.replace(study.predictors["segment"], codes=("1", "2", "plus"))
    study = dataclasses.replace(study, predictors=study.predictors | {"segment": segment})
    model = describe_model(study, fit_logistic(study, frame, TERMS), frame, DATE)
    save_model(model, tmp_path / "model.json")
    model = open_model(tmp_path / "model.json", DATE)
    table = frame.head(4)[["recency", "frequency", "amount", "segment", "gender"]]
    table = table.assign(segment=["1.0", "2", "plus", "basic"])
    table.to_csv(tmp_path / "new.csv", index=False)
    customers, _ = read_customers(model, tmp_path / "new.csv")
    assert customers["segment"].tolist() == ["basic", "plus", "premium", "basic (no code)"]
    scores = score(model, customers)
    assert scores.unscored["reason"].tolist() == [
        "segment 'basic (no code)' is none of basic, plus, premium"
    ]
    named = table.head(3).assign(customer_id=["1", "2", "3"], segment=segment.levels)
    alike = score(model, named.reset_index(drop=True)).ranked
    pd.testing.assert_frame_equal(scores.ranked, alike)


def test_outcome_and_other_columns_are_ignored_visibly(saved, write, tmp_path):
    path = write(lambda table: table.assign(retained=1, colour="red"))
    scores = score_file(saved, path, tmp_path / "list.csv", DATE)
    assert scores.notes == (
        "The outcome, column 'retained', was ignored.",
        "Columns not used: 'colour'.",
    )
    assert all(note in scores.summary for note in scores.notes)
    without = score_file(saved, write(), tmp_path / "list.csv", DATE, overwrite=True)
    assert without.notes == ()
    pd.testing.assert_frame_equal(scores.ranked, without.ranked)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda t: t.drop(columns="segment"),
            "no column 'segment', which the model .study, fitted",
        ),
        (lambda t: t.assign(recency="abc"), "column 'recency': text where numbers are expected"),
        (lambda t: t.assign(gender=1), "'gender' is coded otherwise"),
    ],
)
def test_input_is_checked_as_a_study_is(saved, write, tmp_path, change, message):
    with pytest.raises(StudyError, match=message):
        score_file(saved, write(change), tmp_path / "list.csv", DATE)
    assert not (tmp_path / "list.csv").exists()


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (
            ["a"] * 2 + list("cdefghij"),
            r"column 'customer': customers listed more than once: row 2",
        ),
        ([None, *"bcdefghij"], r"column 'customer': rows without a value: row 2"),
    ],
)
def test_customers_are_told_apart(model, write, tmp_path, ids, message):
    model = dataclasses.replace(model, id_column="customer")
    path = write(lambda table: table.assign(customer=ids))
    with pytest.raises(StudyError, match=message):
        read_customers(model, path)


def test_customers_are_not_overwritten(saved, write):
    path = write()
    before = path.read_bytes()
    with pytest.raises(StudyError, match="would replace the customers"):
        score_file(saved, path, path, DATE)
    assert path.read_bytes() == before


@pytest.mark.slow
def test_studies_and_saved_models_are_opened_alike(reconstruction, tmp_path):
    samples = reconstruction[1]
    fitted = open_model("reconstruction", DATE)
    save_model(fitted, tmp_path / "model.json")
    opened = open_model(tmp_path / "model.json", "2030-01-01")
    assert opened.date == DATE
    assert opened.provenance == f"reconstruction (simulated customers), fitted {DATE}"
    pd.testing.assert_frame_equal(
        score(fitted, samples.holdout).ranked, score(opened, samples.holdout).ranked
    )


def test_file_and_study_read_the_same_customers(reconstruction):
    study, samples = reconstruction
    model = final_model(study, samples, DATE)
    customers, notes = read_customers(model, study.file)
    expected = load_customers(study)[["customer_id", *model.predictors]]
    pd.testing.assert_frame_equal(customers, expected, check_like=True)
    assert notes[0] == "The outcome, column 'retained', was ignored."


# --- Capacity -------------------------------------------------------------------------------------


def test_gains_by_hand():
    """Ten customers, four of whom churned: those ranked 1, 2, 4 and 8."""
    outcome = np.array([0, 0, 1, 0, 1, 1, 1, 0, 1, 1])
    probability = np.linspace(0.9, 0.1, 10)
    curve = gains_curve(outcome, probability, [0.1, 0.3, 0.5, 1.0], repetitions=50)
    assert curve["churned"].tolist() == pytest.approx([1, 2, 3, 4])
    assert curve["precision"].tolist() == pytest.approx([1, 2 / 3, 3 / 5, 4 / 10])
    assert curve["gain"].tolist() == pytest.approx([1 / 4, 2 / 4, 3 / 4, 1])
    assert curve["lift"].tolist() == pytest.approx([2.5, 2 / 3 / 0.4, 1.5, 1])
    assert curve[["gain_lower", "gain_upper"]].iloc[-1].tolist() == [1, 1]


def test_calls_are_whole_numbers_of_customers():
    """A fifth of 209 customers are 42, and 5% of 9 at least one."""
    outcome = np.tile([0, 1], 105)[:209]
    curve = gains_curve(outcome, np.linspace(0.9, 0.1, 209), repetitions=2)
    fifth = first_fifth(curve)
    assert (fifth["customers"], fifth["share"]) == (42, 42 / 209)
    few = gains_curve(outcome[:9], np.linspace(0.9, 0.1, 9), [0.05, 0.06, 0.5], repetitions=2)
    assert few["customers"].tolist() == [1, 4]
    plan = expected_gain(curve, 10_000, 20, 300, 0.1)
    assert (plan["contacts"] == plan["contacts"].round()).all()


def test_equals_at_the_end_of_the_calls_draw_lots():
    risk = np.repeat([0.2, 0.7, 0.4], [50, 5, 100])
    called = first_called(risk, 30, seed=1)
    assert called.sum() == 30 and called[50:55].all() and not called[:50].any()
    # Not the first of them in the file, whose order may be anything.
    assert not called[55:80].all()
    assert (first_called(risk + 1e-16, 30, seed=1) == called).all()


def test_gains_within_ties_are_those_of_a_random_order():
    outcome = np.array([0, 1, 1, 1, 0, 1, 1, 1])
    curve = gains_curve(outcome, np.repeat([0.7, 0.2], 4), [0.25, 0.5, 0.75], repetitions=20)
    assert curve["gain"].tolist() == pytest.approx([0.25, 0.5, 0.75])


def test_gains_equal_the_classification_table(reconstruction):
    study, samples = reconstruction
    model = final_model(study, samples, DATE)
    ranked = score(model, samples.holdout).ranked.set_index("customer_id")
    risk = ranked.loc[samples.holdout["customer_id"], "churn_probability"].to_numpy()
    outcome = samples.holdout["retained"].to_numpy()
    table = classification_table(outcome, 1 - risk, study.cutoff)
    warned = table.loc["total", "predicted_churned"]
    curve = gains_curve(outcome, risk, [warned / len(risk)], repetitions=10)
    assert curve["churned"].iloc[0] == pytest.approx(table.loc["churned", "predicted_churned"])


@pytest.mark.slow
@given(
    arrays.arrays(float, 40, elements=st.sampled_from([0.1, 0.3, 0.5, 0.9])),
    st.integers(0, 2**40 - 2),
)
@settings(max_examples=40)
def test_gains_curve_rises_from_few_to_all(probability, bits):
    outcome = np.array([bits >> i & 1 for i in range(40)])
    curve = gains_curve(outcome, probability, repetitions=20)
    assert (np.diff(curve["gain"]) >= -1e-12).all()
    assert curve["gain"].iloc[-1] == pytest.approx(1)
    assert curve["precision"].iloc[-1] == pytest.approx(1 - outcome.mean())
    assert (curve["gain_lower"] <= curve["gain_upper"]).all()
    assert curve["precision"].between(0, 1 + 1e-12).all()


def test_gains_depend_on_the_seed_only(sample, model):
    risk = score(model, sample[1]).ranked["churn_probability"].to_numpy()
    outcome = np.random.default_rng(1).integers(0, 2, 400)
    one, two, other = (gains_curve(outcome, risk, repetitions=100, seed=s) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert not one["gain_lower"].equals(other["gain_lower"])
    pd.testing.assert_series_equal(one["gain"], other["gain"])


@pytest.mark.slow
def test_gains_intervals_cover_the_truth():
    """Between 93% and 97%, for the gain and the precision of calling a fifth or a half."""
    rng = np.random.default_rng(7)
    shares = [0.2, 0.5]

    def draw(n):
        risk = special.expit(rng.normal(-0.5, 1.0, n))
        return (rng.random(n) >= risk).astype(int), risk

    truth = gains_curve(*draw(2_000_000), shares, repetitions=1)
    covered = []
    for seed in range(500):
        curve = gains_curve(*draw(600), shares, repetitions=200, seed=seed)
        for name in ("gain", "precision"):
            above = curve[f"{name}_lower"] <= truth[name]
            covered.append(above & (truth[name] <= curve[f"{name}_upper"]))
    assert 0.93 < np.mean(covered) < 0.97


def test_expected_gain_by_hand():
    outcome = np.array([0, 0, 1, 0, 1, 1, 1, 0, 1, 1])
    curve = gains_curve(outcome, np.linspace(0.9, 0.1, 10), [0.2, 1.0], repetitions=50)
    plan = expected_gain(curve, customers=1000, cost=5, value=100, success=0.1)
    assert plan["contacts"].tolist() == [200, 1000]
    assert plan["leavers_reached"].tolist() == pytest.approx([200, 400])
    assert plan["gain"].tolist() == pytest.approx([200 * 10 - 200 * 5, 400 * 10 - 1000 * 5])
    assert (plan["lower"] <= plan["gain"]).all()
    assert (plan["upper"] >= plan["gain"]).all()


def test_the_first_fifth_is_the_row_nearest_to_it():
    outcome, risk = np.array([0, 0, 1, 0, 1]), np.linspace(0.9, 0.1, 5)
    assert first_fifth(gains_curve(outcome, risk, repetitions=5))["share"] == 0.2
    few = gains_curve(outcome, risk, [0.6, 1.0], repetitions=5)
    assert first_fifth(few)["customers"] == 3


def test_the_best_plan_is_the_first_of_the_highest_gains():
    plan = pd.DataFrame({"contacts": [1, 2, 3], "gain": [-1.0, 5.0, 5.0 + 1e-14]})
    assert best_plan(plan)["contacts"] == 2
    assert best_plan(plan.assign(gain=[-1.0, -2.0, -3.0]))["contacts"] == 1


# --- Fairness -------------------------------------------------------------------------------------


def test_error_rates_by_hand():
    outcome = np.array([0, 0, 0, 1, 1, 1, 1, 0])
    warned = np.array([1, 0, 1, 1, 0, 0, 0, 1], dtype=bool)
    groups = pd.Series(["a"] * 5 + ["b"] * 3)
    table = error_rates(outcome, warned, groups)
    assert table.loc["a", ["customers", "churned"]].tolist() == [5, 3]
    assert table.loc["a", ["churn_rate", "warned_rate"]].tolist() == pytest.approx([0.6, 0.6])
    assert table.loc["a", "missed"] == pytest.approx(1 / 3)
    assert table.loc["a", "false_alarms"] == pytest.approx(1 / 2)
    assert table.loc["b", "false_alarms"] == table.loc["b", "missed"] == 0
    limits = table.loc["a", ["missed_lower", "missed_upper"]]
    assert tuple(limits) == pytest.approx(wilson_interval(1, 3))


def test_a_group_in_which_nobody_churned_has_no_missed_rate():
    table = error_rates(np.ones(3), np.array([True, False, False]), pd.Series(["a"] * 3))
    assert table.loc["a", ["missed", "missed_lower", "missed_upper"]].isna().all()
    assert table.loc["a", "false_alarms"] == pytest.approx(1 / 3)


def test_thirds_are_named_by_their_values():
    values = pd.Series([30, 20, 25, 60, 41, 40])
    assert thirds(values).tolist() == ["30–40", "20–25", "20–25", "41–60", "41–60", "30–40"]
    assert thirds(values).cat.categories.tolist() == ["20–25", "30–40", "41–60"]


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        ([5, 5, 5], ["5", "5", "5"]),
        ([1, 0, 1, 1, 1, 1], ["1", "0", "1", "1", "1", "1"]),
        ([2, 3.5, 1], ["2", "3.5", "1"]),
        ([1, 2, 3, *[9] * 7], ["1–9"] * 10),
        ([1, 2, 9, 9, 30, 40], ["1–2", "1–2", "9", "9", "30–40", "30–40"]),
    ],
)
def test_few_values_are_groups_of_their_own(values, groups):
    assert thirds(pd.Series(values, index=range(7, 7 + len(values)))).tolist() == groups


def test_groups_are_those_of_gender_and_age_as_far_as_a_study_has_them(sample, reconstruction):
    study, samples = reconstruction
    groups = trait_groups(study, samples.holdout)
    assert list(groups) == ["gender", "age"]
    pd.testing.assert_series_equal(groups["gender"], samples.holdout["gender"])
    assert len(groups["age"].cat.categories) == 3
    study, frame = sample
    assert list(trait_groups(study, frame)) == ["gender"]
    without = {name: p for name, p in study.predictors.items() if name != "gender"}
    assert trait_groups(dataclasses.replace(study, predictors=without), frame) == {}


def test_groups_keep_their_order():
    groups = thirds(pd.Series([70, 5, 100, 6, 71, 101]))
    table = error_rates(np.array([0, 1, 0, 1, 0, 1]), np.ones(6), groups)
    assert table.index.tolist() == ["5–6", "70–71", "100–101"]
