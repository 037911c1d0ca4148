"""Drafts: what is guessed of other people's files, and that a draft never breaks or alters them."""

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.datasets import anes96

from erfm.customers.drafting import LEFT_OUT, WHOLE_FILE, draft_study, main_new, write_draft
from erfm.customers.load import load_customers
from erfm.customers.study_file import load_study, parse_study
from erfm.logistic import fit_logistic
from erfm.samples import split_samples
from erfm.stepwise import forward_lr
from erfm.study import Study, StudyError


def analysed(path: Path) -> Study:
    """Draft, write, load, split, fit and reduce; return the study."""
    study = load_study(write_draft(draft_study(path), overwrite=True))
    samples = split_samples(study, load_customers(study))
    fit_logistic(study, samples.build)
    forward_lr(study, samples.build)
    return study


def guess_of(path: Path, column: str) -> str:
    return draft_study(path).guesses.set_index("column").loc[column, "guess"]


def strings(n: int, seed: int = 5) -> pd.DataFrame:
    """Customers with a string outcome, a date, free text, a constant and a duplicated label."""
    rng = np.random.default_rng(seed)
    recency = rng.integers(0, 90, n)
    lost = rng.random(n) < 1 / (1 + np.exp(1.5 - 0.03 * recency))
    return pd.DataFrame(
        {
            "CustomerId": rng.permutation(n) + 10_000,
            "Days since last visit": recency,
            "Amount (yuan)": rng.lognormal(6, 1, n).round(2),
            "Opened": [f"2010-{1 + i % 12:02}-01" for i in range(n)],
            "Remarks": [f"note {i}" for i in range(n)],
            "Country": "PRC",
            "Status": np.where(lost, "closed", "open"),
        }
    )


