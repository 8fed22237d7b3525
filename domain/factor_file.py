"""Factor sets from files: TOML in, checked sets out, or the place of the first mistake.

Every number of a file passes here before it can enter a figure: its unit, its range, its region,
its source, and that nothing else in the set says the same thing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TypeVar

from domain.errors import InputError
from domain.factor import ElectricityBasis, Factor, FactorSet
from domain.factor_key import doubt
from domain.grid_region import is_region
from domain.sentence import Sentence
from domain.toml_text import read_toml

Kind = TypeVar("Kind")
SET_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""What a set may be called; figures are marked with it."""
YEARS = range(1990, 2101)
"""Years a factor may describe, or of the edition it stands in."""
EVIDENCE = ("document", "transcription", "two transcriptions that agree", "derived", "background")
_TABLE = {
    *("part", "key", "unit", "year", "effective_from", "source", "evidence", "note", "regions"),
    *("checked", "checked_by", "checked_on"),
}


@cache
def shipped_sets() -> tuple[FactorSet, ...]:
    """The sets that come with this version, from `domain/factors/`."""
    folder = resources.files("domain") / "factors"
    names = ("sets", "coal_equivalent", "fuel_co2", "grid")
    return read_sets({name: (folder / f"{name}.toml").read_text("utf-8") for name in names})


def read_sets(files: Mapping[str, str]) -> tuple[FactorSet, ...]:
    """Read sets and the tables they are made of.

    Parameters
    ----------
    files : Mapping of str to str
        Text by name; ``sets`` lists the sets, the others hold tables.

    Raises
    ------
    InputError
        For a factor in the wrong unit or out of its range, an unknown region, a missing source,
        two values for one thing, or electricity on two bases; with file and table.
    """
    tables = {
        name: tuple(_tables(name, _toml(name, text)))
        for name, text in files.items()
        if name != "sets"
    }
    described = _toml("sets", files["sets"]).get("set", [])
    return tuple(_set(f"sets.toml: set {n}", each, tables) for n, each in enumerate(described, 1))


def read_set(text: str, *, place: str) -> FactorSet:
    """Read one set with its tables from one file, as a person enters it; unchecked, without number.

    Raises
    ------
    InputError
        As `read_sets` does; also for a factor that calls itself checked: that is for a second
        person to say, where it is entered.
    """
    content = read_toml(text, place=place)
    unknown = content.keys() - {"set", "table"}
    if unknown:
        names = ", ".join(sorted(unknown))
        raise InputError(Sentence("keys_unknown", "nobody knows {keys}", keys=names), place=place)
    for name, rows in content.items():
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            reason = Sentence("want_tables", "want tables [[{name}]]", name=name)
            raise InputError(reason, place=place)
    described = content.get("set", [])
    if len(described) != 1:
        template = "want one [[set]], not {count}"
        raise InputError(Sentence("one_factor_set", template, count=len(described)), place=place)
    code = described[0].get("code")
    if not isinstance(code, str) or not SET_CODE.fullmatch(code):
        template = "code {code} is no code of a set: a to z, 0 to 9 and _, at most 40"
        raise InputError(Sentence("not_a_set_code", template, code=repr(code)), place=place)
    file = place.removesuffix(".toml")
    tables = {file: tuple(_tables(file, content))}
    checked = next((factor for _, factor in tables[file] if factor.checked), None)
    if checked is not None:
        reason = Sentence(
            "factor_says_checked",
            "{factor} calls itself checked: a second person checks it once it is entered",
            factor=f"{checked.key} {checked.region} {checked.year}",
        )
        raise InputError(reason, place=place)
    parts = list(dict.fromkeys(part for part, _ in tables[file]))
    return _set(f"{place}: set 1", {**described[0], "version": 1, "tables": parts}, tables)


def _toml(name: str, text: str) -> dict[str, list[dict[str, object]]]:
    return read_toml(text, place=f"{name}.toml")


def _tables(
    file: str, content: Mapping[str, list[dict[str, object]]]
) -> Iterator[tuple[str, Factor]]:
    """Name of the part, and factor, of every table in a file."""
    for number, table in enumerate(content.get("table", []), 1):
        place = f"{file}.toml: table {number}"
        unknown = table.keys() - _TABLE
        if unknown:
            raise InputError(f"unknown {', '.join(sorted(unknown))}", place=place)
        part = f"{file}/{table['part']}" if "part" in table else file
        for region, value in _want(table, "regions", dict, place).items():
            yield part, _factor(table, region, value, f"{place}, {region}")


