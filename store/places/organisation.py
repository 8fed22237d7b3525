"""Organisations as people put them, from a form or a table."""

from psycopg import Connection

from store.queries import sql


def put_organisation(
    conn: Connection,
    *,
    code: str,
    kind: str,
    name_zh: str,
    name_en: str,
    zone: str | None,
    parent: str,
) -> None:
    """Add an organisation under its parent, or rename the one of this code; never move it.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        If the current person is no system administrator of the whole house.
    """
    row = {"code": code, "kind": kind, "name_zh": name_zh, "name_en": name_en, "zone": zone}
    conn.execute(sql("organisation", "put"), row | {"parent": parent})


def may_put_organisations(conn: Connection) -> bool:
    """Whether the current person may."""
    return conn.execute(sql("organisation", "may_put")).fetchone() == (True,)
