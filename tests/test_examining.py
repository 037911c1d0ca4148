"""``python -m erfm examine``: what a terminal, a spreadsheet, a program and Word are given."""

import json
import re

import docx
import pandas as pd
import pytest
from test_paper_file import PAPER

from erfm.paper.claims import KINDS
from erfm.paper.examination import FAIRNESS, MEANINGS, examine_paper
from erfm.report.cli import main
from erfm.report.examining import _columns, as_text
from erfm.study import DATA

WRONG = PAPER.replace('printed = "60%"', 'printed = "65%"')


@pytest.fixture
def papers(tmp_path):
    """A right paper, a wrong one and one that cannot be read, by these names."""
    texts = {"right": PAPER, "wrong": WRONG, "bad": PAPER.replace('kind = "sum"', 'kind = "s"')}
    for name, text in texts.items():
        (tmp_path / f"{name}.paper.toml").write_text(text, encoding="utf-8")
    return {name: str(tmp_path / f"{name}.paper.toml") for name in texts}


@pytest.mark.parametrize(
    ("names", "status"),
    [("right", 0), ("wrong", 3), ("bad", 2), ("right wrong right", 3), ("right bad", 2),
     ("wrong bad", 3)],
)  # fmt: skip
def test_the_exit_status_is_the_largest(papers, capsys, names, status):
    assert main(["examine", *(papers[name] for name in names.split())]) == status
    printed = capsys.readouterr()
    assert printed.err.count("\n") == names.split().count("bad")
    if "bad" in names:
        assert printed.err.startswith(f"error: {papers['bad']}: claim 1: kind 's' is none. ")
    examined = len(names.split()) - names.split().count("bad")
    assert printed.out.count("A paper made for a test") == examined
    assert (" ".join(FAIRNESS.split()) in " ".join(printed.out.split())) == bool(examined)


def test_a_folder_stands_for_the_papers_in_it(papers, tmp_path, capsys):
    (tmp_path / "study.toml").write_text("no paper", encoding="utf-8")
    assert main(["examine", str(tmp_path)]) == 3
    printed = capsys.readouterr()
    assert printed.out.count("A paper made for a test") == 2
    assert printed.err.count("\n") == 1 and "bad.paper.toml" in printed.err


