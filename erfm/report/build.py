"""Executes the notebooks for a study and builds the report as a site that works offline."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import hashlib
import json
import os
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from tqdm import tqdm
from traitlets.config import Config

from erfm import DEFAULT_STUDY
from erfm.customers.cells import nearest
from erfm.customers.files import FileError, explained, remove, write_bytes, write_text
from erfm.customers.load import load_customers
from erfm.customers.parquet_files import drawn_from, parquet_files, several_files
from erfm.customers.study_file import load_study, transactions_file
from erfm.escaping import markdown, visible
from erfm.logistic import fit_logistic
from erfm.report.exporting import export_tables
from erfm.report.live import SESSION
from erfm.report.page import build_folder, figure_folder, number_of, vector_folder
from erfm.report.portable import THREADS, another_machine, first_difference
from erfm.report.site import FRONT_PAGE, build_site
from erfm.report.story import (
    NOTEBOOKS,
    PAPER,
    PARAMETERS,
    about_all_customers,
    about_paper,
    in_brief,
    other_study,
    tags,
)
from erfm.samples import split_samples
from erfm.study import DATA, ROOT, Study, StudyError

README = ROOT / "README.md"

SOLUTION = "solution"
CELL_SECONDS = 900


def all_notebooks() -> list[Path]:
    """Return the project's notebooks in the order of their names.

    Raises
    ------
    StudyError
        There are none: the package was installed without the project's folder.
    """
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
    if not paths:
        raise StudyError(
            f"{NOTEBOOKS}: there are no notebooks, for they do not come with the package. Work in "
            "the project's folder."
        )
    return paths


def notebooks_of(study: Study) -> list[Path]:
    """Return the notebooks of a study's report.

    A notebook whose study cell is tagged "paper" is about the published study, and left out of the
    reports of studies that are not compared with it; one whose study cell is tagged "large" is
    about customers who do not fit in memory, and left out where they do.
    """
    paths = [path for path in all_notebooks() if path.match("[0-9][0-9]*_*")]
    if study.published:
        return paths
    large = drawn_from(study) > 0
    cells = {path: nbformat.read(path, as_version=4).cells for path in paths}
    return [
        path
        for path in paths
        if not about_paper(cells[path]) and (large or not about_all_customers(cells[path]))
    ]


def prepare(path: Path, study: Study) -> nbformat.NotebookNode:
    """Return a notebook set to a study, without the cells on the paper where it is not compared."""
    notebook = nbformat.read(path, as_version=4)
    if not study.published:
        notebook.cells = [cell for cell in notebook.cells if PAPER not in tags(cell)]
    for cell in notebook.cells:
        if PARAMETERS in tags(cell):
            cell.source = f"STUDY = {_literal(study.reference)}"
    return notebook


def _literal(text: str) -> str:
    """Return Python code whose value is `text`, in double quotes where it holds none."""
    code = repr(text)
    return code if '"' in text else f'"{code[1:-1]}"'


def absent_customers(path: Path) -> str:
    """Return why a notebook cannot be executed here, or "".

    It is about a study beside the report's own (`erfm.report.story.other_study`), whose customers
    or transactions are not shipped.
    """
    name = other_study(nbformat.read(path, as_version=4).cells)
    if not name:
        return ""
    other = load_study(name)
    file = transactions_file(other) or other.file
    if file.is_file():
        return ""
    source = " ".join(other.source.split())
    return f"{path.name} is shown as stored: {file} is absent. {source}"


def execute(
    notebook: nbformat.NotebookNode,
    clients: list[NotebookClient] | None = None,
    variables: dict[str, str] | None = None,
) -> nbformat.NotebookNode:
    """Run every cell of a notebook in a fresh kernel; the first error stops it.

    The client that runs it is added to `clients`, for another thread to end it; see `_end`. The
    kernel has the environment `variables` besides those of this process.
    """
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOKS)}},
        record_timing=False,
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),
    )
    if clients is not None:
        clients.append(client)
    # A kernel that nobody sits at: no sliders in what it shows.
    environment = {k: v for k, v in os.environ.items() if k != SESSION}
    # As many kernels as processors, and narrow matrices: more threads would only wait.
    environment = dict.fromkeys(THREADS, "1") | environment
    try:
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(client.async_execute(env=environment | (variables or {})))
    finally:
        # A kernel that dies while it starts leaves this behind, to fail when Python ends.
        atexit.unregister(client._cleanup_kernel)
    return notebook


def _execute_to(
    path: Path,
    study: Study,
    target: Path,
    clients: list[NotebookClient],
    variables: dict[str, str] | None,
) -> str:
    if absent := absent_customers(path):
        tqdm.write(visible(absent))
        if path != target:
            write_bytes(target, path.read_bytes())
        return path.stem
    notebook = prepare(path, study)
    try:
        execute(notebook, clients, variables)
    except CellExecutionError as error:
        if error.ename == FileError.__name__:
            raise StudyError(error.evalue) from None
        if error.ename != StudyError.__name__:
            raise StudyError(f"{path.name}: {error.ename}: {error.evalue}") from None
        tqdm.write(visible(f"{path.name} stops early: {error.evalue}"))
        notebook = _ended(notebook, error.evalue)
    except CellTimeoutError:
        raise StudyError(
            f"{path.name}: a cell took longer than {CELL_SECONDS} seconds. Use fewer customers."
        ) from None
    except RuntimeError as error:
        raise StudyError(
            f"{path.name}: the process that executes it was ended ({error}), by lack of memory "
            "perhaps. Close other programs, or use fewer customers."
        ) from None
    # The kernel reports its own version; the notebook stays the same on every Python.
    notebook.metadata["language_info"] = {"name": "python"}
    if path != target:
        content = json.loads(nbformat.writes(notebook))
        notebook.metadata["erfm"] = {
            "inputs": inputs(path, study),
            "results": results(content, path, study),
        }
    write_text(target, nbformat.writes(notebook) + "\n")
    return path.stem


def inputs(path: Path, study: Study) -> str:
    """Return a digest of all that an executed notebook depends on."""
    customers = parquet_files(study.file) if several_files(study) else [study.file]
    files = [path, study.path, *customers, ROOT / "requirements.lock"]
    files += all_notebooks() if path.stem == FRONT_PAGE else []  # it tells what they found
    files += sorted(file for folder in (ROOT / "erfm", DATA) for file in folder.rglob("*.*"))
    return _digest([file for file in files if file.is_file() and file.suffix != ".pyc"])


def results(content: dict[str, Any], path: Path, study: Study) -> str:
    """Return a digest of an executed notebook and of the tables and figures that it filed.

    Parameters
    ----------
    content : dict
        The executed notebook, parsed as JSON, without this digest.
    path : Path
        The notebook; its number opens the names of what it files.
    study : Study
    """
    filed = [
        file
        for folder in (build_folder(study) / "tables", figure_folder(study), vector_folder(study))
        for file in sorted(folder.glob(f"{number_of(path.stem)}_*"))
    ]
    return _digest(filed, json.dumps(content, sort_keys=True))


def _digest(files: list[Path], text: str = "") -> str:
    """Return a digest of files, their names included, and of a text."""
    digest = hashlib.sha256(text.encode())
    for file in files:
        digest.update(f"{file.name!r} {file.stat().st_size} ".encode())
        with file.open("rb") as content:
            hashlib.file_digest(content, lambda: digest)
    return digest.hexdigest()


def _is_current(path: Path, study: Study, executed: Path) -> bool:
    """Return whether a notebook was executed with the inputs that it would have now.

    One that is damaged, or changed by hand since then, was not.
    """
    try:
        content = json.loads(executed.read_bytes())
        recorded = content["metadata"].pop("erfm")
        found = results(content, path, study)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    return recorded == {"inputs": inputs(path, study), "results": found}


def _ended(notebook: nbformat.NotebookNode, reason: str) -> nbformat.NotebookNode:
    """Return a page that ends, with the reason, where the study allows no further step."""
    position = next(
        i
        for i, cell in enumerate(notebook.cells)
        if any(output.output_type == "error" for output in cell.get("outputs", []))
    )
    told = nbformat.v4.new_markdown_cell(f"> **This page ends here.** {markdown(reason)}")
    notebook.cells = [*notebook.cells[:position], told]
    return notebook


def execute_all(
    study: Study, paths: list[Path], folder: Path, variables: dict[str, str] | None = None
) -> None:
    """Execute `paths` for `study` into `folder`, as many at once as there are processors.

    The kernels have the environment `variables` besides those of this process. The threads only
    wait for kernels, which are the only other processes. Whatever ends this early, a failing
    notebook or a signal, ends them too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clients: list[NotebookClient] = []
    jobs: list[Future[str]] = []
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        try:
            # The later pages compute longest, so they start first.
            for path in reversed(paths):
                target = folder / path.name
                jobs.append(pool.submit(_execute_to, path, study, target, clients, variables))
            with tqdm(total=len(jobs), desc="notebooks", unit="notebook") as bar:
                for job in as_completed(jobs):
                    bar.set_postfix_str(job.result())
                    bar.update()
        except BaseException:
            _end(jobs, clients)
            raise


