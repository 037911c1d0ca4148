"""No sentence takes a study's text unescaped: the source of notebooks and rooms is read for it.

What a study says is followed from where it enters (a label, a level, an identifier) through names,
lists and f-strings to where a cell shows Markdown, or a function of a room's ``sentences`` returns
it. `named`, `listed`, `markdown` and the page's methods end its way; so does a number's format.
"""

import ast
from pathlib import Path

import nbformat
import pytest

import erfm
from erfm.report.build import NOTEBOOKS

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
MODULES = sorted(Path(erfm.__file__).parent.rglob("sentences*.py"))
# Attributes, keys and functions that give what a study or its customers' file says.
ATTRIBUTES = {
    "label", "axis_label", "unit", "reference", "levels", "column", "name", "title", "description",
    "source", "predictors", "terms", "index", "id_column", "outcome_column", "retained", "churned",
    "encoding", "separator", "decimal", "provenance", "failures", "warnings", "evalue",
}  # fmt: skip
KEYS = {"customer_id", "first_push", "second_push", "reason", "remark"}
FUNCTIONS = {"ranking", "idxmax", "idxmin", "largest", "smallest"}
ESCAPED = {"label", "labels", "text", "file"}
ESCAPING = {"named", "listed", "markdown"}
SHOWN = {"say", "answer", "Markdown"}
# Functions of which a text comes out if a text goes in.
PASSING = {"str", "sorted", "set", "list", "tuple", "map", "zip", "enumerate", "next", "reversed"}


class Sentences(ast.NodeVisitor):
    """Follow texts of a study through a notebook; `found` lists the lines that show one raw."""

    def __init__(self, source: str):
        self.raw: set[str] = set()
        self.found: list[str] = []
        self.visit(ast.parse(source))

    def is_raw(self, node: ast.AST | None) -> bool:
        match node:
            case ast.Name():
                return node.id in self.raw
            case ast.Attribute():
                return node.attr in ATTRIBUTES
            case ast.FormattedValue():
                return node.format_spec is None and self.is_raw(node.value)
            case ast.Subscript():
                key = node.slice.value if isinstance(node.slice, ast.Constant) else None
                return key in KEYS or self.is_raw(node.value)
            case ast.Call():
                return self.gives_raw(node)
            case ast.GeneratorExp() | ast.ListComp() | ast.SetComp() | ast.DictComp():
                before = set(self.raw)
                for loop in node.generators:
                    self.assign(loop.target, self.is_raw(loop.iter))
                parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
                raw = any(map(self.is_raw, parts))
                self.raw = before
                return raw
            case ast.IfExp():
                return self.is_raw(node.body) or self.is_raw(node.orelse)
            case ast.JoinedStr() | ast.BoolOp():
                return any(map(self.is_raw, node.values))
            case ast.List() | ast.Tuple() | ast.Set():
                return any(map(self.is_raw, node.elts))
            case ast.Dict():
                return any(map(self.is_raw, [*node.keys, *node.values]))
            case ast.BinOp():
                return self.is_raw(node.left) or self.is_raw(node.right)
            case ast.Starred():
                return self.is_raw(node.value)
        return False

    def gives_raw(self, call: ast.Call) -> bool:
        """Return whether a text comes out of a call as the study has it."""
        function = call.func
        if isinstance(function, ast.Name):
            if function.id in ESCAPING:
                return False
            passes = function.id in PASSING and any(map(self.is_raw, call.args))
            return passes or function.id in FUNCTIONS | self.raw
        if not isinstance(function, ast.Attribute):
            return False
        of_page = isinstance(function.value, ast.Name) and function.value.id.endswith("page")
        if (of_page and function.attr in ESCAPED) or function.attr in ESCAPING:
            return False
        if function.attr == "join":
            return any(map(self.is_raw, call.args))
        return function.attr in FUNCTIONS | {"label"} or self.is_raw(function.value)

    def assign(self, target: ast.AST, raw: bool) -> None:
        for name in ast.walk(target):
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                (self.raw.add if raw else self.raw.discard)(name.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for one, value in zip(target.elts, node.value.elts, strict=True):
                    self.assign(one, self.is_raw(value))
            else:
                self.assign(target, self.is_raw(node.value))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.assign(node.target, self.is_raw(node.value) or node.target.id in self.raw)

    def visit_For(self, node: ast.For) -> None:
        self.assign(node.target, self.is_raw(node.iter))
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.generic_visit(node)
        returned = [part.value for part in ast.walk(node) if isinstance(part, ast.Return)]
        if any(map(self.is_raw, returned)):
            self.raw.add(node.name)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        if name == "append" and any(map(self.is_raw, node.args)):
            self.raw.add(node.func.value.id)
        if name in SHOWN and any(map(self.is_raw, node.args)):
            self.found.append(ast.unparse(node))


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_every_text_of_a_study_is_escaped_in_a_sentence(path):
    cells = nbformat.read(path, as_version=4).cells
    source = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    assert Sentences(source).found == []


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.parent.name)
def test_every_text_of_a_study_is_escaped_in_a_function(path):
    source = path.read_text(encoding="utf-8")
    functions = {n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)}
    assert Sentences(source).raw & functions == set()


def test_a_function_that_returns_a_text_raw_is_found():
    raw = "def one(study, x):\n    return f'{study.label(x)} is'"
    escaped = "def other(study, x):\n    return f'{named(study, x)} is {markdown(study.title)}'"
    assert Sentences(f"{raw}\n{escaped}").raw == {"one"}


@pytest.mark.parametrize(
    "cell",
    [
        "page.say(f'{study.label(x)} is')",
        "page.answer(1, f'{study.label(x)} is')",
        "page.say('is ' + p.unit)",
        "names = [study.label(t) for t in terms]\npage.say(f\"{', '.join(names) or 'none'}\")",
        "page.say(', '.join(map(study.label, terms)))",
        "for name, p in study.predictors.items():\n    page.say(f'{name} is')",
        "tables = {p.label: 1 for p in traits}\nfor t, n in tables.items():\n    s.append(f'{t}')\n"
        "page.say(' '.join(s))",
        "most = table['x'].idxmax()\npage.say(f'*{most}* is')",
        "page.say(f\"{first['customer_id']} is\")",
        "def reading(n):\n    text = f'{study.label(n)}'\n    return text\npage.say(reading(1))",
        "page.say(f'by {ranking(table, study)}' if x else 'none')",
        "a = p.reference.lower()\ndisplay(page.say(a))",
    ],
)
def test_a_sentence_that_shows_a_text_raw_is_found(cell):
    assert len(Sentences(cell).found) == 1


@pytest.mark.parametrize(
    "cell",
    [
        "page.say(f'{page.label(x)}, {page.text(p.unit)}, {page.labels(study.predictors)}')",
        "top = table['x'].idxmax()\npage.say(f'{table.loc[top, 1]:.3f} {percent(table.loc[top])}')",
        "page.say(f'{len(study.predictors)} variables, {table.index.max():.2f}')",
        "page.table(table, 'list', f'Of {study.title}')",
        "name = study.label(x)\nname = 'its name'\npage.say(name)",
    ],
)
def test_other_sentences_are_left_alone(cell):
    assert Sentences(cell).found == []
