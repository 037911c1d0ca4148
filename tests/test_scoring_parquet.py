"""Lists from Parquet, judged batch by batch and ranked by the engine, against those from CSV."""

import dataclasses
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from erfm import ties
from erfm.customers import tables
from erfm.logistic import fit_logistic
from erfm.report.cli import main
from erfm.study import StudyError
from erfm.warning import scoring_parquet
from erfm.warning.model_file import describe_model, save_model
from erfm.warning.scoring import open_model, score_file

DATE = "2012-12-31"
TERMS = ["recency", "frequency", "segment", "gender"]
NEEDED = ["customer", "recency", "frequency", "amount", "segment", "gender"]
posix = pytest.mark.skipif(os.name != "posix", reason="the system has no such files")


@pytest.fixture(scope="module")
def model(sample):
    study, frame = sample
    fitted = describe_model(study, fit_logistic(study, frame, TERMS), frame, DATE)
    return dataclasses.replace(fitted, id_column="customer")


@pytest.fixture
def saved(model, tmp_path):
    save_model(model, tmp_path / "model.json")
    return tmp_path / "model.json"


@pytest.fixture
def forty(sample):
    """Return forty customers of the sample as a bank has them."""
    table = sample[1].head(40).rename(columns={"customer_id": "customer"})
    return table[NEEDED].reset_index(drop=True)


@pytest.fixture(
    params=[pytest.param(7, marks=pytest.mark.slow), scoring_parquet.ROWS], ids=["some", "all"]
)
def rows(request, monkeypatch):
    """Let only some rows be in Python at a time, or all."""
    monkeypatch.setattr(scoring_parquet, "ROWS", request.param)
    return request.param


def listed(saved, path, suffix=".csv"):
    """Score a file and return the list and the summary, or what is said where there is none."""
    output = path.with_name(f"{path.name}_list{suffix}")
    try:
        return output, score_file(saved, path, output, DATE, overwrite=True).summary
    except StudyError as error:
        return None, str(error).replace(str(path), "FILE")


def both(saved, table, folder, suffix=".csv"):
    """Score a table from CSV and from Parquet, and return the two lists and summaries."""
    table.to_csv(folder / "new.csv", index=False)
    table.to_parquet(folder / "new.parquet")
    found = [listed(saved, folder / name, suffix) for name in ("new.csv", "new.parquet")]
    return tuple(zip(*found, strict=True))


def refused(saved, path, output):
    """Return what is said about customers that cannot be used; nothing may be left of the list."""
    before = set(output.parent.iterdir())
    with pytest.raises(StudyError) as error:
        score_file(saved, path, output, DATE)
    assert set(output.parent.iterdir()) == before
    return str(error.value).replace(str(path), "FILE")


# --- The same list --------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_reconstruction_s_list_is_the_same_from_parquet(reconstruction, tmp_path, rows):
    save_model(open_model("reconstruction", DATE), tmp_path / "model.json")
    table = pd.read_csv(reconstruction[0].file)
    if rows == 7:
        table = table.head(300)
    lists, summaries = both(tmp_path / "model.json", table, tmp_path)
    assert lists[0].read_bytes() == lists[1].read_bytes()
    assert summaries[0] == summaries[1]
    assert "Age is missing" in summaries[1]


@pytest.mark.slow
def test_a_list_in_parquet_has_the_columns_and_rows_of_the_one_in_csv(saved, forty, tmp_path, rows):
    forty.loc[3, "recency"] = np.nan
    (from_csv, from_parquet), _ = both(saved, forty, tmp_path, ".parquet")
    found = pd.read_parquet(from_parquet)
    pd.testing.assert_frame_equal(found, pd.read_parquet(from_csv))
    (as_csv, _), _ = both(saved, forty, tmp_path)
    written = pd.read_csv(as_csv, dtype={"customer_id": "str"})
    pd.testing.assert_frame_equal(found.replace("", np.nan), written, check_dtype=False)


CUSTOMER = st.tuples(
    st.one_of(st.none(), st.integers(-400, 400), st.sampled_from([3, 3.5])),
    st.one_of(st.none(), st.sampled_from([1, 2, 2, 900])),
    st.one_of(st.none(), st.floats(-1e4, 1e4)),
    st.sampled_from([None, "basic", "plus", "premium", " plus ", "gold", "=1+1", "NA"]),
    st.sampled_from([None, "female", "male", "male", "unknown"]),
)


