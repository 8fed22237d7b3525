"""The table of organisations: new ones are added, names changed; nothing is ever moved by it."""

import re
from collections.abc import Mapping, Sequence
from zoneinfo import available_timezones

from psycopg import Connection

from domain.registry import OrganisationKind
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice, parse_text
from store.places.organisation import may_put_organisations, put_organisation
from store.places.place import organisations

_LEVELS = [kind.value for kind in OrganisationKind]
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError("A-Z a-z 0-9 . _ - (64)")
    return text


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError("Asia/Shanghai")
    return text


def _may_stand_below(kind: str, above: str) -> bool:
    """Whether its level lies below; a bureau may stand below another one."""
    is_bureau = kind == above == OrganisationKind.BUREAU
    return is_bureau or _LEVELS.index(above) < _LEVELS.index(kind)


def _steps_up(code: str, parents: Mapping[str, str]) -> list[str]:
    """Those above in the table, the nearest first; ends with the code itself in a circle."""
    above: list[str] = []
    while (parent := parents.get(above[-1] if above else code)) is not None:
        if parent in above:
            break
        above.append(parent)
        if parent == code:
            break
    return above


class Places:
    """Organisations of every kind, each under its parent."""

    form = Form(
        "organisations",
        (
            Column("code", "编码", _code, "not_a_code"),
            Column("kind", "类型", choice(*_LEVELS), "not_one_of"),
            Column("parent", "上级编码", _code, "not_a_code"),
            Column("name_zh", "中文名称", parse_text, "not_text"),
            Column("name_en", "英文名称", parse_text, "not_text", required=False),
            Column("zone", "时区", _zone, "not_a_zone", required=False),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Codes twice, parents that are not there or stand too low, what stands elsewhere."""
        if rows and not may_put_organisations(conn):
            return [rows[0].fault("code", "not_administered", "")]
        stored = {row.code: row for row in organisations(conn)}
        code_of = {row.id: row.code for row in stored.values()}
        kinds = {code: row.kind for code, row in stored.items()}
        kinds |= {str(row.values["code"]): str(row.values["kind"]) for row in rows}
        parents = {str(row.values["code"]): str(row.values["parent"]) for row in rows}
        faults, first = [], dict[str, int]()
        for row in rows:
            code, kind, parent = (str(row.values[name]) for name in ("code", "kind", "parent"))
            old = stored.get(code)
            if code in first:
                faults.append(row.fault("code", "twice", str(first[code])))
            if parent not in kinds:
                faults.append(row.fault("parent", "unknown_organisation", ""))
            elif not _may_stand_below(kind, kinds[parent]) or code in _steps_up(code, parents):
                above = " | ".join(_LEVELS[: _LEVELS.index(kind)])
                faults.append(row.fault("parent", "not_above", above))
            first.setdefault(code, row.number)
            if old is None:
                continue
            if old.kind != kind:
                faults.append(row.fault("kind", "is_another_kind", old.kind))
            if old.parent_id is not None and code_of.get(old.parent_id) != parent:
                stands = code_of.get(old.parent_id, "")
                faults.append(row.fault("parent", "stands_elsewhere", stands))
            if row.values["zone"] not in {None, old.zone}:
                faults.append(row.fault("zone", "stands_otherwise", old.zone or ""))
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Put every organisation that is new or called otherwise, those above first."""
        stored = {row.code: row for row in organisations(conn)}
        parents = {str(row.values["code"]): str(row.values["parent"]) for row in rows}
        for row in sorted(rows, key=lambda row: len(_steps_up(str(row.values["code"]), parents))):
            values, old = row.values, stored.get(str(row.values["code"]))
            name_en = str(values["name_en"] or values["name_zh"])
            if old is not None and not row.has("name_en"):
                name_en = old.name_en
            if old is not None and (old.name_zh, old.name_en) == (values["name_zh"], name_en):
                continue
            put_organisation(
                conn,
                code=str(values["code"]),
                kind=str(values["kind"]),
                name_zh=str(values["name_zh"]),
                name_en=name_en,
                zone=None if values["zone"] is None else str(values["zone"]),
                parent=str(values["parent"]),
            )

    def export(self, conn: Connection) -> list[list[str]]:
        """All below the root, those above first. A zone that is inherited is given out too."""
        rows = organisations(conn)
        code_of = {row.id: row.code for row in rows}
        return [
            [row.code, row.kind, code_of[row.parent_id], row.name_zh, row.name_en, row.zone or ""]
            for row in sorted(rows, key=lambda row: (_LEVELS.index(row.kind), row.code))
            if row.parent_id in code_of
        ]