def test_no_file_is_one_line(tmp_path, capsys):
    for name in ("nobody", str(tmp_path / "a.toml"), str(tmp_path), "", "a\0.toml"):
        assert main(["examine", name]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert re.fullmatch(r"error: .*\. .*\.\n", printed.err)


@pytest.mark.parametrize("width", [60, 100, 140])
def test_each_value_is_printed_with_its_verdict_and_why(papers, width):
    text = as_text(examine_paper(papers["wrong"]), width)
    assert max(map(_columns, text.splitlines())) <= width
    words = " ".join(text.split())
    told = (
        "12 of 20 is 60%; 65% is printed, the share of 13. What would have to be true: The part "
        "would have to be 13. Together with: Men 12; Number 20."
    )
    # In columns, a cell's lines stand beside those of its neighbours.
    why = {60: 0, 100: 54, 140: 62}[width]
    assert told in " ".join(" ".join(line[why:] for line in text.splitlines()).split())
    for line in ("Sex: Share of", "65%", "contradicts"):
        assert line in text, line
    assert "Of 4 printed values" in words
    assert "contradicts other printed values: 1 (" in words and "holds: 3 (" in words


def test_chinese_takes_two_columns_and_breaks_anywhere(papers):
    found = examine_paper("erfm_2012")
    assert max(map(_columns, as_text(found, 60).splitlines())) <= 60
    assert _columns("客户 a") == 6


def test_what_is_written_can_be_read_again(papers, tmp_path, capsys):
    output = tmp_path / "out"
    assert main(["examine", papers["wrong"], "--output", str(output)]) == 3
    assert str(output / "wrong_verdicts.docx") in capsys.readouterr().out
    table = pd.read_csv(output / "wrong_verdicts.csv", dtype=str, keep_default_na=False)
    assert table["id"].tolist() == ["n", "men", "women", "share"]
    assert table["printed"].tolist() == ["20", "12", "8", "65%"]
    data = json.loads((output / "wrong_verdicts.json").read_text(encoding="utf-8"))
    assert data["refuted"] and data["fairness"] == FAIRNESS and data["meanings"] == MEANINGS
    share = data["values"][3]
    assert (share["id"], share["together_with"], share["claims"]) == ("share", ["men", "n"], [2])
    assert data["claims"][1]["numbers"] == {"share": 0.6, "first": 13, "last": 13}
    document = docx.Document(str(output / "wrong_verdicts.docx"))
    assert document.paragraphs[0].text == "A paper made for a test"
    assert document.sections[0].page_width > document.sections[0].page_height
    assert FAIRNESS in [paragraph.text for paragraph in document.paragraphs]
    values, claims = document.tables
    assert [cell.text for cell in values.rows[4].cells][1:4] == [
        "Sex: Share of men", "65%", "contradicts other printed values",
    ]  # fmt: skip
    assert len(claims.rows) == 3


@pytest.mark.slow
def test_the_same_paper_gives_the_same_bytes(papers, tmp_path):
    contents = []
    for name in ("a", "b"):
        assert main(["examine", papers["wrong"], "--output", str(tmp_path / name)]) == 3
        contents.append([p.read_bytes() for p in sorted((tmp_path / name).iterdir())])
    assert contents[0] == contents[1] and len(contents[0]) == 4


def test_nothing_is_replaced_unasked(papers, tmp_path, capsys):
    arguments = ["examine", papers["right"], "--output", str(tmp_path)]
    assert main(arguments) == 0
    (tmp_path / "right_verdicts.json").write_text("mine", encoding="utf-8")
    capsys.readouterr()
    assert main(arguments) == 1
    printed = capsys.readouterr()
    assert not printed.out and "there is such a file already" in printed.err
    assert (tmp_path / "right_verdicts.json").read_text(encoding="utf-8") == "mine"
    assert main([*arguments, "--overwrite"]) == 0
    assert (tmp_path / "right_verdicts.json").read_text(encoding="utf-8") != "mine"


def test_two_papers_of_one_name_are_not_written_to_one_file(papers, tmp_path, capsys):
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "right.paper.toml"
    other.write_text(PAPER, encoding="utf-8")
    arguments = ["examine", papers["right"], str(other), "--output", str(tmp_path / "out")]
    assert main(arguments) == 1
    assert "Rename one of the papers." in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_text_that_a_spreadsheet_would_run_is_guarded(papers, tmp_path):
    text = PAPER.replace('what = "Men"', 'what = "=1+1"')
    (tmp_path / "formula.paper.toml").write_text(text, encoding="utf-8")
    main(["examine", str(tmp_path / "formula.paper.toml"), "--output", str(tmp_path)])
    table = pd.read_csv(tmp_path / "formula_verdicts.csv", dtype=str, keep_default_na=False)
    assert table.loc[1, "value"] == "'=1+1"
    # The terminal is given no control characters either.
    text = PAPER.replace('what = "Men"', 'what = "a\\u001b[2Jb"')
    (tmp_path / "control.paper.toml").write_text(text, encoding="utf-8")
    shown = as_text(examine_paper(str(tmp_path / "control.paper.toml")), 100)
    assert "\x1b" not in shown


def test_the_kinds_are_listed_with_their_keys(capsys):
    assert main(["examine", "--kinds"]) == 0
    listed = capsys.readouterr().out
    for name, kind in KINDS.items():
        assert f"{name}\n    Proves: " in listed
        assert all(re.search(rf"^    {key}( \(.*\))?: ", listed, re.M) for key in kind.names)
    assert main(["examine"]) == 2
    assert "no paper is named" in capsys.readouterr().err


def test_the_example_of_the_data_s_readme_is_a_paper(tmp_path):
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    example = (
        readme.partition("## Papers on trial")[2].partition("```toml\n")[2].partition("```")[0]
    )
    (tmp_path / "example.paper.toml").write_text(example, encoding="utf-8")
    assert main(["examine", str(tmp_path / "example.paper.toml")]) == 3


def test_the_data_s_readme_defines_the_verdicts_as_the_examination_does():
    readme = " ".join((DATA / "README.md").read_text(encoding="utf-8").split())
    for verdict, meaning in MEANINGS.items():
        assert f"*{verdict.removesuffix(' other printed values')}*: {meaning}" in readme
