"""The cut-off as a reader moves it: whom it takes for retained, how often right, at what cost.

Python classifies the customers and compares the rules, at each of many cut-offs; the reader's
browser looks the counts up and divides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal

import altair as alt
import numpy as np
import pandas as pd

from erfm.figures import BLUE, GREEN, GREY, VERMILION
from erfm.formats import counted, number
from erfm.report.explorer import Derived, Explorer, Slider, fixed, once, quoted
from erfm.study import Study
from erfm.ties import at_least, tied
from erfm.trust.decisions import cost_cutoff
from erfm.validation import COMMONER, paired_interval, rules_of

STEPS = 1000
"""Cut-offs between 0 and 1, besides the named ones."""
BINS = 40
RATIOS = (
    0.1, 0.2, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20,
    25, 30, 40, 50, 75, 100,
)  # fmt: skip
"""How many needless contacts a missed leaver may cost, besides what a page assumes."""


def cutoff_explorer(
    outcome: np.ndarray,
    probability: np.ndarray,
    cutoffs: Mapping[str, float],
    costs: tuple[float, float] | None = None,
) -> Explorer:
    """Return the explorer of cut-offs on P(retained); the first named one is that at first.

    Parameters
    ----------
    outcome, probability : ndarray, shape (n,)
        1 = retained, 0 = churned; P(retained) of the same customers.
    cutoffs : mapping of str to float
        Cut-offs from 0 to 1 that have a button.
    costs : tuple of float, optional
        Of a missed leaver and of a needless contact, in the same unit: shows what a cut-off costs,
        and has the reader change the ratio.
    """
    outcome, probability = np.asarray(outcome), np.asarray(probability)
    ratios = sorted({*RATIOS, costs[0] / costs[1]}) if costs else []
    right = [cost_cutoff(ratio, 1) for ratio in ratios]
    named = [*cutoffs.values(), *right]
    tables = classifications(outcome, probability, [*np.arange(STEPS + 1) / STEPS, *named])
    retained = int(outcome.sum())
    everyone = "retained" if np.mean(outcome) > 0.5 else "churned"
    controls = [
        Slider(
            "cutoff", "Cut-off on P(retained)", 0, 1, 1 / STEPS, next(iter(cutoffs.values())),
            shown="format(used, '.4~f')",
        )
    ]  # fmt: skip
    parameters = {
        "n": len(outcome),
        "retained": retained,
        "churned": len(outcome) - retained,
        "named": named,
        "rows": tables.rows,
        "found": tables.found,
        "taken": tables.taken,
        "lowers": tables.lower,
        "uppers": tables.upper,
        # A cut-off that is neither named nor a step is the nearest step.
        "place": Derived(
            f"indexof(named, cutoff) < 0 ? round(cutoff * {STEPS}) "
            f": {STEPS + 1} + indexof(named, cutoff)"
        ),
        "used": Derived(f"place > {STEPS} ? named[place - {STEPS + 1}] : place / {STEPS}"),
        "row": Derived("rows[place]"),
        "true_positive": Derived("found[row]"),
        "false_positive": Derived("taken[row] - found[row]"),
        "false_negative": Derived("retained - true_positive"),
        "true_negative": Derived("churned - false_positive"),
        "predicted": Derived("taken[row]"),
        "accuracy": Derived("100 * ((true_positive + true_negative) / n)"),
        "difference": Derived(
            "100 * ((true_positive + true_negative - max(retained, churned)) / n)"
        ),
        "lower": Derived("lowers[row]"),
        "upper": Derived("uppers[row]"),
        "same": Derived("predicted === " + ("n" if everyone == "retained" else "0")),
    }
    readouts = {
        "Retained, predicted retained": "format(true_positive, ',')",
        "Retained, predicted churned": "format(false_negative, ',')",
        "Churned, predicted retained": "format(false_positive, ',')",
        "Churned, predicted churned": "format(true_negative, ',')",
        "Accuracy": _rate("true_positive + true_negative", "n", "no customers"),
        f"Points of accuracy against “{everyone}” for all": " + ".join(
            [
                fixed("difference", 1, signed=True),
                "' (95% interval '",
                fixed("lower", 1, signed=True),
                "' to '",
                fixed("upper", 1, signed=True),
                "')'",
            ]
        ),
        "Sensitivity": _rate("true_positive", "retained", "no retained customers"),
        "Specificity": _rate("true_negative", "churned", "no churned customers"),
        "Positive predictive value": _rate("true_positive", "predicted", "none predicted retained"),
        "Negative predictive value": _rate(
            "true_negative", "n - predicted", "none predicted churned"
        ),
    }
    charts, said = [_distribution(outcome, probability), _roc(len(tables.taken))], _said(everyone)
    presets: dict[str, dict[str, float | Derived]] = {
        f"{name[0].upper()}{name[1:]}: {number(round(cutoff, 4), '.6g')}": {"cutoff": cutoff}
        for name, cutoff in cutoffs.items()
    }
    if costs:
        first = ratios.index(costs[0] / costs[1])
        controls.append(
            Slider(
                "costs", "A missed leaver costs, in needless contacts", 0, len(ratios) - 1, 1,
                first, shown="format(ratio, '.4~g')", places="ratios",
            )
        )  # fmt: skip
        parameters |= {
            "ratios": ratios,
            "ratio": Derived("ratios[costs]"),
            "contact": costs[1],
            "right": right,
            "best": Derived("right[costs]"),
            "cost": Derived("(false_positive * ratio + false_negative) * contact / n"),
            "cost_everyone": Derived("retained * contact / n"),
            "cost_nobody": Derived("churned * ratio * contact / n"),
            "cost_text": Derived(fixed("cost", 3)),
            "everyone_text": Derived(fixed("cost_everyone", 3)),
            "nobody_text": Derived(fixed("cost_nobody", 3)),
        }
        readouts |= {
            "Contacted (predicted churned)": _rate("n - predicted", "n", "no customers"),
            "Cost a customer": "cost_text",
            "Cost if everyone is contacted": "everyone_text",
            "Cost if nobody is": "nobody_text",
        }
        presets["By cost"] = {"cutoff": Derived("best")}
        charts.append(_costs())
        said = f"{said} + {COSTS}"
    return Explorer(controls, alt.concat(*charts, columns=2), parameters, readouts, said, presets)


COSTS = (
    "' At these costs the right cut-off is ' + format(best, '.4~f') + '. The chosen one costs ' + "
    "cost_text + ' a customer, ' + (abs(cost - min(cost_everyone, cost_nobody)) < 1e-9 ? "
    "'as much as' : cost < min(cost_everyone, cost_nobody) ? 'less than' : 'more than') + "
    "(cost_everyone <= cost_nobody ? ' contacting everyone (' + everyone_text : "
    "' contacting nobody (' + nobody_text) + '), the cheaper rule for all.'"
)


@dataclass(frozen=True)
class Classifications:
    """What cut-offs give: those with the same customers predicted retained are one.

    Attributes
    ----------
    rows : list of int
        Of each cut-off, its place in the others.
    taken, found : list of int
        Customers predicted retained, and how many of them are.
    lower, upper : list of float
        Limits of the difference in accuracy from naming the commoner outcome for all, in percentage
        points.
    """

    rows: list[int]
    taken: list[int]
    found: list[int]
    lower: list[float]
    upper: list[float]


def classifications(
    outcome: np.ndarray, probability: np.ndarray, cutoffs: Sequence[float]
) -> Classifications:
    """Return what each cut-off gives, in the order given, and what taking all or none gives."""
    rules = [at_least(probability, cutoff) for cutoff in [*cutoffs, -np.inf, np.inf]]
    # One cut-off takes all whom a higher one takes, so that equal numbers are equal customers.
    counts = [int(rule.sum()) for rule in rules]
    different = dict(sorted(zip(counts, rules, strict=True), key=itemgetter(0)))
    place = {count: row for row, count in enumerate(different)}
    commoner = rules_of(outcome, probability, [])[COMMONER] == outcome
    correct = np.array([rule == outcome for rule in different.values()])
    lower, upper = paired_interval(
        (correct & ~commoner).sum(axis=1), (~correct & commoner).sum(axis=1), len(outcome)
    )
    return Classifications(
        [place[count] for count in counts[: len(cutoffs)]],
        list(different),
        [int(outcome[rule].sum()) for rule in different.values()],
        list(100 * lower),
        list(100 * upper),
    )


def alt_text(outcome: np.ndarray, cutoff: float, costs: bool = False) -> str:
    """Return the text of the explorer's charts."""
    retained = int(np.sum(outcome))
    return (
        f"The probabilities of {retained:,} retained and {len(outcome) - retained:,} churned "
        f"customers, with a line at a cut-off that can be moved, at first {cutoff:.6g}; the "
        "ROC curve with the cut-off's point"
        + ("; and what a customer costs at each cut-off." if costs else ".")
    )