def _factor(table: Mapping[str, object], region: str, value: object, place: str) -> Factor:
    if not isinstance(value, Decimal | int) or isinstance(value, bool):
        raise InputError(f"{value!r} is no number", place=place)
    if not is_region(region):
        raise InputError(f"{region!r} is no region, want CN, CN-TJ or grid-north", place=place)
    factor = Factor(
        key=_want(table, "key", str, place),
        region=region,
        year=_want(table, "year", int, place),
        effective_from=_want(table, "effective_from", date, place)
        if "effective_from" in table
        else None,
        value=Decimal(value),
        unit=_want(table, "unit", str, place),
        source=_want(table, "source", str, place),
        evidence=_want(table, "evidence", str, place),
        checked=_want(table, "checked", bool, place),
        note=_want(table, "note", str, place) if "note" in table else "",
    )
    reason = doubt(factor.key, factor.value, factor.unit) or _unfounded(factor)
    if reason:
        raise InputError(reason, place=place)
    return _with_check(factor, table, place) if factor.checked else factor


def _unfounded(factor: Factor) -> str | None:
    if not factor.source.strip():
        return f"{factor.key} names no source"
    if factor.year not in YEARS:
        return f"{factor.key} is of {factor.year}, want {YEARS[0]} to {YEARS[-1]}"
    if factor.evidence not in EVIDENCE:
        return f"evidence {factor.evidence!r}, want one of {', '.join(EVIDENCE)}"
    return None


def _with_check(factor: Factor, table: Mapping[str, object], place: str) -> Factor:
    """Say who checked it; a check is of a document by a person on a day."""
    by, on = _want(table, "checked_by", str, place), _want(table, "checked_on", date, place)
    if factor.evidence != "document" or not by.strip():
        raise InputError(
            f"{factor.key} is checked, want evidence 'document' and the name of who did it",
            place=place,
        )
    return replace(factor, checked_by=by, checked_on=on)


def _set(
    place: str,
    described: Mapping[str, object],
    tables: Mapping[str, tuple[tuple[str, Factor], ...]],
) -> FactorSet:
    wanted = _want(described, "tables", list, place)
    by_part: dict[str, list[Factor]] = {}
    for rows in tables.values():
        for part, factor in rows:
            by_part.setdefault(part, []).append(factor)
    absent = [part for part in wanted if part not in by_part]
    if absent:
        raise InputError(f"no tables {', '.join(map(str, absent))}", place=place)
    basis = _want(described, "electricity", str, place)
    if basis not in list(ElectricityBasis):
        raise InputError(
            f"electricity {basis!r}, want {' or '.join(ElectricityBasis)}", place=place
        )
    found = FactorSet(
        code=_want(described, "code", str, place),
        version=_want(described, "version", int, place),
        name_zh=_want(described, "name_zh", str, place),
        name_en=_want(described, "name_en", str, place),
        electricity=ElectricityBasis(basis),
        counts_water=_want(described, "counts_water", bool, place),
        factors=tuple(factor for part in wanted for factor in by_part[part]),
    )
    _refuse_contradiction(found, place)
    return found


def _refuse_contradiction(found: FactorSet, place: str) -> None:
    """Refuse electricity on another basis or on two, and two values for one thing."""
    bases = [basis for basis in ElectricityBasis if found.has(basis.key)]
    if bases != [found.electricity]:
        seen = " and ".join(bases) or "no basis"
        raise InputError(
            f"set {found.code} has electricity on {seen}, want {found.electricity} alone",
            place=place,
        )
    seen_once: dict[tuple[object, ...], Factor] = {}
    for factor in found.factors:
        what = (factor.key, factor.region, factor.year, factor.effective_from)
        other = seen_once.setdefault(what, factor)
        if other is not factor:
            raise InputError(
                f"set {found.code} has {factor.key} for {factor.region} of {factor.year} twice: "
                f"{other.value} ({other.source}) and {factor.value} ({factor.source})",
                place=place,
            )


def _want(table: Mapping[str, object], name: str, kind: type[Kind], place: str) -> Kind:
    value = table.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise InputError(f"{name} is {value!r}, want a {kind.__name__}", place=place)
    return value
