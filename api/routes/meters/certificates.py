"""Certificates of settlement meters: entered, ended, pictured. Nothing is overwritten."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

import psycopg
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.ledger.metrology import plain
from api.body import Body
from api.correction import NOT_YOURS, Reason
from api.named import meter_named
from api.page import Page
from api.problem import refuse
from api.proof_file import read_proof, served, upload
from api.scope import Scope
from domain.certificate import Certificate, Transformer
from domain.errors import InputError
from domain.sentence import Sentence
from store.meters.certificate import (
    CertificateRow,
    add_certificate,
    certificates,
    end_certificate,
)
from store.meters.certificate_picture import Shows, add_picture, picture, pictures
from store.people.session import audit
from store.proof_file import Form

router = APIRouter(prefix="/certificates", tags=["metrology"])

Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Side = Annotated[Decimal, Field(gt=0, lt=10**7, max_digits=14)]


class PictureOut(BaseModel):
    """A picture or PDF of a certificate or nameplate. Width and height [pixel]; null of a PDF."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    shows: Shows
    form: Form
    width: int | None
    height: int | None
    bytes: int
    person: str
    entered_at: datetime


class CertificateOut(BaseModel):
    """A certificate. One that was ended stays in the list."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    meter_code: str
    number: str
    issuer: str
    accuracy_class: str
    instrument: str = Field(description="Factory number on the nameplate.")
    verified_on: date
    first_day: date = Field(description="First local day on which it holds at this meter.")
    end_day: date = Field(description="Local day after the last one it was issued for.")
    held_until: date = Field(description="Local day from which it really holds no longer.")
    ct_primary_a: Decimal | None
    ct_secondary_a: Decimal | None
    pt_primary_v: Decimal | None
    pt_secondary_v: Decimal | None
    counts_primary: bool
    multiplier: str = Field(description="What a unit of the register stands for, by it. [1]")
    note: str
    person: str = Field(description="Who entered it.")
    entered_at: datetime
    ended_on: date | None
    ended_because: str | None
    ended_by: str | None
    pictures: list[PictureOut]


class NewCertificate(Body):
    """A certificate as it was issued."""

    meter: Text = Field(description="Code of the meter.")
    number: Text
    issuer: Text
    accuracy_class: Annotated[str, StringConstraints(max_length=8)]
    instrument: Text = ""
    verified_on: date
    first_day: date | None = Field(
        default=None, description="First local day at this meter; left out: that of verification."
    )
    end_day: date = Field(description="Local day after its last one.")
    ct_primary_a: Side | None = None
    ct_secondary_a: Side | None = None
    pt_primary_v: Side | None = None
    pt_secondary_v: Side | None = None
    counts_primary: bool = Field(
        default=False, description="The register shows the primary side: no multiplier applies."
    )
    note: Text = ""
    replaces: int | None = Field(
        default=None, description="Certificate that ends on the day on which this one begins."
    )


class End(Body):
    """From which local day on a certificate holds no longer, and why."""

    on_day: date = Field(description="Its first day: it was entered by mistake.")
    reason: Reason


@router.get("")
def list_certificates(
    scope: Scope,
    meter: Annotated[str | None, Query(max_length=200, description="Code of the meter.")] = None,
) -> Page[CertificateOut]:
    """Certificates by meter and first day, ended ones too."""
    meter_id = None if meter is None else meter_named(scope, meter).id
    shown = defaultdict(list)
    for each in pictures(scope.conn, meter_id=meter_id):
        shown[each.certificate_id].append(PictureOut.model_validate(each))
    rows = certificates(scope.conn, meter_ids=None if meter_id is None else [meter_id])
    return Page(items=[_out(row, shown[row.id]) for row in rows])


@router.post("", status_code=HTTPStatus.CREATED)
def enter(new: NewCertificate, scope: Scope) -> CertificateOut:
    """Enter a certificate. One whose days meet another's is refused, but for what it replaces."""
    meter = meter_named(scope, new.meter)
    first = new.first_day or new.verified_on
    try:
        if new.replaces is not None:
            reason = f"replaced by {new.number}"
            end_certificate(scope.conn, _one(scope, new.replaces, meter.id), first, reason)
        certificate_id = add_certificate(scope.conn, meter.id, _certificate(new, first))
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    except psycopg.errors.UniqueViolation as error:
        raise refuse(
            HTTPStatus.CONFLICT,
            Sentence(
                "certificate_ended", "{certificate} is ended already", certificate=new.replaces
            ),
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS) from error
    audit(scope.conn, "certificate_entered", new.meter, new.model_dump(mode="json"))
    return _out(_one(scope, certificate_id), [])


