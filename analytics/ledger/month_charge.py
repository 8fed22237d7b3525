"""Lines that belong to a whole month: basic charge, power-factor adjustment, taxes. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from analytics.ledger.basic_charge import Connection, basic_charge
from analytics.ledger.cost_line import Gap, Line, billed
from analytics.ledger.month_register import reactive_energy
from analytics.ledger.timetable import Slice, next_month
from domain.errors import MissingInputError
from domain.money import cents
from domain.power_factor import PowerFactorTable, power_factor, refuse_other_user
from domain.sentence import Sentence
from domain.supply_account import Reverse
from domain.tariff import TariffVersion


@dataclass(frozen=True, slots=True)
class Month:
    """A month's slices, what was priced of them so far, its energy and its connection.

    Attributes
    ----------
    gaps : tuple of Gap
        What is missing of them.
    energy : Decimal
        In the unit of the register; kWh where the tariff asks for it.
    power_factors : mapping of str to PowerFactorTable
        Tables of the adjustment by their standard.
    """

    slices: Sequence[Slice]
    lines: tuple[Line, ...]
    gaps: tuple[Gap, ...]
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

    @property
    def lacks_hours(self) -> bool:
        """Whether some of its hours have no figure, so that its energy is not all of it."""
        return any(gap.code == "hours" for gap in self.gaps)

    @property
    def standard(self) -> str | None:
        """Power factor its user is held to: by the account, else as the tariff presumes. [1]."""
        account = self.connection.account
        return self.last.version.power_factor if account is None else account.standard

    def alike(self, terms: Callable[[TariffVersion], object]) -> bool:
        """Whether all versions of the month say the same of some terms."""
        return all(terms(each.version) == terms(self.last.version) for each in self.slices)

    def gap(self, code: str, detail: str) -> Gap:
        """Something missing of this month."""
        return Gap(code, self.slices[0].first_day, self.last.end_day, detail)


def month_lines(month: Month) -> Iterator[Line | Gap]:
    """Lines of the month beside those of its energy.

    None follows from a part of what it is reckoned of: a power factor of some of the hours, or an
    adjustment of some of the lines, would be another figure, and is a gap.
    """
    version = month.last.version
    lines, missing = list(month.lines), bool(month.gaps)
    if (version.basic or month.standard) and not month.whole:
        detail = Sentence(
            "whole_month_wanted", "basic charge and power-factor adjustment belong to a whole month"
        )
        yield month.gap("whole_month", detail)
    elif month.whole:
        for close in (_basic, _power_factor):
            try:
                line = close(month, lines, missing=missing)
            except MissingInputError as error:
                missing = True
                yield month.gap(error.code, error.reason)
                continue
            if line is not None:
                lines.append(line)
                yield line
                yield from _doubts_of_demand(month, line)
        yield from _doubts_of_user(month)
    yield from _taxes(month, lines)


def _doubts_of_demand(month: Month, line: Line) -> Iterator[Gap]:
    """That a demand is billed as shown, which nothing tells the greatest possible of."""
    bounds = month.connection.demand_bounds
    unheld = bounds is not None and bounds.most_kw is None and month.connection.capacity_kva is None
    if line.name == "basic_maximum" and unheld:
        detail = Sentence(
            "demand_unheld",
            "nothing tells whether the demand shown is too great: enter the capacity of the "
            "transformers, or confirm it by entering its value",
        )
        yield month.gap("demand_unheld", detail)


def _doubts_of_user(month: Month) -> Iterator[Gap]:
    """What is not known of the user, or is one person's word, and moves the adjustment."""
    account, presumed = month.connection.account, month.last.version.power_factor
    if account is None and presumed is not None:
        detail = Sentence(
            "user_class_unknown",
            "nobody has entered of which class the user is: {standard} is what the tariff presumes",
            standard=presumed,
        )
        yield month.gap("user_class", detail)
    if account is not None and not account.checked and (account.standard or presumed) is not None:
        detail = Sentence(
            "user_class_unchecked",
            "nobody has held the class of the user ({standard}) against {source}",
            standard=account.standard or "none",
            source=account.source,
        )
        yield month.gap("user_class", detail)
    unsaid = account is None or account.reverse is None
    if month.standard is not None and unsaid and month.connection.feeds_reactive:
        detail = Sentence(
            "reactive_reverse",
            "the meter also counted reverse reactive energy in this month, which is not in the "
            "power factor: enter with the class of the user whether the utility adds it",
        )
        yield month.gap("reactive_reverse", detail)


