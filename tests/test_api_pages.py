"""The site's pages on the module: every public name is described, once, from its docstring."""

import inspect
import re
from functools import cached_property
from html import unescape
from importlib import import_module
from pathlib import Path
from types import FunctionType

import pytest

import erfm
from erfm.customers.study_file import load_study
from erfm.report.api_pages import CORE, INDEX, home, module_names, public_names, room_names
from erfm.report.site import build_site

PACKAGES = ["erfm", *(f"erfm.{room}" for room in room_names())]
MODULES = [module for package in PACKAGES for module in module_names(package)]
# In single backticks, and with a dot: "ties.ranks", "erfm.ties".
DOTTED = r"(?<![`\w])`([a-z_]+(?:\.\w+)+)`(?!`)"


@pytest.fixture(scope="module")
def site(tmp_path_factory, write_study) -> dict[str, str]:
    """The pages on the module, by name, in the site of a report that has no other page."""
    folder = tmp_path_factory.mktemp("api")
    built = build_site(load_study(write_study(folder / "study.toml")), folder / "build").parent
    return {path.stem: path.read_text("utf-8") for path in built.glob(f"{INDEX}*.html")}


def described(page: str) -> list[str]:
    """Return the full names that a page describes, in its order."""
    return re.findall(r'<dt class="sig [^"]*" id="([\w.]+)">', page)


def text(markup: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", "", markup)).split())


@pytest.mark.slow
def test_a_page_for_the_core_and_one_for_each_room(site):
    assert set(site) == {INDEX, CORE, *(f"{INDEX}_{room}" for room in room_names())}
    for page in set(site) - {INDEX}:
        assert f'href="{page}.html"' in site[INDEX]
    assert "to the maximum of the likelihood" in text(site[INDEX])


@pytest.mark.slow
@pytest.mark.parametrize("name", erfm.__all__)
def test_each_name_of_the_front_door_is_described_once_by_its_docstring(site, name):
    full = f"{home(name)}.{name}"
    (page,) = [page for page, content in site.items() if full in described(content)]
    assert described(site[page]).count(full) == 1
    assert f'href="{page if page != CORE else ""}' in site[CORE]
    value = getattr(erfm, name)
    if callable(value):
        begins = inspect.getdoc(value).splitlines()[0].translate(str.maketrans("", "", "`*"))
        description = site[page].partition(f'id="{full}"')[2].partition("<dd><p>")[2]
        assert text(description[:2000]).startswith(begins)


@pytest.mark.slow
def test_the_front_door_s_names_stand_in_the_order_of_reading(site):
    table = site[CORE].partition('class="autosummary')[2].partition("</table>")[0]
    assert re.findall(r'href="[\w.]*#[\w.]+\.(\w+)"', table) == erfm.__all__


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_are_described_where_they_are_at_home_and_no_others(site, package):
    page = CORE if package == "erfm" else package.replace("erfm.", f"{INDEX}_")
    homes = {f"{m}.{name}" for m in module_names(package) for name in public_names(m)}
    if package == "erfm":
        homes.add("erfm.DEFAULT_STUDY")
    listed = described(site[page])
    assert {name for name in listed if name.rpartition(".")[0] in [package, *MODULES]} == homes
    assert not [name for name in listed if "._" in name]


@pytest.mark.slow
def test_names_of_a_module_stand_in_the_order_of_its_source(site):
    full = [n for n in described(site[CORE]) if n.rpartition(".")[0] == "erfm.stepwise"]
    names = [name.rpartition(".")[2] for name in full]
    source = Path(import_module("erfm.stepwise").__file__).read_text("utf-8")
    positions = [re.search(rf"^(?:def|class) {name}\b", source, re.M).start() for name in names]
    assert len(names) > 5 and positions == sorted(positions)


@pytest.mark.slow
def test_nothing_of_a_study_stands_in_the_pages(site):
    for page in site.values():
        content = page.partition("<article")[2].partition("</article>")[0]
        assert content and "A study made for a test" not in content


@pytest.mark.slow
def test_no_type_is_made_of_a_text_and_no_field_has_python_s_description(site):
    for page in site.values():
        assert "Alias for field number" not in page
        assert ">Type<" not in page and " -- " not in text(page)


def members(module: str):
    """Yield the public functions and classes of a module, their methods and properties."""
    for name in public_names(module):
        value = getattr(import_module(module), name)
        yield name, value
        for attribute, member in vars(value).items() if isinstance(value, type) else ():
            kinds = (FunctionType, property, cached_property, classmethod, staticmethod)
            if isinstance(member, kinds) and not attribute.startswith("_"):
                yield f"{name}.{attribute}", member


@pytest.mark.parametrize("module", MODULES)
def test_whatever_is_public_has_a_docstring_of_its_own(module):
    assert import_module(module).__doc__
    # A dataclass without one is given its signature.
    bare = [
        name
        for name, value in members(module)
        if not value.__doc__ or value.__doc__.startswith(f"{name}(")
    ]
    assert not bare


@pytest.mark.parametrize("module", MODULES)
def test_a_docstring_s_reference_to_another_module_s_name_leads_somewhere(module):
    texts = [import_module(module).__doc__, *(value.__doc__ for _, value in members(module))]
    found = {name for text in texts for name in re.findall(DOTTED, text)}
    everything = {*PACKAGES, *MODULES, *(f"{m}.{name}" for m in MODULES for name, _ in members(m))}
    parameters = {
        p for _, v in members(module) if isinstance(v, FunctionType) for p in v.__annotations__
    }
    lost = {
        name
        for name in found
        if name.partition(".")[0] not in parameters
        and not any(f".{full}".endswith(f".{name}") for full in everything)
    }
    assert not lost