def categories(n: int, seed: int = 6) -> pd.DataFrame:
    """Customers with two categorical predictors, missing values in three columns and codes."""
    rng = np.random.default_rng(seed)
    region = rng.choice(["north", "south", "east", "west"], n, p=[0.2, 0.4, 0.2, 0.2])
    orders = rng.poisson(6, n).astype(object)
    churn = rng.random(n) < np.where(region == "east", 0.6, 0.3)
    frame = pd.DataFrame(
        {
            "region": region,
            "plan": rng.choice(["basic", "plus", "gold"], n),
            "account_type": rng.integers(1, 4, n),
            "n_orders": orders,
            "age": rng.integers(18, 80, n).astype(float),
            "churn": churn.astype(int),
        }
    )
    frame.loc[rng.choice(n, n // 10, replace=False), "age"] = np.nan
    frame.loc[rng.choice(n, n // 20, replace=False), "plan"] = None
    frame.loc[rng.choice(n, n // 20, replace=False), "n_orders"] = "n/a"
    return frame


def chinese(n: int, seed: int = 7) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "客户号": [f"K{i:05}" for i in range(n)],
            "最近一次交易距今(天)": rng.integers(0, 200, n),
            "交易笔数": rng.poisson(9, n),
            "月均金额（元）": rng.lognormal(8, 1, n).round(2),
            "子女数": rng.integers(0, 4, n),
            "性别": rng.choice(["男", "女"], n, p=[0.7, 0.3]),
            "年龄": rng.integers(18, 80, n),
            "是否流失": rng.choice(["是", "否"], n),
        }
    )


def test_a_string_outcome_dates_free_text_and_a_constant(tmp_path):
    path = tmp_path / "shop.csv"
    strings(3000).to_csv(path, index=False)
    study = analysed(path)
    assert study.id_column == "CustomerId"
    assert (study.outcome_column, study.retained, study.churned) == ("Status", "open", "closed")
    assert set(study.predictors) == {"recency", "amount"}
    assert (
        study.predictors["amount"].label == "Amount" and study.predictors["amount"].unit == "yuan"
    )
    assert study.predictors["recency"].sign == "-"
    text = study.path.read_text(encoding="utf-8")
    for reason in (
        "Opened: dates",
        "Remarks: text with 3000 different values",
        "Country: a constant",
    ):
        assert f"#   {reason}" in text


@pytest.mark.slow
def test_categories_codes_and_missing_values(tmp_path):
    path = tmp_path / "shop.csv"
    frame = categories(3000)
    frame.to_csv(path, index=False)
    study = analysed(path)
    assert study.predictors["region"].levels[0] == "south"
    assert set(study.predictors["plan"].levels) == {"basic", "plus", "gold"}
    assert study.predictors["account_type"].categorical
    assert not study.predictors["frequency"].categorical
    assert "n/a" in study.format.missing
    assert (study.retained, study.churned) == ("0", "1")
    loaded = load_customers(study)
    assert loaded["plan"].isna().sum() == frame["plan"].isna().sum()
    assert loaded["frequency"].isna().sum() == (frame["n_orders"] == "n/a").sum()


def coded(n: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    race, ward = rng.integers(1, 4, n), rng.integers(1, 4, n)
    return pd.DataFrame(
        {
            "race": np.where(rng.random(n) < 0.02, np.nan, race),
            "visits last year": rng.integers(0, 5, n),
            "two": rng.integers(1, 3, n),
            "half": rng.choice([1, 1.5, 2], n),
            "months": rng.choice([12, 24, 36], n),
            "many": rng.integers(0, 40, n),
            "frequency": rng.integers(1, 6, n),
            "ward_code": ward,
            "churned": (rng.random(n) < 0.2 + 0.2 * (race == 2)).astype(int),
        }
    )


def test_few_whole_numbers_are_asked_whether_they_are_codes(tmp_path):
    """pandas writes 1.0 in a column with a gap; numbers that cannot be codes are no question."""
    path = tmp_path / "coded.csv"
    coded().to_csv(path, index=False)
    draft = draft_study(path)
    assert draft.codes == {"race": ("1", "2", "3"), "visits_last_year": ("0", "1", "2", "3", "4")}
    assert not draft.problem
    reasons = draft.guesses.set_index("column")["reason"]
    assert reasons["race"] == (
        "numbers, 3 different ones, which may be codes: see the question in the file"
    )
    assert [column for column in reasons.index if "may be codes" in reasons[column]] == [
        "race", "visits last year",
    ]  # fmt: skip
    text = draft.text()
    assert (
        "# QUESTION: are 1, 2, 3 codes of a category rather than quantities? Then name them by the "
        "next line, the reference level first (delete its '#'):\n"
        '# levels = { "1" = "1", "2" = "2", "3" = "3" }\n' in text
    )
    # Codes by the column's name are a category without a question, ready to be named.
    assert re.search(r'\nlevels = \{ "[123]" = .* \}  # check: each code = "its name"', text)
    numbers = parse_study(text, tmp_path / "coded.toml")
    assert not numbers.predictors["race"].categorical


def test_the_answer_to_the_question_makes_a_category_with_names(tmp_path):
    path = tmp_path / "coded.csv"
    coded().to_csv(path, index=False)
    answer = '# levels = { "1" = "1", "2" = "2", "3" = "3" }'
    named = 'levels = { "1" = "white", "2" = "black", "3" = "other" }'
    text = draft_study(path).text()
    assert text.count(answer) == 1
    study = parse_study(text.replace(answer, named), tmp_path / "coded.toml")
    loaded = load_customers(study)
    assert set(loaded["race"].dropna()) == {"white", "black", "other"}
    assert loaded["race"].isna().sum() == coded()["race"].isna().sum() > 0
    fit_logistic(study, split_samples(study, loaded).build)


@pytest.mark.slow
@pytest.mark.parametrize("make", [strings, categories, chinese])
def test_fifty_customers(tmp_path, make):
    path = tmp_path / "few.csv"
    make(50).to_csv(path, index=False)
    assert analysed(path).predictors


@pytest.mark.slow
@pytest.mark.parametrize("written", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "xlsx"])
def test_chinese_columns_in_every_encoding(tmp_path, written):
    frame = chinese(400)
    path = tmp_path / ("客户.xlsx" if written == "xlsx" else "客户.csv")
    if written == "xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_csv(path, index=False, encoding=written)
    study = analysed(path)
    assert set(study.predictors) == {"recency", "frequency", "amount", "has_child", "gender", "age"}
    assert study.id_column == "客户号"
    assert (study.outcome_column, study.retained, study.churned) == ("是否流失", "否", "是")
    assert study.predictors["recency"].unit == "天" and study.predictors["amount"].unit == "元"
    assert study.predictors["gender"].levels == ("男", "女")
    np.testing.assert_array_equal(load_customers(study)["amount"], frame["月均金额（元）"])


@pytest.mark.slow
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("decimal", "thousands"), [(".", ""), (",", ""), (".", ","), (",", "."), (",", " "), (".", "'")]
)
def test_separators_and_marks(tmp_path, separator, decimal, thousands):
    frame = strings(300)

    def write(value: float) -> str:
        marks = {",": thousands, ".": decimal}
        return "".join(marks.get(mark, mark) for mark in f"{value:,.2f}")

    path = tmp_path / "export.csv"
    marked = frame.assign(**{"Amount (yuan)": frame["Amount (yuan)"].map(write)})
    marked.to_csv(path, index=False, sep=separator)
    study = analysed(path)
    form = study.format
    assert (form.separator, form.decimal, form.thousands) == (separator, decimal, thousands)
    np.testing.assert_array_equal(load_customers(study)["amount"], frame["Amount (yuan)"])


# --- A decimal point or thousands? ----------------------------------------------------------------


def german(n: int = 300, seed: int = 8) -> pd.DataFrame:
    """Customers whose amounts are whole numbers, grouped by points."""
    rng = np.random.default_rng(seed)
    amounts = rng.integers(100, 99_999, n)
    return pd.DataFrame(
        {
            "Kunde": [f"K{i:05}" for i in range(n)],
            "amount": [f"{amount:,}".replace(",", ".") for amount in amounts],
            "visits": rng.poisson(6, n),
            "Status": rng.choice(["closed", "open"], n),
        }
    )


def whole(frame: pd.DataFrame) -> np.ndarray:
    return frame["amount"].str.replace(".", "").astype(float).to_numpy()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_german_whole_numbers_are_a_question_until_it_is_answered(tmp_path, kind):
    path = tmp_path / f"kunden.{kind}"
    frame = german()
    frame.to_csv(path, index=False) if kind == "csv" else frame.to_excel(path, index=False)
    draft = draft_study(path)
    (question,) = draft.questions
    example = next(text for text in frame["amount"] if "." in text)
    assert f"is {example} the number {example} or {example.replace('.', '')}?" in question
    assert "a decimal point or thousands?" in draft.problem
    study_file = write_draft(draft)
    text = study_file.read_text(encoding="utf-8")
    with pytest.raises(StudyError, match=r"column 'amount': a decimal point or thousands\?"):
        load_customers(load_study(study_file))
    for line, numbers in (
        ('thousands = "."', whole(frame)),
        ('decimal = "."', frame["amount"].astype(float).to_numpy()),
    ):
        study_file.write_text(text.replace(f"# {line}", line), encoding="utf-8")
        loaded = load_customers(load_study(study_file))
        np.testing.assert_array_equal(loaded["amount"], numbers)


def test_commas_that_can_be_both_are_a_question_too(tmp_path):
    path = tmp_path / "kunden.csv"
    german().replace({"amount": {r"\.": ","}}, regex=True).to_csv(path, index=False, sep=";")
    draft = draft_study(path)
    (question,) = draft.questions
    assert '# decimal = ","' in question and '# thousands = ","' in question
    with pytest.raises(StudyError, match=r'Write .*thousands = ","'):
        load_customers(load_study(write_draft(draft)))


@pytest.mark.slow
def test_thousands_that_first_appear_late_are_seen(tmp_path):
    path = tmp_path / "kunden.csv"
    frame = german(3000)
    frame.loc[:2899, "amount"] = frame.loc[:2899, "amount"].str[:3].str.replace(".", "")
    frame.to_csv(path, index=False)
    assert draft_study(path).questions
    frame.loc[2999, "amount"] = "1.234.567"
    frame.to_csv(path, index=False)
    draft = draft_study(path)
    assert not draft.questions and draft.format.thousands == "."
    np.testing.assert_array_equal(analysed(path).format.thousands, ".")


@pytest.mark.parametrize(
    ("other", "marks"),
    [
        (lambda i: f"{i / 8:.3f}", (".", "")),
        (lambda i: f"{i / 8:.2f}".replace(".", ","), (",", ".")),
        (lambda i: f"1.{100 + i}.{500 + i}", (",", ".")),
    ],
)
def test_a_column_with_many_values_settles_the_mark_for_the_file_and_is_named(
    tmp_path, other, marks
):
    path = tmp_path / "kunden.csv"
    frame = german().assign(other=[other(i) for i in range(300)])
    frame.to_csv(path, index=False, sep=";")
    draft = draft_study(path)
    assert not draft.questions
    assert (draft.format.decimal, draft.format.thousands) == marks
    reason = draft.guesses.set_index("guess").loc["decimal", "reason"]
    assert "in column 'other' settles it, also for 'amount'" in reason
    loaded = load_customers(load_study(write_draft(draft)))
    expected = whole(frame) if marks[1] else frame["amount"].astype(float)
    np.testing.assert_array_equal(loaded["amount"], expected)


def test_codes_settle_nothing_and_contradictions_are_left_out(tmp_path):
    path = tmp_path / "kunden.csv"
    frame = german().assign(rate=["0.5", "1.5"] * 150)
    frame.to_csv(path, index=False)
    assert draft_study(path).questions
    numbers = [f"{i / 8:.2f}" for i in range(300)]
    frame = german().assign(one=numbers, two=[text.replace(".", ",") for text in numbers])
    frame.to_csv(path, index=False, sep=";")
    guesses = draft_study(path).guesses.set_index("column")
    assert guesses.loc["amount", "guess"] == LEFT_OUT
    assert "contradict" in guesses.loc["amount", "reason"]


def test_a_question_about_a_column_that_is_not_used_is_not_asked(tmp_path):
    path = tmp_path / "kunden.csv"
    german().rename(columns={"amount": "postcode"}).to_csv(path, index=False)
    assert not draft_study(path).questions
    assert "visits" in {p.column for p in analysed(path).predictors.values()}


def test_three_decimals_are_not_taken_for_thousands(tmp_path):
    path = tmp_path / "ratios.csv"
    frame = categories(200).assign(ratio=np.random.default_rng(2).random(200).round(3))
    frame.loc[:9, "region"] = "1,5"
    frame.to_csv(path, index=False)
    assert draft_study(path).format.decimal == "."


def test_western_accents_are_not_taken_for_chinese(tmp_path):
    path = tmp_path / "kunden.csv"
    frame = categories(200).replace({"region": {"south": "Süd", "east": "Österreich"}})
    frame.to_csv(path, index=False, encoding="cp1252")
    study = analysed(path)
    assert study.format.encoding == "cp1252"
    assert "Österreich" in study.predictors["region"].levels


@pytest.mark.slow
@pytest.mark.parametrize(
    "encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-32", "gb18030", "gbk"]
)
def test_encodings_that_leave_no_doubt_are_drafted(tmp_path, encoding):
    path = tmp_path / "客户.csv"
    frame = chinese(200)
    frame.to_csv(path, index=False, encoding=encoding)
    study = analysed(path)
    assert study.format.encoding == encoding.replace("gbk", "gb18030")
    assert study.predictors["gender"].levels == ("男", "女")


def test_an_encoding_in_doubt_is_refused_until_it_is_said(tmp_path):
    path = tmp_path / "clients.csv"
    frame = categories(200).replace({"region": {"south": "Hélène", "east": "Besné"}})
    frame.to_csv(path, index=False, encoding="cp1252")
    with pytest.raises(StudyError) as error:
        draft_study(path)
    for part in ("cp1252 ('Hélène')", "cp1250 ('Hélčne')", "save the file as UTF-8"):
        assert part in str(error.value)
    study = load_study(main_new(path, encoding="cp1252"))
    assert "Hélène" in study.predictors["region"].levels


@pytest.mark.slow
@pytest.mark.parametrize("above", ["Report of March\n\n", "Report of March;;;\n;;;\n", "sep=;\n\n"])
def test_a_title_above_the_header_is_recognised(tmp_path, above):
    path = tmp_path / "shop.csv"
    path.write_text(above + strings(100).to_csv(index=False, sep=";"))
    study = analysed(path)
    assert study.format.header == 3 and study.format.separator == ";"
    assert len(load_customers(study)) == 100
    assert "the rows above look like a title" in study.path.read_text(encoding="utf-8")


def test_an_outcome_of_decimals_is_found(tmp_path):
    path = tmp_path / "shop.csv"
    frame = categories(100)
    frame["churn"] = frame["churn"].map({0: "0.0", 1: "1.0"})
    frame.loc[5, "churn"] = "1"
    frame.to_csv(path, index=False)
    study = analysed(path)
    assert study.outcome_column == "churn"
    assert load_customers(study)["retained"].notna().all()


@pytest.mark.slow
def test_five_hundred_columns_are_drafted(tmp_path):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(400, 500)).round(3)).add_prefix("x")
    for i in range(10, 15):
        frame[f"x{i}"] = 2 * frame[f"x{i - 10}"] + 1
    frame["churn"] = rng.integers(0, 2, 400)
    path = tmp_path / "wide.csv"
    frame.to_csv(path, index=False)
    draft = draft_study(path)
    assert not draft.problem and len(draft.predictors) >= 5
    reasons = draft.guesses.set_index("column")["reason"]
    assert reasons["x12"] == "a linear combination of x2"
    assert reasons["x499"].startswith("too many predictors for")


