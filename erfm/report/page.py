"""What a notebook shows: tables, figures and sentences, each also filed for others to use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import HTML, Image, Markdown, display
from matplotlib.figure import Figure

from erfm import DEFAULT_STUDY, escaping, figures
from erfm.customers.files import write_bytes, write_text
from erfm.customers.parquet_files import drawn_from
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
from erfm.report import vector, verdicts
from erfm.report.live import is_live
from erfm.samples import Samples
from erfm.study import Study, output_folder

if TYPE_CHECKING:
    from erfm.report.explorer import Explorer

WHO = "00_start_here.ipynb#Who-the-customers-are"
"""The section that says all there is to say of the published study's simulated customers."""

LONG_TEXT, TEXT_WIDTH = 40, "11em"
"""The characters from which a text needs room, and how much it is given."""

SHORT = 5
"""The characters up to which names of rows, such as numbers, are given no room on a telephone."""


def build_folder(study: Study) -> Path:
    """Return the folder in which all that is made of a study is kept, and nothing else."""
    return output_folder() / "build" / study.folder_name


def figure_folder(study: Study) -> Path:
    """Return where a study's figures are filed: ``figures/`` for the default study."""
    if study.shipped and study.name == DEFAULT_STUDY:
        return output_folder() / "figures"
    return build_folder(study) / "figures"


def vector_folder(study: Study) -> Path:
    """Return where a study's figures are filed as SVG, for its site."""
    return build_folder(study) / "svg"


@dataclass(frozen=True)
class Captioned:
    """Something shown, with its number and caption above it."""

    caption: HTML
    shown: Image | Markdown | Moved

    def _ipython_display_(self) -> None:
        display(self.caption, self.shown)


