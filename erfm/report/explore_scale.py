"""The common form of the explorers of bounds: inputs to move, and what they make possible.

A bound is drawn on one scale: the printed value, what is possible with the inputs chosen, and what
is with the printed ones. The inputs begin as printed; buttons move one of them, alone, by the least
that lets the printed value stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import altair as alt
import numpy as np

from erfm.figures import BLUE, GREY, SKY, VERMILION
from erfm.report.explorer import Choice, Derived, Explorer, Slider, fixed, once, quoted

AS_PRINTED = "As printed"
"""The button that leads back to the printed inputs."""

WIDTH, ROW, HEADING, BAR = 640, 46, 18, 16
"""The size of the chart, of one of its rows, and of heading and bar within a row, in pixels."""

CROSS = "M-1,-1L1,1M1,-1L-1,1"

Setting = dict[str, Any]
"""Of each input by name its value, and of a choice its option."""


@dataclass(frozen=True)
class Input:
    """A number that a bound depends on, moved along chosen values.

    Steps of one width would be too many to go by keyboard or too wide to meet the printed value, so
    the slider counts places in `values`; ``<name>_step`` is its name, `name` that of the value and
    of what the address holds.

    Attributes
    ----------
    name, label, symbol : str
        In expressions, beside the slider, and in a sentence.
    values : tuple of float
        From the least to the largest; `at_first` is added.
    at_first : float
        The printed value, or what it begins with if none is printed.
    decimals : int
        With which it is written.
    unit : str
        What follows the number.
    compared : str
        How far it is moved from the printed value: "times" of it; "beside", which only names it; ""
        if none is printed.
    exact : str
        An expression of the first value, if a specification's seven digits are too few for it.
    """

    name: str
    label: str
    symbol: str
    values: tuple[float, ...]
    at_first: float
    decimals: int = 0
    unit: str = ""
    compared: str = "times"
    exact: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(sorted({*self.values, self.at_first})))

    @property
    def step(self) -> str:
        """The slider's name."""
        return f"{self.name}_step"

    @property
    def text(self) -> str:
        """The expression of the value with its unit."""
        return f"{fixed(self.name, self.decimals)} + '{self.unit}'"

    @property
    def slider(self) -> Slider:
        """The slider, at the first value."""
        last = len(self.values) - 1
        return Slider(
            self.step, self.label, 0, last, 1, self.place(self.at_first), shown=self.text,
            places=f"{self.name}_values",
        )  # fmt: skip

    def slider_of(self, choice: Choice | None, uses: Mapping[str, Sequence[str]]) -> Slider:
        """Return the slider, which moves only with the options of a choice that use the value."""
        options = [option for option in uses if self.name in uses[option]]
        if choice is None or len(options) == len(uses):
            return self.slider
        applies = " || ".join(f"{choice.name} == '{option}'" for option in options)
        only = quoted("only for " + ", ".join(f"“{choice.options[option]}”" for option in options))
        return replace(self.slider, shown=f"{applies} ? {self.text} : {only}", applies=applies)

    @property
    def parameters(self) -> dict[str, Any]:
        """The values, and the one chosen."""
        values = f"{self.name}_values"
        value = f"{values}[{self.step}]"
        if self.exact:
            value = f"{self.step} == {self.place(self.at_first)} ? {self.exact} : {value}"
        return {values: list(self.values), self.name: Derived(value)}

    @property
    def change(self) -> str:
        """The expression of how far the value is from the first one: "" if not at all."""
        first = f"{self.at_first:,.{self.decimals}f}{self.unit}"
        told = {
            "times": f"' (' + format({self.name} / {self.at_first}, ',.3~r') + "
            f"' times the printed {first})'",
            "beside": f"' (printed: {first})'",
            "": "''",
        }[self.compared]
        return (
            f"({self.step} == {self.place(self.at_first)} ? '' : ', {self.symbol} = ' + {self.text}"
            f" + {told})"
        )

    def place(self, value: float) -> int:
        """Return the place of one of the values."""
        return self.values.index(value)


def by_option(choice: str, of: Mapping[str, object]) -> str:
    """Return the expression that is another one for each option of a choice."""
    *others, last = of
    return "".join(f"{choice} == '{one}' ? {of[one]} : " for one in others) + str(of[last])


def ladder(low: float, high: float, per_decade: int = 20) -> tuple[float, ...]:
    """Return values that grow by about the same factor, of two digits each."""
    places = np.arange(round(np.log10(low) * per_decade), np.log10(high) * per_decade + 0.5)
    return tuple(sorted({float(f"{10**x:.1e}") for x in places / per_decade}))


