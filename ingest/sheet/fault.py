"""What is wrong in a table, and exactly where."""

from dataclasses import dataclass

from domain.sentence import Sentence

SEEN_MAX = 80
"""So much of a value is told. [character]"""


@dataclass(frozen=True, slots=True)
class SheetFault:
    """One thing that keeps a table from being taken over.

    Attributes
    ----------
    sheet : str
        Name of the sheet; of a CSV file its name.
    row : int
        As a spreadsheet counts, the heading being 1; 0 for the file as a whole.
    column : str
        Name of the column; empty for a whole row or file.
    code : str
        Which fault it is; the console has its words.
    seen : str
        The value, shortened.
    wanted : str
        What would have been right: choices, a pattern, or the row it collides with.
    why : Sentence or None
        Where `wanted` is the refusal of somebody else: what it says, for other languages.
    """

    sheet: str
    row: int
    column: str
    code: str
    seen: str
    wanted: str
    why: Sentence | None = None


def fault(sheet: str, row: int, column: str, code: str, seen: str, wanted: str) -> SheetFault:
    """Note a fault, with no more of the value than can be read."""
    why = wanted if isinstance(wanted, Sentence) else None
    shown = seen if len(seen) <= SEEN_MAX else f"{seen[: SEEN_MAX - 1]}…"
    return SheetFault(sheet, row, column, code, shown, wanted, why)