def caption(study: Study, outcome: np.ndarray) -> str:
    """Return the caption, which says who the customers are."""
    who = ", who are simulated" if study.simulated else ""
    return (
        f"Move the cut-off: what it gives for the {counted(len(outcome), 'customer')} of the "
        f"holdout sample{who}"
    )


def _rate(part: str, whole: str, none: str) -> str:
    """Return the expression of a share with its counts, or of what to say where there are none."""
    share = fixed(f"100 * (({part}) / ({whole}))", 1)
    return (
        f"{whole} === 0 ? {quoted(none)} : {share} + '% (' + format({part}, ',') + ' of ' + "
        f"format({whole}, ',') + ')'"
    )


def _said(everyone: str) -> str:
    """Return the expression of the sentence on what the cut-off gives."""
    return (
        "'At a cut-off of ' + format(used, '.4~f') + ', ' + (predicted === 0 ? 'none' : "
        "format(predicted, ',')) + ' of ' + "
        f"format(n, ',') + ' customers are predicted retained, and ' + {fixed('accuracy', 1)} + "
        f"'% of all predictions are right: ' + (same ? 'the same as naming “{everyone}” for all.' "
        ": (lower > 0 ? 'surely more accurate than' : upper < 0 ? 'surely less accurate than' "
        f": 'in accuracy not to be told from') + ' naming “{everyone}” for all.')"
    )