def evenly(low: float, high: float, step: float) -> tuple[float, ...]:
    """Return values of the same distance, both ends among them."""
    return tuple(float(f"{x:.6g}") for x in np.arange(low, high + step / 2, step))


def least_change(possible: Callable[[Setting], bool], setting: Setting, one: Input) -> float | None:
    """Return the value of an input, nearest to its first, from which on a setting is possible.

    Searched in steps of its last decimal, as far as its values reach; None if there is none. On the
    way to either end a bound that has become possible must stay so.
    """
    unit, found = 10**one.decimals, []
    first = round(one.at_first * unit)
    for end in (one.values[0], one.values[-1]):
        refused, allowed = first, round(end * unit)
        if not possible(setting | {one.name: end}):
            continue
        while abs(allowed - refused) > 1:
            middle = (allowed + refused) // 2
            if possible(setting | {one.name: middle / unit}):
                allowed = middle
            else:
                refused = middle
        found.append(allowed)
    return min(found, key=lambda value: abs(value - first)) / unit if found else None


def least_changes(
    possible: Callable[[Setting], bool], inputs: Sequence[Input], **option: str
) -> dict[str, Setting]:
    """Return a preset for each input that alone can make a setting possible; see `least_change`."""
    setting = {one.name: one.at_first for one in inputs} | option
    found = {one: least_change(possible, setting, one) for one in inputs}
    return {
        f"Just possible: {one.symbol}": option | {one.name: value}
        for one, value in found.items()
        if value is not None
    }


@dataclass(frozen=True)
class Rows:
    """What the chart of a bound shows; all but the first three are expressions.

    Attributes
    ----------
    axis : str
        The scale's name.
    scale : altair.Scale
    ticks : sequence of float
        Where the scale is marked; anywhere if empty.
    claimed, claimed_text
        The printed value (two ends of an interval), and its name before the verdict.
    now, now_text
        The ends of what is possible with the inputs chosen, and its heading.
    first, first_text
        The same with the printed inputs.
    """

    axis: str
    scale: alt.Scale
    ticks: Sequence[float]
    claimed: tuple[str, ...]
    claimed_text: str
    now: tuple[str, str]
    now_text: str
    first: tuple[str, str]
    first_text: str

    def draw(self) -> Any:
        """Draw three rows, the printed value marked in each."""
        layers = [
            _heading(0, f"{self.claimed_text} + ': ' + verdict", fontWeight="bold"),
            *self._claimed(),
            _heading(1, self.now_text),
            self._bar(1, self.now, color=SKY, opacity=0.8),
            _heading(2, self.first_text),
            self._bar(2, self.first, color=GREY, fillOpacity=0.2, stroke=GREY, strokeWidth=1.5),
            *(self._across(row, end) for row in (1, 2) for end in self.claimed),
        ]
        return alt.layer(*layers).properties(width=WIDTH, height=3 * ROW)

    def _x(self, end: str) -> alt.XDatum:
        ticks: dict[str, Any] = {"values": list(self.ticks)} if self.ticks else {}
        axis = alt.Axis(title=self.axis, labelOverlap=True, grid=False, **ticks)
        return alt.XDatum(alt.expr(end), type="quantitative", scale=self.scale, axis=axis)

    def _claimed(self) -> list[alt.Chart]:
        y, ends = alt.value(HEADING + BAR / 2), self.claimed
        look: dict[str, Any] = {"color": COLOR, "strokeWidth": 3, "clip": True}
        if len(ends) == 1:
            look |= {"shape": alt.expr(f"possible ? 'circle' : '{CROSS}'"), "fill": FILL}
        else:
            look |= {"shape": "stroke", "angle": 90}
        points = once().mark_point(size=110, opacity=1, **look)
        marks = [points.encode(x=self._x(end), y=y) for end in ends]
        if len(ends) > 1:
            line = once().mark_rule(color=COLOR, strokeWidth=3, clip=True)
            marks.append(line.encode(x=self._x(ends[0]), x2=alt.X2Datum(alt.expr(ends[1])), y=y))
        return marks

    def _bar(self, row: int, ends: tuple[str, str], **look: Any) -> alt.Chart:
        y = row * ROW + HEADING
        bar = once().mark_rect(clip=True, **look)
        x2 = alt.X2Datum(alt.expr(ends[1]))
        return bar.encode(x=self._x(ends[0]), x2=x2, y=alt.value(y), y2=alt.value(y + BAR))

    def _across(self, row: int, end: str) -> alt.Chart:
        y = row * ROW + HEADING - 3
        line = once().mark_rule(color=COLOR, strokeWidth=2, strokeDash=[4, 3], clip=True)
        return line.encode(x=self._x(end), y=alt.value(y), y2=alt.value(y + BAR + 6))


