"""What pages 08 to 08d all say."""

import dataclasses

from erfm.customers.study_file import load_study
from erfm.trust.sentences import drawn, for_the_bank


def test_only_some_customers_are_drawn():
    assert "uses 20 of the 1,000, drawn" in drawn(20, 1000)
    assert drawn(20, 20) == ""


def test_simulated_customers_show_what_was_put_into_them():
    simulated = load_study("reconstruction")
    real = dataclasses.replace(simulated, simulated=False)
    assert for_the_bank(real, "build on Age.") == "**For the bank:** build on Age."
    text = for_the_bank(simulated, "build on Age.")
    assert text.startswith("**True by construction") and text.endswith(
        "it would mean: build on Age."
    )
