"""Named SQL. Every statement of the product lives in `sql/`, none in Python."""

import re
from functools import cache
from importlib import resources
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def _statements(file: str) -> dict[str, LiteralString]:
    text = (resources.files("store") / "sql" / "queries" / f"{file}.sql").read_text("utf-8")
    parts = _NAME.split(text)
    return cast("dict[str, LiteralString]", dict(zip(parts[1::2], parts[2::2], strict=True)))


def sql(file: str, name: str) -> LiteralString:
    """Text of the statement `name` in `sql/queries/<file>.sql`.

    Raises
    ------
    LookupError
        If the file has no statement of that name.
    """
    statements = _statements(file)
    if name not in statements:
        raise LookupError(f"no statement {name!r} in {file}.sql; there are {sorted(statements)}")
    return statements[name]
