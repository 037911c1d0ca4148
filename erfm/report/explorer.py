"""Figures that a reader moves: controls, a chart and texts that follow, without a kernel.

Numbers that follow from the controls are expressions of Vega's, which the reader's browser
evaluates, and `evaluate` outside it, with the same library. One Vega-Lite specification holds all
of it: charts, controls, constants and texts; `block` writes it as HTML that works offline.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import vl_convert
from PIL import Image

from erfm.escaping import html, one_line, visible
from erfm.report.live import STATIC, script, style

if TYPE_CHECKING:
    import altair as alt

MIME = "application/vnd.vegalite.v6+json"
VEGA_LITE = "6.4"
VEGA = "https://vega.github.io/schema/vega/v6.json"
BUNDLE = "vega.js"

KEPT = 'data-lm-suppress-shortcuts=""'
"""The attribute of a control by which JupyterLab leaves the arrow keys to it."""

AGAIN = "Start again"
"""The button that leads back to the first setting, where none of the presets does."""

DIGITS = 7
"""Significant digits of the numbers in a specification: the last bits differ between processors."""

COLOURS = 48

# Black on paper and in the picture; in a page whatever colour its text has, light or dark.
_INK = "currentColor"
_AXIS = {
    **dict.fromkeys(["labelColor", "titleColor", "tickColor", "domainColor", "gridColor"], _INK),
    **{"gridOpacity": 0.15, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
}
_KEY = {"labelColor": _INK, "titleColor": _INK, "labelFontSize": 12, "titleFontSize": 12}
CONFIG: dict[str, Any] = {
    "aria": False,  # the whole is described in one text
    "axis": _AXIS,
    "header": _KEY,
    "legend": _KEY | {"orient": "top", "title": None},
    "rule": {"color": _INK},
    "text": {"color": _INK, "fontSize": 12},
    "title": {"color": _INK, "subtitleColor": _INK, "fontSize": 13, "anchor": "start"},
    "view": {"stroke": None},
}
_NAME = re.compile(r"(?!shown_|applies_|readout_|preset_)[A-Za-z_]\w*", re.ASCII)
_TAKEN = {
    *("said", "datum", "event", "item", "parent", "width", "height", "padding", "autosize"),
    *("background", "style", "cursor", "encode", "unit", "facet", "group", "view", "true", "false"),
    *("null", "undefined", "NaN", "PI", "E", "if", "in", "for", "this", "new", "var", "let"),
}


def once() -> alt.Chart:
    """Return a chart that draws each of its marks once, where expressions say."""
    import altair as alt  # which whoever builds a site of stored specifications does without

    return alt.Chart(alt.Data(values=[{}]))


@dataclass(frozen=True)
class Derived:
    """A value that follows from others: an expression of Vega's."""

    expression: str


@dataclass(frozen=True)
class Slider:
    """A number between two others, which a reader moves.

    Attributes
    ----------
    name, label : str
        Its name in expressions, and what the reader reads.
    minimum, maximum, step, value : float
        The range, the width of a step, and the value at first.
    shown : str
        An expression of Vega's that gives its text; by default the number, with as many decimals
        as `step` has, and `unit`.
    unit : str
        What follows the number, e.g. "%" or " yuan".
    places : str
        Where the slider counts places, the parameter that lists what stands at them: the address
        holds that, as the reader sees it, under the name without "_step".
    applies : str
        An expression that tells whether the present setting uses the number; where not, it cannot
        be moved. Its text is to say why.
    """

    name: str
    label: str
    minimum: float
    maximum: float
    step: float
    value: float
    shown: str = ""
    unit: str = ""
    places: str = ""
    applies: str = ""

    def check(self, value: Any) -> float:
        """Return a value for the slider, or say why it cannot have it."""
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if not number or not self.minimum <= value <= self.maximum:
            raise ValueError(
                f"{self.name} = {value!r}: must be a number from {self.minimum:g} to "
                f"{self.maximum:g}."
            )
        return value.item() if isinstance(value, np.number) else value

    def text(self) -> str:
        """Return the expression of its text."""
        if self.shown:
            return self.shown
        decimals = len(f"{self.step:.9f}".rstrip("0").partition(".")[2])
        return f"format({self.name}, ',.{decimals}f') + {quoted(self.unit)}"


@dataclass(frozen=True)
class Choice:
    """One of several options, which a reader chooses: radio buttons, or a list of more than four.

    Attributes
    ----------
    name, label : str
        Its name in expressions, and what the reader reads.
    options : dict of str to str
        Of each value, what the reader reads.
    value : str
        The value at first.
    """

    name: str
    label: str
    options: Mapping[str, str]
    value: str

    def check(self, value: Any) -> str:
        """Return a value of the choice, or say why it cannot have it."""
        if value not in self.options:
            raise ValueError(f"{self.name} = {value!r}: must be one of {', '.join(self.options)}.")
        return str(value)


