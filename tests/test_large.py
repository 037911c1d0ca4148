"""All customers, out of memory: the same numbers as in memory, and errors that say what to do."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from benchmark import customers, study_of_six
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from erfm import (
    StudyError,
    classification_table,
    coefficient_table,
    descriptive_statistics,
    final_equation,
    fit_logistic,
    forward_lr,
    frequency_table,
    hosmer_lemeshow,
    load_customers,
    load_study,
    model_summary,
    omnibus_test,
    predict,
    roc,
    sample_path,
    split_samples,
    standardised_coefficients,
)
from erfm.customers import drawing, parquet_files
from erfm.customers.study_file import parse_study
from erfm.customers.tables import engine, read_parquet_table, scratch_beside
from erfm.large import design_file, steps, validation
from erfm.large.customers import all_customers, as_table, engine_names
from erfm.large.design_file import Moments, write_design
from erfm.report import fitting
from erfm.study import Study
from erfm.warning.scoring import final_model

TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    with scratch_beside(tmp_path_factory.mktemp("large") / "x") as folder:
        yield folder


@pytest.fixture(scope="module")
def duckdb(scratch):
    return engine(scratch)


def as_filed(study: Study, loaded: pd.DataFrame) -> pd.DataFrame:
    """Return loaded customers as a file of the study has them."""
    names = {"retained": {1: study.retained, 0: study.churned}}
    if study.sample_column:
        names["sample"] = {"build": study.build, "holdout": study.holdout}
    for name, predictor in study.predictors.items():
        if predictor.codes:
            names[name] = dict(zip(predictor.levels, predictor.codes, strict=True))
    filed = loaded.assign(**{name: loaded[name].map(codes) for name, codes in names.items()})
    return filed.rename(columns=study.columns)


def written(study: Study, frame: pd.DataFrame, path: Path) -> Study:
    """Write customers to a Parquet file and return the study of that file."""
    parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
    return replace(study, file=path, fingerprint={})


def close(found: pd.DataFrame | pd.Series, expected: pd.DataFrame | pd.Series) -> None:
    check = pd.testing.assert_frame_equal if found.ndim == 2 else pd.testing.assert_series_equal
    check(found, expected, rtol=TOLERANCE, atol=TOLERANCE, check_dtype=False)


def assert_all_steps_equal(study: Study, loaded: pd.DataFrame, backend, folder: Path) -> None:
    """Run the five steps by the engine and in memory, and compare every number."""
    samples = split_samples(study, loaded)
    everyone = all_customers(study, backend, folder, read_parquet_table(backend, study.file))
    build, holdout = write_design(everyone)
    close(steps.sample_path(everyone, build, holdout), sample_path(study, loaded, samples))
    # 1
    complete = samples.complete
    close(steps.descriptive_statistics(everyone), descriptive_statistics(study, complete))
    for predictor in study.predictors.values():
        if predictor.levels:
            found = steps.frequency_table(everyone, predictor.name)
            close(found, frequency_table(complete[predictor.name]))
    # 2
    equations = steps.Equations(study, build)
    full, expected = equations.fit_logistic(), fit_logistic(study, samples.build)
    assert full.n == expected.n
    assert full.terms == expected.terms
    close(coefficient_table(full), coefficient_table(expected))
    close(model_summary(full), model_summary(expected))
    close(omnibus_test(full), omnibus_test(expected))
    scored = validation.score_design(full, build, backend, "full")
    test, other = (
        validation.hosmer_lemeshow(scored),
        hosmer_lemeshow(expected.outcome, expected.probabilities),
    )
    close(test.table, other.table)
    close(test.summary, other.summary)
    # 3
    selection, in_memory = equations.forward_lr(), forward_lr(study, samples.build)
    assert [step.terms for step in selection.steps] == [step.terms for step in in_memory.steps]
    for step, other in zip(selection.steps, in_memory.steps, strict=True):
        close(step.score_tests, other.score_tests)
        close(step.removal_tests, other.removal_tests)
    # 4
    final, expected = equations.fit_logistic(selection.terms), final_equation(study, samples)
    close(coefficient_table(final), coefficient_table(expected))
    scored = validation.score_design(final, holdout, backend, "final")
    outcome = samples.holdout["retained"].to_numpy()
    probability = predict(expected, study, samples.holdout)
    for cutoff, table in validation.classification_tables(scored, [study.cutoff, 0.5]).items():
        close(table, classification_table(outcome, probability, cutoff))
    area, curve = validation.roc(scored), roc(outcome, probability)
    for name in ("auc", "standard_error", "lower", "upper"):
        assert getattr(area, name) == pytest.approx(getattr(curve, name), abs=TOLERANCE)
    # 5
    found = steps.standardised_coefficients(final, build)
    close(found, standardised_coefficients(study, expected, samples.build))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["reconstruction", "bank_churners"])
def test_the_five_steps_equal_those_in_memory(name, duckdb, tmp_path):
    study = load_study(name)
    if not study.file.is_file():
        pytest.skip(f"{study.file.name} is not here; data/README.md says how to get it")
    loaded = load_customers(study)
    study = replace(study, id_column=study.id_column or "customer_id")
    study = written(study, as_filed(study, loaded), tmp_path / "customers.parquet")
    assert_all_steps_equal(study, loaded, duckdb, tmp_path)


def simulated(n: int, path: Path, **settings: object) -> tuple[Study, pd.DataFrame]:
    """Return a study of simulated customers in a Parquet file, and the customers as loaded."""
    own = {"id_column": "customer", "sample_column": "", "holdout_size": 0.4}
    study = replace(study_of_six(), **own | settings)
    frame = customers(n)
    frame.insert(0, "customer_id", np.arange(n).astype(str))
    return written(study, as_filed(study, frame), path), frame


@pytest.mark.slow
def test_a_million_customers_equal_those_in_memory(duckdb, tmp_path, monkeypatch):
    monkeypatch.setattr(steps, "FIRST", 100_000)  # so that a sample of them is searched first
    study, frame = simulated(1_000_000, tmp_path / "customers.parquet")
    assert_all_steps_equal(study, frame, duckdb, tmp_path)


def few(path: Path, **settings: object) -> tuple[Study, pd.DataFrame]:
    return simulated(600, path, **settings)


@pytest.mark.parametrize("holdout_size", [0.4, 0.001, 0.9, 1, 333])
def test_the_same_customers_are_held_out(duckdb, tmp_path, holdout_size):
    study, frame = few(tmp_path / "customers.parquet", holdout_size=holdout_size)
    everyone = all_customers(study, duckdb, tmp_path, read_parquet_table(duckdb, study.file))
    held_out = everyone.complete.filter(everyone.complete.in_holdout).customer_id.to_pyarrow()
    n = len(frame)
    try:
        expected = split_samples(study, frame).holdout["customer_id"]
    except StudyError:  # too few of them to validate with; they are drawn all the same
        size = holdout_size if holdout_size >= 1 else round(holdout_size * n)
        assert len(held_out) == size
        return
    assert sorted(held_out.to_pylist()) == sorted(expected)


def test_values_are_read_as_they_are_in_memory(duckdb, tmp_path):
    """Codes as numbers, blanks around text, texts and numbers that mean no value, whole numbers."""
    text = """
        title = "Odd values"
        data = { file = "c.parquet", id = "id", missing = ["?", "-1"] }
        outcome = { column = "y", retained = "1", churned = "0" }
        sample = { column = "part", build = "b", holdout = "h" }
        [predictors]
        a = { label = "A" }
        flag = { label = "Flag" }
        sex = { label = "Sex", levels = ["f", "m"] }
        code = { label = "Code", levels = { 1 = "one", 2 = "two", 03 = "three" } }
    """
    n = 400
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "id": [f" {i}.0 " for i in range(n)],
            "y": np.where(rng.random(n) < 0.1, np.nan, rng.integers(0, 2, n)),
            "part": rng.choice(["b", "h", " b", "?"], n),
            "a": np.where(rng.random(n) < 0.1, -1, rng.normal(50, 9, n)),
            "flag": rng.random(n) < 0.5,
            "sex": rng.choice(["f", "m", " m ", "", "?"], n),
            "code": rng.choice([1.0, 2.0, 3.0, -1.0, np.nan], n),
        }
    )
    study = parse_study(text.replace("03 =", "3 ="), tmp_path / "study.toml")
    study = written(study, frame, tmp_path / "c.parquet")
    loaded = load_customers(study)
    found = all_customers(study, duckdb, tmp_path, read_parquet_table(duckdb, study.file)).table
    table = found.to_pyarrow().to_pandas()
    assert table["customer_id"].tolist() == [str(i) for i in range(n)]
    own = engine_names(study) | {"retained": "retained"}
    for name in ("a", "flag", "sex", "code", "retained"):
        expected = loaded[name].reset_index(drop=True)
        pd.testing.assert_series_equal(
            table[own[name]], expected, check_dtype=False, check_names=False
        )
    assert loaded["code"].nunique() == 3
    sides = {"build": False, "holdout": True}
    assert (
        table["in_holdout"].tolist() == loaded["sample"].map(sides).replace({np.nan: None}).tolist()
    )


def refused(study: Study, frame: pd.DataFrame, backend) -> str:
    table = as_table(backend, frame, study.file.with_name("refused.parquet"))
    with pytest.raises(StudyError) as caught:
        _ = all_customers(study, backend, study.file.parent, table).complete
    return str(caught.value)


def filed(tmp_path: Path, **changed: object) -> tuple[Study, pd.DataFrame]:
    study, frame = few(tmp_path / "customers.parquet")
    return study, as_filed(study, frame).assign(**changed)


@pytest.mark.parametrize("name", ["AGE", "Retained", "in_holdout", "p0", "n", "x0", "a b'\"%"])
def test_any_name_of_a_predictor_serves(duckdb, tmp_path, name):
    study, frame = few(tmp_path / "customers.parquet")
    predictors = dict(study.predictors) | {name: replace(study.predictors["amount"], name=name)}
    del predictors["amount"]
    study, loaded = replace(study, predictors=predictors), frame.rename(columns={"amount": name})
    assert_all_steps_equal(study, loaded, duckdb, tmp_path)


def test_faults_are_told_with_column_and_remedy(duckdb, tmp_path):
    study, frame = filed(tmp_path)
    file = study.file
    assert refused(study, frame.rename(columns={"age": "Ages"}), duckdb) == (
        f"{file}: there is no column 'age', which reconstruction.toml names. Did you mean 'Ages'?"
    )
    assert refused(study, frame.assign(age=frame["age"].astype(str)), duckdb) == (
        f"{file}, column 'age': it holds string, where numbers are needed. Write the file again "
        "with numbers in it, or declare the column categorical by its 'levels'."
    )
    strange = frame.assign(gender=frame["gender"].where(frame.index > 1, "x"))
    assert refused(study, strange, duckdb) == (
        f"{file}, column 'gender': values that reconstruction.toml does not name (levels: "
        "'female', 'male'). Correct the values, or the study file: 'x' (2 customers)."
    )
    endless = frame.assign(age=frame["age"].where(frame.index > 0, np.inf))
    assert refused(study, endless, duckdb) == (
        f"{file}, column 'age': 1 infinite values. Replace them by the true value or leave them "
        "empty."
    )
    twice = pd.concat([frame, frame.iloc[[7, 3]]])
    assert refused(study, twice, duckdb) == (
        f"{file}, column 'customer': customers listed more than once. Keep one row for each: "
        "'3', '7'."
    )
    unnamed = frame.assign(customer=frame["customer"].where(frame.index > 1))
    assert refused(study, unnamed, duckdb) == (
        f"{file}, column 'customer': 2 customers have no identifier. Give each one."
    )
    assert refused(replace(study, id_column=""), frame, duckdb) == (
        f"{study.path}: customers who do not fit in memory are drawn by their identifiers. Name a "
        "column under 'id' in [data]."
    )
    assert refused(replace(study, holdout_size=600), frame, duckdb) == (
        f"{study.path}: 'holdout_size' is 600 but there are 600 complete customers. Give a smaller "
        "number or a share such as 0.4."
    )


def test_a_variable_that_separates_is_named(duckdb, tmp_path):
    study, frame = filed(tmp_path)
    frame["age"] = np.where(frame[study.outcome_column] == study.retained, 50.0, 20.0)
    everyone = all_customers(
        study, duckdb, tmp_path, as_table(duckdb, frame, tmp_path / "separated.parquet")
    )
    build, _ = write_design(everyone)
    with pytest.raises(StudyError, match="'age' separates retained from churned customers"):
        steps.Equations(study, build).fit_logistic()
    with pytest.raises(StudyError, match="'age' separates retained from churned customers"):
        steps.Equations(study, build).forward_lr()


# --- The file -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [7, 100, 600, 1_000])
def test_blocks_are_as_large_as_they_should_be_however_rows_arrive(
    duckdb, tmp_path, monkeypatch, rows
):
    monkeypatch.setattr(design_file, "ROWS_AT_A_TIME", rows)
    study, frame = few(tmp_path / "customers.parquet")
    everyone = all_customers(study, duckdb, tmp_path, read_parquet_table(duckdb, study.file))
    build, holdout = write_design(everyone)
    samples = split_samples(study, frame)
    for file, sample in ((build, samples.build), (holdout, samples.holdout)):
        blocks = [file.block(i) for i in range(len(file))]
        assert {len(y) for _, y in blocks[:-1]} <= {rows}
        ages = np.concatenate([x[:, file.columns.index("age")] for x, _ in blocks])
        assert sorted(ages) == sorted(sample["age"])
        assert sum(y.sum() for _, y in blocks) == sample["retained"].sum() == file.retained


@pytest.mark.parametrize("step", [1, 2, 7, 250])
def test_a_sample_takes_every_so_manieth_customer(duckdb, tmp_path, monkeypatch, step):
    monkeypatch.setattr(design_file, "ROWS_AT_A_TIME", 100)
    study, _ = few(tmp_path / "customers.parquet")
    everyone = all_customers(study, duckdb, tmp_path, read_parquet_table(duckdb, study.file))
    build, _ = write_design(everyone)
    blocks = design_file.standardised(build)
    whole = np.concatenate([blocks.block(i)[0] for i in range(len(blocks))])
    assert (blocks.every(step).matrix == whole[::step]).all()
    assert np.allclose(whole[:, 1:].mean(axis=0), 0, atol=1e-12)
    assert np.allclose(whole[:, 1:].std(axis=0), 1)


@given(
    st.lists(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9), min_size=1, max_size=6),
    st.sampled_from([0.0, 1e9]),
)
def test_moments_of_parts_are_those_of_the_whole(parts, shift):
    columns = [np.array(part)[:, None] + shift for part in parts]
    whole = np.concatenate(columns)
    total = Moments(0, np.zeros(1), np.zeros(1))
    for part in columns:
        total = total + Moments.of(part)
    assert total.customers == len(whole)
    assert total.means == pytest.approx(whole.mean(axis=0), rel=1e-12, abs=1e-6)
    sd = whole.std(axis=0)
    assert total.standard_deviations == pytest.approx(sd, rel=1e-6, abs=1e-6 + shift * 1e-15)


# --- Validation from sorted blocks ----------------------------------------------------------------


class InParts(validation.Scored):
    """Scored customers whose blocks arrive some at a time."""

    def __init__(self, outcome, probability, rows):
        units = np.round(probability / validation.UNIT).astype(int)
        frame = pd.DataFrame({"p": units, "y": outcome})
        table = frame.groupby("p")["y"].agg(["size", "sum"]).reset_index()
        self.__dict__.update(customers=len(outcome), retained=int(outcome.sum()))
        self.__dict__.update(parts=[table.iloc[i : i + rows] for i in range(0, len(table), rows)])

    def blocks(self):
        for part in self.parts:
            p, size, retained = part.to_numpy().T
            yield validation.Tied(p * validation.UNIT, size, retained)


@settings(max_examples=60)
@given(st.data())
def test_sorted_blocks_give_what_all_customers_give(data):
    n = data.draw(st.integers(12, 120))
    distinct = data.draw(st.integers(2, 40))
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    probability = rng.integers(1, distinct + 1, n) / (distinct + 1)
    outcome = (rng.random(n) < probability).astype(int)
    outcome[:4] = [0, 1, 0, 1]
    scored = InParts(outcome, probability, data.draw(st.integers(1, 50)))
    found, expected = validation.hosmer_lemeshow(scored), hosmer_lemeshow(outcome, probability)
    close(found.table, expected.table)
    area, curve = validation.roc(scored), roc(outcome, probability)
    assert area.auc == pytest.approx(curve.auc, abs=1e-12)
    assert area.curve["cutoff"].is_monotonic_decreasing
    assert area.curve.iloc[0].tolist() == [np.inf, 0.0, 1.0]
    for row in area.curve.itertuples():  # each point is one of the whole curve
        at_least = probability >= row.cutoff - 1e-9
        assert row.sensitivity == pytest.approx(at_least[outcome == 1].mean())
        assert row.specificity == pytest.approx((~at_least)[outcome == 0].mean())
    assert area.standard_error == pytest.approx(curve.standard_error, abs=1e-9)
    cutoff = data.draw(st.sampled_from([0.5, *map(float, probability[:3])]))
    (table,) = validation.classification_tables(scored, [cutoff]).values()
    close(table, classification_table(outcome, probability, cutoff))


# --- The random sample that is loaded -------------------------------------------------------------


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    monkeypatch.setenv("ERFM_OUTPUT", str(tmp_path / "out"))
    monkeypatch.setattr(parquet_files, "MOST", 1_000)
    monkeypatch.setattr(drawing, "DRAWN", 500)
    return simulated(5_000, tmp_path / "customers.parquet")


def test_a_sample_is_loaded_of_many_customers(drawn):
    study, frame = drawn
    loaded = load_customers(study)
    assert parquet_files.drawn_from(study) == 5_000
    assert 420 < len(loaded) < 580
    whole = frame.set_index("customer_id")["age"]
    assert (loaded.set_index("customer_id")["age"] == whole[loaded["customer_id"]]).all()
    split_samples(study, loaded)


def test_who_is_drawn_hangs_on_identifiers_and_the_seed_alone(drawn, tmp_path):
    study, frame = drawn
    loaded = load_customers(study)
    shuffled = as_filed(study, frame.sample(frac=1, random_state=1))
    moved = written(study, shuffled, tmp_path / "moved.parquet")
    assert set(load_customers(moved)["customer_id"]) == set(loaded["customer_id"])
    other = load_customers(replace(study, seed=study.seed + 1))
    assert set(other["customer_id"]) != set(loaded["customer_id"])


def test_who_is_drawn_says_nothing_of_who_is_held_out(drawn):
    study, frame = drawn
    samples = split_samples(study, frame)
    loaded = load_customers(study)["customer_id"]
    share = samples.holdout["customer_id"].isin(loaded).sum() / len(loaded)
    assert share == pytest.approx(0.4, abs=0.07)


def test_a_changed_file_is_drawn_anew_and_the_same_one_is_not(drawn, monkeypatch):
    study, frame = drawn
    first = load_customers(study)
    with monkeypatch.context() as patched:
        patched.setattr(drawing, "engine", lambda scratch: pytest.fail("drawn again"))
        pd.testing.assert_frame_equal(load_customers(study), first)
    written(study, as_filed(study, frame.assign(age=frame["age"] + 1)), study.file)
    assert load_customers(study)["age"].mean() > first["age"].mean() + 0.9


@pytest.mark.parametrize("name", ["parts", "parts/*.parquet"])
def test_customers_may_lie_in_several_files(drawn, tmp_path, name):
    study, frame = drawn
    (tmp_path / "parts").mkdir()
    whole = as_filed(study, frame.head(800))
    for i in range(4):
        written(study, whole.iloc[200 * i : 200 * (i + 1)], tmp_path / f"parts/{i}.parquet")
    loaded = load_customers(replace(study, file=tmp_path / name))
    assert loaded["customer_id"].tolist() == frame["customer_id"].head(800).tolist()


def test_many_customers_without_identifiers_are_refused(drawn):
    study, _ = drawn
    with pytest.raises(StudyError, match="Name a column under 'id'"):
        load_customers(replace(study, id_column=""))
    with pytest.raises(StudyError, match="there is no column 'custom', which "):
        load_customers(replace(study, id_column="custom"))


# --- The model for scoring ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("amount", ["amount", ""])
def test_a_model_of_many_customers_is_fitted_to_all_of_them(drawn, amount):
    study, frame = drawn
    roles = {n: replace(p, role=amount * (n == "amount")) for n, p in study.predictors.items()}
    study = replace(study, predictors=roles)
    found = fitting.fitted(study, "2012-12-31")
    expected = final_model(study, split_samples(study, frame), "2012-12-31")
    assert (found.customers, found.churned) == (expected.customers, expected.churned) != (0, 0)
    assert found.terms == expected.terms
    assert found.predictors == expected.predictors
    for name in ("parameters", "covariance", "means", "seen"):
        close(getattr(found, name), getattr(expected, name))
    assert found.risk_limits == pytest.approx(expected.risk_limits, rel=1e-9)
    assert found.value_limits == pytest.approx(expected.value_limits, rel=1e-9)
    assert bool(found.value_limits) == bool(amount)


def test_a_model_of_few_customers_is_fitted_in_memory(tmp_path):
    study, frame = few(tmp_path / "customers.parquet")
    found = fitting.fitted(study, "2012-12-31")
    assert found.customers == len(split_samples(study, frame).build)


@given(st.data())
def test_quantiles_of_sorted_blocks_are_numpy_s(data):
    n = data.draw(st.integers(2, 60))
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    probability = rng.integers(1, 10, n) / 10
    outcome = rng.integers(0, 2, n)
    scored = InParts(outcome, probability, data.draw(st.integers(1, 12)))
    shares = [0.5, 0.2, 0.0, 1.0]
    found = validation.quantiles(scored, shares)
    assert found == pytest.approx(np.quantile(probability, shares), abs=1e-11)
