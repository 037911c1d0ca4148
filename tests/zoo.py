"""A small zoo of studies that nobody had in mind, and a keeper who runs a report's pages on them.

Each study is a short definition of what is odd about it. Its customers are drawn from integers and
uniform numbers, so that they are the same on every machine. `visit` executes every page that the
study's report has, in this process and without kernels, and returns all texts that a reader meets.
"""

from __future__ import annotations

import ast
import contextlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import IPython.display
import joblib
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
from IPython.display import HTML, Image, Markdown
from matplotlib.figure import Figure
from matplotlib.text import Text as Drawn

from erfm.report import explorer
from erfm.report import page as report_page
from erfm.report.build import notebooks_of, prepare
from erfm.study import Study, StudyError

# --- The studies ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Animal:
    """A study of the zoo: what is odd about it, its customers and its study file.

    Attributes
    ----------
    name, odd : str
    draw : function of a Generator
        Returns the customers; the column of the outcome is ``state``.
    keys : str
        What the study file says after [outcome].
    retained, churned : str
        How the outcome is coded.
    """

    name: str
    odd: str
    draw: Callable[[np.random.Generator], pd.DataFrame] = field(repr=False)
    keys: str = field(repr=False)
    retained: str = "1"
    churned: str = "0"
    seed: int = 1
    identified: bool = True
    simulated: bool = False

    def write(self, folder: Path) -> Path:
        """Write the customers and the study file, and return the latter's path."""
        customers = self.draw(np.random.default_rng(self.seed))
        if self.identified:
            customers.insert(0, "number", [f"N{i:04d}" for i in range(len(customers))])
        customers.to_csv(folder / "customers.csv", index=False)
        lines = [
            f'title = "The {self.name} of the zoo"',
            f"description = {json.dumps(self.odd)}",
            f"simulated = {str(self.simulated).lower()}",
            '[data]\nfile = "customers.csv"',
            'id = "number"' * self.identified,
            f'[outcome]\ncolumn = "state"\nretained = "{self.retained}"',
            f'churned = "{self.churned}"',
        ]
        path = folder / f"{self.name}.toml"
        path.write_text("\n".join(lines) + self.keys, encoding="utf-8")
        return path


def _stays(rng: np.random.Generator, logit: Any, retained: Any = 1, churned: Any = 0) -> np.ndarray:
    """Return outcomes drawn from a logit of P(retained)."""
    stays = rng.random(len(logit)) < 1 / (1 + np.exp(-np.asarray(logit, dtype=float)))
    return np.where(stays, retained, churned)


def _with_gaps(rng: np.random.Generator, values: Any, count: int) -> pd.Series:
    """Return values of which some are missing."""
    gaps = pd.Series(values).astype(object)
    gaps[rng.permutation(len(gaps))[:count]] = None
    return gaps


def _clinic(rng: np.random.Generator) -> pd.DataFrame:
    n = 240
    ward = rng.integers(4, size=n)
    score = 100 - np.floor(100 * rng.random(n) ** 4)
    visits = rng.integers(7, size=n)
    logit = np.array([-1.2, 1.6, -0.4, 1.4])[ward] + 0.3 * (visits - 3)
    return pd.DataFrame(
        {
            "ward": np.array(["A/B", "C [old]", "D (new)", "E*"])[ward],
            "score": _with_gaps(rng, score, 14),
            "visits": visits,
            "wait": rng.integers(5, 90, size=n),
            "state": _stays(rng, logit, "stays", "leaves"),
        }
    )


def _lottery(rng: np.random.Generator) -> pd.DataFrame:
    n = 200
    return pd.DataFrame(
        {
            "days": rng.integers(1, 365, size=n),
            "spent": np.floor(2_000 * rng.random(n) ** 2),
            "gender": np.array(["f", "m"])[rng.integers(2, size=n)],
            "age": rng.integers(18, 90, size=n),
            "state": rng.integers(2, size=n),
        }
    )


