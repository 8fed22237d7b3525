"""The yearly statistics as a workbook: tables, sums as formulas, checks, bases."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # the package has no annotations
from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]  # likewise

from analytics.ledger.statistics_cell import Cell, MonthAmount, YearAmount
from analytics.ledger.statistics_content import Answer
from analytics.ledger.statistics_table import Identity, SummaryCell, Tables, summaries, summary
from analytics.portfolio.statistics import Examined
from api.paper.words import word
from api.sheet_file import AS_TEXT
from domain.statistics_item import EDITION, StatisticsItem, Table, statistics_items

_TITLE_ROW, _EDITION_ROW, _NOTE_ROW, _HEAD_ROW, _FIRST_ROW = 0, 1, 2, 3, 4
_WIDTHS = (28, 22, 14, 16, 12)
_WIDTH = 16
"""Of every further column. [character]"""
_CRITERION = frozenset("=<>*?~")
"""What a criterion of a sheet's SUMIF would read as an operator or a wildcard."""
_BY: dict[str, Callable[[Identity], str]] = {
    "institution_class": lambda identity: identity.institution_class,
    "department": lambda identity: identity.department,
    "region": lambda identity: identity.region,
}
_IDENTITY = ("institution", "credit_code", *_BY)


@dataclass(frozen=True, slots=True)
class Part:
    """One institution, with what people said to its findings."""

    examined: Examined
    answers: Sequence[Answer]


@dataclass(frozen=True, slots=True)
class _Book:
    book: Any
    lang: str
    heading: str
    edition: str
    strong: Any
    plain: Any
    weak: Any

    def word(self, key: str) -> str:
        return word("statistics", key, self.lang)

    def name(self, item: StatisticsItem) -> str:
        return item.en if self.lang == "en" else item.zh

    def sheet(self, key: str, headings: Sequence[str]) -> Any:
        """A sheet with its heading; on paper too it says whether it is a draft."""
        sheet = self.book.add_worksheet(self.word(key)[:31])
        sheet.write_string(_TITLE_ROW, 0, self.heading, self.strong)
        sheet.write_string(_EDITION_ROW, 0, self.edition)
        sheet.write_row(_HEAD_ROW, 0, headings, self.strong)
        sheet.freeze_panes(_FIRST_ROW, 1)
        for at, width in enumerate(_WIDTHS):
            sheet.set_column(at, at, width)
        sheet.set_column(len(_WIDTHS), max(len(headings), len(_WIDTHS)), _WIDTH)
        sheet.set_header(f"&L{self.heading.replace('&', '&&')}")
        sheet.set_landscape()
        return sheet


