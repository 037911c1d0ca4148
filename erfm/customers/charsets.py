"""Which character encoding a file is in: known where the bytes leave no doubt, listed elsewhere.

An encoding *fits* if all bytes can be decoded in it and the words that come out are such as some
language writes. What does not fit is refuted; nothing is chosen because it is likelier.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice, pairwise

MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"\x84\x31\x95\x33": "gb18030",
}
"""The byte-order marks; those of UTF-32 before those of UTF-16, with which they begin."""

LINES_TO_LOOK_AT = 2_000
LINES_OF_DAMAGE = 2

# The letters beyond a to z of languages that are written in one of the code pages below.
ALPHABETS = {
    "German": "äöüß",
    "French": "àâæçéèêëîïôœùûüÿ",
    "Spanish": "áéíóúüñ",
    "Catalan": "àçèéíïòóúü",
    "Portuguese": "áâãàçéêíóôõúü",
    "Italian": "àèéìîòóù",
    "Danish, Norwegian": "æøåéèêóòâôüöä",
    "Swedish, Finnish": "åäöéèüšž",
    "Icelandic": "áðéíóúýþæö",
    "Dutch": "áéëïíóöüèêç",
    "Polish": "ąćęłńóśźż",
    "Czech": "áčďéěíňóřšťúůýž",
    "Slovak": "áäčďéíĺľňóôŕšťúýž",
    "Hungarian": "áéíóöőúüű",
    "Romanian": "ăâîşţșț",
    "Croatian, Slovene": "čćđšž",
    "Turkish": "çğıöşüâîûi̇",
    "Lithuanian": "ąčęėįšųūž",
    "Latvian": "āčēģīķļņōŗšūž",
    "Estonian": "äõöüšž",
    "Albanian": "çë",
    "Vietnamese": "àáâãèéêìíòóôõùúýăđĩũơư\u0300\u0301\u0303\u0309\u0323",
    "Russian": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "Ukrainian": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "Belarusian": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "Serbian": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "Macedonian": "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
    "Greek": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
    "Hebrew": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "Arabic": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگک",
}
# Signs that stand in tables of any language; others are what a wrong code page makes of letters.
SIGNS = set("€£¥§°²³µ½¼«»“”„‘’‚–—…·¿¡™®©№×ªº´±÷•\xa0")
WITHIN_WORDS = set("’‘´·–")

# Words of which customers' files are full. A wrong encoding does not produce them by chance.
FAMILIAR = re.compile(
    "客户|客戶|编号|編號|账号|帐号|帳號|卡号|卡號|姓名|性别|性別|年龄|年齡|金额|金額|余额|餘額|存款|贷款|貸款|日期|时间"
    "|時間|地区|地區|城市|省份|类型|類型|等级|等級|状态|狀態|流失|留存|正常|注销|註銷|销户|活跃|活躍|交易|次数|次數|笔数"
    "|筆數|最近|天数|天數|子女|婚姻|学历|學歷|职业|職業|收入|渠道|产品|產品|北京|上海|广州|深圳|台北|高雄"
    "|顧客|番号|氏名|年齢|取引|件数|残高|解約|継続|会員|東京|大阪"
    "|고객|번호|성별|나이|연령|금액|거래|이탈|유지|여부|횟수|잔액|서울|부산"
)

FAMILIAR_ALONE = set("男女是否有无無")


def _in_rows(character: str, codec: str, first: int, last: int) -> bool:
    """Return whether a two-byte character stands in the rows `first` to `last` of a charset."""
    try:
        code = character.encode(codec)
    except UnicodeEncodeError:
        return False
    return len(code) == 2 and first <= code[0] <= last


def _share(characters: set[str], belongs: Callable[[str], bool]) -> float:
    return sum(map(belongs, characters)) / len(characters) if characters else 0.0


def _spread(characters: set[str], codec: str, enough: int) -> bool:
    """Return whether some of many characters lie beyond the rows that Korean syllables fill.

    The rows B0 to C8 hold all of the usual syllables of Korean, and about half of the usual
    characters of Chinese and Japanese.
    """
    beyond = _share(characters, lambda c: not _in_rows(c, codec, 0xB0, 0xC8))
    return len(characters) < enough or beyond > 0.02


def _east_asian(words: list[str]) -> tuple[set[str], set[str]]:
    """Return the ideographs, kana and syllables in words, and their other letters."""
    letters = {
        c for word in words for c in word if c > "\x7f" and unicodedata.category(c)[0] in "LM"
    }
    letters -= {c for c in letters if "\uff00" <= c <= "\uff5f" or c in "々〇ー"}
    asian = {
        c for c in letters if re.match("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff66-\uff9f]", c)
    }
    return asian, letters - asian


def _glued(word: str) -> bool:
    """Return whether small Latin letters stand before a character of East Asia: "Gr鲞e"."""
    return re.search("[a-z][\u3400-\u9fff\uac00-\ud7a3]+[a-z]", word) is not None


def _fits_chinese(words: list[str], usual: Callable[[str], bool], share: float) -> bool:
    """Return whether there are Chinese characters alone, all but one or a share of them usual."""
    asian, others = _east_asian(words)
    common = _share(asian, usual)
    enough = common >= share or (1 - common) * len(asian) <= 1
    return bool(asian) and enough and not others and sum(map(_glued, words)) < len(words) / 5


def _simplified(character: str) -> bool:
    return _in_rows(character, "gb2312", 0xB0, 0xD7)


def _traditional(character: str) -> bool:
    return _in_rows(character, "big5", 0xA4, 0xC6)


def _fits_gb18030(words: list[str]) -> bool:
    usual = _fits_chinese(words, lambda c: _simplified(c) or _traditional(c), 0.6)
    return usual and _spread(_east_asian(words)[0], "gb2312", 20)


def _fits_big5(words: list[str]) -> bool:
    return _fits_chinese(words, _traditional, 0.9)


# Half-width kana that cannot begin a word, or that stand before ideographs.
HALF_WIDTH_ODD = re.compile("^[ﾞﾟｰｧ-ｯ]|[\uff66-\uff9f][\u3400-\u9fff]")


def _fits_japanese(words: list[str], codec: str) -> bool:
    asian, others = _east_asian(words)
    halves = {c for c in asian if "\uff66" <= c <= "\uff9f"}
    kanji = {c for c in asian if "\u3400" <= c <= "\u9fff"}
    rare = [c for c in kanji if not _in_rows(c, "euc_jp", 0xB0, 0xCF)]
    hangul = any("\uac00" <= c <= "\ud7a3" for c in asian)
    fits = bool(asian) and len(rare) <= max(1, 0.05 * len(asian)) and not others and not hangul
    if codec == "euc_jp":
        return fits and not halves and (asian != kanji or _spread(kanji, codec, 40))
    odd = [word for word in words if HALF_WIDTH_ODD.search(word) or _glued(word)]
    return fits and len(odd) < max(1, len(words) / 5)


def _fits_korean(words: list[str]) -> bool:
    asian, others = _east_asian(words)
    usual = _share(asian, partial(_in_rows, codec="euc_kr", first=0xB0, last=0xC8))
    return usual >= 0.95 and not others and sum(map(_glued, words)) < len(words) / 5


def _fits_alphabet(words: list[str]) -> bool:
    """Return whether the letters are those of one language, with capitals where they may be."""
    letters = {c for word in words for c in word if c > "\x7f" and c not in SIGNS}
    small = set("".join(c.lower() for c in letters))
    if not any(small <= set(alphabet) for alphabet in ALPHABETS.values()):
        return False
    latin = any("LATIN" in unicodedata.name(c, "") for c in letters)
    odd = sum(_odd_word(word, latin or not letters) for word in words)
    return odd <= len(words) / 5


def _odd_word(word: str, latin: bool) -> bool:
    """Return whether a word has what the wrong encoding puts there.

    That is a sign among its letters, a capital after its first letter, letters of two scripts, a
    mark that combines with no letter, a letter within that stands at the end of words.
    """
    signs = any(c in SIGNS and c not in WITHIN_WORDS for c in word[1:-1]) or word[0] in WITHIN_WORDS
    capital = any(
        two.isupper() and max(one, two) > "\x7f" and not part.isupper()
        for part in re.split("[’‘´·–]", word)
        for one, two in pairwise(part)
    )
    mixed = not latin and re.search("[A-Za-z]", word) is not None
    marks = unicodedata.combining(word[0]) > 0 or re.search("[ςךםןףץ]\\w", word) is not None
    return signs or capital or mixed or marks


THAI = re.compile("(?:[เ-ไ]?[ก-ฮ][ัิ-ฺ็-๎]*[ะาำๅฯๆ]*)+")


def _fits_thai(words: list[str]) -> bool:
    return sum(not THAI.fullmatch(word) for word in words) <= len(words) / 5


FITS: dict[str, Callable[[list[str]], bool]] = {
    "gb18030": _fits_gb18030,
    "cp1252": _fits_alphabet,
    "cp950": _fits_big5,
    "cp932": partial(_fits_japanese, codec="cp932"),
    "cp949": _fits_korean,
    "euc_jp": partial(_fits_japanese, codec="euc_jp"),
    "cp874": _fits_thai,
    **dict.fromkeys(
        (
            "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258",
            "iso8859_2", "iso8859_5", "iso8859_7", "iso8859_9", "iso8859_15", "koi8_r", "koi8_u",
            "mac_roman", "mac_cyrillic", "cp850", "cp852", "cp866",
        ),
        _fits_alphabet,
    ),
}  # fmt: skip
"""The encodings that are tried; of several that read the same text, the first is named."""


def marked(content: bytes) -> str:
    """Return the encoding that a byte-order mark at the beginning names, or ""."""
    return next((name for mark, name in MARKS.items() if content.startswith(mark)), "")


def fitting(content: bytes) -> dict[str, str]:
    """Return the encodings that fit, with the first text beyond ASCII as it reads in each.

    One encoding: the bytes leave no doubt. None: they are damaged, or no table. Of encodings that
    read all bytes alike only one is named.
    """
    if marked(content):
        name = marked(content)
        return {name: _first_text(content.decode(name))} if decodes(content, name) else {}
    if b"\0" in content:
        return {name: _first_text(text) for name, text in _wide(content)}
    if b"\x1b$" in content and content.isascii():
        names = [n for n in ("iso2022_jp", "iso2022_kr") if decodes(content, n)]
        return {name: _first_text(content.decode(name)) for name in names}
    if decodes(content, "utf-8"):
        return {"utf-8": _first_text(content.decode("utf-8"))}
    if _nearly_utf8(content):
        return {}
    whole: dict[str, str] = {}
    nearly: dict[str, str] = {}
    familiar = []
    evidence = _evidence(content)
    for name, fits in FITS.items():
        lines, damaged = _decoded(evidence, name)
        text, words = "\n".join(lines), _words(lines)
        found = whole if not damaged and decodes(content, name) else nearly
        if not words or text in found.values() or not (_familiar(words) or fits(words)):
            continue
        found[name] = text
        familiar += [name] if _familiar(words) else []
    if len(familiar) == 1 and familiar[0] in whole:
        whole, nearly = {familiar[0]: whole[familiar[0]]}, {}
    # Where all bytes fit one encoding and all but damaged ones another, either may be meant.
    found = {**whole, **nearly} if whole else {}
    return {name: _first_text(text) for name, text in found.items()}


def _decoded(evidence: list[bytes], encoding: str) -> tuple[list[str], int]:
    """Return the lines that can be decoded to text, and how many cannot.

    No line if more are than damage explains.
    """
    texts, damaged = [], 0
    for line in evidence:
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            text = "\ufffd"
        if _unreadable(text) or _has_boxes(text):
            damaged += 1
        else:
            texts.append(text)
        if damaged > min(LINES_OF_DAMAGE, len(evidence) / 4):
            return [], damaged
    return texts, damaged


def is_encoding(name: str) -> bool:
    """Return whether there is an encoding of this name that a table can be written in."""
    try:
        return "a,1\n".encode(name).decode(name) == "a,1\n"
    except (LookupError, ValueError):
        return False


def decodes(content: bytes, encoding: str) -> bool:
    """Return whether all bytes can be decoded."""
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _wide(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield the forms of UTF-32 and UTF-16 without a mark in which the bytes are a table."""
    for name in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        if decodes(content, name):
            text = content.decode(name)
            table = re.search("[\r\n]", text) and re.search("[ -~]", text)
            if table and "\0" not in text and not _unreadable(text):
                yield name, text