def test_the_american_voters_of_statsmodels(tmp_path):
    path = tmp_path / "anes96.csv"
    anes96.load_pandas().data.to_csv(path, index=False)
    study = analysed(path)
    assert study.outcome_column == "vote" and len(study.predictors) == 10
    assert "mere assumption" in study.path.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.bank_churners
def test_the_other_bank_is_guessed_as_its_study_describes_it(tmp_path):
    shipped = load_study("bank_churners")
    path = tmp_path / shipped.file.name
    path.symlink_to(shipped.file.resolve())
    study = analysed(path)
    for name, predictor in shipped.predictors.items():
        assert study.predictors[name].column == predictor.column
        assert study.predictors[name].levels == predictor.levels
    assert study.id_column == shipped.id_column
    assert (study.retained, study.churned) == (shipped.retained, shipped.churned)
    # These are a classifier's verdicts on the outcome, and a difference of two other columns.
    for column in ("Naive_Bayes_Classifier", "Avg_Open_To_Buy"):
        assert not [p for p in study.predictors.values() if p.column.startswith(column)]


def test_the_shipped_customers_are_guessed_as_their_study_describes_them(tmp_path):
    shipped = load_study("reconstruction")
    study = parse_study(draft_study(shipped.file).text(), tmp_path / "draft.toml")
    assert {p.name for p in study.predictors.values()} == set(shipped.predictors)
    for key in ("id_column", "outcome_column", "retained", "sample_column", "build", "holdout"):
        assert getattr(study, key) == getattr(shipped, key)


