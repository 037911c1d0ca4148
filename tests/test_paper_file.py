"""The paper file: what it holds, and one error for all that is wrong with it."""

import re
from pathlib import Path

import pytest

from erfm.paper.paper_file import PaperError, load_paper, parse_paper, shipped_papers
from erfm.study import StudyError

PAPER = """
[paper]
title = "A paper made for a test"
source = "Nobody (2026)"

[values.n]
printed = "20"
what = "Number"
place = "Table 1"

[values.men]
printed = "12"
what = "Men"

[values.women]
printed = "8"
what = "Women"

[values.share]
printed = "60%"
what = "Share of men"
variable = "Sex"
quotation = "男占60%"
translation = "60% are men"

[[claims]]
name = "sexes"
kind = "sum"
total = "n"
parts = ["men", "women"]

[[claims]]
kind = "share"
part = "men"
whole = "n"
share = "share"
"""


def parsed(text: str = PAPER):
    return parse_paper(text, Path("mine.paper.toml"))


def changed(old: str, new: str) -> str:
    assert PAPER.count(old) >= 1
    return PAPER.replace(old, new, 1)


def test_a_paper_is_read_as_it_is_written():
    paper = parsed()
    assert (paper.name, paper.title, paper.source) == (
        "mine", "A paper made for a test", "Nobody (2026)",
    )  # fmt: skip
    share = paper.printed["share"]
    assert (share.printed, share.title) == ("60%", "Sex: Share of men")
    assert (share.quotation, share.translation) == ("男占60%", "60% are men")
    sexes = paper.claim("sexes")
    assert (sexes.number, sexes.kind, sexes.used) == (1, "sum", ("n", "men", "women"))
    assert sexes.about == sexes.used
    assert paper.claims[1].about == ("share",)


def test_about_names_what_a_claim_judges():
    text = changed('kind = "share"\n', 'kind = "share"\nabout = ["men", "share"]\n')
    assert parsed(text).claims[1].about == ("men", "share")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (changed('title = "A paper made for a test"', ""), r"'title' is missing in \[paper\]"),
        (changed('place = "Table 1"', 'palce = "1"'), r"'palce' in \[values\.n\]\. Did you mean"),
        (changed('what = "Men"', ""), r"'what' is missing in \[values\.men\]\. Add it\."),
        (
            changed('printed = "12"', "printed = 11.10"),
            r"'printed' in \[values\.men\] is the number 11\.1, which has lost how it is printed\. "
            r"Write it as text: ",
        ),
        (changed('printed = "12"', 'printed = ""'), r"'printed' in \[values\.men\] is empty"),
        (changed("[values.men]", '[values."the men"]'), r"\[values\.the men\]: an id has letters"),
        (changed("[[claims]]", "[claims]").split("[[")[0], r"'claims' must be a list of tables"),
        ("[paper]\ntitle='t'\nsource='s'", r"there are no printed values\. Add a table \["),
        ("[paper", r"not a TOML file: .* Correct that line"),
        (changed('kind = "sum"', ""), r"claim 1: 'kind' is missing\. Add it\."),
        (changed('kind = "sum"', 'kind = "sums"'), r"claim 1: kind 'sums' is none\. Did you"),
        (changed('kind = "sum"', "kind = 1"), r"claim 1: kind 1 is none"),
        (
            changed('part = "men"', 'prat = "men"'),
            r"2 faults\. \(1\) claim 2 \(share\): unknown key 'prat'\. Did you mean 'part'\? "
            r"\(2\) claim 2 \(share\): 'part' is missing: a count\. Name the id of the value\.",
        ),
        (
            changed('whole = "n"', 'whole = "m"'),
            r"claim 2 \(share\): 'whole' is 'm', which is no value of the file\. ",
        ),
        (
            changed('whole = "n"', "whole = 20"),
            r"claim 2 \(share\): 'whole' is 20; it names a value by its id, a text\. Write",
        ),
        (
            changed('whole = "n"', 'whole = "share"'),
            r"claim 2 \(share\): 'whole' is 'share', printed '60%', which is not a whole count\. "
            r"Name another value, or correct 'printed' in \[values\.share\]\.",
        ),
        (
            changed('whole = "n"', 'whole = ["n"]'),
            r"claim 2 \(share\): 'whole' must be the id of one value, not a list\.",
        ),
        (
            changed('parts = ["men", "women"]', 'parts = "men"'),
            r"claim 1 \(sum\): 'parts' must be a list: write",
        ),
        (
            changed('kind = "share"', 'kind = "share"\nabout = ["nobody"]'),
            r"claim 2 \(share\): 'about' is 'nobody', which is no value of the file",
        ),
        (changed('kind = "share"', 'kind = "share"\nname = 3'), r"claim 2 \(share\): 'name' is 3"),
        (
            changed('kind = "share"', 'kind = "share"\nname = "sexes"'),
            r"two claims have the name 'sexes'\. Rename one of them\.",
        ),
        (
            f'{PAPER}\n[[claims]]\nkind = "no_judgement"',
            r"claim 3 \(no_judgement\): 'reason' is missing: what is missing, in a sentence\. Add "
            r"a text\. \(2\) claim 3 \(no_judgement\): 'about' is missing",
        ),
        (
            f'{PAPER}\n[[claims]]\nkind = "no_judgement"\nreason = 1\nabout = "n"',
            r"claim 3 \(no_judgement\): 'reason' is 1; it is no printed value but a text: ",
        ),
        (
            f'{PAPER}\n[[claims]]\nkind = "ranking"\nranking = "n"\ncoefficients = ["men"]',
            r"claim 3 \(ranking\): 'coefficients' needs the variable of 'men'\. Add 'variable' to ",
        ),
        (
            f'{PAPER}\n[[claims]]\nkind = "ranking"\nranking = "n"\n'
            'coefficients = ["share", "share"]',
            r"claim 3 \(ranking\): 'coefficients' names two values of the variable 'Sex'\. Leave",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_error_with_file_claim_key_and_remedy(text, message):
    with pytest.raises(StudyError, match=message) as error:
        parsed(text)
    assert str(error.value).startswith("mine.paper.toml: ")
    assert str(error.value).endswith((".", "?"))
    assert str(error.value).isprintable()


def test_many_faults_are_counted():
    with pytest.raises(PaperError, match=r"7 faults\. .*\(5\) .* And 2 more\.$"):
        parsed(PAPER + '[[claims]]\nkind = "nothing"\n' * 7)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"no such file.* A paper is a name in data/ or the path of a TOML file"),
        (b"\xff", r"not in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path, content, message):
    path = tmp_path / "mine.paper.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PaperError, match=f"{re.escape(str(path))}.*{message}"):
        load_paper(path)


def test_a_shipped_paper_is_known_by_its_name():
    assert load_paper("erfm_2012").name == "erfm_2012"
    with pytest.raises(PaperError, match=r"Did you mean '.*erfm_2012\.paper\.toml'\?"):
        load_paper("erfm_2013")


@pytest.mark.parametrize("path", shipped_papers(), ids=lambda path: path.name)
def test_every_shipped_paper_is_described(path):
    paper = load_paper(path)
    assert paper.title and paper.source and paper.language
    judged = {value for claim in paper.claims for value in claim.about}
    for name, value in paper.printed.items():
        assert value.place, name
        assert bool(value.quotation) == bool(value.translation) or paper.language == "English", name
        assert name in judged, f"no claim is about {name}"
