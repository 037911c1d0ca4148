"""The explorers of bounds say what Python's own functions say, wherever a reader moves them."""

import re
from dataclasses import replace

import numpy as np
import pytest
import vl_convert
from explored import in_browser, texts

from erfm.figures import BLUE, VERMILION
from erfm.paper import bounds
from erfm.paper.arithmetic import counts_that_print
from erfm.paper.ledger import printed, printed_number
from erfm.paper.scorecard import proofs
from erfm.report import explore_bounds, explore_scale, explorer

PROOF = proofs()
SETTINGS = 60
"""Of each bound, drawn at random: evaluating one takes Vega some hundredths of a second."""


@pytest.fixture(scope="module")
def explored():
    names = ("interval", "skewness", "kurtosis", "children", "standardised", "accuracy")
    return {name: getattr(explore_bounds, name)() for name in names}


def chosen(found, places):
    """Return the values of a setting of sliders and choices, by name; what is not set as at first.

    A slider of places gives the value that stands there.
    """
    places = {control.name: control.value for control in found.controls} | places
    return {
        name.removesuffix("_step"): (
            found.parameters[name.replace("_step", "_values")][place]
            if name.endswith("_step")
            else place
        )
        for name, place in places.items()
    }


def drawn_settings(found, seed, count=SETTINGS):
    """Return settings of all controls drawn at random."""
    rng = np.random.default_rng(seed)
    return [
        {
            control.name: str(rng.choice(list(control.options)))
            if isinstance(control, explorer.Choice)
            else int(rng.integers(control.minimum, control.maximum + 1))
            for control in found.controls
        }
        for _ in range(count)
    ]


def verdicts(texts):
    """Return for each setting whether the sentence begins with what is possible."""
    begun = [text["said"].split()[0].strip(",") for text in texts]
    assert set(begun) <= {"Possible", "Impossible", "Contradicts", "Cannot"}
    return [word == "Possible" for word in begun]


def both(found, seed):
    """Return settings, their values, and the texts at them; both verdicts are among them."""
    places = drawn_settings(found, seed)
    texts = found.evaluate_many(places)
    assert len(set(verdicts(texts))) == 2
    return list(zip([chosen(found, one) for one in places], texts, strict=True))


# --- What the explorers say -----------------------------------------------------------------------


@pytest.mark.slow
def test_interval_is_the_narrowest(explored):
    ratio = printed("frequency_or")
    for values, text in both(explored["interval"], 1):
        proof = explore_bounds.examined_interval(values)
        sd, n, level = values["sd"], int(values["n"]), values["level"] / 100
        low, high = bounds.narrowest_interval(ratio, sd, n, level)
        assert (low, high) == pytest.approx((proof.numbers["lower"], proof.numbers["upper"]))
        assert text["Narrowest interval"] == f"({low:,.4f}, {high:,.4f})"
        assert text["Its width"] == f"{high - low:,.4f}"
        error = bounds.least_standard_error(sd, n)
        assert text["Least standard error of B"] == f"{error:.5f}"
        assert verdicts([text]) == [not proof.refuted]


@pytest.mark.slow
def test_skewness_is_the_largest(explored):
    for values, text in both(explored["skewness"], 2):
        moments = explore_bounds._as_printed(values)
        z = bounds.largest_z(**moments).upper
        assert text["Largest skewness"] == f"{bounds.skewness_bound(z, moments['n']):,.2f}"
        n = moments["n"]
        assert text["Farthest value from the mean"] == f"{z * np.sqrt((n - 1) / n):.2f} sd"
        assert verdicts([text]) == [not explore_bounds.examined_skewness(values).refuted]