def _end(jobs: list[Future[str]], clients: list[NotebookClient]) -> None:
    """Start no further job, and kill the kernels of those that run until all have ended."""
    for job in jobs:
        job.cancel()
    while not all(job.done() for job in jobs):
        # A second Ctrl-C changes nothing: kernels that nobody waits for would stay.
        with contextlib.suppress(KeyboardInterrupt):
            for manager in [client.km for client in clients]:
                if manager is not None and manager.provisioner is not None:
                    asyncio.run(manager.provisioner.kill())
            wait(jobs, timeout=0.1)


def update_notebooks(names: list[str]) -> None:
    """Execute notebooks (all, or those named) in place and compute the README's findings.

    They are executed twice, once as another machine computes, and stored only if both show the
    same; see `erfm.report.portable`. The front page, which tells what the others found, comes last.

    Raises
    ------
    StudyError
        No such notebook, one that fails, or an output that another machine would not have.
    """
    study = load_study(DEFAULT_STUDY)
    paths = {path.stem: path for path in all_notebooks()}
    for name in names:
        if name not in paths:
            raise StudyError(f"{name}: no such notebook. {nearest(name, paths)}")
    chosen = [path for name, path in paths.items() if name in (names or paths)]
    front = [path for path in chosen if path.stem == FRONT_PAGE]
    for part in ([path for path in chosen if path not in front], front):
        if part:
            _update(study, part)
    write_text(README, with_findings(README.read_text(encoding="utf-8")))