@dataclass(frozen=True)
class Moved:
    """What a figure that a reader moves is to each kind of reader, by the type of content."""

    content: dict[str, Any]
    alt: str

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        return self.content, {"image/png": {"alt": self.alt}}


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
        self._numbered: dict[str, list[str]] = {"Table": [], "Figure": []}
        self._first_explorer = ""
        figures.style()
        labels = "".join(p.axis_label + "".join(p.levels) for p in self.study.predictors.values())
        self.font_warning = figures.use_cjk_font() if figures.has_cjk(labels) else ""

    def notice(self, samples: Samples | None = None, called: str = "These customers") -> Markdown:
        """Return in a line or two who the customers are, and every warning about the samples.

        The published study's are simulated: the line says so, and leads to what `about` says.
        `called` is what a page calls them that has other subjects, too.
        """
        study = self.study
        simulated = f"**{called} are simulated: nothing here is a replication.**"
        warnings = [*(samples.warnings if samples else ()), self.font_warning]
        lines = [f"{simulated} [Who they are]({WHO})."] if study.published else self._customers()
        if study.simulated and not study.published:
            lines.insert(0, simulated)
        if samples and (many := drawn_from(study)):
            lines.append(
                f"**Of {many:,} customers, a random sample is shown here**; "
                "[page 12](12_all_customers.ipynb) has the five steps on all of them."
            )
        lines += [f"⚠ **{self.text(warning)}**" for warning in warnings if warning]
        return Markdown("\n>\n".join("> " + " ".join(line.split()) for line in lines))

    def about(self) -> Markdown:
        """Return all there is to say of the published study's simulated customers."""
        said, *source = self._customers()
        told = (
            "The original customers were never published, so nothing in this report is a "
            "replication. Where a figure of the simulated customers agrees with a printed one, it "
            "was made to agree or may do so by chance."
        )
        return Markdown("\n\n".join(" ".join(line.split()) for line in (said, told, *source)))

    def _customers(self) -> list[str]:
        """Return what the study file says of its customers: the title and text, the source."""
        study = self.study
        source = [f"*Source:* {self.text(study.source)}"] if study.source else []
        return [f"**{self.text(study.title)}.** {self.text(study.description)}", *source]

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

    def see(self, name: str, kind: str = "Table") -> str:
        """Return a link to a table or figure that this page has shown, for a sentence.

        `name` is that under which it is filed, `kind` "Table" or "Figure".

        Raises
        ------
        KeyError
            It was not shown yet, so that it has no number.
        """
        if name not in self._numbered[kind]:
            raise KeyError(f"{kind} '{name}' was not shown yet on page {self.number}.")
        number = self._number(kind, name)
        return f"[{number}](#{anchor(number)})"

    def _number(self, kind: str, name: str) -> str:
        """Return e.g. "Table 2.1": tables and figures are numbered in the order they are shown.

        What is shown again keeps its number.
        """
        numbered = self._numbered[kind]
        if name not in numbered:
            numbered.append(name)
        return f"{kind} {self.number.lstrip('0') or '0'}.{numbered.index(name) + 1}"

    def caption(self, name: str, caption: str, kind: str = "Table") -> HTML:
        """Return a number and a caption, to stand above what has no caption of its own."""
        number = self._number(kind, name)
        text = f"<strong>{number}.</strong> {escaping.html(caption)}"
        return HTML(f'<p id="{anchor(number)}" class="erfm-caption{_unmathed(text)}">{text}</p>')

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
        """Show a table rounded, with its number and caption, and file it unrounded.

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
        number = self._file_table(frame, name, caption, headings)
        shown = as_text(self.study, frame, headings, formats)
        text = [c for c in frame if not holds_numbers(frame[c]) and headings[c] in shown]
        left = [{"selector": "th, td", "props": "text-align: left"}]
        # A long text beside many numbers would be set a word a line.
        wide = [*left, {"selector": "td", "props": f"min-width: {TEXT_WIDTH}"}]
        styles = {headings[c]: wide if _is_long(frame[c]) else left for c in text}
        styler = (
            shown.style.format(escape="html")
            .format_index(escape="html")
            .format_index(escape="html", axis="columns")
            .set_uuid(f"{self.number}_{escaping.file_name(name)}".replace(".", "_"))
            .set_caption(f"<strong>{number}.</strong> {escaping.html(caption)}")
            .set_table_attributes('class="erfm-table"')
            .set_table_styles([{"selector": "td", "props": "text-align: right"}])
            .set_table_styles(styles, overwrite=False)
        )
        if len(shown) and all(len(str(row)) <= SHORT for row in shown.index):
            styler.set_table_styles(
                [{"selector": "tbody th", "props": "min-width: 0"}], overwrite=False
            )
        styler.cell_ids = False
        content = styler.to_html()
        opened = f'<div id="{anchor(number)}" class="erfm{_unmathed(content)}"'
        return HTML(f'{opened} style="overflow-x: auto">{content}</div>')

    def stacked(self, table: pd.DataFrame, name: str, caption: str) -> HTML:
        """File a table of long texts as `table` does, and show it; narrow screens stack its cells.

        The index heads each row.
        """
        headings = {column: heading(column) for column in table}
        number = self._file_table(table, name, caption, headings)
        told = f"<strong>{number}.</strong> {escaping.html(caption)}"
        heads = [heading(table.index.name or ""), *headings.values()]
        lines = ["".join(f'<th scope="col">{escaping.html(head)}</th>' for head in heads)]
        for index, row in zip(table.index, table.itertuples(index=False), strict=True):
            cells = "".join(
                f'<td data-label="{escaping.html(head)}">{escaping.html(str(cell))}</td>'
                for head, cell in zip(headings.values(), row, strict=True)
            )
            lines.append(f'<th scope="row">{escaping.html(str(index))}</th>{cells}')
        head, *body = (f"<tr>{line}</tr>" for line in lines)
        unmathed = _unmathed(told + "".join(body))
        return HTML(
            f'<div id="{anchor(number)}" class="erfm erfm-stacked{unmathed}">'
            f'<table class="erfm-table"><caption>{told}</caption><thead>{head}</thead>'
            f"<tbody>{''.join(body)}</tbody></table></div>"
        )

    def fold(self, summary: str, shown: Iterable[HTML]) -> HTML:
        """Return tables folded under one line, which says what they are."""
        tables = "\n".join(table.data for table in shown)
        line = escaping.html(summary)
        return HTML(f'<details class="erfm-fold"><summary>{line}</summary>\n{tables}\n</details>')

    def linked_table(self, table: pd.DataFrame, name: str, caption: str) -> Captioned:
        """File a table of text as `table` does and show it; cells may link to pages in Markdown.

        The index is filed but not shown.
        """
        headings = {column: heading(column) for column in table}
        self._file_table(table, name, caption, headings)
        lines = [list(headings.values()), ["---"] * len(headings)]
        lines += [list(map(_linked, row)) for row in table.itertuples(index=False)]
        rows = ["| " + " | ".join(line) + " |" for line in lines]
        return Captioned(self.caption(name, caption), Markdown("\n".join(rows)))

    def verdict_table(
        self, card: pd.DataFrame, name: str, caption: str, language: str = "zh"
    ) -> HTML:
        """File a scorecard as `table` does, and show it; see `verdicts.table`."""
        frame = verdicts.filed(card)
        number = self._file_table(frame, name, caption, {c: heading(c) for c in frame})
        told = f"<strong>{number}.</strong> {escaping.html(caption)}"
        return HTML(verdicts.table(card, anchor(number), told, language))

    def verdict_strip(self, card: pd.DataFrame, name: str, caption: str, table: str) -> HTML:
        """Show a scorecard as a strip of links to its table; see `verdicts.strip`.

        `table` is the name under which `verdict_table` files that, next of the page's tables.
        """
        number = self._number("Figure", name)
        told = f"<strong>{number}.</strong> {escaping.html(caption)}"
        leads = anchor(self._number("Table", table))
        return HTML(verdicts.strip(card, anchor(number), told, leads))

    def _file_table(
        self, frame: pd.DataFrame, name: str, caption: str, headings: dict[str, str]
    ) -> str:
        """File a table with what is said of it, and return its number."""
        number, folder = self._number("Table", name), self.build / "tables"
        path = folder / f"{self.number}_{escaping.file_name(name)}.csv"
        filed = _with_rows(frame)
        # A lone carriage return within a text is quoted only if it is part of the line's end.
        guarded = filed.map(_guarded).rename(columns=_guarded)
        write_text(path, guarded.to_csv(index=False, lineterminator="\r\n"))
        kinds = [kind(filed.iloc[:, i]) for i in range(filed.shape[1])]
        described = {"number": number, "caption": caption, "headings": headings, "kinds": kinds}
        text = escaping.encodable(json.dumps(described, ensure_ascii=False, indent=1))
        write_text(path.with_suffix(".json"), text + "\n")
        return number

    def figure(self, figure: Figure, name: str, alt: str, caption: str = "") -> Captioned:
        """File a figure as ``<number>_<name>.png`` and show it with its number and caption.

        `alt` says what the picture says, to those who do not see it; where it is short enough to
        say it to all, it is the caption, too. The site shows the SVG in the study's folder instead,
        which is as sharp on any screen and follows a dark page.
        """
        filed = f"{self.number}_{escaping.file_name(name)}"
        path, drawing = self.figures / f"{filed}.png", vector_folder(self.study) / f"{filed}.svg"
        save_figure(figure, path)
        width = round(96 * figure.get_figwidth())
        write_text(drawing, vector.svg(figure, f"f{filed}", alt))
        plt.close(figure)
        told = {"svg": drawing.name}
        image = Image(filename=path, alt=escaping.one_line(alt), width=width, metadata=told)
        return Captioned(self.caption(name, caption or alt, "Figure"), image)

    def explore(self, explorer: Explorer, name: str, alt: str, caption: str = "") -> Captioned:
        """Show a figure that a reader moves, with its number and caption, and file its picture.

        `alt` says what the picture says, as in `figure`. What is shown holds a specification, of
        which the site makes controls, and for other readers the picture and the texts of the first
        setting. Where someone sits at a Jupyter server, whose name is in the environment of the
        kernels that it starts for people, the controls are shown at once.
        """
        from erfm.report import explorer as explorers  # draws with libraries that few pages need

        number = self._number("Figure", name)
        spec, alt = explorer.spec(anchor(number)), escaping.one_line(alt)
        (texts,) = explorers.evaluate(spec, [{}])
        path = self.figures / f"{self.number}_{escaping.file_name(name)}.png"
        if not _shows(path, drawn := explorers.picture(spec)):
            write_bytes(path, drawn)
        png = path.read_bytes()
        lines = [text if label == "said" else f"{label}: {text}" for label, text in texts.items()]
        content: dict[str, Any] = {"text/plain": "\n".join(lines)}
        if is_live():
            self._first_explorer = self._first_explorer or name
            live = explorers.block(spec, alt, png, address=False)
            content["text/html"] = live + explorers.inlined(self._first_explorer == name)
        else:
            content |= {explorers.MIME: spec, "image/png": png}
        return Captioned(self.caption(name, caption or alt, "Figure"), Moved(content, alt))


def anchor(number: str) -> str:
    """Return the id of a table or figure: "table-8b-1" of "Table 8b.1"."""
    return re.sub(r"[ .]", "-", number.lower())


def _is_long(column: pd.Series) -> bool:
    """Return whether a column of text has more to say than fits beside others."""
    return bool(column.astype(str).str.len().max() > LONG_TEXT)


def _unmathed(content: str) -> str:
    """Return classes that keep JupyterLab from making formulas of dollars and backslashes."""
    return " mathjax_ignore tex2jax_ignore" if re.search(r"[$\\]", content) else ""


def save_figure(figure: Figure, path: Path) -> None:
    """Write a PNG; a file that already shows the same picture is left as it is.

    Another machine's last bits can move a pixel's shade, which is no new picture.
    """
    drawn = BytesIO()
    figure.savefig(drawn, format="png", dpi=192, metadata={"Software": None})
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
    """Write a cell in Markdown, links to the report's pages and sections as links."""
    link = r"&#91;([\w -]+)&#93;\((?=[\w&])((?:\w+\.ipynb)?)(?:&#35;([\w-]+))?\)"
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
