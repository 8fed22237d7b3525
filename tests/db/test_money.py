"""Tariffs, costs and bills through the API: a planted bill is explained to the cent."""

from datetime import date, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection
from psycopg.errors import CheckViolation, InsufficientPrivilege

from analytics.jobs.consumption import update_consumption
from domain.local_day import day_start
from domain.tariff_file import shipped_tariffs
from store.become import Role
from store.money.tariff import add_tariff
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people, add_second_administrator
from tests.estate import NOW, estate, registers, store_messages

pytestmark = pytest.mark.db

SHANGHAI = ZoneInfo("Asia/Shanghai")
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
START = day_start(JUNE, SHANGHAI)
HOUR = timedelta(hours=1)
PEAK, FLAT, VALLEY = 30.0, 20.0, 10.0
"""What the school uses in an hour of each period. [kWh]"""
PRICES = {"peak": "0.9500", "flat": "0.6200", "valley": "0.2636"}
CHECK = {"document": "津发改价综〔2021〕395号"}


def use(hour: int) -> float:
    of_day = hour % 24
    if of_day >= 23 or of_day < 7:
        return VALLEY
    return PEAK if 9 <= of_day < 12 or 16 <= of_day < 21 else FLAT


@pytest.fixture
def conn(database: str) -> Any:
    """A school with June read every hour, a hospital, and the shipped tariffs."""
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        add_second_administrator(conn)
        for name, text in shipped_tariffs().items():
            assert add_tariff(conn, text, place=name) is not None
        values = list(accumulate(map(use, range(30 * 24)), initial=1000.0))
        store_messages(conn, registers("school-device-0", START, values, step=HOUR))
        with connected(database, Role.WORK) as worker:
            update_consumption(worker, now=NOW)
        yield conn


def tianjin(client: TestClient) -> int:
    found = client.get(f"{V1}/tariffs").json()["items"]
    return next(int(each["id"]) for each in found if each["code"] == "tianjin-tou")


def announce(client: TestClient, month: date = JUNE) -> None:
    floating = [
        {"component": "agent_purchase", "period": period, "price": price}
        for period, price in PRICES.items()
    ]
    floating += [
        {"component": "transmission_distribution", "period": period, "price": "0"}
        for period in PRICES
    ]
    flat = {"line_loss": "0.0100", "system_operation": "0.0100", "government_funds": "0.0200"}
    fixed = [{"component": name, "price": price} for name, price in flat.items()]
    answer = client.post(
        f"{V1}/tariffs/{tianjin(client)}/prices",
        json={"month": str(month), "source": "notice of June", "prices": floating + fixed},
    )
    assert answer.status_code == 201, answer.text


def put_school(client: TestClient, **terms: object) -> None:
    new = {"code": "tianjin-tou", "first_day": "2026-01-01", "capacity_kva": "400", **terms}
    answer = client.post(f"{V1}/meters/school-meter-0/tariffs", json=new)
    assert answer.status_code == 201, answer.text


def cost(client: TestClient, meter: str = "school-meter-0") -> Any:
    days = {"first_day": str(JUNE), "end_day": str(JULY)}
    return client.get(f"{V1}/meters/{meter}/cost", params=days)


@pytest.fixture
def admin(conn: Connection, sign_in: SignIn) -> TestClient:
    """The administrator, with the school on Tianjin's tariff and June's prices entered."""
    assert conn.info.dbname
    client = sign_in("admin")
    put_school(client)
    announce(client)
    return client


def test_a_month_costs_what_its_periods_cost(admin: TestClient) -> None:
    found = cost(admin).json()
    told = {
        (each["name"], each["period"]): (each["quantity"], each["amount"])
        for each in found["lines"]
    }
    assert told["agent_purchase", "peak"] == ("7200.000000", "6840.00")
    assert told["agent_purchase", "flat"] == ("4800.000000", "2976.00")
    assert told["agent_purchase", "valley"] == ("2400.000000", "632.64")
    assert told["line_loss", None] == ("14400.000000", "144.00")
    assert found["total"] == "11024.64"
    assert found["tariffs"] == ["tianjin-tou"]
    assert [gap["code"] for gap in found["gaps"]] == ["reactive_energy", "user_class"]
    assert not found["official"]
    assert "reactive energy" in found["not_official"]
    purchase = next(each for each in found["lines"] if each["period"] == "peak")
    assert purchase["formula"] == "7200 kWh x 0.9500 CNY/kWh"


