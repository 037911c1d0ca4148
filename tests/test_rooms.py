"""The core stands alone, rooms stand on it, and the front door leads to what it names."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import erfm

PACKAGE = Path(erfm.__file__).parent
DOORS = {"__init__", "__main__"}
ROOMS = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
STANDS_ON = {"": {""}, "report": {"", *ROOMS}} | {
    room: {"", "customers", room} for room in ROOMS - {"report"}
}


def room_of(module: str) -> str:
    """Return the room that a module "erfm.<room>.<module>" belongs to, "" for the core."""
    first = module.split(".")[1:2]
    return first[0] if first and first[0] in ROOMS else ""


def imported(text: str) -> set[str]:
    """Return the modules of this package that a text imports, at any depth, type hints included."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their module in full"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "erfm"}


def breaches(room: str, text: str) -> set[str]:
    return {name for name in imported(text) if room_of(name) not in STANDS_ON[room]}


def modules() -> list[Path]:
    return [p for p in sorted(PACKAGE.rglob("*.py")) if p.stem not in DOORS or p.parent != PACKAGE]


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_room_stands_on(path):
    room = room_of(".".join(["erfm", *path.relative_to(PACKAGE).with_suffix("").parts]))
    assert breaches(room, path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("", "from erfm.customers.reading import read_table"),
        ("", "import erfm.report.page"),
        ("", "def f():\n    from erfm import trust"),
        ("trust", "from erfm.paper import ledger"),
        ("customers", "from erfm.warning.scoring import score"),
        ("paper", "from erfm.report.page import Page"),
    ],
)
def test_the_rule_can_be_broken(room, line):
    assert len(breaches(room, line)) == 1


def test_the_rooms_are_those_that_the_front_door_names():
    rooms = {"customers", "large", "paper", "report", "transactions", "trust", "warning"}
    assert rooms == ROOMS
    assert all(f"`erfm.{room}`" in erfm.__doc__ for room in ROOMS)


@pytest.mark.parametrize("name", [n for n in erfm.__all__ if n != "DEFAULT_STUDY"])
def test_the_front_door_leads_to_what_it_names(name):
    assert getattr(erfm, name) is getattr(import_module(getattr(erfm, name).__module__), name)
    assert name in dir(erfm)


def test_the_front_door_names_nothing_else():
    with pytest.raises(AttributeError, match="no attribute 'load_studies'"):
        _ = erfm.load_studies


def test_help_is_told_without_importing_the_analysis():
    code = (
        "import sys\nfrom erfm.report.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('numpy', 'pandas', 'statsmodels', 'ibis') if m in sys.modules])\n"
        "print('IPython' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == ["[]", "False"]