@pytest.mark.slow
def test_kurtosis_is_the_least_by_either_bound(explored):
    claimed = printed_number("frequency_kurtosis").text
    half = 0.5 * 10.0 ** -printed_number("frequency_skewness").decimals
    for values, text in both(explored["kurtosis"], 3):
        moments = explore_bounds._as_printed(values)
        # Each bound alone: the other is left nothing to argue from.
        if values["by"] == explore_bounds.FARTHEST:
            proof = bounds.examine_kurtosis(claimed, skewness=0.0, **moments)
            assert text["Least, from the farthest value"] == (
                f"{proof.numbers['extreme']:,.3f}".replace("-", "−")
            )
        else:
            moments |= {"minimum": 0, "maximum": 2, "mean": 1.0, "sd": 1.0}
            skewness = max(0, values["skewness"] - half)
            proof = bounds.examine_kurtosis(claimed, skewness=skewness, **moments)
            assert text["Least, from the skewness"] == (
                f"{proof.numbers['pearson']:,.3f}".replace("-", "−")
            )
        assert verdicts([text]) == [not proof.refuted]


@pytest.mark.slow
def test_children_give_the_least_p(explored):
    for values, text in both(explored["children"], 4):
        proof = explore_bounds.examined_children(values)
        assert text["Least p"] == f"{proof.numbers['least_p_value']:.3f}"
        error = proof.numbers["least_standard_error"]
        assert text["Least standard error of B"] == f"{error:.4f}"
        assert verdicts([text]) == [not proof.refuted]


