"""Entering a version of a factor set, checking its factors by a second person, withdrawing."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field, StringConstraints

from api.body import Body
from api.page import Page
from api.problem import refuse
from api.provenance import Document
from api.routes.institution.factors import FactorOut, FactorSetOut, factors_out, wanted_set
from api.scope import Caller, Scope, only_administrators
from api.withdrawn import WithdrawalIn
from domain.errors import InputError, StoreError
from domain.factor import FactorId, FactorSet
from domain.factor_file import read_set
from domain.sentence import Sentence
from store.institution.factor import (
    check_factors,
    enter_set,
    factor_sets,
    own_factors,
    withdraw_checks,
    withdraw_set,
)
from store.people.session import audit

router = APIRouter(prefix="/factors", tags=["factors"])

Version = Annotated[int, Path(ge=1, le=2_000_000, description="Version of the set.")]
_TOLD = 3
"""So many factors are named in a refusal."""


class NewFactorSet(Body):
    """A file with one set and its tables."""

    text: Annotated[str, StringConstraints(max_length=200_000)] = Field(description="TOML.")


class NamedFactor(Body):
    """Which factor of a version."""

    key: str = Field(max_length=100)
    region: str = Field(max_length=100)
    year: int = Field(ge=1, le=9999)
    effective_from: date | None = None

    def id(self) -> FactorId:
        """What makes it one of its set."""
        return self.key, self.region, self.year, self.effective_from


class NamedFactors(Body):
    """Some factors of a version."""

    factors: list[NamedFactor] = Field(min_length=1, max_length=1000)

    def ids(self) -> list[FactorId]:
        """What makes each one of its set, once."""
        return list(dict.fromkeys(each.id() for each in self.factors))


class FactorChecks(Document, NamedFactors):
    """Which factors you compared, and with what."""


class FactorDoubts(WithdrawalIn, NamedFactors):
    """Which checks are taken back, and why."""


@router.post("", status_code=HTTPStatus.CREATED)
def enter_factor_set(new: NewFactorSet, scope: Scope) -> FactorSetOut:
    """Enter a set, or a whole new version of one, from its file; it counts as unchecked."""
    only_administrators(scope)
    try:
        entered = enter_set(scope.conn, read_set(new.text, place="set.toml"))
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    except StoreError as error:
        raise refuse(HTTPStatus.CONFLICT, error) from error
    audit(scope.conn, "factor_set_entered", entered.id, {"sha256": entered.sha256})
    return _told(scope, entered)


@router.post("/{code}/versions/{version}/check")
def check_numbers(code: str, version: Version, what: FactorChecks, scope: Scope) -> Page[FactorOut]:
    """Note that you compared factors with a document. It is signed with your name.

    The check is of just these numbers: they count as checked in every version that has them, and
    another number in their place is unchecked again. Who entered a number cannot check it.
    """
    only_administrators(scope)
    found, ids = wanted_set(scope.conn, code, version), what.ids()
    _refuse_unknown(found, ids)
    checked = {factor.id for factor in found.signed if factor.checked}
    if again := [each for each in ids if each in checked]:
        reason = Sentence("factor_checked", "checked already: {factors}", factors=_named(again))
        raise refuse(HTTPStatus.CONFLICT, reason)
    own = own_factors(scope.conn, code, version)
    if wrong := [each for each in ids if each in own]:
        template = "you entered {factors} yourself: a second person checks it"
        raise refuse(HTTPStatus.CONFLICT, Sentence("factor_own", template, factors=_named(wrong)))
    check_factors(scope.conn, code, version, ids, document=what.document)
    audit(scope.conn, "factors_checked", found.id, what.model_dump(mode="json"))
    return factors_out(wanted_set(scope.conn, code, version))


@router.post("/{code}/versions/{version}/check/withdraw")
def withdraw_checked(
    code: str, version: Version, what: FactorDoubts, scope: Scope
) -> Page[FactorOut]:
    """Take checks back, because they were not right after all. Closed months keep theirs."""
    only_administrators(scope)
    found, ids = wanted_set(scope.conn, code, version), what.ids()
    _refuse_unknown(found, ids)
    if wrong := [each for each in ids if each not in found.checks]:
        template = "nobody has checked {factors} here"
        reason = Sentence("factor_not_checked", template, factors=_named(wrong))
        raise refuse(HTTPStatus.CONFLICT, reason)
    withdraw_checks(scope.conn, code, version, ids, reason=what.reason)
    audit(scope.conn, "factor_checks_withdrawn", found.id, what.model_dump(mode="json"))
    return factors_out(wanted_set(scope.conn, code, version))


@router.post("/{code}/versions/{version}/withdraw")
def withdraw_version(code: str, version: Version, why: WithdrawalIn, scope: Scope) -> FactorSetOut:
    """Let no new figure take a version; what was closed with it stays as it is."""
    only_administrators(scope)
    found = wanted_set(scope.conn, code, version)
    stand = [row for row in factor_sets(scope.conn) if row.code == code and not row.withdrawn_at]
    if [row.version for row in stand] == [version]:
        template = "{set} is the only version that stands: enter another one first"
        raise refuse(HTTPStatus.CONFLICT, Sentence("only_factor_version", template, set=found.id))
    if not withdraw_set(scope.conn, code, version, reason=why.reason):
        reason = Sentence("factor_set_withdrawn", "{set} is withdrawn already", set=found.id)
        raise refuse(HTTPStatus.CONFLICT, reason)
    audit(scope.conn, "factor_set_withdrawn", found.id, why.model_dump())
    return _told(scope, found)


def _refuse_unknown(found: FactorSet, ids: list[FactorId]) -> None:
    strange = set(ids) - {factor.id for factor in found.factors}
    if strange:
        reason = Sentence(
            "no_factor_in_set",
            "set {set} has no {factors}",
            set=found.id,
            factors=_named([each for each in ids if each in strange]),
        )
        raise refuse(HTTPStatus.NOT_FOUND, reason)


def _named(ids: list[FactorId]) -> str:
    told = ", ".join(f"{key} {region} {year}" for key, region, year, _ in ids[:_TOLD])
    return told if len(ids) <= _TOLD else f"{told} .. ({len(ids)})"


def _told(scope: Caller, of: FactorSet) -> FactorSetOut:
    rows = factor_sets(scope.conn)
    row = next(row for row in rows if (row.code, row.version) == (of.code, of.version))
    return FactorSetOut.model_validate(row)