Layers = alt.LayerChart | alt.FacetChart
_WORDS: tuple[tuple[str, Literal["left", "right"], str], ...] = (
    ("← churned", "right", "datum.cutoff > 0.25"),
    ("retained →", "left", "datum.cutoff < 0.75"),
)
_FIFTHS = alt.Axis(tickCount=5)
_CUTOFF = alt.X("cutoff:Q", title="P(retained)", scale=alt.Scale(domain=[0, 1]), axis=_FIFTHS)


def _distribution(outcome: np.ndarray, probability: np.ndarray) -> Layers:
    """Draw how many customers have which probability, retained above the axis, churned below."""
    edges = np.linspace(0, 1, BINS + 1)
    counts = [
        np.histogram(tied(probability)[outcome == value], edges)[0].astype(int) for value in (0, 1)
    ]
    top = max(map(np.max, counts))
    bins = pd.DataFrame({"from": edges[:-1], "to": edges[1:]})
    sides = ((counts[1], "retained"), (-counts[0], "churned"))
    table = pd.concat(bins.assign(customers=side, outcome=name) for side, name in sides)
    bars = alt.Chart(table[table["customers"] != 0]).mark_bar(stroke=None).encode(
        x=alt.X("from:Q", title="P(retained)", scale=alt.Scale(domain=[0, 1]), axis=_FIFTHS),
        x2="to:Q",
        y=alt.Y(
            "customers:Q", title="Customers (churned below 0)",
            # Room above the bars for words.
            scale=alt.Scale(domain=[-1.05 * top, 1.2 * max(counts[1].max(), 0.2 * top)]),
            axis=alt.Axis(labelExpr="format(abs(datum.value), ',')", tickCount=6),
        ),
        y2=alt.datum(0),
        color=alt.Color(
            "outcome:N",
            scale=alt.Scale(domain=["retained", "churned"], range=[BLUE, VERMILION]),
        ),
    )  # fmt: skip
    at = once().transform_calculate(cutoff="used", zero="0")
    below = at.mark_rect(color=GREY, opacity=0.15).encode(x="zero:Q", x2="cutoff:Q")
    line = at.mark_rule(strokeWidth=2).encode(x="cutoff:Q")
    layers = [below, bars, line]
    for words, side, where in _WORDS:
        text = at.transform_filter(where).mark_text(
            align=side, dx=-5 if side == "right" else 5, baseline="top", fontSize=11
        )
        layers.append(text.encode(x="cutoff:Q", y=alt.value(0), text=alt.value(words)))
    title = "Customers on either side of it"
    return alt.layer(*layers).properties(title=title, width=300, height=230)