def test_intervals_cost_what_their_lines_cost_before_rounding(admin: TestClient) -> None:
    days = {"first_day": str(JUNE), "end_day": str(JULY)}
    found = admin.get(f"{V1}/meters/school-meter-0/cost/intervals", params=days).json()["items"]
    assert sum(float(each["amount"]) for each in found) == pytest.approx(11024.64)
    assert {each["period"] for each in found} == set(PRICES)


def test_a_corrected_price_changes_the_cost_and_not_the_cost_as_it_was_known(
    admin: TestClient,
) -> None:
    before = admin.get(f"{V1}/tariffs/{tianjin(admin)}", params={"day": str(JUNE)}).json()
    known_at = before["announcement"]["entered_at"]
    dearer = [{"component": "line_loss", "price": "0.0200"}]
    everything = [
        {name: price[name] for name in ("component", "period", "price")}
        for price in before["prices"]
        if price["component"] != "line_loss"
    ]
    admin.post(
        f"{V1}/tariffs/{tianjin(admin)}/prices",
        json={"month": str(JUNE), "source": "corrected", "prices": everything + dearer},
    )
    assert cost(admin).json()["total"] == "11168.64"
    days = {"first_day": str(JUNE), "end_day": str(JULY)}
    then = admin.get(f"{V1}/meters/school-meter-0/cost", params={**days, "as_of": known_at})
    lines = {each["name"]: each["amount"] for each in then.json()["lines"]}
    assert lines["line_loss"] == "144.00"


def test_checking_terms_and_prices_is_signed_and_done_once_by_a_second_person(
    admin: TestClient, sign_in: SignIn
) -> None:
    tariff_id = tianjin(admin)
    version = admin.get(f"{V1}/tariffs").json()["items"][1]["versions"][0]["id"]
    path = f"{V1}/tariffs/{tariff_id}/versions/{version}/check"
    assert admin.post(path, json={"document": " "}).status_code == 422
    checked = admin.post(path, json=CHECK).json()["versions"][0]
    assert (checked["checked"], checked["checked_by"]) == (True, "admin")
    assert checked["document"] == CHECK["document"]
    assert admin.post(path, json=CHECK).status_code == 409
    assert not any(each["checked"] for each in cost(admin).json()["lines"])
    prices = f"{V1}/tariffs/{tariff_id}/prices/{JUNE}/check"
    own = admin.post(prices, json=CHECK)
    assert (own.status_code, own.json()["code"]) == (409, "prices_own")
    second = sign_in("second")
    june = {"day": str(JUNE)}
    seen = second.get(f"{V1}/tariffs/{tariff_id}", params=june).json()["announcement"]
    assert (seen["entered_by"], seen["own"]) == ("admin", False)
    other = second.post(prices, json={**CHECK, "id": seen["id"] + 1})
    assert (other.status_code, other.json()["code"]) == (409, "other_prices")
    checked = second.post(prices, json={**CHECK, "id": seen["id"]}).json()
    assert (checked["checked"], checked["checked_by"]) == (True, "复核员")
    assert all(each["checked"] for each in cost(second).json()["lines"])
    assert second.post(prices, json=CHECK).status_code == 409


def test_a_check_of_prices_is_taken_back_with_a_reason_and_made_again(
    conn: Connection, admin: TestClient, sign_in: SignIn
) -> None:
    path = f"{V1}/tariffs/{tianjin(admin)}/prices/{JUNE}/check"
    why = {"reason": "a digit of the valley price was misread"}
    assert admin.post(f"{path}/withdraw", json=why).json()["code"] == "prices_not_checked"
    second = sign_in("second")
    assert second.post(path, json=CHECK).json()["checked"]
    conn.execute("DELETE FROM cost_work")
    doubted = second.post(f"{path}/withdraw", json=why).json()
    assert (doubted["checked"], doubted["checked_by"]) == (False, None)
    assert doubted["withdrawn"]["by"] == "复核员"
    assert doubted["withdrawn"]["reason"] == why["reason"]
    assert conn.execute("SELECT first_day, end_day FROM cost_work").fetchall() == [(JUNE, JULY)]
    assert sign_in("school").post(f"{path}/withdraw", json=why).status_code == 403
    second = sign_in("second")
    assert second.post(path, json=CHECK).json()["withdrawn"] is None


