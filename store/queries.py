"""Named SQL. Every statement of the product lives in `sql/`, none in Python."""

import re
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def _files() -> dict[str, Traversable]:
    """Files by their name alone: a name is used once, in whichever folder."""
    top = resources.files("store") / "sql" / "queries"
    folders = [top, *(each for each in top.iterdir() if each.is_dir())]
    files = [each for folder in folders for each in folder.iterdir() if each.is_file()]
    return {file.name.removesuffix(".sql"): file for file in files}


@cache
def _statements(file: str) -> dict[str, LiteralString]:
    text = _files()[file].read_text("utf-8")
    parts = _NAME.split(text)
    return cast("dict[str, LiteralString]", dict(zip(parts[1::2], parts[2::2], strict=True)))


def sql(file: str, name: str) -> LiteralString:
    """Text of the statement `name` in `<file>.sql`, in `sql/queries` or a folder of it.

    Raises
    ------
    LookupError
        If the file has no statement of that name.
    """
    statements = _statements(file)
    if name not in statements:
        raise LookupError(f"no statement {name!r} in {file}.sql; there are {sorted(statements)}")
    return statements[name]