@pytest.mark.slow
@given(customers=st.lists(CUSTOMER, min_size=1, max_size=40))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_customers_have_the_same_list_or_error_from_parquet(
    saved, tmp_path, monkeypatch, customers
):
    table = pd.DataFrame(customers, columns=NEEDED[1:]).astype(
        {"recency": float, "frequency": float, "amount": float, "segment": "str", "gender": "str"}
    )
    table.insert(0, "customer", [f"-{i % 10}{i}" for i in range(len(table))])
    (expected, _), told = both(saved, table, tmp_path)
    assert told[0] == told[1]
    monkeypatch.setattr(scoring_parquet, "ROWS", 7)
    found, again = listed(saved, tmp_path / "new.parquet")
    assert again == told[0]
    assert expected is found is None or expected.read_bytes() == found.read_bytes()


@pytest.mark.slow
def test_two_hundred_thousand_customers_have_the_same_list(saved, sample, tmp_path):
    drawn = sample[1].sample(200_000, replace=True, random_state=1)
    table = drawn.assign(customer=[f"C{i * 7919 % 1_000_003:06d}" for i in range(len(drawn))])
    table = table[NEEDED]
    table.loc[table["customer"] < "C1", "gender"] = None
    lists, summaries = both(saved, table, tmp_path)
    assert lists[0].read_bytes() == lists[1].read_bytes()
    assert summaries[0] == summaries[1]


@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from([0.2, 0.5, 0.9]), st.integers(-9, 9)), max_size=30))
@settings(max_examples=20)
def test_the_engine_ranks_equals_as_everywhere(tmp_path_factory, values):
    """Neighbours within `ties.TIE` times the largest are equal, however long the chain."""
    risk = np.array([value + step * 2e-13 for value, step in values])
    waiting = pa.table({"row": np.arange(len(risk)), "churn_probability": risk})
    path = tmp_path_factory.mktemp("waiting") / "waiting.parquet"
    pq.write_table(waiting, path)
    with scoring_parquet._engine(path.parent) as backend:
        ranked = scoring_parquet._ranked(backend.read_parquet(str(path)))
        found = tables.arrow(ranked)["row"].to_pylist()
    assert found == ties.descending(risk).tolist()


@pytest.mark.slow
def test_rows_in_python_are_never_more_than_a_batch(saved, forty, tmp_path, monkeypatch):
    judged = []
    judge = scoring_parquet.judge

    def watched(model, customers, level):
        judged.append(len(customers))
        return judge(model, customers, level)

    monkeypatch.setattr(scoring_parquet, "judge", watched)
    monkeypatch.setattr(scoring_parquet, "ROWS", 7)
    both(saved, forty, tmp_path)
    assert judged == [7, 7, 7, 7, 7, 5]


# --- Files ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_folder_and_a_pattern_are_the_customers_of_all_their_files(saved, forty, tmp_path):
    lists, _ = both(saved, forty, tmp_path)
    folder = tmp_path / "banks"
    for name, part in (("part-1", forty[:15]), ("part-2", forty[15:16]), ("part-3", forty[16:])):
        (folder / name).mkdir(parents=True)
        part.to_parquet(folder / name / "a.parquet")
        part.to_parquet(folder / f"{name}.parquet")
    (folder / "_temporary").mkdir()
    forty.to_parquet(folder / "_temporary" / "half.parquet")
    pattern = folder / "part-[1-3].parquet"
    score_file(saved, pattern, tmp_path / "of_pattern.csv", DATE)
    assert (tmp_path / "of_pattern.csv").read_bytes() == lists[0].read_bytes()
    for file in folder.glob("*.parquet"):
        file.unlink()
    score_file(saved, folder, tmp_path / "of_folder.csv", DATE)
    assert (tmp_path / "of_folder.csv").read_bytes() == lists[0].read_bytes()


def test_files_that_differ_are_refused_not_cast(saved, forty, tmp_path):
    folder = tmp_path / "banks"
    folder.mkdir()
    forty.astype({"recency": int})[:20].to_parquet(folder / "1.parquet")
    forty.assign(recency=0.5)[20:].to_parquet(folder / "2.parquet")
    assert refused(saved, folder, tmp_path / "list.csv").endswith(
        "2.parquet: column 'recency' is of type float64, and of type int64 in 1.parquet. "
        "Write the files alike."
    )
    forty[20:].drop(columns="recency").to_parquet(folder / "2.parquet")
    assert "column 'recency' is not there, and of type" in refused(
        saved, folder, tmp_path / "list.csv"
    )


