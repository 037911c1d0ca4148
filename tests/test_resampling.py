"""Bootstrap selection, optimism and random splits, against R's rms::validate and by simulation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import special

from erfm.logistic import coefficient_table, fit_logistic, predict
from erfm.stepwise import forward_lr
from erfm.study import StudyError
from erfm.trust.resampling import (
    CONSTANT_COLUMN,
    INDEXES,
    ONE_OUTCOME,
    at_most,
    bootstrap,
    inclusion_frequencies,
    make_procedure,
    optimism,
    performance,
    place_among,
    random_splits,
    selected_models,
    selection_bias,
    split_metrics,
)
from erfm.validation import brier_score, calibration_line, roc

EXPECTED = Path(__file__).parent / "expected"
TERMS = ["recency", "frequency", "amount", "segment", "age"]


@pytest.fixture(scope="module")
def curved(make_study):
    """The complete customers of expected/beyond_customers.csv, where R dropped missing ages."""
    levels = {"segment": ["basic", "gold", "private"]}
    return make_study(pd.read_csv(EXPECTED / "beyond_customers.csv"), levels)


def noise(make_study, n: int, variables: int, seed: int):
    """Return a study whose predictors have nothing to do with retention."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n, variables)).round(6)).add_prefix("x")
    return make_study(frame.assign(retained=rng.integers(0, 2, n)))


# --- Performance ----------------------------------------------------------------------------------


def test_performance_on_new_customers_equals_r(curved):
    study, frame = curved
    fit = fit_logistic(study, frame.iloc[:400], TERMS)
    found = performance(frame["retained"][400:], predict(fit, study, frame.iloc[400:]))
    expected = pd.read_csv(EXPECTED / "beyond_performance.csv", index_col="index")["value"]
    assert found.to_dict() == pytest.approx(expected.to_dict(), rel=1e-7)


def test_performance_agrees_with_validation(reconstruction):
    study, samples = reconstruction
    fit = fit_logistic(study, samples.build)
    outcome = samples.holdout["retained"].to_numpy()
    probability = predict(fit, study, samples.holdout)
    found, line = performance(outcome, probability), calibration_line(outcome, probability)
    assert found["auc"] == pytest.approx(roc(outcome, probability).auc)
    assert found["brier"] == pytest.approx(brier_score(outcome, probability)["brier"])
    assert found["calibration_slope"] == pytest.approx(line.loc["slope", "estimate"])
    assert found["calibration_in_the_large"] == pytest.approx(line.loc["intercept", "estimate"])


def test_performance_of_one_probability_for_all():
    outcome = np.array([1, 1, 1, 0])
    found = performance(outcome, np.full(4, 0.5))
    assert found["auc"] == 0.5 and found["nagelkerke_r2"] == 0 and found["calibration_slope"] == 1
    assert found["calibration_in_the_large"] == pytest.approx(special.logit(0.75))
    assert found["brier"] == pytest.approx(0.25)


# --- Optimism -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_optimism_of_a_fixed_model_equals_rms_validate(curved):
    study, frame = curved
    found = optimism(bootstrap(study, frame, 1000, seed=5, terms=TERMS))
    expected = pd.read_csv(EXPECTED / "beyond_validate.csv", index_col="index")
    # rms reports Somers' D = 2 AUC - 1.
    auc = expected.loc["Dxy"] / 2
    auc[["index.orig", "training", "test", "index.corrected"]] += 0.5
    rows = {"R2": "nagelkerke_r2", "B": "brier", "Slope": "calibration_slope"}
    expected = expected.drop(index="Dxy").rename(
        index=rows | {"Intercept": "calibration_intercept"}
    )
    expected.loc["auc"] = auc
    found = found.loc[expected.index]
    apparent = expected["index.orig"].to_numpy()
    assert found["apparent"].to_numpy() == pytest.approx(apparent, rel=1e-7, abs=1e-7)
    # Both are Monte-Carlo means: R's 4,000 repetitions have half our error.
    error = 3 * np.sqrt(1.25) * found["standard_error"]
    assert ((found["optimism"] - expected["optimism"]).abs() < error).all()
    assert ((found["corrected"] - expected["index.corrected"]).abs() < error).all()


@pytest.mark.slow
def test_selecting_from_noise_looks_good_until_it_is_corrected(make_study):
    study, frame = noise(make_study, 150, 12, seed=3)
    table = optimism(bootstrap(study, frame, 200, seed=1))
    assert table.loc["auc", "apparent"] > 0.55
    assert table.loc["auc", "corrected"] < table.loc["auc", "apparent"] - 0.05
    assert table.loc["calibration_slope", "corrected"] < 0.6


