"""The examination: the worst verdict of a value's claims, and the numbers that it contradicts."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erfm.paper import (
    arithmetic,
    bounds,
    classification,
    grim,
    printed_logistic,
    recomputed,
    true_papers,
    two_groups,
)
from erfm.paper import claims as kinds
from erfm.paper import (
    verdict as verdict_names,
)
from erfm.paper.claims import KINDS, fits, kinds_table
from erfm.paper.examination import MEANINGS, examine_paper
from erfm.paper.paper_file import load_paper, parse_paper, shipped_papers
from erfm.paper.verdict import (
    CANNOT_BE_JUDGED,
    CONTRADICTS,
    FORMULA_BREAK,
    FROM_WORST,
    HOLDS,
    IMPOSSIBLE,
    VERDICTS,
)
from erfm.study import ROOT

ERFM = examine_paper("erfm_2012")


def paper(values: dict[str, str], *claims: str):
    """Return a paper with these printed values, each its own variable, and claims in TOML."""
    text = "[paper]\ntitle = 't'\nsource = 's'\n"
    for name, printed in values.items():
        text += f'[values.{name}]\nprinted = "{printed}"\nwhat = "{name}"\nvariable = "{name}"\n'
    return parse_paper(text + "".join(f"[[claims]]\n{c}\n" for c in claims), Path("t.paper.toml"))


def examined(values: dict[str, str], *claims: str):
    return examine_paper(paper(values, *claims))


# --- The first paper ------------------------------------------------------------------------------


def test_the_share_of_men_says_which_counts_print_so():
    proof = ERFM.proof("share of men")
    assert proof.verdict == ERFM.judged["male_pct"].verdict == HOLDS
    expected = "2394 of 3334 is 71.8%; 71.8% is printed, the share of 2393 or 2394 or 2395."
    assert proof.reason == expected


def test_the_accuracy_is_no_share_of_the_holdout_whatever_its_table():
    judged = ERFM.judged["accuracy"]
    assert judged.verdict == IMPOSSIBLE
    assert judged.reason.startswith(
        "95.11% is no share of 1334 cases at all: 1268 prints as 95.05%, 1269 prints as 95.13%. "
        "1012 of 1334 predictions are right, which is 75.86%"
    )
    assert [c.claim.name for c in judged.claims] == ["accuracy as a share", "accuracy"]
    assert judged.claims[1].verdict == CONTRADICTS
    assert {value.id for value in judged.together_with} == {*judged.claims[1].others("accuracy")}


def test_has_child_is_judged_as_an_indicator_and_as_a_count():
    for name, kind in (
        ("has_child", "an indicator"),
        ("has_child as a count to 3", "A count from 0 to 3"),
        ("has_child as a count to 10", "A count from 0 to 10"),
    ):
        proof = ERFM.proof(name)
        assert proof.refuted and kind in proof.reason
        assert proof.what_would_have_to_be_true.endswith(
            "deviation of at least 5.4; a count would have to go to 11 or more."
        )
    judged = ERFM.judged["has_child_or"]
    assert len(judged.claims) == 3
    assert judged.proof.what_would_have_to_be_true == proof.what_would_have_to_be_true
    assert judged.proof.inequality.count(FORMULA_BREAK) == 2


# --- Verdicts -------------------------------------------------------------------------------------

SUM = 'kind = "sum"\ntotal = "n"\nparts = ["a", "b"]'
SHARE = 'kind = "share"\npart = "a"\nwhole = "n"\nshare = "share"'


def test_the_verdicts_and_their_meanings_are_defined_once():
    assert set(FROM_WORST) == set(MEANINGS) == set(VERDICTS)
    assert MEANINGS is verdict_names.MEANINGS
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "erfm").rglob("*.py"))
    for name in ("HOLDS", "IMPOSSIBLE", "CONTRADICTS", "CANNOT_BE_JUDGED"):
        assert len(re.findall(rf"^{name}\b.* = ", sources, flags=re.M)) == 1, name
    for name in ("MEANINGS", "VERDICTS", "FROM_WORST", "REFUTED"):
        assert len(re.findall(rf"^{name}\b.*= ", sources, flags=re.M)) == 1, name


def test_a_contradiction_names_every_other_number():
    found = examined({"n": "21", "a": "12", "b": "8"}, SUM)
    for name, judged in found.judged.items():
        assert judged.verdict == CONTRADICTS
        assert {value.id for value in judged.together_with} == {"n", "a", "b"} - {name}
    assert found.refuted
    assert found.counts().to_dict() == {
        IMPOSSIBLE: 0, CONTRADICTS: 3, HOLDS: 0, CANNOT_BE_JUDGED: 0,
    }  # fmt: skip


def test_only_what_needs_no_other_number_than_the_size_is_impossible():
    """The share is; the part, with the same proof, is so beside the share."""
    values = {"n": "1334", "a": "1269", "share": "95.11%"}
    found = examined(values, f'{SHARE}\nabout = ["a", "share"]')
    assert found.judged["share"].verdict == IMPOSSIBLE
    assert found.judged["share"].together_with == ()
    assert found.judged["a"].verdict == CONTRADICTS
    assert [value.id for value in found.judged["a"].together_with] == ["n", "share"]


def test_a_proof_names_all_that_cannot_be_right_together():
    found = examined({"n": "21", "a": "12", "b": "8"}, f'name = "sum"\n{SUM}')
    assert found.proof("sum").together == ("n: n 21", "a: a 12", "b: b 8")
    assert "*These cannot all be right:* n: n 21; a: a 12; b: b 8." in found.proof("sum").markdown
    assert found.judged["b"].proof.together == ("b: b 8", "n: n 21", "a: a 12")
    right = examined({"n": "20", "a": "12", "b": "8"}, f'name = "sum"\n{SUM}')
    assert right.proof("sum").together == () and "cannot" not in right.proof("sum").markdown


def test_every_refutation_of_a_value_is_told_and_every_number_named_once():
    values = {"n": "21", "a": "12", "b": "8", "share": "62%"}
    judged = examined(values, SUM, f'{SHARE}\nabout = ["a"]').judged["a"]
    assert judged.reason.startswith(
        "12 + 8 = 20, but the printed total is 21. 12 of 21 is 57%; 62% is printed"
    )
    assert [value.id for value in judged.together_with] == ["n", "b", "share"]
    assert len(judged.claims) == 2


def test_a_value_has_the_worst_verdict_of_its_claims():
    values = {"n": "20", "a": "12", "b": "8", "share": "65%"}
    about = f'{SHARE}\nabout = ["a", "share"]'
    for claims in ((SUM, about), (about, SUM)):
        found = examined(values, *claims)
        assert {name: judged.verdict for name, judged in found.judged.items()} == {
            "n": HOLDS, "a": CONTRADICTS, "b": HOLDS, "share": CONTRADICTS,
        }  # fmt: skip
        assert [c.claim.kind for c in found.judged["a"].claims] == ["share"]


def test_what_holds_outweighs_what_cannot_be_judged():
    unknown = 'kind = "no_judgement"\nreason = "Nobody knows."\nabout = ["n"]'
    found = examined({"n": "20", "a": "12", "b": "8", "c": "1"}, unknown, SUM)
    assert found.judged["n"].verdict == HOLDS
    assert found.judged["c"].verdict == CANNOT_BE_JUDGED
    assert found.judged["c"].reason == "No claim of the file is about it."
    assert not found.refuted


def test_numbers_that_nothing_can_be_computed_from_refute_nothing():
    values = {"ratio": "0.00", "b": "-7.3"}
    claim = 'kind = "log_odds_ratio"\nlog_odds_ratio = "b"\nodds_ratio = "ratio"'
    judged = examined(values, claim).judged["b"]
    assert judged.verdict == CANNOT_BE_JUDGED
    assert judged.reason.startswith("Nothing can be computed from the printed numbers")


def test_the_tables_have_a_row_for_each_value_and_each_claim():
    found = examined({"n": "21", "a": "12", "b": "8", "share": "62%"}, SUM, SHARE)
    values, claims = found.values_table(), found.claims_table()
    assert list(values.index) == ["n", "a", "b", "share"]
    assert values.loc["n", "together_with"] == "a: a 12; b: b 8"
    assert values.loc["n", "claims"] == "1"
    assert claims["verdict"].tolist() == [CONTRADICTS, CONTRADICTS]
    assert claims["about"].tolist() == ["n, a, b", "share"]
    assert claims.loc[2, "rests_on"] == "a, n, share"
    assert examined({"n": "1"}).claims_table().empty


# --- Kinds ----------------------------------------------------------------------------------------


def test_every_kind_says_what_it_needs_and_proves():
    table = kinds_table()
    assert list(table.index) == list(KINDS)
    assert (table != "").all().all()
    for name, kind in KINDS.items():
        assert len(set(kind.names)) == len(kind.names), name
        assert set(kind.about) <= {key.name for key in kind.keys}, name
        assert all(key.holds in kinds.HOLDS_IN_KEY for key in kind.keys), name


@pytest.mark.parametrize(
    ("printed", "holds", "fitting"),
    [
        ("1334", kinds.COUNT, True), ("12.0", kinds.COUNT, False), ("-3", kinds.COUNT, False),
        ("60%", kinds.COUNT, False), ("60%", kinds.NUMBER, True), (".671", kinds.NUMBER, True),
        ("< .05", kinds.NUMBER, False), ("< .05", kinds.P_VALUE, True),
        ("1,334", kinds.COUNT, True), ("P>0.05", kinds.P_VALUE, True),
        (".671", kinds.P_VALUE, True),
        ("small", kinds.P_VALUE, False), ("A > B", kinds.TEXT, True),
    ],
)  # fmt: skip
def test_what_a_key_can_hold(printed, holds, fitting):
    assert fits(printed, holds) == fitting


@pytest.mark.parametrize(
    ("total", "parts", "verdict"),
    [
        ("20", ("12", "8"), HOLDS),
        ("20", ("12", "9"), CONTRADICTS),
        ("100.0%", ("33.3%", "33.3%", "33.3%"), HOLDS),
        ("100.0%", ("33.3%", "33.3%", "33.1%"), CONTRADICTS),
        ("10.2", ("9.5", "0.8"), HOLDS),
        ("10.2", ("9.5", "0.9"), CONTRADICTS),
        ("100%", ("33.4%", "66.7%"), HOLDS),
    ],
)
def test_sums_of_rounded_numbers_may_be_off_by_their_rounding(total, parts, verdict):
    names = [f"p{i}" for i in range(len(parts))]
    claim = f'kind = "sum"\ntotal = "t"\nparts = {names!r}'.replace("'", '"')
    found = examined({"t": total, **dict(zip(names, parts, strict=True))}, claim)
    assert found.judged["t"].verdict == verdict


def test_rounded_numbers_without_decimals_need_not_add_up_exactly():
    values, claim = {"n": "6", "a": "1", "b": "6"}, SUM
    assert examined(values, claim).judged["n"].verdict == CONTRADICTS
    assert not examined(values, f"{claim}\nrounded = true").refuted
    assert examined(values | {"b": "8"}, f"{claim}\nrounded = true").refuted


def test_coefficients_that_are_printed_alike_may_rank_either_way():
    for ranking, verdict in (("a > b", HOLDS), ("b > a", HOLDS), ("c > a", CONTRADICTS)):
        claim = 'kind = "ranking"\nranking = "r"\ncoefficients = ["a", "b", "c"]'
        values = {"r": ranking, "a": "0.03", "b": "0.03", "c": "0.01"}
        assert examined(values, claim).judged["r"].verdict == verdict


def test_a_list_of_variables_without_a_coefficient_cannot_be_judged():
    claim = 'kind = "ranking"\nranking = "r"\ncoefficients = ["a"]'
    judged = examined({"r": "a > b", "a": "0.03"}, claim).judged["r"]
    assert (judged.verdict, judged.reason) == (CANNOT_BE_JUDGED, "No coefficient is given of b.")


def test_more_errors_than_predictions_contradict_the_counts():
    counts = {
        "actual_positive": "5", "actual_negative": "5", "predicted_positive": "3",
        "predicted_positive_wrong": "4", "predicted_negative": "7", "predicted_negative_wrong": "1",
    }  # fmt: skip
    keys = "\n".join(f'{name} = "{name}"' for name in counts)
    values = {**counts, "accuracy": "50%"}
    found = examined(
        values,
        f'kind = "classification_table"\n{keys}',
        f'kind = "accuracy"\naccuracy = "accuracy"\n{keys}',
    )
    assert found.judged["predicted_positive"].verdict == CONTRADICTS
    assert found.judged["accuracy"].verdict == CANNOT_BE_JUDGED


def test_extremes_are_rounded_unless_the_values_are_whole_numbers():
    sample = {"n": "100", "minimum": "0", "maximum": "1", "mean": "0.50", "sd": "0.80"}
    claim = "\n".join(['kind = "mean_and_sd"', *(f'{name} = "{name}"' for name in sample)])
    assert examined(sample, claim).judged["sd"].verdict == CANNOT_BE_JUDGED
    whole = examined(sample, f"{claim}\nwhole_numbers = true").judged["sd"]
    assert whole.verdict == CONTRADICTS
    assert {value.id for value in whole.together_with} == {"n", "minimum", "maximum", "mean"}


def test_a_coefficient_that_is_not_zero_hides_nothing():
    claim = 'kind = "zero_coefficient"\ncoefficient = "b"\nn = "n"'
    reasons = [examined({"b": b, "n": "100"}, claim).judged["b"].reason for b in (".010", ".000")]
    assert reasons[0] == ".010 is printed, which is not zero."
    assert reasons[1].startswith("Any B smaller than")


@pytest.mark.parametrize("path", shipped_papers(), ids=lambda path: path.name)
def test_a_shipped_paper_is_examined_without_a_hitch(path):
    found = examine_paper(load_paper(path))
    for examined_claim in found.claims:
        assert examined_claim.proof.reason.endswith("."), examined_claim.claim.title
        assert not examined_claim.proof.reason.startswith("Nothing can be computed")


WORDS = {
    kinds.COUNT: ["0", "1", "2", "7", "20", "150", "1,334"],
    kinds.NUMBER: ["0", "0.00", ".5", "-0.31", "1.00", "2.7", "14.38", "95%", "0.0%", "130%"],
    kinds.P_VALUE: ["0.03", "< .05", "> 0.05", ".000", "< .001", "1.000", "0", "7"],
    kinds.TEXT: ["a", "a > b", "b, a", ""],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_whatever_is_printed_has_a_verdict(name, data):
    """No numbers end in anything else: not zeros, nor shares above one, nor inequalities."""
    kind = KINDS[name]
    values: dict[str, str] = {}
    claim = [f'kind = "{name}"']
    for key in kind.keys:
        if key.optional and data.draw(st.booleans()):
            continue
        ids = [f"{key.name}_{i}" for i in range(data.draw(st.integers(1, 4)) if key.several else 1)]
        values |= {i: data.draw(st.sampled_from(WORDS[key.holds])) or "a" for i in ids}
        claim.append(f"{key.name} = {ids if key.several else ids[0]!r}")
    for option in kind.options:
        drawn = {int: st.sampled_from([1, 2, 5]), bool: st.booleans(), str: st.just("Nobody.")}
        choices = st.sampled_from(option.choices) if option.choices else drawn[option.type]
        claim.append(f"{option.name} = {toml(data.draw(choices))}")
    values = values or {"n": "1"}
    claim.append(f"about = {list(values)}")
    found = examined(values, "\n".join(claim))
    for judged in found.judged.values():
        assert judged.verdict in VERDICTS
        assert judged.reason.endswith("."), judged.reason


def toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def test_every_proof_of_the_room_belongs_to_a_kind():
    modules = (arithmetic, bounds, classification, grim, printed_logistic, recomputed, two_groups)
    proved = {name for module in modules for name in vars(module) if name.startswith("examine_")}
    # Which a share of counts and the test of the fit say as well.
    proved -= {"examine_share", "examine_omnibus"}
    assert proved <= set(vars(kinds))


KIND_OF = {
    "examine_test": "p_of_a_test",
    "examine_total": "sum",
    "examine_share_of_counts": "share",
}
"""The kind of a proof, where it is not called like it."""

OPTION_OF = {
    ("effect_size", "kind"): "definition",
    ("odds_ratio_interval", "kind"): "method",
}


def as_paper(summary: true_papers.Summary):
    """Return the paper's file that prints a summary and makes its claims."""
    claims = []
    for claim in summary.claims:
        proof = claim.examine.__name__
        name = KIND_OF.get(proof, proof.removeprefix("examine_"))
        keys = dict(claim.values)
        lines = [f'kind = "{name}"']
        for key, used in keys.items():
            ids = [plain(one) for one in ([used] if isinstance(used, str) else used)]
            lines.append(f"{key} = {ids if KINDS[name].of(key).several else repr(ids[0])}")
        lines += [
            f"{OPTION_OF.get((name, key), key)} = {toml(value)}"
            for key, value in claim.options.items()
        ]
        claims.append("\n".join(lines))
    return paper({plain(name): text for name, text in summary.printed.items()}, *claims)


