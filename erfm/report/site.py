"""The report's site: executed notebooks and the tables to take away, built with Sphinx."""

from __future__ import annotations

import base64
import itertools
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from erfm.customers.files import remove
from erfm.escaping import html, markdown, one_line
from erfm.figures import PHONE
from erfm.report.api_pages import write_api_pages
from erfm.report.explorer import BUNDLE, MIME, block, bundle, scripts
from erfm.report.markup import spoken
from erfm.report.page import number_of
from erfm.report.search import write_search
from erfm.report.story import IN_SHORT, NOTEBOOKS, NOTICE, tags
from erfm.report.vector import shared
from erfm.report.weight import (
    leave_out_unused,
    lightened,
    shrink_pictures,
    smaller,
    write_mathjax,
)
from erfm.study import Study, StudyError

CONFIGURATION = Path(__file__).parent / "sphinx"
GLOSSARY = NOTEBOOKS / "glossary.md"
FRONT_PAGE = "00_start_here"
DOWNLOADS = "tables"
MARKDOWN = "text/markdown"
ABOUT_CSV = (
    "Unrounded, UTF-8, a header in the first row. A text that a spreadsheet would run as a formula "
    "(with `=`, `+`, `-` or `@` first) has an apostrophe before it; the workbook, Word and LaTeX "
    "have the text itself."
)
KINDS = {".xlsx": "every table, a sheet each", ".docx": "for Word", ".tex": "for LaTeX"}


def build_site(study: Study, build: Path) -> Path:
    """Build the site of executed notebooks with Sphinx; any warning is an error."""
    source, site, fresh = build / "source", build / "site", build / "site.new"
    for folder in (source, fresh):
        remove(folder, inside=build)
    source.mkdir(parents=True)
    pages = sorted((build / "notebooks").glob("*.ipynb"))
    names = [page.stem for page in pages]
    present = set(names)
    glossary = _unlinked(GLOSSARY.read_text(encoding="utf-8"), present)
    (source / GLOSSARY.name).write_text(glossary, encoding="utf-8")
    names.append(GLOSSARY.stem)
    if (build / "exports").is_dir():
        (source / f"{DOWNLOADS}.md").write_text(_downloads(build, source), encoding="utf-8")
        names.append(DOWNLOADS)
    names.append(write_api_pages(source))
    root = FRONT_PAGE if any(page.stem == FRONT_PAGE for page in pages) else "index"
    explored = False
    for page in pages:
        notebook = nbformat.read(page, as_version=4)
        _lead_with_findings(notebook)
        _carry_alt_texts(notebook)
        explored |= _wake_explorers(notebook)
        _inline_figures(notebook, build / "svg", f"f{number_of(page.stem)}")
        _unlink_absent_pages(notebook, present)
        _adapt_html_links(notebook, present)
        _adapt_anchors(notebook)
        _fold_code(notebook)
        _head_sections(notebook)
        if page.stem == root:
            notebook.cells.append(nbformat.v4.new_markdown_cell(_contents(names, root)))
        nbformat.write(notebook, source / page.name)
    if root == "index":
        (source / "index.md").write_text(_index(study, names), encoding="utf-8")
    title = html(one_line(study.title))  # the theme writes it into its pages as it is given
    with docutils_namespace():
        app = Sphinx(
            srcdir=source,
            confdir=CONFIGURATION,
            outdir=fresh,
            doctreedir=build / "doctrees",
            buildername="html",
            confoverrides={"project": title, "html_title": title, "root_doc": root},
            status=None,
            warningiserror=True,
        )
        app.build()
    if app.statuscode:
        raise StudyError(f"{fresh}: the site was built with warnings; see above.")
    write_mathjax(fresh / "_static")
    shrink_pictures(fresh / "_images")
    leave_out_unused(fresh / "_static")
    if explored:
        (fresh / "_static" / BUNDLE).write_text(bundle(), encoding="utf-8")
    for written in fresh.glob("*.html"):
        content = written.read_text(encoding="utf-8")
        written.write_text(spoken(lightened(content)), encoding="utf-8")
    write_search(fresh)
    first = fresh / "index.html"
    if not first.exists():
        first.write_text(_forward(study, root), encoding="utf-8")
    remove(site, inside=build)
    fresh.replace(site)
    return site / "index.html"