def _nearly_utf8(content: bytes) -> bool:
    """Return whether bytes are UTF-8 but for a few, which damage explains."""
    text = content.decode("utf-8", errors="replace")
    beyond = sum(c > "\x7f" for c in text)
    return text.count("\ufffd") <= 0.1 * beyond


def _evidence(content: bytes) -> list[bytes]:
    """Return different lines with bytes beyond ASCII, the header first; no charset cuts them."""
    lines = dict.fromkeys(line for line in re.split(rb"[\r\n]+", content) if not line.isascii())
    return list(islice(lines, LINES_TO_LOOK_AT))


def _words(lines: Iterable[str]) -> list[str]:
    """Return the different words with letters or signs beyond ASCII."""
    runs = (run for line in lines for run in re.findall(r"[A-Za-z\x80-\U0010ffff]+", line))
    return list(dict.fromkeys(run for run in runs if not run.isascii()))


def _unreadable(text: str) -> bool:
    """Return whether there are characters that no text has: controls, private or unassigned."""
    odd = {
        c for c in set(text) if c > "\x7f" and unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs")
    }
    return bool(odd) or "\ufffd" in text


def _has_boxes(text: str) -> bool:
    """Return whether lines and blocks are drawn, which the wrong code page makes of letters."""
    return any("\u2500" <= c <= "\u259f" for c in set(text))


def _familiar(words: Iterable[str]) -> bool:
    words = list(words)
    alone = len(words) > 1 and set(words) <= FAMILIAR_ALONE
    return alone or any(FAMILIAR.search(word) for word in words)


def _first_text(text: str) -> str:
    """Return the first cell with a character beyond ASCII, or the first of all."""
    cells = re.finditer(r'[^,;|\t\r\n"]+', text.removeprefix("\ufeff"))
    texts = [cell[0].strip() for cell in islice(cells, 100_000)]
    return next((t for t in texts if not t.isascii()), texts[0] if texts else "")[:30]
