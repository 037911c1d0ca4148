"""The saved model: read back exactly, and refused when anything about it does not fit."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erfm.logistic import fit_logistic
from erfm.model_file import FORMAT, Model, describe_model, load_model, save_model
from erfm.scoring import score
from erfm.study import StudyError

DATE = "2012-12-31"
TERMS = ["recency", "segment", "gender"]
finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.fixture(scope="module")
def model(sample) -> Model:
    study, frame = sample
    return describe_model(study, fit_logistic(study, frame, TERMS), frame, DATE)


def assert_same(one: Model, other: Model) -> None:
    for part in dataclasses.fields(Model):
        ours, theirs = getattr(one, part.name), getattr(other, part.name)
        if isinstance(ours, pd.Series):
            pd.testing.assert_series_equal(ours, theirs, check_exact=True)
        elif isinstance(ours, pd.DataFrame):
            pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
        else:
            assert ours == theirs, part.name


def test_what_a_model_holds(model, sample):
    frame = sample[1]
    assert list(model.predictors) == ["recency", "amount", "segment", "gender"]
    assert model.terms == tuple(TERMS)
    assert (model.customers, model.churned) == (400, int((frame["retained"] == 0).sum()))
    assert model.means["segment(premium)"] == (frame["segment"] == "premium").mean()
    assert model.seen.loc["recency"].tolist() == pytest.approx(
        [frame["recency"].min(), frame["recency"].max(), frame["recency"].std()]
    )
    in_tiers = np.searchsorted(model.value_limits, frame["amount"])
    assert np.abs(np.bincount(in_tiers) - 400 / 3).max() < 1


def test_risk_limits_are_exceeded_by_half_and_a_fifth(model, sample):
    ranked = score(model, sample[1]).ranked
    shares = ranked["risk"].value_counts(normalize=True)
    assert shares["high"] == pytest.approx(0.2, abs=0.005)
    assert shares["raised"] == pytest.approx(0.3, abs=0.005)


def test_round_trip_is_exact(model, tmp_path):
    path = tmp_path / "made" / "model.json"
    save_model(model, path)
    assert_same(load_model(path), model)


@given(
    b=st.lists(finite, min_size=5, max_size=5),
    means=st.lists(finite, min_size=4, max_size=4),
    limits=st.tuples(finite, finite),
    scale=st.floats(1e-100, 1e100),
    title=st.text(st.characters(codec="utf-8")),
    missing=st.lists(st.text(st.characters(codec="utf-8"), min_size=1), max_size=3).map(tuple),
)
@settings(max_examples=60)
def test_round_trip_is_exact_whatever_the_numbers(
    model, tmp_path_factory, b, means, limits, scale, title, missing
):
    changed = dataclasses.replace(
        model,
        title=title,
        format=dataclasses.replace(model.format, missing=missing),
        parameters=pd.Series(b, index=model.parameters.index),
        means=pd.Series(means, index=model.means.index),
        covariance=model.covariance * scale,
        risk_limits=limits,
    )
    path = tmp_path_factory.mktemp("trip") / "model.json"
    save_model(changed, path)
    assert_same(load_model(path), changed)


def test_file_is_small_and_names_no_customer(model, sample, tmp_path):
    path = tmp_path / "model.json"
    save_model(model, path)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert path.stat().st_size < 5000
    assert content["outcome"].startswith("1 = retained, 0 = churned")
    assert content["predictors"]["segment"]["levels"] == ["basic", "plus", "premium"]
    assert content["date"] == DATE
    assert {"erfm", "python", "numpy", "statsmodels"} <= set(content["versions"])


def test_loaded_model_scores_the_same(model, sample, tmp_path):
    save_model(model, tmp_path / "model.json")
    loaded = load_model(tmp_path / "model.json")
    pd.testing.assert_frame_equal(
        score(loaded, sample[1]).ranked, score(model, sample[1]).ranked, check_exact=True
    )


# --- Refusals -------------------------------------------------------------------------------------


def altered(model, path, change) -> None:
    save_model(model, path)
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(format="erfm model, version 2"), "version 2.*reads.*version 1"),
        (lambda c: c.pop("format"), "says format None"),
        (lambda c: c.pop("covariance"), "incomplete or was altered.*covariance"),
        (lambda c: c["coefficients"].pop("recency"), "'coefficients' are not those of the coding"),
        (lambda c: c["coefficients"].update(recency="x"), "incomplete or was altered"),
        (lambda c: c["means"].pop("recency"), "'means' are not those of the coding"),
        (lambda c: c["covariance"].pop("recency"), "'covariance' is not that of the coefficients"),
        (lambda c: c["covariance"]["recency"].update(Constant=9.0), "not that of any estimate"),
        (lambda c: c["covariance"]["recency"].update(recency=-1.0), "not that of any estimate"),
        (lambda c: c["covariance"]["recency"].update(recency=None), "a number is missing"),
        (lambda c: c["terms"].append("age"), "a variable without coding"),
        (lambda c: c["seen"].pop("amount"), "'seen' does not describe each number"),
        (lambda c: c["seen"]["amount"].pop("maximum"), "a number is missing"),
        (lambda c: c["predictors"]["segment"]["levels"].pop(), "not those of the coding"),
        (lambda c: c["value_limits"].pop(), "'value_limits' are not two numbers"),
        (lambda c: c["risk_limits"].pop(), "'risk_limits' are not two numbers"),
        (lambda c: c["predictors"]["segment"].update(colour="red"), "incomplete or was altered"),
    ],
)
def test_altered_file_is_refused(model, tmp_path, change, message):
    path = tmp_path / "model.json"
    altered(model, path, change)
    with pytest.raises(StudyError, match=message) as error:
        load_model(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '{"format": NaN}', "\ufeff{}"])
def test_other_files_are_refused(tmp_path, text):
    path = tmp_path / "model.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=r"not a model saved as JSON|says format None"):
        load_model(path)


def test_absent_file_is_named(tmp_path):
    with pytest.raises(StudyError, match=r"none\.json: no such file"):
        load_model(tmp_path / "none.json")


def test_format_is_written(model, tmp_path):
    save_model(model, tmp_path / "model.json")
    assert json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))["format"] == FORMAT


def test_study_with_the_same_coding_is_accepted(model, sample, tmp_path):
    save_model(model, tmp_path / "model.json")
    assert_same(load_model(tmp_path / "model.json", sample[0]), model)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("levels", ("plus", "basic", "premium"), r"levels of 'segment'.*\(plus, basic, premium\)"),
        ("column", "Segment", "column of 'segment'.*'segment' in the model and 'Segment'"),
        ("unit", "tiers", "unit of 'segment'"),
    ],
)
def test_study_with_another_coding_is_refused(model, sample, tmp_path, key, value, message):
    study = sample[0]
    predictor = dataclasses.replace(study.predictors["segment"], **{key: value})
    other = dataclasses.replace(study, predictors={**study.predictors, "segment": predictor})
    save_model(model, tmp_path / "model.json")
    with pytest.raises(StudyError, match=message):
        load_model(tmp_path / "model.json", other)


def test_study_without_a_variable_is_refused(model, sample, tmp_path):
    study = sample[0]
    fewer = {name: p for name, p in study.predictors.items() if name != "gender"}
    save_model(model, tmp_path / "model.json")
    with pytest.raises(StudyError, match=r"needs 'gender', which study\.toml does not have"):
        load_model(tmp_path / "model.json", dataclasses.replace(study, predictors=fewer))
