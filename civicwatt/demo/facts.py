"""What a demo says of its places: where they lie, what they are used for, and by how many."""

from collections.abc import Iterator

from psycopg import Connection

from device_sim.district import District
from device_sim.estate import Building, Institution, estate
from device_sim.registration import BUREAU
from domain.fact import FactKind
from store.places.fact import FactRow, facts, set_fact
from store.places.place import organisations

SOURCE = "invented for the demo 演示用虚构数据"
REGION = "120000"
"""The climate of the demo is that of Tianjin."""
CLIMATE_ZONE = "cold"
_USE = {
    "office": "office",
    "service_hall": "office",
    "teaching": "education",
    "dormitory": "education",
    "outpatient": "health",
    "ward": "health",
    "library": "culture",
    "canteen": "canteen",
}
"""Our name of what a simulated building is used as."""
_M2_PER_PERSON = {"office": 28.0, "education": 9.0, "health": 24.0, "culture": 45.0}


def enter_facts(conn: Connection, district: District) -> None:
    """Enter them since ever; what is known of a kind at a place is left as it is."""
    places = {row.code: row for row in organisations(conn)}
    known = {(row.code, row.kind) for row in facts(conn)}
    for code, kind, value in _facts(estate(district.settings.institutions)):
        if (code, kind) not in known:
            place = places[code]
            fact = FactRow(place.id, code, kind, value, None, None, SOURCE)
            set_fact(conn, fact, place.zone)


def _facts(institutions: tuple[Institution, ...]) -> Iterator[tuple[str, FactKind, str]]:
    yield BUREAU, FactKind.REGION, REGION
    yield BUREAU, FactKind.CLIMATE_ZONE, CLIMATE_ZONE
    for institution in institutions:
        main = max(institution.buildings, key=lambda building: building.area_m2)
        use = _use_of(main)
        area_m2 = sum(building.area_m2 for building in institution.buildings)
        yield institution.code, FactKind.USE, use
        yield institution.code, FactKind.HEADCOUNT, str(round(area_m2 / _M2_PER_PERSON[use]))
        for building in institution.buildings:
            yield building.code, FactKind.USE, _use_of(building)


def _use_of(building: Building) -> str:
    return _USE[building.use]