def _upside_down(rng: np.random.Generator) -> pd.DataFrame:
    n = 300
    rating, people = rng.integers(1, 6, size=n), rng.integers(3, size=n)
    build = np.arange(n) < 180
    logit = np.where(build, 1, -1) * (0.7 * (rating - 3) + np.array([0, 0.8, -0.9])[people])
    return pd.DataFrame(
        {
            "rating": rating,
            "people": np.array(["women", "men", "others"])[people],
            "part": np.where(build, "old", "new"),
            "state": _stays(rng, logit, 0, 1),
        }
    )


def _birth(rng: np.random.Generator) -> pd.DataFrame:
    n = 189
    weeks = 42 - np.floor(16 * rng.random(n) ** 5)
    spent, smokes = np.floor(900 * rng.random(n) ** 3), rng.integers(2, size=n)
    return pd.DataFrame(
        {
            "weeks": weeks,
            "spent": spent,
            "smokes": np.array(["no", "yes"])[smokes],
            "b": rng.integers(100, 200, size=n),
            "state": _stays(rng, 1.4 + 0.35 * (weeks - 40) - 0.9 * smokes),
        }
    )


def _teahouse(rng: np.random.Generator) -> pd.DataFrame:
    n = 260
    sex, kind, age = rng.integers(2, size=n), rng.integers(3, size=n), rng.integers(18, 80, size=n)
    spent = np.floor(5_000 * rng.random(n) ** 3)
    logit = 0.03 * (age - 45) + 0.8 * sex - 0.0006 * spent + np.array([0.3, 1.2, -0.4])[kind]
    return pd.DataFrame(
        {
            "年龄": _with_gaps(rng, age, 12),
            "性别": np.array(["女", "男"])[sex],
            "金额": _with_gaps(rng, spent, 5),
            "茶类": np.array(["绿茶", "红茶", "乌龙/黑茶"])[kind],
            "state": _stays(rng, logit, "留存", "流失"),
        }
    )


def _warehouse(rng: np.random.Generator) -> pd.DataFrame:
    n = 220
    plan, channel = rng.integers(2, size=n), rng.integers(3, size=n)
    table = pd.DataFrame(
        {
            "plan": np.array(["basic", "plus"])[plan],
            "channel": np.array(["web", "app", "phone"])[channel],
            "state": _stays(rng, 1.3 * plan + np.array([0, 0.9, -0.8])[channel] - 0.4, 0, 1),
        }
    )
    unused = rng.integers(10, size=(n, 500))
    return table.join(pd.DataFrame(unused, columns=[f"unused_{i}" for i in range(500)]))


def _hermit(rng: np.random.Generator) -> pd.DataFrame:
    n = 200
    years = rng.integers(18, 80, size=n)
    return pd.DataFrame({"years": years, "state": _stays(rng, -1.6 + 0.06 * (years - 50))})


