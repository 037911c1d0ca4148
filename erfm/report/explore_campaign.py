"""A campaign that the reader plans: how many to call, and what that is expected to bring."""

from __future__ import annotations

import math
from collections.abc import Iterable

import altair as alt
import pandas as pd

from erfm.figures import BLUE, VERMILION
from erfm.formats import percent
from erfm.report.explorer import Derived, Explorer, Slider, fixed, once
from erfm.study import Study
from erfm.ties import TIE

EVEN = 3 * 2**51
"""Added to a number and taken away again, it leaves the whole number that numpy rounds it to.

The sum is so large that only whole numbers are left, and halves go to the even one (IEEE 754).
"""

STEP = 0.005
"""The step of the success rate."""


def a_campaign(
    curve: pd.DataFrame,
    customers: int,
    cost: float,
    value: float,
    success: float,
    rates: Iterable[float] = (),
) -> Explorer:
    """Return sliders for what a campaign hangs on, and the number of calls that pays best.

    The numbers are those of `gains.expected_gain` and `gains.best_plan`.

    Parameters
    ----------
    curve : DataFrame
        Of `gains.gains_curve`.
    customers, cost, value, success : number
        The length of the list, the cost of a contact, the value of a customer who stays and the
        success rate, at first.
    rates : iterable of float
        Success rates that have a button.
    """
    buttons = [_on_grid(rate) for rate in (success, *rates)]
    rows = range(len(curve))
    people = round(curve["customers"].iloc[-1] / curve["share"].iloc[-1])
    return Explorer(
        controls=[
            _slider("cost", "Cost of a contact", cost),
            _slider("value", "Value of a customer who stays", value),
            Slider(
                "success",
                "Success rate of a contact",
                STEP,
                1,
                STEP,
                buttons[0],
                "format(100 * success, '.1f') + '%'",
            ),
            _slider("length", "Customers on the list", customers),
        ],
        parameters={
            "called": curve["customers"].tolist(),
            # Parts of customers, where equals share places, need more digits than a constant has.
            "churned": Derived(_array(f"{number:.12g}" for number in curve["churned"])),
            "precision_lower": Derived(_array(f"{p:.10g}" for p in curve["precision_lower"])),
            "precision_upper": Derived(_array(f"{p:.10g}" for p in curve["precision_upper"])),
            "contacts": Derived(_array(_whole(f"called[{i}] / {people} * length") for i in rows)),
            "gains": Derived(_array(_gain(str(i), f"churned[{i}] / called[{i}]") for i in rows)),
            # The fewest calls that bring the most, equals being equal whatever their last bits.
            "most": Derived("extent(gains)[1]"),
            "best": Derived(
                "indexof("
                + _array(f"gains[{i}] >= most - {TIE!r} * abs(most)" for i in rows)
                + ", true)"
            ),
            "pays": Derived("gains[best] > 0"),
            "lower": Derived(_gain("best", "precision_lower[best]")),
            "upper": Derived(_gain("best", "precision_upper[best]")),
            "risk": Derived("cost / (success * value)"),
        },
        readouts={
            "Best number of calls": f"pays ? {_count('contacts[best]')} : 'none'",
            "Expected gain": f"pays ? {GAIN} : '0'",
            "Leavers reached": f"pays ? {_count('contacts[best] * churned[best] / called[best]')}"
            f" + ' (' + {_percent('churned[best] / called[best]')} + ' of those called)'"
            " : 'none'",
            "A call pays above a risk of": f"{_percent('risk')}"
            " + (risk < 1 ? '' : ', which no risk exceeds')",
        },
        said=f"pays ? 'It is best to call the first ' + {_count('contacts[best]')} + ' of ' + "
        f"{_count('length')} + ' customers, for an expected gain of ' + {GAIN} + '.' + (lower < 0 "
        "? ' These customers cannot show that calling pays at all.' : '') : 'Nobody should be "
        "called: no number of calls is expected to pay.'",
        presets={f"Success rate {percent(rate)}": {"success": rate} for rate in sorted(buttons)},
        chart=_chart(len(curve)),
    )


