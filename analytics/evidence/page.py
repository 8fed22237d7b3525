"""The page of a bundle: from the payment down to register readings, by unfolding. Pure.

One HTML file without a script and without anything from outside. Both languages are in it; two
buttons choose one by style alone. Everything that comes from a document is escaped.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from analytics.evidence.page_frame import framed
from analytics.evidence.page_meter import meter_section, numbered
from analytics.evidence.page_text import (
    anchor,
    fold,
    money,
    nested,
    number,
    paragraph,
    table,
    word,
)
from analytics.evidence.recount import Recount
from analytics.evidence.registers import Registers
from analytics.settlement.phrase import basis_in_chinese, in_chinese
from analytics.settlement.statement import (
    Inputs,
    Payment,
    Remark,
    Side,
    Statement,
    StatementLine,
    Total,
)
from domain.record import told

_SIDES = {"F": Side.FEE, "U": Side.BILLS, "D": Side.DEDUCTION}


def page(inputs: Inputs, statement: Statement, found: Recount, registers: Registers) -> bytes:
    """Show a statement with everything it follows from."""
    readings, zone = numbered(registers), ZoneInfo(inputs.contract.zone)
    body = [
        *_head(inputs, statement),
        *payment_section(statement.payment),
        *_totals(inputs, statement),
        *_savings(statement),
        *remark_section(statement.remarks),
        f'<h2 id="meters">{word("meters")}</h2>',
        *(
            meter_section(meter, inputs.month, found, readings.get(meter.code, ()), zone)
            for meter in inputs.contract.meters
        ),
        f'<h2 id="inputs">{word("inputs")}</h2>',
        *_inputs(inputs),
    ]
    return framed(f"{statement.contract} {statement.month}", body)


def _head(inputs: Inputs, statement: Statement) -> Iterator[str]:
    contract = inputs.contract
    yield f"<h1>{word('title')} · {escape(statement.month)}</h1>"
    yield paragraph(both(contract.name_zh, contract.name_en))
    yield paragraph(f"{word('client')}: {escape(contract.client)}")
    yield paragraph(f"{word('provider')}: {escape(contract.provider)}")
    yield (
        f'<p class="soft">{escape(contract.code)} v{contract.version},'
        f" {statement.first_day}/{statement.end_day},"
        f" <code>sha256 {statement.sha256}</code>, Civicwatt {escape(statement.code_version)}</p>"
    )
    yield f'<p class="soft">{word("how")}</p>'


def payment_section(paid: Payment | None) -> Iterator[str]:
    """Who pays whom how much, and when."""
    yield f"<h2>{word('payment')}</h2>"
    if paid is None:
        yield paragraph(word("no_payment"))
        return
    who = f"{word(paid.payer)} {word('pays')} {word(paid.payee)}"
    yield f'<p class="paid">{money(paid.amount)} CNY</p>'
    yield paragraph(f"{who}, {word('due_on')} {paid.due_on}")
    if paid.retained:
        yield paragraph(f"{word('retained')} {money(paid.retained)} CNY")
    yield paragraph(_formula(paid.formula))


def _totals(inputs: Inputs, statement: Statement) -> Iterator[str]:
    yield f"<h2>{word('totals')}</h2>"
    for total in statement.totals:
        yield fold(word(total.symbol), money(total.amount), *_total(inputs, statement, total))
    others = [line for line in statement.lines if line.side is Side.BASELINE]
    if others:
        yield f"<h3>{word(Side.BASELINE)}</h3>"
        yield from (_line(inputs, line) for line in others)


def _total(inputs: Inputs, statement: Statement, total: Total) -> Iterator[str]:
    yield paragraph(_formula(total.formula))
    side = _SIDES.get(total.symbol)
    for line in statement.lines:
        if line.side is side:
            yield _line(inputs, line)


def _line(inputs: Inputs, line: StatementLine) -> str:
    contract = inputs.contract
    names = {each.code: (each.name_zh, each.name_en) for each in contract.lines}
    names |= {each.code: (each.name_zh, each.name_en) for each in contract.kpis}
    parts = [paragraph(f"{word('formula')}: {_formula(line.formula)}")]
    if line.steps:
        rows = [
            (escape(step.symbol), number(step.value), escape(step.unit), _formula(step.formula))
            for step in line.steps
        ]
        parts.append(table(("symbol", "value", "unit", "formula"), rows))
    if line.basis:
        parts.append(paragraph(f"{word('basis')}: {_basis(line.basis)}"))
    meters = [meter.code for meter in contract.meters if meter.line == line.code]
    if meters:
        links = ", ".join(
            f'<a href="#{anchor("meter", code)}">{escape(code)}</a>' for code in meters
        )
        parts.append(paragraph(f"{word('from_meters')}: {links}"))
    links = ", ".join(f'<a href="#{name}">{word(name)}</a>' for name in ("contract", "month"))
    parts.append(paragraph(f"{word('from_inputs')}: {links}"))
    name = f"{both(*names[line.code])} <code>{escape(line.code)}</code>"
    return fold(name, money(line.amount), *parts)


def _savings(statement: Statement) -> Iterator[str]:
    if not statement.savings:
        return
    yield f"<h2>{word('savings')}</h2>"
    rows = [
        (
            escape(each.line),
            *(number(value) for value in (each.adjusted_baseline, each.use, each.saving)),
            number(each.naive),
            f"{escape(each.unit)}, {word(each.status)}",
        )
        for each in statement.savings
    ]
    yield table(("line", "adjusted_baseline", "use", "saving", "naive", "unit"), rows)


def remark_section(remarks: Sequence[Remark]) -> Iterator[str]:
    """What a signatory has to know."""
    if not remarks:
        return
    yield f"<h2>{word('remarks')}</h2>"
    yield "<ul>"
    for remark in remarks:
        blocks = f" <strong>{word('blocks')}</strong>" if remark.blocks else ""
        yield (
            f"<li><code>{escape(remark.code)}</code> {escape(remark.place)}:"
            f" {said(remark.detail)}{blocks}</li>"
        )
    yield "</ul>"


def _inputs(inputs: Inputs) -> Iterable[str]:
    every: dict[str, Any] = {
        "contract": told(inputs.contract),
        "events": told(inputs.events),
        "month": told(inputs.month),
    }
    for name, value in every.items():
        yield f'<div id="{name}">{fold(word(name), "", nested(value))}</div>'


def _basis(text: str) -> str:
    return both(basis_in_chinese(text), text)


def said(text: str) -> str:
    """A formula or a remark in both languages."""
    return both(in_chinese(text), text)


def _formula(text: str) -> str:
    return f'<span class="formula">{said(text)}</span>'


def both(chinese: str, english: str) -> str:
    """A name in both languages; once where they are the same."""
    if chinese == english:
        return escape(english)
    return f'<span class="zh">{escape(chinese)}</span><span class="en">{escape(english)}</span>'