def test_prices_of_months_come_as_a_table_that_changes_only_what_it_says_otherwise(
    conn: Connection, admin: TestClient, sign_in: SignIn
) -> None:
    assert admin.get(f"{V1}/sheets").status_code == 200
    sheet = f"{V1}/sheets/month_prices"
    second = sign_in("second")
    path = f"{V1}/tariffs/{tianjin(second)}/prices/{JUNE}/check"
    assert second.post(path, json=CHECK).json()["checked"]
    given = second.get(sheet, params={"form": "csv", "lang": "en"}).text
    july = "\n".join(each.replace("2026-06", "2026-07") for each in given.splitlines()[1:])
    taken = second.post(sheet, content=f"{given.strip()}\n{july}\n".encode()).json()
    assert (taken["taken"], taken["rows"]) == (True, 18), taken
    assert conn.execute("SELECT month FROM price_month ORDER BY 1").fetchall() == [(JUNE,), (JULY,)]
    months = [
        second.get(f"{V1}/tariffs/{tianjin(second)}", params={"day": str(day)}).json()
        for day in (JUNE, JULY)
    ]
    assert [each["announcement"]["checked"] for each in months] == [True, False]
    assert months[0]["prices"] == [
        {**price, "checked": other["checked"]}
        for price, other in zip(months[1]["prices"], months[0]["prices"], strict=True)
    ]
    heading = "tariff,month,component,period,price,source\n"
    wrong = (
        "nowhere,2026-08,line_loss,,0.1,n\n"
        "tianjin-tou,2026-13,line_loss,,0.1,n\n"
        "tianjin-tou,2026-08,gold,,0.1,n\n"
        "tianjin-tou,2026-08,line_loss,,dear,n\n"
        "tianjin-tou,2026-08,line_loss,,0.1,other\n"
    )
    told = second.post(sheet, content=(heading + wrong).encode()).json()
    assert not told["taken"]
    assert sorted((each["row"], each["code"]) for each in told["faults"]) == [
        (2, "unknown_tariff"), (3, "not_a_month"), (4, "unknown_component"), (5, "not_a_price"),
        (6, "two_sources"),
    ]  # fmt: skip
    assert sign_in("school").post(sheet, content=given.encode()).json()["taken"] is False


def test_the_database_itself_refuses_who_checks_their_own_prices_or_withdraws_twice(
    conn: Connection, admin: TestClient, sign_in: SignIn
) -> None:
    assert admin.get(f"{V1}/tariffs").status_code == 200
    who: dict[str, int] = dict(conn.execute("SELECT login, person_id FROM person").fetchall())
    month = conn.execute("SELECT price_month_id FROM price_month").fetchone()
    assert month is not None
    check = "INSERT INTO price_month_check (price_month_id, document) VALUES (%s, 'notice')"
    with connected(conn.info.dsn, Role.API) as api:
        for login, refused in (("admin", True), ("second", False)):
            with api.transaction():
                api.execute(
                    "SELECT set_config('civicwatt.person', %s::bigint::text, true)", [who[login]]
                )
                if refused:
                    with pytest.raises(InsufficientPrivilege), api.transaction():
                        api.execute(check, month)
                else:
                    api.execute(check, month)
    withdraw = "UPDATE price_month_check SET withdrawn_because = 'wrong'"
    conn.execute(withdraw)
    with pytest.raises(CheckViolation, match="withdrawn once"):
        conn.execute(withdraw)
    assert sign_in("second").get(f"{V1}/tariffs").status_code == 200


def test_a_strip_of_a_day_and_what_is_missing_are_shown(admin: TestClient) -> None:
    july = {"day": "2026-07-15"}
    found = admin.get(f"{V1}/tariffs/{tianjin(admin)}", params=july).json()
    assert [(s["first_minute"], s["period"]) for s in found["spans"]][:3] == [
        (0, "valley"), (420, "flat"), (540, "peak"),
    ]  # fmt: skip
    assert found["prices"] == []
    assert len(found["missing"]) == 9
    assert found["announcement"] is None


