"""Meters are entered over the API and from tables; what no tree can be is told with its row."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from domain.local_day import day_start
from store.become import Role
from store.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import NOW, SHANGHAI, estate, say, store_messages

pytestmark = pytest.mark.db

SHEET = f"{V1}/sheets/meters"
HEADING = "code,organisation,medium,quantity,role,parent,item,name_zh,name_en,first_day,device\n"
EXPORT = "active_energy_export_kwh"


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """A school and a hospital with a meter each, and their people."""
    write_registry(superuser, estate())
    add_people(superuser)
    return superuser


def places(client: TestClient) -> dict[str, int]:
    return {each["code"]: each["id"] for each in client.get(f"{V1}/organisations").json()["items"]}


def meter(client: TestClient, code: str) -> Any:
    found = client.get(f"{V1}/meters").json()["items"]
    return next((each for each in found if each["code"] == code), None)


def new(client: TestClient, code: str, **wanted: object) -> Any:
    body = {
        "code": code, "organisation_id": places(client)["school-building"],
        "medium": "electricity", "role": "sub", "name_zh": code, "name_en": code, **wanted,
    }  # fmt: skip
    return client.post(f"{V1}/meters", json=body)


def take(client: TestClient, *rows: str) -> Any:
    return client.post(SHEET, content=(HEADING + "\n".join(rows) + "\n").encode()).json()


def test_a_meter_is_entered_below_another_renamed_and_never_moved_into_a_circle(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    above = meter(admin, "school-meter-0")["id"]
    answer = new(admin, "floor-1", parent_id=above, item="hvac", day="2026-01-01")
    assert answer.status_code == 201, answer.text
    assert (answer.json()["parent_id"], answer.json()["quantity"]) == (
        above, "active_energy_import_kwh",
    )  # fmt: skip
    path = f"{V1}/meters/{answer.json()['id']}"
    [hangs] = admin.get(f"{path}/positions").json()["items"]
    assert hangs["first"].startswith("2025-12-31T16:00")
    names = {"name_zh": "一层", "name_en": "Floor 1", "item": ""}
    assert admin.patch(path, json=names).json()["name_zh"] == "一层"
    assert new(admin, "floor-1").json()["code"] == "meter_exists"
    assert new(admin, "x", item="nonsense").status_code == 422
    assert new(admin, "x", day="2199-01-01").json()["code"] == "day_ahead"
    assert new(admin, "x", medium="water", parent_id=above).json()["code"] == "other_medium_above"
    assert meter(admin, "x") is None
    told = conn.execute("SELECT count(*) FROM audit WHERE action = 'meter_entered'").fetchone()
    assert told == (1,)
    school = sign_in("school")
    assert new(school, "y").status_code == 403
    assert school.patch(path, json=names).status_code == 403


def test_energy_fed_in_is_counted_by_a_meter_beside_that_is_in_no_sum(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    device = meter(admin, "school-meter-0")["device_id"]
    wrong = new(admin, "fed-in", quantity=EXPORT, role="main", device_id=device)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "register_in_no_sum")
    assert new(admin, "fed-in", quantity="volume_m3").json()["code"] == "not_a_register"
    assert new(admin, "fed-in", role="check", device_id=10**9).status_code == 422
    answer = new(admin, "fed-in", quantity=EXPORT, role="check", device_id=device)
    assert answer.status_code == 201, answer.text
    start = day_start(NOW.date().replace(day=1), SHANGHAI)
    for hour in range(25):
        values = f'{{"{EXPORT}": {500.0 + 2.0 * hour}, "active_energy_import_kwh": {7.0 * hour}}}'
        text = f'{{"ts": {start.timestamp() * 1000 + hour * 3_600_000:.0f}, "values": {values}}}'
        store_messages(conn, [say("school-device-0", text.encode())])
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=NOW)
    uses: dict[str, float] = dict(
        conn.execute(
            "SELECT m.code, d.value FROM consumption_day d JOIN meter m USING (meter_id) "
            "WHERE d.day = %s",
            [start.astimezone(SHANGHAI).date()],
        )
    )
    assert uses == {"school-meter-0": pytest.approx(168.0), "fed-in": pytest.approx(48.0)}


def test_a_table_enters_meters_in_any_order_and_moves_them_from_a_day_on(
    conn: Connection, sign_in: SignIn
) -> None:
    assert conn.info.dbname
    admin = sign_in("admin")
    place = "school-building,electricity"
    taken = take(
        admin,
        f"plug,{place},,sub,floor,lighting_sockets,插座,Plugs,,",
        f"floor,{place},,sub,school-meter-0,,楼层,Floor,2026-01-01,",
        f"fed,{place},{EXPORT},check,,,上网,Fed in,,school-device-0",
    )
    assert taken["taken"], taken
    assert meter(admin, "plug")["parent_id"] == meter(admin, "floor")["id"]
    assert meter(admin, "fed")["device_id"] == meter(admin, "school-meter-0")["device_id"]
    again = admin.get(SHEET, params={"form": "xlsx"}).content
    assert admin.post(SHEET, content=again).json()["taken"]
    assert take(admin, f"plug,{place},,sub,school-meter-0,,插座二,Plugs,2026-03-01,")["taken"]
    path = f"{V1}/meters/{meter(admin, 'plug')['id']}/positions"
    assert [each["parent_id"] for each in admin.get(path).json()["items"]] == [
        meter(admin, "floor")["id"],
        meter(admin, "school-meter-0")["id"],
    ]
    assert meter(admin, "plug")["name_zh"] == "插座二"


def test_every_fault_of_a_table_is_told_with_its_row_and_nothing_is_entered(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    before = conn.execute("SELECT count(*) FROM meter").fetchone()
    place = "school-building,electricity"
    answer = take(
        admin,
        f"a,{place},,sub,school-meter-0,,a,a,,",
        "b,nowhere,electricity,,sub,,,b,b,,",
        f"c,{place},,sub,nothing,,c,c,,",
        "d,school-building,water,,sub,school-meter-0,,d,d,,",
        f"e,{place},{EXPORT},main,,,e,e,,",
        f"school-meter-0,{place},,main,a,,s,s,2026-01-01,",
        f"f,{place},,sub,,,f,f,2199-01-01,",
        f"g,{place},,sub,,,g,g,,no-device",
        f"hospital-meter-0,{place},,main,,,h,h,,",
    )
    assert not answer["taken"]
    assert [(each["row"], each["column"], each["code"]) for each in answer["faults"]] == [
        (3, "organisation", "unknown_organisation"),
        (4, "parent", "unknown_meter"),
        (5, "parent", "tree_refuses"),
        (6, "parent", "tree_refuses"),
        (7, "parent", "tree_refuses"),
        (8, "first_day", "day_ahead"),
        (9, "device", "unknown_device"),
        (10, "first_day", "move_wants_a_day"),
    ]
    assert "would hang below itself" in answer["faults"][4]["wanted"]
    assert conn.execute("SELECT count(*) FROM meter").fetchone() == before
    [fault] = take(sign_in("school"), f"a,{place},,sub,,,a,a,,")["faults"]
    assert fault["code"] == "not_administered"
