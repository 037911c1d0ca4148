"""A study whose every text tries to be more than text, for tests that read back what is made of it.

Each name is what a predictor is called in the study file and the text that is its label; the same
texts name its column, its unit and the levels of the categorical ones.
"""

import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd

SCRIPT = "<script>alert(1)</script>"
IMAGE = '<img src=x onerror="alert(2)">'
RAW = "{raw} html"
INCLUDE = "```{include} /etc/passwd\n```"
SUBSTITUTION = "{{ substitution }} {math}`\\frac`"
DOLLARS = "$x^2$ and $$y_1$$ \\(z\\)"
LINK = "[link](javascript:alert(3)) and [page](02_full_model.ipynb)"
PIPES = "| pipe | a |"
EMPHASIS = "*stars* _lines_ `code` ~~struck~~ <!-- comment -->"
MARKS = "# \\ / % & \" ' ^ &lt; [^1]: (a)="
FORMULA = "=1+1"
COMMAND = "+cmd|' /C calc'!A0"
MINUS = "-2+3"
AT = "@SUM(A1)"
ITEM = "1. - > item"
LONG = "very long text" + 300 * " text"
CHINESE = "最近天数"
ARABIC = "عمر العميل"
CONTROL = "bell\x07 escape\x1b[31m override\u202e"
TEXTS = [
    SCRIPT, IMAGE, RAW, INCLUDE, SUBSTITUTION, DOLLARS, LINK, PIPES, EMPHASIS, MARKS, FORMULA,
    COMMAND, MINUS, AT, ITEM, LONG, CHINESE, ARABIC, CONTROL,
]  # fmt: skip

TITLE = f"{SCRIPT} {DOLLARS} {LINK} {EMPHASIS} {MARKS}"
DESCRIPTION = f"{FORMULA} {IMAGE}\n\n{INCLUDE}\n\n{SUBSTITUTION} {PIPES} {CHINESE} {ARABIC}"
SOURCE = f"{COMMAND} {SCRIPT} {RAW} {ITEM} {CONTROL} {LONG}"
RETAINED, CHURNED = f"{AT} {SCRIPT}", f"{MINUS} | {EMPHASIS}"

# What each predictor is called, its label, its unit and its role; names are keys of the study file.
NUMBERS = {
    "a/b": (f"{SCRIPT} {DOLLARS} / {RAW}", IMAGE, "recency"),
    "../a b": (f"{INCLUDE} {PIPES} {EMPHASIS}", DOLLARS, "frequency"),
    SCRIPT: (f"{LINK} {IMAGE} {MARKS}", COMMAND, "amount"),
    FORMULA: (f"{FORMULA} {SUBSTITUTION}", ITEM, "has_child"),
    "x (y)": (f"{COMMAND} {LONG}", AT, "age"),
    "A/B": (f"{ITEM} {CHINESE} {ARABIC} {CONTROL}", "", ""),
}
CATEGORIES = {
    "gender": (f"{AT} a/b {IMAGE}", [f"{SCRIPT} {MINUS}", f"{FORMULA} {LINK}"], "gender"),
    "[^1]": (
        f"{MINUS} {RAW} {EMPHASIS}",
        [f"{IMAGE} a_b", f"{DOLLARS} {COMMAND}", f"{INCLUDE}\r{MARKS}"],
        "",
    ),
}
LABELS = {name: given[0] for name, given in {**NUMBERS, **CATEGORIES}.items()}


def hostile_customers(n: int = 400) -> pd.DataFrame:
    """Return invented customers whose identifiers and levels are hostile, columns named so too."""
    rng = np.random.default_rng(2012)
    numbers = {name: rng.normal(size=n).round(3) for name in NUMBERS}
    numbers["../a b"] = rng.poisson(6, n).astype(float)
    numbers["x (y)"] = rng.integers(18, 80, n).astype(float)
    codes = {name: rng.integers(len(levels), size=n) for name, (_, levels, _) in CATEGORIES.items()}
    logit = (
        0.9 * numbers["a/b"]
        - 0.35 * (numbers["../a b"] - 6)
        + 0.9 * numbers[SCRIPT]
        + 0.04 * (numbers["x (y)"] - 45)
        + 1.2 * codes["gender"]
        - 0.8 * codes["[^1]"]
    )
    stays = rng.random(n) < 1 / (1 + np.exp(-logit))
    table = pd.DataFrame({"id": [f"{TEXTS[i % len(TEXTS)]}{i}" for i in range(n)]})
    for name, (label, *_) in NUMBERS.items():
        table[_column(label)] = numbers[name]
    for name, (label, levels, _) in CATEGORIES.items():
        table[_column(label)] = np.array(levels, dtype=object)[codes[name]]
    table["outcome"] = np.where(stays, RETAINED, CHURNED)
    missing = rng.choice(n, 24, replace=False)
    table.loc[missing, _column(LABELS["x (y)"])] = np.nan
    table.loc[rng.choice(n, 2, replace=False), _column(LABELS["../a b"])] = 30.0
    return table


def write_hostile_study(folder: Path) -> Path:
    """Write the customers and the study file, and return the latter's path."""
    hostile_customers().to_csv(folder / "customers.csv", index=False)

    def text(value: str) -> str:
        return json.dumps(value).replace("\x7f", "\\u007f")

    lines = [f"title = {text(TITLE)}", f"description = {text(DESCRIPTION)}"]
    lines += [f"source = {text(SOURCE)}", '[data]\nfile = "customers.csv"\nid = "id"']
    lines += [f'[outcome]\ncolumn = "outcome"\nretained = {text(RETAINED)}']
    lines += [f"churned = {text(CHURNED)}"]
    for name, (label, unit, role) in NUMBERS.items():
        lines += [f"[predictors.{text(name)}]", f"column = {text(_column(label))}"]
        lines += [f"label = {text(label)}", f"unit = {text(unit)}", f"role = {text(role)}"]
    for name, (label, levels, role) in CATEGORIES.items():
        lines += [f"[predictors.{text(name)}]", f"column = {text(_column(label))}"]
        lines += [f"label = {text(label)}", f"levels = {json.dumps(levels)}"]
        lines += [f"role = {text(role)}"]
    path = folder / "hostile.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _column(label: str) -> str:
    return f"{label} column"


class Shown(HTMLParser):
    """The text of some HTML, and the elements in it."""

    def __init__(self, html: str):
        super().__init__()
        self.texts, self.elements = [], set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.add((tag, *attributes))

    def handle_data(self, data):
        self.texts.append(data)

    def handle_comment(self, data):
        self.elements.add("comment")

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())
