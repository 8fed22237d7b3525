"""Whether a statement made again says what disputes about the one before were decided to. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from analytics.settlement.statement import Side
from analytics.settlement.true_up import TrueUp
from analytics.settlement.undisputed import Disputable, amount_in


@dataclass(frozen=True, slots=True)
class Decided:
    """What both parties signed that a line comes to. [CNY]."""

    dispute: str
    line: str
    side: Side
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Unmet:
    """A decision that a statement does not follow.

    Attributes
    ----------
    found : Decimal or None
        What the line comes to in it; None: nothing. [CNY]
    """

    decided: Decided
    found: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """What the line comes to more than was decided; None where it has no amount. [CNY]."""
        return None if self.found is None else self.found - self.decided.amount


def unmet(again: Disputable, before: Disputable, decided: Iterable[Decided]) -> Iterator[Unmet]:
    """Decisions about a document that the one in its place does not follow.

    Parameters
    ----------
    again, before : Disputable
        What was made anew, and what was disputed.
    """
    for each in decided:
        found = _amount(again, before, each)
        if found != each.amount:
            yield Unmet(each, found)


def _amount(again: Disputable, before: Disputable, decided: Decided) -> Decimal | None:
    found = amount_in(again, decided.line, decided.side)
    if found is not None or not isinstance(before, TrueUp):
        return found
    # A line of a year that differs no longer comes to what was signed of its month.
    month, _, code = decided.line.partition("/")
    return next(
        (
            each.signed
            for each in before.differences
            if (each.month, each.line, each.side) == (month, code, decided.side)
        ),
        None,
    )
