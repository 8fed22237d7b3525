"""The audit log, its chain and an export of it, for audit administrators and auditors."""

import json
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

import psycopg
from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.body import Body
from api.page import Cursor, Limit, Page, before, encode
from api.problem import refuse
from api.scope import Caller, Scope
from domain.sentence import Sentence
from store.people.audit import (
    audit_lines,
    audit_texts,
    check_chain,
    keep_audit,
    kept_days,
    may_read_audit,
)
from store.people.session import audit

router = APIRouter(prefix="/audit", tags=["audit"])

SHORTEST_DAYS = 180
"""Six months: 网络安全法, logs of networks."""
_EXPORTED = 50_000


class AuditOut(BaseModel):
    """One line: an act, or what a person changed in a table."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    login: str | None = Field(description="Who; null: a process or the command line.")
    name: str | None
    client: str = Field(description="Address it was asked from.")
    action: str = Field(description="Act; rows_added, rows_changed, rows_removed: of a table.")
    object: str
    detail: dict[str, Any]
    changed_rows: int | None = Field(description="Rows of the table; null: an act. [1]")
    before_sha256: str | None = Field(description="Of the rows before the change.")
    after_sha256: str | None = Field(description="Of the rows after it.")
    act: int = Field(description="Lines of one request have the same.")
    seq: int | None = Field(description="Number in the chain.")
    hash: str | None = Field(description="SHA-256 of the hash before and of the line.")


class AuditChainOut(BaseModel):
    """How far the chain holds, digested again just now."""

    checked: int = Field(description="Lines. [1]")
    first_seq: int
    last_seq: int
    last_hash: str = Field(description="Note it elsewhere: a rewritten log has another.")
    broken: int | None = Field(description="First number that does not follow; null: none.")
    unlinked: int = Field(description="Lines written past the chain. [1]")
    keep_days: int | None = Field(description="How long lines are kept; null: for ever. [d]")


class Retention(Body):
    """How long lines are kept."""

    days: int | None = Field(ge=SHORTEST_DAYS, le=36_500, description="Null: for ever. [d]")


@router.get("")
def list_lines(
    scope: Scope,
    limit: Limit = 100,
    cursor: Cursor = None,
    action: Annotated[str | None, Query(max_length=100)] = None,
    login: Annotated[str | None, Query(max_length=100)] = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    changes: Annotated[bool, Query(description="Also changes of tables.")] = False,
) -> Page[AuditOut]:
    """Lines you may read, the newest first: your own, and those of people you audit."""
    rows = audit_lines(
        scope.conn,
        before=before(cursor),
        at_most=limit,
        action=action,
        login=login,
        since=since,
        until=until,
        changes=changes,
    )
    last = encode(rows[-1].id) if len(rows) == limit else None
    return Page(items=[AuditOut.model_validate(row) for row in rows], next=last)


@router.get("/chain")
def check(scope: Scope) -> AuditChainOut:
    """Digest every line again, and say where the chain breaks."""
    _only_auditors(scope)
    found = check_chain(scope.conn)
    return AuditChainOut(
        checked=found.checked,
        first_seq=found.first_seq,
        last_seq=found.last_seq,
        last_hash=found.last_hash,
        broken=found.broken,
        unlinked=found.unlinked,
        keep_days=kept_days(scope.conn)[1],
    )


@router.get(
    "/export", response_class=Response, responses={200: {"content": {"application/jsonl": {}}}}
)
def export(
    scope: Scope,
    after: Annotated[int, Query(ge=0, le=2**62, description="Number to go on after.")] = 0,
) -> Response:
    """Lines as they are digested, at most 50,000 in one file, to be checked anywhere."""
    _only_auditors(scope)
    lines = audit_texts(scope.conn, after=after, at_most=_EXPORTED)
    text = "".join(
        json.dumps(
            {"seq": line.seq, "hash": line.hash, "login": line.login, "text": line.text},
            ensure_ascii=False,
        )
        + "\n"
        for line in lines
    )
    audit(scope.conn, "audit_exported", f"after {after}", {"lines": len(lines)})
    return Response(
        text,
        media_type="application/jsonl",
        headers={"Content-Disposition": f'attachment; filename="audit-{after + 1}.jsonl"'},
    )


@router.put("/retention")
def keep(wanted: Retention, scope: Scope) -> Retention:
    """Say how long lines are kept, for audit administrators of the whole house."""
    was = kept_days(scope.conn)[1]
    try:
        keep_audit(scope.conn, wanted.days)
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, _NOT_AUDITED) from error
    audit(scope.conn, "audit_kept", "", {"was": was, "set": wanted.days})
    return wanted


_NOT_AUDITED = Sentence(
    "not_audited", "only an audit administrator or auditor of these places may do this"
)


def _only_auditors(who: Caller) -> None:
    if not may_read_audit(who.conn):
        raise refuse(HTTPStatus.FORBIDDEN, _NOT_AUDITED)
