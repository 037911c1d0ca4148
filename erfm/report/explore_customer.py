"""A customer whom the reader makes up: the risk, how sure it is, and what it is made of."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from scipy import special, stats

from erfm import ties
from erfm.escaping import one_line
from erfm.figures import BLUE, VERMILION
from erfm.report.explorer import Choice, Derived, Explorer, Slider, quoted
from erfm.study import Predictor, Study
from erfm.warning.model_file import SavedModel
from erfm.warning.scoring import ACTIONS, RISKS, VALUES, Scores

MOST_STEPS = 2_000
"""The steps that a slider has at most: an arrow key is to move something."""

TICKS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
"""The risks that the chart's axis names, which is even in the logit."""

AVERAGE, ALL = "Average customer", "This customer"


def a_customer(
    study: Study, model: SavedModel, build: pd.DataFrame, listed: pd.DataFrame, scores: Scores
) -> Explorer:
    """Return an input for each variable of a study, and what a model says of the customer.

    The numbers are those of `scoring.score` and `scoring.score_parts`. A variable that is not in
    the equation has an input too, which says so: it moves no probability, the amount at most the
    value and so the action.

    Parameters
    ----------
    study : Study
    model : SavedModel
        The equation.
    build : DataFrame
        The model-building sample, for the range of each slider and the typical customer: the median
        of each number, the most frequent level of each category.
    listed : DataFrame
        The customers who were scored, with ``customer_id``.
    scores : Scores
        Their list: its first customer is shown at first, its last one is a button.
    """
    others = [name for name in study.predictors if name not in model.terms]
    predictors = {name: study.predictors[name] for name in [*model.terms, *others]}
    names = dict(zip(predictors, control_names(predictors), strict=True))
    steps = {name: _step(build[name]) for name, p in predictors.items() if not p.levels}
    presets = _presets(predictors, steps, model.terms, build, listed, scores)
    first = next(iter(presets.values()))
    # Only an amount that is a number has limits, and tells a customer's value.
    amount_name = model.amount.name if model.amount and model.value_limits else ""
    controls: list[Slider | Choice] = []
    for name, predictor in predictors.items():
        label = one_line(predictor.axis_label)
        if name not in model.terms:
            tells = "only tells the value" if name == amount_name else "not in the equation"
            label = f"{label[:-1]}; {tells})" if label.endswith(")") else f"{label} ({tells})"
        if predictor.levels:
            levels = {_key(level): level for level in predictor.levels}
            controls.append(Choice(names[name], label, levels, first[name]))
        else:
            least, most = _range(build[name], steps[name], [p[name] for p in presets.values()])
            controls.append(Slider(names[name], label, least, most, steps[name], first[name]))
    return Explorer(
        controls=controls,
        parameters=_parameters(model, names, names.get(amount_name, "")),
        readouts={
            "P(churned)": _with_limits("risk", "risk_lower", "risk_upper"),
            "P(retained)": _with_limits("(1 - risk)", "(1 - risk_upper)", "(1 - risk_lower)"),
            "Risk": "risks[tier]",
            **({"Value": "values[value_tier]"} if amount_name else {}),
            "Suggested action": "actions[tier][value_tier]",
        },
        said=_said(),
        presets={
            label: {names[name]: value for name, value in preset.items()}
            for label, preset in presets.items()
        },
        chart=_waterfall(model, scores),
    )


def alt_text(customer: Explorer) -> str:
    """Return the text of a customer's picture, which is that of its first setting."""
    texts = customer.evaluate()
    return (
        "Way from the average customer's P(churned) to this customer's, "
        f"{texts['P(churned)']}, a bar for each variable. {texts['said']}"
    )


def caption(study: Study) -> str:
    """Return what the figure is about, and whom the equation knows."""
    fitted = ", fitted to simulated customers," if study.simulated else ""
    return f"A customer whom you make up, and what the equation{fitted} says of the risk"


def control_names(predictors: Iterable[str]) -> list[str]:
    """Return a name for each input that is safe in an expression and in an address.

    "customer_recency" of "recency"; the place of a variable whose name has other characters.
    """
    return [
        f"customer_{name if re.fullmatch('[a-z][a-z0-9_]*', name) else place}"
        for place, name in enumerate(predictors, start=1)
    ]