@pytest.mark.slow
def test_the_list_is_parquet_beside_the_customers_unless_named(saved, forty, tmp_path, capsys):
    path = tmp_path / "bank.parquet"
    forty.to_parquet(path)
    assert main(["score", "--study", str(saved), str(path)]) == 0
    assert len(pd.read_parquet(tmp_path / "bank_scored.parquet")) == 40
    assert f"The list is in {tmp_path / 'bank_scored.parquet'}" in capsys.readouterr().out
    (tmp_path / "banks").mkdir()
    path.rename(tmp_path / "banks" / "1.parquet")
    assert main(["score", "--study", str(saved), str(tmp_path / "banks")]) == 0
    assert len(pd.read_parquet(tmp_path / "banks_scored.parquet")) == 40
    assert main(["score", "--study", str(saved), str(tmp_path / "banks" / "*.parquet")]) == 1
    assert "a pattern gives the list no name. Name it with --output." in capsys.readouterr().err


def test_an_existing_list_stays_unless_asked(saved, forty, tmp_path):
    forty.to_parquet(tmp_path / "new.parquet")
    output = tmp_path / "list.parquet"
    output.write_bytes(b"mine")
    assert "there is such a file already" in refused(saved, tmp_path / "new.parquet", output)
    assert output.read_bytes() == b"mine"
    score_file(saved, tmp_path / "new.parquet", output, DATE, overwrite=True)
    assert len(pd.read_parquet(output)) == 40


def test_the_customers_are_not_replaced_and_the_list_is_not_among_them(saved, forty, tmp_path):
    folder = tmp_path / "banks"
    folder.mkdir()
    forty.to_parquet(folder / "1.parquet")
    with pytest.raises(StudyError, match="would replace the customers"):
        score_file(saved, folder, folder / "1.parquet", DATE, overwrite=True)
    assert len(pd.read_parquet(folder / "1.parquet")) == 40
    for path, output in (
        (folder, folder / "sub" / "list.parquet"),
        (folder / "*.parquet", folder / "list.parquet"),
    ):
        with pytest.raises(StudyError, match="would be read as customers next time"):
            score_file(saved, path, output, DATE)
    score_file(saved, folder, folder / "list.csv", DATE)
    assert (folder / "list.csv").exists()


