"""Canonical text: a number in it, and its rows."""

from collections.abc import Collection
from math import isfinite

from domain.errors import InputError


def cell(value: float) -> str:
    """Shortest text that reads back as the same number; empty where it is not known."""
    return repr(value) if isfinite(value) else ""


def number(text: str) -> float:
    """Number of a cell, NaN where it is empty."""
    return float(text or "nan")


def table(text: str, heads: Collection[str]) -> tuple[str, list[list[str]]]:
    """Head and rows of canonical text.

    Raises
    ------
    InputError
        If the head is another one, there is no row, or one has other columns; with the line.
    """
    head, *lines = text.splitlines() or [""]
    if head not in heads or not lines:
        wanted = " or ".join(repr(each) for each in heads)
        raise InputError(f"begins with {head!r}, want {wanted} and rows", place="line 1")
    rows = [line.split(",") for line in lines]
    for n, row in enumerate(rows, 2):
        if len(row) != head.count(",") + 1:
            raise InputError(f"{','.join(row)!r}: want {head}", place=f"line {n}")
    return head, rows