def _presets(
    predictors: dict[str, Predictor],
    steps: dict[str, float],
    terms: tuple[str, ...],
    build: pd.DataFrame,
    listed: pd.DataFrame,
    scores: Scores,
) -> dict[str, dict[str, Any]]:
    """Return the first and the last customer of the list and the typical one, by button.

    A number stands where the slider can: a button says if that is not the customer's own. What is
    not known of a customer is the typical one's.
    """
    typical = {
        name: build[name].median()
        if name in steps
        else ties.largest(build[name].value_counts().reindex(predictor.levels, fill_value=0))
        for name, predictor in predictors.items()
    }
    presets, rows = {}, listed.set_index("customer_id")
    for place, label in ((0, "First on the list"), (-1, "Last on the list")):
        if len(scores.ranked):
            row = rows.loc[scores.ranked["customer_id"].iloc[place]]
            own = typical | {name: row[name] for name in predictors if pd.notna(row[name])}
            near = any(
                abs(own[t] - _on_grid(own[t], steps[t])) > ties.TIE for t in terms if t in steps
            )
            presets[f"{label}, rounded" if near else label] = own
    presets["A typical customer"] = typical
    return {
        label: {
            name: _on_grid(value, steps[name]) if name in steps else _key(value)
            for name, value in customer.items()
        }
        for label, customer in presets.items()
    }


def _step(values: pd.Series) -> float:
    """Return the step of a slider: a power of ten, 1 for whole numbers unless they go far."""
    size = float(values.max() - values.min())
    fitting = 10.0 ** math.ceil(math.log10(size / MOST_STEPS)) if size > 0 else 1.0
    whole = bool((values.dropna() % 1 == 0).all())
    return max(fitting, 1.0) if whole else fitting


def _on_grid(value: float, step: float) -> float:
    """Return the multiple of a step, a power of ten, that is nearest."""
    rounded = round(float(value), -round(math.log10(step)))
    return int(rounded) if step >= 1 else rounded


def _range(values: pd.Series, step: float, also: list[float]) -> tuple[float, float]:
    """Return the ends of a slider: of the values seen, and of those that a button sets."""
    least = min(math.floor(float(values.min()) / step) * step, *also)
    most = max(math.ceil(float(values.max()) / step) * step, *also)
    return _on_grid(least, step), _on_grid(most, step)


def _key(level: object) -> str:
    """Return a level as a page can hold it, in an attribute and in the address."""
    return one_line(str(level))


def _parameters(model: SavedModel, names: dict[str, str], amount: str) -> dict[str, Any]:
    """Return what the chart and the texts are computed from, each from those before it.

    A customer is told by the distance from the average one, so that few digits of each number
    are enough: the variance is that of the coefficients with the average customer's logit first.
    """
    columns = list(model.design.columns.values())
    values = [
        f"({names[term]} == {quoted(_key(level))} ? 1 : 0)" if level else names[term]
        for term, level in columns
    ]
    b, mean = model.parameters.to_numpy(), model.means.to_numpy()
    centring = np.eye(len(b))
    centring[0, 1:] = mean
    covariance = centring @ model.covariance.to_numpy() @ centring.T
    places = range(len(b))
    within = [
        " + ".join(f"-b[{i}] * away[{i}]" for i, (of, _) in enumerate(columns, start=1) if of == t)
        for t in model.terms
    ]
    # A list of the first parts' sums: where each bar ends.
    sums = [
        " + ".join(["-b[0]", *(f"parts[{j}]" for j in range(i))]) for i in range(len(within) + 1)
    ]
    high, raised = (f"(risk >= {limit - ties.TIE:.12g} ? 1 : 0)" for limit in model.risk_limits)
    values_reached = (f"({amount} > {limit:.10g} ? 1 : 0)" for limit in model.value_limits)
    distances = (f"{x} - {at:.10g}" for x, at in zip(values, mean, strict=True))
    return {
        "b": [centring[0] @ b, *b[1:]],
        "covariance": covariance.tolist(),
        "z": stats.norm.ppf(0.975),
        "labels": [AVERAGE, *(one_line(model.predictors[t].label) for t in model.terms), ALL],
        "risks": RISKS,
        "values": VALUES,
        "actions": [
            [ACTIONS[risk, "middle" if v == "unknown" else v] for v in VALUES] for risk in RISKS
        ],
        "away": Derived(f"[1, {', '.join(distances)}]"),
        "parts": Derived(f"[{', '.join(within)}]"),
        "reached": Derived(f"[{', '.join(sums)}]"),
        "logit": Derived("peek(reached)"),
        "variance": Derived(
            " + ".join(
                f"covariance[{i}][{j}] * away[{i}] * away[{j}]" for i in places for j in places
            )
        ),
        "half": Derived("z * sqrt(max(variance, 0))"),
        "risk": Derived("1 / (1 + exp(-logit))"),
        "risk_lower": Derived("1 / (1 + exp(half - logit))"),
        "risk_upper": Derived("1 / (1 + exp(-half - logit))"),
        # What moves the risk by next to nothing does not move it.
        "effects": Derived(
            f"[{', '.join(f'round(1e9 * parts[{i}])' for i in range(len(within)))}]"
        ),
        "tier": Derived(f"{high} + {raised}"),
        "value_tier": Derived(
            " + ".join(values_reached) if amount else str(VALUES.index("unknown"))
        ),
    }


