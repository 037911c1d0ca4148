"""What a notebook shows: tables, figures and sentences, each also filed for others to use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import HTML, Image, Markdown
from matplotlib.figure import Figure

from erfm import DEFAULT_STUDY, escaping, figures
from erfm.customers.files import write_bytes, write_text
from erfm.customers.study_file import load_study
from erfm.formats import (
    COLUMNS,
    NumberFormat,
    as_text,
    heading,
    holds_numbers,
    kind,
    listed,
    named,
)
from erfm.samples import Samples
from erfm.study import Study, output_folder


def build_folder(study: Study) -> Path:
    """Return the folder in which all that is made of a study is kept, and nothing else."""
    return output_folder() / "build" / study.folder_name


def figure_folder(study: Study) -> Path:
    """Return where a study's figures are filed: ``figures/`` for the default study."""
    if study.shipped and study.name == DEFAULT_STUDY:
        return output_folder() / "figures"
    return build_folder(study) / "figures"


def number_of(notebook: str) -> str:
    """Return a notebook's number, with its letter if it has one: "08b" of "08b_cutoffs"."""
    return notebook.partition("_")[0]


class Page:
    """One notebook's view of one study.

    Parameters
    ----------
    study : str
        A study's name in ``data/`` or the path of its file.
    notebook : str
        The notebook's name, e.g. "02_full_model"; its number opens the names of what it files.
    """

    def __init__(self, study: str, notebook: str):
        self.study: Study = load_study(study)
        self.number = number_of(notebook)
        self.build = build_folder(self.study)
        self.figures = figure_folder(self.study)
        figures.style()
        labels = "".join(p.axis_label + "".join(p.levels) for p in self.study.predictors.values())
        self.font_warning = figures.use_cjk_font() if figures.has_cjk(labels) else ""

    def notice(self, samples: Samples | None = None) -> Markdown:
        """Return who the customers are; for simulated ones, first that they are simulated."""
        study = self.study
        lines = [f"**{self.text(study.title)}.** {self.text(study.description)}"]
        if study.simulated:
            lines = [
                "**These customers are simulated. Nothing on this page is a replication.** "
                "The original customers were never published. Where a figure agrees with a printed "
                "one, it was made to agree or may do so by chance.",
                *lines,
            ]
        if study.source:
            lines.append(f"*Source:* {self.text(study.source)}")
        warnings = [*(samples.warnings if samples else ()), self.font_warning]
        lines += [f"⚠ **{self.text(warning)}**" for warning in warnings if warning]
        return Markdown("\n>\n".join("> " + " ".join(line.split()) for line in lines))

    def say(self, text: str) -> Markdown:
        """Return a computed sentence, in Markdown.

        What a study calls a thing goes in through `label`, `labels` or `text`: it may hold
        characters that mean something in Markdown.
        """
        return Markdown(text)

    def answer(self, number: int, text: str) -> Markdown:
        """Return what an exercise's solution says, led by the exercise's number."""
        return self.say(f"**Exercise {number}.** {text}")

    def label(self, name: str) -> str:
        """Return the label of a predictor or design column, for a sentence."""
        return named(self.study, name)

    def labels(self, names: Iterable[str], between: str = ", ", none: str = "none") -> str:
        """Return several labels, for a sentence; `none` where there are none."""
        return listed(self.study, names, between, none)

    def text(self, value: object) -> str:
        """Return a text of the study (a level, a unit, a customer, an error), for a sentence."""
        return escaping.markdown(str(value))

    def file(self, name: str) -> str:
        """Return where the study's file of this name is, for a sentence."""
        return escaping.code((self.build / name).relative_to(output_folder()).as_posix())

    def code(self, text: str, language: str = "") -> Markdown:
        """Show a text as it is, as code."""
        return Markdown(escaping.code_block(text, language))

    def table(
        self,
        table: pd.DataFrame | pd.Series,
        name: str,
        caption: str,
        formats: dict[str, NumberFormat] | None = None,
        headings: dict[str, str] | None = None,
    ) -> HTML:
        """Show a table rounded and file it unrounded.

        Writes ``build/<study>/tables/<number>_<name>.csv``, in which a text that a spreadsheet
        would run has an apostrophe before it (`escaping.csv_cell`), and beside it, as JSON, the
        caption, the headings and what each column holds. Rows named after predictors are shown with
        the study's labels; columns are headed and rounded as `COLUMNS` says unless `formats` and
        `headings` say otherwise.
        """
        frame = table.to_frame(table.name or "value") if isinstance(table, pd.Series) else table
        headings = {
            column: (headings or {}).get(column, COLUMNS.get(column, (heading(column),))[0])
            for column in frame
        }
        self._file_table(frame, name, caption, headings)
        shown = as_text(self.study, frame, headings, formats)
        text = [headings[c] for c in frame if not holds_numbers(frame[c])]
        left = [{"selector": "th, td", "props": "text-align: left"}]
        styler = (
            shown.style.format(escape="html")
            .format_index(escape="html")
            .format_index(escape="html", axis="columns")
            .set_uuid(f"{self.number}_{escaping.file_name(name)}".replace(".", "_"))
            .set_caption(escaping.html(caption))
            .set_table_attributes('class="erfm-table"')
            .set_table_styles([{"selector": "td", "props": "text-align: right"}])
            .set_table_styles({heading: left for heading in text}, overwrite=False)
        )
        styler.cell_ids = False
        content = styler.to_html()
        # MathJax, in JupyterLab, would make formulas of dollars and backslashes.
        ignored = ' class="mathjax_ignore tex2jax_ignore"' if re.search(r"[$\\]", content) else ""
        return HTML(f'<div style="overflow-x: auto"{ignored}>{content}</div>')

    def linked_table(self, table: pd.DataFrame, name: str, caption: str) -> Markdown:
        """File a table of text as `table` does and show it; cells may link to pages in Markdown.

        The index is filed but not shown.
        """
        headings = {column: heading(column) for column in table}
        self._file_table(table, name, caption, headings)
        lines = [list(headings.values()), ["---"] * len(headings)]
        lines += [list(map(_linked, row)) for row in table.itertuples(index=False)]
        rows = ["| " + " | ".join(line) + " |" for line in lines]
        return Markdown(f"**{self.text(caption)}**\n\n" + "\n".join(rows))

    def _file_table(
        self, frame: pd.DataFrame, name: str, caption: str, headings: dict[str, str]
    ) -> None:
        folder = self.build / "tables"
        path = folder / f"{self.number}_{escaping.file_name(name)}.csv"
        filed = _with_rows(frame)
        # A lone carriage return within a text is quoted only if it is part of the line's end.
        guarded = filed.map(_guarded).rename(columns=_guarded)
        write_text(path, guarded.to_csv(index=False, lineterminator="\r\n"))
        kinds = [kind(filed.iloc[:, i]) for i in range(filed.shape[1])]
        described = {"caption": caption, "headings": headings, "kinds": kinds}
        text = escaping.encodable(json.dumps(described, ensure_ascii=False, indent=1))
        write_text(path.with_suffix(".json"), text + "\n")

    def figure(self, figure: Figure, name: str, alt: str) -> Image:
        """File a figure as ``<number>_<name>.png`` and show the file, with `alt` as its text."""
        path = self.figures / f"{self.number}_{escaping.file_name(name)}.png"
        save_figure(figure, path)
        width = round(96 * figure.get_figwidth())
        plt.close(figure)
        return Image(filename=path, alt=escaping.one_line(alt), width=width)