def alt_text(campaign: Explorer) -> str:
    """Return the text of a campaign's picture, which is that of its first setting."""
    return (
        "Expected gain against customers called, with its 95% band, the best number of calls "
        f"marked. {campaign.evaluate()['said']}"
    )


def caption(study: Study) -> str:
    """Return what the figure is about, and of whom it cannot tell."""
    who = "simulated customers" if study.simulated else "the customers of the holdout sample"
    return f"Your own campaign: what calling would bring if the list were like that of {who}"


def _slider(name: str, label: str, value: float) -> Slider:
    """Return a slider up to five times a number, on whose steps that number is."""
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    while abs(value / step - round(value / step)) > 1e-9:
        step /= 10
    least, most, start = (_plain(number) for number in (step, 5 * value, value))
    return Slider(name, label, least, most, least, start)


def _plain(number: float) -> float:
    """Return a number without what adding up powers of ten left, and a whole one as such."""
    rounded = round(number, 9)
    return int(rounded) if rounded == int(rounded) else rounded


def _on_grid(rate: float) -> float:
    """Return the success rate of the slider that is nearest."""
    return round(round(rate / STEP) * STEP, 3)


def _array(expressions: Iterable[str]) -> str:
    """Return the expression of an array, of which Vega has no other way to compute each part."""
    return f"[{', '.join(expressions)}]"


def _whole(number: str) -> str:
    """Return the expression of a number rounded as numpy rounds it."""
    return f"({number} + {EVEN}) - {EVEN}"


def _count(number: str) -> str:
    """Return the expression of a number's text, rounded to whole ones."""
    return f"format({_whole(number)}, ',d')"


def _percent(share: str) -> str:
    """Return the expression of a share in per cent."""
    return f"{fixed(f'100 * {share}', 1)} + '%'"


def _gain(row: str, precision: str) -> str:
    """Return the expression of what calling as many as in a row is expected to bring."""
    return f"contacts[{row}] * (success * value * ({precision}) - cost)"


GAIN = f"{_count('gains[best]')} + ' (' + {_count('lower')} + ' to ' + {_count('upper')} + ')'"
"""The expression of the best plan's gain with its interval."""


def _chart(rows: int) -> alt.LayerChart | alt.FacetChart:
    """Draw the expected gain over the number of calls with its band, the best number marked."""
    # The curve begins where nobody is called.
    data = alt.Data(values=[{"row": row} for row in range(-1, rows)])
    plan = alt.Chart(data)
    for name, gain in (
        ("calls", "contacts[datum.row]"),
        ("gain", "gains[datum.row]"),
        ("low", _gain("datum.row", "precision_lower[datum.row]")),
        ("high", _gain("datum.row", "precision_upper[datum.row]")),
    ):
        plan = plan.transform_calculate(**{name: f"datum.row < 0 ? 0 : {gain}"})
    numbers = alt.Axis(format=",~f", labelOverlap="greedy", tickCount=5)
    x = alt.X("calls:Q", title="Customers called, likeliest first", axis=numbers)
    y = alt.Y("gain:Q", title="Expected gain (unit of the cost)", axis=numbers)
    best = once().transform_calculate(
        calls="pays ? contacts[best] : 0", gain="pays ? gains[best] : 0",
        text=f"pays ? {_count('contacts[best]')} + ' calls' : 'nobody'",
    )  # fmt: skip
    side = alt.ExprRef("pays && contacts[best] > length / 2 ? 'right' : 'left'")
    return alt.layer(
        plan.mark_area(color=BLUE, opacity=0.2).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        once().mark_rule().encode(y=alt.datum(0)),
        plan.mark_line(color=BLUE).encode(x=x, y=y),
        best.mark_rule(strokeDash=[3, 3]).encode(x=x),
        best.mark_point(shape="diamond", filled=True, size=120, color=VERMILION, opacity=1).encode(
            x=x, y=y
        ),
        best.mark_text(
            align=side, dx=alt.ExprRef("pays && contacts[best] > length / 2 ? -8 : 8"), dy=-12
        ).encode(x=x, y=alt.Y("gain:Q"), text="text:N"),
    ).properties(width=560, height=280)
