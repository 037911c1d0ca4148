"""Studies: the shipped ones load, and everything that cannot be used says so once and clearly."""

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erfm.customers.load import load_customers
from erfm.customers.study_file import load_study, parse_study
from erfm.customers.toml_tables import is_paper
from erfm.logistic import fit_logistic
from erfm.samples import linear_dependences, sample_path, split_samples
from erfm.study import DATA, Predictor, Study, StudyError, make_design

STUDY = """
title = "A test"
[data]
file = "customers.csv"
id = "id"
{data}
[outcome]
column = "{outcome}"
retained = "stayed"
churned = "left"
[predictors.amount]
unit = "yuan"
{amount}
[predictors.visits]
{visits}
[predictors.segment]
levels = ["basic", "plus", "premium"]
{more}
[sample]
{sample}
"""


def customers(n: int = 200, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    visits = rng.poisson(8, n)
    stayed = rng.random(n) < 1 / (1 + np.exp(2 - 0.3 * visits))
    return pd.DataFrame(
        {
            "id": [f"c{i}" for i in range(n)],
            "amount": rng.lognormal(5, 1, n).round(2),
            "visits": visits,
            "segment": rng.choice(["basic", "plus", "premium"], n),
            "outcome": np.where(stayed, "stayed", "left"),
        }
    )


def make(folder: Path, frame: pd.DataFrame | bytes, **keys: str) -> Study:
    if isinstance(frame, bytes):
        (folder / "customers.csv").write_bytes(frame)
    else:
        frame.to_csv(folder / "customers.csv", index=False)
    defaults = dict.fromkeys(("data", "amount", "visits", "more", "sample"), "")
    text = STUDY.format(**{**defaults, "outcome": "outcome", **keys})
    (folder / "test.toml").write_text(text, encoding="utf-8")
    return load_study(folder / "test.toml")


def use(study: Study) -> None:
    fit_logistic(study, split_samples(study, load_customers(study)).build)


def changed(**cells: dict[int, object]) -> pd.DataFrame:
    frame = customers().astype(object)
    for column, values in cells.items():
        for row, value in values.items():
            frame.loc[row, column] = value
    return frame


def with_column(name: str, compute) -> pd.DataFrame:
    return customers().assign(**{name: compute})


FAULTS = {
    "missing column": (
        customers().rename(columns={"visits": "vists"}),
        {},
        ["no column 'visits'", "Did you mean 'vists'?"],
    ),
    "text in a number column": (
        changed(amount={3: "n/k", 7: "12,5"}),
        {},
        ["column 'amount'", "row 5 'n/k', row 9 '12,5'", "'missing' in [data]"],
    ),
    "infinite values": (
        changed(amount={4: "-inf", 5: "inf"}),
        {},
        ["column 'amount'", "infinite values: row 6 '-inf', row 7 'inf'", "leave them empty"],
    ),
    "a third outcome": (
        changed(outcome={0: "unsure", 9: "Left"}),
        {},
        ["column 'outcome'", "row 2 'unsure', row 11 'Left'", "'stayed', 'left'", "Correct"],
    ),
    "an outcome with one value": (
        with_column("outcome", "stayed"),
        {},
        ["column 'outcome'", "all 120 have the same outcome", "[sample]"],
    ),
    "a level without a name": (
        changed(segment={2: "gold"}),
        {},
        ["column 'segment'", "row 4 'gold'", "levels: 'basic', 'plus', 'premium'"],
    ),
    "duplicate ids": (
        changed(id={5: "c1"}),
        {},
        ["column 'id'", "more than once: row 3 'c1', row 7 'c1'", "Keep one row"],
    ),
    "a missing id": (changed(id={5: ""}), {}, ["column 'id'", "row 7", "Give each customer one"]),
    "a constant predictor": (
        with_column("visits", 3),
        {},
        ["column 'visits'", "'3'", "remove [predictors.visits]"],
    ),
    "numbers beyond computing": (
        changed(amount=dict.fromkeys(range(9), "1e200")),
        {},
        ["column 'amount'", "1e+200", "too large", "Change the unit"],
    ),
    "numbers with a remote origin": (
        with_column("visits", lambda frame: frame["visits"] + 2**50),
        {},
        ["column 'visits'", "too nearly the same", "another origin"],
    ),
    "an empty predictor": (
        with_column("visits", None),
        {},
        ["column 'visits'", "no customer has a value"],
    ),
    "a level nobody has": (
        customers().replace({"segment": {"premium": "plus"}}),
        {},
        ["column 'segment'", "level 'premium'", "Remove it from 'levels'"],
    ),
    "collinear predictors": (
        with_column("twice", lambda frame: 2 * frame["visits"] - frame["amount"] + 1),
        {"more": "[predictors.twice]"},
        ["columns 'twice', 'amount', 'visits'", "linear combination", "Remove one"],
    ),
    "complete separation": (
        with_column("visits", lambda frame: np.where(frame["outcome"] == "left", 1, 5)),
        {},
        ["'visits' separates", "infinite", "Remove it from test.toml"],
    ),
    "quasi-complete separation": (
        with_column("segment", lambda f: f["segment"].mask(f["outcome"] == "left", "basic")),
        {},
        ["'segment (plus)'", "separate retained from churned", "merge its levels"],
    ),
    "a sample without events": (
        with_column("half", lambda frame: np.where(frame["outcome"] == "left", "b", "h")),
        {"sample": 'column = "half"\nbuild = "b"\nholdout = "h"'},
        ["column 'outcome'", "model-building sample", "the same outcome"],
    ),
    "a sample nobody is in": (
        with_column("half", "b"),
        {"sample": 'column = "half"\nbuild = "b"\nholdout = "h"'},
        ["holdout sample", "it is empty"],
    ),
    "a customer in neither sample": (
        with_column("half", lambda frame: np.where(frame["visits"] > 9, "", "b")),
        {"sample": 'column = "half"\nbuild = "b"\nholdout = "h"'},
        ["column 'half'", "in neither sample: row", "Assign each"],
    ),
    "too large a holdout": (
        customers(),
        {"sample": "holdout_size = 200"},
        ["'holdout_size' is 200", "200 complete customers"],
    ),
    "other bytes": (
        customers().to_csv(index=False).replace("basic", "基本").encode("gb18030"),
        {},
        ["column 'segment'", "bytes that are not utf-8", 'encoding = "gb18030"'],
    ),
    "an empty file": (b"", {}, ["the file is empty"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_customers_that_cannot_be_used_give_one_clear_error(tmp_path, fault):
    frame, keys, parts = FAULTS[fault]
    study = make(tmp_path, frame, **keys)
    with pytest.raises(StudyError) as error:
        use(study)
    message = str(error.value)
    assert "customers.csv" in message or "test.toml" in message
    assert message.isprintable()
    assert not [part for part in parts if part not in message], message


def test_values_come_back_as_written_and_missing_stays_missing(tmp_path):
    frame = changed(amount={0: "", 1: "NA"}, segment={2: ""}, outcome={3: ""})
    loaded = load_customers(make(tmp_path, frame))
    assert loaded["customer_id"].tolist() == frame["id"].tolist()
    assert loaded["amount"].isna().sum() == 2
    np.testing.assert_array_equal(loaded["amount"][2:], customers()["amount"][2:])
    assert loaded["segment"].isna().to_numpy().nonzero()[0].tolist() == [2]
    codes = customers()["outcome"].map({"stayed": 1, "left": 0})
    assert loaded["retained"].isna().to_numpy().nonzero()[0].tolist() == [3]
    assert (loaded["retained"].drop(3) == codes.drop(3)).all()


@pytest.mark.slow
@pytest.mark.parametrize("said", ["1", "1.0", '"1"', '"1.0"'])
@pytest.mark.parametrize("written", ["1 0", "1.0 0.0", "1.00 0", "1e0 0e0"])
def test_outcomes_and_samples_are_compared_as_numbers(tmp_path, said, written):
    one, zero = written.split()
    frame = customers()
    stayed = frame["outcome"] == "stayed"
    frame["outcome"] = np.where(stayed, one, zero)
    frame["half"] = [one, zero] * 100
    sample = f'column = "half"\nbuild = {said}\nholdout = 0'
    study = make(tmp_path, frame, sample=sample)
    text = study.path.read_text().replace('"stayed"', said).replace('"left"', "0")
    study.path.write_text(text)
    loaded = load_customers(load_study(study.path))
    assert (loaded["retained"] == stayed).all()
    assert loaded["sample"].tolist() == ["build", "holdout"] * 100


def test_levels_are_compared_as_numbers_but_codes_with_zeros_are_text(tmp_path):
    codes = {"basic": "1.0", "plus": "2", "premium": "03"}
    frame = customers().replace({"segment": codes})
    study = make(tmp_path, frame)
    text = study.path.read_text()
    study.path.write_text(text.replace('"basic", "plus", "premium"', '1, 2.0, "03"'))
    loaded = load_customers(load_study(study.path))
    assert set(loaded["segment"]) == {"1", "2", "03"}
    study.path.write_text(text.replace('"basic", "plus", "premium"', "1, 2, 3"))
    with pytest.raises(StudyError, match=r"column 'segment'.*levels: '1', '2', '3'.*'03'"):
        load_customers(load_study(study.path))


NAMED = 'levels = { 1 = "*basic*", "2" = "plus", 3 = "1" }'


def with_codes(folder: Path, frame: pd.DataFrame, levels: str = NAMED) -> Study:
    study = make(folder, frame)
    text = study.path.read_text(encoding="utf-8")
    text = text.replace('levels = ["basic", "plus", "premium"]', levels)
    study.path.write_text(text, encoding="utf-8")
    return load_study(study.path)


def test_levels_have_the_names_that_the_study_gives_the_file_s_codes(tmp_path):
    """The last one's name is the first one's code; the file has a gap, so pandas writes 1.0."""
    codes = {"basic": "1.0", "plus": "2.0", "premium": "3.0"}
    frame = customers().replace({"segment": codes})
    frame.loc[0, "segment"] = ""
    study = with_codes(tmp_path, frame)
    segment = study.predictors["segment"]
    assert segment.levels == ("*basic*", "plus", "1")
    assert segment.written == segment.codes == ("1", "2", "3")
    loaded = load_customers(study)
    names = customers()["segment"].map({"basic": "*basic*", "plus": "plus", "premium": "1"})
    assert loaded["segment"].isna().to_numpy().nonzero()[0].tolist() == [0]
    assert (loaded["segment"][1:] == names[1:]).all()
    build = split_samples(study, loaded).build
    assert list(fit_logistic(study, build).parameters.index[-2:]) == ["segment(plus)", "segment(1)"]


def test_only_codes_are_read_where_levels_have_names(tmp_path):
    frame = customers().replace({"segment": {"basic": "1", "plus": "2", "premium": "3"}})
    frame.loc[4, "segment"] = "plus"
    with pytest.raises(StudyError) as error:
        load_customers(with_codes(tmp_path, frame))
    assert str(error.value).endswith(
        "column 'segment': values that test.toml does not name (levels: '1' (*basic*), '2' (plus), "
        "'3' (1)): row 6 'plus'. Correct the values, or the study file."
    )


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ('levels = { 1 = "a", 2 = "a" }', "must name two or more different levels"),
        ('levels = { 1 = "a" }', "must name two or more different levels"),
        ("levels = {}", "must name two or more different levels"),
        ('levels = { 1 = "a", 2 = "" }', "a value of 'levels' in [predictors.segment] is empty"),
        ('levels = { 1.0 = "a", 2.0 = "b" }', "a value of 'levels' in [predictors.segment] is a"),
        ('levels = "ab"', 'must be a list or a table: write it as ["…", "…"] or { "…" = "…" }'),
        ('levels = { 1 = "a", NA = "b" }', "'NA' is both a label and a text that means no value"),
    ],
)
def test_names_of_levels_that_cannot_be_used_are_refused(tmp_path, levels, message):
    with pytest.raises(StudyError) as error:
        with_codes(tmp_path, customers(), levels)
    assert message in str(error.value)


GERMAN = {"amount": lambda frame: frame["amount"].map(lambda v: f"{round(v):,}".replace(",", "."))}


def test_german_whole_numbers_are_an_error_until_the_study_file_says_what_they_are(tmp_path):
    frame = customers().assign(**GERMAN)
    with pytest.raises(StudyError) as error:
        load_customers(make(tmp_path, frame))
    for part in (
        "customers.csv, column 'amount': a decimal point or thousands? row",
        "under [data]",
    ):
        assert part in str(error.value)
    whole = load_customers(make(tmp_path, frame, data='thousands = "."'))["amount"]
    np.testing.assert_array_equal(whole, customers()["amount"].round())
    small = load_customers(make(tmp_path, frame, data='decimal = "."'))["amount"]
    np.testing.assert_array_equal(small, frame["amount"].astype(float))


def test_an_ambiguous_column_that_is_not_used_as_a_number_is_no_question(tmp_path):
    frame = customers().assign(id=[f"{1 + i / 1000:.3f}" for i in range(200)])
    assert load_customers(make(tmp_path, frame))["customer_id"][0] == "1.000"


def test_a_thousands_separator_implies_the_other_mark(tmp_path):
    for thousands, point in ((".", ","), (",", "."), (" ", ".")):
        study = make(tmp_path, customers(), data=f'thousands = "{thousands}"')
        assert study.format.decimal == point
    assert make(tmp_path, customers()).format.decimal == ""


def test_rows_left_out_for_missing_values_are_counted(tmp_path):
    frame = changed(amount={0: "", 1: "NA"}, segment={2: ""}, outcome={3: ""})
    study = make(tmp_path, frame, sample="holdout_size = 0.25\nseed = 7")
    loaded = load_customers(study)
    path = sample_path(study, loaded, split_samples(study, loaded))
    assert path["customers"].tolist() == [200, 196, 147, 49]


def test_few_events_are_a_warning(tmp_path):
    study = make(tmp_path, customers(40))
    samples = split_samples(study, load_customers(study))
    (warning,) = samples.warnings
    assert "churned customers for 4 coefficients" in warning
    study = make(tmp_path, customers(400))
    assert split_samples(study, load_customers(study)).warnings == ()


@pytest.mark.slow
@settings(max_examples=25)
@given(st.integers(0, 50), st.sampled_from([0.2, 0.5, 30]), st.integers(0, 2**32))
def test_the_split_is_a_partition_that_the_seed_repeats(tmp_path_factory, drop, size, seed):
    folder = tmp_path_factory.mktemp("split")
    frame = customers().drop(index=range(drop))
    study = make(folder, frame, sample=f"holdout_size = {size}\nseed = {seed}")
    loaded = load_customers(study)
    first, second = split_samples(study, loaded), split_samples(study, loaded)
    pd.testing.assert_frame_equal(first.build, second.build)
    parts = [*first.build["customer_id"], *first.holdout["customer_id"]]
    assert sorted(parts) == sorted(first.complete["customer_id"])
    assert len(first.holdout) == (size if size >= 1 else round(size * len(frame)))


# --- The study file -------------------------------------------------------------------------------

STUDY_FAULTS = {
    "empty column": ({"visits": 'column = ""'}, "'column' in [predictors.visits] is empty. Give"),
    "column of many": ({"visits": 'column = ["a"]'}, "'column' in [predictors.visits] is a list"),
    "empty label": ({"visits": 'label = ""'}, "'label' in [predictors.visits] is empty. Give"),
    "empty outcome": ({"outcome": ""}, "'column' in [outcome] is empty. Give"),
    "table as level": ({"visits": "levels = [{a = 1}, 2]"}, "a value of 'levels' in [predictors"),
    "unknown encoding": ({"data": 'encoding = "utf-9"'}, "'encoding' in [data] is 'utf-9'; there"),
    "no text encoding": ({"data": 'encoding = "hex"'}, "'encoding' in [data] is 'hex'; there"),
    "NUL in encoding": ({"data": 'encoding = "a\\u0000"'}, "'encoding' in [data] is 'a\\x00'"),
    "negative sheet": ({"data": "sheet = -1"}, "'sheet' in [data] is -1; give"),
    "header": ({"data": 'header = "first"'}, "'header' in [data] is 'first'; give the row"),
    "header row 0.5": ({"data": "header = 0.5"}, "'header' in [data] is 0.5; give the row"),
    "empty decimal": ({"data": 'decimal = ""'}, "'decimal' in [data] is ''; it must be"),
    "mark of exponents": ({"data": 'thousands = "e"'}, "'thousands' in [data] is 'e'; it must"),
    "nested brackets": ({"more": f"x = {'[' * 5000}"}, "nested too deeply"),
    "nested keys": ({"more": f"[predictors.{'a.' * 5000}a]"}, "unknown key 'a' in [predictors.a]"),
    "many digits": ({"sample": f"seed = {'1' * 5000}"}, "a number has too many digits. Write"),
    "many hex digits": (
        {"visits": f"label = 0x{'f' * 5000}"},
        "'label' in [predictors.visits] has too many digits. Write",
    ),
    "hex seed": ({"sample": f"seed = 0x{'f' * 5000}"}, "too many digits. Write"),
    "long seed": ({"sample": f"seed = {10**30}"}, "'seed' in [sample] is 1000"),
    "hex size": ({"sample": f"holdout_size = 0x{'f' * 5000}"}, "too many digits. Write"),
    "hex header": ({"data": f"header = 0x{'f' * 5000}"}, "too many digits. Write"),
    "no number": ({"data": "separator = 1"}, "'separator' in [data] is 1; it must be one char"),
    "newline in a mark": ({"data": 'separator = "\\n"'}, "it must be one character"),
    "sign and newline": ({"visits": 'sign = "+\\n"'}, "'sign' in [predictors.visits] is '+\\n'"),
    "true as seed": ({"sample": "seed = true"}, "'seed' in [sample] is True; it must be"),
    "true as share": ({"sample": "holdout_size = true"}, "'holdout_size' in [sample] is True;"),
    "one as share": ({"sample": "holdout_size = 1.0"}, "'holdout_size' in [sample] is 1.0;"),
    "number as flag": ({"more": "simulated = 1"}, "unknown key 'simulated' in"),
    "date of a list": ({"data": "missing = [[1979-05-27]]"}, "a value of 'missing' in [data] is a"),
    "misspelt key": ({"visits": 'colum = "v"'}, "unknown key 'colum' in [predictors.visits]. Did"),
    "long name": ({"more": f"[predictors.{'a' * 5000}]"}, "longer than 100 characters"),
    "control in a name": ({"more": '[predictors."a\\nb"]'}, "characters that cannot be shown"),
    "no name": ({"more": '[predictors.""]'}, "is empty, longer than"),
    "unknown key": ({"data": 'seperator = ";"'}, "unknown key 'seperator' in [data]. Did you mean"),
    "two characters": ({"data": 'separator = "||"'}, "'separator' in [data] is '||'"),
    "same marks": ({"data": 'decimal = ","\nthousands = ","'}, "'decimal' and 'thousands'"),
    "no list": ({"data": 'missing = "NA"'}, "'missing' in [data] must be a list"),
    "label missing": ({"data": 'missing = ["left"]'}, "'left' is both a label and a text that"),
    "encoding": ({"data": "encoding = 936"}, "'encoding' in [data] is 936"),
    "sheet": ({"data": "sheet = 1.5"}, "'sheet' in [data] is 1.5"),
    "fingerprint": (
        {"data": 'fingerprint = { amont = { digest = "1" } }'},
        "'amont' in [data.fingerprint] is no column",
    ),
    "fingerprint table": ({"data": 'fingerprint = "1"'}, "'fingerprint' in [data] must be a table"),
    "column twice": ({"visits": 'column = "amount"'}, "column 'amount' is named twice"),
    "outcome as predictor": ({"outcome": "visits"}, "column 'visits' is named twice"),
    "sign": ({"amount": 'sign = "positive"'}, "'sign' in [predictors.amount] is 'positive'"),
    "role": ({"visits": 'role = "frequence"'}, "Did you mean 'frequency'?"),
    "role twice": ({"visits": 'role = "amount"'}, "two predictors have the role 'amount'"),
    "levels": ({"visits": 'levels = ["a", "a"]'}, "two or more different levels"),
    "levels text": ({"visits": 'levels = "ab"'}, "'levels' in [predictors.visits] must be a list"),
    "no levels": ({"visits": "levels = []"}, "two or more different levels"),
    "a level's name": ({"more": '[predictors."segment(plus)"]'}, "the name of two things"),
    "reserved": (
        {"more": "[predictors.retained]"},
        "'retained' in [predictors.retained] is a name",
    ),
    "share": ({"sample": "holdout_size = 1.5"}, "'holdout_size' in [sample] is 1.5"),
    "seed": ({"sample": "seed = -1"}, "'seed' in [sample] is -1"),
    "samples": ({"sample": 'build = "a"\nholdout = "a"'}, "are both 'a'"),
    "cutoff": ({"sample": "[classification]\ncutoff = 60.24"}, "it must be between 0 and 1"),
    "nan": ({"sample": "[classification]\ncutoff = nan"}, "it must be between 0 and 1"),
    "removal": ({"sample": "[stepwise]\nremoval_p = 0.01"}, "Make removal_p the larger one"),
    "section": ({"sample": "[stepwize]"}, "unknown key 'stepwize'"),
    "flag": ({"sample": "[[]"}, "not a TOML file"),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", STUDY_FAULTS)
def test_a_study_file_that_cannot_be_used_names_the_key(tmp_path, fault):
    keys, message = STUDY_FAULTS[fault]
    with pytest.raises(StudyError) as error:
        make(tmp_path, customers(), **keys)
    assert message in str(error.value) and "test.toml" in str(error.value)


@pytest.mark.parametrize("day", ["2012-12-31", '"2012-12-31"', '"20121231"'])
def test_a_study_may_give_the_date_of_its_runs(day):
    text = f'title = "x"\nrun_date = {day}\ndata = {{file = "c.csv"}}\npredictors = {{a = {{}}}}\n'
    text += 'outcome = {column = "o", retained = 1, churned = 0}'
    assert parse_study(text, Path("x.toml")).run_date == "2012-12-31"
    for wrong in ('"31.12.2012"', "2012-12-31T00:00:00", "2012", '"2012-13-01"'):
        with pytest.raises(
            StudyError, match=r"'run_date' in the top of the file is .*; write a day"
        ):
            parse_study(text.replace(day, wrong), Path("x.toml"))


@pytest.mark.parametrize("text", ["", "title = 1", 'title = "x"\ndata = 3', 'title = "x"\n[data]'])
def test_an_incomplete_study_file_says_what_to_add(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(StudyError, match=r"Add it|must be a table"):
        load_study(path)


@pytest.mark.parametrize("study", ["x" * 5000 + ".toml", "a\0b.toml", "x" * 5000, "a\0b"])
def test_over_long_names_of_studies_are_one_clear_error(tmp_path, study):
    with pytest.raises(
        StudyError, match=r"too long\. Give it a shorter name|no such study|NUL"
    ) as error:
        load_study(tmp_path / study if study.endswith(".toml") else study)
    assert str(error.value).isprintable()


@pytest.mark.slow
@settings(max_examples=200)
@given(st.data())
def test_a_study_file_changed_anywhere_is_read_or_one_clear_error(tmp_path_factory, data):
    text = STUDY.format(
        **dict.fromkeys(("data", "amount", "visits", "more", "sample"), ""), outcome="outcome"
    )
    place = data.draw(st.integers(0, len(text)))
    inserted = data.draw(st.text(max_size=3) | st.sampled_from("[]{}=.\"'\\\n#,"))
    removed = data.draw(st.integers(0, 10))
    path = tmp_path_factory.mktemp("toml") / "test.toml"
    try:
        parse_study(text[:place] + inserted + text[place + removed :], path)
    except StudyError as error:
        assert str(path) in str(error) and str(error).isprintable()


def test_retained_and_churned_must_differ(tmp_path):
    path = tmp_path / "test.toml"
    make(tmp_path, customers())
    path.write_text(path.read_text().replace('"left"', '"stayed"'))
    with pytest.raises(
        StudyError, match=r"'retained' and 'churned' in .outcome. are both 'stayed'"
    ):
        load_study(path)


def test_no_such_study_suggests_the_nearest(tmp_path):
    with pytest.raises(StudyError, match=r"no such study. Did you mean 'reconstruction'?"):
        load_study("recontruction")
    make(tmp_path, customers())
    with pytest.raises(StudyError, match=r"Did you mean '.*test\.toml'?"):
        load_study(tmp_path / "tset.toml")


def test_a_byte_order_mark_in_the_study_file_is_no_obstacle(tmp_path):
    study = make(tmp_path, customers())
    study.path.write_text(study.path.read_text(), encoding="utf-8-sig")
    assert load_study(study.path).title == "A test"


def test_a_file_to_be_fetched_says_where(tmp_path):
    text = (DATA / "bank_churners.toml").read_text(encoding="utf-8")
    (tmp_path / "bank.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=r"no such file.*Its source: .*Kaggle.*4322342"):
        load_customers(load_study(tmp_path / "bank.toml"))


def test_labels_of_design_columns(tmp_path):
    study = make(tmp_path, customers(), visits='label = "Visits (branch)"')
    assert study.label("visits") == "Visits (branch)"
    assert study.label("segment(plus)") == "segment (plus)"
    assert study.label("Constant") == "Constant"
    assert study.design.columns["segment(plus)"] == ("segment", "plus")
    assert study.predictors["amount"].axis_label == "amount (yuan)"
    assert study.role("amount").name == "amount" and study.role("age") is None


def test_names_and_levels_may_have_brackets(tmp_path):
    frame = customers().rename(columns={"segment": "seg(ment)"})
    study = make(tmp_path, customers(), more='[predictors."a(b)"]\ncolumn = "age (years)"\n')
    assert study.label("a(b)") == "a(b)" and study.design.groups["a(b)"] == ("a(b)",)
    levels = {"seg(ment)": Predictor("seg(ment)", "s", "Segment (own)", levels=("x", "y (z)"))}
    design = make_design(levels)
    assert design.groups == {"seg(ment)": ("seg(ment)(y (z))",)}
    assert design.label("seg(ment)(y (z))") == "Segment (own) (y (z))"
    values = frame.assign(**{"seg(ment)": ["x", "y (z)"] * (len(frame) // 2)})
    assert design.matrix(values)["seg(ment)(y (z))"].tolist() == [0.0, 1.0] * (len(frame) // 2)


# --- Other people's formats -----------------------------------------------------------------------

CHINESE = """
title = "某银行"
[data]
file = "{file}"
id = "客户号"
{data}
[outcome]
column = "是否流失"
retained = "否"
churned = "是"
[predictors."月均金额"]
unit = "元"
[predictors."性别"]
levels = ["女", "男"]
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gb18030", "gbk", "bom", "semicolons", "tabs", "xlsx", "parquet"])
def test_one_table_in_many_formats(tmp_path, kind):
    rng = np.random.default_rng(3)
    amount = rng.lognormal(8, 2, 60).round(2)
    frame = pd.DataFrame(
        {
            "客户号": [f"00{i}" for i in range(60)],
            "月均金额": amount,
            "性别": rng.choice(["男", "女"], 60),
            "是否流失": rng.choice(["是", "否"], 60),
        }
    )
    frame.loc[5, "月均金额"] = np.nan
    data, name = "", "客户.csv"
    if kind in ("gb18030", "gbk"):
        frame.to_csv(tmp_path / name, index=False, encoding=kind)
        data = f'encoding = "{kind}"'
    elif kind == "bom":
        frame.to_csv(tmp_path / name, index=False, encoding="utf-8-sig")
    elif kind == "semicolons":
        marks = str.maketrans(",.", ".,")
        text = frame["月均金额"].map("{:,.2f}".format, na_action="ignore").str.translate(marks)
        frame.assign(月均金额=text).to_csv(tmp_path / name, index=False, sep=";")
        data = 'separator = ";"\ndecimal = ","\nthousands = "."'
    elif kind == "tabs":
        name, data = "客户.tsv", 'separator = "\\t"'
        frame.to_csv(tmp_path / name, index=False, sep="\t")
    elif kind == "xlsx":
        name = "客户.xlsx"
        frame.to_excel(tmp_path / name, index=False)
    else:
        name = "客户.parquet"
        frame.to_parquet(tmp_path / name)
    (tmp_path / "某.toml").write_text(CHINESE.format(file=name, data=data), encoding="utf-8")
    loaded = load_customers(load_study(tmp_path / "某.toml"))
    assert loaded["customer_id"].tolist() == frame["客户号"].tolist()
    np.testing.assert_array_equal(loaded["月均金额"], frame["月均金额"])
    assert loaded["性别"].tolist() == frame["性别"].tolist()
    assert (loaded["retained"] == (frame["是否流失"] == "否")).all()


# --- Linear dependence ----------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.integers(2, 6), st.integers(0, 2**32), st.floats(1e-6, 1e6))
def test_a_combination_is_found_whatever_its_scale(k, seed, scale):
    rng = np.random.default_rng(seed)
    design = pd.DataFrame(rng.normal(size=(50, k)), columns=[f"x{i}" for i in range(k)])
    assert linear_dependences(design) == {}
    design["sum"] = scale * (3 + design["x0"] - 2 * design[f"x{k - 1}"])
    assert linear_dependences(design) == {"sum": ["x0", f"x{k - 1}"]}


# --- The fingerprint of the other bank's customers ------------------------------------------------


@pytest.fixture
def bank(tmp_path):
    """Return the bank's file as text cells and a function that loads an altered copy of it."""
    study = load_study("bank_churners")
    text = study.path.read_text(encoding="utf-8").replace("external/", "")

    def load(frame: pd.DataFrame, **options) -> pd.DataFrame:
        frame.to_csv(tmp_path / study.file.name, index=False, **options)
        (tmp_path / "bank.toml").write_text(text, encoding="utf-8")
        return load_customers(load_study(tmp_path / "bank.toml"))

    return pd.read_csv(study.file, dtype=str), load


@pytest.mark.slow
@pytest.mark.bank_churners
def test_copies_saved_again_pass(bank):
    frame, load = bank
    numbers = frame.apply(pd.to_numeric, errors="coerce").combine_first(frame)
    numbers["CLIENTNUM"] = numbers["CLIENTNUM"].astype(float)
    numbers["Total_Trans_Amt"] = frame["Total_Trans_Amt"].astype(float).map("{:.6e}".format)
    copies = [
        load(frame),
        load(frame, quoting=1),
        load(numbers.sample(frac=1, random_state=1)),
        load(frame.iloc[:, ::-1].drop(columns="Credit_Limit"), lineterminator="\r\n"),
    ]
    assert {len(copy) for copy in copies} == {10127}


@pytest.mark.bank_churners
def test_an_altered_copy_is_refused_with_the_column_and_the_difference(bank):
    frame, load = bank
    altered = frame.copy()
    altered.loc[:1768, "Dependent_count"] = "0"
    with pytest.raises(StudyError) as error:
        load(altered)
    message = str(error.value)
    mean = pd.to_numeric(altered["Dependent_count"]).mean()
    assert f"column 'Dependent_count' has mean {mean:.6g}" in message
    assert "instead of mean 2.3462, sd 1.29891" in message
    assert "column '" not in message.replace("column 'Dependent_count'", "")
    assert "[data.fingerprint]" in message


@pytest.mark.bank_churners
def test_values_exchanged_between_customers_are_noticed(bank):
    frame, load = bank
    frame["Customer_Age"] = frame["Customer_Age"].to_numpy()[::-1]
    with pytest.raises(StudyError, match="column 'Customer_Age' has the same distribution"):
        load(frame)


def test_every_shipped_study_is_described(tmp_path):
    for path in sorted(path for path in DATA.glob("*.toml") if not is_paper(path)):
        study = load_study(path.stem)
        assert study.title and study.description and study.source
        assert tomllib.loads(path.read_text(encoding="utf-8"))["data"]["file"] in str(study.file)


def test_a_paper_is_no_study(tmp_path):
    path = tmp_path / "nursing.paper.toml"
    path.write_text("", encoding="utf-8")
    with pytest.raises(StudyError, match=r"nursing\.paper\.toml: a paper's .* -m erfm examine "):
        load_study(path)
    with pytest.raises(StudyError) as error:
        load_study(tmp_path / "nursin.toml")
    assert "paper" not in str(error.value).replace(str(tmp_path), "")
