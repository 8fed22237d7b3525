"""A tariff of the store as TOML of the schema ``tariff/1``, as a bundle holds it. Pure."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from domain.canonical import plain
from domain.tariff_file import SCHEMA


def tariff_text(head: Mapping[str, str], versions: Sequence[Mapping[str, object]]) -> str:
    """Write a tariff.

    Parameters
    ----------
    head : mapping
        Code, medium and names.
    versions : sequence of mapping
        Terms of each version with its days and provenance, as `read_version` takes them.
    """
    lines = [f"{name} = {_value(value)}" for name, value in {"schema": SCHEMA, **head}.items()]
    for version in versions:
        lines += ["", "[[version]]"]
        lines += [f"{name} = {_value(value)}" for name, value in version.items()]
    return "\n".join([*lines, ""])


def _value(value: object) -> str:
    """A value in one line; numbers keep every digit."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return plain(value)
    return json.dumps(value, ensure_ascii=False)


def _key(name: object) -> str:
    return json.dumps(str(name), ensure_ascii=False)
