"""Meters of a plant are entered by form and by table; what is no plant of PV is refused."""

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from store.places.registry import write as write_registry
from tests.db.conftest import V1, SignIn, add_people
from tests.db.test_meter_entry import EXPORT, meter, new, take
from tests.estate import estate

pytestmark = pytest.mark.db

REACTIVE = "reactive_energy_import_kvarh"


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """A school with a meter, and its people."""
    write_registry(superuser, estate())
    add_people(superuser)
    return superuser


@pytest.fixture
def admin(sign_in: SignIn) -> TestClient:
    """Whoever administers the house."""
    return sign_in("admin")


def test_a_plant_hangs_below_the_meter_behind_which_it_stands(admin: TestClient) -> None:
    main = meter(admin, "school-meter-0")["id"]
    assert new(admin, "roof", role="pv").json()["code"] == "source_behind_nothing"
    assert new(admin, "roof", role="pv", parent_id=main).status_code == 201
    assert new(admin, "wing", role="pv", parent_id=main, quantity=EXPORT).status_code == 201
    assert new(admin, "back", role="fed_in", parent_id=main, quantity=EXPORT).status_code == 201
    for role, quantity, why in (
        ("fed_in", None, "register_of_no_source"),
        ("pv", REACTIVE, "register_in_no_sum"),
        ("main", EXPORT, "register_in_no_sum"),
    ):
        wrong = new(admin, "wrong", role=role, parent_id=main, quantity=quantity)
        assert (wrong.status_code, wrong.json()["code"]) == (409, why)
    below = new(admin, "below", parent_id=meter(admin, "roof")["id"])
    assert below.json()["code"] == "hangs_below_no_main"
    path = f"{V1}/meters/{meter(admin, 'back')['id']}/positions"
    place = meter(admin, "back")["organisation_id"]
    loose = {"day": "2026-03-01", "place_id": place, "role": "fed_in", "parent_id": None}
    assert admin.post(path, json=loose).json()["code"] == "source_behind_nothing"


def test_a_battery_has_no_position(admin: TestClient) -> None:
    main = meter(admin, "school-meter-0")["id"]
    assert new(admin, "cells", role="battery", parent_id=main).status_code == 422
    row = "cells,school-building,electricity,,battery,school-meter-0,,储能,Cells,,"
    [fault] = take(admin, row)["faults"]
    assert (fault["column"], fault["code"], fault["seen"]) == ("role", "not_one_of", "battery")
    assert "fed_in" in fault["wanted"]
    assert meter(admin, "cells") is None


def test_a_table_enters_a_plant_and_gives_it_out_again(admin: TestClient) -> None:
    place = "school-building,electricity"
    taken = take(
        admin,
        f"roof,{place},,pv,school-meter-0,,屋顶光伏,Roof,,",
        f"back,{place},{EXPORT},fed_in,school-meter-0,,上网,Fed in,,school-device-0",
    )
    assert taken["taken"], taken
    assert (meter(admin, "roof")["role"], meter(admin, "back")["role"]) == ("pv", "fed_in")
    told = admin.get(f"{V1}/sheets/meters", params={"form": "csv"}).text
    assert f"back,school-building,electricity,{EXPORT},fed_in,school-meter-0" in told
    [fault] = take(admin, f"loose,{place},,pv,,,屋顶,Roof,,")["faults"]
    assert fault["code"] == "tree_refuses"
