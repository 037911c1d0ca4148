"""What pages 08 to 08d all say: whose results they are."""

from __future__ import annotations

from erfm.study import Study


def drawn(customers: int, everyone: int) -> str:
    """Say that only some of the customers are used; nothing where all are."""
    if customers == everyone:
        return ""
    return (
        "*With so many customers luck is small and repetitions are slow: this page uses "
        f"{customers:,} of the {everyone:,}, drawn at random.* "
    )


def for_the_bank(study: Study, advice: str) -> str:
    """Say what a finding means for the bank; of simulated customers, only what it would mean.

    Simulated customers show what was put into them: that is no finding about anyone.
    """
    if study.simulated:
        return (
            "**True by construction, for these customers are simulated and hold what was put into "
            f"them.** Of a bank's own customers it would mean: {advice}"
        )
    return f"**For the bank:** {advice}"
