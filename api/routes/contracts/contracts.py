"""Energy contracts: terms in versions, in force when a second person has checked them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg
from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import PlainTextResponse

from analytics.contracts.book import contract_of
from analytics.contracts.statement_acts import Doer
from api.named import place_of
from api.page import Cursor, Limit, Page, before, encode
from api.problem import refuse
from api.routes.contracts.contract_schema import (
    ContractDetail,
    ContractOut,
    ContractVersionOut,
    LineName,
    NewContract,
    NewVersion,
    TermsIn,
    TermsState,
    TermsVerdictIn,
)
from api.scope import Caller, Scope
from domain.contract import Contract, Party
from domain.contract_book import Part, days_of, each_event, read_part, read_terms, text_of
from domain.contract_event import Events
from domain.errors import InputError, MissingInputError, SettlementError
from domain.sentence import Sentence
from store.contracts.contract import (
    ContractRow,
    TermsRow,
    add_contract,
    add_event,
    add_terms,
    contracts,
    judge_terms,
    party_of,
    terms,
)
from store.people.session import audit

router = APIRouter(prefix="/contracts", tags=["contracts"])

IfNoneMatch = Annotated[str | None, Header(description="ETag of what is known already.")]
_NAMES = (
    *("name_zh", "name_en", "kind", "client", "provider", "first_day", "end_day"),
    "utilities_paid_by",
)
_PAPER = "as entered"
_NOT_YOURS = Sentence(
    "contract_not_yours", "only persons who act for a party of the contract may do this"
)


@contextmanager
def settled_refusals() -> Iterator[None]:
    """Tell why it is refused: it cannot be read, cannot be done now, or is not theirs to do.

    Raises
    ------
    HTTPException
        422 with the place, 409, or 403.
    """
    try:
        yield
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    except (SettlementError, MissingInputError) as error:
        raise refuse(HTTPStatus.CONFLICT, error) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, _NOT_YOURS) from error


@router.get("")
def list_contracts(
    scope: Scope,
    organisation: Annotated[
        str | None, Query(max_length=200, description="Of this institution.")
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ContractOut]:
    """Contracts that are settled here, the latest first."""
    rows = contracts(
        scope.conn,
        at=datetime.now(UTC),
        organisation_id=None if organisation is None else place_of(scope, organisation).id,
        before=before(cursor),
        at_most=limit + 1,
    )
    return Page(
        items=[ContractOut(**_told(row)) for row in rows[:limit]],
        next=encode(rows[limit - 1].id) if len(rows) > limit else None,
    )


@router.post("", status_code=HTTPStatus.CREATED)
def enter(new: NewContract, scope: Scope, response: Response) -> ContractDetail:
    """Enter a contract. Its terms are version 1; nothing is settled before somebody checks them."""
    place = place_of(scope, new.organisation)
    with settled_refusals():
        part = _part(new)
        contract = part.contract
        _check_number(contract, contract.code, 1)
        contract_id = add_contract(scope.conn, contract.code, contract.name_zh, place.id)
        if contract_id is None:
            raise SettlementError(
                Sentence("contract_known", "there is a contract {code} already", code=contract.code)
            )
        add_terms(scope.conn, contract_id, 1, contract.first_day.replace(day=1),
                  text_of(contract), _PAPER)  # fmt: skip
        party = acting(scope, contract_id).party
        for kind, event in each_event(part.events):
            add_event(scope.conn, contract_id, kind, days_of(event), text_of(event), party)
    told = {"organisation": new.organisation, "events": len(each_event(part.events))}
    audit(scope.conn, "contract_entered", contract.code, told)
    detail = _detail(scope, contract_named(scope, contract_id), response)
    return detail.model_copy(update={"months": list(part.months)})


@router.get("/{contract_id}", response_model=ContractDetail)
def show(
    contract_id: int, scope: Scope, response: Response, if_none_match: IfNoneMatch = None
) -> ContractDetail | Response:
    """One contract; its ETag changes with its versions and what is said of them."""
    row = contract_named(scope, contract_id)
    if if_none_match is not None and if_none_match.removeprefix("W/") == _etag(row):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": _etag(row)})
    return _detail(scope, row, response)


@router.get("/{contract_id}/versions")
def list_versions(contract_id: int, scope: Scope) -> Page[ContractVersionOut]:
    """Every version of the terms, the newest first."""
    row = contract_named(scope, contract_id)
    return Page(items=[_version(each) for each in terms(scope.conn, row.id)])


@router.post("/{contract_id}/versions", status_code=HTTPStatus.CREATED)
def amend(contract_id: int, new: NewVersion, scope: Scope) -> ContractVersionOut:
    """Amend the terms: a whole new version, in force from a month on once it is checked."""
    row = contract_named(scope, contract_id)
    acting(scope, row.id)
    number = row.newest_version + 1
    with settled_refusals():
        part = _part(new)
        _check_number(part.contract, row.code, number)
        if new.holds_from.day != 1:
            raise InputError(f"{new.holds_from}, want the first of a month", place="holds_from")
        if part.events != Events():
            raise InputError("events are entered one by one", place="events")
        add_terms(scope.conn, row.id, number, new.holds_from, text_of(part.contract), new.reason)
    told = {"version": number, "holds_from": str(new.holds_from), "reason": new.reason}
    audit(scope.conn, "contract_amended", row.code, told)
    return _version(terms(scope.conn, row.id, number=number)[0])


@router.get("/{contract_id}/versions/{number}/terms", response_class=PlainTextResponse)
def show_terms(contract_id: int, number: int, scope: Scope) -> PlainTextResponse:
    """The terms of a version, word for word: the digest of this text is its sha256."""
    found = _terms_named(scope, contract_named(scope, contract_id), number)
    return PlainTextResponse(found.document, media_type="application/json")


@router.post("/{contract_id}/versions/{number}/verdict", status_code=HTTPStatus.CREATED)
def judge(contract_id: int, number: int, said: TermsVerdictIn, scope: Scope) -> ContractVersionOut:
    """Check the terms against the paper, or refuse them: a second person, and once for all.

    An amendment is checked by a person of the other party than who entered it.
    """
    row = contract_named(scope, contract_id)
    found = _terms_named(scope, row, number)
    doer = acting(scope, row.id)
    with settled_refusals():
        if found.person_id == scope.person.person_id:
            raise SettlementError(
                Sentence("terms_own", "whoever entered the terms cannot check them")
            )
        if said.verdict is TermsState.CHECKED and found.number > 1 and found.party == doer.party:
            raise SettlementError(
                Sentence(
                    "terms_own_party",
                    "version {number} was entered for the {party}: the other party checks it",
                    number=number, party=doer.party,
                )
            )  # fmt: skip
        if not judge_terms(scope.conn, found.id, said.verdict, said.reason):
            raise SettlementError(
                Sentence(
                    "terms_judged", "version {number} is {state} already",
                    number=number, state=found.state,
                )
            )  # fmt: skip
    told = {"version": number, "verdict": said.verdict, "reason": said.reason}
    audit(scope.conn, "contract_judged", row.code, told)
    return _version(terms(scope.conn, row.id, number=number)[0])


def contract_named(scope: Caller, contract_id: int) -> ContractRow:
    """Find a contract the person may see, or refuse with "not found"."""
    rows = contracts(scope.conn, at=datetime.now(UTC), contract_id=contract_id, at_most=1)
    if not rows:
        detail = Sentence("no_contract", "there is no contract {contract}", contract=contract_id)
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return rows[0]


def acting(scope: Caller, contract_id: int) -> Doer:
    """For which party the caller acts, or refuse."""
    party = party_of(scope.conn, contract_id)
    if party is None:
        raise refuse(HTTPStatus.FORBIDDEN, _NOT_YOURS)
    return Doer(scope.person.person_id, Party(party))


def _part(new: TermsIn) -> Part:
    """Read what was entered; a zone nobody knows is refused here.

    Raises
    ------
    InputError
        With the place.
    """
    if new.text is not None:
        part = read_part(new.text, place="text")
    else:
        part = Part(read_terms(new.terms or {}, place="terms"))
    try:
        ZoneInfo(part.contract.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f"no IANA zone {part.contract.zone!r}", place="contract.zone") from error
    return part


def _check_number(contract: Contract, code: str, number: int) -> None:
    if (contract.code, contract.version) != (code, number):
        raise SettlementError(
            Sentence(
                "terms_number",
                "the terms are of {seen}, version {version}, want {code}, version {number}",
                seen=contract.code,
                version=contract.version,
                code=code,
                number=number,
            )
        )


def _terms_named(scope: Caller, row: ContractRow, number: int) -> TermsRow:
    found = terms(scope.conn, row.id, number=number)
    if not found:
        detail = Sentence(
            "no_contract_version",
            "contract {contract} has no version {number}",
            contract=row.code,
            number=number,
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return found[0]


def _told(row: ContractRow) -> dict[str, Any]:
    """What the API says of a contract."""
    document = json.loads(row.document)
    own = {name: getattr(row, name) for name in ContractRow.__slots__ if name != "document"}
    return own | {name: document[name] for name in _NAMES}


def _detail(scope: Caller, row: ContractRow, response: Response) -> ContractDetail:
    response.headers["ETag"] = _etag(row)
    [shown] = terms(scope.conn, row.id, number=row.version or row.newest_version)
    return ContractDetail(
        **_told(row),
        party=party_of(scope.conn, row.id),
        terms=json.loads(row.document),
        lines=[LineName.model_validate(line) for line in contract_of(shown).lines],
    )


def _version(row: TermsRow) -> ContractVersionOut:
    told = {
        name: getattr(row, name) for name in ContractVersionOut.model_fields if name != "signed_on"
    }
    return ContractVersionOut(**told, signed_on=json.loads(row.document).get("signed_on"))


def _etag(row: ContractRow) -> str:
    return f'"{row.id}-{row.version or 0}-{row.newest_version}-{row.newest_state}"'
