"""Other models under cross-validation, against scikit-learn's own and by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats
from sklearn import metrics
from sklearn.model_selection import RepeatedStratifiedKFold

from erfm.logistic import fit_logistic, predict
from erfm.stepwise import forward_lr
from erfm.trust.other_models import (
    BOOSTING,
    FORWARD,
    NAMES,
    PENALISED,
    SCORES,
    compare_models,
    corrected_interval,
    cross_validate,
    surely_different,
)


@pytest.fixture(scope="module")
def bent(make_study):
    """Customers whose retention depends on a parabola, which a straight line cannot see."""
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"x": rng.normal(size=600), "z": rng.normal(size=600)}).round(5)
    retained = rng.random(600) < special.expit(2 * frame["x"] ** 2 - 1.5 + 0.5 * frame["z"])
    return make_study(frame.assign(retained=retained.astype(int)))


@pytest.fixture(scope="module")
def scores(bent) -> pd.DataFrame:
    study, frame = bent
    return cross_validate(study, frame, folds=4, repeats=2, seed=7)


@pytest.mark.slow
def test_every_model_is_judged_on_every_fold(scores):
    assert scores.groupby("model")["fold"].agg(list).to_dict() == {
        name: list(range(1, 9)) for name in (FORWARD, PENALISED, BOOSTING)
    }


@pytest.mark.slow
def test_the_forward_search_is_made_anew_in_each_fold(bent, scores):
    study, frame = bent
    folds = RepeatedStratifiedKFold(n_splits=4, n_repeats=2, random_state=7)
    own = scores[scores["model"] == FORWARD].set_index("fold")
    for fold, (train, test) in enumerate(folds.split(frame, frame["retained"]), start=1):
        made, judged = frame.iloc[train], frame.iloc[test]
        fit = fit_logistic(study, made, list(forward_lr(study, made).terms))
        probability = predict(fit, study, judged)
        assert own.loc[fold, "auc"] == pytest.approx(
            metrics.roc_auc_score(judged["retained"], probability)
        )
        assert own.loc[fold, "log_loss"] == pytest.approx(
            metrics.log_loss(judged["retained"], probability), rel=1e-6
        )


@pytest.mark.slow
def test_boosting_sees_the_curve_and_penalised_regression_does_not(scores):
    table = compare_models(scores, folds=4).set_index(["model", "score"])
    assert table.loc[(BOOSTING, "auc"), "lower"] > 0.05
    assert table.loc[(BOOSTING, "brier"), "upper"] < 0
    penalised = table.loc[(PENALISED, "auc")]
    assert penalised["lower"] < 0.03 and abs(penalised["difference"]) < 0.03


@pytest.mark.slow
def test_table_of_means_and_differences(scores):
    table = compare_models(scores, folds=4)
    assert list(table["model"].unique()) == [FORWARD, PENALISED, BOOSTING]
    assert len(table) == 3 * len(SCORES)
    assert table.loc[table["model"] == FORWARD, "difference"].isna().all()
    means = scores.groupby("model")["auc"].mean()
    row = table[(table["model"] == BOOSTING) & (table["score"] == "auc")].iloc[0]
    assert row["mean"] == pytest.approx(means[BOOSTING])
    assert row["difference"] == pytest.approx(means[BOOSTING] - means[FORWARD])


@pytest.mark.slow
def test_scores_depend_on_the_seed_alone(bent):
    study, frame = bent
    first, again = (cross_validate(study, frame, 3, 1, seed=1) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)


def test_corrected_interval_by_hand():
    differences = pd.Series([0.01, 0.03, 0.02, 0.04, 0.00, 0.02])
    found = corrected_interval(differences, folds=3)
    # s² = 0.0002; two repeats of three folds: (1/6 + 1/2) s² and 5 df.
    half = stats.t.ppf(0.975, 5) * np.sqrt((1 / 6 + 1 / 2) * 0.0002)
    assert found["difference"] == pytest.approx(0.02)
    assert found["upper"] - found["lower"] == pytest.approx(2 * half)


@pytest.mark.slow
def test_folds_without_an_equation_are_left_out_for_every_model(make_study):
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"x": rng.normal(size=90).round(5), "rare": ["no"] * 89 + ["yes"]})
    retained = (rng.random(90) < special.expit(2 * frame["x"])).astype(int)
    study, frame = make_study(frame.assign(retained=retained), {"rare": ["no", "yes"]})
    scores = cross_validate(study, frame, folds=3, repeats=1, seed=1)
    # The only customer of the level is held out once, and two folds are left.
    assert scores.groupby("model")["fold"].nunique().to_list() == [2, 2, 2]
    assert compare_models(scores, folds=3)["mean"].notna().all()


def test_without_any_fold_there_are_no_scores(make_study):
    """Two retained customers cannot be in five folds, and a level of one is in no fold's model."""
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"x": rng.normal(size=40).round(5), "retained": [1, 1, *[0] * 38]})
    study, frame = make_study(frame)
    scores = cross_validate(study, frame, folds=5, repeats=1, seed=1)
    assert scores.empty and list(scores) == ["model", "fold", *SCORES]
    table = compare_models(scores)
    assert table.empty and "difference" in table


def test_sure_differences_have_the_side_of_their_score():
    rows = [(name, *limits) for name, limits in zip(NAMES.values(), [(1, 2)] * 3, strict=True)]
    table = pd.DataFrame(rows, columns=["score", "lower", "upper"]).assign(model="a")
    assert surely_different(table, "a") == (["AUC"], ["Brier score", "log loss"])
    negative = table.assign(lower=-table["upper"], upper=-table["lower"])
    assert surely_different(negative, "a") == (["Brier score", "log loss"], ["AUC"])
    assert surely_different(table.assign(lower=-1), "a") == ([], [])
    assert surely_different(table.assign(lower=np.nan, upper=np.nan), "a") == ([], [])