@pytest.mark.slow
def test_what_gives_the_outcome_away_or_is_determined_is_left_out(tmp_path):
    frame = categories(500)
    frame["score"] = frame["churn"] * 10 + np.random.default_rng(1).random(500)
    frame["reason"] = np.where(frame["churn"] == 1, "moved", "")
    frame["letter"] = np.where(frame["churn"] == 1, "sent", frame["region"])
    frame["visits"] = frame["age"] * 2 + 1
    frame["rare"] = ["x", "y"] * 249 + ["z", "x"]
    frame = frame[[*frame.columns.drop("churn"), "churn"]]
    path = tmp_path / "shop.csv"
    frame.to_csv(path, index=False)
    guesses = draft_study(path).guesses.set_index("column")
    assert (guesses.loc[["score", "reason", "letter", "visits", "rare"], "guess"] == LEFT_OUT).all()
    assert "AUC 1.0000" in guesses.loc["score", "reason"]
    assert guesses.loc["visits", "reason"] == "a linear combination of age"
    assert "'z'" in guesses.loc["rare", "reason"]
    analysed(path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "values", "retained"),
    [
        ("Exited", ["1", "0"], "0"),
        ("retained", ["1", "0"], "1"),
        ("IsActive", ["TRUE", "FALSE"], "TRUE"),
        ("Inactive", ["TRUE", "FALSE"], "FALSE"),
        ("留存", ["是", "否"], "是"),
        ("status", ["流失", "正常"], "正常"),
        ("answer", ["no", "yes"], "yes"),
    ],
)
def test_which_outcome_is_retained(tmp_path, column, values, retained):
    frame = categories(100).drop(columns="churn")
    frame[column] = values * 50
    path = tmp_path / "shop.csv"
    frame.to_csv(path, index=False)
    draft = draft_study(path)
    assert draft.outcome_column == column and draft.retained == retained
    assert {draft.retained, draft.churned} == set(values)


