"""A report as one HTML page, which the PDF is laid out from. Everything is escaped."""

from collections.abc import Iterator
from decimal import Decimal
from html import escape

from api.report_paper import Cell, ReportPaper, Section

_PLACES = {"cost_cny": 2, "price": 6, "opened": 0, "resolved": 0, "standing": 0}
_USUAL_PLACES = 2
_WORDS = frozenset(
    {
        "what",
        "unit",
        "medium",
        "item",
        "item_code",
        "meter",
        "line",
        "period",
        "checked",
        "priority",
        "kind",
        "place",
    }
)
"""Columns of words; in any other numbers stand below each other."""


def as_html(paper: ReportPaper) -> str:
    """Make the page; its head has title and language, as tagged PDF wants them."""
    tongue = "en" if paper.lang == "en" else "zh-CN"
    return "".join(
        (
            f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8">',
            f"<title>{escape(paper.heading)}</title></head><body>",
            f'<h1 data-foot="{escape(paper.foot)}">{escape(paper.heading)}</h1>',
            f'<p class="standing">{escape(paper.standing[0])}</p>',
            *(f"<p>{escape(each)}</p>" for each in paper.standing[1:]),
            f"<p>{escape(paper.paragraph)}</p>",
            *(part for section in paper.sections() for part in _section(paper, section)),
            "</body></html>",
        )
    )


def _section(paper: ReportPaper, section: Section) -> Iterator[str]:
    if not section.rows and not section.nothing:
        return
    yield f"<h2>{escape(paper.word(section.key))}</h2>"
    if not section.rows:
        yield f"<p>{escape(paper.word(section.nothing))}</p>"
        return
    yield "<table><thead><tr>"
    yield from (
        f'<th scope="col"{_side(head)}>{escape(paper.word(head))}</th>' for head in section.heads
    )
    yield "</tr></thead><tbody>"
    for row in section.rows:
        yield "<tr>"
        yield from (_cell(paper, *each) for each in zip(section.heads, row, strict=True))
        yield "</tr>"
    yield "</tbody></table>"


def _cell(paper: ReportPaper, head: str, cell: Cell) -> str:
    if isinstance(cell, Decimal):
        text = f"{cell:,.{_PLACES.get(head, _USUAL_PLACES)}f}"
        if head == "price":
            text = text.rstrip("0").rstrip(".")
    else:
        text = paper.word("missing") if cell is None else cell
    return f"<td{_side(head)}>{escape(text)}</td>"


def _side(head: str) -> str:
    return "" if head in _WORDS else ' class="number"'
