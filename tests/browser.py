"""A real Chromium, where one is found, and the default report's site for it to show."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

from erfm.customers.study_file import load_study
from erfm.report.book import chromium_program
from erfm.report.exporting import export_tables
from erfm.report.site import build_site
from erfm.report.story import NOTEBOOKS
from erfm.study import OUTPUT, StudyError

LONGEST_BUILD = 600  # seconds that another process may take to build the site


class CannotStart(Exception):
    """There is no Chromium, or it does not start here."""


@contextlib.contextmanager
def started() -> Iterator[Browser]:
    """Start Chromium, and end it."""
    try:
        program = chromium_program()
    except StudyError as error:
        raise CannotStart(str(error)) from None
    with contextlib.ExitStack() as stack:
        try:
            playwright = stack.enter_context(sync_playwright())
            # Containers forbid the sandbox; only the project's own pages are shown.
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        except (Error, OSError) as error:
            raise CannotStart(f"{program} does not start: {error}") from None
        stack.callback(browser.close)
        yield browser


def show(page: Page, file: Path, address: str = "") -> None:
    """Show a page of a site from its file, without waiting for anything to come by network."""
    page.goto(file.as_uri() + address, wait_until="load")


def set_theme(page: Page, theme: str) -> None:
    """Show the page "light" or "dark"."""
    page.evaluate("theme => { document.body.dataset.theme = theme }", theme)


def open_folds(page: Page) -> None:
    """Open all that a page has folded: code, solutions, tables."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")


def axe_script() -> str:
    """Return axe-core's source, for a page to run."""
    spec = find_spec("axe_playwright_python")
    assert spec is not None and spec.origin is not None
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def build_default_site(folder: Path) -> Path:
    """Build the default report's site from the notebooks' stored outputs; nothing is executed."""
    study = load_study("reconstruction")
    shutil.copytree(NOTEBOOKS, folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    # The pages' own tables are filed only where these are executed: two stand for them here.
    tables = folder / "tables"
    tables.mkdir()
    for name, number in (("02_coefficients", "Table 2.1"), ("03_steps", "Table 3.1")):
        (tables / f"{name}.csv").write_text("term,b\nAge,0.125\n", encoding="utf-8")
        told = {"number": number, "caption": "A table", "headings": {"b": "B"}}
        told["kinds"] = ["text", "number"]
        (tables / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")
    export_tables(tables, study, folder / "exports")
    return build_site(study, folder).parent


def shared_site() -> Path:
    """Return the default report's site, built by the first process of a test run that asks."""
    folder = Path(os.environ[OUTPUT]) / "default_site"
    done, failed = folder.with_suffix(".done"), folder.with_suffix(".failed")
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        end = time.monotonic() + LONGEST_BUILD
        while not done.exists():
            assert not failed.exists() and time.monotonic() < end, "another process had to build it"
            time.sleep(0.2)
        return Path(done.read_text(encoding="utf-8"))
    try:
        site = build_default_site(folder)
    except BaseException:
        failed.touch()
        raise
    waiting = folder.with_suffix(".new")
    waiting.write_text(str(site), encoding="utf-8")
    waiting.replace(done)
    return site


def pages_of(site: Path) -> list[Path]:
    """Return a site's pages; index.html only leads to the first."""
    return sorted(path for path in site.glob("*.html") if path.stem != "index")