def test_no_outcome_is_an_error_that_says_what_is_needed(tmp_path):
    path = tmp_path / "shop.csv"
    pd.DataFrame({"x": [1, 2, 3], "y": [4, 5, 6]}).to_csv(path, index=False)
    with pytest.raises(
        StudyError, match=r"no column has exactly two values.*The columns are: x, y"
    ):
        draft_study(path)
    with pytest.raises(StudyError, match="no such file"):
        draft_study(tmp_path / "shpo.csv")


def test_text_among_numbers_is_left_out_with_its_rows(tmp_path):
    path = tmp_path / "shop.csv"
    frame = strings(100).astype(object)
    frame.loc[3, "Amount (yuan)"] = "about 5"
    frame.to_csv(path, index=False)
    guess = draft_study(path).guesses.set_index("column").loc["Amount (yuan)"]
    assert guess["guess"] == LEFT_OUT and "row 5 'about 5'" in guess["reason"]


def test_a_draft_that_cannot_be_analysed_says_why(tmp_path):
    path = tmp_path / "one.csv"
    frame = strings(60)
    frame["Status"] = ["closed", *["open"] * 59]
    frame.to_csv(path, index=False)
    draft = draft_study(path)
    assert "same outcome" in draft.problem
    assert f"# It cannot be analysed yet: {draft.problem}" in draft.text()
    load_study(write_draft(draft))