def _with_limits(share: str, lower: str, upper: str) -> str:
    """Return the expression of a share in per cent with its limits."""
    text = [f"format(100 * {number}, '.1f') + '%" for number in (share, lower, upper)]
    return f"{text[0]} (' + {text[1]} to ' + {text[2]})'"


def _said() -> str:
    """Return the expression of the sentence that says what moves the risk most."""
    named, by = [], []
    for end in (0, 1):
        place = f"indexof(effects, extent(effects)[{end}])"
        named.append(f"labels[1 + {place}]")
        by.append(f"' most (' + {_signed(f'parts[{place}]')} + ' of the logit)'")
    return (
        "'Against the average customer, ' + (extent(effects)[1] > 0 ? "
        f"{named[1]} + ' raises the risk' + {by[1]} : 'nothing raises the risk') + ' and ' + "
        f"(extent(effects)[0] < 0 ? {named[0]} + ' lowers it' + {by[0]} : 'nothing lowers it')"
        " + '.'"
    )


def _signed(number: str) -> str:
    """Return the expression of a number with its sign, which nothing has none of."""
    return f"(abs({number}) < 0.005 ? '0.00' : format({number}, '+.2f'))"


def _waterfall(model: SavedModel, scores: Scores) -> alt.LayerChart | alt.FacetChart:
    """Draw the way from the average customer's logit to this one's, a bar for each variable."""
    last = len(model.terms) + 1
    rows = alt.Data(values=[{"row": row} for row in range(last + 1)])
    # The axis is that of the whole list, so that it stands still while the reader moves.
    ends = [scores.ranked["lower"].min(), scores.ranked["upper"].max()]
    least, most = special.logit(ends) if len(scores.ranked) else (-1.0, 1.0)
    limits = (
        f"min({least:.4g}, logit - half, extent(reached)[0])",
        f"max({most:.4g}, logit + half, extent(reached)[1])",
    )
    room = f"0.2 * ({limits[1]} - {limits[0]})"
    scale = alt.Scale(
        domainMin=alt.ExprRef(limits[0]), domainMax=alt.ExprRef(f"{limits[1]} + {room}"),
        nice=False, zero=False,
    )  # fmt: skip
    ticks = [round(float(tick), 6) for tick in special.logit(np.array(TICKS))]
    axis = alt.Axis(
        title="P(churned), even in its logit", values=ticks, labelOverlap="greedy",
        labelExpr="format(1 / (1 + exp(-datum.value)), '.3~%')",
    )  # fmt: skip
    lines = alt.Axis(
        title=None, labelExpr="labels[datum.value]", ticks=False, domain=False, labelPadding=8
    )
    y = alt.Y("row:O", axis=lines)
    base = alt.Chart(rows).transform_calculate(
        start=f"reached[max(0, min(datum.row, {last}) - 1)]",
        end=f"reached[min(datum.row, {last - 1})]",
    )
    variables = base.transform_filter(f"datum.row > 0 && datum.row < {last}").transform_calculate(
        part="datum.end - datum.start", right="max(datum.start, datum.end)"
    )
    customer = base.transform_filter(f"datum.row == {last}").transform_calculate(
        lower="logit - half", upper="logit + half"
    )
    start = alt.X("start:Q", scale=scale, axis=axis)
    bars = variables.mark_bar(height={"band": 0.62}).encode(
        x=start, x2="end:Q", y=y,
        color=alt.condition("datum.part > 0", alt.value(VERMILION), alt.value(BLUE)),
    )  # fmt: skip
    sizes = variables.transform_calculate(text=_signed("datum.part")).mark_text(align="left", dx=5)
    sums = base.transform_filter(f"datum.row == 0 || datum.row == {last}").transform_calculate(
        right="datum.row == 0 ? datum.end : logit + half",
        text="format(100 / (1 + exp(-datum.end)), '.1f') + '%'",
    )
    return alt.layer(
        base.mark_rule(strokeDash=[3, 3], opacity=0.5)
        .transform_filter("datum.row == 0")
        .encode(x=start),
        bars,
        sizes.encode(x="right:Q", y=y, text="text:N"),
        base.transform_filter("datum.row == 0")
        .mark_point(shape="diamond", filled=True, size=70, color="currentColor", opacity=0.7)
        .encode(x=start, y=y),
        customer.mark_rule(strokeWidth=2).encode(x="lower:Q", x2="upper:Q", y=y),
        customer.mark_point(filled=True, size=90, opacity=1, color="currentColor").encode(
            x="end:Q", y=y
        ),
        sums.mark_text(align="left", dx=8, fontWeight="bold").encode(
            x="right:Q", y=y, text="text:N"
        ),
    ).properties(width=560, height=34 * (last + 1))
