"""Types of the API for the console, from the API's own document: `ui/src/api/schema.ts`.

python ops/console_types.py     writes every schema that ui/src names as Schemas['..'], and theirs
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api.app import create_app
from api.settings import ApiSettings

CONSOLE = Path(__file__).parents[1] / "ui" / "src"
FILE = CONSOLE / "api" / "schema.ts"
_HEAD = "/** What the API's document says of what the console names. Generated: `make types`. */"
_NAMED = re.compile(r"Schemas\['(\w+)'\]")
_REFERENCE = "#/components/schemas/"
_PLAIN = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean"}


def main() -> None:
    """Write the types anew."""
    FILE.write_text(types(schemas(), named()), "utf-8")


def schemas() -> Mapping[str, Any]:
    """Every schema of the document."""
    app = create_app(ApiSettings(database_url="postgresql://nowhere"))
    found: Mapping[str, Any] = app.openapi()["components"]["schemas"]
    return found


def named() -> set[str]:
    """Schemas that the console names."""
    files = [file for form in ("*.ts", "*.vue") for file in CONSOLE.rglob(form) if file != FILE]
    return {name for file in files for name in _NAMED.findall(file.read_text("utf-8"))}


def types(known: Mapping[str, Any], wanted: set[str]) -> str:
    """TypeScript of the wanted schemas and of those they hold, in the order of their names.

    Raises
    ------
    KeyError
        If the console names a schema that the document does not have.
    """
    needed: set[str] = set()
    left = set(wanted)
    while left:
        name = left.pop()
        needed.add(name)
        left |= set(_references(known[name])) - needed
    lines = [_HEAD, "export interface Schemas {"]
    for name in sorted(needed):
        lines.extend(_remark(known[name], "  "))
        lines.append(f"  {name}: {_type(known[name], '  ')}")
    return "\n".join([*lines, "}", ""])


def _references(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(reference := schema.get("$ref"), str):
            yield reference.removeprefix(_REFERENCE)
        for each in schema.values():
            yield from _references(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _references(each)


def _remark(schema: Mapping[str, Any], indent: str) -> Iterator[str]:
    if text := " ".join(str(schema.get("description", "")).split()):
        yield f"{indent}/** {text.replace('*/', '* /')} */"


def _type(schema: Mapping[str, Any], indent: str) -> str:
    """TypeScript of one schema; what the document leaves open is `unknown`."""
    if "$ref" in schema:
        return f"Schemas['{schema['$ref'].removeprefix(_REFERENCE)}']"
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return " | ".join(dict.fromkeys(_type(each, indent) for each in schema[choice]))
    if "const" in schema or "enum" in schema:
        return " | ".join(_literal(each) for each in schema.get("enum", [schema.get("const")]))
    kind = schema.get("type")
    if kind == "array":
        return _array(schema, indent)
    if kind == "object":
        return _object(schema, indent)
    return "null" if kind == "null" else _PLAIN.get(str(kind), "unknown")


def _literal(value: object) -> str:
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return {True: "true", False: "false", None: "null"}.get(value, str(value))  # type: ignore[call-overload,no-any-return]  # a literal of JSON


def _array(schema: Mapping[str, Any], indent: str) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_type(each, indent) for each in schema['prefixItems'])}]"
    item = _type(schema.get("items", {}), indent)
    return f"({item})[]" if "|" in item else f"{item}[]"


def _object(schema: Mapping[str, Any], indent: str) -> str:
    if "properties" not in schema:
        rest = schema.get("additionalProperties")
        return f"Record<string, {_type(rest, indent) if isinstance(rest, dict) else 'unknown'}>"
    inner = f"{indent}  "
    lines = ["{"]
    for name, value in schema["properties"].items():
        needed = name in schema.get("required", [])
        lines.extend(_remark(value, inner))
        lines.append(f"{inner}{name}{'' if needed else '?'}: {_type(value, inner)}")
    return "\n".join([*lines, f"{indent}}}"])


if __name__ == "__main__":
    main()
