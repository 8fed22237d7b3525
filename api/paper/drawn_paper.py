"""A drawn report in a language: its keys become words, its amounts numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from api.paper.report_paper import Cell, Paper, ReportPaper, Section
from api.paper.words import word, word_list
from store.institution.report import ReportRow

_MONTHLY = "institution_month"
_WORDS = {"": "report", "displacement": "displacement", "reason": "reason"}
"""List of words by what stands before the point of their key."""
_SHOWN_PLACES = 2
"""Of an amount within a sentence."""


def paper_of(row: ReportRow, document: Mapping[str, Any], lang: str) -> Paper:
    """The paper of a report of any kind, in a language (``en``, else Chinese)."""
    if row.kind == _MONTHLY:
        return ReportPaper(row, document, lang)
    return DrawnPaper(row, document, lang)


@dataclass(frozen=True, slots=True)
class DrawnPaper:
    """A report of `analytics.reports.paper` in a language."""

    row: ReportRow
    document: Mapping[str, Any]
    lang: str

    def word(self, key: str) -> str:
        """A word or the template of a sentence; a key that is none stands for itself."""
        words, _, name = key.rpartition(".")
        known = name in word_list(_WORDS[words])
        return word(_WORDS[words], name, self.lang) if known else key

    @property
    def period(self) -> str:
        """Month or year."""
        period: str = self.document["period"]
        return period

    @property
    def title(self) -> str:
        """What it is."""
        return self.word(f"kind_{self.row.kind}")

    @property
    def heading(self) -> str:
        """What it is, of whom and when."""
        told = self.document["institution"]
        name = (told["name_en"] if self.lang == "en" else told["name_zh"]) or told["code"]
        return f"{self.title} · {name} · {self.period}"

    @property
    def standing(self) -> tuple[str, ...]:
        """How firm the figures are."""
        return tuple(self._text(each) for each in self.document["standing"])

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """What it says in short."""
        return tuple(self._text(each) for each in self.document["paragraphs"])

    @property
    def foot(self) -> str:
        """Version and digest, by which a copy is known."""
        return self.word("version").format(version=self.row.version, sha256=self.row.sha256)

    def sections(self) -> tuple[Section, ...]:
        """Every table, in the order of reading."""
        return tuple(
            Section(
                each["key"],
                tuple(each["heads"]),
                tuple(tuple(map(self._cell, row)) for row in each["rows"]),
                each["nothing"],
                tuple(each["sums"]),
                each["formulas"],
            )
            for each in self.document["tables"]
        )

    def _cell(self, cell: Any) -> Cell:
        if cell is None or isinstance(cell, str):
            return cell
        return Decimal(cell["amount"]) if "amount" in cell else self._text(cell)

    def _text(self, told: Any) -> str:
        """A sentence, a name or an amount as it is read; None is said to be missing."""
        if told is None or isinstance(told, str):
            return self.word("missing") if told is None else told
        if "amount" in told:
            return _shown(Decimal(told["amount"]))
        if "list" in told:
            return self.word("displacement.list").join(map(self._text, told["list"]))
        if "say" not in told:
            name: str = told["en" if self.lang == "en" else "zh"]
            return name
        parts = {name: self._text(part) for name, part in told.get("with", {}).items()}
        words = self.word(told["say"])
        unknown = words == told["say"] and "plain" in told  # a reason that has no words yet
        return str(told["plain"]) if unknown else words.format(**parts)


def _shown(amount: Decimal) -> str:
    text = f"{amount:,.{_SHOWN_PLACES}f}"
    return text.rstrip("0").rstrip(".")
