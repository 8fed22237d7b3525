"""A saving as a drawing (SVG): the baseline as it was and adjusted, its band, and the use."""

from collections.abc import Iterator
from decimal import Decimal
from html import escape

from analytics.settlement.statement import SavingFigure
from api.paper.statement_paper import Paper, figure

_WIDTH, _LABELS, _VALUES = 640, 150, 110
"""Of the drawing, of the names before the bars, of the figures behind them. [px]"""
_ROW, _BAR = 34, 18
"""Height of a row and of its bar. [px]"""
_COLOURS = {"unadjusted": "#9aa5b0", "adjusted_baseline": "#5d6872", "use": "#2b6a99"}


def saving_chart(paper: Paper, found: SavingFigure) -> str:
    """Draw a saving; what the bars say stands beside them as text."""
    bars = {
        "unadjusted": found.naive + found.use,
        "adjusted_baseline": found.adjusted_baseline,
        "use": found.use,
    }
    low, high = _band(found)
    longest = max(*bars.values(), high or Decimal(0)) or Decimal(1)
    across = _WIDTH - _LABELS - _VALUES

    def at(value: Decimal) -> float:
        return float(max(value, Decimal(0)) / longest) * across

    height = _ROW * len(bars)
    head = '<svg xmlns="http://www.w3.org/2000/svg" font-family="Noto Sans CJK SC" font-size="12" '
    parts = [f'{head}viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}">']
    for number, (name, value) in enumerate(bars.items()):
        parts += _bar(paper.word(name), value, at(value), number * _ROW, _COLOURS[name])
        if name == "adjusted_baseline" and low is not None and high is not None:
            parts.append(_bracket(at(low), at(high), number * _ROW))
    parts.append(f'<path d="M{_LABELS} 0V{height}" stroke="#1c2126" stroke-width="1"/></svg>')
    return "".join(parts)


def chart_words(paper: Paper, found: SavingFigure) -> str:
    """What the drawing shows, for whoever does not see it."""
    told = (
        ("unadjusted", found.naive + found.use),
        ("adjusted_baseline", found.adjusted_baseline),
        ("use", found.use),
        ("saving", found.saving),
    )
    figures = ", ".join(f"{paper.word(name)} {figure(value)} {found.unit}" for name, value in told)
    return f"{paper.saving_title(found)}: {figures}"


def _band(found: SavingFigure) -> tuple[Decimal | None, Decimal | None]:
    """The band of the saving, as one of the adjusted baseline. [unit]."""
    if found.low is None or found.high is None:
        return None, None
    return found.use + found.low, found.use + found.high


def _bar(name: str, value: Decimal, length: float, top: int, colour: str) -> Iterator[str]:
    middle, inset = top + _ROW / 2, top + (_ROW - _BAR) / 2
    yield f'<text x="{_LABELS - 8}" y="{middle + 4}" text-anchor="end">{escape(name)}</text>'
    yield (
        f'<rect x="{_LABELS}" y="{inset}" width="{length:.2f}" height="{_BAR}" fill="{colour}"/>'
    )
    yield f'<text x="{_WIDTH}" y="{middle + 4}" text-anchor="end">{value:,.1f}</text>'


def _bracket(low: float, high: float, top: int) -> str:
    """The band as a line with two ends."""
    middle, first, last = top + _ROW / 2, _LABELS + low, _LABELS + high
    ends = "".join(f"M{x:.2f} {middle - 6}V{middle + 6}" for x in (first, last))
    path = f"M{first:.2f} {middle}H{last:.2f}{ends}"
    return f'<path d="{path}" stroke="#9a5a00" stroke-width="2" fill="none"/>'
