"""What someone at a live JupyterLab is shown, where a page has no folder of scripts and styles."""

from __future__ import annotations

import os
from pathlib import Path

STATIC = Path(__file__).parent / "sphinx" / "_static"
"""The folder of the site's style sheets and scripts."""

SESSION = "JPY_SESSION_NAME"
"""What a Jupyter server names in the environment of the kernels that it starts for people."""


def is_live() -> bool:
    """Return whether someone sits at the kernel; nobody does where pages are executed to be stored.

    Read each time it is asked: a kernel's environment is that of its process.
    """
    return SESSION in os.environ


def style(sheet: Path) -> str:
    """Return an element that holds a style sheet."""
    return f"<style>{sheet.read_text(encoding='utf-8')}</style>\n"


def script(code: str) -> str:
    """Return an element that holds a script, whose end is looked for without reading it."""
    held = code.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    return f"<script>{held}</script>\n"