@pytest.mark.parametrize("stage", ["judge", "numbered"])
def test_an_interruption_leaves_neither_list_nor_scratch(
    saved, forty, tmp_path, monkeypatch, stage
):
    forty.to_parquet(tmp_path / "new.parquet")
    monkeypatch.setattr(scoring_parquet, "ROWS", 7)
    calls, real = [], getattr(scoring_parquet, stage)

    def interrupted(*arguments):
        calls.append(stage)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(scoring_parquet, stage, interrupted)
    before = set(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        score_file(saved, tmp_path / "new.parquet", tmp_path / "list.csv", DATE)
    assert set(tmp_path.iterdir()) == before


@pytest.mark.slow
@posix
def test_ctrl_c_ends_a_query_of_the_engine(tmp_path, heeds_interruption):
    """Which alone would go on for hours, looking for no signal."""
    with scoring_parquet._engine(tmp_path) as backend:
        pq.write_table(pa.table({"x": range(2**20)}), tmp_path / "x.parquet")
        table = backend.read_parquet(str(tmp_path / "x.parquet"))
        pairs = table.cross_join(table.view())
        endless = pairs.mutate(y=pairs.x * pairs.x_right % 7).y.sum()
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            tables.arrow(endless)
        assert tables.arrow(table.count()).as_py() == 2**20


@posix
@pytest.mark.parametrize("name", ["a\0b.parquet", "loop/a.parquet", "file/a.csv", "n" * 300])
def test_a_list_that_cannot_be_written_is_told(saved, forty, tmp_path, name):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_bytes(b"")
    forty.to_parquet(tmp_path / "new.parquet")
    with pytest.raises(StudyError, match=r"\. [A-Z].*\.$"):
        score_file(saved, tmp_path / "new.parquet", tmp_path / name, DATE)


def test_too_little_memory_is_told_with_its_remedy(saved, sample, tmp_path, monkeypatch):
    many = sample[1].sample(30_000, replace=True, random_state=1)
    many.assign(customer=[f"a long name {i}" for i in range(30_000)]).to_parquet(
        tmp_path / "new.parquet"
    )
    monkeypatch.setenv(tables.MEMORY, "1MB")
    told = refused(saved, tmp_path / "new.parquet", tmp_path / "list.csv")
    assert "the engine has too little memory" in told
    assert "Give it more by $ERFM_MEMORY, e.g. ERFM_MEMORY=4GB" in told


@pytest.mark.slow
@posix
def test_a_list_can_go_to_another_program(saved, forty, tmp_path):
    """Through a pipe, beside which nothing can be kept."""
    lists, _ = both(saved, forty, tmp_path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as other:
        read = other.submit(pipe.read_bytes)
        score_file(saved, tmp_path / "new.parquet", pipe, DATE)
        assert read.result() == lists[0].read_bytes()


# --- Bad input ------------------------------------------------------------------------------------


SPOILT = {
    "a column that is missing": lambda t: t.drop(columns="segment"),
    "another coding": lambda t: t.assign(gender=["F", "M"] * 20),
    "text among numbers": lambda t: t.assign(
        recency=["12", "many", *map(str, range(36)), "few", "1,5"]
    ),
    "decimal commas": lambda t: t.assign(amount=[f"{i},5" for i in range(40)]),
    "points of two meanings": lambda t: t.assign(amount=["7", "8"] * 10 + ["1.234", "12.345"] * 10),
    "an infinite number": lambda t: t.assign(recency=[1.0] * 39 + [np.inf]),
    "customers listed twice": lambda t: t.assign(customer=[*"abcdefghij"] * 4),
    "a customer without a name": lambda t: t.assign(customer=[*map(str, range(38)), None, " "]),
    "no customers": lambda t: t.head(0),
    "both another coding and customers listed twice": lambda t: t.assign(customer="a", gender="F"),
    "dates among numbers": lambda t: t.assign(recency=pd.Timestamp("2012-01-01 10:00")),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_bad_input_is_told_as_it_is_of_csv(saved, forty, tmp_path, rows, spoil):
    table = spoil(forty)
    table.to_csv(tmp_path / "new.csv", index=False)
    table.to_parquet(tmp_path / "new.parquet", index=False)
    told = refused(saved, tmp_path / "new.parquet", tmp_path / "list.csv")
    assert told == refused(saved, tmp_path / "new.csv", tmp_path / "list.csv")


def test_numbers_as_text_are_read_by_all_rows_together(saved, forty, tmp_path, rows):
    """One 0.125 says what a point is, also for the rows of other batches."""
    texts = ["1.234"] * 20 + ["0.125"] + ["12.345"] * 19
    lists, _ = both(saved, forty.assign(amount=texts), tmp_path)
    assert lists[0].read_bytes() == lists[1].read_bytes()


def test_one_known_level_in_the_last_row_is_enough(saved, forty, tmp_path, rows):
    lists, summaries = both(saved, forty.assign(gender=["x"] * 39 + ["male"]), tmp_path)
    assert lists[0].read_bytes() == lists[1].read_bytes()
    assert "39 × gender 'x' is none of female, male" in summaries[1]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.write_bytes(b""), "FILE: not a Parquet file, or a damaged one"),
        (lambda path: path.write_bytes(b"no parquet at all"), "FILE: not a Parquet file, or a dam"),
        (lambda path: path.unlink(), "FILE: no such Parquet file. Did you mean 'old.parquet'?"),
        (
            lambda path: path.write_bytes(path.read_bytes()[:200] + b"x" * 400),
            "FILE: not a Parquet file, or a damaged one",
        ),
        (
            lambda path: path.write_bytes(
                path.read_bytes()[:100] + b"x" * 200 + path.read_bytes()[300:]
            ),
            "FILE: not a Parquet file, or a damaged one",
        ),
    ],
    ids=["empty", "text", "gone", "cut", "overwritten"],
)
def test_a_damaged_file_is_told(saved, forty, tmp_path, damage, message):
    forty.to_parquet(tmp_path / "new.parquet")
    forty.to_parquet(tmp_path / "old.parquet")
    damage(tmp_path / "new.parquet")
    assert refused(saved, tmp_path / "new.parquet", tmp_path / "list.csv").startswith(message)


def test_columns_of_one_name_are_told(saved, forty, tmp_path):
    """The engine, to which capitals are all the same, would take one of them."""
    forty.assign(Recency=1.0).to_parquet(tmp_path / "new.parquet")
    assert refused(saved, tmp_path / "new.parquet", tmp_path / "list.csv") == (
        "FILE: column 'Recency' appears twice in the header, as 'recency', too. Rename one of them."
    )


def test_a_nul_is_told_with_its_row(saved, forty, tmp_path, rows):
    forty.loc[20, "segment"] = "pl\0us"
    forty.to_parquet(tmp_path / "new.parquet")
    assert "column 'segment': a NUL character in a value: row 22" in refused(
        saved, tmp_path / "new.parquet", tmp_path / "list.csv"
    )


