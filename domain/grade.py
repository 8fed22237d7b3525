"""How sure a figure is of its quantity, and of its shape in time: the grades, best first."""

from collections.abc import Iterable

GRADES = ("measured", "derived", "manual", "allocated", "contract_substituted", "estimated")
"""From best to worst, as the database's type ``grade`` orders them."""


def worst(grades: Iterable[str]) -> str:
    """Give the worst of some grades."""
    return max(grades, key=GRADES.index)
