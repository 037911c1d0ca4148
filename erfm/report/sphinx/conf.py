"""Sphinx's settings for every study; its title and first page are given when the site is built."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.python import PyXRefRole
from sphinx.environment import BuildEnvironment
from sphinx.util.docstrings import prepare_docstring

import erfm
from erfm.report.api_pages import INDEX, home
from erfm.report.weight import MATHJAX

extensions = [
    "myst_nb",
    "sphinx.ext.mathjax",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
]
author = ""
copyright = ""
language = "en"

html_theme = "furo"
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["erfm.css", "verdicts.css", ("print.css", {"media": "print"})]
html_additional_pages = {"search": "search.html"}  # ours; see erfm/report/search.py
html_js_files = [
    "code_switch.js",
    "scroll_regions.js",
    ("verdicts.js", {"defer": "defer"}),
]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 2
# MathJax looks at formulas only, and quotation marks and dashes stay as they are.
mathjax3_config = {"options": {"ignoreHtmlClass": ".*|"}}
mathjax_path = MATHJAX
smartquotes = False

nb_execution_mode = "off"
nb_render_markdown_format = "myst"
nb_code_prompt_show = nb_code_prompt_hide = "Code"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}

# The module's own pages, from its docstrings.
add_module_names = False
autodoc_member_order = "bysource"
autosummary_generate = False
html_domain_indices = False
html_use_index = False  # the search finds every name
default_role = "py:named"
napoleon_google_docstring = False
# Not as fields of Sphinx's own, which link each word of a type to anything that is called so.
napoleon_custom_sections = [("Attributes", "params_style")]
napoleon_use_param = False
napoleon_use_rtype = False
python_maximum_signature_line_length = 120
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"


class NamedRole(PyXRefRole):
    """A name in single backticks: of the front door, of a module ("ties.ranks"), or of this one."""

    def process_link(
        self,
        env: BuildEnvironment,
        refnode: nodes.Element,
        has_explicit_title: bool,
        title: str,
        target: str,
    ) -> tuple[str, str]:
        if target in erfm.__all__:
            target = f"{home(target)}.{target}"
        refnode["reftype"] = "obj"
        if "." in target:
            refnode["refspecific"] = True  # however many packages stand before it
        return super().process_link(env, refnode, has_explicit_title, title, target)


def without_aliases(
    app: Sphinx, what: str, name: str, value: object, skip: bool, options: object
) -> bool | None:
    """Leave out the fields of a named tuple, which Python describes by their positions alone."""
    return True if (value.__doc__ or "").startswith("Alias for field number") else None


def keep_text(
    app: Sphinx, what: str, name: str, value: object, options: object, lines: list[str]
) -> None:
    """Keep a property's text: napoleon takes what stands before a colon for its type."""
    if what == "property":
        lines[:] = prepare_docstring(value.__doc__ or "")


def leave_out_search(app: Sphinx) -> None:
    """Write no index for Sphinx's own search: it finds no decimals, nor Chinese within a text."""
    setattr(app.builder, "search", False)  # noqa: B010 - not every builder has it


def set_dashes(app: Sphinx, document: nodes.document) -> None:
    """Set the two hyphens between a parameter and what is said of it as a dash."""
    if app.env.docname.startswith(INDEX):
        for text in list(document.findall(nodes.Text)):
            if " -- " in text and not isinstance(text.parent, nodes.literal):
                text.parent.replace(text, nodes.Text(text.replace(" -- ", " – ")))


def find_formulas(
    app: Sphinx, page: str, template: str, context: dict[str, object], document: object
) -> None:
    """Let MathJax come for formulas in what notebooks show as HTML, where Sphinx does not look."""
    if '<div class="math ' in str(context.get("body")):
        context["has_maths_elements"] = True


def name_first_page(
    app: Sphinx, page: str, template: str, context: dict[str, object], document: object
) -> None:
    """Name the first page where it is the previous one: furo calls it "Home" by its address."""
    previous = context.get("prev")
    if isinstance(previous, dict) and page != app.config.root_doc:
        previous["link"] += "#"  # the same place by another address


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", leave_out_search)
    app.connect("autodoc-skip-member", without_aliases)
    app.connect("autodoc-process-docstring", keep_text, priority=600)  # after napoleon, with 500
    app.connect("doctree-read", set_dashes)
    app.connect("html-page-context", find_formulas, priority=400)  # before mathjax, with 500
    app.connect("html-page-context", name_first_page)
    app.add_role_to_domain("py", "named", NamedRole())
