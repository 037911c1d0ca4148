"""What no text of a report may say, whatever the study: small rules, each a function of one text.

A rule takes a text as a reader sees it, without markup, and yields what is wrong with it. Rules
read English and arithmetic only: they know nothing of the functions that wrote the text.
`complaints` applies those that suit the kind of text and the study.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator

from hostile import Shown
from markdown_it import MarkdownIt

from erfm.study import Study

RENDER = MarkdownIt("commonmark").enable("table").render
NUMBER = r"[+−]?\d[\d,]*(?:\.\d+)?"
NOUNS = [
    "case", "cell", "change", "coefficient", "comparison", "correlation",
    "customer", "cut-off", "definition", "digit", "equation", "error", "exercise", "fold", "gap",
    "group", "hypothesis", "imputation", "interval", "leaver", "level", "line", "mistake", "model",
    "pair", "page", "point", "predictor", "question", "range", "reason",
    "repetition", "row", "sample", "score", "split", "stayer", "step", "table", "term",
    "threshold", "tie", "time", "unit", "value", "variable", "voter",
]  # fmt: skip
PLURALS = {noun: noun[:-2] + "es" if noun.endswith("sis") else noun + "s" for noun in NOUNS}
BETWEEN = r"(?:[a-z-]+ )?"


def without_code(markdown: str) -> str:
    """Return a Markdown text without its formulas and code."""
    text = re.sub(r"\$\$.*?\$\$|(?<!\\)\$[^$\n]+\$", "⟨formula⟩", markdown, flags=re.S)
    return re.sub(r"(`+)[^`].*?\1", "⟨code⟩", text, flags=re.S)


def seen(markdown: str) -> str:
    """Return what a reader sees of a Markdown text, without formulas and code."""
    return Shown(RENDER(without_code(markdown))).text


def value(text: str) -> float:
    """Return the number that is written with a typographic minus and commas."""
    return float(text.replace("−", "-").replace(",", ""))


def step(*texts: str) -> float:
    """Return the coarsest last digit of the numbers written, e.g. 0.1 of "12.3" and "4.56"."""
    return max(10.0 ** -len(text.partition(".")[2]) for text in texts)


# --- Words ----------------------------------------------------------------------------------------


def absent_value(text: str) -> Iterator[str]:
    """No value that a program has for nothing, but where one is quoted from a file."""
    nothing = r"(?<![\w'-])(nan|NaN|NaT|inf|None(?! of\b)|<NA>|True(?! by\b)|False)\b"
    for found in re.finditer(nothing, text):
        yield found[0]


def empty_slot(text: str) -> Iterator[str]:
    """No place that was left empty for a name or a number."""
    pattern = r" [,;.:)](?!\d)(?!\.\.)|\(\s*\)|:\s*[.;,]|,\s*[,.;]|“\s*”|\(\s|\*\*|;\s*[;.]"
    pattern += r"|\b(?:by|of|than|being|and|or|to|is|are|from|with) [.,;:]"
    for found in re.finditer(pattern, text):
        yield f"“{text[max(0, found.start() - 15) : found.end() + 10]}”"


def ascii_minus(text: str) -> Iterator[str]:
    """A negative number has a minus sign, not a hyphen, but where one is quoted from a file."""
    for found in re.finditer(r"(?<![\w)\]–'-])-(?:\d|\.\d)[\d.,]*", text):
        yield found[0]


def negative_zero(text: str) -> Iterator[str]:
    """Nothing is less than nothing."""
    for found in re.finditer(r"[−-]0(?:\.0+)?(?![\d.,]*\d)", text):
        yield found[0]


def zero_p(text: str) -> Iterator[str]:
    """A p-value is never 0."""
    for found in re.finditer(r"\bp = 0\.0+(?!\d)", text):
        yield found[0]


def negative_gain(text: str) -> Iterator[str]:
    """A verb that has a direction is not given a negative amount."""
    verbs = "add bring drop fall flatter gain grow keep lose narrow reach remove rise save shrink"
    forms = "|".join(f"{verb}(?:s|es|ed|d)?" for verb in (*verbs.split(), "widen"))
    pattern = rf"\b(?<!of the )(?:{forms}|higher by|lower by|fewer|more by)\b "
    pattern += r"(?:the \w+ by |about |only |by )*−(?!\d log)\d[\d.,]*%?"
    more = r"more|fewer|less|higher|lower|above|below|wider|narrower|smaller|larger|times as"
    pattern += rf"|−\d(?:[\d.,]*\d)?%?(?: [a-z]+){{0,2}} (?:{more})\b"
    for found in re.finditer(pattern, text):
        yield found[0]


def agreement(text: str) -> Iterator[str]:
    """One customer, two customers; one is, two are."""
    plurals, singulars = "|".join(PLURALS.values()), "|".join(NOUNS)
    alone = r"(?<![\w.,/−+=×:–-])(?<!page )(?<!step )(?<!Step )"
    for pattern in (
        rf"(?<![\d.,/:−+–])(?<!level )1 {BETWEEN}(?:{plurals})\b(?!')",
        rf"{alone}(?!1 )\d(?:[\d,]*\d)? {BETWEEN}(?:{singulars})\b(?![-'’])",
        r"(?:^|[.;:,] )1 (?:are|have|hold|were|do|need|enter|leave|lie)\b",
        r"(?:^|[.;:,] )(?!1 )\d[\d,]* (?:is|has|holds|was|does|needs|enters|leaves|lies)\b",
        r"\bAll (?:0|1|2|one|two)\b (?!of)",
    ):
        for found in re.finditer(pattern, text):
            words = found[0].strip(" .;:,").split()
            if len(words) > 2 and words[1] in {"is", "are", "of", "and", "or", "in", "to", "for"}:
                continue
            yield found[0]


def repeated_name(text: str) -> Iterator[str]:
    """A list or a ranking names nothing twice."""
    for chain in re.findall(r"(?:[^.,;:>]+ > )+[^.,;:>]+", text):
        names = [name.strip() for name in chain.split(" > ")]
        names[0] = names[0].rsplit(" order is ")[-1].rsplit(" say ")[-1]
        if len(set(names)) < len(names):
            yield chain
    for found in re.finditer(r"\b([^\W\d][\w ]*)(?:, | and )\1(?=[,.;]| and |$)", text):
        yield found[0]


# --- Arithmetic -----------------------------------------------------------------------------------


def share_closes(text: str) -> Iterator[str]:
    """Where a count of a number and its share stand together, one is the other."""
    words = r"(?: [a-z]+){0,6}"
    patterns = {
        rf"({NUMBER}) of (?:the )?({NUMBER}){words}(?: \(|: )({NUMBER})%": (0, 1, 2),
        rf"({NUMBER})% \(({NUMBER}) of (?:the )?({NUMBER})\b": (1, 2, 0),
    }
    for pattern, places in patterns.items():
        for found in re.findall(pattern, text):
            count, whole, share = (found[place] for place in places)
            if not value(whole) or (
                abs(100 * value(count) / value(whole) - value(share)) > 0.51 * step(share)
            ):
                yield f"{count} of {whole} is not {share}%"


def part_of_whole(text: str) -> Iterator[str]:
    """A part is no larger than the whole, and the whole is not nothing."""
    counts = r"(?<![\d.,−+])(\d[\d,]*) of (?:the )?(\d[\d,]*)\b(?![.,]\d)"
    for part, whole in re.findall(counts, text):
        if value(part) > value(whole) or value(whole) == 0:
            yield f"{part} of {whole}"


def difference_closes(text: str) -> Iterator[str]:
    """Two numbers and their difference agree as they are shown."""
    apart = rf"from ({NUMBER})%? to ({NUMBER})%?, ({NUMBER}) percentage points"
    for low, high, points in re.findall(apart, text):
        if abs(abs(value(high) - value(low)) - value(points)) > 1e-9:
            yield f"{high} − {low} is not {points}"
    alone = rf"right alone for ({NUMBER}), wrong alone for ({NUMBER}), ({NUMBER}) of ({NUMBER})"
    for right, wrong, net, whole in re.findall(alone, text):
        if value(right) - value(wrong) != value(net):
            yield f"{right} − {wrong} is not {net}"
        share = rf"{re.escape(net)} of {whole};[^(]*\(({NUMBER}) percentage points"
        for points in re.findall(share, text):
            if abs(100 * value(net) / value(whole) - value(points)) > 0.051:
                yield f"{net} of {whole} is not {points} points"
    adds = rf"is ({NUMBER}), against ({NUMBER}) with the search: the search itself adds ({NUMBER})"
    for fixed, both, added in re.findall(adds, text):
        if abs(value(both) - value(fixed) - value(added.rstrip("."))) > 1e-9:
            yield f"{both} − {fixed} is not {added}"


def inside_interval(text: str) -> Iterator[str]:
    """An interval holds the number that it belongs to."""
    lead = r"(?:, )?(?:95% interval |95% |between )?"
    pattern = rf"({NUMBER})%?[^()0-9−+%]*\((?:[^()0-9]*, )?{lead}({NUMBER})%? to ({NUMBER})%?\)"
    for number, low, high in re.findall(pattern, re.sub(r" per 100\b", "", text)):
        if not value(low) <= value(number) <= value(high):
            yield f"{number} is not within {low} to {high}"


def running_up(text: str) -> Iterator[str]:
    """An interval runs upwards."""
    pattern = rf"(?:interval |\()(?:of the gain )?({NUMBER})%? to ({NUMBER})"
    for low, high in re.findall(pattern, text):
        if value(low) > value(high):
            yield f"{low} to {high}"


def possible_share(text: str) -> Iterator[str]:
    """No share of something is negative or more than all."""
    for share in re.findall(rf"({NUMBER})% of (?:the |them|these|those|every|all|its|his)", text):
        if not 0 <= value(share) <= 100:
            yield f"{share}%"


def lonely_share(text: str) -> Iterator[str]:
    """What is true of all is not told as so many of so many: "in all 5 groups", not "5 of 5"."""
    twice = r"(?<![\d.,−+])\b(\d[\d,]*) of (?:the )?\1\b(?![.,]\d)(?! customers?)"
    for found in re.finditer(twice, text):
        yield found[0]


# --- The study ------------------------------------------------------------------------------------

ROLE_WORDS = {
    "amount": r"\bamounts?\b",
    "gender": r"\bgenders?\b|\b(?:fe)?males?\b|\b(?:wo)?men\b",
    "age": r"\bages?\b|\bdecades\b",
}
DENIALS = (
    r"without an? (?:amount|age|gender)|(?:neither|no) (?:amount|gender|age)(?:,? (?:nor|or|and) "
    r"(?:amount|gender|age))*|has no (?:amount|gender|age)|(?:if|where) (?:the|a) study has[^.]*"
)


def absent_role(text: str, study: Study) -> Iterator[str]:
    """What a study has not is not talked of, but to say that it has it not."""
    sentences = re.split(r"(?<=[.:!?]) ", text)
    text = " ".join(one for one in sentences if not re.search(DENIALS, one, flags=re.I))
    for predictor in study.predictors.values():
        for own in (predictor.axis_label, predictor.label, predictor.name, *predictor.levels):
            text = text.replace(own, "")
    for role, words in ROLE_WORDS.items():
        if study.role(role) is None:
            for found in re.finditer(words, text, flags=re.I):
                yield f"“{text[max(0, found.start() - 30) : found.end() + 20]}”: no {role}"


def coded_outcome(text: str, study: Study) -> Iterator[str]:
    """Retained is told by the study's own code, not by this package's 1."""
    if (study.retained, study.churned) == ("1", "0"):
        return
    wrong = r"retained\W*\(outcome 1\)|churned\W*\(outcome 0\)|retained = 1|churned = 0"
    if study.retained == "0":
        wrong += r"|outcome 1 \(retained|retained \(1\)|1 = retained"
    for found in re.finditer(wrong, text):
        yield found[0]


def cut_label(text: str, study: Study) -> Iterator[str]:
    """A label with brackets is shown whole."""
    for predictor in study.predictors.values():
        label = predictor.label
        start = re.split(r"[\[(（{]", label)[0]
        if 1 < len(start) < len(label):
            for found in re.finditer(re.escape(start), text):
                if not text[found.start() :].startswith(label):
                    yield f"“{text[found.start() : found.end() + 20]}” for “{label}”"


def renamed(text: str, study: Study) -> Iterator[str]:
    """A variable without a label is called by its name, in its own capitals."""
    for predictor in study.predictors.values():
        shown = predictor.label.replace("_", " ")
        shown = shown[:1].upper() + shown[1:]
        if shown != predictor.label and text == shown:
            yield f"“{text}” for “{predictor.label}”"


def dead_link(markdown: str, links: Collection[str]) -> Iterator[str]:
    """A link leads to a page that the report has."""
    for link in re.findall(r"\]\(([^)#\s]+\.ipynb)", markdown):
        if link not in links:
            yield link
    for number in re.findall(r"\[?\b[Pp]ages? (\d\d[a-z]?)\b", markdown):
        if not any(link.startswith(f"{number}_") for link in links):
            yield f"page {number}"


def foreign_date(text: str, today: str) -> Iterator[str]:
    """The date of a run is the run's."""
    for date in re.findall(r"\b\d{4}-\d\d-\d\d\b", text):
        if date != today:
            yield date