def _forward(study: Study, root: str) -> str:
    """Return a page that leads to the first one."""
    title = html(one_line(study.title))
    return (
        f'<!doctype html><meta charset="utf-8"><title>{title}</title>'
        f'<meta http-equiv="refresh" content="0; url={root}.html">'
        f'<a href="{root}.html">{title}</a>\n'
    )


def _lead_with_findings(notebook: nbformat.NotebookNode) -> None:
    """Move what a page says in short, and whose customers it is about, directly below its title.

    In the notebook the code comes first that computes it.
    """
    title, *rest = notebook.cells
    first = [cell for tag in (IN_SHORT, NOTICE) for cell in rest if tag in tags(cell)]
    for cell in first:
        cell.metadata["tags"] = sorted({*tags(cell), "remove-input"})
    rest = [cell for cell in rest if not {IN_SHORT, NOTICE} & set(tags(cell))]
    notebook.cells = [title, *first, *rest]


def _carry_alt_texts(notebook: nbformat.NotebookNode) -> None:
    """Copy images' alt texts to where MyST-NB looks for them."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            alt = output.get("metadata", {}).get("image/png", {}).get("alt")
            if alt:
                cell.metadata.setdefault("mystnb", {})["image"] = {"alt": alt}


def _fold_code(notebook: nbformat.NotebookNode) -> None:
    """Fold all code; a switch on every page opens it. A solution stays folded, and says whose.

    Code that shows nothing joins the code that follows it, under one fold.
    """
    cells: list[nbformat.NotebookNode] = []
    solutions = itertools.count(1)
    for cell in notebook.cells:
        if cell.cell_type == "code" and "hide-cell" in tags(cell):
            solution = f"solution {next(solutions)}"
            prompts = {"code_prompt_show": f"Show {solution}", "code_prompt_hide": solution.title()}
            cell.metadata.setdefault("mystnb", {}).update(prompts)
        elif cell.cell_type == "code" and "remove-input" not in tags(cell):
            cell.metadata["tags"] = sorted({*tags(cell), "hide-input"})
            if cells and "hide-input" in tags(cells[-1]) and not cells[-1].outputs:
                cell.source = f"{cells.pop().source}\n\n{cell.source}"
        cells.append(cell)
    notebook.cells = cells


def _head_sections(notebook: nbformat.NotebookNode) -> None:
    """Make headings that code shows the headings of sections, which a page's contents list."""
    cells: list[nbformat.NotebookNode] = []
    for cell in notebook.cells:
        parts: list[list[nbformat.NotebookNode]] = [[]]
        for output in cell.get("outputs", []):
            if re.match("#+ ", output.get("data", {}).get("text/markdown", "")):
                parts.append([])
            parts[-1].append(output)
        cells.append(cell)
        if len(parts) > 1:
            cell.outputs = parts[0]
        for heading, *rest in parts[1:]:
            cells.append(nbformat.v4.new_markdown_cell(heading.data["text/markdown"]))
            # With its source, for MyST-NB leaves a cell out that has none.
            shown = nbformat.v4.new_code_cell(cell.source, outputs=rest)
            shown.metadata = nbformat.from_dict({**cell.metadata, "tags": ["remove-input"]})
            cells.append(shown)
    notebook.cells = cells


def _wake_explorers(notebook: nbformat.NotebookNode) -> bool:
    """Write the figures that a reader moves as HTML, and return whether there are any.

    Their scripts stand after the first: pages without one do not load them.
    """
    found = False
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        if MIME in output.get("data", {}):
            alt = output.metadata.get("image/png", {}).get("alt", "")
            png = smaller(base64.b64decode(output.data["image/png"]))
            shown = block(output.data[MIME], alt, png) + ("" if found else scripts())
            output.data = nbformat.from_dict({"text/html": shown})
            found = True
    return found


