"""How tables are written for a page."""

import pandas as pd

from erfm.page import as_text


def test_a_row_may_have_decimals_of_its_own(sample):
    study, _ = sample
    frame = pd.DataFrame({"b": [0.05831, -12.3456], "n": [1200, 3]}, index=["age", "Constant"])
    decimals = pd.Series({"Constant": ".1f", "age": ".3f"})
    shown = as_text(study, frame, {}, {"b": decimals})
    assert shown["b"].tolist() == ["0.058", "−12.3"]
    assert shown["n"].tolist() == ["1,200", "3"]
