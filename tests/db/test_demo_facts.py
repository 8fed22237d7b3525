"""A demo's places have what its figures are divided by, and it is entered once."""

from datetime import UTC, date, datetime

import pytest
from psycopg import Connection

from civicwatt.demo.facts import enter_facts
from device_sim.district import District, DistrictSettings
from domain.fact import FactKind
from store.become import Role, become
from store.places.fact import FactRow, facts, mean_fact, nearest_fact, set_fact
from store.places.place import organisations
from store.places.registry import write as write_registry

pytestmark = pytest.mark.db

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = date(2026, 1, 1), date(2027, 1, 1)


def test_every_institution_has_use_people_and_a_region_and_what_is_there_stays(
    superuser: Connection,
) -> None:
    district = District(DistrictSettings(FIRST, institutions=6, vehicles=1))
    write_registry(superuser, district.registry())
    become(superuser, Role.ADMIN)
    places = {row.code: row for row in organisations(superuser)}
    gov = places["gov"]
    noted = FactRow(gov.id, "gov", FactKind.HEADCOUNT, "77", None, None, "a person")
    set_fact(superuser, noted, gov.zone)
    enter_facts(superuser, district)
    found = facts(superuser)
    enter_facts(superuser, district)
    assert facts(superuser) == found
    assert mean_fact(superuser, gov.id, FactKind.HEADCOUNT, *YEAR).value == 77
    for code in ("gov", "school", "hospital", "market", "library", "court"):
        place = places[code].id
        people = mean_fact(superuser, place, FactKind.HEADCOUNT, *YEAR).value
        assert people is not None
        assert people > 70
        assert nearest_fact(superuser, place, FactKind.REGION, FIRST) == "120000"
    uses = {row.code: row.value for row in found if row.kind is FactKind.USE}
    assert (uses["school"], uses["hospital"], uses["school-canteen"]) == (
        "education",
        "health",
        "canteen",
    )