COLOR = alt.expr(f"possible ? '{BLUE}' : '{VERMILION}'")
FILL = alt.expr(f"possible ? '{BLUE}' : 'transparent'")


def _heading(row: int, expression: str, **look: Any) -> alt.Chart:
    mark = once().mark_text(align="left", baseline="top", **look)
    return mark.encode(x=alt.value(0), y=alt.value(row * ROW), text=alt.value(alt.expr(expression)))


def sentence(changed: str, yes: str, no: str, statement: str) -> dict[str, Derived]:
    """Return the parameters that say how a setting differs and what follows from it.

    All are expressions: `changed` lists how far the inputs were moved, each after a comma; `yes`
    and `no` are the verdict, `statement` the reason.
    """
    return {
        "changed": Derived(changed),
        "verdict": Derived(f"possible ? {yes} : {no}"),
        "sentence": Derived(
            "upper(slice(verdict, 0, 1)) + slice(verdict, 1) + (changed == '' ? ', as printed: ' "
            f": ', with ' + slice(changed, 2) + ': ') + {statement}"
        ),
    }


def bound_explorer(
    inputs: Sequence[Input],
    presets: Mapping[str, Setting],
    rows: Rows,
    parameters: Mapping[str, Any],
    readouts: Mapping[str, str],
    *,
    statement: str,
    yes: str = "'possible by this bound'",
    no: str = "'contradicts the inputs'",
    choice: Choice | None = None,
    uses: Mapping[str, Sequence[str]] | None = None,
    told: Mapping[str, str] | None = None,
) -> Explorer:
    """Return the explorer of a bound.

    Parameters
    ----------
    inputs : sequence of Input
    presets : mapping of str to Setting
        Of each button the values that it gives, all others being as at first. A value may be a
        mapping of the choice's options to values: then it follows the option, which stays.
    rows : Rows
    parameters : mapping
        What follows from the inputs, ``possible`` among them: whether the printed value is.
    readouts : mapping of str to str
    statement, yes, no : str
        Expressions of the reason and of the two verdicts.
    choice : Choice, optional
    uses : mapping of str to sequence of str, optional
        Of each option of the choice, the inputs that it uses; by default all.
    told : mapping of str to str, optional
        Of an input, the expression of what is told of it, if it is not its change.
    """
    inputs = [replace(one, values=(*one.values, *_given(one.name, presets))) for one in inputs]
    named = {one.name: one for one in inputs}
    controls: list[Slider | Choice] = [
        *([choice] if choice else []),
        *(one.slider_of(choice, uses or {}) for one in inputs),
    ]
    start = {control.name: control.value for control in controls}

    def given(preset: Setting) -> dict[str, Any]:
        places: dict[str, Any] = dict(start)
        for name, value in preset.items():
            if name not in named:
                places[name] = value
            elif choice and isinstance(value, Mapping):
                of = {option: named[name].place(one) for option, one in value.items()}
                places[named[name].step] = Derived(by_option(choice.name, of))
                places.pop(choice.name)
            else:
                places[named[name].step] = named[name].place(value)
        return places

    tells = {name: one.change for name, one in named.items()} | dict(told or {})
    changes = {
        option: f"({' + '.join(tells[name] for name in names)})"
        for option, names in (uses or {"": list(named)}).items()
    }
    changed = by_option(choice.name, changes) if choice and uses else changes.popitem()[1]
    return Explorer(
        controls,
        rows.draw(),
        {
            **{name: value for one in inputs for name, value in one.parameters.items()},
            **parameters,
            **sentence(f"({changed})", yes, no, statement),
        },
        readouts,
        "sentence",
        {AS_PRINTED: start, **{label: given(preset) for label, preset in presets.items()}},
    )


def _given(name: str, presets: Mapping[str, Setting]) -> list[float]:
    """Return the values that presets give to an input."""
    given = [preset[name] for preset in presets.values() if name in preset]
    return [
        value for one in given for value in (one.values() if isinstance(one, Mapping) else [one])
    ]
