"""A tariff gets new prices from a day on, a meter leaves it; just these days are priced anew."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from analytics.jobs.interval_costs import update_costs
from domain.local_day import day_start
from store.become import Role
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people, add_second_administrator
from tests.estate import NOW, SHANGHAI, estate, registers, store_messages

pytestmark = pytest.mark.db

JUNE, MIDST, JULY = date(2026, 6, 1), date(2026, 6, 16), date(2026, 7, 1)
HOUR = timedelta(hours=1)
HEAD = """
schema = "tariff/1"
code = "office"
medium = "electricity"
name_zh = "办公"
name_en = "Office"
"""
FIRST = """
[[version]]
first_day = 2026-01-01
source = "notice 1"
checked = false
[[version.component]]
name = "energy"
price = 0.60
"""
SECOND = FIRST.replace("2026-01-01", str(MIDST)).replace("0.60", "0.70").replace('1"', '2"')
METER = "school-meter-0"
DOCUMENT = {"document": "notice 2 of 2026-06-01"}


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """A school that used 10 kWh in each hour of June."""
    write_registry(superuser, estate())
    add_people(superuser)
    add_second_administrator(superuser)
    values = [1000.0 + 10.0 * hour for hour in range(30 * 24 + 1)]
    start = day_start(JUNE, SHANGHAI)
    store_messages(superuser, registers("school-device-0", start, values, step=HOUR))
    return superuser


@pytest.fixture
def admin(conn: Connection, sign_in: SignIn) -> TestClient:
    """The administrator, who has entered the tariff and put the school on it."""
    client = sign_in("admin")
    answer = client.post(f"{V1}/tariffs", json={"text": HEAD + FIRST})
    assert answer.status_code == 201, answer.text
    path = f"{V1}/meters/{METER}/tariffs"
    assert client.post(path, json={"code": "office"}).status_code == 201
    work(conn)
    return client


def work(conn: Connection) -> None:
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=NOW)
        update_costs(worker, now=NOW)


def office(client: TestClient) -> Any:
    return client.get(f"{V1}/tariffs").json()["items"][0]


def revise(client: TestClient, text: str) -> Any:
    return client.post(f"{V1}/tariffs/{office(client)['id']}/versions", json={"text": text})


def waiting(conn: Connection) -> list[tuple[date, date | None]]:
    """Days whose costs are to be computed."""
    rows = conn.execute("SELECT DISTINCT first_day, end_day FROM cost_work ORDER BY first_day")
    return [(first, end) for first, end in rows]


def kept(conn: Connection) -> dict[date, Decimal]:
    return dict(conn.execute("SELECT day, sum(amount) FROM consumption_cost GROUP BY day"))


def as_known_before(conn: Connection) -> datetime:
    """An instant at which the readings were known, and neither the end nor what follows it."""
    then = NOW + HOUR
    for table in ("tariff_version", "meter_tariff"):
        conn.execute(
            f"UPDATE {table} SET entered_at = CASE WHEN during @> %s::date AND lower(during) = %s "
            "THEN %s ELSE '-infinity'::timestamptz END",
            [MIDST, MIDST, then + HOUR],
        )
        conn.execute(f"UPDATE {table}_end SET ended_at = %s", [then + HOUR])
    return then


def total(client: TestClient, **known: str) -> Decimal:
    days = {"first_day": str(JUNE), "end_day": str(JULY), **known}
    answer = client.get(f"{V1}/meters/{METER}/cost", params=days)
    assert answer.status_code == 200, answer.text
    return Decimal(answer.json()["total"])


def test_a_new_version_ends_the_one_before_and_prices_only_its_own_days_anew(
    conn: Connection, admin: TestClient
) -> None:
    assert kept(conn)[MIDST] == Decimal(240) * Decimal("0.60")
    ended = FIRST.replace("source", f"end_day = {MIDST}\nsource")
    answer = revise(admin, HEAD + ended + SECOND)
    assert answer.status_code == 201, answer.text
    first, second = answer.json()["versions"]
    assert (first["first_day"], first["end_day"]) == ("2026-01-01", str(MIDST))
    assert (second["first_day"], second["end_day"], second["checked"]) == (str(MIDST), None, False)
    assert waiting(conn) == [(MIDST, None)]
    work(conn)
    costs = kept(conn)
    assert costs[MIDST - timedelta(days=1)] == Decimal(240) * Decimal("0.60")
    assert costs[MIDST] == Decimal(240) * Decimal("0.70")
    assert total(admin) == Decimal(15 * 240) * Decimal("1.30")
    assert total(admin, as_of=as_known_before(conn).isoformat()) == Decimal(30 * 240) * Decimal(
        "0.60"
    )  # as it was known before


def test_a_version_never_changes_and_never_checks_itself(
    conn: Connection, admin: TestClient
) -> None:
    for text, why in (
        (HEAD + FIRST.replace("0.60", "0.61"), "from that day with other terms"),
        (HEAD.replace("office", "other") + SECOND, "the file is of other (electricity), want off"),
        (HEAD + SECOND.replace(
            "checked = false",
            'checked = true\nchecked_by = "me"\nchecked_on = 2026-06-01\ndocument = "d"',
        ), "a second person checks it"),
        (HEAD + FIRST.replace("2026-01-01", "2025-01-01"), "it lasts into a later version"),
        (HEAD + SECOND + SECOND, "begins inside the version"),
    ):  # fmt: skip
        answer = revise(admin, text)
        assert (answer.status_code, why in answer.json()["detail"]) == (422, True), answer.text
    assert revise(admin, HEAD + FIRST).json()["code"] == "no_new_version"
    assert office(admin)["versions"][0]["end_day"] is None
    assert waiting(conn) == []


def test_who_entered_a_version_cannot_check_it_and_another_signs(
    conn: Connection, admin: TestClient, sign_in: SignIn
) -> None:
    assert conn.info.dbname
    assert revise(admin, HEAD + SECOND).status_code == 201
    of, version = office(admin)["id"], office(admin)["versions"][1]
    assert (version["entered_by"], version["own"]) == ("admin", True)
    path = f"{V1}/tariffs/{of}/versions/{version['id']}/check"
    own = admin.post(path, json=DOCUMENT)
    assert (own.status_code, own.json()["code"]) == (409, "version_own")
    second = sign_in("second")
    checked = second.post(path, json=DOCUMENT).json()["versions"][1]
    assert (checked["checked_by"], checked["own"]) == ("复核员", False)
    days = {"first_day": str(MIDST), "end_day": str(JULY)}
    found = second.get(f"{V1}/meters/{METER}/cost", params=days).json()
    assert found["official"], found["not_official"]


def test_new_prices_from_a_day_on_are_a_version_that_is_otherwise_the_one_before(
    conn: Connection, admin: TestClient, sign_in: SignIn
) -> None:
    path = f"{V1}/tariffs/{office(admin)['id']}/versions/prices"
    terms = admin.get(f"{V1}/tariffs/{office(admin)['id']}", params={"day": str(JUNE)}).json()
    assert terms["fixed"] == [{"component": "energy", "period": None, "price": "0.60"}]

    def put(**other: object) -> Any:
        price = {"component": "energy", "price": "0.70"}
        new = {"first_day": str(MIDST), "source": "notice 2", "prices": [price], **other}
        return admin.post(path, json=new)

    for refused, code in (
        (put(first_day="2025-12-31"), "no_version_to_follow"),
        (put(first_day="2026-01-01"), "version_begins_then"),
        (put(prices=[{"component": "energy", "price": "0.60"}]), "prices_as_before"),
        (put(prices=[{"component": "water", "price": "1"}]), "price_not_fixed"),
        (put(prices=[{"component": "energy", "period": "peak", "price": "1"}]), "price_not_fixed"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
    assert waiting(conn) == []
    first, second = put().json()["versions"]
    assert (first["end_day"], second["first_day"]) == (str(MIDST), str(MIDST))
    assert (second["checked"], second["own"], second["source"]) == (False, True, "notice 2")
    assert waiting(conn) == [(MIDST, None)]
    work(conn)
    assert total(admin) == Decimal(15 * 240) * (Decimal("0.60") + Decimal("0.70"))
    assert sign_in("school").post(path, json={}).status_code in {403, 422}


def test_a_check_that_was_not_right_is_taken_back_and_its_days_are_official_no_more(
    conn: Connection, admin: TestClient, sign_in: SignIn
) -> None:
    assert revise(admin, HEAD + SECOND).status_code == 201
    of, version = office(admin)["id"], office(admin)["versions"][1]["id"]
    path = f"{V1}/tariffs/{of}/versions/{version}/check"
    why = {"reason": "it was the draft of the notice"}
    assert admin.post(f"{path}/withdraw", json=why).json()["code"] == "version_not_checked"
    second = sign_in("second")
    assert second.post(path, json=DOCUMENT).status_code == 200
    work(conn)
    assert second.post(f"{path}/withdraw", json={"reason": " "}).status_code == 422
    doubted = second.post(f"{path}/withdraw", json=why).json()["versions"][1]
    assert (doubted["checked"], doubted["document"]) == (False, "")
    assert (doubted["withdrawn"]["by"], doubted["withdrawn"]["reason"]) == (
        "复核员", why["reason"],
    )  # fmt: skip
    assert waiting(conn) == [(MIDST, None)]
    days = {"first_day": str(MIDST), "end_day": str(JULY)}
    found = second.get(f"{V1}/meters/{METER}/cost", params=days).json()
    assert not found["official"]
    assert second.post(f"{path}/withdraw", json=why).json()["code"] == "version_not_checked"
    again = second.post(path, json=DOCUMENT).json()["versions"][1]
    assert (again["checked"], again["withdrawn"]) == (True, None)
    told = conn.execute("SELECT count(*) FROM tariff_version_check").fetchone()
    assert told == (2,)


def test_a_meter_leaves_a_tariff_and_only_the_days_from_then_on_lose_their_cost(
    conn: Connection, admin: TestClient, sign_in: SignIn
) -> None:
    path = f"{V1}/tariffs/{office(admin)['id']}/meters/{METER}/end"
    answer = admin.post(path, json={"end_day": str(MIDST)})
    assert answer.status_code == 200, answer.text
    assert [each["end_day"] for each in answer.json()["items"]] == [str(MIDST)]
    assert waiting(conn) == [(MIDST, None)]
    work(conn)
    assert max(kept(conn)) == MIDST - timedelta(days=1)
    assert total(admin, as_of=as_known_before(conn).isoformat()) == Decimal(30 * 240) * Decimal(
        "0.60"
    )
    again = admin.post(path, json={"end_day": str(MIDST + timedelta(days=1))})
    assert (again.status_code, again.json()["code"]) == (409, "not_on_tariff")
    new = {"code": "office", "first_day": str(MIDST), "capacity_kva": "400"}
    assert admin.post(f"{V1}/meters/{METER}/tariffs", json=new).status_code == 201
    work(conn)
    assert len(kept(conn)) == 30
    school = sign_in("school")
    late = {"end_day": str(MIDST + timedelta(days=2))}
    assert school.post(path, json=late).status_code == 403


def test_a_price_that_would_count_for_nothing_is_not_announced(admin: TestClient) -> None:
    loss = '[[version.component]]\nname = "line_loss"\n'
    announced = SECOND.replace("price = 0.70\n", "") + loss
    assert revise(admin, HEAD + announced).status_code == 201

    def announce(month: date, component: str) -> Any:
        price = {"component": component, "price": "0.5"}
        new = {"month": str(month), "source": "notice", "prices": [price]}
        return admin.post(f"{V1}/tariffs/{office(admin)['id']}/prices", json=new)

    refused = announce(date(2026, 5, 1), "energy")  # what the version fixes
    assert refused.status_code == 422
    assert refused.json()["code"] == "no_such_price"
    assert announce(date(2026, 5, 1), "line_loss").status_code == 422
    assert announce(JUNE, "energy").status_code == 201  # from the 16th on by announcement
    sheet = "tariff,month,component,period,price,source\noffice,{},energy,,0.5,n\n"
    told = [
        admin.post(f"{V1}/sheets/month_prices", content=sheet.format(month).encode()).json()
        for month in ("2026-05", "2026-07")
    ]
    assert [each["code"] for each in told[0]["faults"]] == ["unknown_component"]
    assert [each["taken"] for each in told] == [False, True]


def test_a_meter_is_put_on_no_tariff_of_another_medium(conn: Connection, admin: TestClient) -> None:
    water = (HEAD + FIRST).replace('"electricity"', '"water"').replace('"office"', '"water"')
    assert admin.post(f"{V1}/tariffs", json={"text": water}).status_code == 201
    put = admin.post(f"{V1}/meters/hospital-meter-0/tariffs", json={"code": "water"})
    assert (put.status_code, put.json()["code"]) == (409, "tariff_of_other_medium")
    assert conn.execute("SELECT count(*) FROM meter_tariff").fetchone() == (1,)


def test_days_on_a_tariff_of_another_medium_from_before_that_was_refused_have_no_cost(
    conn: Connection, admin: TestClient
) -> None:
    assert kept(conn)
    conn.execute("UPDATE tariff SET medium = 'water'")
    work(conn)
    assert kept(conn) == {}
    days = {"first_day": str(JUNE), "end_day": str(JULY)}
    asked = admin.get(f"{V1}/meters/{METER}/cost", params=days)
    assert (asked.status_code, asked.json()["code"]) == (409, "tariff_prices_other_medium")
    told = admin.get(f"{V1}/meters/{METER}/cost/periods", params=days).json()
    assert {each["code"] for each in told["missing"]} == {"medium"}