def test_training_and_apparent_calibration_are_perfect(curved):
    study, frame = curved
    repeated = bootstrap(study, frame, 20, seed=2)
    for table in (repeated.training, repeated.apparent.to_frame().T):
        assert table["calibration_slope"].to_numpy() == pytest.approx(1)
        assert table["calibration_in_the_large"].to_numpy() == pytest.approx(0, abs=1e-9)


# --- Selection ------------------------------------------------------------------------------------


def test_each_repetition_is_the_forward_search_of_a_bootstrap_sample(curved):
    study, frame = curved
    repeated = bootstrap(study, frame, 3, seed=11)
    for i, seed in enumerate(np.random.SeedSequence(11).spawn(3), start=1):
        rows = np.random.default_rng(seed).integers(0, len(frame), len(frame))
        drawn = frame.iloc[rows]
        terms = forward_lr(study, drawn).terms
        assert set(repeated.selected.columns[repeated.selected.loc[i]]) == set(terms)
        b = repeated.coefficients.loc[i].dropna()
        expected = fit_logistic(study, drawn, list(terms)).parameters
        assert b.to_dict() == pytest.approx(expected.to_dict(), rel=1e-6)


@pytest.mark.slow
def test_results_do_not_depend_on_the_number_of_workers(curved):
    study, frame = curved
    alone, together = (bootstrap(study, frame, 12, seed=4, workers=w) for w in (1, 2))
    for name in ("selected", "coefficients", "training", "test"):
        pd.testing.assert_frame_equal(getattr(alone, name), getattr(together, name))
    other = bootstrap(study, frame, 12, seed=5)
    assert not alone.coefficients.equals(other.coefficients)


def test_the_first_repetitions_do_not_depend_on_how_many_follow(curved):
    study, frame = curved
    few, more = (bootstrap(study, frame, r, seed=4) for r in (3, 6))
    pd.testing.assert_frame_equal(few.coefficients, more.coefficients.loc[:3])


@pytest.mark.slow
def test_noise_is_selected_rarely_and_only_when_it_looks_strong(make_study):
    rng = np.random.default_rng(8)
    n = 400
    frame = pd.DataFrame({"strong": rng.normal(size=n), "noise": rng.normal(size=n)}).round(6)
    retained = rng.random(n) < special.expit(1.2 * frame["strong"])
    study, frame = make_study(frame.assign(retained=retained.astype(int)))
    repeated = bootstrap(study, frame, 300, seed=1)
    shares = inclusion_frequencies(repeated)["share"]
    assert shares["strong"] == 1 and 0.02 < shares["noise"] < 0.4
    bias = selection_bias(repeated, fit_logistic(study, frame))
    full = coefficient_table(fit_logistic(study, frame))
    sizes = bias[["full_model_size", "size_when_selected"]]
    assert sizes["full_model_size"].to_numpy() ** 2 == pytest.approx(full["wald"].iloc[:2])
    assert sizes.loc["strong"].iloc[1] == pytest.approx(sizes.loc["strong"].iloc[0], rel=0.05)
    assert sizes.loc["noise", "full_model_size"] < 1.5 < sizes.loc["noise", "size_when_selected"]
    models = selected_models(repeated)
    assert models["terms"][0] == ("strong",)
    assert models["times_selected"].sum() == 300


def test_fixed_terms_are_always_in(curved):
    study, frame = curved
    repeated = bootstrap(study, frame, 5, seed=1, terms=["age"])
    assert repeated.selected["age"].all() and repeated.selected.sum().sum() == 5


def test_progress_is_shown_where_someone_watches(curved, capsys, monkeypatch):
    study, frame = curved
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    for keys, shown in (({}, False), ({"progress": True}, True), ({"progress": False}, False)):
        bootstrap(study, frame, 3, seed=1, **keys)
        output = capsys.readouterr()
        assert output.out == "" and ("0/3" in output.err) == shown
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/08_how_far_to_trust.ipynb")
    random_splits(study, frame, 400, 3, seed=1)
    assert "0/3" in capsys.readouterr().err


# --- Samples without an equation ------------------------------------------------------------------


