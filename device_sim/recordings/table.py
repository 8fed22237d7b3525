"""CSV files, plain or ``.gz``, read row by row with the place of every cell at hand."""

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from domain.errors import InputError


class Table:
    """A CSV file with one header row, in UTF-8. A context manager.

    Attributes
    ----------
    header : tuple of str
        Names of columns without blanks around them.
    line : int
        Of the row read last, from 1.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line = 1
        try:
            self._file = path.open("rb")
            self._size = max(path.stat().st_size, 1)
        except OSError as error:
            raise InputError(f"cannot be opened: {error.strerror}", place=str(path)) from None
        packed = path.suffix == ".gz"
        binary = gzip.GzipFile(fileobj=self._file) if packed else self._file
        self._text = io.TextIOWrapper(binary, "utf-8-sig", newline="")
        self._reader = csv.reader(self._text, strict=True)
        try:
            self.header = tuple(name.strip() for name in self._first_line())
        except InputError:
            self._close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    @property
    def share_read(self) -> float:
        """Share of the file's bytes that were read [0..1]."""
        return min(self._file.tell() / self._size, 1.0)

    def column(self, name: str) -> int:
        """Index of a column.

        Raises
        ------
        InputError
            If there is none of that name, or more than one.
        """
        found = self.header.count(name)
        if found != 1:
            count = "no column" if not found else f"{found} columns"
            raise InputError(
                f"{count} {name!r}; columns are {', '.join(self.header[:20])}",
                place=f"{self.path}:1",
            )
        return self.header.index(name)

    def rows(self) -> Iterator[list[str]]:
        """Rows after the header; blank lines are no rows.

        Raises
        ------
        InputError
            If a row has more or fewer cells than the header, or cannot be read.
        """
        for row in self._lines():
            if not row:
                continue
            if len(row) != len(self.header):
                raise InputError(
                    f"{len(row)} cells, want {len(self.header)} as in the header",
                    place=f"{self.path}:{self.line}",
                )
            yield row

    def refusal(self, line: int, column: int, reason: str) -> InputError:
        """An error about a cell."""
        return InputError(reason, place=f"{self.path}:{line}:{self.header[column]}")

    def _first_line(self) -> list[str]:
        header = next(self._lines(), None)
        if header is None:
            raise InputError("is empty: want a header row", place=str(self.path))
        return header

    def _close(self) -> None:
        self._text.close()
        self._file.close()  # which gzip leaves open

    def _lines(self) -> Iterator[list[str]]:
        while True:
            try:
                row = next(self._reader)
            except StopIteration:
                return
            except (csv.Error, UnicodeDecodeError, EOFError, OSError) as error:
                place = f"{self.path}:{self._reader.line_num + 1}"
                raise InputError(f"cannot be read: {error}", place=place) from None
            self.line = self._reader.line_num
            yield row
