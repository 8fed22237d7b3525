"""A file as a grid of texts, whichever kind of file it is. Every file is hostile."""

from dataclasses import dataclass, field

from ingest.sheet.fault import SheetFault, fault

FILE_MAX_BYTES = 5 * 2**20
ROWS_MAX = 20_000
COLUMNS_MAX = 50
CELL_MAX = 2_000
"""Longest text of a cell. [character]"""


@dataclass(slots=True)
class Grid:
    """Cells of one sheet as text.

    Attributes
    ----------
    rows : list of (int, list of str)
        Number as a spreadsheet counts, and cells; rows without any text are left out.
    """

    sheet: str
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    faults: list[SheetFault] = field(default_factory=list)

    def add(self, number: int, cells: list[str]) -> bool:
        """Take a row; False when the grid is full and reading must end."""
        if not any(cells):
            return True
        if len(self.rows) > ROWS_MAX:
            self._refuse(number, "too_many_rows", "", f"at most {ROWS_MAX:,}")
            return False
        if any(cells[COLUMNS_MAX:]):
            self._refuse(number, "too_many_columns", "", f"at most {COLUMNS_MAX}")
            return False
        long = next((cell for cell in cells if len(cell) > CELL_MAX), None)
        if long is not None:
            self._refuse(number, "too_long", long, f"at most {CELL_MAX:,}")
            return False
        self.rows.append((number, cells[:COLUMNS_MAX]))
        return True

    def _refuse(self, row: int, code: str, seen: str, wanted: str) -> None:
        self.faults.append(fault(self.sheet, row, "", code, seen, wanted))


def unreadable(sheet: str, code: str, seen: str, wanted: str) -> Grid:
    """A file that is refused as a whole."""
    return Grid(sheet, faults=[fault(sheet, 0, "", code, seen, wanted)])