def save_figure(figure: Figure, path: Path) -> None:
    """Write a PNG; a file that already shows the same picture is left as it is.

    Another machine's last bits can move a pixel's shade, which is no new picture.
    """
    drawn = BytesIO()
    figure.savefig(drawn, format="png", dpi=144, metadata={"Software": None})
    if not _shows(path, drawn.getvalue()):
        write_bytes(path, drawn.getvalue())


def _shows(path: Path, png: bytes) -> bool:
    """Return whether a file shows the same picture; one that is damaged does not."""
    new = plt.imread(BytesIO(png))
    try:
        old = plt.imread(path)
    except (OSError, SyntaxError, ValueError):
        return False
    return old.shape == new.shape and bool(np.abs(old - new).mean() < 1e-4)


def _linked(cell: object) -> str:
    """Write a cell in Markdown, links to the report's pages as links."""
    link = r"&#91;([\w ]+)&#93;\((\w+\.ipynb)(?:&#35;([\w-]+))?\)"
    return re.sub(
        link,
        lambda found: f"[{found[1]}]({found[2]}{'#' + found[3] if found[3] else ''})",
        escaping.markdown(str(cell)),
    )


def _with_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its index as its first columns."""
    names = ["" if name is None else name for name in frame.index.names]
    return frame.reset_index(names=names, allow_duplicates=True)


def _guarded(value: object) -> object:
    return escaping.csv_cell(value) if isinstance(value, str) else value