def plain(name: str) -> str:
    return name.replace(".", "_")


def check_acquitted(numbers):
    for number in numbers:
        found = examine_paper(as_paper(true_papers.summarise(number)))
        table = found.claims_table()
        refuted = table[table["verdict"].isin([IMPOSSIBLE, CONTRADICTS])]
        assert not found.refuted, f"{number}: {refuted['why'].tolist()}"


def test_a_true_paper_s_file_is_acquitted():
    check_acquitted(range(12))


@pytest.mark.slow
def test_hundreds_of_true_papers_files_are_acquitted():
    check_acquitted(range(12, 400))


@pytest.mark.slow
def test_what_is_planted_in_a_true_paper_s_file_is_found_as_by_its_proofs():
    judged = 0
    for number in range(18):
        planted = true_papers.plant(
            true_papers.summarise(number), "another digit", np.random.default_rng(number)
        )
        if planted is None:
            continue
        wrong = any(verdict.refuted for verdict in planted[0].verdicts())
        assert examine_paper(as_paper(planted[0])).refuted == wrong, number
        judged += wrong
    assert judged > 5


# --- The second paper, and one that is right ------------------------------------------------------


def test_the_nursing_paper_s_verdicts():
    found = examine_paper("nursing")
    verdicts = {name: judged.verdict for name, judged in found.judged.items()}
    refuted = {name: v for name, v in verdicts.items() if v in (IMPOSSIBLE, CONTRADICTS)}
    degrees = {f"{g}_{what}" for g in ("control", "intervention")
               for what in ("nurses", "diploma", "bachelor")}  # fmt: skip
    # Ages from the youngest to the oldest of ten cannot lie so close together.
    spreads = {f"{g}_nurse_age_{what}" for g in ("control", "intervention")
               for what in ("sd", "min", "max")}  # fmt: skip
    assert refuted == {
        "control_nurse_age_mean": IMPOSSIBLE,
        "intervention_nurse_age_mean": IMPOSSIBLE,
        "baseline_p": CONTRADICTS,
        **dict.fromkeys(degrees | spreads, CONTRADICTS),
    }
    # 160 and 180 are what men and women add up to, and the outcomes differ as is said.
    for name in ("control_n", "intervention_n", "control_men", "intervention_women", "outcome_p"):
        assert verdicts[name] == HOLDS
    counts = {
        f"{what}, {group}": found.proof(f"{what}, {group}").numbers
        for what in ("satisfied", "risk", "complaints")
        for group in ("control", "intervention")
    }
    assert {name: (n["first"], n["last"]) for name, n in counts.items()} == {
        "satisfied, control": (146, 146), "satisfied, intervention": (176, 176),
        "risk, control": (12, 12), "risk, intervention": (3, 3),
        "complaints, control": (9, 9), "complaints, intervention": (1, 1),
    }  # fmt: skip