def as_workbook(
    year: int, parts: Sequence[Part], lang: str, *, is_draft: bool, factor_set: str
) -> bytes:
    """Make the workbook (XLSX) of some institutions."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, AS_TEXT) as book:
        state = word("statistics", "draft" if is_draft else "official", lang)
        made = _Book(
            book,
            lang,
            f"{word('statistics', 'title', lang).format(year=year)} · {state}",
            word("statistics", "edition", lang).format(edition=EDITION, factors=factor_set),
            book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            book.add_format({"num_format": "#,##0.00####"}),
            book.add_format({"num_format": "#,##0.00####", "bg_color": "#FCE8D5"}),
        )
        tables = [part.examined.tables for part in parts]
        for table in Table:
            _write_table(made, table, tables)
        for by in _BY:
            _write_summary(made, by, tables)
        _write_rows(made, "findings", _FINDINGS, _findings(made, parts))
        _write_rows(made, "basis", _BASIS, _bases(made, tables))
    return out.getvalue()


def _of(table: Table) -> list[StatisticsItem]:
    return [item for item in statistics_items().values() if item.table is table]


def _columns(items: Iterable[StatisticsItem]) -> Iterator[tuple[StatisticsItem, bool]]:
    """An item, and its cost beside it where it costs something."""
    for item in items:
        yield item, False
        if item.plain_price is not None:
            yield item, True


def _head(made: _Book, item: StatisticsItem, *, is_cost: bool) -> str:
    name = made.name(item)
    return f"{name} {made.word('cost')}" if is_cost else f"{name} ({item.unit})"


def _write_table(made: _Book, table: Table, tables: Sequence[Tables]) -> None:
    columns = list(_columns(_of(table)))
    heads = [_head(made, item, is_cost=cost) for item, cost in columns]
    identity = [made.word(key) for key in _IDENTITY]
    sheet = made.sheet(table, [*identity, *heads, made.word("completeness"), made.word("period")])
    if table is Table.ENERGY:
        sheet.write_string(_NOTE_ROW, 0, made.word("bought"))
    for row, each in enumerate(tables, _FIRST_ROW):
        for at, text in enumerate(_who(made, each.identity)):
            sheet.write_string(row, at, text)
        for at, (item, cost) in enumerate(columns, len(_IDENTITY)):
            cell = each.cells[item.key]
            whole = cell.has_whole_cost if cost else cell.is_whole
            _write(made, sheet, (row, at), cell.cost if cost else cell.amount, whole=whole)
        own = [each.cells[item.key].is_whole for item in _of(table)]
        after = len(_IDENTITY) + len(columns)
        sheet.write_string(row, after, f"{sum(own)} / {len(own)}")
        sheet.write_string(row, after + 1, _period(made, each))
    if not tables:
        return
    last = _FIRST_ROW + len(tables)
    sheet.write_string(last, 0, made.word("total"), made.strong)
    sheet.write_string(last + 1, 0, made.word("lacking"), made.strong)
    sums = summary("", tables)
    part = f"{made.word('part_year')}: {sums.part_year}"
    sheet.write_string(last, len(_IDENTITY) + len(columns) + 1, part if sums.part_year else "")
    for at, (item, cost) in enumerate(columns, len(_IDENTITY)):
        name = xl_col_to_name(at)
        of_all = sums.cells[item.key]
        _write_formula(
            made, sheet, (last, at), f"=SUM({name}{_FIRST_ROW + 1}:{name}{last})", of_all, cost=cost
        )
        sheet.write_number(last + 1, at, _lacking(of_all, cost=cost))


def _write_summary(made: _Book, by: str, tables: Sequence[Tables]) -> None:
    monthly = [item for item in statistics_items().values() if item.plain_price is not None]
    columns = list(_columns(monthly))
    heads = [_head(made, item, is_cost=cost) for item, cost in columns]
    fixed = [made.word(key) for key in (by, "institutions", "whole", "part_year")]
    sheet = made.sheet(f"by_{by}", [*fixed, *heads])
    sheet.write_string(_NOTE_ROW, 0, made.word("bought"))
    key_column = xl_col_to_name(_IDENTITY.index(by))
    last = _FIRST_ROW + len(tables)
    for row, group in enumerate(summaries(tables, _BY[by]), _FIRST_ROW):
        label = made.word(group.group or "nobody")
        sheet.write_string(row, 0, label)
        sheet.write_number(row, 1, group.institutions)
        sheet.write_number(row, 2, group.whole)
        sheet.write_number(row, 3, group.part_year)
        for at, (item, cost) in enumerate(columns, len(fixed)):
            place = (row, at)
            of_group = group.cells[item.key]
            if _CRITERION & set(label):
                value = of_group.cost if cost else of_group.amount
                _write(made, sheet, place, value, whole=not _lacking(of_group, cost=cost))
                continue
            name = f"'{made.word(item.table)[:31]}'!"
            own = list(_columns(_of(item.table))).index((item, cost)) + len(_IDENTITY)
            amounts = f"{name}${xl_col_to_name(own)}${_FIRST_ROW + 1}:${xl_col_to_name(own)}${last}"
            keys = f"{name}${key_column}${_FIRST_ROW + 1}:${key_column}${last}"
            formula = f"=SUMIF({keys},$A{row + 1},{amounts})"
            _write_formula(made, sheet, place, formula, of_group, cost=cost)


def _period(made: _Book, tables: Tables) -> str:
    """What the tables are of: the year, or the days from the founding on."""
    first, end = tables.days
    return f"{first} - {end - timedelta(days=1)}" if tables.is_part else made.word("whole_year")


def _write(
    made: _Book, sheet: Any, place: tuple[int, int], value: Decimal | None, *, whole: bool
) -> None:
    """A number; what is missing stays empty, and with what is not whole it is coloured."""
    look = made.plain if whole else made.weak
    if value is None:
        sheet.write_blank(*place, None, look)
    else:
        sheet.write_number(*place, float(value), look)


def _write_formula(
    made: _Book, sheet: Any, place: tuple[int, int], formula: str, of: SummaryCell, *, cost: bool
) -> None:
    value = of.cost if cost else of.amount
    look = made.weak if _lacking(of, cost=cost) else made.plain
    sheet.write_formula(*place, formula, look, float(value or 0))


def _lacking(of: SummaryCell, *, cost: bool) -> int:
    """Institutions that a sum lacks, wholly or in part."""
    return of.missing + (of.unpaid if cost else of.partial)


def _who(made: _Book, identity: Identity) -> list[str]:
    name = identity.name_en if made.lang == "en" else identity.name_zh
    groups = (made.word(group(identity) or "nobody") for group in _BY.values())
    return [name, identity.credit_code, *groups]


_FINDINGS = (
    "institution", "table", "item", "check", "seen", "wanted", "weight", "comment", "person",
)  # fmt: skip
_BASIS = (
    "institution", "table", "item", "month", "amount", "unit", "cost", "source", "grade",
    "reference", "beside", "difference",
)  # fmt: skip


def _write_rows(
    made: _Book, key: str, heads: Sequence[str], rows: Iterable[Sequence[str | Decimal | None]]
) -> None:
    sheet = made.sheet(key, [made.word(head) for head in heads])
    for number, row in enumerate(rows, _FIRST_ROW):
        for at, value in enumerate(row):
            if isinstance(value, Decimal):
                sheet.write_number(number, at, float(value), made.plain)
            elif value:
                sheet.write_string(number, at, value)


def _findings(made: _Book, parts: Iterable[Part]) -> Iterator[list[str]]:
    items = statistics_items()
    for part in parts:
        said = {(each.item, each.code, each.seen): each for each in part.answers}
        for each in part.examined.findings:
            answer = said.get((each.item, each.code, each.seen))
            item = items.get(each.item)
            yield [
                _who(made, part.examined.tables.identity)[0],
                made.word(each.table),
                made.word(each.item) if item is None else made.name(item),
                made.word(each.code),
                each.seen,
                each.wanted,
                made.word(each.weight),
                "" if answer is None else answer.comment,
                "" if answer is None else answer.person,
            ]


def _bases(made: _Book, tables: Iterable[Tables]) -> Iterator[list[str | Decimal | None]]:
    for each in tables:
        who = _who(made, each.identity)[0]
        for cell in each.cells.values():
            place = [who, made.word(cell.item.table), made.name(cell.item)]
            for row in _basis(made, cell):
                yield [*place, *row]


def _basis(made: _Book, cell: Cell) -> Iterator[list[str | Decimal | None]]:
    for month, each in cell.months.items():
        beside = None if each.beside is None else each.beside.amount
        yield [*_said(made, f"{month}", each.counted, cell), beside, each.difference]
    if cell.year is not None:
        yield [*_said(made, made.word("year"), cell.year, cell), None, None]
    if cell.amount is None:
        unit = [None, cell.item.unit, None, "", made.word("missing"), "", None, None]
        yield [made.word("year"), *unit]


def _said(
    made: _Book, when: str, said: MonthAmount | YearAmount, cell: Cell
) -> list[str | Decimal | None]:
    references = said.references if isinstance(said, MonthAmount) else (said.reference,)
    source, grade = made.word(said.source), made.word(said.grade)
    unit = cell.item.unit
    return [when, said.amount, unit, said.cost, source, grade, ", ".join(references)]