def markup(text: str) -> Iterator[str]:
    """No markup is left in what a reader sees."""
    for found in re.finditer(r"\*\*|\]\(|&#?\w+;|</?\w+>|\\[_*#\[]", text):
        yield f"“{text[max(0, found.start() - 15) : found.end() + 10]}”"


def sentence_ends(text: str) -> Iterator[str]:
    """A sentence begins with a capital or a sign and ends with a full stop, if it says anything."""
    if not text.strip():
        yield "nothing is said"
    elif not re.search(r"[.!?”)⟩]$", text):
        yield f"“…{text[-30:]}”"


# --- All of them ----------------------------------------------------------------------------------

WORDS: tuple[Callable[[str], Iterator[str]], ...] = (
    absent_value, empty_slot, ascii_minus, negative_zero, zero_p, negative_gain, agreement,
    repeated_name, share_closes, part_of_whole, difference_closes, inside_interval, running_up,
    possible_share, lonely_share, markup,
)  # fmt: skip
IN_TABLES = (absent_value, ascii_minus, negative_zero)
OF_STUDY: tuple[Callable[[str, Study], Iterator[str]], ...] = (
    absent_role, coded_outcome, cut_label,
)  # fmt: skip


def said(text: str, rules: Iterable[Callable[[str], Iterator[str]]] = WORDS) -> list[str]:
    """Return what is wrong with a computed sentence in Markdown, whatever the study."""
    plain = seen(text)
    found = [f"{rule.__name__}: {what}" for rule in rules for what in rule(plain)]
    empty = re.findall(r"(?<=\S)  +(?=\S)|\*{4,}", without_code(text))
    found += [f"empty_slot: {what!r}" for what in empty]
    heading = text.startswith("#") or "$$" in text
    return found + [f"sentence_ends: {what}" for what in sentence_ends(plain) if not heading]