def test_rows_without_any_value_are_no_customers(saved, forty, tmp_path, rows):
    """One that has a value, if only in a column that the model does not need, is a customer."""
    forty["note"] = "x"
    forty.loc[[3, 8, 39]] = None
    lists, summaries = both(saved, forty, tmp_path)
    assert lists[0].read_bytes() == lists[1].read_bytes()
    assert summaries[0] == summaries[1]
    assert len(pd.read_csv(lists[1])) == 37
    forty.loc[8, "note"] = "no name"
    forty.to_parquet(tmp_path / "new.parquet")
    assert refused(saved, tmp_path / "new.parquet", tmp_path / "x.csv") == (
        "FILE, column 'customer': rows without a value: row 10 'nan'. Give each customer one."
    )


# --- What the types of Parquet add ----------------------------------------------------------------


def test_texts_of_parquet_stay_as_they_are_and_those_of_csv_are_guarded(saved, forty, tmp_path):
    names = ["=1+1", *map(str, range(38)), "a;=1"]
    forty["customer"] = names
    forty.to_parquet(tmp_path / "new.parquet")
    for suffix in (".csv", ".parquet"):
        score_file(saved, tmp_path / "new.parquet", tmp_path / f"list{suffix}", DATE)
    kept = pd.read_parquet(tmp_path / "list.parquet")["customer_id"]
    assert set(kept) == set(names)
    guarded = pd.read_csv(tmp_path / "list.csv", dtype="str")["customer_id"]
    assert {"'=1+1", "a;'=1"} <= set(guarded)


@pytest.mark.parametrize(
    "identifiers",
    [
        pa.array(range(2**60, 2**60 + 40)),
        pa.array([float(i) for i in range(40)]),
        pa.array([Decimal(10**25 + i) for i in range(40)]),
        pa.array([f"name {i}" for i in range(40)]).dictionary_encode(),
    ],
    ids=["integers", "floats", "decimals", "categories"],
)
def test_identifiers_of_any_type_are_kept_to_the_last_digit(saved, forty, tmp_path, identifiers):
    table = pa.Table.from_pandas(forty.drop(columns="customer")).append_column(
        "customer", identifiers
    )
    pq.write_table(table, tmp_path / "new.parquet")
    score_file(saved, tmp_path / "new.parquet", tmp_path / "list.parquet", DATE)
    found = pd.read_parquet(tmp_path / "list.parquet")["customer_id"]
    plain = [value.as_py() for value in identifiers]
    assert set(found) == {str(int(v)) if not isinstance(v, str) else v for v in plain}


def test_without_a_column_of_identifiers_rows_are_counted(model, forty, tmp_path, rows):
    save_model(dataclasses.replace(model, id_column=""), tmp_path / "model.json")
    lists, _ = both(tmp_path / "model.json", forty.drop(columns="customer"), tmp_path)
    assert lists[0].read_bytes() == lists[1].read_bytes()
    assert set(pd.read_csv(lists[1])["customer_id"]) == set(range(1, 41))


def test_an_index_of_pandas_is_no_column(saved, forty, tmp_path):
    shuffled = forty.sample(frac=1, random_state=1)
    lists, summaries = both(saved, shuffled, tmp_path)
    assert lists[0].read_bytes() == lists[1].read_bytes()
    assert summaries[0] == summaries[1]
    assert "Columns not used" not in summaries[1]
    assert lists[1].exists()


@pytest.mark.slow
def test_customers_are_scored_by_the_codes_of_their_files(sample, forty, tmp_path, rows):
    study, frame = sample
    segment = dataclasses.replace(study.predictors["segment"], codes=("1", "2", "plus"))
    study = dataclasses.replace(study, predictors=study.predictors | {"segment": segment})
    fitted = describe_model(study, fit_logistic(study, frame, TERMS), frame, DATE)
    save_model(dataclasses.replace(fitted, id_column="customer"), tmp_path / "model.json")
    codes = ["1", "2", "plus", "basic", "1.0"] * 8
    lists, summaries = both(tmp_path / "model.json", forty.assign(segment=codes), tmp_path)
    assert lists[0].read_bytes() == lists[1].read_bytes()
    assert "8 × segment 'basic (no code)' is none of" in summaries[1]
    numbers = forty.assign(segment=[1.0, 2.0, None, 1.0] * 10)
    lists, _ = both(tmp_path / "model.json", numbers, tmp_path)
    assert lists[0].read_bytes() == lists[1].read_bytes()
