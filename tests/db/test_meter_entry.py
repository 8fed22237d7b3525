"""Meters are entered over the API and from tables; what no tree can be is told with its row."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from analytics.jobs.virtual import update_virtual_meters
from domain.local_day import day_start
from store.become import Role
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import NOW, SHANGHAI, estate, say, store_messages

pytestmark = pytest.mark.db

SHEET = f"{V1}/sheets/meters"
ROOT = Path(__file__).parents[2]
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
    told = admin.get(SHEET, params={"form": "csv"}).text
    assert ",lighting_sockets,A (unchecked),插座," in told
    other = told.replace(",lighting_sockets,A (", ",lighting_sockets,B (")
    [fault] = admin.post(SHEET, content=other.encode()).json()["faults"]
    assert (fault["column"], fault["seen"], fault["wanted"]) == (
        "分项国标编码", "B (unchecked)", "A (unchecked)",
    )  # fmt: skip
    [fault] = admin.post(SHEET, content=told.replace(",lighting_sockets,", ",,").encode()).json()[
        "faults"
    ]
    assert (fault["column"], fault["code"]) == ("分项", "required")
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


def ratios(conn: Connection, code: str) -> list[tuple[float, str, str]]:
    """Multipliers of a meter, with the local day from which each holds."""
    rows = conn.execute(
        "SELECT e.value, (e.at AT TIME ZONE 'Asia/Shanghai')::date::text, e.note"
        " FROM register_event e JOIN meter m USING (meter_id) WHERE m.code = %s ORDER BY e.at",
        [code],
    )
    return [(value, day, note) for value, day, note in rows]


def test_a_meter_is_entered_with_its_multiplier_from_a_day_on_and_never_without_the_day(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    assert new(admin, "x", ratio="200/5").json()["code"] == "ratio_wants_a_day"
    assert new(admin, "x", ratio="200/0", day="2026-01-01").json()["code"] == "not_a_ratio"
    assert new(admin, "x", ratio="5", ratio_from="2199-01-01").json()["code"] == "day_ahead"
    assert meter(admin, "x") is None
    answer = new(admin, "x", ratio="200/5 x 10000/100", day="2026-01-01")
    assert answer.status_code == 201, answer.text
    assert ratios(conn, "x") == [(4000.0, "2026-01-01", "CT x PT 200/5 x 10000/100")]


def test_a_table_declares_multipliers_from_their_days_and_says_nothing_twice(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")

    def put(*rows: str) -> Any:
        heading = HEADING.strip() + ",ratio,ratio_from\n"
        return admin.post(SHEET, content=(heading + "\n".join(rows) + "\n").encode()).json()

    row = "floor,school-building,electricity,,sub,school-meter-0,,楼层,Floor"
    [fault] = put(f"{row},,,200/5,")["faults"]
    assert (fault["column"], fault["code"]) == ("ratio_from", "ratio_wants_a_day")
    [fault] = put(f"{row},,,twenty,2026-02-01")["faults"]
    assert (fault["column"], fault["code"], fault["seen"]) == ("ratio", "not_a_ratio", "twenty")
    for _ in range(2):
        assert put(f"{row},2026-01-01,,200/5,2026-02-01")["taken"]
    assert put(f"{row},,,60,2026-03-01")["taken"]
    assert ratios(conn, "floor") == [
        (40.0, "2026-02-01", "CT x PT 200/5"), (60.0, "2026-03-01", "CT x PT 60"),
    ]  # fmt: skip
    [fault] = put(f"{row},,,80,2026-03-01")["faults"]
    assert (fault["column"], fault["why"]["code"]) == ("ratio", "event_declared")
    told = admin.get(SHEET, params={"form": "csv"}).text.splitlines()
    assert next(each for each in told if each.startswith("floor,")).endswith(",60,2026-03-01")
    again = admin.get(SHEET, params={"form": "xlsx"}).content
    assert admin.post(SHEET, content=again).json()["taken"]
    assert len(ratios(conn, "floor")) == 2


def test_what_the_tree_refuses_in_a_table_has_a_code_that_other_languages_word(
    conn: Connection, sign_in: SignIn
) -> None:
    assert conn.info.dbname
    answer = take(sign_in("admin"), "w,school-building,water,,sub,school-meter-0,,水表,Water,,")
    [fault] = answer["faults"]
    assert (fault["code"], fault["why"]["code"]) == ("tree_refuses", "other_medium_above")
    assert fault["why"]["parameters"]
    words = json.loads((ROOT / "ui/src/locales/sentences.zh-CN.json").read_text("utf-8"))
    assert fault["why"]["code"] in words["sentences"]


def feed_in(conn: Connection, client: TestClient, *, hours: int) -> datetime:
    """The school draws 7 kWh and feeds in 2 kWh in each hour, counted by a meter beside."""
    device = meter(client, "school-meter-0")["device_id"]
    if meter(client, "fed-in") is None:
        answer = new(client, "fed-in", quantity=EXPORT, role="check", device_id=device)
        assert answer.status_code == 201, answer.text
    start = day_start(NOW.date().replace(day=1), SHANGHAI)
    for hour in range(hours + 1):
        values = f'{{"{EXPORT}": {500.0 + 2.0 * hour}, "active_energy_import_kwh": {7.0 * hour}}}'
        text = f'{{"ts": {start.timestamp() * 1000 + hour * 3_600_000:.0f}, "values": {values}}}'
        store_messages(conn, [say("school-device-0", text.encode())])
    return start


def virtual(client: TestClient, code: str, formula: str) -> Any:
    body = {
        "code": code, "place_id": places(client)["school-building"], "medium": "electricity",
        "name_zh": code, "name_en": code, "formula": formula,
    }  # fmt: skip
    return client.post(f"{V1}/virtual-meters", json=body)


def test_a_net_meter_is_what_was_drawn_less_what_was_fed_in(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    start = feed_in(conn, admin, hours=24)
    answer = virtual(admin, "net", "[school-meter-0] - [fed-in]")
    assert answer.status_code == 201, answer.text
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=NOW)
        update_virtual_meters(worker, now=NOW)
    day = start.astimezone(SHANGHAI).date()
    net = conn.execute(
        "SELECT d.value, d.quantity_grade::text, d.covered_s FROM consumption_day d JOIN meter m"
        " USING (meter_id) WHERE m.code = 'net' AND d.day = %s",
        [day],
    ).fetchone()
    assert net == (pytest.approx(24 * (7.0 - 2.0)), "derived", 86_400)
    # Where it hangs may still be corrected: it is a check meter that a formula takes off.
    move = {"day": "2026-03-01", "place_id": places(admin)["school-building"], "role": "check"}
    fed_in = meter(admin, "fed-in")["id"]
    moved = admin.post(f"{V1}/meters/{fed_in}/positions", json={**move, "parent_id": None})
    assert moved.status_code in {200, 201}, moved.text


@pytest.mark.parametrize(
    ("formulas", "code"),
    [
        (["[school-meter-0] + [fed-in]"], "fed_in_added"),
        (["[school-meter-0] - 2 * (0 - 1) * [fed-in]"], "fed_in_added"),
        (["-1 * [fed-in]", "[school-meter-0] - [v0]"], "fed_in_added"),
    ],
)
def test_what_was_fed_in_is_never_added_to_a_use_not_even_through_another_formula(
    conn: Connection, sign_in: SignIn, formulas: list[str], code: str
) -> None:
    admin = sign_in("admin")
    feed_in(conn, admin, hours=0)
    *made, refused = [virtual(admin, f"v{n}", text) for n, text in enumerate(formulas)]
    assert [each.status_code for each in made] == [201] * len(made)
    assert (refused.status_code, refused.json()["code"]) == (409, code), refused.text


def test_a_check_meter_of_use_stays_out_of_every_formula(conn: Connection, sign_in: SignIn) -> None:
    assert conn.info.dbname
    admin = sign_in("admin")
    assert new(admin, "beside", role="check").status_code == 201
    refused = virtual(admin, "net", "[school-meter-0] - [beside]")
    assert (refused.status_code, refused.json()["code"]) == (409, "check_meter_summed")
