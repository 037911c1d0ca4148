"""What axe-core finds on the site's pages, light and dark, on a desk and on a phone."""

import pytest
from browser import axe_script, open_folds, pages_of, set_theme, show

pytestmark = pytest.mark.slow

CONTRAST = "color-contrast"
# Every rule once for each width, and those on colours, which no width changes, in either light.
MODES = (
    (1366, "light", {}),
    (1366, "dark", {"runOnly": [CONTRAST]}),
    (358, "light", {"rules": {CONTRAST: {"enabled": False}}}),
)
# The pages of the module are Sphinx's own markup, in which a list may have no term.
# The theme's toggles of the lists stand before every landmark.
RUN = """
async options => {
    const looked = { exclude: [".sidebar-toggle"] };
    const { violations } = await axe.run(looked, { resultTypes: ["violations"], ...options });
    return violations.flatMap(({ id, nodes }) => nodes.map(node =>
        `${id}: ${node.html.slice(0, 100)} ${node.failureSummary.split("\\n")[1]}`));
}
"""
STILL = "* { transition: none !important; animation: none !important; }"


def violations(page, script: str) -> list[str]:
    """Return what axe finds on the page that is shown, in every mode."""
    page.evaluate(script)
    page.add_style_tag(content=STILL)  # or a colour may be measured while it changes
    open_folds(page)
    found = []
    for width, theme, options in MODES:
        page.set_viewport_size({"width": width, "height": 900})
        set_theme(page, theme)
        found += [f"{width} {theme}: {violation}" for violation in page.evaluate(RUN, options)]
    return found


def test_axe_finds_nothing(default_site, chromium):
    page, script, found = chromium.new_page(), axe_script(), []
    for path in pages_of(default_site):
        if path.stem.startswith("module"):
            continue
        show(page, path)
        found += [f"{path.stem} at {violation}" for violation in violations(page, script)]
    page.close()
    assert not found, "\n".join(found)


def test_axe_would_find_something(tmp_path, chromium):
    path = tmp_path / "page.html"
    path.write_text("<!doctype html><title>A page</title><body><p style='color: #ccc'>pale</p>")
    page = chromium.new_page()
    show(page, path)
    found = violations(page, axe_script())
    page.close()
    assert any("1366 dark: color-contrast" in violation for violation in found)
    assert any("358 light: html-has-lang" in violation for violation in found)
