"""What the figures draw, read back from them: nbval does not compare pictures."""

from dataclasses import replace
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hostile import CHINESE, LABELS, LONG, write_hostile_study
from matplotlib import font_manager
from matplotlib.text import Text

from erfm import figures
from erfm.customers.load import load_customers
from erfm.customers.study_file import load_study
from erfm.descriptives import retention_by
from erfm.logistic import fit_logistic, scaled_odds_ratios
from erfm.paper import figures as figures_examination
from erfm.report.page import save_figure
from erfm.samples import sample_path, split_samples
from erfm.standardised import DEFINITIONS, standardised_coefficients
from erfm.stepwise import forward_lr
from erfm.study import design_matrix
from erfm.trust import figures as figures_beyond
from erfm.trust.curves import fit_curves, linearity_tests
from erfm.validation import calibration_groups, classification_table, roc
from erfm.warning import figures as figures_warning
from erfm.warning.fairness import error_rates

pytestmark = pytest.mark.usefixtures("closed_figures")


@pytest.fixture(scope="module")
def full(reconstruction):
    study, samples = reconstruction
    return fit_logistic(study, samples.build)


def texts(axes) -> str:
    return " ".join(text.get_text() for text in axes.texts)


def test_sample_flow_states_every_count(reconstruction):
    study, samples = reconstruction
    path = sample_path(study, samples.complete, samples)
    axes = figures.sample_flow(path, "no age").axes[0]
    for customers in path["customers"]:
        assert f"{customers:,.0f} customers" in texts(axes)


def test_forest_draws_the_odds_ratios_on_both_scales(reconstruction, full):
    study, samples = reconstruction
    sd = design_matrix(study, samples.build).std()
    tables = [scaled_odds_ratios(full, sd * 0 + 1), scaled_odds_ratios(full, sd)]
    for axes, table in zip(figures.forest(study, *tables).axes, tables, strict=True):
        drawn = np.concatenate([container[0].get_xdata() for container in axes.containers])
        assert sorted(drawn) == pytest.approx(sorted(table["odds_ratio"]))
        assert len(axes.containers) == 2, "significant and other odds ratios look different"
        assert 1 in axes.get_xticks()


@pytest.mark.parametrize(("lower", "upper"), [(0.2, 12), (0.99, 1.07), (0.9999, 1.0002)])
def test_odds_ticks_are_few_and_span_one(lower, upper):
    ticks = figures._odds_ticks(lower, upper, 30)
    assert 3 <= len(ticks) <= 6
    assert min(ticks) <= 1 <= max(ticks)


def test_selection_path_falls_as_the_steps_do(reconstruction):
    study, samples = reconstruction
    selection = forward_lr(study, samples.build)
    axes = figures.selection_path(study, selection).axes[0]
    assert axes.lines[0].get_xdata() == pytest.approx(
        [-2 * step.log_likelihood for step in selection.steps]
    )


def test_roc_and_calibration_draw_their_tables(full):
    curve = roc(full.outcome, full.probabilities)
    rates = pd.DataFrame({"rate": [0.8, 0.6]}, index=["specificity", "sensitivity"])
    drawn = figures.roc_figure(curve, {0.5: rates}).axes[0].lines
    assert drawn[0].get_ydata() == pytest.approx(curve.curve["sensitivity"])
    assert drawn[2].get_xydata()[0] == pytest.approx((0.2, 0.6))
    groups = calibration_groups(full.outcome, full.probabilities)
    points = figures.calibration(groups).axes[0].containers[0][0]
    assert points.get_xydata() == pytest.approx(groups[["predicted", "observed"]].to_numpy())


def test_classification_areas_are_the_counts(full):
    table = classification_table(full.outcome, full.probabilities, 0.5)
    axes = figures.classification_mosaic({"at a half": table}).axes[0]
    counts = table.iloc[:2, :2].to_numpy().ravel()
    areas = [bar.get_width() * bar.get_height() for bar in axes.patches]
    assert np.array(areas) / sum(areas) == pytest.approx(counts / counts.sum(), abs=0.02)
    assert [text.get_text() for text in axes.texts] == [f"{count:,}" for count in counts]


def test_standardised_coefficients_are_drawn_by_size(reconstruction, full):
    study, samples = reconstruction
    table = standardised_coefficients(study, full, samples.build)
    axes = figures.standardised(study, table, DEFINITIONS).axes[0]
    for line, name in zip(axes.lines, DEFINITIONS, strict=False):
        assert line.get_xdata() == pytest.approx(table[name].abs())


def test_every_distinction_has_a_second_cue():
    looks = [figures.RETAINED, figures.CHURNED]
    for cue in ("marker", "linestyle", "hatch"):
        assert len({look[cue] for look in looks}) == 2


