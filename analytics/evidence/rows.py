"""The tables of a bundle: CSV with one header, read strictly, every cell with its place. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from domain.errors import InputError

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,12})?", re.ASCII)


def written(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write a table."""
    target = io.StringIO()
    table = csv.writer(target, lineterminator="\n")
    table.writerow(header)
    table.writerows(rows)
    return target.getvalue().encode()


def rows_of(content: bytes, header: Sequence[str], name: str) -> Iterator[tuple[str, list[str]]]:
    """Read a table: the place of each row, and its cells.

    Raises
    ------
    InputError
        With the part and the line.
    """
    reader = csv.reader(io.StringIO(text_of(content, name), newline=""), strict=True)
    try:
        for row in reader:
            place = f"{name}:{reader.line_num}"
            if reader.line_num == 1:
                if row != list(header):
                    raise InputError(f"{row}, want {','.join(header)}", place=place)
                continue
            if len(row) != len(header):
                raise InputError(f"{len(row)} cells, want {len(header)}", place=place)
            yield place, row
    except csv.Error as error:
        raise InputError(str(error), place=f"{name}:{reader.line_num}") from None


def text_of(content: bytes, name: str) -> str:
    """Text of a part in UTF-8.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"no UTF-8: {error}", place=name) from None


def stamp(instant: datetime) -> str:
    """An instant in UTC, as tables of a bundle write it."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instant_of(text: str, place: str) -> datetime:
    """Read what `stamp` writes.

    Raises
    ------
    InputError
        If it is anything else.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text[:40]!r} is no instant", place=place) from None
    if found.tzinfo is None or stamp(found) != text:
        raise InputError(f"{text!r}, want UTC as 2026-07-01T00:00:00Z", place=place)
    return found


def number_of(text: str, place: str) -> Decimal:
    """Read a plain decimal number.

    Raises
    ------
    InputError
        If it is none, or no meter counts so far.
    """
    if _NUMBER.fullmatch(text) is None:
        raise InputError(f"{text[:40]!r} is no number a meter shows", place=place)
    return Decimal(text)
