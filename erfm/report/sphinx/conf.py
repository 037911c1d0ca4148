"""Sphinx's settings for every study; its title and first page are given when the site is built."""

extensions = ["myst_nb", "sphinx.ext.mathjax", "sphinx-mathjax-offline"]
author = ""
copyright = ""
language = "en"

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["erfm.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
pygments_style = "friendly"

myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 2
# MathJax looks at formulas only, and quotation marks and dashes stay as they are.
mathjax3_config = {"options": {"ignoreHtmlClass": ".*|"}}
smartquotes = False

nb_execution_mode = "off"
nb_render_markdown_format = "myst"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