def complaints(kind: str, text: str, study: Study, links: Collection[str], today: str) -> list[str]:
    """Return what is wrong with a text of a report; `kind` is one of `zoo.Text`'s.

    `links` are the pages that the report has, `today` the date of the run as YYYY-MM-DD.
    """
    notice = kind == "sentence" and text.startswith("> ")
    if kind == "printed":
        return [f"printed: {text}"]
    if kind in ("prose", "sentence"):
        plain = seen(text)
        found = said(text) if kind == "sentence" and not notice else []
        found += [f"dead_link: {what}" for what in dead_link(text, links)]
    else:
        plain = " ".join(text.split())
        rules = {"alt": WORDS, "caption": WORDS, "code": ()}.get(kind, IN_TABLES)
        found = [f"{rule.__name__}: {what}" for rule in rules for what in rule(plain)]
    if kind == "prose":
        found += [f"ascii_minus: {what}" for what in ascii_minus(plain)]
    if kind == "row":
        found += [f"renamed: {what}" for what in renamed(plain, study)]
    # The notice quotes the study's own description, which may speak of what it has not.
    for rule in () if notice or kind == "code" else OF_STUDY:
        found += [f"{rule.__name__}: {what}" for what in rule(plain, study)]
    return found + [f"foreign_date: {what}" for what in foreign_date(text, today)]