ZOO = {
    animal.name: animal
    for animal in (
        Animal(
            "clinic",
            "The strongest variable has four levels; labels and levels have brackets and slashes; "
            "a long tail on the left, missing values; neither amount nor gender nor age.",
            _clinic,
            """
[predictors.ward]
label = "Ward [site] (east/west)"
levels = ["A/B", "C [old]", "D (new)", "E*"]
[predictors.score]
label = "Score_(0–100) [end]"
unit = "points"
[predictors.visits]
label = "Visits"
role = "frequency"
unit = "visits/year"
[predictors.wait]
label = "Wait"
""",
            retained="stays",
            churned="leaves",
        ),
        Animal(
            "lottery",
            "Nothing tells the outcomes apart, so that no variable enters.",
            _lottery,
            """
[predictors.days]
label = "Recency"
role = "recency"
sign = "-"
[predictors.spent]
label = "Amount"
role = "amount"
[predictors.gender]
label = "Gender"
levels = ["f", "m"]
[predictors.age]
label = "Age"
""",
        ),
        Animal(
            "upside_down",
            "What held for the old customers is reversed for the new ones: the AUC is below 0.5. "
            "Retained is coded 0, many customers are alike, and there is no amount and no age.",
            _upside_down,
            """
[predictors.rating]
label = "Rating"
unit = "stars"
[predictors.people]
label = "Gender"
role = "gender"
levels = ["women", "men", "others"]
[sample]
column = "part"
build = "old"
holdout = "new"
""",
            retained="0",
            churned="1",
        ),
        Animal(
            "birth",
            "189 rows, long tails on the left, few leavers, an amount, a variable without a label.",
            _birth,
            """
[predictors.weeks]
label = "Weeks"
sign = "+"
[predictors.spent]
label = "Amount"
role = "amount"
unit = "dollars"
[predictors.smokes]
label = "Smokes"
levels = ["no", "yes"]
[predictors.b]
""",
        ),
        Animal(
            "teahouse",
            "Chinese names, levels and outcomes; missing values; customers without identifier.",
            _teahouse,
            """
[predictors.age]
column = "年龄"
label = "年龄"
unit = "岁"
[predictors.gender]
column = "性别"
label = "性别"
levels = ["女", "男"]
[predictors.amount]
column = "金额"
label = "金额"
unit = "元"
[predictors.tea]
column = "茶类"
label = "茶类（主要）"
levels = ["绿茶", "红茶", "乌龙/黑茶"]
[classification]
cutoff = 0.61
""",
            retained="留存",
            churned="流失",
            identified=False,
        ),
        Animal(
            "warehouse",
            "500 columns that are not used, and no number among those that are: all are ties. "
            "Retained is coded 0.",
            _warehouse,
            """
[predictors.plan]
label = "Plan [2/3]"
levels = ["basic", "plus"]
[predictors.channel]
label = "Channel"
levels = ["web", "app", "phone"]
""",
            retained="0",
            churned="1",
        ),
        Animal(
            "hermit",
            "One variable alone, an age; most customers leave; the customers are simulated.",
            _hermit,
            """
[predictors.years]
label = "Years"
role = "age"
unit = "years"
sign = "+"
""",
            simulated=True,
        ),
    )
}

# --- The keeper -----------------------------------------------------------------------------------

FEWER = {
    "08_how_far_to_trust": {
        "samples.build, 1000, seed": "samples.build, 30, seed",
        "len(samples.build), 500, seed": "len(samples.build), 30, seed",
        "samples.build, 200, seed": "samples.build, 10, seed",
    },
    "08c_missing_values": {"IMPUTATIONS = 100": "IMPUTATIONS = 10"},
    "08d_curves_and_other_models": {"FOLDS, REPEATS = 5, 4": "FOLDS, REPEATS = 3, 1"},
}
"""What is repeated less often than on the page, by page; a page must still say it so."""

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@dataclass(frozen=True)
class Text:
    """One text that a reader meets, and where.

    `kind` is "prose" (typed in the page), "sentence", "code", "caption", "row", "heading", "cell",
    "alt", "figure" or "printed"; `cell` counts the page's cells from 0.
    """

    page: str
    cell: int
    kind: str
    text: str


@dataclass(frozen=True)
class Visit:
    """All texts of a study's report, and what the pages' cells computed, by page."""

    study: Study
    texts: list[Text]
    names: dict[str, dict[str, Any]] = field(repr=False)
    pages: list[str]
    ended: dict[str, str]

    @cached_property
    def links(self) -> set[str]:
        """The pages to which a link may lead."""
        return {f"{page}.ipynb" for page in self.pages}


def visit(study: Study, only: str = "") -> Visit:
    """Execute the pages of a study's report whose names begin with `only`."""
    paths = notebooks_of(study)
    found = Visit(study, [], {}, [path.stem for path in paths], {})
    for path in paths:
        if path.stem.startswith(only):
            _read_page(found, path, prepare(path, study))
    return found


def stored(path: Path) -> list[Text]:
    """Return the texts of a notebook as it is stored, but for those within figures."""
    texts: list[Text] = []
    for position, cell in enumerate(nbformat.read(path, as_version=4).cells):
        tell = _Collector(texts, path.stem, position)
        if cell.cell_type == "markdown":
            tell("prose", cell.source)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/markdown" in data:
                tell.show(Markdown(data["text/markdown"]))
            elif "text/html" in data:
                tell.show(HTML(data["text/html"]))
            if alt := output.get("metadata", {}).get("image/png", {}).get("alt"):
                tell("alt", alt)
    return texts