@pytest.mark.parametrize("n", [2000, 35])
@pytest.mark.parametrize(
    ("kind", "setting", "customers"),
    [("indicator", {"share": 20}, [0] * 4 + [1]), ("count", {"children": 7}, [0, 7])],
)
def test_children_are_as_different_as_they_can_be(kind, setting, customers, n):
    values = {"kind": kind, "n": n, "share": 50, "children": 1, "sd": 1.0} | setting
    if n % len(customers):
        n -= n % len(customers)
        values["n"] = n
    sd = np.std(customers * (n // len(customers)), ddof=1)
    proof = explore_bounds.examined_children(values)
    assert proof.numbers["least_standard_error"] == pytest.approx(
        bounds.least_standard_error(sd, n)
    )


@pytest.mark.slow
def test_standardised_is_the_least_that_can_be_significant(explored):
    for values, text in both(explored["standardised"], 5):
        least = explore_bounds.least_standardised(values)
        whole = bounds.least_significant_effect(int(values["n"]), values["alpha"])
        assert text["Least after division"] == f"{least:.5f}"
        assert text["Least as B · sd"] == f"{whole:.4f}"
        size = printed_number(f"standardised_{values['variable'].lower()}").upper
        assert verdicts([text]) == [size >= least]


@pytest.mark.slow
def test_accuracy_is_that_of_a_whole_number(explored):
    found, claimed = explored["accuracy"], printed_number("accuracy").text
    sizes = [{"n": n} for n in range(1310, 1370)] + drawn_settings(found, 6)
    texts = found.evaluate_many(sizes)
    for n, text in zip([size["n"] for size in sizes], texts, strict=True):
        counts = counts_that_print(claimed, n)
        told = ", ".join(f"{count:,}" for count in counts) or "none"
        assert text[f"Counts that print as {claimed}"] == told
        for side in ("below", "above"):
            count, _, share = text[f"Next count {side}"].partition(" are ")
            count = int(count.replace(",", ""))
            assert share == f"{100 * count / n:.2f}%"
            assert (count / n < printed("accuracy")) == (side == "below")
            assert count not in counts
    assert verdicts(texts) == [bool(counts_that_print(claimed, size["n"])) for size in sizes]


# --- As printed, and just possible ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "proof"),
    [("interval", "interval"), ("skewness", "skewness"), ("kurtosis", "kurtosis"),
     ("children", "has_child"), ("standardised", "Recency"), ("accuracy", "accuracy")],
)  # fmt: skip
def test_printed_inputs_have_the_verdict_of_the_scorecard(explored, name, proof):
    found = explored[name]
    first = {control.name: control.value for control in found.controls}
    assert first == found.presets["As printed"]
    text = found.evaluate()
    assert PROOF[proof].refuted and verdicts([text]) == [False]
    assert ", as printed: " in text["said"]
    opens = {"accuracy": "Impossible", "standardised": "Cannot be significant"}
    assert text["said"].startswith(opens.get(name, "Contradicts"))


@pytest.mark.parametrize("name", explore_bounds.TOO_SMALL)
def test_each_variable_too_small_has_the_verdict_of_the_scorecard(explored, name):
    text = explored["standardised"].evaluate(variable=name)
    assert PROOF[name].refuted and verdicts([text]) == [False]
    least = PROOF[name].numbers
    assert text["Least as B · sd"] == f"{least['least']:.4f}"
    assert text["Least after division"] == f"{least['least_sas']:.5f}"


@pytest.mark.slow
def test_the_first_setting_says_what_the_proof_says(explored):
    text = {name: found.evaluate() for name, found in explored.items()}
    low, high = (PROOF["interval"].numbers[end] for end in ("lower", "upper"))
    assert text["interval"]["Narrowest interval"] == f"({low:.4f}, {high:.4f})"
    assert text["skewness"]["Largest skewness"] == f"{PROOF['skewness'].numbers['bound']:.2f}"
    kurtosis = PROOF["kurtosis"].numbers
    assert text["kurtosis"]["Least, from the farthest value"] == f"{kurtosis['extreme']:.3f}"
    assert text["kurtosis"]["Least, from the skewness"] == f"{kurtosis['pearson']:.3f}"
    least_p = PROOF["has_child"].numbers["least_p_value"]
    assert text["children"]["Least p"] == f"{least_p:.3f}"


JUST = [
    ("interval", {"n", "sd", "confidence level"}),
    ("skewness", {"largest value", "sd"}),
    ("kurtosis", {"largest value", "mean", "sd", "n", "skewness"}),
    ("children", {"n", "most children", "sd of children"}),
    ("accuracy", {"fewer customers", "more customers"}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "moved"), JUST)
def test_just_possible_is_one_step_from_impossible(explored, name, moved):
    found = explored[name]
    presets = {
        label.removeprefix("Just possible: "): preset
        for label, preset in found.presets.items()
        if label != "As printed"
    }
    assert set(presets) == moved
    start = found.presets["As printed"]
    for preset in presets.values():
        (step,) = [c.name for c in found.controls if isinstance(c, explorer.Slider)
                   and preset[c.name] != start[c.name]]  # fmt: skip
        back = preset | {step: preset[step] + (1 if preset[step] < start[step] else -1)}
        assert verdicts(found.evaluate_many([preset, back])) == [True, False]


EXAMINED = {
    "interval": lambda values: explore_bounds.examined_interval(values).refuted,
    "skewness": lambda values: explore_bounds.examined_skewness(values).refuted,
    "kurtosis": lambda values: (
        explore_bounds.least_kurtosis(values) > printed_number("frequency_kurtosis").upper
    ),
    "children": lambda values: explore_bounds.examined_children(values).refuted,
}
DECIMALS = {"sd": 3, "mean": 2, "skewness": 3}


@pytest.mark.parametrize("name", EXAMINED)
def test_just_possible_is_the_least_change_to_the_last_decimal(explored, name):
    found, refuted = explored[name], EXAMINED[name]
    start = chosen(found, {})
    assert refuted(start)
    for label, preset in found.presets.items():
        values = chosen(found, preset)
        moved = [key for key in start if key not in ("by", "kind") and values[key] != start[key]]
        if label == "As printed":
            assert not moved
            continue
        (key,) = moved
        unit = 10.0 ** -DECIMALS.get(key, 0)
        nearer = values[key] - np.sign(values[key] - start[key]) * unit
        assert not refuted(values)
        assert refuted(values | {key: round(nearer, 3)})


@pytest.mark.slow
def test_just_possible_follows_the_variable(explored):
    found = explored["standardised"]
    labels = {label.removeprefix("Just possible: ") for label in found.presets}
    assert labels == {"As printed", "n", "significance level", "divisor"}
    # What a button gives to a slider is a signal of its own.
    given = {p["name"]: p["expr"] for p in found.spec()["params"] if p["name"][:7] == "preset_"}
    texts = {name: f"'' + ({expression})" for name, expression in given.items()}
    asked = replace(found, readouts={name[7:]: text for name, text in texts.items()})
    start = found.presets["As printed"]
    for variable in explore_bounds.TOO_SMALL:
        size = printed_number(f"standardised_{variable.lower()}").upper
        places = asked.evaluate(variable=variable)
        for button, step, unit in (("2", "n", 1), ("3", "alpha", 0.01), ("4", "divisor", 0.01)):
            place = int(places[f"{button}_{step}_step"])
            nearer = place + (1 if place < start[f"{step}_step"] else -1)
            settings = [{"variable": variable, f"{step}_step": at} for at in (place, nearer)]
            assert verdicts(found.evaluate_many(settings)) == [True, False]
            values = chosen(found, settings[0])
            less = values | {step: values[step] - unit}
            assert explore_bounds.least_standardised(values) <= size
            assert explore_bounds.least_standardised(less) > size


def test_just_possible_agrees_with_what_the_proofs_ask_for(explored):
    def needed(name, label, key):
        found = explored[name]
        return chosen(found, found.presets[f"Just possible: {label}"])[key]

    interval = PROOF["interval"].numbers
    assert needed("interval", "n", "n") == interval["n_needed"]
    assert needed("interval", "sd", "sd") == pytest.approx(interval["sd_needed"], abs=0.001)
    level = needed("interval", "confidence level", "level")
    assert level == np.floor(100 * interval["level_possible"])
    children = PROOF["has_child"].numbers["sd_needed"]
    assert needed("children", "sd of children", "sd") == pytest.approx(children, abs=0.001)
    assert needed("children", "most children", "children") == np.ceil(2 * children)


@pytest.mark.slow
def test_a_sentence_tells_how_far_the_inputs_are_from_the_printed_ones(explored):
    said = explored["interval"].evaluate(**explored["interval"].presets["Just possible: n"])["said"]
    assert said == (
        "Possible by this bound, with n = 7,698 (2.31 times the printed 3,334): the narrowest "
        "interval is (1.0460, 1.0560), 0.0100 wide; (1.046, 1.055) is printed, at most 0.0100 wide."
    )
    found = explored["children"]
    said = found.evaluate(**found.presets["Just possible: most children"])["said"]
    assert said == (
        "Possible by this bound, with a count from 0 to 11: with an odds ratio of 0.997 p is at "
        "least 0.666; 0.671 is printed."
    )
    found = explored["accuracy"]
    assert found.evaluate()["said"] == (
        "Impossible as a share, as printed: of 1,334 customers 1,268 are "
        "95.05% and 1,269 are 95.13%; 95.11% is printed."
    )
    said = found.evaluate(n=1331)["said"]
    assert said == (
        "Possible as a share, with n = 1,331 (3 fewer than the printed 1,334): 1,266 "
        "of 1,331 print as 95.11%, truncated."
    )


def test_a_sentence_tells_only_what_matters(explored):
    found = explored["kurtosis"]
    moved = {"mean_step": 0, "n_step": 0}
    said = found.evaluate_many([moved | {"by": by} for by in ("farthest", "skewness")])
    assert ["mean = " in one["said"] for one in said] == [True, False]
    assert ["n = 100 " in one["said"] for one in said] == [True, True]


# --- The chart ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, _ in JUST])
def test_the_printed_value_turns_from_impossible_to_possible(explored, name):
    found = explored[name]
    marks = {}
    for label, preset in found.presets.items():
        spec = found.spec()
        for parameter in spec["params"]:
            if "value" in parameter:
                parameter["value"] = preset.get(parameter["name"], parameter["value"])
        svg = vl_convert.vegalite_to_svg(spec, vl_version=explorer.VEGA_LITE)
        marks[label] = {color for color in (VERMILION, BLUE) if color in svg}
        refuted = "impossible" if name == "accuracy" else "contradicts"
        assert (refuted in svg) == (label == "As printed")
    assert marks.pop("As printed") == {VERMILION}
    assert all(colors == {BLUE} for colors in marks.values())


# --- The common form ------------------------------------------------------------------------------


def test_values_of_a_slider():
    assert explore_scale.evenly(0.1, 0.5, 0.1) == (0.1, 0.2, 0.3, 0.4, 0.5)
    values = explore_scale.ladder(100, 10_000)
    assert (values[0], values[-1], len(values)) == (100, 10_000, 41)
    ratios = np.divide(values[1:], values[:-1])
    assert ratios.min() > 1.04 and ratios.max() < 1.2
    one = explore_scale.Input("n", "Customers", "n", (1.0, 5.0), 3.0)
    assert one.values == (1.0, 3.0, 5.0) and one.slider.value == 1


@pytest.mark.parametrize(
    ("limit", "found"),
    [(lambda x: x >= 3.14, 3.14), (lambda x: x <= 1.505, 1.5), (lambda x: x > 9, None),
     (lambda x: x <= 1.5 or x >= 2.1, 2.1), (lambda x: x <= 1.95 or x >= 2.1, 1.95)],
)  # fmt: skip
def test_least_change_is_the_nearest(limit, found):
    one = explore_scale.Input("x", "x", "x", (1.0, 5.0), 2.0, 2)
    assert explore_scale.least_change(lambda setting: limit(setting["x"]), {}, one) == found


def test_each_option_has_its_expression():
    found = explore_scale.by_option("kind", {"a": 1, "b": "x", "c": 3})
    assert found == "kind == 'a' ? 1 : kind == 'b' ? x : 3"


# --- In a browser ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_keyboard_makes_the_interval_possible(explored, chromium, tmp_path):
    found = explored["interval"]
    with in_browser(chromium, found, tmp_path) as page:
        said, slider = page.locator('[data-shows="said"]'), page.get_by_label("Customers n")
        slider.wait_for()
        assert said.text_content() == found.evaluate()["said"]
        slider.focus()
        first, place = found.presets["As printed"]["n_step"], found.presets["As printed"]["n_step"]
        while not said.text_content().startswith("Possible"):
            page.keyboard.press("ArrowRight")
            place += 1
            text = found.evaluate(n_step=place)
            assert said.text_content() == text["said"]
            assert slider.get_attribute("aria-valuetext") == text["shown_n_step"]
            assert page.locator(".erfm-charts svg").count()
            shown = text["shown_n_step"].replace(",", "")
            assert re.search(rf"[?&]n={shown}(&|$)", page.url)
        assert place == found.presets["Just possible: n"]["n_step"] > first
        page.get_by_role("button", name="As printed").press("Enter")
        assert said.text_content() == found.evaluate()["said"]


@pytest.mark.slow
@pytest.mark.parametrize(("n", "nearest"), [("7,700", None), ("7690", 7698), ("1", 100)])
def test_an_address_holds_values_and_leads_to_the_nearest(explored, chromium, tmp_path, n, nearest):
    found = explored["interval"]
    values = found.parameters["n_values"]
    setting = {} if nearest is None else {"n_step": values.index(nearest)}
    with in_browser(chromium, found, tmp_path, "figure-6-6") as page:
        page.evaluate("address => { location.hash = address }", f"figure-6-6?n={n}&sd=junk")
        page.wait_for_timeout(100)
        assert texts(page) == found.evaluate(**setting)


def test_a_slider_that_the_choice_does_not_use_says_so(explored):
    found = explored["children"]
    options = ("indicator", "count", "sd")
    for kind, text in zip(
        options, found.evaluate_many([{"kind": kind} for kind in options]), strict=True
    ):
        idle = {name for name, shown in text.items() if shown.startswith("only for ")}
        used = {"indicator": "share", "count": "children", "sd": "sd"}[kind]
        assert idle == {
            f"shown_{name}_step" for name in ("share", "children", "sd") if name != used
        }
    assert found.evaluate()["shown_children_step"] == "only for “a count, 0 to k”"


@pytest.mark.slow
def test_a_slider_that_the_choice_does_not_use_cannot_be_moved(explored, chromium, tmp_path):
    with in_browser(chromium, explored["kurtosis"], tmp_path) as page:
        skewness, mean = (page.get_by_label(name, exact=True) for name in ("Skewness", "Mean"))
        assert skewness.is_disabled() and mean.is_enabled()
        page.get_by_role("radio", name="the skewness").press("Space")
        assert skewness.is_enabled() and mean.is_disabled()
        assert page.get_by_label("Customers n").is_enabled()
        assert texts(page) == explored["kurtosis"].evaluate(by="skewness")
