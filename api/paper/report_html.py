"""A report as one HTML page, which the PDF is laid out from. Everything is escaped."""

from collections.abc import Iterator
from decimal import Decimal
from html import escape

from api.paper.report_paper import Cell, Paper, Section

_PLACES = {
    "price": 6,
    **dict.fromkeys(("mean_flow", "usual", "last_night", "trend", "expected", "actual"), 3),
    **dict.fromkeys(("opened", "resolved", "standing", "nights", "nights_whole"), 0),
}
_USUAL_PLACES = 2


def as_html(paper: Paper) -> str:
    """Make the page; its head has title and language, as tagged PDF wants them."""
    tongue = "en" if paper.lang == "en" else "zh-CN"
    return "".join(
        (
            f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8">',
            f"<title>{escape(paper.heading)}</title></head><body>",
            f'<h1 data-foot="{escape(paper.foot)}">{escape(paper.heading)}</h1>',
            f'<p class="standing">{escape(paper.standing[0])}</p>',
            *(f"<p>{escape(each)}</p>" for each in paper.standing[1:]),
            *(f"<p>{escape(each)}</p>" for each in paper.paragraphs),
            *(part for section in paper.sections() for part in _section(paper, section)),
            "</body></html>",
        )
    )


def _section(paper: Paper, section: Section) -> Iterator[str]:
    if not section.rows and not section.nothing:
        return
    yield f"<h2>{escape(paper.word(section.key))}</h2>"
    if not section.rows:
        yield f"<p>{escape(paper.word(section.nothing))}</p>"
        return
    sides = dict.fromkeys(section.numbers, ' class="number"')
    yield "<table><thead><tr>"
    yield from (
        f'<th scope="col"{sides.get(head, "")}>{escape(paper.word(head))}</th>'
        for head in section.heads
    )
    yield "</tr></thead><tbody>"
    for row in section.rows:
        yield "<tr>"
        for head, cell in zip(section.heads, row, strict=True):
            yield f"<td{sides.get(head, '')}>{escape(_text(paper, head, cell))}</td>"
        yield "</tr>"
    yield "</tbody></table>"


def _text(paper: Paper, head: str, cell: Cell) -> str:
    if not isinstance(cell, Decimal):
        return paper.word("missing") if cell is None else cell
    text = f"{cell:,.{_PLACES.get(head, _USUAL_PLACES)}f}"
    return text.rstrip("0").rstrip(".") if head == "price" else text