def _update(study: Study, chosen: list[Path]) -> None:
    """Execute notebooks as two machines do, and store them if both show the same."""
    there, here = (build_folder(study) / folder for folder in ("elsewhere", "here"))
    machine = another_machine()
    execute_all(study, chosen, there, machine.variables)
    execute_all(study, chosen, here)
    executed = {path: nbformat.read(here / path.name, as_version=4) for path in chosen}
    for path, notebook in executed.items():
        other = nbformat.read(there / path.name, as_version=4)
        if difference := first_difference(notebook, other):
            raise StudyError(
                f"{path.name}, {difference} with {machine.name}. Nothing was stored: round what is "
                "shown, or break ties by `erfm.ties`."
            )
    for path, notebook in executed.items():
        notebook.metadata.pop("erfm", None)
        write_text(path, nbformat.writes(notebook) + "\n")


def with_findings(readme: str) -> str:
    """Return the README with its findings computed anew."""
    before, _, rest = readme.partition("<!-- findings -->")
    _, _, after = rest.partition("<!-- /findings -->")
    return f"{before}<!-- findings -->\n{in_brief(f'{NOTEBOOKS.name}/')}\n<!-- /findings -->{after}"


def build_report(name: str) -> Path:
    """Execute a study's notebooks and build its site; return the site's first page.

    A notebook that was executed already, with the same code and customers, is not executed again.
    Writes the study's folder in ``build/`` (``notebooks``, ``tables``, ``svg``, ``exports``,
    ``site``) and, for the default study, ``figures/``. Nothing outside the study's folder is
    removed.

    Raises
    ------
    StudyError
        The study or its customers cannot be used, a notebook fails, or a file cannot be written.
    """
    study = load_study(name)
    # Errors in the customers are told at once, not from inside a notebook.
    fit_logistic(study, split_samples(study, load_customers(study)).build)
    build = build_folder(study)
    paths, executed = notebooks_of(study), build / "notebooks"
    due = [path for path in paths if not _is_current(path, study, executed / path.name)]
    stale = [path for path in executed.glob("*.ipynb") if path.name not in _names(paths)]
    current = tuple(f"{number_of(name)}_" for name in _names(paths) - _names(due))
    filed = [*(build / "tables").glob("*"), *vector_folder(study).glob("*")]
    stale += [path for path in filed if not path.name.startswith(current)]
    for path in stale:
        remove(path, inside=build)
    execute_all(study, due, executed)
    with explained(build):
        exports = export_tables(build / "tables", study, build / "exports")
        for path in set((build / "exports").iterdir()) - set(exports):
            remove(path, inside=build)
        return build_site(study, build)


def _names(paths: list[Path]) -> set[str]:
    return {path.name for path in paths}
