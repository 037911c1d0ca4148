"""The notebooks as files: executed in order, complete, honest about simulated customers."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

import erfm
from erfm.customers.study_file import load_study
from erfm.report.build import NOTEBOOKS, PARAMETERS, README, notebooks_of, prepare
from erfm.report.explorer import MIME
from erfm.report.page import number_of
from erfm.report.story import FINDING, IN_SHORT, NOTICE, tags

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
FIVE = [p for p in PATHS if number_of(p.stem) in {"01", "02", "03", "04", "05"}]
TRUST = {
    "08_how_far_to_trust": "How far can the equation be trusted?",
    "08b_cutoffs": "Which cut-off, and is acting on the equation worth more than a rule for all?",
    "08c_missing_values": "What do the missing values hide?",
    "08d_curves_and_other_models": (
        "Is a straight line right, and what does the simple equation give away?"
    ),
}
SHOWN = ("text/html", "text/markdown")
SENTENCES = sorted(Path(erfm.__file__).parent.rglob("sentences*.py"))
ANY_STUDY = notebooks_of(load_study("bank_churners"))


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def lines_of_code(source: str) -> int:
    return sum(bool(line.strip()) for line in source.splitlines())


def names_in(source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell gives values, and those that it reads."""
    names = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)]
    given = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return given, {node.id for node in names if isinstance(node.ctx, ast.Load)}


def outputs(path: Path) -> list[nbformat.NotebookNode]:
    return [output for cell in code_cells(path) for output in cell.outputs]


def shown_text(path: Path) -> str:
    data = [output.get("data", {}) for output in outputs(path)]
    return "\n".join(d.get("text/markdown", "") + d.get("text/html", "") for d in data)


def test_the_five_steps_are_there():
    assert [p.stem[3:] for p in FIVE] == [
        "descriptive_statistics",
        "full_model",
        "stepwise_reduction",
        "holdout_validation",
        "standardised_coefficients",
    ]


@pytest.mark.parametrize("name", TRUST)
def test_each_question_of_trust_has_a_page_that_leads_to_another(name):
    cells = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
    assert cells[0].source == f"# {number_of(name)} · {TRUST[name]}"
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert any(f"({other}.ipynb)" in prose for other in TRUST if other != name)