@pytest.mark.slow
def test_a_file_is_never_overwritten_unasked(tmp_path):
    path = tmp_path / "shop.csv"
    strings(100).to_csv(path, index=False)
    target = main_new(path)
    assert target == tmp_path / "shop.toml"
    target.write_text("mine")
    with pytest.raises(StudyError, match=r"shop\.toml: there is such a file already"):
        main_new(path)
    assert target.read_text() == "mine"
    assert load_study(main_new(path, overwrite=True)).outcome_column == "Status"


def test_a_draft_written_elsewhere_finds_the_customers(tmp_path):
    path = tmp_path / "data" / "shop.csv"
    path.parent.mkdir()
    strings(100).to_csv(path, index=False)
    (tmp_path / "studies").mkdir()
    target = write_draft(draft_study(path), tmp_path / "studies" / "mine.toml")
    assert 'file = "../data/shop.csv"' in target.read_text(encoding="utf-8")
    assert len(load_customers(load_study(target))) == 100


def test_every_guess_in_the_file_is_marked(tmp_path):
    path = tmp_path / "shop.csv"
    categories(300).to_csv(path, index=False, sep=";")
    settled = ("file =", "column =", "seed =", "entry_p =", "removal_p =", "[", "#")
    for line in draft_study(path).text().splitlines():
        assert not line or "# check" in line or line.startswith(settled), line


