"""`civicwatt settle`: statements of an energy contract from a file."""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analytics.settlement.hand_over import HandOver
from analytics.settlement.month import inputs_of
from analytics.settlement.statement import Statement
from analytics.settlement.tables import with_tables
from analytics.settlement.term import Settled, settle_month, settle_term
from analytics.settlement.true_up import TrueUp
from api.paper.statement_file import as_workbook
from api.paper.statement_paper import Paper
from api.paper.statement_pdf import as_pdf
from domain.contract import Contract
from domain.errors import ConfigurationError, InputError
from domain.power_factor_file import power_factor_tables
from domain.record import told
from domain.settlement_file import Book, read_book

_MONEY = (
    "amount",
    "retained",
    "quantity_effect",
    "shifting_effect",
    "cost_effect",
    "signed",
    "now",
)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "settle",
        help="settle an energy contract: statements line by line, with formulas and inputs",
        description="Prints JSON lines: of each month its statement, lines, totals, savings,"
        " payment and remarks; of each whole contract year its true-up; at the end the hand-over."
        " Numbers are text, so that every digit is there.",
    )
    parser.add_argument("file", type=Path, metavar="CONTRACT.toml", help="schema settlement/1")
    parser.add_argument("--period", metavar="YYYY-MM", help="one month; default: all there are")
    parser.add_argument(
        "--text", action="store_true", help="the text that is signed, one document a line"
    )
    parser.add_argument(
        "--xlsx", type=Path, metavar="FILE", help="write the statement of --period as a workbook"
    )
    parser.add_argument(
        "--pdf", type=Path, metavar="FILE", help="and as PDF, to be read and signed"
    )
    parser.add_argument("--lang", choices=("zh-CN", "en"), default="zh-CN", help="of the two")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what the file leads to.

    Returns
    -------
    int
        0, also where remarks stand against signing; what cannot be read or settled is raised.
    """
    for name in ("xlsx", "pdf"):
        if getattr(args, name) is not None and args.period is None:
            raise ConfigurationError(f"--{name} wants the --period whose statement it is to hold")
    book = read_file(args.file)
    code_version = version("civicwatt")
    if args.period is not None:
        settled = settle_month(book, args.period, code_version=code_version)
    else:
        settled = settle_term(book, code_version=code_version)
    if args.period is not None:
        inputs = inputs_of(book, args.period, code_version=code_version)
        paper = Paper(settled.months[0], book.contract, args.lang, inputs)
        _write_papers(args, paper)
    if args.text:
        for document in _documents(settled):
            print(document.text())
        return 0
    for record in _records(settled, book.contract):
        print(json.dumps(record, ensure_ascii=False))
    return 0


def read_file(file: Path) -> Book:
    """Read a settlement file; power-factor tables it asks for and does not hold come along.

    Raises
    ------
    InputError
        With file, table and field.
    """
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(error), place=str(file)) from error
    book = read_book(text, place=str(file))
    tables = power_factor_tables()
    months = tuple(with_tables(book.contract, month, tables) for month in book.months)
    return replace(book, months=months)


def _write_papers(args: argparse.Namespace, paper: Paper) -> None:
    forms: dict[str, Callable[[Paper], bytes]] = {"xlsx": as_workbook, "pdf": as_pdf}
    for name, make in forms.items():
        file: Path | None = getattr(args, name)
        if file is None:
            continue
        try:
            file.write_bytes(make(paper))
        except OSError as error:
            raise ConfigurationError(f"--{name} {file}: {error}") from error


def _documents(settled: Settled) -> Iterator[Statement | TrueUp | HandOver]:
    yield from settled.months
    yield from settled.true_ups
    if settled.hand_over is not None:
        yield settled.hand_over


def _records(settled: Settled, contract: Contract) -> Iterator[dict[str, Any]]:
    names = contract.names()
    for statement in settled.months:
        yield _head("statement", statement, may_be_signed=statement.may_be_signed)
        for line in statement.lines:
            titles = dict(zip(("name_zh", "name_en"), names[line.code], strict=True))
            told_line = {**titles, "amount": None, **_told(line)}
            yield _record("line", statement.month, told_line)
        for total in statement.totals:
            yield _record("total", statement.month, {"amount": None, **_told(total)})
        for saving in statement.savings:
            yield _record("saving", statement.month, _told(saving))
        if statement.payment is not None:
            yield _record("payment", statement.month, _told(statement.payment))
        for remark in statement.remarks:
            yield _record("remark", statement.month, _told(remark))
    for document in (*settled.true_ups, settled.hand_over):
        if document is not None:
            yield _head(document.kind, document)


def _head(name: str, document: Statement | TrueUp | HandOver, **more: bool) -> dict[str, Any]:
    """A document without what has records of its own."""
    apart = ("lines", "totals", "savings", "payment", "remarks") if name == "statement" else ()
    head = {key: value for key, value in _told(document).items() if key not in apart}
    return {"record": name, **head, "sha256": document.sha256, **more}


def _record(name: str, month: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"record": name, "month": month, **values}


def _told(value: object) -> dict[str, Any]:
    """A record with its money in two decimals."""
    found: dict[str, Any] = _money(told(value))
    return found


def _money(value: Any) -> Any:
    if isinstance(value, list):
        return [_money(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _cents(each) if key in _MONEY and isinstance(each, str) else _money(each)
        for key, each in value.items()
    }


def _cents(amount: str) -> str:
    whole, _, part = amount.partition(".")
    return f"{whole}.{part:0<2}"
