"""What axe-core finds on the site's pages, light and dark, on a desk and on a phone."""

import pytest
from browser import axe_script, open_folds, pages_of, set_theme, show

pytestmark = pytest.mark.slow

CONTRAST = "color-contrast"
OTHER_RULES = {"rules": {CONTRAST: {"enabled": False}}}
# Every rule once for each width, and that on colours, which no width changes, in either light.
MODES = (
    (1366, "light", OTHER_RULES),
    (358, "light", OTHER_RULES),
    (1366, "light", {"runOnly": [CONTRAST]}),
    (1366, "dark", {"runOnly": [CONTRAST]}),
)
# Colours are slow to look at. Code has the same everywhere, and so have the rows of a table from
# the fourth on; the pages of the module are one markup, which Sphinx writes of docstrings.
WITH_CODE = "02_full_model"
REPEATED = [".highlight", ".erfm-table tbody tr:nth-child(n + 4)"]
ONE_OF_THE_MODULE, OTHERS_OF_THE_MODULE = "module_customers", "module_"
RUN = """
async ([exclude, options]) => {
    const looked = exclude.length ? { exclude } : document;
    const { violations } = await axe.run(looked, { resultTypes: ["violations"], ...options });
    return violations.flatMap(({ id, nodes }) => nodes.map(node =>
        `${id}: ${node.html.slice(0, 100)} ${node.failureSummary.split("\\n")[1]}`));
}
"""
STILL = "* { transition: none !important; animation: none !important; }"


def violations(page, script: str, name: str = WITH_CODE) -> list[str]:
    """Return what axe finds on the page that is shown, in each mode."""
    page.evaluate(script)
    page.add_style_tag(content=STILL)  # or a colour may be measured while it changes
    open_folds(page)
    found = []
    for width, theme, options in MODES:
        colours = options is not OTHER_RULES
        if colours and name.startswith(OTHERS_OF_THE_MODULE) and name != ONE_OF_THE_MODULE:
            continue
        page.set_viewport_size({"width": width, "height": 900})
        set_theme(page, theme)
        left_out = REPEATED if colours and name != WITH_CODE else []
        result = page.evaluate(RUN, [left_out, options])
        found += [f"{name} at {width} {theme}: {violation}" for violation in result]
    return found


def test_axe_finds_nothing(default_site, chromium):
    page, script, found = chromium.new_page(), axe_script(), []
    for path in pages_of(default_site):
        show(page, path)
        found += violations(page, script, path.stem)
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