# --- Odd files ------------------------------------------------------------------------------------

NAMES = st.one_of(
    st.sampled_from(
        ["id", "Churn", "age", "age(years)", "retained", "sample", 'a"b', "金额", "x\ny"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6),
)
COLUMNS = [
    st.sampled_from(["yes", "no"]),
    st.sampled_from(["0", "1", ""]),
    st.sampled_from(["a", "b", "c", "?", "NA"]),
    st.integers(-9, 10**6).map(str),
    st.floats().map(repr),
    st.sampled_from(["1e308", "-1e308", "1e-308"]),
    st.sampled_from(["1,5", "2,25", "1.234,5", "n/a"]),
    st.text(max_size=3),
    st.dates().map(str),
]


@st.composite
def odd_tables(draw):
    names = draw(st.lists(NAMES, min_size=2, max_size=5, unique_by=lambda name: name.strip()))
    kinds = draw(st.lists(st.sampled_from(COLUMNS), min_size=len(names), max_size=len(names)))
    rows = draw(st.integers(1, 30))
    columns = [draw(st.lists(kind, min_size=rows, max_size=rows)) for kind in kinds]
    return [names, *map(list, zip(*columns, strict=True))]


@pytest.mark.slow
@settings(max_examples=60)
@given(odd_tables(), st.sampled_from(",;\t"), st.sampled_from(["utf-8", "gb18030", "utf-8-sig"]))
def test_odd_files_give_a_draft_that_loads_or_one_clear_error(
    tmp_path_factory, rows, separator, encoding
):
    path = tmp_path_factory.mktemp("odd") / "odd.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    try:
        draft = draft_study(path)
        study = load_study(write_draft(draft))
        loaded = load_customers(study)
    except StudyError as error:
        assert str(path.parent) in str(error)
        return
    source = {
        name.strip() or f"column {position}": column
        for position, (name, *column) in enumerate(zip(*rows, strict=True), start=1)
    }
    for name, predictor in study.predictors.items():
        for position, value in loaded[name].items():
            cell = source[predictor.column][position].strip()
            if cell in ("", *study.format.missing):
                assert pd.isna(value)
            elif predictor.levels:
                assert value == cell
            else:
                plain = cell.replace(study.format.thousands or "\0", "")
                assert value == float(plain.replace(study.format.point, "."))


@pytest.mark.slow
@settings(max_examples=60)
@given(st.binary(max_size=120))
def test_any_bytes_give_a_draft_or_one_clear_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "any.csv"
    path.write_bytes(content)
    try:
        load_study(write_draft(draft_study(path)))
    except StudyError as error:
        assert str(path.parent) in str(error)


def test_a_draft_gives_reasons_for_marks_that_it_guesses_alone(tmp_path):
    path = tmp_path / "customers.csv"
    rows = [f"{i},{i / 8},{'yes' if i % 3 else 'no'}" for i in range(40)]
    path.write_text("\n".join(["id,score,churned", *rows]))
    guesses = draft_study(path).guesses.set_index("column")
    assert guesses.loc[[WHOLE_FILE], "guess"].tolist() == ["decimal"]
