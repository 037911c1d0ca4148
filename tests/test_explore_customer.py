"""The customer whom a reader makes up has the numbers that scoring gives to such a customer."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from explored import assert_shows, in_browser, texts
from hostile import write_hostile_study
from hypothesis import given
from invented import runs, studies, usable
from zoo import ZOO

from erfm import load_customers, split_samples
from erfm.customers.study_file import load_study
from erfm.escaping import one_line
from erfm.report.explore_customer import a_customer, alt_text, caption, control_names
from erfm.report.explorer import Explorer, Slider
from erfm.samples import Samples
from erfm.study import Study, design_matrix
from erfm.warning import model_file, scoring
from erfm.warning.model_file import SavedModel

DATE = "2031-05-19"


def made(
    study: Study, model: SavedModel, samples: Samples, customers: pd.DataFrame
) -> tuple[Explorer, scoring.Scores]:
    """Return the explorer of a study's list, as page 09 makes it."""
    today = customers.drop(
        index=samples.build.index, columns=["retained", "sample"], errors="ignore"
    )
    scores = scoring.score(model, today)
    return a_customer(study, model, samples.build, today, scores), scores


def draw(rng: np.random.Generator, explorer: Explorer) -> dict[str, float | str]:
    """Return a setting that a reader could choose, some of it at an end."""
    setting: dict[str, float | str] = {}
    for control in explorer.controls:
        if isinstance(control, Slider):
            steps = round((control.maximum - control.minimum) / control.step)
            place = rng.choice([0, steps, rng.integers(steps + 1)], p=[0.1, 0.1, 0.8])
            setting[control.name] = round(control.minimum + float(place) * control.step, 9)
        else:
            setting[control.name] = str(rng.choice(list(control.options)))
    return setting


def as_customers(
    study: Study, model: SavedModel, settings: list[dict[str, float | str]]
) -> pd.DataFrame:
    """Return the customers whom settings stand for, with the levels as the study has them."""
    order = [*model.terms, *(name for name in study.predictors if name not in model.terms)]
    rows = []
    for setting in settings:
        row = {}
        for name, control in zip(order, control_names(order), strict=True):
            levels = study.predictors[name].levels
            value = setting[control]
            row[name] = next(x for x in levels if one_line(x) == value) if levels else value
        rows.append(row)
    frame = pd.DataFrame(rows)
    return frame.assign(customer_id=[f"{i}" for i in range(len(frame))])


def assert_as_scored(
    study: Study, model: SavedModel, explorer: Explorer, settings: list[dict[str, float | str]]
) -> None:
    """Assert that every text at each setting is what scoring says, to the digits shown."""
    customers = as_customers(study, model, settings)
    ranked = scoring.score(model, customers).ranked.set_index("customer_id")
    design = design_matrix(study, customers, list(model.terms))
    parts = scoring.contributions(model, design)
    more = {f"part {i}": f"format(parts[{i}], '.4f')" for i in range(len(model.terms))}
    more["sum"] = "format(logit, '.4f')"
    told = dataclasses.replace(explorer, readouts={**explorer.readouts, **more})
    for i, text in enumerate(told.evaluate_many(settings)):
        of = ranked.loc[f"{i}"]
        risk, lower, upper = 100 * of[["churn_probability", "lower", "upper"]].to_numpy(dtype=float)
        assert_shows(text["P(churned)"], "{}% ({}% to {}%)", [risk, lower, upper], ".1f")
        assert_shows(
            text["P(retained)"], "{}% ({}% to {}%)", [100 - risk, 100 - upper, 100 - lower], ".1f"
        )
        for j, part in enumerate(parts.iloc[i]):
            assert_shows(text[f"part {j}"], "{}", [part], ".4f", slack=0.05)
        total = scoring.score_parts(model, design.iloc[[i]])["sum"]
        assert_shows(text["sum"], "{}", [total], ".4f", slack=0.05)
        if min(abs(risk / 100 - limit) for limit in model.risk_limits) > 1e-6:
            assert text["Risk"] == of["risk"]
            assert text["Suggested action"] == of["action"]
        assert text.get("Value", "unknown") == of["value_tier"]
        assert_pushed(model, text["said"], of, parts.iloc[i])


