"""Baselines of places and meters: wanted, fitted by a worker, adopted by people."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import PlainTextResponse

from api.correction import of_an_administrator
from api.named import place_of
from api.page import Cursor, Limit, Page, before, encode
from api.problem import refuse
from api.routes.savings.baseline_schema import (
    Adoption,
    BaselineDetail,
    BaselineOut,
    BaselineVersionOut,
    BesideIn,
    Ending,
    NewBaseline,
    OnDaysIn,
    SampledIn,
)
from api.scope import Caller, Scope
from domain.baseline import WantedBaseline, check_baseline
from domain.comparison import Beside, OnDays, Sampled, Terms
from domain.local_day import local_day
from domain.registry import Medium
from domain.sentence import Sentence
from store.contracts.baseline import (
    BaselineRow,
    VersionRow,
    add_baseline,
    adopt,
    ask_fit,
    baselines,
    end_baseline,
    inputs,
    versions,
)
from store.meters.certificate import administered_meters
from store.people.session import audit
from store.places.fact import administered_codes
from store.places.place import meters

router = APIRouter(prefix="/baselines", tags=["savings"])

IfNoneMatch = Annotated[str | None, Header(description="ETag of what is known already.")]


@router.get("")
def list_baselines(
    scope: Scope,
    organisation: Annotated[
        str | None, Query(max_length=200, description="At this place or below it.")
    ] = None,
    medium: Medium | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[BaselineOut]:
    """Baselines, the latest first, those that are wanted no more too."""
    rows = baselines(
        scope.conn,
        organisation_id=None if organisation is None else place_of(scope, organisation).id,
        medium=medium,
        before=before(cursor),
        at_most=limit + 1,
    )
    return Page(
        items=[BaselineOut.model_validate(row) for row in rows[:limit]],
        next=encode(rows[limit - 1].id) if len(rows) > limit else None,
    )


@router.post("", status_code=HTTPStatus.CREATED)
def enter(new: NewBaseline, scope: Scope, response: Response) -> BaselineDetail:
    """Want a baseline. A worker fits it within seconds; the first version with a model counts."""
    place = place_of(scope, new.organisation)
    if new.meter is not None:
        known = meters(scope.conn, organisation_id=place.id, meter_ids=[new.meter])
        if not any(row.medium == new.medium for row in known):
            detail = Sentence(
                "no_meter_of_medium_here",
                "there is no meter {meter} of {medium} at {place}",
                meter=new.meter,
                medium=new.medium,
                place=new.organisation,
            )
            raise refuse(HTTPStatus.NOT_FOUND, detail)
    zone = ZoneInfo(place.zone or "UTC")
    limits = new.limits()
    own = {"organisation", "meter", "medium", "terms"}
    told = new.model_dump(exclude=own) | {
        "cvrmse_limit": limits.cvrmse,
        "nmbe_limit": limits.nmbe,
        "limit_source": limits.source,
    }
    terms = _terms(scope, new)
    wanted = WantedBaseline(place.id, new.meter, new.medium.value, **told, terms=terms)
    with of_an_administrator():
        check_baseline(wanted, local_day(datetime.now(UTC), zone))
        baseline_id = add_baseline(scope.conn, wanted, zone)
    audit(scope.conn, "baseline_entered", new.organisation, new.model_dump(mode="json"))
    return _detail(scope, baseline_named(scope, baseline_id), response)


def _terms(scope: Caller, new: NewBaseline) -> Terms | None:
    """Terms of a comparison; the days of a meter beside it are told to all who see it."""
    match new.terms:
        case OnDaysIn(on=on):
            return OnDays(on)
        case SampledIn() as sample:
            return Sampled(**sample.model_dump())
        case BesideIn(meter=meter):
            found = meters(scope.conn, meter_ids=[meter])
            if administered_meters(scope.conn).isdisjoint(row.code for row in found):
                detail = Sentence(
                    "no_meter_beside", "you administer no place with a meter {meter}", meter=meter
                )
                raise refuse(HTTPStatus.NOT_FOUND, detail)
            return Beside(meter)
    return None


@router.get("/{baseline_id}", response_model=BaselineDetail)
def show(
    baseline_id: int, scope: Scope, response: Response, if_none_match: IfNoneMatch = None
) -> BaselineDetail | Response:
    """One baseline; its ETag changes with its versions and decisions."""
    row = baseline_named(scope, baseline_id)
    if if_none_match is not None and if_none_match.removeprefix("W/") == _etag(row):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": _etag(row)})
    return _detail(scope, row, response)


@router.get("/{baseline_id}/versions")
def list_versions(baseline_id: int, scope: Scope) -> Page[BaselineVersionOut]:
    """Every version, the newest first, with all that it rests on."""
    row = baseline_named(scope, baseline_id)
    return Page(items=[_version(each, row) for each in versions(scope.conn, row.id)])


@router.get("/{baseline_id}/versions/{number}/inputs", response_class=PlainTextResponse)
def show_inputs(baseline_id: int, number: int, scope: Scope) -> PlainTextResponse:
    """The days a version was fitted to, word for word: the digest of this text is its sha256."""
    text = inputs(scope.conn, baseline_named(scope, baseline_id).id, number)
    if text is None:
        raise refuse(HTTPStatus.NOT_FOUND, no_version(baseline_id, number))
    return PlainTextResponse(text, media_type="text/csv")


@router.post("/{baseline_id}/fits", status_code=HTTPStatus.ACCEPTED)
def fit_now(baseline_id: int, scope: Scope, response: Response) -> BaselineDetail:
    """Let a worker look at the training now; a version is added where it differs."""
    row = _open(scope, baseline_id)
    with of_an_administrator():
        ask_fit(scope.conn, row.id)
    return _detail(scope, baseline_named(scope, baseline_id), response)


@router.post("/{baseline_id}/adoptions", status_code=HTTPStatus.CREATED)
def let_count(
    baseline_id: int, wanted: Adoption, scope: Scope, response: Response
) -> BaselineDetail:
    """Let a version count from now on. What was signed with another one keeps that one."""
    row = _open(scope, baseline_id)
    found = versions(scope.conn, row.id, number=wanted.version)
    if not found:
        raise refuse(HTTPStatus.NOT_FOUND, no_version(baseline_id, wanted.version))
    if found[0].model is None:
        detail = Sentence(
            "version_without_model",
            "version {version} has no model: {reasons}",
            version=wanted.version,
            reasons=", ".join(found[0].refusals),
        )
        raise refuse(HTTPStatus.CONFLICT, detail)
    with of_an_administrator():
        adopt(scope.conn, found[0].id, wanted.reason)
    told = wanted.model_dump(mode="json") | {"baseline": baseline_id}
    audit(scope.conn, "baseline_adopted", row.place_code, told)
    return _detail(scope, baseline_named(scope, baseline_id), response)


@router.post("/{baseline_id}/end")
def end(baseline_id: int, why: Ending, scope: Scope, response: Response) -> BaselineDetail:
    """Say that a baseline is wanted no more. Nothing is fitted again; what was fitted stays."""
    row = _open(scope, baseline_id)
    with of_an_administrator():
        end_baseline(scope.conn, row.id, why.reason)
    audit(scope.conn, "baseline_ended", row.place_code, {"baseline": row.id, "reason": why.reason})
    return _detail(scope, baseline_named(scope, baseline_id), response)


def baseline_named(
    scope: Caller, baseline_id: int, *, as_of: datetime | None = None
) -> BaselineRow:
    """Find a baseline the person may see, or refuse with "not found"."""
    rows = baselines(scope.conn, baseline_id=baseline_id, as_of=as_of, at_most=1)
    if not rows:
        detail = Sentence("no_baseline", "there is no baseline {baseline}", baseline=baseline_id)
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return rows[0]


def no_version(baseline_id: int, number: int) -> Sentence:
    """Say that a baseline has no version of that number."""
    return Sentence(
        "no_baseline_version",
        "baseline {baseline} has no version {version}",
        baseline=baseline_id,
        version=number,
    )


def _open(scope: Caller, baseline_id: int) -> BaselineRow:
    """Find one that is still wanted."""
    row = baseline_named(scope, baseline_id)
    if row.ended_at is not None:
        detail = Sentence(
            "baseline_ended", "baseline {baseline} is wanted no more", baseline=baseline_id
        )
        raise refuse(HTTPStatus.CONFLICT, detail)
    return row


def may_change(scope: Caller, row: BaselineRow) -> bool:
    """Whether the person administers the place."""
    return row.place_code in administered_codes(scope.conn)


def _detail(scope: Caller, row: BaselineRow, response: Response) -> BaselineDetail:
    response.headers["ETag"] = _etag(row)
    told = BaselineOut.model_validate(row).model_dump()
    return BaselineDetail(**told, may_change=may_change(scope, row))


def _etag(row: BaselineRow) -> str:
    ended = "" if row.ended_at is None else "-ended"
    waiting = "-waiting" if row.waiting else ""
    return f'"{row.id}-{row.newest or 0}-{row.counting or 0}{waiting}{ended}"'


def _version(row: VersionRow, of: BaselineRow) -> BaselineVersionOut:
    names = BaselineVersionOut.model_fields.keys() - {"counts", "adoptions"}
    return BaselineVersionOut(
        **{name: getattr(row, name) for name in names},
        adoptions=row.adoptions or [],
        counts=row.id == of.counting_id,
    )
