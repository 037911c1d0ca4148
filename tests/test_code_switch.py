"""The switch that shows a page's code, in a real browser, by keyboard."""

import pytest
from browser import show

pytestmark = pytest.mark.slow

CODE = ".tag_hide-input > details.above-input"
SOLUTIONS = ".tag_hide-cell > details"


def test_code_is_shown_by_the_keyboard_on_every_page_from_then_on(default_site, chromium):
    page = chromium.new_page()
    show(page, default_site / "02_full_model.html")
    switch = page.get_by_role("switch", name="Show code")
    assert switch.get_attribute("aria-checked") == "false"
    assert page.locator(CODE).count() > 10
    assert page.locator(f"{CODE}[open]").count() == 0
    switch.focus()
    page.keyboard.press("Space")
    assert switch.get_attribute("aria-checked") == "true"
    assert page.locator(f"{CODE}:not([open])").count() == 0
    assert page.locator(f"{SOLUTIONS}[open]").count() == 0  # an exercise is not given away
    show(page, default_site / "04_holdout_validation.html")
    assert page.locator(f"{CODE}:not([open])").count() == 0
    assert page.locator("button.copybtn").count() > 10
    page.get_by_role("switch", name="Show code").press("Enter")
    assert page.locator(f"{CODE}[open]").count() == 0
    page.reload()
    assert page.locator(f"{CODE}[open]").count() == 0
    page.close()


def test_one_fold_opens_by_itself(default_site, chromium):
    page = chromium.new_page()
    show(page, default_site / "03_stepwise_reduction.html")
    fold = page.locator(CODE).first
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.get_attribute("open") == ""
    assert page.locator(f"{CODE}[open]").count() == 1
    page.close()


def test_pages_without_code_have_no_switch(default_site, chromium):
    page = chromium.new_page()
    show(page, default_site / "glossary.html")
    assert page.get_by_role("switch").count() == 0
    page.close()
