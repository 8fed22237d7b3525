"""A tariff of a line in a bundle: its periods, and what was announced for the month. Pure.

By the windows one register is split into periods; by the components and the announcements the
prices of the month are worked out again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from analytics.evidence.price import Announced, line_prices
from analytics.evidence.rows import number_of, rows_of, text_of, written
from analytics.settlement.active_month import ActiveMonth
from domain.canonical import plain
from domain.contract_month import Prices
from domain.errors import CivicwattError, InputError, MissingInputError
from domain.price_book import MonthPrice
from domain.tariff import Tariff
from domain.tariff_file import read_kept_tariff
from domain.time_of_use import Period

FOLDER = "tariff"
_ROW = ("month", "component", "period", "price", "source", "checked_by")


@dataclass(frozen=True, slots=True)
class KeptTariff:
    """A tariff as a bundle holds it.

    Attributes
    ----------
    text : str
        TOML of the schema ``tariff/1``.
    announced : tuple of Announced, or None
        Prices announced for the month. None: only the periods are taken from the tariff, and prices
        are what the month states; so in bundles of early releases.
    """

    text: str
    announced: tuple[Announced, ...] | None = ()

    def parts(self, line: str) -> dict[str, bytes]:
        """As parts of a bundle."""
        found = {f"{FOLDER}/{line}.toml": self.text.encode()}
        if self.announced is None:
            return found
        rows = sorted(map(_cells, self.announced))
        return {**found, f"{FOLDER}/{line}.csv": written(_ROW, rows)}

    def tariff(self, line: str) -> Tariff:
        """Read it.

        Raises
        ------
        InputError
            With the part.
        """
        place = f"{FOLDER}/{line}.toml"
        try:
            return read_kept_tariff(self.text, place=place)
        except (CivicwattError, RecursionError) as error:
            raise InputError(str(error), place=place) from error

    def prices(self, month: ActiveMonth, line: str) -> Prices | None:
        """Prices of the month, or None where the tariff leads to none, such as by a forecast.

        Raises
        ------
        InputError
            If it cannot be read, or names a price twice.
        """
        if self.announced is None:
            return None
        try:
            return line_prices(month, month.contract.line(line), self.tariff(line), self.announced)
        except MissingInputError:
            return None
        except InputError as error:
            raise InputError(str(error), place=f"{FOLDER}/{line}.csv") from error


def read_kept(line: str, parts: Mapping[str, bytes]) -> KeptTariff:
    """Read the tariff of a line in a bundle.

    Raises
    ------
    InputError
        With part and row.
    """
    name, table = f"{FOLDER}/{line}.toml", f"{FOLDER}/{line}.csv"
    text = text_of(parts[name], name)
    announced = tuple(read_announced(parts[table], table)) if table in parts else None
    return KeptTariff(text, announced)


def read_announced(content: bytes, name: str) -> Iterable[Announced]:
    """Read a table of announced prices: month (YYYY-MM), component, period or nothing, price, ..

    Raises
    ------
    InputError
        With the row.
    """
    for place, (month, component, period, price, source, checked_by) in rows_of(
        content, _ROW, name
    ):
        try:
            begun = date.fromisoformat(f"{month}-01")
            own = Period(period) if period else None
        except ValueError as error:
            raise InputError(str(error), place=place) from None
        told = MonthPrice(begun, component, own, number_of(price, place), bool(checked_by))
        yield Announced(told, source, checked_by)


def _cells(each: Announced) -> tuple[str, ...]:
    told = each.price
    period = told.period or ""
    price = plain(told.price)
    return f"{told.month:%Y-%m}", told.component, period, price, each.source, each.checked_by
