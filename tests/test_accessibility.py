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
# The pages of the module are one markup, which Sphinx writes of docstrings: one has every mode.
ONE_OF_THE_MODULE, OTHERS_OF_THE_MODULE = "module_customers", "module_"
ON_A_PHONE = MODES[1:2]
# Colours are slow to look at: of texts that look alike, the first is marked, and looked at.
MARK = """
() => {
    document.querySelectorAll("[data-axe]").forEach(element => element.removeAttribute("data-axe"));
    const seen = new Set();
    for (const element of document.body.querySelectorAll("*")) {
        const written = [...element.childNodes].some(({ nodeType, data }) =>
            nodeType === Node.TEXT_NODE && data.trim());
        if (!written || !element.getClientRects().length) continue;
        const { color, fontSize, fontWeight } = getComputedStyle(element);
        const look = [color, fontSize, fontWeight];
        for (let behind = element; behind; behind = behind.parentElement) {
            const { backgroundColor, opacity } = getComputedStyle(behind);
            look.push(backgroundColor, opacity);
            if (backgroundColor.startsWith("rgb(")) break;
        }
        if (!seen.has(look.join())) element.dataset.axe = "";
        seen.add(look.join());
    }
}
"""
RUN = """
async ([looked, options]) => {
    const { violations } = await axe.run(looked, { resultTypes: ["violations"], ...options });
    return violations.flatMap(({ id, nodes }) => nodes.map(node =>
        `${id}: ${node.html.slice(0, 100)} ${node.failureSummary.split("\\n")[1]}`));
}
"""
STILL = "* { transition: none !important; animation: none !important; }"


def violations(page, script: str, modes=MODES) -> list[str]:
    """Return what axe finds on the page that is shown, in each mode."""
    page.evaluate(script)
    page.add_style_tag(content=STILL)  # or a colour may be measured while it changes
    open_folds(page)
    found = []
    for width, theme, options in modes:
        page.set_viewport_size({"width": width, "height": 900})
        set_theme(page, theme)
        page.evaluate(MARK)
        looked = "html" if options is OTHER_RULES else "[data-axe]"
        result = page.evaluate(RUN, [looked, options])
        found += [f"{width} {theme}: {violation}" for violation in result]
    return found


def test_axe_finds_nothing(default_site, chromium):
    page, script, found = chromium.new_page(), axe_script(), []
    for path in pages_of(default_site):
        known = path.stem.startswith(OTHERS_OF_THE_MODULE) and path.stem != ONE_OF_THE_MODULE
        modes = ON_A_PHONE if known else MODES
        show(page, path)
        found += [f"{path.stem} at {violation}" for violation in violations(page, script, modes)]
    page.close()
    assert not found, "\n".join(found)


def test_axe_would_find_something(tmp_path, chromium):
    path = tmp_path / "page.html"
    path.write_text(
        "<!doctype html><title>A page</title><body><p>dark</p><p>dark</p>"
        "<p style='color: #ccc'>pale</p><p style='background: #444'>dark</p>"
        "<p style='opacity: 0.4'><b>faint</b></p>"
    )
    page = chromium.new_page()
    show(page, path)
    found = violations(page, axe_script())
    page.close()
    pale = [violation for violation in found if "1366 dark: color-contrast" in violation]
    assert len(pale) == 3, "a colour, a background, an opacity"
    assert any("358 light: html-has-lang" in violation for violation in found)
