"""Devices entered before they are heard of, and what may be said to them. For administrators."""

from http import HTTPStatus
from typing import Annotated

import psycopg
from fastapi import APIRouter, Request
from pydantic import Field, StringConstraints

from api.body import Body
from api.if_match import IfMatch, want_unchanged
from api.problem import refuse
from api.routes.telemetry.devices import DeviceOut
from api.scope import Scope, only_administrators
from api.settings import ApiSettings
from domain.coordinates import CoordinateSystem
from domain.counting import CountsBy
from domain.errors import ConfigurationError, InputError
from domain.registry import DeviceKind
from domain.sentence import Sentence
from ingest.codecs.registry import codecs
from ingest.door.rights import check_name
from ingest.profile.load import load_profiles
from store.people.session import audit
from store.places.place import devices, hang_device, place_device, set_device_status
from store.telemetry.credential import open_commands, register, takes_commands
from store.telemetry.device import declare_coordinates, declared_coordinates

router = APIRouter(tags=["devices"])

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class NewDevice(Body):
    """A device that is to send, and where it stands."""

    code: Name = Field(description="Its name in MQTT topics.")
    kind: DeviceKind
    name_zh: Name
    name_en: Name
    profile: Name = Field(default="native", description="One of `/profiles`.")
    organisation_id: int = Field(description="Where it stands.")
    meter_id: int | None = Field(default=None, description="Meter it counts for.")
    counts_by: CountsBy = Field(
        default=CountsBy.REGISTER,
        description="What it tells of that meter: its register, amounts of intervals stamped with"
        " their start, or only the rate, that is power or flow.",
    )


class Commands(Body):
    """Whether a device may hear commands on `cw/v1/<device>/down`. Off unless it is opened."""

    open: bool


class Coordinates(Body):
    """What positions refer to that do not say so themselves; they are stored as WGS-84."""

    system: CoordinateSystem | None = Field(
        description="null: as its gateway's, or WGS-84 where that has none."
    )


_HOUSE_ONLY = Sentence(
    "house_administrators_only", "only a system administrator of the whole house may do this"
)


@router.post("/devices", status_code=HTTPStatus.CREATED)
def register_device(new: NewDevice, scope: Scope, request: Request) -> DeviceOut:
    """Enter a device in advance; it is accepted and waits for nobody."""
    only_administrators(scope)
    settings: ApiSettings = request.app.state.settings
    profiles = {codec.name for codec in codecs()} | {
        p.name for p in load_profiles(settings.profiles)
    }
    if new.profile not in profiles:
        raise refuse(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            Sentence("no_profile", "profile: there is no {profile}", profile=repr(new.profile)),
        )
    try:
        device_id = register(
            scope.conn,
            code=check_name(new.code),
            kind=new.kind.value,
            name_zh=new.name_zh,
            name_en=new.name_en,
            profile=new.profile,
        )
        place_device(scope.conn, device_id, new.organisation_id)
        if new.meter_id is not None:
            hang_device(scope.conn, device_id, new.meter_id, new.counts_by)
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from None
    except ConfigurationError as error:
        raise refuse(
            HTTPStatus.UNPROCESSABLE_ENTITY, Sentence("code_unusable", "code: {error}", error=error)
        ) from None
    except psycopg.errors.UniqueViolation:
        raise refuse(
            HTTPStatus.CONFLICT,
            Sentence("device_exists", "there is a device {device}", device=repr(new.code)),
        ) from None
    except (psycopg.IntegrityError, psycopg.errors.InsufficientPrivilege):
        reason = Sentence(
            "place_or_meter_taken",
            "the organisation or the meter does not exist, or the meter has a device already",
        )
        raise refuse(HTTPStatus.CONFLICT, reason) from None
    set_device_status(scope.conn, device_id, "accepted")
    audit(scope.conn, "device_registered", new.code, new.model_dump(mode="json"))
    return DeviceOut.model_validate(devices(scope.conn, device_id=device_id)[0])


@router.get("/devices/{device_id}/commands")
def commands(device_id: int, scope: Scope) -> Commands:
    """Whether commands to a device are open."""
    _refuse_unknown(scope, device_id)
    return Commands(open=takes_commands(scope.conn, device_id))


@router.put("/devices/{device_id}/commands")
def change_commands(
    device_id: int, wanted: Commands, scope: Scope, if_match: IfMatch = None
) -> Commands:
    """Open or close commands to a device; the broker follows at once."""
    only_administrators(scope)
    code = _refuse_unknown(scope, device_id)
    what = f"commands {device_id}"
    want_unchanged(scope, if_match, what, lambda: commands(device_id, scope))
    if not open_commands(scope.conn, device_id, takes_commands=wanted.open):
        raise refuse(HTTPStatus.FORBIDDEN, _HOUSE_ONLY)
    audit(scope.conn, "device_commands", code, wanted.model_dump())
    return wanted


@router.get("/devices/{device_id}/coordinates")
def coordinates(device_id: int, scope: Scope) -> Coordinates:
    """What the positions of a device were declared to be."""
    _refuse_unknown(scope, device_id)
    return Coordinates(system=declared_coordinates(scope.conn, device_id))


@router.put("/devices/{device_id}/coordinates")
def change_coordinates(
    device_id: int, wanted: Coordinates, scope: Scope, if_match: IfMatch = None
) -> Coordinates:
    """Declare what the positions of a device are; what is stored already stays as it is."""
    only_administrators(scope)
    code = _refuse_unknown(scope, device_id)
    what = f"coordinates {device_id}"
    want_unchanged(scope, if_match, what, lambda: coordinates(device_id, scope))
    if not declare_coordinates(scope.conn, device_id, wanted.system):
        raise refuse(HTTPStatus.FORBIDDEN, _HOUSE_ONLY)
    audit(scope.conn, "device_coordinates", code, wanted.model_dump(mode="json"))
    return wanted


def _refuse_unknown(scope: Scope, device_id: int) -> str:
    rows = devices(scope.conn, device_id=device_id)
    if not rows:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_device", "there is no device {device}", device=device_id),
        )
    return rows[0].code