def test_every_study_s_report_has_the_questions_of_trust_in_their_order():
    assert [path.stem for path in ANY_STUDY if path.stem.startswith("08")] == list(TRUST)


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_every_link_to_a_page_leads_to_one(path):
    sources = [cell.source for cell in nbformat.read(path, as_version=4).cells]
    linked = set(re.findall(r"\]\((\w+\.ipynb)", "\n".join([*sources, shown_text(path)])))
    assert linked <= {page.name for page in PATHS}


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
class TestEveryNotebook:
    def test_is_executed_in_order(self, path):
        counts = [cell.execution_count for cell in code_cells(path)]
        assert counts == list(range(1, len(counts) + 1))

    def test_starts_with_its_study_cell(self, path):
        first = code_cells(path)[0]
        assert PARAMETERS in first.metadata.tags
        assert re.fullmatch(r'STUDY = "\w+"', first.source)

    def test_has_a_title_that_is_a_question(self, path):
        title = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0]
        assert re.fullmatch(rf"# {number_of(path.stem)} · .+\?", title), title

    def test_says_in_short_what_it_found_before_it_shows_anything_else(self, path):
        cells = nbformat.read(path, as_version=4).cells
        (short,) = [i for i, cell in enumerate(cells) if IN_SHORT in tags(cell)]
        (notice,) = [i for i, cell in enumerate(cells) if NOTICE in tags(cell)]
        assert notice > short
        before = [cell for cell in cells[:notice] if cell is not cells[short]]
        assert not [cell for cell in before if cell.get("outputs")]
        shown = cells[short].get("outputs") or [{"data": {"text/markdown": cells[short].source}}]
        assert shown[0]["data"]["text/markdown"].startswith("**In short.** ")

    def test_has_cells_of_at_most_ten_lines(self, path):
        long = [cell.source for cell in code_cells(path) if lines_of_code(cell.source) > 10]
        assert long == []

    def test_hides_what_computes_sentences_in_jupyter_too(self, path):
        for cell in code_cells(path):
            folded = {"remove-input", "hide-input", "hide-cell"}
            hidden = bool(folded & set(cell.metadata.get("tags", [])))
            assert cell.metadata.get("jupyter", {}).get("source_hidden", False) == hidden

    def test_needs_no_name_that_only_a_sentence_s_cell_gives(self, path):
        """Students' copies leave those cells and the solutions out."""
        hidden, kept = set(), set()
        for cell in code_cells(path):
            given, used = names_in(cell.source)
            tags = set(cell.metadata.get("tags", []))
            if "remove-input" in tags:
                hidden |= given
            elif "solution" not in tags:
                assert used & hidden <= kept | given
                kept |= given

    def test_has_no_error_or_warning_output(self, path):
        kinds = {o.output_type + ":" + o.get("name", "") for o in outputs(path)}
        assert not kinds & {"error:", "stream:stderr"}

    def test_every_image_has_alt_text(self, path):
        images = [o for o in outputs(path) if "image/png" in o.get("data", {})]
        assert all(len(o.metadata["image/png"]["alt"]) > 30 for o in images)

    def test_every_table_and_figure_has_a_number_and_every_link_to_one_leads_there(self, path):
        shown = "\n".join(
            "".join(o.get("data", {}).get(kind, "")) for o in outputs(path) for kind in SHOWN
        )
        page = number_of(path.stem).lstrip("0") or "0"
        for kind in ("Table", "Figure"):
            found = re.findall(rf"<strong>({kind} \S+)\.</strong>", shown)
            assert found == [f"{kind} {page}.{n + 1}" for n in range(len(found))]
        images = [o for o in outputs(path) if "image/png" in o.get("data", {})]
        assert len(re.findall(r'<p id="figure-', shown)) == len(images)
        assert shown.count('class="erfm-table"') == shown.count('<div id="table-')
        ids = set(re.findall(r' id="((?:table|figure)-[\w-]+)"', shown))
        assert set(re.findall(r"\]\(#((?:table|figure)-[\w-]+)\)", shown)) <= ids

    def test_says_that_the_customers_are_simulated(self, path):
        assert "simulated" in shown_text(path)[:2000]

    def test_every_output_is_followed_by_a_sentence(self, path):
        """Between two headings, the last thing shown is prose, unless it is an exercise.

        What is folded away is not shown, and what a reader moves says what its setting gives.
        """
        cells = nbformat.read(path, as_version=4).cells
        last_is_prose = True
        for cell in cells:
            tags = cell.metadata.get("tags", [])
            if "exercise" in tags:
                break
            if cell.cell_type == "markdown":
                if cell.source.startswith("#"):
                    assert last_is_prose, f"no sentence reads the output before: {cell.source}"
                last_is_prose = True
            else:
                shown = [output.get("data", {}) for output in cell.outputs]
                shown = [data for data in shown if "erfm-fold" not in data.get("text/html", "")]
                if shown:
                    last_is_prose = "text/markdown" in shown[-1] or MIME in shown[-1]

    def test_knows_neither_this_machine_nor_an_object_s_address(self, path):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\b0x[0-9a-f]{6,}\b|/home/|/root/|/tmp/", text)