def _roc(rows: int) -> Layers:
    """Draw the ROC curve and the cut-off's point on it."""
    shares = {
        "wrong": "100 * (taken[datum.data] - found[datum.data]) / max(churned, 1)",
        "right": "100 * found[datum.data] / max(retained, 1)",
    }
    curve = alt.Chart(alt.sequence(0, rows)).transform_calculate(**shares)
    scale = alt.Scale(domain=[0, 100])
    x = alt.X("wrong:Q", title="100% − specificity (%)", scale=scale, axis=_FIFTHS)
    y = alt.Y("right:Q", title="Sensitivity (%)", scale=scale, axis=_FIFTHS)
    line = curve.mark_line(color=BLUE, interpolate="linear").encode(x=x, y=y, order="data:Q")
    ends = pd.DataFrame({"wrong": [0, 100], "right": [0, 100]})
    guess = alt.Chart(ends).mark_line(color=GREY, strokeDash=[3, 3]).encode(x=x, y=y)
    here = {key: text.replace("datum.data", "row") for key, text in shares.items()}
    point = once().transform_calculate(**here)
    dot = point.mark_point(shape="diamond", filled=True, size=160, opacity=1, color=VERMILION)
    title = "Its point on the ROC curve"
    return alt.layer(guess, line, dot.encode(x=x, y=y)).properties(
        title=title, width=300, height=230
    )


def _costs() -> Layers:
    """Draw what a customer costs at each cut-off, and at the chosen and the right one."""
    wrong = "(taken[rows[{0}]] - found[rows[{0}]]) * ratio + retained - found[rows[{0}]]"
    cost = f"({wrong}) * contact / n"
    x, y = _CUTOFF, alt.Y("cost:Q", title="Cost a customer", scale=alt.Scale(zero=True))
    along = alt.Chart(alt.sequence(0, STEPS + 1)).transform_calculate(
        cutoff=f"datum.data / {STEPS}", cost=cost.format("datum.data")
    )
    line = along.mark_line(color=BLUE).encode(x=x, y=y)
    at = once()
    best = at.transform_calculate(cutoff="best").mark_rule(color=GREEN, strokeDash=[6, 3])
    name = at.transform_calculate(cutoff="best").mark_text(
        align=alt.ExprRef("best > 0.5 ? 'right' : 'left'"), dx=alt.ExprRef("best > 0.5 ? -5 : 5"),
        baseline="top", fontSize=11,
    )  # fmt: skip
    dot = at.transform_calculate(cutoff="used", cost="cost").mark_point(
        shape="diamond", filled=True, size=160, opacity=1, color=VERMILION
    )
    return alt.layer(
        line, best.encode(x=x), name.encode(x=x, y=alt.value(0), text=alt.value("right by cost")),
        dot.encode(x=x, y=y),
    ).properties(title="What a customer costs on average", width=300, height=230)  # fmt: skip