def test_only_administrators_touch_tariffs_and_prices(conn: Connection, sign_in: SignIn) -> None:
    assert conn.info.dbname
    client = sign_in("school")
    tariff_id = tianjin(client)
    refused = [
        client.post(f"{V1}/tariffs", json={"text": ""}),
        client.post(f"{V1}/tariffs/{tariff_id}/versions/1/check", json=CHECK),
        client.post(f"{V1}/tariffs/{tariff_id}/prices/{JUNE}/check", json=CHECK),
        client.post(
            f"{V1}/tariffs/{tariff_id}/prices",
            json={
                "month": str(JUNE),
                "source": "x",
                "prices": [{"component": "line_loss", "price": "1"}],
            },
        ),
        client.post(f"{V1}/meters/school-meter-0/tariffs", json={"code": "tianjin-tou"}),
        client.post(f"{V1}/bills", json={"name": "b.csv", "text": bill_csv()}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 6


def test_bad_terms_are_refused_with_reason_and_place(admin: TestClient) -> None:
    text = shipped_tariffs()["tianjin.toml"].replace("tianjin-tou", "other")
    overlap = text + text[text.index("[[version]]") :]
    answer = admin.post(f"{V1}/tariffs", json={"text": overlap})
    assert answer.status_code == 422
    assert "begins inside the version 2022-01-01 to no end" in answer.json()["detail"]
    assert admin.post(f"{V1}/tariffs", json={"text": text}).status_code == 201
    assert admin.post(f"{V1}/tariffs", json={"text": text}).status_code == 409
    for component, period in (("x", None), ("line_loss", "peak"), ("agent_purchase", None)):
        price = {"component": component, "period": period, "price": "1"}
        strange = {"month": str(JUNE), "source": "x", "prices": [price]}
        answer = admin.post(f"{V1}/tariffs/{tianjin(admin)}/prices", json=strange)
        detail = f"no price of {component} ({period or 'all periods'}); it has agent_purchase ("
        assert detail in answer.json()["detail"]
    again = {"code": "tianjin-tou", "first_day": "2026-05-01"}
    answer = admin.post(f"{V1}/meters/school-meter-0/tariffs", json=again)
    assert answer.status_code == 409
    assert "on a tariff already" in answer.json()["detail"]


def test_days_without_a_tariff_are_refused_and_not_free_of_charge(admin: TestClient) -> None:
    answer = cost(admin, "hospital-meter-0")
    assert answer.status_code == 409
    assert "hospital-meter-0 is on no tariff from 2026-06-01" in answer.json()["detail"]


def bill_csv(peak: int = 7200, price: str = "0.9900", meter: str = "school-meter-0") -> str:
    rows = [("peak", peak, price), ("flat", 4800, "0.6600"), ("valley", 2400, "0.3036")]
    head = "meter,number,first_day,end_day,item,period,quantity,price,amount\n"
    lines = [
        f"{meter},2026-06,2026-06-01,2026-07-01,energy,{period},{kwh},{each},"
        f"{kwh * float(each):.2f}\n"
        for period, kwh, each in rows
    ]
    return head + "".join(lines)


@pytest.mark.parametrize(
    ("bill", "explained"),
    [
        (bill_csv(), {}),
        (bill_csv(price="1.0000"), {"price": "72.00"}),
        (bill_csv(peak=8200), {"quantity": "765.60", "shape": "224.40"}),
    ],
)
def test_a_bill_is_explained_to_the_cent(
    admin: TestClient, bill: str, explained: dict[str, str]
) -> None:
    answer = admin.post(f"{V1}/bills", json={"name": "june.csv", "text": bill})
    assert answer.json() == {"added": 1, "known": []}
    row = admin.get(f"{V1}/bills").json()["items"][0]
    found = admin.get(f"{V1}/bills/{row['id']}/reconciliation").json()
    assert {each["cause"]: each["amount"] for each in found["explained"]} == explained
    assert found["our_total"] == "11024.64"
    peak = next(each for each in found["lines"] if each["period"] == "peak")
    assert peak["ours"] == {"quantity": "7200.000000", "price": "0.990000", "amount": "7128.00"}


def test_a_bill_comes_once_and_a_bad_row_keeps_the_whole_file_out(admin: TestClient) -> None:
    text = bill_csv()
    for bad, reason in (
        (text.replace("4800", "many"), "june.csv:3: quantity 'many', want a number"),
        (text + text.splitlines()[1] + "\n", "june.csv:5: bill 2026-06 has energy peak twice"),
        (text.replace("meter,number", "meter,no"), "june.csv:1: columns"),
        (text.replace("2026-07-01", "2026-06-01"), "june.csv:2: end_day 2026-06-01 is not after"),
    ):
        answer = admin.post(f"{V1}/bills", json={"name": "june.csv", "text": bad})
        assert answer.status_code == 422
        assert reason in answer.json()["detail"]
    assert admin.get(f"{V1}/bills").json()["items"] == []
    admin.post(f"{V1}/bills", json={"name": "june.csv", "text": text})
    again = admin.post(f"{V1}/bills", json={"name": "june.csv", "text": bill_csv(peak=1)})
    assert again.json() == {"added": 0, "known": ["2026-06"]}
    assert admin.get(f"{V1}/bills").json()["items"][0]["total"] == "11024.64"


def test_two_bills_for_some_of_the_same_days_are_told(admin: TestClient) -> None:
    other = bill_csv().replace("2026-06,2026-06-01,2026-07-01", "06-B,2026-06-30,2026-07-31")
    july = bill_csv().replace("2026-06,2026-06-01,2026-07-01", "07,2026-07-31,2026-08-31")
    for text in (bill_csv(), other, july):
        admin.post(f"{V1}/bills", json={"name": "june.csv", "text": text})
    rows = admin.get(f"{V1}/bills").json()["items"]
    told = {row["number"]: row["same_days"] for row in rows}
    assert told == {"2026-06": ["06-B"], "06-B": ["2026-06"], "07": []}
    first = next(row["id"] for row in rows if row["number"] == "2026-06")
    beside = admin.get(f"{V1}/bills/{first}/reconciliation").json()
    assert beside["bill"]["same_days"] == ["06-B"]


def test_nobody_sees_another_institutions_bills_or_costs(
    admin: TestClient, sign_in: SignIn
) -> None:
    admin.post(f"{V1}/bills", json={"name": "june.csv", "text": bill_csv()})
    bill = admin.get(f"{V1}/bills").json()["items"][0]["id"]
    hospital = sign_in("hospital")
    assert hospital.get(f"{V1}/bills").json()["items"] == []
    assert hospital.get(f"{V1}/bills/{bill}/reconciliation").status_code == 404
    assert cost(hospital).status_code == 404
    assert hospital.get(f"{V1}/meters/school-meter-0/tariffs").status_code == 404
    school = sign_in("school")
    assert school.get(f"{V1}/bills").json()["items"][0]["id"] == bill
    assert cost(school).json()["total"] == "11024.64"


def test_a_scope_of_some_days_does_not_show_a_bill_of_more(
    admin: TestClient, sign_in: SignIn, conn: Connection
) -> None:
    admin.post(f"{V1}/bills", json={"name": "june.csv", "text": bill_csv()})
    seen = "UPDATE scope SET during = %s WHERE person_id IN (SELECT person_id FROM person "
    conn.execute(f"{seen} WHERE login = 'school')", ["[2026-06-01,2026-06-10)"])
    assert sign_in("school").get(f"{V1}/bills").json()["items"] == []
    conn.execute(f"{seen} WHERE login = 'school')", ["[2026-05-31,2026-07-02)"])
    assert len(sign_in("school").get(f"{V1}/bills").json()["items"]) == 1


def test_without_a_person_there_is_no_money_to_be_seen(
    admin: TestClient, conn: Connection, database: str
) -> None:
    admin.post(f"{V1}/bills", json={"name": "june.csv", "text": bill_csv()})
    tables = ("tariff", "tariff_version", "price_month", "price_month_line", "meter_tariff")
    with connected(database, Role.API) as nobody:
        for table in (*tables, "bill", "bill_line"):
            count = f"SELECT count(*) FROM {table}"
            assert conn.execute(count).fetchone() > (0,)
            assert nobody.execute(count).fetchone() == (0,)
