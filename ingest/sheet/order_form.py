"""Exports of suppliers as a form: each names its columns in its own way, and has more of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from importlib import resources

from domain.toml_entry import Entry, as_list, as_text
from domain.toml_text import read_toml
from domain.vehicle_order import OrderKind
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, parse_text
from ingest.sheet.grid import Grid

_LARGEST = Decimal(10) ** 9
_DAY = timedelta(days=1)
_NONE: tuple[str, ...] = ()
_YEARS = range(1949, 2200)


def parse_instant(text: str, *, whole_day: bool = False) -> datetime:
    """A time, as 2026-07-03 08:15, 2026/7/3 8:15:20 or a day; aware only with an offset.

    Parameters
    ----------
    whole_day : bool
        A day alone stands for its end, as the last day of a policy.
    """
    wanted = "2026-07-03 08:15"
    day_text, _, clock = text.strip().replace("/", "-").replace("T", " ").partition(" ")
    try:
        year, month, day = (int(part) for part in day_text.split("-"))
        found = date(year, month, day)
        hour, _, rest = clock.strip().partition(":")
        at = time.fromisoformat(f"{int(hour):02}:{rest}") if hour else time()
    except ValueError:
        raise ValueError(wanted) from None
    if year not in _YEARS:
        raise ValueError(wanted)
    return datetime.combine(found + _DAY if whole_day and not hour else found, at)


def parse_number(text: str, *, digits: int) -> Decimal:
    """A number with at most so many decimals, such as 1,234.50."""
    wanted = f"1234.50, {digits} decimals"
    try:
        value = Decimal(text.replace(",", "").removeprefix("¥").removeprefix("￥").strip())
    except InvalidOperation:
        raise ValueError(wanted) from None
    if not value.is_finite() or abs(value) >= _LARGEST:
        raise ValueError(wanted)
    if value != value.quantize(Decimal(1).scaleb(-digits)):
        raise ValueError(wanted)
    return value


_MONEY = partial(parse_number, digits=2)
_AMOUNT = partial(parse_number, digits=6)
_COLUMNS = (
    Column("vehicle", "车辆", parse_text, "not_text"),
    Column("number", "订单号", parse_text, "not_text"),
    Column("at", "时间", parse_instant, "not_a_time"),
    Column(
        "until", "结束时间", partial(parse_instant, whole_day=True), "not_a_time", required=False
    ),
    Column("quantity", "数量", _AMOUNT, "not_an_amount", required=False, numeric=True),
    Column("km", "里程", _AMOUNT, "not_an_amount", required=False, numeric=True),
    Column("amount", "金额 元", _MONEY, "not_an_amount", numeric=True),
    Column("supplier", "供应商", parse_text, "not_text", required=False),
    Column("refunds", "原订单号", parse_text, "not_text", required=False),
    Column("type", "交易类型", parse_text, "not_text", required=False),
    Column("place", "地点", parse_text, "not_text", required=False),
)


@dataclass(frozen=True, slots=True)
class OrderForm(Form):
    """A form whose headings a column map knows by many names; other columns are passed over.

    Attributes
    ----------
    kind : OrderKind
        What its orders are for.
    supplier : str
        Whose they are where no column says so.
    refund_words : tuple of str
        Of these one in the type makes a row a refund.
    aliases : mapping of str to tuple of str
        Headings of each column beside its own names.
    """

    kind: OrderKind
    supplier: str
    refund_words: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]]

    def read(self, grid: Grid) -> tuple[list[FormRow], list[SheetFault]]:
        """Rows whose cells are right, and every fault of the others, at its own heading."""
        if not grid.rows:
            return Form.read(self, grid)
        _, cells = grid.rows[0]
        columns, known = [], set[str]()
        for column in self.columns:
            names = (column.name, column.name_zh, *self.aliases.get(column.name, ()))
            found = next((each for each in names if each in cells and each not in known), None)
            known |= {found} if found else set()
            columns.append(replace(column, name_zh=found or column.name_zh))
        other = {at for at, cell in enumerate(cells) if cell and cell not in known}
        rows = [
            (number, ["" if at in other else cell for at, cell in enumerate(row)])
            for number, row in grid.rows
        ]
        return Form(self.name, columns).read(Grid(grid.sheet, rows, grid.faults))


def shipped_forms() -> list[OrderForm]:
    """Forms of the column maps that come with this version, by name."""
    folder = resources.files("ingest") / "sheet" / "orders"
    files = sorted(each.name for each in folder.iterdir() if each.name.endswith(".toml"))
    return [read_form((folder / name).read_text("utf-8"), name) for name in files]


def read_form(text: str, place: str) -> OrderForm:
    """Read a column map as a form.

    Raises
    ------
    InputError
        With the place of what is wrong in it.
    """
    entry = Entry(read_toml(text, place=place), place)
    required = entry.take("required", _texts)
    columns = Entry(entry.take("columns", _table), place)
    aliases = {column.name: columns.maybe(column.name, _texts, _NONE) for column in _COLUMNS}
    columns.done()
    form = OrderForm(
        entry.take("name", as_text),
        tuple(
            replace(column, required=column.required or column.name in required)
            for column in _COLUMNS
        ),
        entry.take("kind", lambda raw: OrderKind(as_text(raw))),
        entry.take("supplier", as_text),
        entry.take("refund_words", _texts),
        aliases,
    )
    entry.done()
    return form


def _table(raw: object) -> object:
    return raw


def _texts(raw: object) -> tuple[str, ...]:
    return tuple(map(as_text, as_list(raw)))
