"""Lines that belong to a whole month: basic charge, power-factor adjustment, taxes. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from analytics.ledger.basic_charge import Connection, basic_charge
from analytics.ledger.cost_line import Gap, Line, billed
from analytics.ledger.month_register import reactive_energy
from analytics.ledger.timetable import Slice, next_month
from domain.errors import MissingInputError
from domain.money import cents
from domain.power_factor import PowerFactorTable, power_factor
from domain.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Month:
    """A month's slices, what was priced of them so far, its energy and its connection.

    Attributes
    ----------
    energy : Decimal
        In the unit of the register; kWh where the tariff asks for it.
    power_factors : mapping of str to PowerFactorTable
        Tables of the adjustment by their standard.
    """

    slices: Sequence[Slice]
    lines: tuple[Line, ...]
    energy: Decimal
    connection: Connection
    power_factors: Mapping[str, PowerFactorTable]

    @property
    def last(self) -> Slice:
        """The slice whose version the month is closed by."""
        return self.slices[-1]

    @property
    def whole(self) -> bool:
        """Whether it has all its days."""
        begins = self.slices[0].first_day == self.last.month
        return begins and self.last.end_day == next_month(self.last.month)

    def gap(self, code: str, detail: str) -> Gap:
        """Something missing of this month."""
        return Gap(code, self.slices[0].first_day, self.last.end_day, detail)


def month_lines(month: Month) -> Iterator[Line | Gap]:
    """Lines of the month beside those of its energy."""
    version = month.last.version
    lines = list(month.lines)
    if (version.basic or version.power_factor) and not month.whole:
        detail = Sentence(
            "whole_month_wanted", "basic charge and power-factor adjustment belong to a whole month"
        )
        yield month.gap("whole_month", detail)
    elif month.whole:
        for close in (_basic, _power_factor):
            try:
                line = close(month, lines)
            except MissingInputError as error:
                yield month.gap(error.code, error.reason)
                continue
            if line is not None:
                lines.append(line)
                yield line
    yield from _taxes(month, lines)


def _basic(month: Month, _lines: list[Line]) -> Line | None:
    version = month.last.version
    if version.basic is None:
        return None
    charged = basic_charge(version.basic, month.connection, month.energy)
    return Line(
        item="basic",
        name=f"basic_{version.basic.by}",
        period=None,
        first_day=month.slices[0].first_day,
        end_day=month.last.end_day,
        quantity=charged.quantity,
        unit=charged.unit,
        price=charged.price,
        amount=cents(charged.quantity * charged.price),
        basis="fixed",
        checked=version.provenance.checked,
        formula=charged.formula,
    )


def _power_factor(month: Month, lines: list[Line]) -> Line | None:
    """Percent of basic and energy charge without government funds, by the month's factor."""
    version = month.last.version
    if version.power_factor is None:
        return None
    reactive = reactive_energy(month.connection.registers)
    table = month.power_factors[version.power_factor]
    factor = power_factor(month.energy, reactive) if month.energy or reactive else table.standard
    percent = table.percent(factor)
    funds = sum((line.amount for line in lines if line.item == "fund"), Decimal(0))
    base = billed(lines) - funds
    return Line(
        item="power_factor",
        name=f"power_factor_{table.standard}",
        period=None,
        first_day=month.slices[0].first_day,
        end_day=month.last.end_day,
        quantity=base,
        unit="CNY",
        price=percent,
        amount=cents(base * percent / 100),
        basis="fixed",
        checked=table.checked and version.provenance.checked,
        formula=f"{base} CNY without funds x {percent} %, power factor {factor}",
    )


def _taxes(month: Month, lines: list[Line]) -> Iterator[Line]:
    version = month.last.version
    base = billed(lines)
    for tax in version.taxes:
        share = tax.rate / (1 + tax.rate) if tax.included else tax.rate
        word = "in" if tax.included else "on"
        percent = tax.rate * 100
        yield Line(
            item="tax",
            name=tax.name,
            period=None,
            first_day=month.slices[0].first_day,
            end_day=month.last.end_day,
            quantity=base,
            unit="CNY",
            price=percent,
            amount=cents(base * share),
            basis="fixed",
            checked=version.provenance.checked,
            formula=f"{percent.normalize():f} % {word} {base} CNY",
            billed=not tax.included,
        )
