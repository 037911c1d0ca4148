"""Encodings: known only where the bytes leave no doubt, and never mistaken."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from erfm.customers.charsets import decodes, fitting, is_encoding

WORDS = {
    "gb18030": "客户 编号 交易 金额 性别 北京 上海 广州 张伟 王芳 李娜 刘洋 陈杰 满意 一般 东区 西区 教师 工人",
    "big5": "客戶 編號 交易 金額 性別 台北 高雄 新竹 桃園 滿意 一般 東區 西區 教師 工人 陳志明 林美玲",
    "shift_jis": "顧客 番号 取引 金額 東京 大阪 名古屋 ゴールド プラチナ 一般 満足 サービス 田中 佐藤 高橋 会社員",
    "euc_kr": "고객 번호 거래 금액 성별 서울 부산 대구 인천 일반 우수 만족 보통 불만 교사 의사 학생 김철수 이영희",
    "cp1252": "Größe Süd Österreich Kündigung Männer Straße Köln München Düsseldorf Müller Jäger Käufe",
    "cp1250": "Łódź Kraków Gdańsk Poznań płeć mężczyzna wysoki średni województwo Wałęsa żółty źródło",
    "cp1251": "Москва Казань Пермь пол мужской женский возраст сумма ушёл остался Ярославль Тула Тверь",
    "cp1253": "Αθήνα Πάτρα άνδρας γυναίκα ηλικία ποσό έφυγε έμεινε υψηλό μέσο χαμηλό Θεσσαλονίκη Γιώργος",
    "cp1254": "İstanbul Şişli Eskişehir kadın erkek yaş müşteri ayrıldı kaldı yüksek düşük çok Ağrı Muğla",
    "cp1255": "שלום לקוח זכר נקבה גיל סכום עזב נשאר גבוה נמוך בינוני ירושלים חיפה אשדוד",
    "cp1256": "عميل ذكر أنثى العمر المبلغ غادر بقي مرتفع منخفض متوسط القاهرة الرياض دبي",
    "cp1257": "Šiauliai Panevėžys vyras moteris amžius suma išėjo liko aukštas žemas Klaipėda Mažeikiai",
    "koi8_r": "Москва Казань Пермь пол мужской женский возраст сумма ушёл остался Ярославль Тула",
    "cp850": "Größe Süd Österreich Kündigung Männer Straße Köln München Düsseldorf Müller Jäger Höhe",
    "mac_roman": "Société Générale Hélène fréquence âge résilié élevé Besançon Orléans Nîmes été prénom",
}  # fmt: skip
SURE = {"utf-8", *WORDS} - {"cp1255"}  # Hebrew reads as Cyrillic letters, and no rule tells


def table(words: list[str], rng: random.Random, rows: int = 40) -> str:
    lines = [f"id,{words[0]},x"]
    lines += [f"{i},{rng.choice(words[1:])},{rng.random():.3f}" for i in range(rows)]
    return "\n".join(lines) + "\n"


@pytest.mark.slow
@pytest.mark.parametrize("encoding", WORDS)
@given(seed=st.integers(0, 10**6), size=st.integers(2, 12))
def test_what_is_named_alone_is_the_encoding_it_was_written_in(encoding, seed, size):
    rng = random.Random(seed)
    text = table(rng.sample(WORDS[encoding].split(), size), rng)
    content = text.encode(encoding)
    fits = fitting(content)
    if len(fits) == 1:
        assert content.decode(next(iter(fits))) == text
    elif fits:
        assert text in {content.decode(name, errors="replace") for name in fits}


@pytest.mark.parametrize("encoding", sorted(SURE - {"utf-8"}))
def test_many_words_leave_no_doubt(encoding):
    rng = random.Random(1)
    content = table(WORDS[encoding].split(), rng, 200).encode(encoding)
    (name,) = fitting(content)
    assert content.decode(name) == content.decode(encoding)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", WORDS)
@given(seed=st.integers(0, 10**6))
def test_a_damaged_byte_makes_no_other_encoding_certain(encoding, seed):
    rng = random.Random(seed)
    text = table(rng.sample(WORDS[encoding].split(), 6), rng)
    content = text.encode(encoding)
    place = rng.randrange(len(content))
    damaged = content[:place] + bytes([rng.choice([0x80, 0xFF, 0x98])]) + content[place:]
    if not decodes(damaged, encoding):
        fits = fitting(damaged)
        assert len(fits) != 1 or decodes(damaged, {"gb18030": "gbk"}.get(encoding, encoding))


@pytest.mark.slow
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"]
)
@given(st.text(st.characters(exclude_categories=["C"]), min_size=1))
@example(value="─")
def test_unicode_is_recognised_with_and_without_a_mark(encoding, value):
    content = f"id,name\n1,{value}\n".encode(encoding)
    found = fitting(content)
    assert list(found) == [encoding.removesuffix("-sig")] or value.isascii()


def test_damaged_utf8_fits_nothing():
    content = "id,name\n1,北京\n2,上海\n3,Köln\n".encode()
    assert fitting(content.replace("海".encode(), "海".encode()[:2])) == {}
    assert fitting(content[:-3] + b"\xff\n") == {}


def test_encodings_that_write_no_tables_are_none():
    for name in ("utf-9", "a\0b", "", "hex", "rot13", "zip", "undefined", "x" * 10_000):
        assert not is_encoding(name)
    assert is_encoding("GB18030") and is_encoding("utf8")
