"""What the site's pages say of themselves to screen readers, added to Sphinx's HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

# Chinese as one run: its first and last character are Han, or what Chinese is punctuated with.
HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
CHINESE = re.compile(rf"[{HAN}](?:[{HAN}\u3000-\u303f\uff00-\uff65·“”‘’]*[{HAN}\u3001-\u303f])?")
KANA_OR_HANGUL = re.compile(r"[\u3041-\u30ff\uac00-\ud7a3]")  # then Han is not Chinese
FOLDED = "The answers stand below, folded."
"""What a page says of its exercises, and is true on a screen only: answers are not printed."""
# In these, text is no text of the page's, or may hold no element.
VERBATIM = {"code", "option", "pre", "script", "style", "svg", "textarea", "title"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
# Parts of the theme's pages, by their class, and what they are called.
LANDMARKS = {
    "sidebar-drawer": ' aria-label="Pages"',
    "toc-drawer": ' aria-label="On this page"',
    "content-icon-container": ' role="region" aria-label="Display"',
}
SCOPE = {"thead": "col", "tbody": "row"}
# The theme's boxes that open its two lists stand beside every landmark.
TOGGLES = re.compile(r'(?:<input type="checkbox" class="sidebar-toggle"[^>]*>\s*)+')
# Sphinx describes the parameters of a long signature in a list of descriptions without terms.
PARAMETERS = re.compile(r'<dl>(\s*(?:<dd><em class="sig-param">.*?</dd>\s*)+)</dl>', re.DOTALL)


def spoken(page: str) -> str:
    """Return an HTML page with what a screen reader needs to read it well.

    Chinese text is marked as Chinese, except in code and in attributes. A heading of a table says
    whether it heads a column or a row, and one without text is no heading. The parts around the
    text have names, and what opens a fold is called what it says. What is true on a screen only
    has the class on-screen.
    """
    page = TOGGLES.sub(
        r'<nav class="toggles" aria-label="Open and shut the lists">\g<0></nav>', page
    )
    page = PARAMETERS.sub(_as_list, page)
    writer = _Writer()
    writer.feed(page)
    writer.close()
    return "".join(writer.written)


def _as_list(found: re.Match[str]) -> str:
    items = found[1].replace("<dd>", "<li>").replace("</dd>", "</li>")
    return f'<ul class="sig-params">{items}</ul>'


class _Writer(HTMLParser):
    """Writes a page as it stands, but for languages and the headings of tables."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.written: list[str] = []
        self._open: list[tuple[str, bool]] = []  # elements, and whether text stays as it is within
        self._heading = 0  # where the heading of a table began that is being read
        self._empty = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        start = self.get_starttag_text() or ""
        given = dict(attributes)
        if tag == "th":
            self._heading, self._empty = len(self.written), True
            part = next((name for name, _ in reversed(self._open) if name in SCOPE), None)
            if part and "scope" not in given:
                start = f'{start[:-1]} scope="{SCOPE[part]}">'
        elif tag in ("img", "input"):
            self._empty = False
        elif tag == "summary":  # MyST-NB names all of them alike, over what they say themselves
            start = re.sub(r'\saria-label="[^"]*"', "", start)
        elif landmark := LANDMARKS.get(given.get("class") or ""):
            start = f"{start[:-1]}{landmark}>"
        self.written.append(start)
        if tag not in VOID:
            inside = bool(self._open) and self._open[-1][1]
            marked = "lang" in given and tag != "html"
            self._open.append((tag, inside or marked or tag in VERBATIM))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.written.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        end = f"</{tag}>"
        if tag == "th" and self._empty:
            cell = re.sub(r' scope="\w+"', "", self.written[self._heading])
            self.written[self._heading] = cell.replace("<th", "<td", 1)
            end = "</td>"
        self.written.append(end)
        if tag in (name for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._empty = False
        if not (self._open and self._open[-1][1]) and not KANA_OR_HANGUL.search(data):
            data = CHINESE.sub(r'<span lang="zh">\g<0></span>', data)
        if not (self._open and self._open[-1][1]):
            data = data.replace(FOLDED, f'<span class="on-screen">{FOLDED}</span>')
        self.written.append(data)

    def handle_entityref(self, name: str) -> None:
        self._empty = self._empty and name == "nbsp"
        self.written.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._empty = False
        self.written.append(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.written.append(f"<!--{data}-->")

    def handle_decl(self, declaration: str) -> None:
        self.written.append(f"<!{declaration}>")
