"""Odd and damaged files end in a right reading or one clear error; more: `generated_files.py`."""

import generated_files
import pytest

AT_A_TIME = 25


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 200, AT_A_TIME))
def test_generated_files_are_read_rightly_or_refused_clearly(first):
    results = [generated_files.run(number) for number in range(first, first + AT_A_TIME)]
    assert [result for result in results if result[1] in ("WRONG", "CRASH")] == []


def test_the_oracle_notices_a_value_read_otherwise(tmp_path, monkeypatch):
    case = next(
        case
        for number in range(100)
        for case in [generated_files.make_case(number, tmp_path)]
        if case.told and not case.damage and case.kind.startswith("text")
    )
    assert generated_files.judge(case)[0] == "right"
    column = case.names[1]
    changed = [None if value is None else value * 1000 for value in case.numbers[column]]
    monkeypatch.setitem(case.numbers, column, changed)
    verdict, what = generated_files.judge(case)
    assert verdict == "WRONG" and column in what
