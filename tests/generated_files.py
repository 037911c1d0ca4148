"""Odd and damaged files of customers, made from values that are known, and what is read of them.

    python tests/generated_files.py 10000

makes as many files, each from its number alone, reads them and prints by kind how many end in a
right reading, in one clear error, or in neither; the last must not happen. A file is read either as
a reader would who knows how it is written (*told*), or from a draft (*drafted*). A question in a
draft is a clear error; the answer that is true must then lead to a right reading.

What no reader could notice is not made: a digit that became another digit, a last value that was
cut short, a byte that turned one letter into another.
"""

from __future__ import annotations

import csv
import multiprocessing
import random
import re
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field, replace
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import openpyxl
import pandas as pd

from erfm.customers.drafting import draft_study, write_draft
from erfm.customers.load import load_customers
from erfm.customers.study_file import load_study
from erfm.study import Format, StudyError

# Header (identifier, two numbers, category, outcome), categories, outcomes, encodings.
LANGUAGES = {
    "English": ("id amount visits region status", "north south east west", "active closed", "utf-8 cp1252 ascii"),
    "German": ("Kunde Umsatz Käufe Straße gekündigt", "Süd Köln München Düsseldorf Österreich", "ja nein", "utf-8 cp1252 cp1250 cp850 iso8859_15 mac_roman"),
    "French": ("client montant fréquence région état", "Besançon Orléans Nîmes Évreux Hélène", "résilié fidèle", "utf-8 cp1252 cp850 iso8859_15 mac_roman"),
    "Spanish": ("cliente importe años región situación", "Málaga Córdoba España León", "sí no", "utf-8 cp1252 cp850 mac_roman"),
    "Polish": ("klient kwota płatności miasto odszedł", "Łódź Kraków Gdańsk Poznań", "tak nie", "utf-8 cp1250 iso8859_2 cp852"),
    "Czech": ("zákazník částka nákupy město odešel", "Plzeň Žižkov Říčany Brno", "ano ne", "utf-8 cp1250 iso8859_2 cp852"),
    "Turkish": ("müşteri tutar işlem şehir ayrıldı", "İstanbul Şişli Muğla Ağrı", "evet hayır", "utf-8 cp1254 iso8859_9"),
    "Lithuanian": ("klientas suma mokėjimai miestas išėjo", "Šiauliai Panevėžys Klaipėda", "taip ne", "utf-8 cp1257"),
    "Russian": ("клиент сумма покупки город ушёл", "Москва Казань Пермь Ярославль Тула", "да нет", "utf-8 cp1251 koi8_r cp866 iso8859_5"),
    "Greek": ("πελάτης ποσό αγορές πόλη έφυγε", "Αθήνα Πάτρα Θεσσαλονίκη", "ναι όχι", "utf-8 cp1253 iso8859_7"),
    "Hebrew": ("לקוח סכום קניות עיר עזב", "ירושלים חיפה אשדוד", "כן לא", "utf-8 cp1255"),
    "Arabic": ("عميل مبلغ زيارات مدينة غادر", "القاهرة الرياض دبي", "نعم لا", "utf-8 cp1256"),
    "Chinese": ("客户号 金额 交易次数 地区 是否流失", "北京 上海 广州 深圳 重庆", "是 否", "utf-8 gb18030 gbk"),
    "short Chinese": ("id amount visits gender churn", "男 女", "是 否", "utf-8 gb18030 gbk"),
    "traditional": ("客戶編號 金額 交易次數 地區 是否流失", "台北 高雄 台中 新竹", "是 否", "utf-8 big5 cp950 gb18030"),
    "Japanese": ("顧客番号 取引金額 利用回数 地域 解約", "東京 大阪 名古屋 サッポロ", "はい いいえ", "utf-8 shift_jis cp932 euc_jp iso2022_jp"),
    "Korean": ("고객번호 거래금액 방문횟수 지역 이탈여부", "서울 부산 대구 인천", "예 아니오", "utf-8 euc_kr cp949"),
}  # fmt: skip
WIDE = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
MARKS = [
    (".", ""),
    (",", ""),
    (".", ","),
    (",", "."),
    (",", " "),
    (".", "'"),
    (",", "\u00a0"),
    (".", "’"),
]
NUMBERS = (
    "whole",
    "grouped",
    "late",
    "two decimals",
    "three decimals",
    "fractions",
    "mixed",
    "negative",
)
MISSING = ("", "NA", "n/a", "-")
TEXT_DAMAGE = (
    "short row", "long row", "stray quotation mark", "two stray quotation marks", "invalid byte",
    "NUL byte", "cut file", "another encoding in a row", "text among numbers",
)  # fmt: skip
EXCEL_DAMAGE = (
    "cut file",
    "changed byte",
    "error cells",
    "formulas",
    "lost part",
    "password",
    "text cells",
)
PARQUET_DAMAGE = ("cut file", "changed byte", "no magic")
REMEDY = re.compile(
    r"\b(Add|Assign|Change|Check|Choose|Correct|Delete|Export|Fill|Give|Keep|Measure|Merge|Name|Open|"
    r"Remove|Rename|Replace|Save|Shorten|Use|Write|[Ww]rite)\b"
)


