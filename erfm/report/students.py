"""The notebooks for a class: without solutions, outputs, and what only the report needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat

from erfm.customers.files import remove, write_text
from erfm.report.build import SOLUTION, all_notebooks
from erfm.report.site import GLOSSARY
from erfm.report.story import tags
from erfm.study import output_folder

SENTENCE = "remove-input"


def write_student_copies() -> Path:
    """Write the notebooks without solutions and outputs to ``build/student``, for a class.

    Cells that compute the report's sentences are left out: reading the outputs is the students'
    work. Hints stay, and so does the glossary. Earlier copies there are replaced.
    """
    paths, build = all_notebooks(), output_folder() / "build"
    folder = build / "student"
    remove(folder, inside=build)
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = list(_for_students(notebook.cells))
        write_text(folder / path.name, nbformat.writes(notebook) + "\n")
    write_text(folder / GLOSSARY.name, GLOSSARY.read_text(encoding="utf-8"))
    return folder


def _for_students(cells: list[nbformat.NotebookNode]) -> Iterator[nbformat.NotebookNode]:
    """Yield the cells without outputs; a solution leaves an empty cell for the answer."""
    for cell in cells:
        if cell.cell_type == "code":
            if SENTENCE in tags(cell):
                continue
            if SOLUTION in tags(cell):
                cell.source, cell.metadata = "# Your answer:\n", {}
            cell.outputs, cell.execution_count = [], None
            cell.metadata.pop("jupyter", None)  # a class sees every line
        yield cell
