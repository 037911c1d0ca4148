"""The site's pages on the module itself: files that have Sphinx write out the docstrings."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path
from types import FunctionType

import erfm

INDEX = "module"
CORE = "module_core"


def write_api_pages(folder: Path) -> str:
    """Write a page on the core, one on each room and their index; return the index's name.

    What there is to describe is looked up in the package: its modules, and the names of its front
    door. A name of the front door is described where it is at home, like any other.
    """
    rooms = {f"{INDEX}_{room}": f"erfm.{room}" for room in room_names()}
    homes = {name: home(name) for name in erfm.__all__}
    read_first = dict.fromkeys(home for home in homes.values() if home.count(".") == 1)
    modules = [*read_first, *(m for m in module_names("erfm") if m not in read_first)]
    texts = {
        INDEX: _index(rooms),
        CORE: _title("The core") + _front_door(homes) + _modules(modules),
        **{page: _room(package) for page, package in rooms.items()},
    }
    for page, text in texts.items():
        (folder / f"{page}.rst").write_text(text, encoding="utf-8")
    return INDEX


def room_names() -> list[str]:
    """Return the rooms, in the order in which the front door names them."""
    rooms = [module.name for module in pkgutil.iter_modules(erfm.__path__) if module.ispkg]
    return sorted(rooms, key=lambda room: (erfm.__doc__ or "").find(f"erfm.{room}"))


def module_names(package: str) -> list[str]:
    """Return the modules of a package, but not those of the packages in it."""
    modules = pkgutil.iter_modules(import_module(package).__path__, f"{package}.")
    return [m.name for m in modules if not m.ispkg and not m.name.endswith("__main__")]


def home(name: str) -> str:
    """Return the module in which a name of the front door is defined."""
    return getattr(getattr(erfm, name), "__module__", "erfm")


def _index(rooms: dict[str, str]) -> str:
    described = {CORE: ("The core", "the five steps and what they stand on.")}
    described |= {page: _title_and_purpose(package) for page, package in rooms.items()}
    listed = "".join(f"- :doc:`{title} <{p}>`: {text}\n" for p, (title, text) in described.items())
    pages = "".join(f"   {page}\n" for page in described)
    return (
        f"{_title('The module')}.. automodule:: erfm\n\n"
        f"{listed}\nThe search finds every name.\n\n"
        f".. toctree::\n   :hidden:\n\n{pages}"
    )


def _room(package: str) -> str:
    title, purpose = _title_and_purpose(package)
    start = f"{purpose[:1].upper()}{purpose[1:]}"
    return f"{_title(title)}.. module:: {package}\n\n{start}\n\n{_modules(module_names(package))}"


def _title_and_purpose(package: str) -> tuple[str, str]:
    """Return what the docstring "Title: purpose." of a room says."""
    title, _, purpose = (import_module(package).__doc__ or "").partition(":")
    return title, " ".join(purpose.split())


def _front_door(homes: dict[str, str]) -> str:
    names = "".join(f"   ~{home}.{name}\n" for name, home in homes.items())
    own = [f".. autodata:: erfm.{name}\n\n" for name, home in homes.items() if home == "erfm"]
    return (
        f"{_heading('In the order of reading')}``from erfm import`` has each of these names.\n\n"
        f".. autosummary::\n   :nosignatures:\n\n{names}\n{''.join(own)}"
    )


def _modules(names: list[str]) -> str:
    return "".join(
        f"{_heading(name)}.. automodule:: {name}\n   :members: {', '.join(public_names(name))}\n\n"
        for name in names
    )


def public_names(module: str) -> list[str]:
    """Return the functions and classes that a module defines for others to use."""
    return [
        name
        for name, value in vars(import_module(module)).items()
        if isinstance(value, FunctionType | type)
        and value.__module__ == module
        and not name.startswith("_")
    ]


def _title(text: str) -> str:
    return f"{text}\n{'=' * len(text)}\n\n"


def _heading(text: str) -> str:
    return f"{text}\n{'-' * len(text)}\n\n"