FIXED = {"00", "06", "06b", "07", "11"}  # studies, papers and a bank named on the page


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_sections_ask_on_every_study_and_state_what_was_found_on_a_fixed_one(path):
    cells = nbformat.read(path, as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    sections = re.findall(r"^#{2,} (?!Exercises)(.+)$", prose, flags=re.M)
    asking = number_of(path.stem) not in FIXED
    assert sections and [s for s in sections if s.endswith("?") != asking] == []


WITH_FINDING = [path for path in PATHS if number_of(path.stem) not in {"00", "10"}]


@pytest.mark.parametrize("path", WITH_FINDING, ids=lambda p: p.stem)
def test_one_sentence_is_the_page_s_finding_on_the_front_page(path):
    cells = nbformat.read(path, as_version=4).cells
    (found,) = [cell for cell in cells if FINDING in tags(cell)]
    assert "remove-input" in tags(found)


@pytest.mark.parametrize("path", PATHS[1:], ids=lambda p: p.stem)
def test_ends_with_two_to_four_exercises_and_their_solutions(path):
    cells = nbformat.read(path, as_version=4).cells
    exercises = next(c for c in cells if "exercise" in c.metadata.get("tags", []))
    asked = re.findall(r"^\d\.", exercises.source, flags=re.M)
    solved = [c for c in cells if "solution" in c.metadata.get("tags", [])]
    assert 2 <= len(asked) <= 4
    assert len(solved) == len(asked)


@pytest.mark.parametrize("path", ANY_STUDY, ids=lambda p: p.stem)
class TestEveryStudysPages:
    def test_has_nothing_of_the_paper_for_another_study(self, path):
        notebook = prepare(path, load_study("bank_churners"))
        text = "\n".join(cell.source for cell in notebook.cells)
        assert not re.search(r"paper|printed|published|Cao|reconstruction", text)


# --- No number typed by hand ----------------------------------------------------------------------

# Definitions that a text may state: the numbers of a rule or formula, the customary cut-off and
# quantiles. The ledger's values are not among them: they are computed or quoted by code.
DEFINITIONS = {"0", "1", "2", "3", "5", "10", "0.01", "0.05", "0.5", "1.96", "30%", "90", "95%"}
YEAR = re.compile(r"(19|20)\d\d")


# A table whose first column is headed "Item", and a row's first cell that lists items of a
# checklist: "12c", "5a–b, 6a–b".
CHECKLIST = re.compile(r"^\| Item \|.*\n(?:\|.*(?:\n|\Z))+", flags=re.M)
ITEMS = re.compile(r"^\| \d{1,2}[a-z]?(?:–[a-z])?(?:, \d{1,2}[a-z]?(?:–[a-z])?)* \|", flags=re.M)


def typed_numbers(text: str) -> set[str]:
    """Return the numerals of a text but for years and the numbers of pages, tables and items."""
    text = re.sub(r"`[^`]*`|```.*?```", "", text, flags=re.S)
    text = CHECKLIST.sub(lambda table: ITEMS.sub("| |", table[0]), text)
    text = re.sub(r"\[\d\d[a-z]?\]\(\d\d[a-z]?_\w+\.ipynb\)", "", text)
    text = re.sub(r"\]\([^)]*\)|<[^>]*>", "", text)
    text = re.sub(r"^# \d\d[a-z]? ·|^\d\. |\[[Pp]age \d\d[a-z]?|\(33\)", "", text, flags=re.M)
    found = {number.rstrip(".,") for number in re.findall(r"\d[\d.,]*%?", text)}
    return {number for number in found if not YEAR.fullmatch(number)} - DEFINITIONS


def test_a_typed_number_is_found():
    assert typed_numbers("see [page 03](03_x.ipynb): 71.8% of 3,334 in 2012") == {"71.8%", "3,334"}
    assert typed_numbers("[08b](08b_x.ipynb), [page 08c](08c_y.ipynb) and 0.8") == {"0.8"}


def test_an_item_of_a_checklist_is_no_result():
    rows = ["| --- | --- |", "| 12c, 5a–b | page [03](03_x.ipynb) |", "| 16 | 71.8% of 12c |"]
    assert typed_numbers("\n".join(["| Item | Answered |", *rows])) == {"71.8%", "12"}
    assert typed_numbers("\n".join(["| N | Answered |", *rows])) == {"12", "16", "71.8%"}


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_no_result_is_typed_in_a_markdown_cell(path):
    cells = nbformat.read(path, as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert not typed_numbers(prose)


@pytest.mark.parametrize("path", SENTENCES, ids=lambda p: p.parent.name)
def test_no_result_is_typed_in_a_sentence(path):
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    formats = {node.format_spec for node in nodes if isinstance(node, ast.FormattedValue)}
    written = [
        part.value
        for node in nodes
        if isinstance(node, ast.JoinedStr) and node not in formats
        for part in node.values
        if isinstance(part, ast.Constant)
    ]
    assert not {number for text in written for number in typed_numbers(text)}


def test_no_result_is_typed_in_the_readme():
    readme = README.read_text(encoding="utf-8")
    computed = re.sub(r"<!-- findings -->.*<!-- /findings -->", "", readme, flags=re.S)
    assert typed_numbers(computed) <= {"3.11", "1.0"}


def test_pages_of_any_study_link_to_no_page_that_they_do_not_have():
    study, names = load_study("bank_churners"), {path.name for path in ANY_STUDY}
    assert "09_early_warning.ipynb" in names and "07_another_bank.ipynb" not in names
    sources = {path.name: prepare(path, study).cells for path in ANY_STUDY}
    links = {
        (name, link)
        for name, cells in sources.items()
        for cell in cells
        for link in re.findall(r"\]\((\w+\.ipynb)", cell.source)
    }
    assert len(links) > 10 and {link for _, link in links} <= names


# --- Exercises ------------------------------------------------------------------------------------

GRADES = {"★": "Warm-up", "★★": "Work", "★★★": "Think"}
EXERCISE = re.compile(r"^(\d)\. (★+) \*([\w-]+)\.\* ((?:.|\n(?!\d\. ))+)", flags=re.M)
WITH_EXERCISES = [path for path in PATHS if number_of(path.stem) != "00"]


def exercises(path: Path) -> list[tuple[int, str, str, str]]:
    """Return each exercise's number, stars, grade in words, and question with its hint."""
    cells = nbformat.read(path, as_version=4).cells
    (text,) = [c.source for c in cells if "exercise" in c.metadata.get("tags", [])]
    found = EXERCISE.findall(text)
    assert len(found) == len(re.findall(r"^\d\. ", text, flags=re.M))
    return [(int(number), *rest) for number, *rest in found]


def solutions(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in code_cells(path) if "solution" in cell.metadata.get("tags", [])]


@pytest.mark.parametrize("path", WITH_EXERCISES, ids=lambda p: p.stem)
class TestExercises:
    def test_are_graded_from_warm_up_to_think_and_have_hints(self, path):
        numbers, stars, words, texts = zip(*exercises(path), strict=True)
        assert list(numbers) == list(range(1, len(numbers) + 1)) and 3 <= len(numbers) <= 4
        assert [GRADES[mark] for mark in stars] == list(words)
        assert list(stars) == sorted(stars, key=len) and set(stars) == set(GRADES)
        assert all(re.search(r"<details><summary>Hint</summary>.{20,}</details>", t) for t in texts)

    def test_ask_why_and_ask_to_break_something(self, path):
        questions = [text.partition("<details>")[0] for *_, text in exercises(path)]
        assert any(re.search(r"\bwhy\b", question, flags=re.I) for question in questions)
        assert any(question.startswith("Break ") for question in questions)

    def test_are_answered_once_each_in_words_and_in_order(self, path):
        sources = [cell.source for cell in solutions(path)]
        last = [source.splitlines()[-1] for source in sources]
        answered = [int(n) for n in re.findall(r"^page\.answer\((\d), ", "\n".join(last), re.M)]
        assert answered == [number for number, *_ in exercises(path)]
        captions = re.findall(r'"Exercise (\d)|page\.answer\((\d)', "\n".join(sources))
        order = [int(caption or answer) for caption, answer in captions]
        assert order == sorted(order)

    def test_have_their_number_and_words_in_the_stored_answer(self, path):
        shown = [cell.outputs[-1] for cell in solutions(path) if cell.outputs]
        said = [output.get("data", {}).get("text/markdown", "") for output in shown]
        said = [text for text in said if text]
        numbers = [re.match(r"\*\*Exercise (\d)\.\*\* ", text)[1] for text in said]
        assert numbers == sorted(set(numbers)) and all(len(text) > 60 for text in said)


def test_links_to_sections_lead_to_headings():
    """Jupyter's anchors are the headings with hyphens for spaces."""
    headings, links = {}, []
    for path in PATHS:
        for cell in nbformat.read(path, as_version=4).cells:
            outputs = [o.get("data", {}).get("text/markdown", "") for o in cell.get("outputs", [])]
            texts = [cell.source] if cell.cell_type == "markdown" else outputs
            for text in texts:
                found = re.findall(r"^#+ (.+)$", text, flags=re.M)
                headings.setdefault(path.name, set()).update(h.replace(" ", "-") for h in found)
                links += [
                    (page or path.name, anchor)
                    for page, anchor in re.findall(r"\]\((\w+\.ipynb)?#([^)]+)\)", text)
                    if not re.match(r"(table|figure)-", anchor)
                ]
    assert len(links) > 20 and [link for link in links if link[1] not in headings[link[0]]] == []