def rare_level(make_study, retained_in_level: int):
    """Return a study with a level of three customers, of whom so many stayed."""
    rng = np.random.default_rng(6)
    n = 120
    frame = pd.DataFrame({"x": rng.normal(size=n).round(6), "rare": ["no"] * n})
    frame["retained"] = (rng.random(n) < special.expit(2 * frame["x"])).astype(int)
    frame.loc[:2, "rare"] = "yes"
    frame.loc[:2, "retained"] = [1] * retained_in_level + [0] * (3 - retained_in_level)
    return make_study(frame, {"rare": ["no", "yes"]})


@pytest.mark.slow
def test_samples_without_a_level_are_counted(make_study):
    study, frame = rare_level(make_study, 2)
    repeated = bootstrap(study, frame, 300, seed=1)
    # Three customers out of 120 are all left out with probability (117/120)^120 = 0.048.
    absent = (repeated.failures == CONSTANT_COLUMN).sum()
    assert 5 <= absent <= 28
    assert len(repeated.selected) + len(repeated.failures) == 300
    assert not set(repeated.failures.index) & set(repeated.selected.index)


@pytest.mark.slow
def test_separated_samples_are_counted(make_study):
    study, frame = rare_level(make_study, 2)
    repeated = bootstrap(study, frame, 200, seed=1, terms=["x", "rare"])
    separated = repeated.failures[repeated.failures != CONSTANT_COLUMN]
    assert len(separated) > 20
    assert repeated.coefficients.abs().to_numpy().max() < 50


def test_one_outcome_is_no_sample(curved):
    study, frame = curved
    churned = np.flatnonzero(frame["retained"] == 0)
    with pytest.raises(np.linalg.LinAlgError, match=ONE_OUTCOME):
        make_procedure(study, frame).fit(churned)


def test_customers_that_give_no_equation_are_an_error(make_study):
    study, frame = make_study(pd.DataFrame({"x": range(40), "retained": [0] * 20 + [1] * 20}))
    with pytest.raises(StudyError, match="'x' separates"):
        bootstrap(study, frame, 5, seed=1)


def test_no_resample_with_an_equation_is_an_error(make_study):
    study, frame = rare_level(make_study, 2)
    with pytest.raises(StudyError, match="no resample gave an equation"):
        bootstrap(study, frame, 1, seed=1, terms=["x", "rare"])


# --- Random splits --------------------------------------------------------------------------------


def test_the_own_split_equals_the_analysis_by_hand(reconstruction):
    study, samples = reconstruction
    own = split_metrics(study, samples.complete, samples.build)
    terms = list(forward_lr(study, samples.build).terms)
    probability = predict(fit_logistic(study, samples.build, terms), study, samples.holdout)
    outcome = samples.holdout["retained"].to_numpy()
    right = (probability >= study.cutoff) == outcome
    assert own["accuracy"] == right.mean()
    assert own["sensitivity"] == right[outcome == 1].mean()
    assert own["specificity"] == right[outcome == 0].mean()
    expected = performance(outcome, probability)
    assert own[list(INDEXES)].to_dict() == pytest.approx(expected.to_dict(), abs=1e-7)
    assert own["variables"] == len(terms)


@pytest.mark.slow
def test_random_splits_are_reproducible_and_vary(curved):
    study, frame = curved
    first, second = (random_splits(study, frame, 400, 20, seed=3, workers=w) for w in (1, 2))
    pd.testing.assert_frame_equal(first.metrics, second.metrics)
    assert first.metrics["auc"].nunique() == 20 and first.failures.empty


def test_split_sizes(make_study):
    study, frame = noise(make_study, 60, 1, seed=2)
    accuracy = random_splits(study, frame, 50, 30, seed=1).metrics["accuracy"]
    assert (accuracy * 10).to_numpy() == pytest.approx((accuracy * 10).round().to_numpy())


def test_place_among_the_splits(curved):
    study, frame = curved
    splits = random_splits(study, frame, 400, 40, seed=3)
    median = splits.metrics.median()
    place = place_among(median, splits)
    assert place.loc["auc", "share_below"] == pytest.approx(0.5, abs=0.03)
    assert (place["lower"] <= place["mean"]).all() and (place["mean"] <= place["upper"]).all()


def test_at_most_draws_the_same_customers_in_their_order():
    customers = pd.DataFrame({"customer_id": [str(i) for i in range(1000)]})
    assert at_most(customers, 1000, seed=1).equals(customers)
    drawn = at_most(customers, 100, seed=1)
    assert len(drawn) == 100
    assert drawn.index.is_monotonic_increasing
    assert drawn.equals(at_most(customers, 100, seed=1))
    assert not drawn.equals(at_most(customers, 100, seed=2))
