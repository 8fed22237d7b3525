"""Vehicles: what they are, who has them, which terminal tells of them, from when to when."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import Connection
from psycopg.rows import class_row

from domain.errors import InputError
from domain.sentence import Sentence
from domain.vehicle import NewVehicle, VehicleDescription, check_vin
from store.places.place import ALL
from store.queries import sql


@dataclass(frozen=True, slots=True)
class VehicleRow:
    """A vehicle as it is now, and what its newest segment says.

    Attributes
    ----------
    zone : str or None
        IANA zone in which its days begin.
    device_id : int or None
        Terminal that tells of it now.
    soc_pct : float or None
        Newest state of charge that was told. [%]
    last_seen : datetime or None
        Newest instant its terminal told of.
    waiting : bool
        Whether samples wait to be cut.
    """

    id: int
    code: str
    vin: str | None
    maker: str
    model: str
    plate: str
    vehicle_class: str
    powertrain: str
    category: str
    acquisition: str
    battery_kwh: float | None
    livery: bool
    hidden: bool
    organisation_id: int
    department: str
    zone: str | None
    device_id: int | None
    soc_pct: float | None
    last_seen: datetime | None
    waiting: bool


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class of vehicles."""

    vehicle_class: str
    name_zh: str
    name_en: str
    parking_s: float
    least_km: float


def vehicle_classes(conn: Connection) -> list[ClassRow]:
    """Every class of vehicles."""
    with conn.cursor(row_factory=class_row(ClassRow)) as cursor:
        return cursor.execute(sql("vehicle", "classes")).fetchall()


def vehicles(
    conn: Connection,
    *,
    organisation_id: int | None = None,
    vehicle_id: int | None = None,
    after: int = 0,
    at_most: int = ALL,
) -> list[VehicleRow]:
    """Vehicles the person may see, by id: of an organisation and all below it, or one."""
    arguments = {
        "organisation_id": organisation_id,
        "vehicle_id": vehicle_id,
        "after": after,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(VehicleRow)) as cursor:
        return cursor.execute(sql("vehicle", "vehicles"), arguments).fetchall()


def enter(conn: Connection, new: NewVehicle) -> int:
    """Enter a vehicle with its place, description and terminal; gives its id.

    Raises
    ------
    InputError
        If its identification number is none, its code is taken, or what it refers to does not
        exist.
    """
    check_vin(new.vin)
    since = new.description.since
    place = conn.execute(sql("vehicle", "place"), {"code": new.place}).fetchone()
    if place is None:
        raise InputError(
            Sentence("no_place_code", "there is no place {place}", place=new.place), place="place"
        )
    if conn.execute(sql("vehicle", "taken"), {"code": new.code}).fetchone() is not None:
        raise InputError(
            Sentence("vehicle_code_taken", "there is a vehicle {code} already", code=new.code),
            place="code",
        )
    arguments = {
        "code": new.code,
        "vin": new.vin,
        "maker": new.maker,
        "model": new.model,
        "place_id": place[0],
        "department": new.department,
        "since": since,
    }
    row = conn.execute(sql("vehicle", "enter"), arguments).fetchone()
    vehicle_id = int(row[0]) if row else 0
    describe(conn, vehicle_id, new.description)
    if new.device is not None:
        fit_terminal(conn, vehicle_id, new.device, since)
    return vehicle_id


def describe(conn: Connection, vehicle_id: int, described: VehicleDescription) -> None:
    """Say what a vehicle is from an instant on; what it was until then ends there.

    Raises
    ------
    InputError
        If there is no such class.
    """
    if described.vehicle_class not in {row.vehicle_class for row in vehicle_classes(conn)}:
        raise InputError(
            Sentence(
                "no_vehicle_class",
                "there is no class of vehicles {vehicle_class}",
                vehicle_class=described.vehicle_class,
            ),
            place="vehicle_class",
        )
    arguments = {
        "vehicle_id": vehicle_id,
        "plate": described.plate,
        "vehicle_class": described.vehicle_class,
        "powertrain": described.powertrain.value,
        "category": described.category.value,
        "acquisition": described.acquisition.value,
        "battery_kwh": described.battery_kwh,
        "livery": described.livery,
        "hidden": described.hidden,
        "since": described.since,
    }
    if described.since is not None:
        conn.execute(sql("vehicle", "end_description"), arguments)
    conn.execute(sql("vehicle", "describe"), arguments)


def describe_anew(conn: Connection, vehicle_id: int, described: VehicleDescription) -> None:
    """Say what a vehicle is from an instant on that lies after its newest description's.

    Raises
    ------
    InputError
        If there is no such class, or it was described from then on or later already.
    """
    with _after_all_that_is_known("description"):
        describe(conn, vehicle_id, described)


def move(conn: Connection, vehicle_id: int, place: str, department: str, since: datetime) -> None:
    """Hand a vehicle over to a place and department from an instant on.

    Raises
    ------
    InputError
        If there is no such place, or it was handed over then or later already.
    """
    found = conn.execute(sql("vehicle", "place"), {"code": place}).fetchone()
    if found is None:
        raise InputError(
            Sentence("no_place_code", "there is no place {place}", place=place), place="place"
        )
    arguments = {
        "vehicle_id": vehicle_id,
        "place_id": found[0],
        "department": department,
        "since": since,
    }
    with _after_all_that_is_known("position"):
        conn.execute(sql("vehicle", "end_position"), arguments)
        conn.execute(sql("vehicle", "move"), arguments)


def change_terminal(conn: Connection, vehicle_id: int, device: str, since: datetime) -> None:
    """Say which terminal tells of a vehicle from an instant on; those it had end there.

    Raises
    ------
    InputError
        If there is no such device, or it tells of a vehicle then or later already.
    """
    with _after_all_that_is_known("terminal"):
        conn.execute(sql("vehicle", "end_terminals"), {"vehicle_id": vehicle_id, "since": since})
        fit_terminal(conn, vehicle_id, device, since)


@contextmanager
def _after_all_that_is_known(what: str) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.ExclusionViolation as error:
        template = "a {what} that holds then or later is known already: want a later time"
        raise InputError(Sentence("vehicle_known_later", template, what=what), place="since") from (
            error
        )


@dataclass(frozen=True, slots=True)
class StationRow:
    """Where a vehicle stood in [start_at, end_at); None: without a bound."""

    organisation_id: int
    department: str
    start_at: datetime | None
    end_at: datetime | None


def stations(conn: Connection, vehicle_id: int) -> list[StationRow]:
    """Where a vehicle stood, as far as the person may see, the newest first."""
    with conn.cursor(row_factory=class_row(StationRow)) as cursor:
        return cursor.execute(sql("vehicle", "stations"), {"vehicle_id": vehicle_id}).fetchall()


def fit_terminal(conn: Connection, vehicle_id: int, device: str, since: datetime | None) -> None:
    """Say which terminal tells of a vehicle from an instant on, None: always.

    Raises
    ------
    InputError
        If there is no such device among the vehicles' terminals.
    """
    arguments = {"vehicle_id": vehicle_id, "device": device, "since": since}
    if conn.execute(sql("vehicle", "fit_terminal"), arguments).rowcount != 1:
        raise InputError(
            Sentence("no_terminal", "there is no vehicle terminal {device}", device=device),
            place="device",
        )