def _inline_figures(notebook: nbformat.NotebookNode, folder: Path, name: str) -> None:
    """Let the page hold each figure's SVG, where it was drawn here, instead of the PNG.

    One whose texts would be too small on a telephone is scrolled there, by the keyboard, too.
    Identifiers open with `name`.
    """
    outputs, drawings = [], []
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        about = output.get("metadata", {}).get("image/png", {})
        drawing = folder / Path(about.get("svg", "none")).name
        if drawing.is_file():
            outputs.append(output)
            drawings.append(drawing.read_text(encoding="utf-8"))
    for output, picture in zip(outputs, shared(drawings, name), strict=True):
        narrowest = int(picture.partition('data-narrowest="')[2].partition('"')[0])
        held = '<div class="erfm-figure">'
        if narrowest > PHONE:
            held = '<div class="erfm-figure" tabindex="0" role="region" aria-label="Wide figure">'
            picture = picture.replace('style="', f'style="min-width: {narrowest}px; ', 1)
        output.data = {"text/html": f"{held}{picture}</div>"}
        output.metadata = {}


def _unlink_absent_pages(notebook: nbformat.NotebookNode, present: set[str]) -> None:
    """Turn links to notebooks that this report lacks into plain text."""
    _change_texts(notebook, lambda text: _unlinked(text, present))


def _adapt_html_links(notebook: nbformat.NotebookNode, present: set[str]) -> None:
    """Let links to notebooks in what is shown as HTML lead to the site's pages.

    Those in Markdown are Sphinx's to adapt.
    """

    def adapt(link: re.Match[str]) -> str:
        page, section, text = link.groups()
        return f'<a href="{page}.html{section.lower()}">{text}</a>' if page in present else text

    leads = r'<a href="(\w+)\.ipynb((?:#[^"]+)?)">(.*?)</a>'
    _change_texts(notebook, lambda text: re.sub(leads, adapt, text), "text/html")


def _unlinked(text: str, present: set[str]) -> str:
    return re.sub(
        r"\[([^\]]+)\]\((\w+)\.ipynb[^)]*\)",
        lambda link: link[0] if link[2] in present else link[1],
        text,
    )


def _adapt_anchors(notebook: nbformat.NotebookNode) -> None:
    """Write links to headings as the site names these, and those to tables and figures as HTML.

    In Jupyter, anchors of headings have capitals. Those of tables and figures stand in what is
    shown, where MyST does not look.
    """

    def adapt(text: str) -> str:
        numbered = r"\[([^\]]+)\]\(#((?:table|figure)-\w+-\d+)\)"
        text = re.sub(numbered, r'<a class="reference internal" href="#\2">\1</a>', text)
        return re.sub(r"\]\((?:\w+\.ipynb)?#[\w-]+\)", lambda link: link[0].lower(), text)

    _change_texts(notebook, adapt)


def _change_texts(
    notebook: nbformat.NotebookNode, change: Callable[[str], str], kind: str = MARKDOWN
) -> None:
    """Change the Markdown that a notebook has and shows, or what it shows of another kind."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and kind == MARKDOWN:
            cell.source = change(cell.source)
        for output in cell.get("outputs", []):
            if kind in output.get("data", {}):
                output.data[kind] = change(output.data[kind])


def _contents(names: list[str], root: str) -> str:
    listed = ["self"] if root == FRONT_PAGE else []  # the list of pages begins with the first
    listed += [name for name in names if name != root]
    return "\n".join(["```{toctree}", ":hidden:", ":maxdepth: 1", "", *listed, "```"])


def _downloads(build: Path, source: Path) -> str:
    """Return the page that offers the tables, and copy them to where it finds them."""
    for folder in ("exports", "tables"):
        shutil.copytree(build / folder, source / folder, ignore=shutil.ignore_patterns("*.json"))
    lines = [
        "# Tables to take away",
        "",
        "All tables in one workbook, and the main ones for a text:",
        "",
    ]
    lines += [
        f"- {{download}}`{path.name} <exports/{path.name}>`: {KINDS[path.suffix]}"
        for path in sorted((source / "exports").iterdir())
    ]
    lines += ["", "## Every table as CSV", "", ABOUT_CSV, ""]
    for path in sorted((source / "tables").iterdir()):
        described = (build / "tables" / path.name).with_suffix(".json").read_text("utf-8")
        about = json.loads(described)
        told = f"{about['number']}. {markdown(about['caption'])}"
        lines.append(f"- {{download}}`{path.name} <tables/{path.name}>`: {told}")
    return "\n".join(lines) + "\n"


def _index(study: Study, names: list[str]) -> str:
    listed = _contents(names, "index").replace(":hidden:\n", "")
    texts = [markdown(text) for text in (study.title, study.description, study.source)]
    return "# " + "\n\n".join([*texts, listed]) + "\n"
