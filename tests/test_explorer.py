"""Figures that a reader moves: the same numbers in Python, in a specification and in a browser."""

import json
import re

import altair as alt
import numpy as np
import pandas as pd
import pytest
from browser import show
from hypothesis import example, given
from hypothesis import strategies as st

from erfm.formats import number
from erfm.report import explorer as explorers
from erfm.report.explorer import Choice, Derived, Explorer, Slider, fixed, quoted
from erfm.report.page import Page

HOSTILE = 'R&D <b>“x”</b> "$5$" \\ 天数 </script>'
SHARE = Slider("share", f"Share {HOSTILE}", 0, 1, 0.01, 0.6024, unit=" 元")
WHO = Choice("who", "谁", {"all": "All <i>", "some": "戊"}, "all")


def made(**changes) -> Explorer:
    """Return an explorer with all there is, each part of which may be changed."""
    table = pd.DataFrame({"x": np.linspace(0, 1, 11), "y": np.linspace(0, 1, 11) / 3})
    curve = alt.Chart(table).mark_line().encode(x="x:Q", y="y:Q")
    line = alt.Chart(alt.Data(values=[{}])).transform_calculate(x="share").mark_rule()
    parts = {
        "controls": [SHARE, WHO],
        "chart": alt.hconcat(curve + line.encode(x="x:Q"), curve),
        "parameters": {"thirds": np.arange(101) / 3, "third": Derived("thirds[round(share*100)]")},
        "readouts": {f"Third of {HOSTILE}": "format(third, '.3f') + ' ' + who", "Empty": "''"},
        "said": f"'The share is ' + format(share, '.4f') + ' of ' + {quoted(HOSTILE)} + '.'",
        "presets": {"Half": {"share": 0.5}, "Square": {"share": Derived("share * share")}},
    }
    return Explorer(**(parts | changes))


def test_texts_follow_the_controls():
    one, other = made().evaluate_many([{}, {"share": 0.25, "who": "some"}])
    label = f"Third of {HOSTILE}"
    assert one == {
        label: "20.000 all",
        "Empty": "",
        "said": f"The share is 0.6024 of {HOSTILE}.",
        "shown_share": "0.60 元",
    }
    assert other[label] == "8.333 some" and other["said"].startswith("The share is 0.2500 of ")


def test_a_specification_is_the_same_whatever_was_drawn_before():
    """Altair counts the names that it gives, and digests unrounded tables for others."""
    first = made().spec()
    brush = alt.selection_interval()
    alt.Chart(pd.DataFrame({"x": [1]})).mark_point().add_params(brush).to_dict()
    nudged = {"thirds": np.arange(101) / 3 * (1 + 1e-15), "third": Derived("thirds[0]")}
    assert json.dumps(made(parameters=nudged).spec()["params"][2]) == json.dumps(first["params"][2])
    assert json.dumps(made().spec()) == json.dumps(first)
    assert set(first["datasets"]) == {"data-1"}
    assert re.findall(r"\d\.\d{9,}", json.dumps(first)) == []


