"""What explorers say, in a browser and outside it, compared with Python's numbers."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from browser import show
from playwright.sync_api import Browser, Page

from erfm.formats import number
from erfm.report import explorer as explorers
from erfm.report.explorer import Explorer

NEAR = 1e-3
"""How far, in units of the last digit shown, a number may be from where its text changes."""


def assert_shows(
    text: str, pattern: str, values: list[float], spec: str, slack: float = NEAR
) -> None:
    """Assert that a text is a pattern filled with numbers, as Python writes them.

    Constants in the browser have so many digits that a text can differ only where the number is at
    the limit between two: there, and only there, either may stand.
    """
    if text == pattern.format(*(number(value, spec) for value in values)):
        return
    decimals = int(re.search(r"\.(\d)", spec)[1])
    between = (
        {number(value + way * slack * 10**-decimals, spec) for way in (-1, 0, 1)}
        for value in values
    )
    choices = ["(?:" + "|".join(map(re.escape, sorted(ways))) + ")" for ways in between]
    parts = [re.escape(part) for part in pattern.split("{}")]
    allowed = "".join(part + choice for part, choice in zip(parts, [*choices, ""], strict=True))
    assert re.fullmatch(allowed, text), f"{text!r} is not {pattern!r} with {values}"


@contextlib.contextmanager
def in_browser(
    chromium: Browser, explorer: Explorer, folder: Path, anchor: str = "figure-9-1"
) -> Iterator[Page]:
    """Show an explorer in a browser, and assert that it complains of nothing."""
    spec, complaints = explorer.spec(anchor), []
    block = explorers.block(spec, "", explorers.picture(spec))
    path = folder / "page.html"
    text = f"<!doctype html><meta charset=utf-8><body>{block}{explorers.inlined(True)}"
    path.write_text(text, encoding="utf-8")
    page = chromium.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    show(page, path)
    page.locator(".erfm-controls").wait_for(state="visible")
    yield page
    page.close()
    assert complaints == []


def texts(page: Page) -> dict[str, str]:
    """Return what an explorer says in a browser, in the form of `Explorer.evaluate`."""
    told = "node.closest('dd')?.previousElementSibling.textContent || node.dataset.shows"
    pairs = (
        f"[...document.querySelectorAll('[data-shows]')].map(node => [{told}, node.textContent])"
    )
    return dict(page.evaluate(pairs))
