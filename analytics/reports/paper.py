"""A report as sentences and tables in no language: words are keys, numbers are text. Pure.

It is worded and laid out by who shows it; a cell of None is what nobody knows.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from domain.canonical import plain
from domain.sentence import Sentence

Cell: TypeAlias = Decimal | str | Mapping[str, Any] | None
"""An amount, text as it is, or what `say` or `named` gives."""
_MILLIONTH = Decimal("0.000001")
_WORDS = frozenset({"carrier", "kind"})
"""Parts of reasons that are keys of words."""


def say(key: str, /, **parts: Cell) -> dict[str, Any]:
    """A sentence or a word, by the key of its words, with what it tells of."""
    if not parts:
        return {"say": key}
    return {"say": key, "with": {name: _plain(part) for name, part in parts.items()}}


def because(why: str) -> Cell:
    """Why something cannot be told, worded by its code; text without one stands as it is."""
    if not isinstance(why, Sentence):
        return why
    told = {n: say(part) if n in _WORDS else part for n, part in why.parameters.items()}
    return {"say": f"reason.{why.code}", "with": told, "plain": str(why)}


def named(zh: str, en: str) -> dict[str, str]:
    """What has a name in each language."""
    return {"zh": zh, "en": en or zh}


def listed(parts: Sequence[Cell]) -> dict[str, Any]:
    """Several of them, one after the other."""
    return {"list": [_plain(part) for part in parts]}


def figure(value: float | Decimal | Fraction | None) -> Decimal | None:
    """An amount to the millionth, which is more than any of them is measured to."""
    if value is None:
        return None
    if isinstance(value, Fraction):  # such as heads weighted by their days
        return (Decimal(value.numerator) / value.denominator).quantize(_MILLIONTH)
    return Decimal(str(value)).quantize(_MILLIONTH)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report.

    Attributes
    ----------
    nothing : str
        Key of what is said where there are no rows; without it the table is left out then.
    sums : tuple of str
        Columns whose sum means something.
    formulas : mapping of str to str
        Columns that follow from others, such as ``{baseline} - {actual}``: a workbook shows how.
    """

    key: str
    heads: tuple[str, ...]
    rows: Iterable[Sequence[Cell]]
    nothing: str = ""
    sums: tuple[str, ...] = ()
    formulas: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """As it stands in a document."""
        rows = [[_plain(cell) for cell in row] for row in self.rows]
        assert all(len(row) == len(self.heads) for row in rows), self.key  # noqa: S101 - ours
        return {
            "key": self.key,
            "heads": list(self.heads),
            "rows": rows,
            "nothing": self.nothing,
            "sums": list(self.sums),
            "formulas": dict(self.formulas),
        }


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a report says: how firm it is, its paragraphs, its tables.

    Attributes
    ----------
    vehicles : collection of int
        Vehicles it tells of.
    """

    standing: Sequence[Mapping[str, Any]]
    paragraphs: Sequence[Mapping[str, Any]]
    tables: Sequence[Table]
    vehicles: Collection[int] = ()


def paper(kind: str, institution: Mapping[str, str], period: str, drawn: Drawn) -> dict[str, Any]:
    """Make the document of a report.

    Parameters
    ----------
    institution : mapping
        Its ``code``, ``name_zh``, ``name_en`` and ``zone``.
    period : str
        A month (``2026-06``) or a year (``2026``).
    """
    return {
        "form": f"civicwatt/report/{kind}/1",
        "institution": dict(institution),
        "period": period,
        "standing": [dict(each) for each in drawn.standing],
        "paragraphs": [dict(each) for each in drawn.paragraphs],
        "tables": [table.told() for table in drawn.tables],
    }


def _plain(cell: Cell) -> Any:
    if isinstance(cell, Decimal):
        return {"amount": plain(cell)}
    return dict(cell) if isinstance(cell, Mapping) else cell