def assert_pushed(model: SavedModel, said: str, of: pd.Series, parts: pd.Series) -> None:
    """Assert that a sentence names what raises and lowers a risk most, unless two do nearly so."""
    labels = {term: one_line(model.predictors[term].label) for term in model.terms}
    ordered = parts.sort_values()
    raises = said.removeprefix("Against the average customer, ")
    if ordered.iloc[-1] < -1e-6:
        assert raises.startswith("nothing raises the risk and ")
        assert pd.isna(of["first_push"])
    elif ordered.iloc[-1] > 1e-6 and (len(parts) == 1 or np.diff(ordered)[-1] > 1e-6):
        assert raises.startswith(f"{labels[ordered.index[-1]]} raises the risk most (")
        assert one_line(of["first_push"]) == labels[ordered.index[-1]]
        size = raises.removeprefix(labels[ordered.index[-1]]).split("(", 1)[1].split(" of the")[0]
        assert_shows(size, "{}", [of["first_effect"]], "+.2f")
    if ordered.iloc[0] > 1e-6:
        assert said.endswith(" and nothing lowers it.")
    elif ordered.iloc[0] < -1e-6 and (len(parts) == 1 or np.diff(ordered)[0] > 1e-6):
        assert f" and {labels[ordered.index[0]]} lowers it most (" in said
        assert_shows(said.rsplit("(", 1)[1], "{} of the logit).", [ordered.iloc[0]], "+.2f")


@pytest.fixture(scope="module")
def simulated(reconstruction) -> tuple[Study, SavedModel, Explorer, scoring.Scores]:
    study, samples = reconstruction
    model = scoring.final_model(study, samples, DATE)
    return study, model, *made(study, model, samples, load_customers(study))


@pytest.mark.slow
def test_hundreds_of_customers_have_the_scores_of_such_customers(simulated):
    study, model, explorer, _ = simulated
    rng = np.random.default_rng(11)
    assert_as_scored(study, model, explorer, [draw(rng, explorer) for _ in range(200)])


@pytest.mark.slow
def test_all_six_have_an_input_and_what_has_no_weight_says_so(simulated):
    study, _, explorer, _ = simulated
    assert len(explorer.controls) == len(study.predictors) == 6
    labels = [control.label for control in explorer.controls]
    assert labels[:4] == ["Frequency (transactions)", "Recency (days)", "Age (years)", "Gender"]
    assert labels[4:] == [
        "Amount (yuan a month; only tells the value)",
        "Has_Child (children; not in the equation)",
    ]
    first = explorer.evaluate()
    moved = explorer.evaluate(customer_has_child=3, customer_amount=10_000)
    same = {label for label in explorer.readouts if first[label] == moved[label]}
    assert same == {"P(churned)", "P(retained)", "Risk"}
    assert moved["said"] == first["said"]


@pytest.mark.slow
def test_the_first_and_the_last_of_the_list_have_its_numbers(simulated):
    _, _, explorer, scores = simulated
    ends = scores.ranked.iloc[[0, -1]]
    labels = ["First on the list", "Last on the list"]
    texts = explorer.evaluate_many([explorer.presets[label] for label in labels])
    for text, (_, row) in zip(texts, ends.iterrows(), strict=True):
        risk = 100 * row[["churn_probability", "lower", "upper"]].to_numpy(dtype=float)
        assert_shows(text["P(churned)"], "{}% ({}% to {}%)", list(risk), ".1f")
        assert text["Suggested action"] == row["action"]
    assert explorer.evaluate() == texts[0]


@pytest.mark.slow
def test_a_typical_customer_has_medians_and_the_most_frequent_level(simulated, reconstruction):
    _, _, explorer, _ = simulated
    build = reconstruction[1].build
    typical = explorer.presets["A typical customer"]
    for name in ("recency", "frequency", "age", "has_child"):
        assert typical[f"customer_{name}"] == round(build[name].median())
    assert typical["customer_gender"] == build["gender"].mode()[0]
    assert typical["customer_amount"] == pytest.approx(build["amount"].median(), abs=5)


@pytest.mark.slow
def test_a_button_says_that_a_customer_between_two_steps_is_rounded(reconstruction):
    study, _ = reconstruction
    customers = load_customers(study)
    customers["age"] = customers["age"].astype(float) + 0.00123
    shifted = split_samples(study, customers)
    model = scoring.final_model(study, shifted, DATE)
    explorer, _ = made(study, model, shifted, customers)
    assert list(explorer.presets)[:2] == ["First on the list, rounded", "Last on the list, rounded"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in ZOO if name != "lottery"])
