"""What true-ups and hand-overs follow from, each as one text that makes them again. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analytics.settlement.dispute import Dispute
from analytics.settlement.hand_over import HandOver, hand_over
from analytics.settlement.month import begun, settle
from analytics.settlement.statement import Inputs, Statement
from analytics.settlement.true_up import TrueUp, true_up
from domain.canonical import canonical
from domain.contract import Contract
from domain.contract_event import Events
from domain.record import told, wanted


@dataclass(frozen=True, slots=True)
class YearInputs:
    """Everything a true-up follows from.

    Attributes
    ----------
    year, quarter : int, int or None
        Of the contract, from 1, and of that year; None: all of the year.
    signed : tuple of Inputs
        Of the months that both parties have signed, in order.
    events : Events
        Those known when it was made; each month is worked out again with what had begun by its end.
    code_version : str
        Version of Civicwatt that works the months out again.
    quarters : tuple of TrueUp, or None
        Of a year: those of its quarters, as both have signed them.
    """

    contract: Contract
    year: int
    signed: tuple[Inputs, ...]
    events: Events
    code_version: str
    form: str = "civicwatt/true-up-inputs/1"
    quarter: int | None = None
    quarters: tuple[TrueUp, ...] | None = None

    def text(self) -> str:
        """The one text of it."""
        return canonical(told(self))

    def final(self) -> tuple[Inputs, ...]:
        """The same months with all that is known, and everything adjusted."""
        return tuple(
            replace(
                each,
                events=begun(self.events, each.month.end_day),
                final=True,
                code_version=self.code_version,
            )
            for each in self.signed
        )


@dataclass(frozen=True, slots=True)
class TermInputs:
    """Everything a hand-over follows from.

    Attributes
    ----------
    signed : tuple of Inputs
        Of every month that both parties have signed, in order.
    years : tuple of TrueUp
        As both have signed them, with those of quarters.
    disputes : tuple of Dispute
        Of its months, with their outcomes.
    """

    contract: Contract
    signed: tuple[Inputs, ...]
    years: tuple[TrueUp, ...]
    disputes: tuple[Dispute, ...]
    code_version: str
    form: str = "civicwatt/hand-over-inputs/1"

    def __post_init__(self) -> None:
        wanted(self.signed, "want one signed month at least")

    def text(self) -> str:
        """The one text of it."""
        return canonical(told(self))


def true_up_of(inputs: YearInputs) -> TrueUp:
    """Make a true-up.

    Raises
    ------
    MissingInputError
        If the contract does not run in one of its months.
    """
    return true_up(
        inputs.contract,
        inputs.year,
        _settled(inputs.signed),
        _settled(inputs.final()),
        inputs.quarter,
        inputs.quarters or (),
        [each.contract for each in inputs.signed],
    )


def hand_over_of(inputs: TermInputs) -> HandOver:
    """Make a hand-over.

    Raises
    ------
    MissingInputError
        If the contract does not run in one of its months.
    """
    last = inputs.signed[-1].month
    signed = _settled(inputs.signed)
    return hand_over(inputs.contract, signed, inputs.years, last, inputs.disputes)


def _settled(inputs: Sequence[Inputs]) -> list[Statement]:
    return [settle(each) for each in inputs]