@dataclass(frozen=True)
class Explorer:
    """A figure that a reader moves.

    Attributes
    ----------
    controls : sequence of Slider or Choice
        What the reader moves; each one's value has its name in expressions.
    chart : altair.Chart
        Refers to controls and parameters by name, in expressions. The parts of a concatenated chart
        stand side by side where there is room, else below one another, each as wide as that.
    parameters : mapping of str to number, str, sequence or Derived
        Named constants, and what follows from them and the controls; later ones may use earlier.
    readouts : mapping of str to str
        Of each label, an expression that gives its text.
    said : str
        An expression that gives a sentence on the present setting.
    presets : mapping of str to mapping
        Of each button's label, the values that it gives to controls; a `Derived` one depends on the
        present setting.

    Raises
    ------
    ValueError
        A name is no name or there twice, or a value is not one of its control's.
    """

    controls: Sequence[Slider | Choice]
    chart: Any = field(repr=False)
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)
    readouts: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [control.name for control in self.controls]
        for name in [*names, *self.parameters]:
            if not _NAME.fullmatch(name) or name in _TAKEN:
                raise ValueError(f"{name!r} cannot be a name in expressions of Vega's.")
        if twice := {name for name in names if (names + list(self.parameters)).count(name) > 1}:
            raise ValueError(f"There twice: {', '.join(sorted(twice))}.")
        for control in self.controls:
            if isinstance(control, Slider) and not control.step > 0:
                raise ValueError(f"{control.name}: the step must be above 0.")
            control.check(control.value)
        for values in self.presets.values():
            self._checked({k: v for k, v in values.items() if not isinstance(v, Derived)})
            self._known(values)

    def spec(self, anchor: str = "explorer") -> dict[str, Any]:
        """Return the Vega-Lite specification, which is the same on every processor.

        Its ``usermeta.erfm`` describes controls, buttons and texts; `anchor` is the id of the
        figure in a page and in its address.
        """
        parameters = [{"name": c.name, "value": c.value} for c in self.controls]
        for name, value in self.parameters.items():
            kind = {"expr": value.expression} if isinstance(value, Derived) else {"value": value}
            parameters.append({"name": name, **kind})
        described = []
        for control in self.controls:
            about: dict[str, Any] = {"name": control.name, "label": one_line(control.label)}
            if isinstance(control, Slider):
                shown = f"shown_{control.name}"
                parameters.append({"name": shown, "expr": control.text()})
                limits = {k: getattr(control, k) for k in ("minimum", "maximum", "step")}
                about |= limits | {"shown": shown}
                if control.places:
                    about["places"] = control.places
                if control.applies:
                    about["applies"] = f"applies_{control.name}"
                    parameters.append({"name": about["applies"], "expr": control.applies})
            else:
                about["options"] = [[k, one_line(v)] for k, v in control.options.items()]
            described.append(about)
        readouts = []
        for number, (label, expression) in enumerate(self.readouts.items(), 1):
            parameters.append({"name": f"readout_{number}", "expr": expression})
            readouts.append([one_line(label), f"readout_{number}"])
        if self.said:
            parameters.append({"name": "said", "expr": self.said})
        presets = []
        for number, (label, values) in enumerate(self._buttons().items(), 1):
            given: dict[str, Any] = dict(values)
            for name, value in values.items():
                if isinstance(value, Derived):
                    signal = f"preset_{number}_{name}"
                    parameters.append({"name": signal, "expr": value.expression})
                    given[name] = {"signal": signal}
            presets.append([one_line(label), given])
        meta = {"anchor": anchor, "controls": described, "readouts": readouts, "presets": presets}
        drawn = self.chart.to_dict()
        config = {
            key: CONFIG.get(key, {}) | value if isinstance(value, dict) else value
            for key, value in drawn.get("config", {}).items()
        }
        spec = drawn | {
            "background": "transparent",
            "config": CONFIG | config | {"view": {"stroke": None}},
            "params": [*parameters, *drawn.get("params", [])],
            "usermeta": {"erfm": meta},
        }
        return _renamed(_rounded(spec))

    def evaluate(self, **values: Any) -> dict[str, str]:
        """Return the texts at a setting, "said" among them; controls not named are as at first.

        Raises
        ------
        ValueError
            No control has the name, or it cannot have the value; an expression cannot be evaluated.
        """
        return self.evaluate_many([values])[0]

    def evaluate_many(self, settings: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
        """Return the texts at several settings, which is faster than one at a time."""
        return evaluate(self.spec(), [self._checked(values) for values in settings])

    def _buttons(self) -> dict[str, Mapping[str, Any]]:
        """Return the presets, and where none of them leads back to the start one that does."""
        first = {control.name: control.value for control in self.controls}
        if any(first == dict(values) for values in self.presets.values()):
            return dict(self.presets)
        return {**self.presets, AGAIN: first}

    def _known(self, values: Mapping[str, Any]) -> None:
        names = [control.name for control in self.controls]
        for name in values:
            if name not in names:
                raise ValueError(f"No control is called {name!r}; there are {', '.join(names)}.")

    def _checked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        self._known(values)
        return {c.name: c.check(values[c.name]) for c in self.controls if c.name in values}


def quoted(text: str) -> str:
    """Write a text as a text within an expression of Vega's."""
    return json.dumps(visible(text), ensure_ascii=False)


def fixed(expression: str, decimals: int, signed: bool = False) -> str:
    """Return the expression of a number's text, the same as Python's: see `erfm.formats.number`.

    JavaScript rounds exact halves up, where Python rounds them to even, and writes the sign of a
    number that is shown as 0.
    """
    x, scale, sign = f"({expression})", 10**decimals, "+" if signed else ""
    half = f"abs({x} * {2 ** (decimals + 1)}) % 2 === 1 && floor(abs({x}) * {scale}) % 2 === 0"
    even = f"({x} < 0 ? -1 : 1) * floor(abs({x}) * {scale}) / {scale}"
    text = f"format({half} ? {even} : {x}, '{sign},.{decimals}f')"
    return f"replace({text}, regexp('^[+−](?=[0.]+$)'), '')" if signed else text


def evaluate(
    spec: Mapping[str, Any], settings: Iterable[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Return the texts of a specification at several settings of its controls."""
    about = spec["usermeta"]["erfm"]
    moved = {control["name"] for control in about["controls"]}
    fixed = [p for p in spec["params"] if "value" in p and p["name"] not in moved]
    texts = {label: name for label, name in about["readouts"]} | _said(spec)
    texts |= {c["shown"]: c["shown"] for c in about["controls"] if "shown" in c}
    marks = [
        {"type": "text", "encode": {"enter": {"text": {"signal": f"'|' + {name}"}}}}
        for name in texts.values()
    ]
    groups = [
        {
            "type": "group",
            "marks": marks,
            "signals": [
                {"name": p["name"], "update": p["expr"]}
                if "expr" in p
                else {"name": p["name"], "value": values.get(p["name"], p["value"])}
                for p in spec["params"]
                if p not in fixed and "select" not in p
            ],
        }
        for values in map(_rounded, settings)
    ]
    drawn = vl_convert.vega_to_scenegraph({"$schema": VEGA, "signals": fixed, "marks": groups})
    (root,) = drawn["scenegraph"]["items"]
    return [
        {
            label: mark["items"][0]["text"][1:]
            for label, mark in zip(texts, group["items"][0]["items"], strict=True)
        }
        for group in root["items"]
    ]


def _said(spec: Mapping[str, Any]) -> dict[str, str]:
    return {"said": "said"} if any(p["name"] == "said" for p in spec["params"]) else {}


def picture(spec: Mapping[str, Any]) -> bytes:
    """Return the chart as it is at first, a PNG of few colours at twice the size."""
    white = {**spec, "background": "white"}
    drawn = Image.open(BytesIO(vl_convert.vegalite_to_png(white, vl_version=VEGA_LITE, scale=2)))
    small = BytesIO()
    drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        small, "png", optimize=True
    )
    return small.getvalue()


def block(spec: Mapping[str, Any], alt: str, png: bytes, address: bool = True) -> str:
    """Return the HTML of an explorer: its picture and texts, and controls for a script to wake.

    Without JavaScript the picture and the texts of the first setting remain. `address` lets the
    page's address follow the controls.
    """
    about = spec["usermeta"]["erfm"]
    pressed = ' aria-pressed="false"'
    anchor, (texts,) = html(about["anchor"]), evaluate(spec, [{}])
    values = {p["name"]: p["value"] for p in spec["params"] if "value" in p}
    controls = "\n".join(
        _slider(c, anchor, values[c["name"]], texts[c["shown"]])
        if "shown" in c
        else _choice(c, anchor, values[c["name"]])
        for c in about["controls"]
    )
    presets = "\n".join(
        f'<button type="button" {KEPT}{"" if label == AGAIN else pressed}>{html(label)}</button>'
        for label, _ in about["presets"]
    )
    readouts = "\n".join(
        f"<div><dt>{html(label)}</dt>"
        f'<dd><output data-shows="{name}" aria-live="off">{html(texts[label])}</output></dd></div>'
        for label, name in about["readouts"]
    )
    said = f'<output data-shows="said" aria-live="polite">{html(texts.get("said", ""))}</output>'
    source = "data:image/png;base64," + base64.b64encode(png).decode()
    held = json.dumps(spec, ensure_ascii=False).replace("<", "\\u003c")
    # The size that it was drawn at, which is half its pixels; see the PNG's header.
    width = int.from_bytes(png[16:20]) // 2
    return f"""\
<div class="erfm-explorer mathjax_ignore tex2jax_ignore" data-for="{anchor}"{
        ' data-address=""' if address else ""
    }>
<div class="erfm-controls" role="group" aria-label="Controls" hidden>
{controls}
<div class="erfm-presets">
{presets}
</div>
</div>
{f"<p>{said}</p>" if "said" in texts else ""}
<div class="erfm-charts" role="img" aria-label="{html(one_line(alt))}">
<img src="{source}" width="{width}" alt="">
</div>
<dl>
{readouts}
</dl>
<script type="application/json">{held}</script>
</div>
"""


def _slider(about: Mapping[str, Any], anchor: str, value: float, text: str) -> str:
    name, label = about["name"], html(about["label"])
    limits = " ".join(
        f'{attribute}="{about[key]}"'
        for attribute, key in (("min", "minimum"), ("max", "maximum"), ("step", "step"))
    )
    place = f"{anchor}-{name}"
    return (
        f'<div class="erfm-slider"><label for="{place}">{label}</label>'
        f'<output for="{place}" data-shows="{about["shown"]}" aria-live="off">{html(text)}</output>'
        f'<input type="range" id="{place}" {KEPT} data-control="{name}" {limits} value="{value}"'
        f' aria-valuetext="{html(text)}"></div>'
    )


def _choice(about: Mapping[str, Any], anchor: str, value: str) -> str:
    name, label = about["name"], html(about["label"])
    place = f"{anchor}-{name}"
    if len(about["options"]) > 4:
        options = "".join(
            f'<option value="{html(key)}"{selected}>{html(text)}</option>'
            for key, text in about["options"]
            for selected in (" selected" if key == value else "",)
        )
        return (
            f'<div class="erfm-choice"><label for="{place}">{label}</label>'
            f'<select id="{place}" {KEPT} data-control="{name}">{options}</select></div>'
        )
    options = "".join(
        f'<label><input type="radio" name="{place}" {KEPT} data-control="{name}"'
        f' value="{html(key)}"{" checked" if key == value else ""}> {html(text)}</label>'
        for key, text in about["options"]
    )
    return f'<fieldset class="erfm-choice"><legend>{label}</legend>{options}</fieldset>'


def bundle() -> str:
    """Return the script of Vega and Vega-Lite, which leaves no name but `vegaEmbed` in a page."""
    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    return f"(() => {{{script}}})();\n"


def scripts() -> str:
    """Return the elements with which a page of the site wakes its explorers."""
    return (
        '<link rel="stylesheet" href="_static/explorer.css">\n'
        f'<script defer src="_static/{BUNDLE}"></script>\n'
        '<script defer src="_static/explorer.js"></script>\n'
    )


def inlined(with_bundle: bool) -> str:
    """Return the same elements with all that they hold, for a page that has no folder."""
    vega = script(bundle()) if with_bundle else ""
    own = (STATIC / "explorer.js").read_text(encoding="utf-8")
    return style(STATIC / "explorer.css") + vega + script(own)


def _rounded(value: Any) -> Any:
    """Return what JSON holds, numbers rounded to `DIGITS`; what is missing is null."""
    if isinstance(value, Mapping):
        return {str(key): _rounded(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | pd.Series | pd.Index):
        return _rounded(value.tolist())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_rounded(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        rounded = float(f"{value:.{DIGITS}g}")
        return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded
    return value


def _renamed(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a specification with names that count from 1, whatever was drawn before."""
    text = json.dumps(spec, ensure_ascii=False)
    names: dict[str, str] = {}

    def rename(found: re.Match[str]) -> str:
        kind = found[1] or found[2]
        count = sum(name.startswith(kind) for name in names.values()) + 1
        return names.setdefault(found[0], f"{kind}{count}")

    return json.loads(re.sub(r"\b(data-)[0-9a-f]{32}\b|\b(view_|param_)\d+\b", rename, text))