def test_the_customers_of_any_study_have_their_scores(name, tmp_path):
    study = load_study(ZOO[name].write(tmp_path))
    customers = load_customers(study)
    samples = split_samples(study, customers)
    try:
        model = scoring.final_model(study, samples, DATE)
    except ValueError as nothing_enters:
        pytest.skip(f"its page ends there: {nothing_enters}")
    explorer, _ = made(study, model, samples, customers)
    rng = np.random.default_rng(12)
    assert_as_scored(study, model, explorer, [draw(rng, explorer) for _ in range(12)])


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> tuple[Study, SavedModel, Explorer]:
    study = load_study(write_hostile_study(tmp_path_factory.mktemp("hostile")))
    customers = load_customers(study)
    samples = split_samples(study, customers)
    model = scoring.final_model(study, samples, DATE)
    return study, model, made(study, model, samples, customers)[0]


@pytest.mark.slow
def test_hostile_texts_are_shown_and_compared_as_texts(hostile):
    study, model, explorer = hostile
    assert any(study.predictors[term].levels for term in model.terms)
    rng = np.random.default_rng(13)
    assert_as_scored(study, model, explorer, [draw(rng, explorer) for _ in range(30)])
    names = [control.name for control in explorer.controls]
    assert len({*names}) == len(names)


@pytest.mark.slow
def test_a_customer_is_made_up_by_keyboard(simulated, chromium, tmp_path):
    _, _, explorer, _ = simulated
    with in_browser(chromium, explorer, tmp_path) as page:
        assert texts(page) == explorer.evaluate()
        page.get_by_role("slider", name="Recency (days)").focus()
        for key in ("Home", "ArrowRight", "ArrowRight"):
            page.keyboard.press(key)
        page.get_by_role("radio", name="female").focus()
        page.keyboard.press("Space")
        moved = {"customer_recency": 3, "customer_gender": "female"}
        assert texts(page) == explorer.evaluate(**moved)
        page.get_by_role("button", name="Last on the list").focus()
        page.keyboard.press("Enter")
        assert texts(page) == explorer.evaluate(**explorer.presets["Last on the list"])


@pytest.mark.slow
def test_hostile_levels_are_chosen_in_a_browser(hostile, chromium, tmp_path):
    explorer = hostile[2]
    choices = [control for control in explorer.controls if not isinstance(control, Slider)]
    assert choices
    with in_browser(chromium, explorer, tmp_path) as page:
        for control in choices:
            for key in control.options:
                boxes = page.locator(f'[data-control="{control.name}"]').all()
                (box,) = [box for box in boxes if box.get_attribute("value") == key]
                box.check()
                chosen = {c.name: c.value for c in explorer.controls} | {control.name: key}
                assert texts(page) == explorer.evaluate(**chosen)
            box = page.locator(f'[data-control="{control.name}"][checked]')
            box.check()


@pytest.mark.slow
@runs(5)
@given(studies())
def test_the_customers_of_invented_studies_have_their_scores(drawn):
    study, customers, samples = drawn
    model = model_file.describe_model(study, usable(drawn), samples.build, DATE)
    explorer, _ = made(study, model, samples, customers)
    rng = np.random.default_rng(14)
    assert_as_scored(study, model, explorer, [draw(rng, explorer) for _ in range(12)])


@pytest.mark.slow
def test_the_picture_is_told_in_words(simulated):
    _, _, explorer, _ = simulated
    text = explorer.evaluate()
    assert text["P(churned)"] in alt_text(explorer)
    assert alt_text(explorer).endswith(f". {text['said']}")


def test_a_caption_says_that_customers_are_simulated(reconstruction, sample):
    assert "fitted to simulated customers" in caption(reconstruction[0])
    assert "simulated" not in caption(sample[0])


def test_an_input_is_named_after_its_variable_where_that_is_a_name():
    assert control_names(["recency", "a/b", "if", "b_1", "Größe", "2"]) == [
        "customer_recency", "customer_2", "customer_if", "customer_b_1", "customer_5",
        "customer_6",
    ]  # fmt: skip