def _read_page(found: Visit, path: Path, notebook: Any) -> None:
    """Add to `found` what a page shows; one that a `StudyError` ends is shown up to there."""
    names = found.names[path.stem] = {"__name__": "__main__"}
    fewer, replaced = FEWER.get(path.stem, {}), set()
    for position, cell in enumerate(notebook.cells):
        tell = _Collector(found.texts, path.stem, position)
        if cell.cell_type == "markdown":
            tell("prose", cell.source)
            continue
        source = cell.source
        for many, few in fewer.items():
            replaced |= {many} if many in source else set()
            source = source.replace(many, few)
        try:
            with tell.watching():
                _run(source, names, tell.show, f"{path.stem}[{position}]")
        except StudyError as error:
            found.ended[path.stem] = str(error)
            return
    assert replaced == set(fewer), f"{path.stem} no longer says {set(fewer) - replaced}"


def _run(source: str, names: dict[str, Any], show: Callable[[Any], None], where: str) -> None:
    """Execute a cell as a notebook does: the value of a last expression is shown."""
    body = ast.parse(source, where).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), where, "exec"), names)
    if last is not None:
        show(eval(compile(ast.Expression(last.value), where, "eval"), names))


class _Collector:
    """Notes what one cell shows."""

    def __init__(self, texts: list[Text], page: str, cell: int):
        self.texts, self.page, self.cell = texts, page, cell

    def __call__(self, kind: str, text: str) -> None:
        self.texts.append(Text(self.page, self.cell, kind, text))

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Let `display`, figures and printed lines come here; repetitions run in this process."""
        printed = StringIO()
        with (
            mock.patch.object(IPython.display, "display", self.show),
            mock.patch.object(report_page, "display", self.show, create=True),
            mock.patch.object(report_page, "save_figure", self.drawn),
            mock.patch.object(report_page.vector, "svg", lambda figure, name, alt: ""),
            mock.patch.object(explorer, "picture", lambda spec: PIXEL),
            joblib.parallel_config(backend="sequential"),
            contextlib.redirect_stdout(printed),
        ):
            yield
        if printed.getvalue().strip():
            self("printed", printed.getvalue())

    def show(self, *shown: Any) -> None:
        for one in shown:
            match one:
                case None:
                    pass
                case Markdown():
                    kinds = {"```": "code", "| ": "prose"}  # a table in Markdown is no sentence
                    kind = next((k for s, k in kinds.items() if one.data.startswith(s)), "sentence")
                    self(kind, one.data)
                case Image():
                    self("alt", one.alt)
                case HTML():
                    self.table(one.data)
                case report_page.Moved():
                    self("alt", one.alt)
                    for line in one.content["text/plain"].splitlines():
                        self("cell", line)
                case _ if hasattr(one, "_ipython_display_"):
                    one._ipython_display_()
                case _:
                    self("printed", repr(one))

    def table(self, html: str) -> None:
        html = re.sub(r"<style.*?</style>|\\\[.*?\\\]", "", html, flags=re.S)  # no formulas
        for part in re.finditer(r"<(caption|p|th|td)\b([^>]*)>(.*?)</\1>", html, flags=re.S):
            tag, attributes, content = part.groups()
            row = "row_heading" in attributes
            kind = {"caption": "caption", "p": "caption", "td": "cell"}.get(
                tag, "row" if row else "heading"
            )
            self(kind, unescape(re.sub(r"<[^>]*>", "", content)).strip().replace("\xa0", ""))

    def drawn(self, figure: Figure, path: Path) -> None:
        """Note a figure's texts; its pixels, which take most of a page's time, are not drawn."""
        for axes in figure.axes:
            axes.get_xticklabels(), axes.get_yticklabels()  # which are made when asked for
        for text in dict.fromkeys(t.get_text() for t in figure.findobj(Drawn) if t.get_visible()):
            if text.strip():
                self("figure", text)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PIXEL)
        plt.close(figure)
