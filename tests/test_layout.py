"""The site's pages in a real browser: their layout, from phones to the widest screens."""

from pathlib import Path

import pytest
from browser import pages_of, show

pytestmark = pytest.mark.slow

WIDTHS = (320, 358, 768, 1024, 1312, 1366, 1440, 1920, 2560)

# What reaches over the right edge of the screen or of a part that hides the rest, unless a part
# that scrolls by itself holds it. The width is asked once: each question lays the page out anew.
# Of a drawing its texts are asked; its other parts may be clipped, and are measured without that,
# as is what a formula says to screen readers only.
FAULTS = """
() => {
    const width = document.documentElement.clientWidth, found = [];
    if (document.documentElement.scrollWidth > width) found.push("the page scrolls sideways");
    const scrolls = ".erfm, .table-wrapper, div.math, pre";
    for (const element of document.querySelectorAll(".content *")) {
        const box = element.getBoundingClientRect();
        if (!box.width || !box.height || box.right <= width + 1) continue;
        if (element.ownerSVGElement && element.localName !== "text") continue;
        if (element.closest("mjx-assistive-mml")) continue;
        const holder = element.parentElement.closest(scrolls);
        if (holder && holder.getBoundingClientRect().right <= width + 1) continue;
        found.push(`${element.localName}.${element.getAttribute("class")} is cut`);
    }
    const contents = document.querySelector(".toc-tree");
    if (contents && innerWidth > 1312) {
        const box = contents.getBoundingClientRect();
        if (box.left < 0 || box.right > width) found.push("its contents are off-screen");
    }
    return found.slice(0, 5);
}
"""


def faults(site: Path, chromium) -> list[str]:
    """Return what does not fit on its screen, page by page."""
    found = []
    page = chromium.new_page()
    for path in pages_of(site):
        show(page, path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{path.stem} at {width}: {fault}" for fault in page.evaluate(FAULTS)]
    page.close()
    return found


@pytest.mark.parametrize(
    "toggle, drawer, place",
    [("navigation", "sidebar", ".toctree-l1 > a"), ("toc", "toc", "li li > a")],
)
def test_the_keyboard_opens_a_list_that_is_shut_and_finds_nothing_in_it_before(
    default_site, chromium, toggle, drawer, place
):
    page = chromium.new_page(viewport={"width": 358, "height": 740})
    show(page, default_site / "00_start_here.html")
    link = page.locator(f".{drawer}-drawer {place}").first
    assert not link.is_visible()
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == f"__{toggle}":
            break
    icons = page.locator(f"label[for=__{toggle}]:visible")
    assert "solid" in icons.last.evaluate("e => getComputedStyle(e).outline")
    page.keyboard.press("Space")
    link.wait_for(state="visible")
    link.focus()
    assert link.evaluate("e => e === document.activeElement")
    page.close()


def test_the_first_page_is_named_where_it_is_the_previous_one(default_site, chromium):
    page = chromium.new_page()
    show(page, default_site / "01_descriptive_statistics.html")
    previous = page.locator(".prev-page")
    assert previous.locator(".title").inner_text().startswith("00")
    previous.click()
    assert page.url.partition("#")[0].endswith("/00_start_here.html")
    page.close()


def test_every_page_fits_every_screen(default_site, chromium):
    found = faults(default_site, chromium)
    assert not found, "\n".join(found)


def test_no_table_is_wider_than_the_text_of_a_desktop(default_site, chromium):
    page = chromium.new_page(viewport={"width": 1366, "height": 900})
    wide = (
        "[...document.querySelectorAll('.erfm')].filter(e => e.scrollWidth > e.clientWidth + 1)"
        ".map(e => e.querySelector('caption').textContent)"
    )
    found = []
    for path in pages_of(default_site):
        show(page, path)
        found += [f"{path.stem}: {caption}" for caption in page.evaluate(wide)]
    page.close()
    assert not found, "\n".join(found)