@router.post("/{certificate_id}/end")
def end(certificate_id: int, why: End, scope: Scope) -> CertificateOut:
    """Let a certificate hold no longer from a day on. It stays in the list."""
    row = _one(scope, certificate_id)
    try:
        end_certificate(scope.conn, row, why.on_day, why.reason)
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    except psycopg.errors.UniqueViolation as error:
        raise refuse(
            HTTPStatus.CONFLICT,
            Sentence(
                "certificate_ended",
                "certificate {certificate} is ended already",
                certificate=row.number,
            ),
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS) from error
    audit(scope.conn, "certificate_ended", row.number, why.model_dump(mode="json"))
    return _out(_one(scope, certificate_id), [])


@router.post("/{certificate_id}/pictures", status_code=HTTPStatus.CREATED)
def attach(
    certificate_id: int,
    scope: Scope,
    data: Annotated[bytes, Depends(upload)],
    shows: Annotated[Shows, Query(description="What it shows.")] = "certificate",
) -> Page[PictureOut]:
    """Attach a photo, a scan or a PDF, sent as the body.

    A JPEG, PNG or WebP is written anew as JPEG; a PDF is kept as it came.
    """
    row = _one(scope, certificate_id)
    proof = read_proof(data)
    try:
        add_picture(scope.conn, row.id, shows, proof.kept, sha256=proof.sha256, size=proof.size)
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS) from error
    about = {"shows": shows, "form": proof.kept.form, "sha256": proof.sha256}
    audit(scope.conn, "certificate_pictured", row.number, about)
    rows = pictures(scope.conn, meter_id=row.meter_id)
    return Page(
        items=[PictureOut.model_validate(each) for each in rows if each.certificate_id == row.id]
    )


@router.get("/{certificate_id}/pictures/{picture_id}", response_class=Response)
def show(certificate_id: int, picture_id: int, scope: Scope) -> Response:
    """The file, to be saved; a picture may be shown within a page, as a picture."""
    kept = picture(scope.conn, certificate_id, picture_id)
    if kept is None:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_picture", "there is no picture {picture}", picture=picture_id),
        )
    return served(kept, f"certificate-{certificate_id}-{picture_id}")


def _one(scope: Scope, certificate_id: int, of_meter: int | None = None) -> CertificateRow:
    meter_ids = None if of_meter is None else [of_meter]
    rows = certificates(scope.conn, meter_ids=meter_ids, certificate_id=certificate_id)
    if not rows:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence(
                "no_certificate",
                "there is no certificate {certificate}",
                certificate=certificate_id,
            ),
        )
    return rows[0]


def _out(row: CertificateRow, shown: list[PictureOut]) -> CertificateOut:
    held = {name: getattr(row, name) for name in CertificateRow.__slots__}
    return CertificateOut(
        **held,
        held_until=row.held_until,
        multiplier=plain(row.certificate.multiplier),
        pictures=shown,
    )


def _certificate(new: NewCertificate, first: date) -> Certificate:
    return Certificate(
        new.number,
        new.issuer,
        new.accuracy_class,
        new.instrument,
        new.verified_on,
        first,
        new.end_day,
        _transformer("ct", new.ct_primary_a, new.ct_secondary_a),
        _transformer("pt", new.pt_primary_v, new.pt_secondary_v),
        new.counts_primary,
        new.note,
    )


def _transformer(
    name: str, primary: Decimal | None, secondary: Decimal | None
) -> Transformer | None:
    if primary is None and secondary is None:
        return None
    if primary is None or secondary is None:
        raise InputError(Sentence("one_ratio_side", "one side without the other"), place=name)
    return Transformer(primary, secondary)
