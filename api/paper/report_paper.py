"""A report as it is read: sections of words and numbers, the same on paper and in a workbook."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from api.paper.words import word
from domain.sub_item import sub_items
from store.institution.report import ReportRow

Cell = str | Decimal | None
"""None is what nobody knows; it is said in words and never 0."""

_HUNDRED = Decimal(100)
_HEADS = {
    "totals": ("what", "amount", "unit", "before", "change_pct"),
    "sub_items": ("medium", "item", "item_code", "use", "unit", "share_pct"),
    "costs": ("meter", "line", "period", "use", "unit", "price", "cost_cny", "checked"),
    "indicators": ("what", "value", "unit"),
    "meters": ("medium", "meter", "use", "unit", "measured_pct", "covered_pct"),
    "alerts": ("priority", "opened", "resolved", "standing"),
    "open_points": ("kind", "place", "value"),
}
"""Tables in the order of reading, and their columns."""
_FIRST = ("electricity", "water", "gas", "heat", "cooling")
_LAST = ("cost", "coal_equivalent", "co2")
"""Totals are told in this order; whatever else was used stands between."""
_NOTHING = {"alerts": "no_alerts", "open_points": "no_open_points"}
"""What is said of a table without rows; of another nothing."""


_SUMS = {"costs": ("cost_cny",)}


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a report.

    Attributes
    ----------
    nothing : str
        Key of what is said where there are no rows; without it the table is left out then.
    sums : tuple of str
        Columns whose sum means something.
    formulas : mapping of str to str
        Columns that follow from others of their row, which stand in braces.
    """

    key: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    nothing: str = ""
    sums: tuple[str, ...] = ()
    formulas: Mapping[str, str] = field(default_factory=dict)

    @property
    def numbers(self) -> frozenset[str]:
        """Columns without any word."""
        words = {
            head for row in self.rows for head, cell in zip(self.heads, row, strict=True)
            if isinstance(cell, str)
        }  # fmt: skip
        return frozenset(self.heads) - words


class Paper(Protocol):
    """What is laid out on A4 or in a workbook, in one language."""

    @property
    def row(self) -> ReportRow:
        """What is kept of it."""

    @property
    def lang(self) -> str:
        """Of its words."""

    def word(self, key: str) -> str:
        """A word; a key that is none stands for itself."""

    @property
    def title(self) -> str:
        """What it is."""

    @property
    def heading(self) -> str:
        """What it is, of whom and when."""

    @property
    def standing(self) -> tuple[str, ...]:
        """How firm the figures are."""

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """What it says in short."""

    @property
    def foot(self) -> str:
        """Version and digest, by which a copy is known."""

    @property
    def period(self) -> str:
        """Month or year, as in the names of files."""

    def sections(self) -> tuple[Section, ...]:
        """Every table, in the order of reading."""