@dataclass(frozen=True)
class Case:
    """One file, how it is written, and the texts and numbers that were written into it."""

    path: Path
    kind: str
    damage: str
    told: bool
    form: Format
    names: list[str]
    identifiers: list[str]
    numbers: dict[str, list[float | None]]
    texts: dict[str, list[str]]
    notes: dict[str, object] = field(default_factory=dict)


# --- Making files ---------------------------------------------------------------------------------


def make_case(number: int, folder: Path) -> Case:
    """Make the file with this number in a folder."""
    rng = random.Random(number)
    language = rng.choice(list(LANGUAGES))
    header, categories, outcomes, encodings = (part.split() for part in LANGUAGES[language])
    decimal, thousands = rng.choice(MARKS)
    kinds = [rng.choice(NUMBERS), rng.choice(NUMBERS)]
    rows = 2600 if "late" in kinds and rng.random() < 0.3 else rng.randint(12, 60)
    missing = rng.choice(MISSING) if rng.random() < 0.3 else None
    columns = [_numbers(rng, kind, rows) for kind in kinds]
    if missing is not None:
        for column in columns:
            for row in rng.sample(range(1, rows), rows // 10):
                column[row] = None
    identifiers = _identifiers(rng, rows)
    category = _category(rng, categories, rows)
    outcome = rng.choice([outcomes, outcomes, ["0", "1"], ["0.0", "1.0"]])
    outcome = [outcome[rng.random() < 0.5] for _ in range(rows - 2)] + outcome
    container = rng.choices(["text", "excel", "parquet"], [0.8, 0.13, 0.07])[0]
    damages = {"text": TEXT_DAMAGE, "excel": EXCEL_DAMAGE, "parquet": PARQUET_DAMAGE}[container]
    damage = rng.choice(damages) if rng.random() < 0.45 else ""
    common = dict(
        told=rng.random() < 0.4,
        names=header,
        identifiers=identifiers,
        numbers=dict(zip(header[1:3], columns, strict=True)),
        texts={header[3]: category, header[4]: outcome},
        notes={"language": language, "kinds": kinds},
    )
    write = {"text": _text_file, "excel": _excel_file, "parquet": _parquet_file}[container]
    marks = {"decimal": decimal, "thousands": thousands}
    return write(rng, folder, encodings, marks, missing or "", damage, common)


def _numbers(rng: random.Random, kind: str, rows: int) -> list[float | None]:
    def one(row: int) -> float:
        match kind:
            case "whole":
                return float(rng.randint(0, 900))
            case "grouped":
                return float(rng.choice([rng.randint(1, 999), rng.randint(1000, 99_999)]))
            case "late":
                return float(rng.randint(1, 900) if row < rows - 60 else rng.randint(1, 99_999))
            case "two decimals":
                return round(rng.lognormvariate(6, 2), 2)
            case "three decimals":
                return round(rng.uniform(1, 900), 3)
            case "fractions":
                return round(rng.random(), 3)
            case "mixed":
                return rng.choice([float(rng.randint(0, 5000)), round(rng.uniform(0, 5000), 2)])
        return round(rng.gauss(0, 3000), rng.choice([0, 1]))

    return [one(row) for row in range(rows)]


def _identifiers(rng: random.Random, rows: int) -> list[str]:
    first = rng.randint(1, 5000)
    pattern = rng.choice(["{}", "K{:06}", "{:08}", "{}/7"])
    return [pattern.format(first + row) for row in range(rows)]


def _category(rng: random.Random, words: list[str], rows: int) -> list[str]:
    extra = [f"{words[0]} {words[1]}"]
    if rng.random() < 0.2:
        extra += [f'{words[0]} "{words[1]}"', f"{words[1]}, {words[0]}", f"{words[0]}\n{words[1]}"]
    return [rng.choice([*words, *extra]) for _ in range(rows - 1)] + [words[0]]


def _written(value: float | None, form: Format, missing: str, decimals: int | None) -> str:
    if value is None:
        return missing
    text = f"{value:,.{decimals}f}" if decimals is not None else f"{value:,}"
    if decimals is None:
        text = text.removesuffix(".0")
    return "".join({",": form.thousands, ".": form.decimal}.get(mark, mark) for mark in text)


def _decimals(kind: str) -> int | None:
    return {"two decimals": 2, "three decimals": 3}.get(kind)


def _text_file(rng, folder, encodings, marks, missing, damage, common) -> Case:
    separators = [mark for mark in ",;\t|" if mark != marks["decimal"] or rng.random() < 0.2]
    encoding = rng.choice(encodings) if rng.random() < 0.75 else rng.choice(WIDE)
    form = Format(
        encoding=encoding,
        separator=rng.choice(separators),
        missing=("NA", "NaN", *([missing] if missing else [])),
        **marks,
    )
    kinds = dict(zip(common["names"][1:3], common["notes"]["kinds"], strict=True))
    end = rng.choice(["\n", "\n", "\r\n", "\r"])
    for name, texts in common["texts"].items():
        common["texts"][name] = [text.replace("\n", end) for text in texts]
        if set(texts) == {"0.0", "1.0"} and rng.random() < 0.7:
            common["texts"][name] = [text.replace(".", form.decimal) for text in texts]
    columns = [
        common["identifiers"],
        *(
            [_written(v, form, missing, _decimals(kinds[name])) for v in column]
            for name, column in common["numbers"].items()
        ),
        *common["texts"].values(),
    ]
    table = [common["names"], *map(list, zip(*columns, strict=True))]
    quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    if damage == "short row":
        del table[rng.randint(1, len(table) - 1)][rng.randint(0, 4)]
    elif damage == "long row":
        table[rng.randint(1, len(table) - 1)].insert(rng.randint(0, 4), "x1")
    elif damage == "text among numbers":
        table[rng.randint(1, len(table) - 1)][rng.choice([1, 2])] = "about 5"
    elif damage.endswith(("mark", "marks")):
        quoting = csv.QUOTE_MINIMAL
        first = rng.randint(1, len(table) - 3)
        if damage == "stray quotation mark":
            table[first][rng.randint(1, 4)] = f"\1{table[first][rng.randint(1, 4)]}"
        else:
            column = rng.randint(1, 3)
            table[first][column] = "\1" + table[first][column]
            table[first + rng.randint(1, 2)][column] += "\1"
    text = StringIO(newline="")
    writer = csv.writer(
        text, delimiter=form.separator, quoting=quoting, lineterminator=end, doublequote=True
    )
    above = rng.choices([0, 1, 2, 3], [0.8, 0.1, 0.05, 0.05])[0]
    padded = rng.random() < 0.5
    for row in range(above):
        title = ["Report of March", "", "all branches"][row]
        text.write(title + (form.separator * 4 if padded else "") + end)
    writer.writerows(table)
    written = text.getvalue().replace("\1", '"')
    if damage == "cut file":
        last = written.rstrip().rfind(end, 0, len(written.rstrip()))
        written = written[: written.index(form.separator, last) + rng.randint(0, 1)]
    elif rng.random() < 0.2:
        written = written.removesuffix(end) if rng.random() < 0.5 else written + end
    try:
        content = written.encode(encoding)
    except UnicodeEncodeError:
        encoding = "utf-8"
        content = written.encode(encoding)
        form = replace(form, encoding=encoding)
    if damage == "NUL byte":
        # Within a value: where two NUL bytes are one character, as in UTF-16, it is that character.
        place = written.index(common["identifiers"][3]) + 1
        content = f"{written[:place]}\0{written[place:]}".encode(encoding)
    elif damage == "invalid byte":
        content = _with_invalid_byte(rng, content, encoding)
    elif damage == "another encoding in a row":
        content = _with_foreign_row(content, encoding, written, end)
    path = folder / f"customers{rng.choice(['.csv', '.csv', '.txt', '.tsv'])}"
    path.write_bytes(content)
    told = replace(form, header=above + 1)
    if encoding == "utf-8-sig":
        told = replace(told, encoding="utf-8")
    kind = f"text, {encoding}"
    undamaged = "byte" in damage or "encoding" in damage
    undamaged = undamaged and content == written.encode(encoding)
    return Case(path, kind, "" if undamaged else damage, form=told, **common)


def _with_invalid_byte(rng: random.Random, content: bytes, encoding: str) -> bytes:
    for _ in range(200):
        place = rng.randint(5, len(content) - 1)
        changed = (
            content[:place] + bytes([rng.choice([0x80, 0x81, 0xFF, 0x98, 0xDC])]) + content[place:]
        )
        try:
            changed.decode(encoding)
        except UnicodeDecodeError:
            return changed
    return content


def _with_foreign_row(content: bytes, encoding: str, written: str, end: str) -> bytes:
    """Append a copy of the file's last row in another encoding, if that cannot be decoded."""
    row = next((line for line in reversed(written.split(end)) if not line.isascii()), "")
    other = "gb18030" if encoding.startswith("utf-8") else "utf-8"
    # Python's names for what Windows writes under the name of a smaller standard.
    larger = {"gbk": "gb18030", "big5": "cp950", "shift_jis": "cp932", "euc_kr": "cp949"}
    for foreign in (row.encode(other), "Ä\u4e2d".encode(other)):
        changed = content + foreign + end.encode(encoding)
        try:
            changed.decode(larger.get(encoding, encoding))
        except UnicodeDecodeError:
            return changed
    return content


def _excel_file(rng, folder, encodings, marks, missing, damage, common) -> Case:
    path = folder / "customers.xlsx"
    form = Format(sheet="Kunden", missing=("NA", "NaN", *([missing] if missing else [])), **marks)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Kunden"
    above = rng.choices([0, 2], [0.85, 0.15])[0]
    for row in range(above):
        sheet.append([["Report of March"], []][row])
    sheet.append(common["names"])
    kinds = dict(zip(common["names"][1:3], common["notes"]["kinds"], strict=True))
    as_text = damage == "text cells" or rng.random() < 0.2
    rows = zip(
        common["identifiers"], *common["numbers"].values(), *common["texts"].values(), strict=True
    )
    for identifier, *numbers, category, outcome in rows:
        cells = [
            _written(value, form, missing, _decimals(kinds[name]))
            if as_text and rng.random() < 0.8
            else (missing or None)
            if value is None
            else value
            for name, value in zip(kinds, numbers, strict=True)
        ]
        if isinstance(cells[0], str) and cells[0].startswith("-") and missing == "-":
            cells[0] = cells[0]
        sheet.append([identifier, *cells, category, outcome])
    if damage == "error cells":
        for _ in range(rng.randint(1, 3)):
            cell = sheet.cell(above + 1 + rng.randint(1, 9), rng.choice([2, 3, 4]))
            cell.value = rng.choice(["#DIV/0!", "#N/A", "#VALUE!"])
            cell.data_type = "e"
    elif damage == "formulas":
        sheet.cell(above + 1 + rng.randint(1, 9), rng.choice([2, 3])).value = "=1+1"
    if rng.random() < 0.3:
        book.create_sheet("Notes").append(["nothing"])
    book.save(path)
    content = path.read_bytes()
    if damage == "cut file":
        content = content[: rng.randint(1, len(content) - 1)]
    elif damage == "changed byte":
        place = rng.randint(0, len(content) - 1)
        content = (
            content[:place] + bytes([content[place] ^ rng.randint(1, 255)]) + content[place + 1 :]
        )
    elif damage == "password":
        content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + content
    elif damage == "lost part":
        content = _without_part(rng, content)
    path.write_bytes(content)
    told = replace(form, header=above + 1)
    harmless = damage in ("text cells", "changed byte", "lost part")
    return Case(
        path,
        "Excel",
        damage,
        form=told,
        **common | {"notes": {**common["notes"], "harmless": harmless}},
    )


def _without_part(rng: random.Random, content: bytes) -> bytes:
    result = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(result, "w") as target:
        names = [
            name
            for name in source.namelist()
            if "sheet" in name or "book" in name or "Types" in name
        ]
        lost = rng.choice(names)
        for name in source.namelist():
            if name != lost:
                target.writestr(name, source.read(name))
    return result.getvalue()


def _parquet_file(rng, folder, encodings, marks, missing, damage, common) -> Case:
    path = folder / "customers.parquet"
    frame = pd.DataFrame(
        {
            common["names"][0]: common["identifiers"],
            **{
                name: pd.array(column, dtype="Float64")
                for name, column in common["numbers"].items()
            },
            **common["texts"],
        }
    )
    frame.to_parquet(path, write_page_checksum=True, index=False)
    content = path.read_bytes()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    if damage == "cut file":
        content = content[: rng.randint(1, len(content) - 1)]
    elif damage == "changed byte":
        place = rng.randint(4, footer - 1)
        content = (
            content[:place] + bytes([content[place] ^ rng.randint(1, 255)]) + content[place + 1 :]
        )
    elif damage == "no magic":
        content = b"PARX" + content[4:-4] + b"PARX"
    path.write_bytes(content)
    notes = {**common["notes"], "harmless": damage == "changed byte"}
    return Case(path, "Parquet", damage, form=Format(), **common | {"notes": notes})


# --- Reading them ---------------------------------------------------------------------------------


def judge(case: Case) -> tuple[str, str]:
    """Return "right", "error", "question", "WRONG" or "CRASH", and what was said."""
    try:
        study_file = _told(case) if case.told else None
        if study_file is None:
            draft = draft_study(case.path)
            study_file = write_draft(draft)
            if draft.questions:
                return _judge_question(case, study_file)
        wrong = _differences(case, study_file)
    except StudyError as error:
        fault = _unclear(case, str(error))
        must_be_read = case.told and (
            not case.damage or (case.notes.get("harmless") and case.damage == "text cells")
        )
        if fault or must_be_read:
            return "WRONG", f"{fault or 'refused'}: {error}"
        return "error", str(error)
    except Exception:
        return "CRASH", traceback.format_exc()
    undetected = (
        case.damage and not case.notes.get("harmless") and case.damage != "text among numbers"
    )
    if wrong or undetected:
        return "WRONG", wrong or "the damage was not noticed"
    return "right", ""


def _told(case: Case) -> Path:
    """Write a study file by someone who knows how the file is written."""
    from erfm.customers.drafting import _toml

    form, header = case.form, case.names
    lines = [
        'title = "Told"',
        "[data]",
        f"file = {_toml(case.path.name)}",
        f"id = {_toml(header[0])}",
    ]
    lines += [
        f"{key} = {_toml(getattr(form, key))}"
        for key in ("encoding", "separator", "decimal", "thousands", "missing", "header", "sheet")
        if getattr(form, key) != getattr(Format(), key)
    ]
    outcomes = sorted(set(case.texts[header[4]]))
    lines += ["[outcome]", f"column = {_toml(header[4])}"]
    lines += [
        f"{key} = {_toml(o)}" for key, o in zip(("churned", "retained"), outcomes, strict=True)
    ]
    for name in header[1:3]:
        lines += [f"[predictors.{_toml(name)}]"]
    lines += [
        f"[predictors.{_toml(header[3])}]",
        f"levels = {_toml(tuple(sorted(set(case.texts[header[3]]))))}",
    ]
    path = case.path.with_suffix(".toml")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _differences(case: Case, study_file: Path) -> str:
    """Return how what is read differs from what was written; "" if it does not."""
    study = load_study(study_file)
    customers = load_customers(study)
    rows = len(case.identifiers)
    if len(customers) != rows:
        return f"{len(customers)} customers instead of {rows}"
    if study.id_column and customers["customer_id"].tolist() != case.identifiers:
        return "other identifiers"
    outcome = [
        None if pd.isna(v) else (study.churned, study.retained)[v] for v in customers["retained"]
    ]
    texts = {**case.texts, case.names[0]: case.identifiers}
    if not _same_texts(outcome, texts.get(study.outcome_column, []), case):
        return f"another outcome: {outcome[:5]}"
    for name, predictor in study.predictors.items():
        found = customers[name].tolist()
        if predictor.column in case.numbers:
            written = case.numbers[predictor.column]
            if predictor.levels:
                found = [None if pd.isna(v) else _as_number(v, case.form) for v in found]
            wanted = [np.nan if v is None else v for v in written]
            same = np.array_equal(np.array(found, dtype=float), np.array(wanted), equal_nan=True)
        else:
            written = texts.get(predictor.column, [])
            same = _same_texts([None if pd.isna(v) else v for v in found], written, case)
        if not same:
            pairs = [(f, w) for f, w in zip(found, written, strict=False) if f != w and f == f]
            return f"column {predictor.column!r}: {pairs[:4]}"
    return ""


def _as_number(text: str, form: Format) -> float:
    plain = text.replace(form.thousands, "") if form.thousands else text
    return float(plain.replace(form.decimal, "."))


def _same_texts(found: list, written: list[str], case: Case) -> bool:
    return len(found) == len(written) and all(map(_same, found, written))


def _same(found: str | float | None, written: str) -> bool:
    """Return whether a text, or the number that it stands for, came back."""
    if found == written.strip():
        return True
    one, two = (re.fullmatch(r"([0-9]+)(?:[.,]0)?", str(text)) for text in (found, written))
    return bool(one and two) and int(one[1]) == int(two[1])


def _judge_question(case: Case, study_file: Path) -> tuple[str, str]:
    """A question must be refused unanswered, and lead to the right reading with the true answer."""
    text = study_file.read_text(encoding="utf-8")
    try:
        load_customers(load_study(study_file))
        return "WRONG", "a question was not asked again"
    except StudyError as error:
        fault = _unclear(case, str(error))
        if fault:
            return "WRONG", f"{fault}: {error}"
    if "# missing = " in text:
        return "question", ""
    marks = re.findall('^# (decimal|thousands) = (".")', text, flags=re.M)
    truth = {"decimal": case.form.decimal, "thousands": case.form.thousands}
    true = [f"{key} = {mark}" for key, mark in marks if mark == f'"{truth[key]}"']
    if not true:
        return "WRONG", f"no answer is true: {marks}"
    answered = re.sub("^# (" + "|".join(map(re.escape, true)) + ")", r"\1", text, flags=re.M)
    study_file.write_text(answered, encoding="utf-8")
    try:
        wrong = _differences(case, study_file)
    except StudyError as error:
        return ("error" if case.damage else "WRONG"), f"the true answer is refused: {error}"
    return ("WRONG", wrong) if wrong else ("question", "")


def _unclear(case: Case, message: str) -> str:
    named = case.path.name in message or case.path.with_suffix(".toml").name in message
    if not named or not message.isprintable() or not REMEDY.search(message):
        return "an unclear error"
    return ""


# --- The command ----------------------------------------------------------------------------------


def run(number: int) -> tuple[int, str, str, str, bool, str]:
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        case = make_case(number, Path(folder))
        verdict, what = judge(case)
    return number, verdict, case.kind, case.damage or "none", case.told, what


def main(count: int) -> None:
    counts: Counter = Counter()
    with multiprocessing.Pool(2) as pool:
        for number, verdict, kind, damage, told, what in pool.imap_unordered(run, range(count), 20):
            counts[kind.partition(",")[0], damage, "told" if told else "drafted", verdict] += 1
            counts["encoding", kind, "told" if told else "drafted", verdict] += damage == "none"
            if verdict in ("WRONG", "CRASH"):
                print(
                    f"{number}: {verdict} ({kind}; {damage}; told {told}): {what[-700:]}",
                    flush=True,
                )
    table = pd.Series(counts).unstack(fill_value=0)  # noqa: PD010
    total = table.drop("encoding", level=0).sum()
    print(table[table.sum(axis=1) > 0].to_string(), "", total.to_string(), sep="\n")
    if any(total.get(bad, 0) for bad in ("WRONG", "CRASH")):
        sys.exit("Not every file ended in a right reading or one clear error.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
