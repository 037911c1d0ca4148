"""What README, CONTRIBUTING and CHANGELOG name is there: files, commands, tests, functions."""

import re
import tomllib
from urllib.parse import urlparse

import pytest
from markdown_it import MarkdownIt

from erfm.report.cli import _parser
from erfm.study import ROOT

DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
TOP = {path.name for path in ROOT.iterdir()} | {"build"}
CODE = "\n".join(p.read_text("utf-8") for f in ("erfm", "tests") for p in (ROOT / f).rglob("*.py"))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    tokens = MarkdownIt("commonmark").enable("table").parse(read(name))
    inline = [child for token in tokens for child in token.children or []]
    targets = [t.attrGet("href") or t.attrGet("src") or "" for t in inline]
    local = [target for target in targets if target and not urlparse(target).scheme]
    assert not [target for target in local if not (ROOT / target.partition("#")[0]).exists()]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_make_is_asked_for_is_in_the_makefile(name):
    made = set(re.findall(r"^([a-z-]+):", read("Makefile"), flags=re.M))
    asked = set(re.findall(r"(?:^|`)make ([a-z-]+)", read(name), flags=re.M))
    assert asked and asked <= made


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_of_the_module_are_there(name):
    usage = _parser().format_help()
    asked = re.findall(r"-m erfm ([a-z]+)", read(name))
    assert not [command for command in asked if not re.search(rf"^ +{command}\b", usage, re.M)]


def paths(text: str) -> set[str]:
    """Return what stands in a text as a path that begins at the top level, patterns included."""
    return {
        path for path in re.findall(r"[\w.*-]+(?:/[\w.*-]+)+", text) if path.split("/")[0] in TOP
    }


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_paths_lead_somewhere(name):
    made_later = r"data/external|build/|.*BankChurners|path/to"
    named = {p.rstrip(".") for p in paths(read(name)) if not re.match(made_later, p)}
    assert len(named) > 5
    assert not [path for path in named if not [*ROOT.glob(path)]]


def test_tests_and_functions_named_for_contributors_are_there():
    text = read("CONTRIBUTING.md")
    tests = re.findall(r"`(test_\w+)`", text)
    assert tests and not [t for t in tests if f"def {t}(" not in CODE]
    named = {n for n in re.findall(r"`([A-Za-z_]+)`", text) if "_" in n or n.isupper()}
    kept = [n for n in named if not re.search(rf"^\s*(?:def )?{n}\b", CODE, re.M)]
    assert not kept
    chosen, file = re.search(r"pytest tests/(\w+\.py) -k (\w+)", text).group(2, 1)
    assert f"{chosen}" in read(f"tests/{file}")


def test_the_version_is_in_the_changelog_and_news_come_first():
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    headings = re.findall(r"^## (.+)$", read("CHANGELOG.md"), flags=re.M)
    assert headings[0] == "Unreleased" and version in headings
    assert headings[1:] == sorted(headings[1:], reverse=True)
