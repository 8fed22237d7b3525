"""Heating, terms and events as tables: taken over whole, refused at the cell, given out again."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.db.test_api_context import csv_of
from tests.estate import estate

pytestmark = pytest.mark.db

HEADS = {
    "heating_rules": "region,first,last,source",
    "heating_seasons": "region,first_day,last_day,source",
    "school_terms": "organisation,name,first_day,last_day,source",
    "events": "organisation,kind,name,start,end,source",
}


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        yield conn


@pytest.fixture
def admin(conn: Connection, sign_in: SignIn) -> TestClient:
    assert conn.info.dbname
    return sign_in("admin")


def take(client: TestClient, name: str, *rows: str) -> list[tuple[int, str, str]]:
    text = "\n".join([HEADS[name], *rows]).encode()
    answer = client.post(f"{V1}/sheets/{name}", content=text)
    assert answer.status_code == HTTPStatus.OK, answer.text
    told: Any = answer.json()
    assert told["taken"] is not bool(told["faults"])
    return [(each["row"], each["column"], each["code"]) for each in told["faults"]]


def test_a_region_and_its_seasons_come_in_by_tables_and_a_checked_region_is_never_changed(
    admin: TestClient,
) -> None:
    assert take(admin, "heating_rules", "110000,11-15,03-15,京政发", "370100,11/15,3/15,济南") == []
    assert take(admin, "heating_seasons", "110000,2025-11-01,2026-03-20,real days") == []
    (season,) = [row for row in csv_of(admin, "heating_seasons") if row["region"] == "110000"]
    assert (season["first_day"], season["last_day"]) == ("2025-11-01", "2026-03-20")
    (beijing,) = [
        each
        for each in admin.get(f"{V1}/heating-seasons").json()["items"]
        if each["region"] == "110000"
    ]
    assert (beijing["first"], beijing["recorded"][0]["end_day"]) == ("11-15", "2026-03-21")
    assert take(
        admin,
        "heating_rules",
        "110000,11-16,03-15,京政发",
        "230100,10-20,,哈尔滨",
        "120000,2-30,3-1,x",
    ) == [
        (2, "region", "stands_otherwise"),
        (3, "last", "limits_incomplete"),
        (4, "first", "not_a_month_day"),
    ]
    assert take(
        admin,
        "heating_seasons",
        "650100,2025-10-10,2026-04-10,x",
        "110000,2026-11-15,2026-11-01,x",
        "110000,2026-11-15,2027-03-15,x",
        "110000,2027-11-15,2029-03-15,x",
    ) == [
        (2, "region", "unknown_region"),
        (3, "last_day", "ends_before_it_begins"),
        (4, "first_day", "twice"),
        (5, "last_day", "season_long"),
    ]


def test_terms_may_change_their_days_with_each_other_and_never_overlap(admin: TestClient) -> None:
    autumn, spring = (
        "school,秋季,2025-09-01,2026-01-20,校历",
        "school,春季,2026-02-23,2026-07-05,校历",
    )
    assert take(admin, "school_terms", autumn, spring) == []
    assert take(admin, "school_terms", "school,夏季,2026-07-01,2026-08-01,x") == [
        (2, "first_day", "overlaps_term")
    ]
    moved = "school,秋季,2025-09-01,2026-02-27,x", "school,春季,2026-02-28,2026-07-05,x"
    assert take(admin, "school_terms", *moved) == []
    terms = admin.get(f"{V1}/organisations/school/terms").json()["items"]
    assert [(each["name"], each["first_day"], each["end_day"]) for each in terms] == [
        ("秋季", "2025-09-01", "2026-02-28"),
        ("春季", "2026-02-28", "2026-07-06"),
    ]
    assert take(admin, "school_terms", "nowhere,x,2026-01-02,2026-01-01,") == [
        (2, "organisation", "unknown_organisation"),
        (2, "last_day", "ends_before_it_begins"),
    ]


def test_an_event_is_local_or_with_its_offset_and_named_again_takes_its_new_end(
    admin: TestClient,
) -> None:
    fair = "school,large_event,运动会,2026-10-09 08:00,{},通知"
    assert take(admin, "events", fair.format("2026-10-10 17:30")) == []
    assert take(admin, "events", fair.format("2026-10-09T20:00+08:00")) == []
    (event,) = csv_of(admin, "events")
    assert (event["start"], event["end"]) == (
        "2026-10-09T08:00+08:00",
        "2026-10-09T20:00+08:00",
    )
    assert take(
        admin,
        "events",
        "school,party,x,2026-10-09 08:00,2026-10-09 09:00,",
        "school,meeting,x,2026-10-09 08:00,2026-10-09 07:00,",
        "school,meeting,x,noon,2026-10-09 07:00,",
    ) == [
        (2, "kind", "not_one_of"),
        (3, "end", "ends_before_it_begins"),
        (4, "start", "not_a_moment"),
    ]


@pytest.mark.parametrize("name", sorted(HEADS))
def test_what_is_given_out_is_taken_over_again_without_a_change(
    admin: TestClient, name: str
) -> None:
    take(admin, "school_terms", "school,秋季,2025-09-01,2026-01-20,校历")
    take(admin, "events", "school,works,翻修,2026-07-10 00:00,2026-08-20 00:00,")
    before = csv_of(admin, name)
    assert before
    file = admin.get(f"{V1}/sheets/{name}", params={"form": "xlsx"}).content
    answer = admin.post(f"{V1}/sheets/{name}", content=file).json()
    assert (answer["faults"], answer["rows"]) == ([], len(before))
    assert csv_of(admin, name) == before
