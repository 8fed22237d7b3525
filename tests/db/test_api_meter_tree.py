"""The tree, the balance, moves and virtual meters over the API."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege

from domain.local_day import day_start
from store.become import Role, become
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import NOW, SHANGHAI
from tests.metered_building import (
    DAY,
    DAYS,
    FIRST,
    KW,
    PLACE,
    compute,
    count,
    meter_id,
    place_id,
    plant,
)

pytestmark = pytest.mark.db

SPARE_KW = KW["main"] - KW["light"] - KW["hvac"]


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    plant(superuser)
    add_people(superuser)
    return superuser


def balance(client: TestClient, conn: Connection, days: int = DAYS) -> dict[str, Any]:
    query = {
        "medium": "electricity",
        "from": FIRST.isoformat(),
        "to": (FIRST + days * DAY).isoformat(),
    }
    answer = client.get(f"{V1}/buildings/{place_id(conn)}/balance", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def rest_of(found: dict[str, Any], *meters: int) -> dict[str, Any]:
    [rest] = (rest for rest in found["rests"] if rest["of"] == list(meters))
    return dict(rest)


def use_of(found: dict[str, Any], meter: int) -> dict[tuple[int, ...], float]:
    return {tuple(p["above"]): p["use"] for p in found["parts"] if p["meter_id"] == meter}


def new_virtual(conn: Connection, **other: object) -> dict[str, object]:
    return {
        "code": "rest", "place_id": place_id(conn), "medium": "electricity", "item": "special",
        "name_zh": "其余", "name_en": "rest", "formula": "[main] - [light] - [hvac]", **other,
    }  # fmt: skip


def test_the_balance_names_the_unmetered_rest(conn: Connection, sign_in: SignIn) -> None:
    for code in KW:
        count(conn, code)
    compute(conn)
    found = balance(sign_in("school"), conn)
    main, hvac, check = (meter_id(conn, code) for code in ("main", "hvac", "check"))
    assert (found["unit"], found["zone"]) == ("kWh", "Asia/Shanghai")
    assert found["total"] == pytest.approx(DAYS * 24 * KW["main"])
    rest = rest_of(found, main)
    assert rest["unmetered"] == pytest.approx(DAYS * 24 * SPARE_KW)
    assert rest["unmetered_share"] == pytest.approx(SPARE_KW / KW["main"])
    assert (rest["over_counted"], rest["undetermined_s"], rest["silent"]) == (False, 0, [])
    assert rest_of(found, hvac)["unmetered"] == pytest.approx(
        DAYS * 24 * (KW["hvac"] - KW["hvac-1"])
    )
    assert [(p["meter_id"], p["use"]) for p in found["beside"]] == [
        (check, pytest.approx(DAYS * 24 * KW["check"]))
    ]


def test_a_silent_part_is_told_and_not_called_unmetered(conn: Connection, sign_in: SignIn) -> None:
    for code in ("main", "light", "hvac-1"):
        count(conn, code)
    count(conn, "hvac", range(54))  # silent from the third day, six o'clock on
    compute(conn)
    found = balance(sign_in("school"), conn)
    rest = rest_of(found, meter_id(conn, "main"))
    assert rest["compared_s"] == 53 * 3600
    assert rest["unmetered"] == pytest.approx(53 * SPARE_KW)
    assert rest["silent"] == [meter_id(conn, "hvac")]
    assert rest["undetermined"] == pytest.approx(43 * (KW["main"] - KW["light"]))
    use = sum(p["use"] for p in found["parts"] if p["above"] == [meter_id(conn, "main")])
    assert found["total"] == pytest.approx(use + rest["unmetered"] + rest["undetermined"])


def test_parts_that_count_more_are_over_counted(conn: Connection, sign_in: SignIn) -> None:
    client = sign_in("admin")
    for code in KW:
        count(conn, code)
    compute(conn)
    # The submeter hung beside its own branch is counted twice below the main meter.
    answer = client.post(
        f"{V1}/meters/{meter_id(conn, 'hvac-1')}/positions",
        json={"day": "2026-07-01", "parent_id": meter_id(conn, "main"), "role": "branch"},
    )
    assert answer.status_code == 201
    rest = rest_of(balance(client, conn), meter_id(conn, "main"))
    assert rest["unmetered"] == pytest.approx(DAYS * 24 * (SPARE_KW - KW["hvac-1"]))
    assert SPARE_KW == 10.0
    assert not rest["over_counted"]
    client.post(
        f"{V1}/meters/{meter_id(conn, 'light')}/positions",
        json={"day": "2026-07-01", "parent_id": meter_id(conn, "hvac-1"), "role": "sub"},
    )
    below = rest_of(balance(client, conn), meter_id(conn, "hvac-1"))
    assert (below["over_counted"], below["unmetered_share"]) == (True, pytest.approx(-7 / 9))


def test_a_moved_meter_is_counted_where_it_hung(conn: Connection, sign_in: SignIn) -> None:
    for code in KW:
        count(conn, code)
    compute(conn)
    client = sign_in("admin")
    light = meter_id(conn, "light")
    answer = client.post(
        f"{V1}/meters/{light}/positions",
        json={"day": "2026-07-03", "parent_id": None, "role": "main"},
    )
    assert [p["role"] for p in answer.json()["items"]] == ["branch", "main"]
    found = balance(client, conn)
    assert use_of(found, light) == {
        (meter_id(conn, "main"),): pytest.approx(48 * KW["light"]),
        (): pytest.approx(48 * KW["light"]),
    }
    assert found["total"] == pytest.approx(96 * KW["main"] + 48 * KW["light"])
    tree = client.get(f"{V1}/buildings/{place_id(conn)}/meter-tree?medium=electricity").json()
    assert sorted(tree["uppermost"]) == sorted([meter_id(conn, "main"), light])
    assert {n["code"]: n["counts"] for n in tree["nodes"]}["check"] is False


def test_a_total_over_a_move_counts_each_amount_once(conn: Connection, sign_in: SignIn) -> None:
    for code in KW:
        count(conn, code)
    compute(conn)
    client = sign_in("admin")
    light = meter_id(conn, "light")
    move = {"day": "2026-07-03", "parent_id": None, "role": "main"}
    client.post(f"{V1}/meters/{light}/positions", json=move)
    for step in ("hour", "day", "month"):
        query = {
            "medium": "electricity", "step": step,
            "first_day": "2026-07-01", "end_day": f"2026-07-{1 + DAYS:02}",
        }  # fmt: skip
        items = client.get(f"{V1}/organisations/{PLACE}/use", params=query).json()["items"]
        wanted = 96 * KW["main"] + 48 * KW["light"]
        assert sum(item["value"] for item in items) == pytest.approx(wanted)


def test_today_counts_a_main_meter_that_hung_below_another_once(
    conn: Connection, sign_in: SignIn
) -> None:
    today = datetime.now(UTC).astimezone(SHANGHAI).date()
    client = sign_in("admin")
    yesterday = (today - timedelta(days=1)).isoformat()
    move = {"day": yesterday, "parent_id": None, "role": "main"}
    client.post(f"{V1}/meters/{meter_id(conn, 'light')}/positions", json=move)
    days = [today.replace(day=1) + timedelta(days=n) for n in range(today.day)]
    for code in ("main", "light"):
        for day in days:
            conn.execute(
                "INSERT INTO consumption_day (meter_id, quantity, day, start_at, value, "
                "quantity_grade, shape_grade, flags, covered_s, day_s, unmeasured, known_at) "
                "VALUES (%s, 'active_energy_import_kwh', %s, %s, %s, 'measured', 'measured', 0, "
                "86400, 86400, 0, now())",
                [meter_id(conn, code), day, day_start(day, SHANGHAI), KW[code]],
            )
    [electricity] = (
        medium
        for medium in client.get(f"{V1}/buildings/{place_id(conn)}/today").json()["media"]
        if medium["medium"] == "electricity"
    )
    apart = sum(day >= date.fromisoformat(yesterday) for day in days)
    wanted = len(days) * KW["main"] + apart * KW["light"]
    assert electricity["month_to_date"] == pytest.approx(wanted)
    assert set(electricity["meter_ids"]) == {meter_id(conn, "main"), meter_id(conn, "light")}


def test_a_circle_is_refused_with_its_reason(conn: Connection, sign_in: SignIn) -> None:
    client = sign_in("admin")
    answer = client.post(
        f"{V1}/meters/{meter_id(conn, 'hvac')}/positions",
        json={"day": "2026-07-02", "parent_id": meter_id(conn, "hvac-1"), "role": "sub"},
    )
    assert answer.status_code == 409
    assert answer.json()["detail"].startswith("hvac would hang below itself from 2026-07-01T16:00Z")
    history = client.get(f"{V1}/meters/{meter_id(conn, 'hvac')}/positions").json()["items"]
    assert [p["role"] for p in history] == ["branch"]


def test_only_an_administrator_changes_the_tree(conn: Connection, sign_in: SignIn) -> None:
    client = sign_in("school")
    path = f"{V1}/meters/{meter_id(conn, 'light')}/positions"
    move = {"day": "2026-07-02", "parent_id": None, "role": "main"}
    assert client.post(path, json=move).status_code == 403
    assert client.post(f"{V1}/virtual-meters", json=new_virtual(conn)).status_code == 403
    stranger = sign_in("hospital")
    assert stranger.get(path).status_code == 404
    assert (
        stranger.get(f"{V1}/buildings/{place_id(conn)}/meter-tree?medium=water").status_code == 404
    )
    query = {"medium": "electricity", "from": FIRST.isoformat(), "to": NOW.isoformat()}
    answer = stranger.get(f"{V1}/buildings/{place_id(conn)}/balance", params=query)
    assert answer.status_code == 404


def test_a_virtual_meter_is_entered_computed_changed_and_ended(
    conn: Connection, sign_in: SignIn
) -> None:
    for code in KW:
        count(conn, code)
    compute(conn)
    client = sign_in("admin")
    made = client.post(f"{V1}/virtual-meters", json=new_virtual(conn)).json()
    path = f"{V1}/virtual-meters/{made['id']}"
    compute(conn)
    query = {"meter": made["id"], "step": "day", "from": FIRST.isoformat(), "to": NOW.isoformat()}
    items = client.get(f"{V1}/consumption", params=query).json()["items"]
    assert [item["value"] for item in items] == pytest.approx([24 * SPARE_KW] * DAYS)
    assert {item["quantity_grade"] for item in items} == {"derived"}
    [beside] = (p for p in balance(client, conn)["beside"] if p["meter_id"] == made["id"])
    assert beside["use"] == pytest.approx(DAYS * 24 * SPARE_KW)
    changed = client.post(
        f"{path}/formulas", json={"formula": "[hvac]", "day": "2026-07-03"}
    ).json()
    assert [each["formula"] for each in changed["formulas"]] == [
        "[main] - [light] - [hvac]",
        "[hvac]",
    ]
    compute(conn, NOW + timedelta(hours=1))
    items = client.get(f"{V1}/consumption", params=query).json()["items"]
    wanted = [24 * SPARE_KW] * 2 + [24 * KW["hvac"]] * 2
    assert [item["value"] for item in items] == pytest.approx(wanted)
    assert client.delete(f"{path}?day=2026-07-04").status_code == 204
    compute(conn, NOW + timedelta(hours=2))
    row = conn.execute(
        "SELECT count(*) FROM consumption_day WHERE meter_id = %s", [made["id"]]
    ).fetchone()
    assert row == (3,)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "detail"),
    [
        ({"formula": "[main] * [light]"}, 422, "formula: column 8: an amount times an amount"),
        ({"formula": "[main] + [gone]"}, 409, "there is no meter [gone]"),
        ({"formula": "[main] + [water]"}, 409, "water counts water (volume_m3)"),
        ({"formula": "[check]"}, 409, "check is a check meter, which is never summed"),
        ({"formula": "[rest] + [main]"}, 409, "rest would be computed from itself"),
        ({"code": "main"}, 409, "code: there is a meter main already"),
        ({"item": "sauna"}, 422, "item: there is no 'sauna'"),
        ({"place_id": 999}, 422, "place_id: there is no organisation 999"),
        ({"day": "2099-01-01"}, 422, "day: 2099-01-01 lies ahead"),
        ({"code": "a]b"}, 422, "body.code"),
    ],
)
def test_a_virtual_meter_that_cannot_be_is_refused_with_the_place(
    conn: Connection, sign_in: SignIn, change: dict[str, object], status: int, detail: str
) -> None:
    client = sign_in("admin")
    answer = client.post(f"{V1}/virtual-meters", json=new_virtual(conn, **change))
    assert (answer.status_code, answer.json()["detail"][: len(detail)]) == (status, detail)
    row = conn.execute("SELECT count(*) FROM meter WHERE code = 'rest'").fetchone()
    assert row == (0,)


def test_a_virtual_meter_that_others_need_is_not_ended(conn: Connection, sign_in: SignIn) -> None:
    client = sign_in("admin")
    made = client.post(f"{V1}/virtual-meters", json=new_virtual(conn)).json()
    client.post(f"{V1}/virtual-meters", json=new_virtual(conn, code="half", formula="0.5*[rest]"))
    answer = client.delete(f"{V1}/virtual-meters/{made['id']}?day=2026-07-04")
    assert answer.status_code == 409
    assert answer.json()["detail"].startswith("the formula of half needs it")


def test_another_institution_sees_no_formula(conn: Connection, sign_in: SignIn) -> None:
    made = sign_in("admin").post(f"{V1}/virtual-meters", json=new_virtual(conn)).json()
    assert [m["id"] for m in sign_in("school").get(f"{V1}/virtual-meters").json()["items"]] == [
        made["id"]
    ]
    stranger = sign_in("hospital")
    assert stranger.get(f"{V1}/virtual-meters").json()["items"] == []
    assert stranger.get(f"{V1}/virtual-meters/{made['id']}").status_code == 404
    with conn.transaction():
        row = conn.execute("SELECT person_id::text FROM person WHERE login = 'hospital'").fetchone()
        become(conn, Role.API)
        conn.execute("SELECT set_config('civicwatt.person', %s, true)", row)
        for table in ("meter_formula", "meter_formula_term"):
            assert conn.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        for table in ("virtual_leaf", "virtual_work"):
            with pytest.raises(InsufficientPrivilege), conn.transaction():
                conn.execute(f"SELECT count(*) FROM {table}")
        conn.execute("RESET ROLE")
        assert conn.execute("SELECT count(*) FROM meter_formula_term").fetchone() == (3,)


def test_sub_items_are_listed_with_codes_nobody_has_checked(sign_in: SignIn) -> None:
    items = sign_in("school").get(f"{V1}/sub-items").json()["items"]
    assert [item["code"] for item in items if not item["parent"]] == ["A", "B", "C", "D"]
    assert not any(item["checked"] for item in items)
