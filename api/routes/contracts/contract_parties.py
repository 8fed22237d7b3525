"""Who acts for the parties of a contract, and by which public keys they sign."""

from http import HTTPStatus

from fastapi import APIRouter

from analytics.evidence.signature import fingerprint, read_public_key, wanted_key
from api.page import Page
from api.problem import refuse
from api.routes.contracts.contract_schema import (
    Because,
    MemberOut,
    NewMember,
    NewPartyKey,
    PartyKeyOut,
)
from api.routes.contracts.contracts import acting, contract_named, settled_refusals
from api.scope import Scope
from domain.errors import SettlementError
from domain.sentence import Sentence
from store.contracts.contract_party import (
    KeyRow,
    add_key,
    add_member,
    end_member,
    keys,
    members,
    revoke_key,
)
from store.people.session import audit

router = APIRouter(prefix="/contracts/{contract_id}", tags=["contracts"])


@router.get("/people")
def list_people(contract_id: int, scope: Scope) -> Page[MemberOut]:
    """Who acts or acted for the parties, beside the client's administrators."""
    row = contract_named(scope, contract_id)
    return Page(items=[MemberOut.model_validate(each) for each in members(scope.conn, row.id)])


@router.post("/people", status_code=HTTPStatus.CREATED)
def name_person(contract_id: int, new: NewMember, scope: Scope) -> MemberOut:
    """Let a person act for a party, and so see the contract and its statements."""
    row = contract_named(scope, contract_id)
    acting(scope, row.id)
    with settled_refusals():
        try:
            member_id = add_member(scope.conn, row.id, new.login, new.party)
        except SettlementError:
            told = Sentence(
                "contract_person_known",
                "{login} acts for a party of the contract already",
                login=new.login,
            )
            raise SettlementError(told) from None
    if member_id is None:
        detail = Sentence("no_person", "nobody signs in as {login}", login=repr(new.login))
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    audit(scope.conn, "contract_person_named", row.code, new.model_dump(mode="json"))
    return MemberOut.model_validate(members(scope.conn, row.id, member_id=member_id)[0])


@router.post("/people/{member_id}/end")
def end_person(contract_id: int, member_id: int, why: Because, scope: Scope) -> MemberOut:
    """Let a person act no more; what they signed stays signed."""
    row = contract_named(scope, contract_id)
    if not members(scope.conn, row.id, member_id=member_id):
        detail = Sentence(
            "no_contract_person",
            "contract {contract} names nobody by {member}",
            contract=row.code,
            member=member_id,
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    acting(scope, row.id)
    with settled_refusals():
        if not end_member(scope.conn, member_id, why.reason):
            raise SettlementError(
                Sentence("contract_person_ended", "this person acts no more already")
            )
    told = {"member": member_id, "reason": why.reason}
    audit(scope.conn, "contract_person_ended", row.code, told)
    return MemberOut.model_validate(members(scope.conn, row.id, member_id=member_id)[0])


@router.get("/keys")
def list_keys(contract_id: int, scope: Scope) -> Page[PartyKeyOut]:
    """Public keys of the parties, with those that were revoked."""
    row = contract_named(scope, contract_id)
    return Page(items=[_key(each) for each in keys(scope.conn, row.id)])


@router.post("/keys", status_code=HTTPStatus.CREATED)
def enter_key(contract_id: int, new: NewPartyKey, scope: Scope) -> PartyKeyOut:
    """Enter a public key of the caller's own party; it counts from now on."""
    row = contract_named(scope, contract_id)
    doer = acting(scope, row.id)
    with settled_refusals():
        by_pem = new.key.lstrip().startswith("-----")
        key = (
            read_public_key(new.key.encode(), place="key")
            if by_pem
            else wanted_key(new.key.strip(), place="key")
        )
        key_id = add_key(scope.conn, row.id, doer.party, key, new.note)
        if key_id is None:
            raise SettlementError(
                Sentence(
                    "key_known",
                    "the contract has the key {fingerprint} already",
                    fingerprint=fingerprint(key)[:12],
                )
            )
    told = {"party": doer.party, "fingerprint": fingerprint(key), "note": new.note}
    audit(scope.conn, "contract_key_entered", row.code, told)
    return _key(keys(scope.conn, row.id, key_id=key_id)[0])


@router.post("/keys/{key_id}/revocation", status_code=HTTPStatus.CREATED)
def revoke(contract_id: int, key_id: int, why: Because, scope: Scope) -> PartyKeyOut:
    """Let a key of the caller's own party count no more; what it signed stays signed."""
    row = contract_named(scope, contract_id)
    found = keys(scope.conn, row.id, key_id=key_id)
    if not found:
        detail = Sentence(
            "no_contract_key",
            "contract {contract} has no key {key}",
            contract=row.code,
            key=key_id,
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    acting(scope, row.id)
    with settled_refusals():
        if not revoke_key(scope.conn, key_id, why.reason):
            raise SettlementError(Sentence("key_revoked", "the key is revoked already"))
    told = {"fingerprint": fingerprint(found[0].key), "reason": why.reason}
    audit(scope.conn, "contract_key_revoked", row.code, told)
    return _key(keys(scope.conn, row.id, key_id=key_id)[0])


def _key(row: KeyRow) -> PartyKeyOut:
    names = PartyKeyOut.model_fields.keys() - {"fingerprint"}
    told = {name: getattr(row, name) for name in names}
    return PartyKeyOut(**told, fingerprint=fingerprint(row.key))