@dataclass(frozen=True, slots=True)
class ReportPaper:
    """The monthly report of an institution in a language (``en``, else Chinese)."""

    row: ReportRow
    document: Mapping[str, Any]
    lang: str

    def word(self, key: str, **parts: object) -> str:
        """A word or a sentence; a key that is none stands for itself."""
        return word("report", key, self.lang).format(**parts)

    @property
    def name(self) -> str:
        """The institution's name."""
        told: Mapping[str, str] = self.document["institution"]
        return (told["name_en"] if self.lang == "en" else told["name_zh"]) or told["code"]

    @property
    def title(self) -> str:
        """What it is."""
        return self.word(self.row.kind)

    @property
    def heading(self) -> str:
        """What it is, of whom and when."""
        return f"{self.title} · {self.name} · {self.document['month']}"

    @property
    def period(self) -> str:
        """The month."""
        month: str = self.document["month"]
        return month

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The totals in one sentence, ready for an annual report."""
        changes = (self.document["compared"] or {}).get("changes", {})
        said = [
            self.word(
                "said_use", what=self.word(what), amount=_grouped(figure), unit=self.unit(figure)
            )
            + self._said_change(changes.get(what))
            for what, figure in self._in_order()
        ]
        begin = self.word("said_begin", month=self.document["month"], name=self.name)
        return (begin + self.word("said_between").join(said) + self.word("said_end"),)

    def _said_change(self, change: str | None) -> str:
        if change is None:
            return ""
        share = Decimal(change) * _HUNDRED
        if not share:
            return self.word("said_same")
        return self.word("said_more" if share > 0 else "said_less", share=f"{abs(share):.2f}")

    def unit(self, figure: Mapping[str, str]) -> str:
        """Unit of a figure as people write it."""
        return self.word(figure["unit"])

    @property
    def standing(self) -> tuple[str, ...]:
        """How firm the figures are, and what they are compared with."""
        return tuple(self._standing())

    def _standing(self) -> Iterator[str]:
        told = self.document["standing"]
        yield self.word(
            told["state"], **{key: told[key] for key in ("sequence", "sha256") if key in told}
        )
        if not self.document["cost_is_whole"]:
            yield self.word("cost_not_whole")
        before = self.document["compared"]
        if before is None:
            yield self.word("nothing_before")
        else:
            if before["standing"]["state"] != "closed":
                yield self.word("compared_provisional")
            if not before["cost_is_whole"]:
                yield self.word("cost_not_whole_before")
            for what, why in before.get("unlike", {}).items():
                yield self.word(f"unlike_{why}", what=self.word(what))
        yield self.word("factors", **self.document["factor_set"])

    @property
    def foot(self) -> str:
        """Version and digest, by which a copy is known."""
        return self.word("version", version=self.row.version, sha256=self.row.sha256)

    def sections(self) -> tuple[Section, ...]:
        """Every table, in the order of reading."""
        rows = (
            self._totals(), self._items(), self._costs(), self._indicators(), self._meters(),
            self._alerts(), self._points(),
        )  # fmt: skip
        return tuple(
            Section(key, heads, tuple(each), _NOTHING.get(key, ""), _SUMS.get(key, ()))
            for (key, heads), each in zip(_HEADS.items(), rows, strict=True)
        )

    def _in_order(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        totals = self.document["totals"]
        between = sorted(totals.keys() - {*_FIRST, *_LAST})
        for what in (*_FIRST, *between, *_LAST):
            if what in totals:
                yield what, totals[what]

    def _totals(self) -> Iterator[tuple[Cell, ...]]:
        compared = self.document["compared"] or {"totals": {}, "changes": {}}
        for what, figure in self._in_order():
            past = compared["totals"].get(what)
            change = compared["changes"].get(what)
            yield (
                self.word(what), Decimal(figure["amount"]), self.unit(figure),
                None if past is None else Decimal(past["amount"]),
                None if change is None else Decimal(change) * _HUNDRED,
            )  # fmt: skip

    def _items(self) -> Iterator[tuple[Cell, ...]]:
        for medium in self.document["media"]:
            total = _used(medium)
            for item in medium.get("sub_items", ()):
                amount = Decimal(item["use"]["amount"])
                yield (
                    self.word(medium["medium"]), self.word(item["item"]),
                    self._code(item["item"]), amount, self.unit(item["use"]),
                    amount / total * _HUNDRED if total else None,
                )  # fmt: skip
            rest = medium.get("unmetered")
            if rest is not None:
                yield (
                    self.word(medium["medium"]), self.word("unmetered_rest"), "",
                    Decimal(rest["left"]["amount"]), self.unit(rest["left"]),
                    None if rest["share"] is None else Decimal(rest["share"]) * _HUNDRED,
                )  # fmt: skip

    def _code(self, slug: str) -> str:
        """National code of a sub-item, saying so while nobody has checked it."""
        item = sub_items().get(slug)
        if item is None:
            return ""
        return item.code if item.checked else self.word("code_unchecked", code=item.code)

    def _costs(self) -> Iterator[tuple[Cell, ...]]:
        for cost in self.document["costs"]:
            for line in cost["lines"]:
                if line["billed"]:
                    use, period = line["use"], line["period"]
                    yield (
                        cost["meter"],
                        self.word(line["name"]),
                        "" if period is None else self.word(period),
                        Decimal(use["amount"]),
                        self.unit(use),
                        Decimal(line["price"]),
                        Decimal(line["cost"]["amount"]),
                        self.word("yes" if line["checked"] else "no"),
                    )
            if cost["missing"]:
                yield (cost["meter"], cost["missing"], "", None, "", None, None, "")

    def _indicators(self) -> Iterator[tuple[Cell, ...]]:
        for each in self.document["indicators"]:
            value = None if each["value"] is None else Decimal(each["value"])
            yield self.word(each["name"]), value, each["unit"]

    def _meters(self) -> Iterator[tuple[Cell, ...]]:
        for medium in self.document["media"]:
            for meter in medium.get("meters", ()):
                measured = sum(
                    (Decimal(each["share"]) for each in meter["grades"]
                     if each["quantity_grade"] == "measured"),
                    Decimal(0),
                )  # fmt: skip
                covered = Decimal(meter["covered_s"]) / Decimal(meter["lasting_s"])
                yield (
                    self.word(medium["medium"]), meter["code"], Decimal(meter["use"]["amount"]),
                    self.unit(meter["use"]), measured * _HUNDRED, covered * _HUNDRED,
                )  # fmt: skip

    def _alerts(self) -> Iterator[tuple[Cell, ...]]:
        order = ("urgent", "high", "low")
        for each in sorted(
            self.document["alerts"], key=lambda count: order.index(count["priority"])
        ):
            counts = (Decimal(each[key]) for key in ("opened", "resolved", "standing"))
            yield (self.word(each["priority"]), *counts)

    def _points(self) -> Iterator[tuple[Cell, ...]]:
        for each in self.document["standing"].get("obstacles", ()):
            yield self.word(each["kind"]), each["place"], each["value"]
        for each in self.document["warnings"]:
            share = Decimal(each["share"] or 0) * _HUNDRED
            yield self.word(each["kind"]), self.word(each["medium"]), f"{share:.2f} %"
        for each in self.document["remarks"]:
            days = (each["since"] or "", each["told"].get("until", ""))
            yield self.word(each["kind"]), each["meter"], " - ".join(day for day in days if day)


def _used(medium: Mapping[str, Any]) -> Decimal:
    """What was used of a medium: what came in, and what its plants made for the house itself."""
    told = (medium.get("total"), medium.get("plant", {}).get("self_used"))
    return sum((Decimal(each["amount"]) for each in told if each), Decimal(0))


def _grouped(figure: Mapping[str, str]) -> str:
    places = 2 if figure["unit"] == "CNY" else 1
    return f"{Decimal(figure['amount']):,.{places}f}"
