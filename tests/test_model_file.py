"""The saved model: read back exactly, and refused when anything about it does not fit."""

import dataclasses
import datetime
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erfm.logistic import fit_logistic
from erfm.study import StudyError
from erfm.warning.model_file import (
    FORMAT,
    SavedModel,
    _digest,
    describe_model,
    load_model,
    run_date,
    save_model,
)
from erfm.warning.scoring import score

DATE = "2012-12-31"
TERMS = ["recency", "segment", "gender"]
finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.fixture(scope="module")
def model(sample) -> SavedModel:
    study, frame = sample
    return describe_model(study, fit_logistic(study, frame, TERMS), frame, DATE)


def assert_same(one: SavedModel, other: SavedModel) -> None:
    for part in dataclasses.fields(SavedModel):
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


def test_a_run_has_its_own_date_unless_the_study_gives_one(sample, reconstruction, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert run_date(sample[0]) == run_date() == datetime.date.today().isoformat()
    assert run_date(reconstruction[0]) == "2012-12-31"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86399")
    assert run_date(sample[0]) == run_date() == "1970-01-01"
    assert run_date(reconstruction[0]) == "2012-12-31"
    for wrong in ("yesterday", "9" * 30):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", wrong)
        with pytest.raises(StudyError, match="must be a number of seconds since 1970"):
            run_date()


def test_an_equation_without_a_predictor_scores_nobody(sample):
    study, frame = sample
    with pytest.raises(StudyError, match=r"no predictor enters the equation at entry_p 0\.05"):
        describe_model(study, fit_logistic(study, frame, []), frame, DATE)


def test_risk_limits_are_exceeded_by_half_and_a_fifth(model, sample):
    ranked = score(model, sample[1]).ranked
    shares = ranked["risk"].value_counts(normalize=True)
    assert shares["high"] == pytest.approx(0.2, abs=0.005)
    assert shares["raised"] == pytest.approx(0.3, abs=0.005)


def test_round_trip_is_exact(model, tmp_path):
    path = tmp_path / "made" / "model.json"
    save_model(model, path)
    assert_same(load_model(path), model)


@pytest.mark.slow
@given(
    b=st.lists(finite, min_size=5, max_size=5),
    means=st.lists(finite, min_size=4, max_size=4),
    limits=st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted).map(tuple),
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


def altered(model, path, change, renew: bool) -> None:
    """Save a model and change its file; with `renew`, as a program that knows the digest."""
    save_model(model, path)
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    if renew:
        del content["sha256"]
        content["sha256"] = _digest(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def places(part, at=()):
    """Yield where each value of a file's content stands."""
    if isinstance(part, dict | list) and part:
        for key, value in part.items() if isinstance(part, dict) else enumerate(part):
            yield from places(value, (*at, key))
    else:
        yield at


def at(content, place):
    """Return the part of a content that holds the last key of a place."""
    for key in place[:-1]:
        content = content[key]
    return content


def wrong(value) -> list:
    """Return values of other types, or of another amount, than a value of the file."""
    others = [None, True, False, 0, 1.5, "0.5", "", [], [1.0], {}, {"a": 1}, 10**400]
    return [other for other in others if json.dumps(other) != json.dumps(value)]


@pytest.mark.slow
def test_every_changed_value_is_noticed(model, tmp_path):
    path = tmp_path / "model.json"
    save_model(model, path)
    saved = json.loads(path.read_text(encoding="utf-8"))
    count = 0
    for place in places(saved):
        for value in wrong(at(saved, place)[place[-1]]):
            content = json.loads(json.dumps(saved))
            at(content, place)[place[-1]] = value
            path.write_text(json.dumps(content), encoding="utf-8")
            with pytest.raises(StudyError, match=r"altered or damaged|says format"):
                load_model(path)
            count += 1
    assert count > 500


@pytest.mark.slow
def test_every_value_s_type_is_checked(model, tmp_path):
    """Whatever type is put in any place, with the digest renewed: refused, and the place named."""
    path = tmp_path / "model.json"
    save_model(model, path)
    saved = json.loads(path.read_text(encoding="utf-8"))
    numbers = {int, float}
    accepted = 0
    for place in places(saved):
        if place[0] in ("format", "sha256") or place[-1] == "sheet":
            continue
        old = at(saved, place)[place[-1]]
        for new in wrong(old):
            altered(
                model, path, lambda c, p=place, v=new: at(c, p).__setitem__(p[-1], v), renew=True
            )
            try:
                load_model(path)
            except StudyError as error:
                assert str(error).startswith(f"{path}: ")
                assert "python -m erfm fit" in str(error)
            else:
                accepted += 1
                assert type(new) is type(old) or {type(new), type(old)} <= numbers, (place, new)
    assert accepted, "a number may be another number"


@pytest.mark.slow
@pytest.mark.parametrize(
    "key", [f.name for f in dataclasses.fields(SavedModel)] + ["sha256", "outcome"]
)
def test_every_part_is_needed_and_nothing_else_is_there(model, tmp_path, key):
    path = tmp_path / "model.json"
    names = {"format": "customers_file", "parameters": "coefficients"}
    altered(model, path, lambda c: c.pop(names.get(key, key)), renew=key != "sha256")
    with pytest.raises(StudyError, match=r"Field required|altered or damaged"):
        load_model(path)
    altered(model, path, lambda c: c.update({key + "_": 1}), renew=True)
    with pytest.raises(StudyError, match=f"'{key}_' is not as a model is saved: Extra inputs"):
        load_model(path)


def turn(content) -> None:
    content["coefficients"]["recency"] *= -1


@pytest.mark.parametrize(
    "change",
    [
        turn,
        lambda c: c["risk_limits"].reverse(),
        lambda c: c["predictors"]["segment"]["levels"].reverse(),
        lambda c: c["means"].update(recency=0.0),
        lambda c: c["customers_file"].update(decimal=","),
        lambda c: c["predictors"]["recency"].update(column="frequency"),
        lambda c: c.update(date="2013-01-01"),
        lambda c: c.update(sha256="0" * 64),
        lambda c: c.pop("sha256"),
    ],
)
def test_what_decides_a_score_cannot_be_changed_by_hand(model, tmp_path, change):
    path = tmp_path / "model.json"
    altered(model, path, change, renew=False)
    with pytest.raises(StudyError, match=r"model\.json: the content is not what was saved.*fit"):
        load_model(path)


def test_another_layout_of_the_same_content_is_accepted(model, tmp_path):
    path = tmp_path / "model.json"
    altered(model, path, lambda c: None, renew=False)
    assert_same(load_model(path), model)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(format="erfm model, version 1"), "version 1.*reads.*version 2.*fit"),
        (lambda c: c.pop("format"), "says format None"),
        (lambda c: c.pop("covariance"), "'covariance' is not as a model is saved: Field required"),
        (lambda c: c["coefficients"].pop("recency"), "'coefficients' are not those of the coding"),
        (lambda c: c["coefficients"].update(recency="x"), "'coefficients.recency'.*valid number"),
        (lambda c: c["means"].pop("recency"), "'means' are not those of the coding"),
        (lambda c: c["covariance"].pop("recency"), "'covariance' is not that of the coefficients"),
        (lambda c: c["covariance"]["recency"].popitem(), "'covariance' is not that of the coeffic"),
        (lambda c: c["covariance"]["recency"].update(Constant=9.0), "not that of any estimate"),
        (lambda c: c["covariance"]["recency"].update(recency=-1.0), "not that of any estimate"),
        (lambda c: c["covariance"]["recency"].update(recency=None), "valid number"),
        (lambda c: c["terms"].append("age"), "a variable without coding"),
        (lambda c: c["terms"].append("recency"), "'terms' are none, or twice the same"),
        (lambda c: c["seen"].pop("amount"), "'seen' does not describe each number"),
        (lambda c: c["seen"]["amount"].pop("maximum"), "'seen.amount.maximum'.*Field required"),
        (lambda c: c["seen"]["amount"].update(minimum=1e9), "'seen' is not a range"),
        (lambda c: c["predictors"]["segment"]["levels"].pop(), "not those of the coding"),
        (lambda c: c["predictors"]["segment"].update(name="x"), "has another name, 'x'"),
        (lambda c: c["predictors"]["segment"].update(sign="±"), "has no sign '±'"),
        (lambda c: c["predictors"]["segment"].update(role="boss"), "has no role 'boss'"),
        (lambda c: c["predictors"]["amount"].update(levels=["a", "a"]), "needs different levels"),
        (lambda c: c["customers_file"].update(separator=";;"), "is no character"),
        (
            lambda c: c["predictors"]["segment"].update(codes=["1", "2"]),
            "'predictors.segment' needs a different code for each level",
        ),
        (lambda c: c["value_limits"].pop(), "'value_limits.*Field required"),
        (lambda c: c["value_limits"].reverse(), "'value_limits' are not in ascending order"),
        (lambda c: c.update(value_limits=None), "'value_limits' do not fit the amount"),
        (lambda c: c["risk_limits"].pop(), "'risk_limits.1'.*Field required"),
        (lambda c: c["risk_limits"].reverse(), "'risk_limits' are not in ascending order"),
        (lambda c: c.update(risk_limits=[0.1, 1.1]), "'risk_limits.1'.*less than or equal to 1"),
        (lambda c: c.update(date="today"), "'date'"),
        (lambda c: c.update(churned=400), "contradict each other"),
        (lambda c: c.update(outcome="1 = churned"), "'outcome' is coded otherwise"),
    ],
)
def test_parts_that_do_not_fit_are_refused_with_their_name(model, tmp_path, change, message):
    path = tmp_path / "model.json"
    altered(model, path, change, renew=True)
    with pytest.raises(StudyError, match=message) as error:
        load_model(path)
    assert str(path) in str(error.value)
    assert "python -m erfm fit" in str(error.value)


@pytest.mark.parametrize("depth", [900, 1000, 5000, 100_000])
def test_absurdly_nested_files_are_refused(tmp_path, depth):
    path = tmp_path / "model.json"
    path.write_text(f'{{"format": "{FORMAT}", "a": {"[" * depth}{"]" * depth}}}', encoding="utf-8")
    with pytest.raises(StudyError, match=r"model\.json: "):
        load_model(path)


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
        ("codes", ("1", "2", "3"), r"codes of 'segment' is \(\) in the model and \(1, 2, 3\)"),
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
