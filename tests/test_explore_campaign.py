"""The campaign that a reader plans is the best one by `gains`, at any setting of the sliders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from explored import assert_shows, in_browser, texts
from hypothesis import given
from hypothesis import strategies as st
from invented import runs

from erfm import final_equation, predict
from erfm.formats import number, percent
from erfm.report.explore_campaign import a_campaign, alt_text, caption
from erfm.report.explorer import Explorer, Slider
from erfm.warning.gains import best_plan, expected_gain, gains_curve, shared_places

RATES = (0.08, 0.1, 0.125)


def draw(rng: np.random.Generator, explorer: Explorer) -> dict[str, float]:
    """Return a setting of the sliders, some at an end."""
    setting = {}
    for control in explorer.controls:
        assert isinstance(control, Slider)
        steps = round((control.maximum - control.minimum) / control.step)
        # The success rate hardly ever is a half or more: low ones decide.
        most = steps // 4 if control.name == "success" and rng.random() < 0.8 else steps
        place = rng.choice([0, most, rng.integers(most + 1)], p=[0.05, 0.05, 0.9])
        setting[control.name] = round(control.minimum + float(place) * control.step, 9)
    return setting


def assert_best(curve: pd.DataFrame, explorer: Explorer, settings: list[dict[str, float]]) -> int:
    """Assert that texts are those of the best plan; return at how many settings a call pays."""
    pays = 0
    for given_, text in zip(settings, explorer.evaluate_many(settings), strict=True):
        at = {control.name: control.value for control in explorer.controls} | given_
        plan = expected_gain(curve, at["length"], at["cost"], at["value"], at["success"])
        best, risk = best_plan(plan), at["cost"] / (at["success"] * at["value"])
        never = "" if risk < 1 else ", which no risk exceeds"
        assert_shows(text["A call pays above a risk of"], "{}%" + never, [100 * risk], ",.1f")
        if best["gain"] <= 0:
            assert text["said"].startswith("Nobody should be called"), (at, best)
            assert text["Best number of calls"] == text["Leavers reached"] == "none"
            assert text["Expected gain"] == "0"
            continue
        pays += 1
        calls = number(best["contacts"], ",.0f")
        gain, lower, upper = (best[name] for name in ("gain", "lower", "upper"))
        assert text["Best number of calls"] == calls, (at, best)
        assert_shows(text["Expected gain"], "{} ({} to {})", [gain, lower, upper], ",.0f")
        of = curve.loc[best.name, "precision"]
        leavers = text["Leavers reached"].split(" (")
        assert_shows(leavers[0], "{}", [best["leavers_reached"]], ",.0f")
        assert_shows(leavers[1], "{}% of those called)", [100 * of], ".1f")
        assert text["said"].startswith(
            f"It is best to call the first {calls} of {at['length']:,.0f} customers, for an "
            f"expected gain of {text['Expected gain']}."
        )
        assert text["said"].endswith(
            "cannot show that calling pays at all." if lower < 0 else f"{text['Expected gain']}."
        )
    return pays


@pytest.fixture(scope="module")
def curve(reconstruction) -> pd.DataFrame:
    study, samples = reconstruction
    risk = 1 - predict(final_equation(study, samples), study, samples.holdout)
    return gains_curve(samples.holdout["retained"].to_numpy(), risk, seed=2012, repetitions=200)


@pytest.mark.slow
def test_hundreds_of_campaigns_are_the_best_ones(curve):
    explorer = a_campaign(curve, 10_000, 20, 270.0, 0.1, RATES)
    rng = np.random.default_rng(21)
    settings = [draw(rng, explorer) for _ in range(200)]
    assert 60 < assert_best(curve, explorer, settings) < 195


@pytest.mark.slow
def test_buttons_set_the_success_rates_of_the_figure(curve):
    explorer = a_campaign(curve, 10_000, 20, 270.0, 0.1, RATES)
    labels = [f"Success rate {rate}%" for rate in ("8.0", "10.0", "12.5")]
    assert list(explorer.presets) == labels
    assert [preset["success"] for preset in explorer.presets.values()] == [0.08, 0.1, 0.125]
    assert assert_best(curve, explorer, [dict(preset) for preset in explorer.presets.values()])


@pytest.mark.slow
def test_a_campaign_is_planned_by_keyboard(curve, chromium, tmp_path):
    explorer = a_campaign(curve, 10_000, 20, 270.0, 0.1, RATES)
    with in_browser(chromium, explorer, tmp_path) as page:
        assert texts(page) == explorer.evaluate()
        page.get_by_role("slider", name="Success rate").focus()
        for key in ("Home", "ArrowRight"):
            page.keyboard.press(key)
        assert texts(page) == explorer.evaluate(success=0.01)
        assert texts(page)["Best number of calls"] == "none"
        page.get_by_role("button", name="Success rate 12.5%").focus()
        page.keyboard.press("Enter")
        page.get_by_role("slider", name="Customers on the list").focus()
        page.keyboard.press("ArrowLeft")
        assert texts(page) == explorer.evaluate(success=0.125, length=9_000)


@pytest.mark.slow
def test_nobody_is_called_where_no_call_pays(curve):
    explorer = a_campaign(curve, 10_000, 20, 270.0, 0.1, RATES)
    dear = {"cost": 100, "success": 0.005}
    assert assert_best(curve, explorer, [dear]) == 0
    text = explorer.evaluate(**dear)
    assert text["A call pays above a risk of"] == "7,407.4%, which no risk exceeds"


@pytest.mark.slow
def test_a_break_even_between_two_texts_is_rounded_as_python_rounds(curve):
    explorer = a_campaign(curve, 10_000, 5, 160, 0.5)
    assert 100 * 5 / (0.5 * 160) == 6.25
    assert explorer.evaluate()["A call pays above a risk of"] == percent(0.0625) == "6.2%"


def plain(churned: list[float], customers: list[int]) -> pd.DataFrame:
    """Return a curve of so many churned among the first customers, all of them the last row."""
    called, found = np.array(customers), np.array(churned, dtype=float)
    precision = found / called
    return pd.DataFrame(
        {"share": called / called[-1], "customers": called, "churned": found,
         "precision": precision, "precision_lower": 0.9 * precision,
         "precision_upper": np.minimum(1.1 * precision, 1)}
    )  # fmt: skip


@pytest.mark.slow
def test_of_two_numbers_of_calls_that_bring_the_same_the_smaller_is_best():
    # 10 calls bring 10 · (10 · 0.9 − 5) = 40, and 30 bring 30 · (10 · 19/30 − 5) = 40.
    curve = plain([9, 19, 20], [10, 30, 100])
    explorer = a_campaign(curve, 100, 5, 100, 0.1)
    plan = expected_gain(curve, 100, 5, 100, 0.1)
    assert plan["gain"].tolist()[:2] == pytest.approx([40, 40])
    assert assert_best(curve, explorer, [{}]) == 1
    assert explorer.evaluate()["Best number of calls"] == "10"


@pytest.mark.slow
@pytest.mark.parametrize(("first", "contacts"), [(1, "12"), (3, "38"), (5, "62")])
def test_half_a_contact_is_rounded_as_numpy_rounds(first, contacts):
    curve = plain([first, first], [first, 8])
    explorer = a_campaign(curve, 100, 10, 110, 0.1)
    assert assert_best(curve, explorer, [{}]) == 1
    assert explorer.evaluate()["Best number of calls"] == contacts


@pytest.mark.parametrize(
    ("value", "step"), [(20, 1), (270.0, 10), (10_000, 1_000), (18_180, 10), (0.5, 0.01), (7, 0.1)]
)
def test_a_slider_starts_on_its_steps(value, step):
    explorer = a_campaign(plain([1, 1], [1, 8]), 100, value, 100, 0.1)
    cost = explorer.controls[0]
    assert (cost.minimum, cost.maximum, cost.step) == pytest.approx((step, 5 * value, step))
    assert cost.value == value


def test_a_caption_says_that_customers_are_simulated(reconstruction, sample):
    assert "simulated customers" in caption(reconstruction[0])
    assert "simulated" not in caption(sample[0])


@pytest.mark.slow
def test_the_picture_is_told_in_words(curve):
    explorer = a_campaign(curve, 10_000, 20, 270.0, 0.1, RATES)
    told = alt_text(explorer)
    assert told.endswith(f" {explorer.evaluate()['said']}") and "95% band" in told


@pytest.mark.slow
@runs(8)
@given(st.data())
def test_the_best_campaign_on_any_list(data):
    n = data.draw(st.sampled_from([30, 77, 200]))
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    kinds = data.draw(st.sampled_from([1, 3, 1000]))
    risk = np.round(rng.random(n) * kinds) / kinds
    base = data.draw(st.sampled_from([0.05, 0.5, 0.9]))
    outcome = (rng.random(n) > base * (0.5 + risk)).astype(int)
    outcome[:2] = [0, 1]
    curve = gains_curve(outcome, risk, seed=1, repetitions=40)
    worth = round(20 / (0.1 * min(1.1 * (1 - outcome.mean()), 0.95)), -1)
    explorer = a_campaign(curve, 1_000, 20, worth, 0.1, RATES)
    assert_best(curve, explorer, [{}, *(draw(rng, explorer) for _ in range(12))])
    assert shared_places(curve).any() or kinds == 1000