def _basic(month: Month, _lines: list[Line], *, missing: bool) -> Line | None:  # noqa: ARG001 - as its sibling
    _refuse_change(month, lambda version: version.basic, "basic charge")
    version = month.last.version
    if version.basic is None:
        return None
    charged = basic_charge(version.basic, month.connection, month.energy)
    may_be_busy = (
        version.basic.busy_kwh_per_kva is not None and charged.price == version.basic.price
    )
    if month.lacks_hours and may_be_busy:
        reason = Sentence(
            "busy_unknown", "whether the connection was busy wants the energy of all hours"
        )
        raise MissingInputError(reason, code="hours")
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


def _power_factor(month: Month, lines: list[Line], *, missing: bool) -> Line | None:
    """Percent of basic and energy charge without government funds, by the month's factor."""
    version, account = month.last.version, month.connection.account
    if account is None:
        _refuse_change(month, lambda each: each.power_factor, "power factor")
    standard = month.standard
    if standard is None:
        return None
    refuse_other_user(standard, month.connection.capacity_kva)
    reactive = reactive_energy(month.connection.registers)
    reverse = Decimal(0)
    if account is not None and account.reverse is Reverse.ADDED:
        reverse = _reverse_energy(month.connection)
    if month.lacks_hours:
        reason = Sentence(
            "power_factor_of_hours", "the power factor wants the energy of all hours of the month"
        )
        raise MissingInputError(reason, code="hours")
    if missing:
        reason = Sentence(
            "power_factor_of_lines",
            "the power-factor adjustment is of basic and energy charge, and not all of it is known",
        )
        raise MissingInputError(reason, code="price")
    table = month.power_factors[standard]
    counted = reactive + reverse
    factor = power_factor(month.energy, counted) if month.energy or counted else table.standard
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
        formula=f"{base} CNY without funds x {percent} %, power factor {factor}"
        + (f" with {reverse} kvarh fed back" if reverse else ""),
    )


def _reverse_energy(connection: Connection) -> Decimal:
    """Reactive energy fed back in the month, which the utility adds. [kvarh]."""
    try:
        return reactive_energy(connection.reverse)
    except MissingInputError as error:
        reason = Sentence(
            "reverse_reactive_unknown",
            "the utility adds reverse reactive energy, and that of the month is not known: {why}",
            why=error.reason,
        )
        raise MissingInputError(reason, code=error.code) from error


def _refuse_change(month: Month, terms: Callable[[TariffVersion], object], name: str) -> None:
    if not month.alike(terms):
        reason = Sentence(
            "terms_change_within",
            "the {name} changes with a version of the tariff within the month, and nobody says "
            "which holds for it",
            name=name,
        )
        raise MissingInputError(reason, code="whole_month")


def _taxes(month: Month, lines: list[Line]) -> Iterator[Line | Gap]:
    """Taxes on the lines; where a version changes them, each on the lines of its own days."""
    if month.alike(lambda version: version.taxes):
        yield from _taxed(month.slices, lines)
        return
    spans = {(each.first_day, each.end_day) for each in month.slices}
    if any((line.first_day, line.end_day) not in spans for line in lines):
        try:
            _refuse_change(month, lambda version: version.taxes, "tax")
        except MissingInputError as error:
            yield month.gap(error.code, error.reason)
            return
    for piece in month.slices:
        own = [line for line in lines if line.first_day == piece.first_day]
        yield from _taxed([piece], own)


def _taxed(slices: Sequence[Slice], lines: list[Line]) -> Iterator[Line]:
    version = slices[-1].version
    base = billed(lines)
    for tax in version.taxes:
        share = tax.rate / (1 + tax.rate) if tax.included else tax.rate
        word = "in" if tax.included else "on"
        percent = tax.rate * 100
        yield Line(
            item="tax",
            name=tax.name,
            period=None,
            first_day=slices[0].first_day,
            end_day=slices[-1].end_day,
            quantity=base,
            unit="CNY",
            price=percent,
            amount=cents(base * share),
            basis="fixed",
            checked=version.provenance.checked,
            formula=f"{percent.normalize():f} % {word} {base} CNY",
            billed=not tax.included,
        )
