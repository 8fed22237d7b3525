"""The page of what closes a year or a contract, or takes a document back. Pure."""

from collections.abc import Iterator, Sequence
from html import escape

from analytics.evidence.page import both, payment_section, remark_section, said
from analytics.evidence.page_frame import framed
from analytics.evidence.page_text import fold, money, nested, paragraph, table, word
from analytics.settlement.closing import TermInputs, YearInputs
from analytics.settlement.hand_over import HandOver
from analytics.settlement.month import settle
from analytics.settlement.statement import Statement
from analytics.settlement.true_up import TrueUp
from domain.contract import Contract
from domain.record import told

_Document = Statement | TrueUp | HandOver


def closing_page(document: _Document, sources: YearInputs | TermInputs | _Document) -> bytes:
    """Show a document with what it follows from; months show what both have signed."""
    body = [
        *_head(document, sources),
        *payment_section(document.payment),
        f"<h2>{word('totals')}</h2>",
        table(
            ("symbol", "amount", "formula"),
            (
                (
                    word(total.symbol),
                    money(total.amount),
                    said(total.formula),
                )
                for total in document.totals
            ),
        ),
        *_differences(document),
        *remark_section(document.remarks),
        *_behind(sources),
    ]
    return framed(f"{document.contract} {document.period}", body)


def _head(document: _Document, sources: YearInputs | TermInputs | _Document) -> Iterator[str]:
    yield f"<h1>{word(document.kind)} · {escape(document.period)}</h1>"
    contract = sources.contract
    if isinstance(contract, Contract):
        yield paragraph(both(contract.name_zh, contract.name_en))
        yield paragraph(f"{word('client')}: {escape(contract.client)}")
        yield paragraph(f"{word('provider')}: {escape(contract.provider)}")
    yield (
        f'<p class="soft">{escape(document.contract)} v{document.contract_version},'
        f" {document.first_day}/{document.end_day}, <code>sha256 {document.sha256}</code></p>"
    )
    yield f'<p class="soft">{word("how_closing")}</p>'


def _differences(document: _Document) -> Iterator[str]:
    if not isinstance(document, TrueUp) or not document.differences:
        return
    yield f"<h2>{word('differences')}</h2>"
    rows = (
        (each.month, escape(each.line), word(each.side), money(each.signed), money(each.now))
        for each in document.differences
    )
    yield table(("month_name", "line", "side", "signed", "now"), rows)


def _behind(sources: YearInputs | TermInputs | _Document) -> Iterator[str]:
    if not isinstance(sources, YearInputs | TermInputs):
        yield f"<h2>{word('reversed')}</h2>"
        yield fold(escape(sources.period), "", nested(told(sources)))
        return
    yield f"<h2>{word('months_signed')}</h2>"
    yield from map(_month, _signed(sources))
    years = sources.years if isinstance(sources, TermInputs) else sources.quarters or ()
    if isinstance(sources, TermInputs) or years:
        yield f"<h2>{word('years_signed')}</h2>"
        for year in years:
            amount = None if year.payment is None else year.payment.amount
            yield fold(escape(year.period), money(amount), nested(told(year)))
    yield f"<h2>{word('inputs')}</h2>"
    yield fold(word("contract"), "", nested(told(sources.contract)))


def _signed(sources: YearInputs | TermInputs) -> Sequence[Statement]:
    return [settle(each) for each in sources.signed]


def _month(statement: Statement) -> str:
    rows = (
        (
            word(line.side),
            escape(line.code),
            money(line.amount),
            said(line.formula),
        )
        for line in statement.lines
    )
    return fold(
        escape(statement.month),
        money(statement.to_provider()),
        f'<p class="soft"><code>sha256 {statement.sha256}</code></p>',
        table(("side", "line", "amount", "formula"), rows),
    )
