"""What pages 08 to 08d all say: whose results they are."""

from __future__ import annotations


def drawn(customers: int, everyone: int) -> str:
    """Say that only some of the customers are used; nothing where all are."""
    if customers == everyone:
        return ""
    return (
        "*With so many customers luck is small and repetitions are slow: this page uses "
        f"{customers:,} of the {everyone:,}, drawn at random.* "
    )