def test_what_is_missing_in_a_table_is_null():
    spec = made(parameters={"gaps": pd.Series([1.0, np.nan, np.inf]), "third": 0}).spec()
    assert {"name": "gaps", "value": [1, None, None]} in spec["params"]


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"parameters": {"a b": 1}}, "'a b' cannot be a name"),
        ({"parameters": {"width": 1}}, "'width' cannot be a name"),
        ({"parameters": {"share": 1}}, "There twice: share"),
        ({"controls": [Slider("share", "S", 0, 1, 0.1, 2), WHO]}, "share = 2: must be a number fr"),
        ({"controls": [Slider("share", "S", 0, 1, 0, 1), WHO]}, "share: the step must be above 0"),
        ({"controls": [SHARE, Choice("who", "W", {"a": "A"}, "b")]}, "who = 'b': must be one of a"),
        ({"presets": {"Odd": {"shore": 0.5}}}, "No control is called 'shore'; there are share, w"),
        ({"presets": {"Odd": {"share": -1}}}, "share = -1: must be a number from 0 to 1"),
    ],
)
def test_a_mistake_is_told(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        made(**changes)


def test_a_setting_that_cannot_be_is_told():
    with pytest.raises(ValueError, match=r"share = 1\.5: must be a number from 0 to 1"):
        made().evaluate(share=1.5)
    with pytest.raises(ValueError, match=r"share = '0\.5': must be a number"):
        made().evaluate(share="0.5")
    with pytest.raises(ValueError, match="No control is called 'third'"):
        made().evaluate(third=1)


def test_an_expression_of_something_unknown_is_told():
    with pytest.raises(ValueError, match="nothing_like_it"):
        made(said="nothing_like_it + 1").evaluate()


def test_the_way_back_is_a_button():
    def labels(**changes):
        return [label for label, _ in made(**changes).spec()["usermeta"]["erfm"]["presets"]]

    assert labels() == ["Half", "Square", "Start again"]
    assert labels(presets={"First": {"share": 0.6024, "who": "all"}}) == ["First"]


def test_texts_of_a_study_are_texts_in_html():
    explorer = made()
    spec = explorer.spec("figure-4-1")
    block = explorers.block(spec, f"Alt {HOSTILE}", explorers.picture(spec))
    assert "<b>" not in block and "<i>" not in block
    assert block.count("</script>") == 1
    held = block.partition('<script type="application/json">')[2].partition("</script>")[0]
    assert json.loads(held) == spec
    assert 'aria-label="Alt R&amp;D &lt;b&gt;“x”&lt;/b&gt; &quot;$5$&quot; \\ 天数' in block


@given(st.floats(-1e6, 1e6), st.integers(0, 3))
@example(12.25, 1)
@example(-12.75, 1)
@example(0.5, 0)
@example(-0.04, 1)
@example(2.5, 0)
def test_numbers_are_rounded_as_python_rounds_them(x, decimals):
    """JavaScript rounds exact halves up and Python to even."""
    # A number and its neighbours among the halves.
    values = [x, *(round(x * 2 ** (decimals + 1) + k) / 2 ** (decimals + 1) for k in range(4))]
    shown = {f"{n} {s}": fixed(f"x{n}", decimals, s) for n in range(5) for s in (False, True)}
    params = [{"name": f"x{n}", "value": value} for n, value in enumerate(values)]
    readouts = [[label, f"r{i}"] for i, label in enumerate(shown)]
    params += [{"name": f"r{i}", "expr": text} for i, text in enumerate(shown.values())]
    meta = {"controls": [], "readouts": readouts}
    (texts,) = explorers.evaluate({"params": params, "usermeta": {"erfm": meta}}, [{}])
    for n, value in enumerate(values):
        assert texts[f"{n} False"] == number(value, f",.{decimals}f")
        assert texts[f"{n} True"] == number(value, f"+,.{decimals}f")


def content(monkeypatch, times: int = 1, session: str = "") -> list[dict]:
    """Return what a page shows of an explorer, one after another, to one who sits there or not."""
    if session:
        monkeypatch.setenv("JPY_SESSION_NAME", session)
    else:
        monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    page = Page("reconstruction", "04_holdout_validation")
    shown = [page.explore(made(), f"moved{i}", "A figure", "Move it") for i in range(times)]
    assert "Figure 4.1.</strong> Move it" in shown[0].caption.data
    return [each.shown._repr_mimebundle_()[0] for each in shown]


def test_a_page_stores_the_specification_the_picture_and_the_texts(monkeypatch):
    (shown,) = content(monkeypatch)
    assert list(shown) == ["text/plain", explorers.MIME, "image/png"]
    assert shown[explorers.MIME] == made().spec("figure-4-1")
    assert f"Third of {HOSTILE}: 20.000 all" in shown["text/plain"].splitlines()
    assert shown["image/png"].startswith(b"\x89PNG")


@pytest.mark.slow
def test_a_jupyter_server_gets_the_libraries_once(monkeypatch, chromium, tmp_path):
    first, second = (each["text/html"] for each in content(monkeypatch, 2, "a notebook"))
    assert "vegaEmbed=" in first and len(first) > 800_000 and len(second) < 100_000
    assert "data-address" not in first
    file = tmp_path / "notebook.html"
    file.write_text(f"<!doctype html><meta charset=utf-8>{first}{second}", encoding="utf-8")
    tab = chromium.new_page()
    show(tab, file)
    tab.wait_for_function("document.querySelectorAll('.erfm-charts svg').length === 4")
    assert file.as_uri() == tab.url
    tab.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A page with two explorers."""
    blocks, png = "", explorers.picture(made().spec())
    for anchor in ("figure-4-1", "figure-4-2"):
        block = explorers.block(made().spec(anchor), "", png)
        blocks += f'<p id="{anchor}">Caption</p>{block}'
    path = tmp_path_factory.mktemp("explorers") / "page.html"
    text = f"<!doctype html><meta charset=utf-8><body>{blocks}{explorers.inlined(True)}"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def tab(chromium, file):
    """A browser's tab for the page, of which nothing is complained."""
    complaints = []
    page = chromium.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    page.file = file
    yield page
    page.close()
    assert complaints == []


def opened(tab, address: str = ""):
    show(tab, tab.file, address)
    tab.wait_for_function("document.querySelectorAll('.erfm-controls:not([hidden])').length === 2")
    return tab.locator(".erfm-explorer").all()


def texts(block) -> dict[str, str]:
    """Return what an explorer says in a browser, in the form of `Explorer.evaluate`."""
    script = """root => Object.fromEntries([...root.querySelectorAll("[data-shows]")].map(node => [
      node.closest("dd")?.previousElementSibling.textContent || node.dataset.shows, node.textContent
    ]))"""
    return block.evaluate(script)


@pytest.mark.slow
def test_a_browser_says_what_python_says(tab):
    first, second = opened(tab)
    assert texts(first) == texts(second) == made().evaluate()
    slider, radio = first.get_by_role("slider"), first.get_by_role("radio", name="戊")
    assert slider.get_attribute("aria-valuetext") == "0.60 元"
    slider.focus()
    for key in ("Home", "ArrowRight", "ArrowRight", "PageUp"):
        tab.keyboard.press(key)
    moved = float(slider.input_value())
    radio.focus()
    tab.keyboard.press("Space")
    assert 0.02 < moved < 0.3
    assert texts(first) == made().evaluate(share=moved, who="some")
    assert texts(second) == made().evaluate()
    assert tab.url == f"{tab.file.as_uri()}#figure-4-1?share={moved}&who=some"


@pytest.mark.slow
def test_buttons_lead_to_settings_and_back(tab):
    first, _ = opened(tab)
    half, square, again = (first.get_by_role("button", name=n) for n in ("Half", "Square", "Start"))
    half.focus()
    tab.keyboard.press("Enter")
    assert texts(first) == made().evaluate(share=0.5)
    assert half.get_attribute("aria-pressed") == "true"
    square.focus()
    tab.keyboard.press("Space")
    assert texts(first) == made().evaluate(share=0.25)
    assert half.get_attribute("aria-pressed") == "false"
    again.click()
    assert texts(first) == made().evaluate()


@pytest.mark.slow
@pytest.mark.parametrize(
    "address, setting",
    [
        ("#figure-4-2?share=0.123&who=some", {"share": 0.123, "who": "some"}),
        ("#figure-4-2?share=7&who=nobody&what=1", {"share": 1}),
        ("#figure-4-2?share=&who=%3Cb%3E", {}),
        ("#figure-4-2", {}),
    ],
)
def test_an_address_restores_its_setting(tab, address, setting):
    first, second = opened(tab, address)
    assert texts(second) == made().evaluate(**setting)
    assert texts(first) == made().evaluate()


@pytest.mark.slow
def test_without_a_script_the_first_setting_is_told(chromium, file):
    quiet = chromium.new_context(java_script_enabled=False).new_page()
    show(quiet, file)
    assert quiet.locator(".erfm-controls").first.is_hidden()
    assert quiet.locator("dd output").first.text_content() == "20.000 all"
    assert quiet.locator(".erfm-charts img").first.is_visible()
    quiet.context.close()