def test_chinese_labels_get_a_font_or_an_advice(monkeypatch):
    assert figures.has_cjk("最近天数")
    assert not figures.has_cjk("Recency (días), Größe – 5 €")
    fonts = [SimpleNamespace(name="DejaVu Sans"), SimpleNamespace(name="Noto Sans CJK SC")]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", fonts)
    assert figures.use_cjk_font() == ""
    assert plt.rcParams["font.family"] == ["sans-serif", "Noto Sans CJK SC"]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", fonts[:1])
    assert "fonts-noto-cjk" in figures.use_cjk_font()


def test_chinese_texts_are_wrapped_where_they_are_twice_as_wide():
    lines = figures.wrapped("客户在过去十二个月内的平均消费金额总和", 24).splitlines()
    assert [len(line) for line in lines] == [12, 7]
    assert figures.wrapped("as many letters as fit it", 26) == "as many letters as fit it"


@pytest.mark.slow
def test_a_picture_that_looks_the_same_is_not_written_again(tmp_path):
    path = tmp_path / "picture.png"
    figure, axes = plt.subplots()
    line = axes.plot([0, 1], [0, 1])[0]
    save_figure(figure, path)
    first = path.stat().st_mtime_ns
    line.set_ydata([0, 1 + 1e-9])
    save_figure(figure, path)
    assert path.stat().st_mtime_ns == first
    line.set_ydata([1, 0])
    save_figure(figure, path)
    assert path.stat().st_mtime_ns != first
    assert [file.name for file in tmp_path.iterdir()] == ["picture.png"]


# --- Texts of a study -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A study whose labels and levels hold marks, controls and very long texts.

    Without its Chinese label, for which not every machine has a font.
    """
    study = load_study(write_hostile_study(tmp_path_factory.mktemp("hostile")))
    predictors = {
        name: replace(p, label=p.label.replace(CHINESE, "")) for name, p in study.predictors.items()
    }
    study = replace(study, predictors=predictors)
    return study, split_samples(study, load_customers(study))


def hostile_figures(study, samples):
    """Yield every figure that shows labels or levels of a study."""
    path, full = sample_path(study, samples.complete, samples), fit_logistic(study, samples.build)
    yield figures.sample_flow(path.assign(customers=[9, 5, 3, 2]), LABELS["x (y)"])
    yield figures.distributions(study, samples.complete)
    rates = {p.name: retention_by(p, samples.complete) for p in study.predictors.values()}
    yield figures.retention_rates(study, rates, 0.5)
    sd = design_matrix(study, samples.build).std()
    yield figures.forest(study, scaled_odds_ratios(full, sd * 0 + 1), scaled_odds_ratios(full, sd))
    selection = forward_lr(study, samples.build)
    yield figures.selection_path(study, selection)
    table = standardised_coefficients(study, full, samples.build)
    yield figures.standardised(study, table, DEFINITIONS)
    share = pd.DataFrame({"share": 0.5}, index=list(study.predictors))
    yield figures_beyond.inclusion(study, share, selection.terms)
    curves = fit_curves(study, samples.build)
    yield figures_beyond.curves(study, curves, linearity_tests(study, samples.build, curves))
    groups = samples.holdout["gender"]
    warned = samples.holdout["retained"] == 0
    errors = error_rates(samples.holdout["retained"], warned, groups)
    yield figures_warning.group_errors(study, {"gender": errors})


@pytest.mark.slow
def test_texts_of_a_study_are_drawn_as_they_are_and_never_fill_the_figure(hostile):
    drawn = []
    for figure in hostile_figures(*hostile):
        figure.canvas.draw()
        texts = [text for text in figure.findobj(Text) if text.get_text()]
        assert not [text for text in texts if text.get_parse_math()]
        assert not [t for t in texts if not t.get_text().replace("\n", "").isprintable()]
        assert max(len(text.get_text()) for text in texts) < 130
        for axes in figure.axes:
            box = axes.get_window_extent()
            assert min(box.width, box.height) > 60, "long labels leave no room to draw"
        drawn += [" ".join(text.get_text().split()) for text in texts]
    for start in ("<script>alert(1)", "```{include}", "[link](java", "=1+1 {{ sub", "+cmd|' /C"):
        assert [text for text in drawn if start in text], start
    assert LONG.strip() not in " ".join(drawn)


@pytest.mark.slow
def test_powers_of_ten_are_numbers():
    points = pd.DataFrame(
        {"value": [0.001, 10.0], "lower": None, "upper": None, "printed": [True, False]},
        index=["one", "other"],
    )
    axes = figures_examination.scale(points, title="", label="", log=True).axes[0]
    axes.figure.canvas.draw()
    named = {text.get_text() for text in axes.get_xticklabels(which="both")}
    assert {"0.001", "0.01", "0.1", "1", "10"} <= named and not [n for n in named if "$" in n]
