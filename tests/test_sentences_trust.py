"""What pages 08 to 08d all say."""

from erfm.trust.sentences import drawn


def test_only_some_customers_are_drawn():
    assert "uses 20 of the 1,000, drawn" in drawn(20, 1000)
    assert drawn(20, 20) == ""