@pytest.mark.parametrize("group", ["control", "intervention"])
def test_eleven_nurses_would_not_help_as_the_notes_say(group):
    printed = examine_paper("nursing").paper.printed
    age = {k: printed[f"{group}_nurse_age_{k}"].text for k in ("mean", "sd", "min", "max")}
    assert grim.examine_possible_mean(mean=age["mean"], n="11").verdict == IMPOSSIBLE
    ends = {"minimum": age["min"], "maximum": age["max"]}
    assert grim.examine_sd_and_range(sd=age["sd"], n="11", **ends).refuted


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("ages of patients compared", CONTRADICTS),
        ("ages of nurses compared", HOLDS),
        ("sexes compared", HOLDS),
        ("degrees compared", HOLDS),
        ("scores compared, of nurses", HOLDS),
        ("scores compared, of patients", HOLDS),
        ("satisfied compared", HOLDS),
        ("risk compared", HOLDS),
        ("complaints compared", HOLDS),
    ],
)
def test_the_nursing_paper_s_tests_are_recomputed(claim, verdict):
    assert examine_paper("nursing").proof(claim).verdict == verdict


def test_a_right_paper_is_acquitted(low_birth_weight):
    found = examine_paper("low_birth_weight")
    assert not found.refuted
    assert found.counts()[HOLDS] == 49
    _, births = low_birth_weight("book", "age")
    assert found.paper.printed["births"].printed == str(len(births))
    assert found.paper.printed["low"].printed == str(births["retained"].sum())


@pytest.mark.parametrize(
    ("value", "printed", "refuted"),
    [
        ("age_odds_ratio", ".967", True),  # two digits exchanged
        ("black_standard_error", ".3622", True),  # the row below
        ("other_wald", "1.53", True),
        ("ftv_p", ".7618", True),
        ("nagelkerke", ".078", True),
        ("hosmer_lemeshow_p", "0.2094", True),
        ("lwt_upper", "1.043", True),  # the row above
        ("births", "198", True),
        ("age_wald", ".50", False),
    ],
)
def test_an_error_planted_in_the_right_paper_is_found(value, printed, refuted):
    paper = load_paper("low_birth_weight")
    paper.printed[value] = replace(paper.printed[value], printed=printed)
    assert examine_paper(paper).refuted == refuted
    assert examine_paper(paper).judged[value].value.printed == printed
