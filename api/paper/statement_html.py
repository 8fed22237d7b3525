"""A statement on paper as one HTML page, which the PDF is laid out from. Everything is escaped."""

from base64 import b64encode
from collections.abc import Iterator
from decimal import Decimal
from html import escape

from api.paper.saving_chart import chart_words, saving_chart
from api.paper.statement_inputs import inputs_table
from api.paper.statement_measurement import measurement, with_sureness
from api.paper.statement_paper import Paper
from api.paper.statement_tables import (
    MONEY,
    Cell,
    Row,
    Table,
    course,
    days_left_out,
    differences,
    disputes,
    facts,
    lines,
    payment,
    registers,
    remarks,
    saving,
    steps,
    totals,
)

_NUMBERS = MONEY | {"value", "days_out"}
_TEXTS = frozenset({"formula", "basis", "detail", "source", "subject"})


def as_html(paper: Paper) -> str:
    """Make the page; its head has title and language, as tagged PDF wants them."""
    tongue = "en" if paper.lang == "en" else "zh-CN"
    title = f"{paper.heading} · {paper.title}"
    return "".join(
        (
            f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8">',
            f"<title>{escape(title)}</title></head><body>",
            *_head(paper),
            *_body(paper),
            "</body></html>",
        )
    )


def _head(paper: Paper) -> Iterator[str]:
    digest = paper.document.sha256
    foot = f"{paper.document.contract} · {paper.period} · SHA-256 {digest}"
    yield f'<h1 data-foot="{escape(foot)}">{escape(paper.heading)}</h1>'
    yield f"<p>{escape(paper.title)}</p>"
    yield f'<p class="standing">{escape(paper.standing)}</p>'
    paid = paper.document.payment
    if paid is not None:
        who = f"{paper.word(paid.payer)} {paper.word('pays')} {paper.word(paid.payee)}"
        until = f"{paper.word('due_on')} {paid.due_on}"
        owed = f"<strong>{_money(paid.amount)}</strong> CNY · {escape(until)}"
        yield f'<div class="owed"><p>{escape(who)}</p><p>{owed}</p></div>'
    yield _facts(paper)


def _body(paper: Paper) -> Iterator[str]:
    sections = (totals, payment, lines, differences, registers)
    for section in sections:
        yield from _section(paper, section(paper))
    if paper.savings:
        yield f"<h2>{paper.word('savings')}</h2>"
        yield from _savings(paper)
    later = (measurement, days_left_out, remarks, disputes, steps, inputs_table, course)
    for section in later:
        yield from _section(paper, section(paper))
    yield f"<h2>{paper.word('signatures')}</h2>"
    yield f'<p class="text">{escape(paper.word("signing_hint"))}</p>'
    boxes = (
        f"<div><p>{escape(what)}: {escape(name)}</p><p>{escape(person)}</p>"
        f"<p>{escape(how)}</p></div>"
        for what, name, person, how in paper.signatories()
    )
    yield f'<div class="signatories">{"".join(boxes)}</div>'


def _section(paper: Paper, table: Table) -> Iterator[str]:
    if table.rows:
        yield f"<h2>{escape(paper.word(table.name))}</h2>"
        yield _table(paper, table)


def _savings(paper: Paper) -> Iterator[str]:
    for found in paper.savings:
        drawing = b64encode(saving_chart(paper, found).encode()).decode()
        words = escape(chart_words(paper, found))
        yield f"<h3>{escape(paper.saving_title(found))}</h3>"
        yield f'<img src="data:image/svg+xml;base64,{drawing}" alt="{words}">'
        yield _table(paper, with_sureness(paper, saving(paper, found), found))


def _facts(paper: Paper) -> str:
    rows = (
        f'<tr><th scope="row">{_cell(paper, name)}</th><td>{_cell(paper, text)}</td></tr>'
        for name, text in facts(paper).rows
    )
    return f'<table class="facts"><tbody>{"".join(rows)}</tbody></table>'


def _table(paper: Paper, table: Table) -> str:
    heads = "".join(
        f'<th scope="col"{_class(head)}>{escape(paper.word(head))}</th>' for head in table.heads
    )
    rows = "".join(_row(paper, table, row) for row in table.rows)
    # Of name and value the name is given room, and of inputs the values may break.
    kind = "pairs" if len(table.heads) == 2 else table.name  # noqa: PLR2004 - name and value
    return f'<table class="{kind}"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _row(paper: Paper, table: Table, row: Row) -> str:
    first, *others = zip(table.heads, row, strict=True)
    blocks = ' class="blocks"' if first == ("blocks", paper.word("yes")) else ""
    cells = (f"<td{_class(head)}>{_cell(paper, cell)}</td>" for head, cell in others)
    start = f'<th scope="row"{_class(first[0])}>{_cell(paper, first[1])}</th>'
    return f"<tr{blocks}>{start}{''.join(cells)}</tr>"


def _class(head: str) -> str:
    if head in _NUMBERS:
        return ' class="number"'
    return ' class="text"' if head in _TEXTS else ""


def _cell(paper: Paper, cell: Cell) -> str:
    if cell is None:
        return f'<span class="missing">{escape(paper.word("missing"))}</span>'
    return _money(cell) if isinstance(cell, Decimal) else escape(cell)


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"
