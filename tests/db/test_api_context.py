"""Calendars, facts and tables over the API: what is told, refused with its place, and kept."""

import csv
import io
from datetime import date
from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from civicwatt.published_calendar import seed
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.db.conftest import V1, SignIn, add_people, add_second_administrator
from tests.estate import estate

pytestmark = pytest.mark.db

NOTICE = {
    "source": "notice of 2027",
    "days": [
        {"day": "2027-02-06", "kind": "holiday", "name": "春节"},
        {"day": "2027-02-20", "kind": "makeup_workday", "name": "春节"},
    ],
}


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """School and hospital, their people, and who administers the school."""
    write_registry(superuser, estate())
    add_people(superuser)
    add_second_administrator(superuser)
    (row,) = superuser.execute("SELECT password_hash FROM person WHERE login = 'admin'").fetchall()
    add_person(superuser, login="head", name="head", password_hash=row[0])
    grant(superuser, login="head", role="institution_administrator", organisation="school")
    seed(superuser)
    return superuser


def put(client: TestClient, code: str, kind: str, **body: object) -> int:
    return client.put(f"{V1}/organisations/{code}/facts/{kind}", json=body).status_code


def audited(conn: Connection, action: str) -> list[tuple[str, dict[str, object]]]:
    return conn.execute(
        "SELECT object, detail FROM audit WHERE action = %s ORDER BY audit_id", [action]
    ).fetchall()


def csv_of(client: TestClient, name: str) -> list[dict[str, str]]:
    answer = client.get(f"{V1}/sheets/{name}", params={"form": "csv", "lang": "en"})
    assert answer.status_code == HTTPStatus.OK
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_year_is_provisional_until_its_notice_is_entered(
    sign_in: SignIn, conn: Connection
) -> None:
    admin = sign_in("admin")
    year = f"{V1}/calendars/cn/years/2027"
    before = admin.get(year).json()
    assert (before["provisional"], len(before["days"])) == (True, 365)
    entered = admin.put(year, json=NOTICE).json()
    # 261 weekdays, 6 February is a Saturday already, one Saturday is made up
    assert (entered["provisional"], entered["workdays"]) == (False, 262)
    kinds = {day["day"]: day["kind"] for day in entered["days"]}
    assert kinds["2027-02-06"] == "holiday"
    assert kinds["2027-02-20"] == "makeup_workday"
    assert audited(conn, "calendar_year_entered")[0][0] == "cn 2027"


def test_a_missing_year_says_so_and_is_made_provisional_on_request(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    missing = admin.get(f"{V1}/calendars/cn/years/2028")
    assert missing.status_code == HTTPStatus.NOT_FOUND
    assert "has no entry for 2028: enter the year" in missing.json()["detail"]
    days = admin.get(
        f"{V1}/organisations/school/days",
        params={"first_day": "2028-01-01", "end_day": "2028-01-02"},
    )
    assert days.status_code == HTTPStatus.NOT_FOUND
    provisional = f"{V1}/calendars/cn/years/2028/provisional"
    assert admin.post(provisional).json()["provisional"] is True
    assert admin.post(provisional).status_code == HTTPStatus.CONFLICT
    beyond = admin.post(f"{V1}/calendars/cn/years/2060/provisional")
    assert "known for 2027 to 2036 only" in beyond.json()["detail"]


def test_a_notice_that_contradicts_the_week_is_refused_with_every_day(sign_in: SignIn) -> None:
    wrong = [
        {"day": "2027-02-08", "kind": "makeup_workday"},
        {"day": "2027-02-06", "kind": "workday"},
        {"day": "2026-01-01", "kind": "holiday"},
        {"day": "2027-05-01", "kind": "holiday"},
        {"day": "2027-05-01", "kind": "holiday"},
    ]
    answer = sign_in("admin").put(
        f"{V1}/calendars/cn/years/2027", json={"source": "x", "days": wrong}
    )
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    for told in (
        "2027-02-08 (Monday): makeup_workday, want workday | holiday",
        "2027-02-06 (Saturday): workday, want weekend | holiday | makeup_workday",
        "2026-01-01 is not in 2027",
        "2027-05-01 is named twice",
    ):
        assert told in answer.json()["detail"]


def test_one_day_is_corrected_with_its_reason_by_administrators_only(
    sign_in: SignIn, conn: Connection
) -> None:
    day = f"{V1}/calendars/cn/days/2026-03-02"
    change = {"kind": "holiday", "name": "停课", "reason": "notice 3"}
    assert sign_in("school").patch(day, json=change).status_code == HTTPStatus.FORBIDDEN
    admin = sign_in("admin")
    assert admin.patch(day, json=change).json()["source"] == "notice 3"
    assert admin.patch(day, json=change | {"reason": ""}).status_code == 422
    ((place, detail),) = audited(conn, "calendar_day_changed")
    assert (place, detail["was"], detail["reason"]) == ("cn 2026-03-02", "workday", "notice 3")


def test_an_area_of_zero_is_refused_with_the_place(sign_in: SignIn) -> None:
    answer = sign_in("head").put(
        f"{V1}/organisations/school-building/facts/floor_area", json={"value": "0"}
    )
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["detail"].startswith("school-building, floor_area: '0', want 0 < m2")


def test_facts_of_a_place_are_dated_averaged_and_audited(sign_in: SignIn, conn: Connection) -> None:
    head = sign_in("head")
    assert put(head, "school", "headcount", value="600", source="count of 2025") == 200
    assert put(head, "school", "headcount", value="612", first_day="2026-07-01") == 200
    mean = head.get(
        f"{V1}/organisations/school/facts/headcount/mean",
        params={"first_day": "2026-01-01", "end_day": "2027-01-01"},
    ).json()
    assert mean["value"] == pytest.approx((600 * 181 + 612 * 184) / 365, rel=1e-15)
    assert (mean["covered_days"], mean["days"]) == (365, 365)
    found = head.get(f"{V1}/organisations/school/facts").json()
    assert found["may_change"] is True
    assert [(f["value"], f["first_day"], f["end_day"]) for f in found["facts"]] == [
        ("600", None, "2026-07-01"),
        ("612", "2026-07-01", None),
    ]
    (_, (_, detail)) = audited(conn, "fact_set")
    assert detail["was"] == [
        {"value": "600", "first_day": "", "end_day": "", "source": "count of 2025"}
    ]
    gone = head.delete(
        f"{V1}/organisations/school/facts/headcount", params={"first_day": "2027-01-01"}
    ).json()
    assert gone["facts"][-1]["end_day"] == "2027-01-01"


def test_who_does_not_administer_a_place_reads_its_facts_or_does_not_find_it(
    sign_in: SignIn,
) -> None:
    assert put(sign_in("school"), "school", "headcount", value="1") == HTTPStatus.FORBIDDEN
    head = sign_in("head")
    assert put(head, "hospital", "headcount", value="1") == HTTPStatus.NOT_FOUND
    assert put(head, "bureau", "headcount", value="1") == HTTPStatus.NOT_FOUND
    assert put(head, "school", "calendar", value="none") == HTTPStatus.UNPROCESSABLE_ENTITY
    span = {"first_day": "2026-07-01", "end_day": "2026-07-01"}
    assert put(head, "school", "headcount", value="1", **span) == HTTPStatus.UNPROCESSABLE_ENTITY


def test_the_days_of_a_place_tell_calendar_term_heating_and_events(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    place = f"{V1}/organisations/school"
    put(admin, "bureau", "region", value="120101")
    term = {"name": "秋季学期", "first_day": "2023-09-01", "end_day": "2023-11-07"}
    assert admin.post(f"{place}/terms", json=term).status_code == HTTPStatus.CREATED
    assert admin.post(f"{place}/terms", json=term).status_code == HTTPStatus.CONFLICT
    event = {
        "kind": "large_event",
        "name": "校庆",
        "start_at": "2023-11-06T23:00:00+08:00",
        "end_at": "2023-11-07T01:00:00+08:00",
    }
    assert admin.post(f"{place}/events", json=event).status_code == HTTPStatus.CREATED
    days = admin.get(
        f"{place}/days", params={"first_day": "2023-11-05", "end_day": "2023-11-09"}
    ).json()["items"]
    told = [(d["day"], d["kind"], d["term"], d["heating"], d["events"]) for d in days]
    assert told == [
        ("2023-11-05", "weekend", "秋季学期", False, []),
        ("2023-11-06", "workday", "秋季学期", True, ["校庆"]),
        ("2023-11-07", "workday", None, True, ["校庆"]),
        ("2023-11-08", "workday", None, True, []),
    ]
    (listed,) = admin.get(
        f"{place}/events",
        params={"from": "2023-11-06T00:00:00Z", "to": "2023-11-07T00:00:00Z"},
    ).json()["items"]
    assert listed["place"] == "school"
    assert admin.delete(f"{place}/events/{listed['id']}").status_code == HTTPStatus.NO_CONTENT
    assert admin.delete(f"{place}/events/{listed['id']}").status_code == HTTPStatus.NOT_FOUND
    (kept,) = admin.get(f"{place}/terms").json()["items"]
    assert admin.delete(f"{place}/terms/{kept['id']}").status_code == HTTPStatus.NO_CONTENT


def test_heating_seasons_carry_their_provenance_and_are_recorded_per_year(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    tianjin, chongqing = admin.get(f"{V1}/heating-seasons").json()["items"]
    assert (tianjin["region"], tianjin["first"], tianjin["last"]) == ("120000", "11-15", "03-15")
    assert [(s["year"], s["first_day"]) for s in tianjin["recorded"]] == [
        (2022, "2022-11-01"),
        (2023, "2023-11-06"),
    ]
    assert not any(s["checked"] for s in (tianjin, *tianjin["recorded"]))
    assert not any("not checked" in s["source"] for s in (tianjin, *tianjin["recorded"], chongqing))
    assert (chongqing["region"], chongqing["first"]) == ("500000", None)
    season = {"first_day": "2025-11-08", "end_day": "2026-03-21", "source": "notice"}
    assert admin.put(f"{V1}/heating-seasons/120000/2025", json=season).status_code == 200
    assert admin.put(f"{V1}/heating-seasons/120000/2024", json=season).status_code == 422
    assert admin.put(f"{V1}/heating-seasons/110000/2025", json=season).status_code == 404
    slip = season | {"end_day": "2027-03-21"}
    refused = admin.put(f"{V1}/heating-seasons/120000/2025", json=slip)
    assert (refused.status_code, "498 days" in refused.json()["detail"]) == (422, True)


def test_a_heating_season_is_checked_by_a_named_person_until_other_days_are_recorded(
    sign_in: SignIn,
) -> None:
    what = {"document": "notice 2023 no. 7"}
    path = f"{V1}/heating-seasons/120000"
    assert sign_in("head").post(f"{path}/check", json=what).status_code == HTTPStatus.FORBIDDEN
    admin = sign_in("admin")
    assert admin.post(f"{path}/check", json={"document": " "}).status_code == 422
    rule = admin.post(f"{path}/check", json=what).json()
    season = admin.post(f"{path}/2023/check", json=what).json()
    for each in (rule, season):
        assert (each["checked"], each["checked_by"]) == (True, "admin")
        assert (each["document"], each["checked_on"] is None) == (what["document"], False)
    assert admin.post(f"{path}/check", json=what).status_code == HTTPStatus.CONFLICT
    assert admin.post(f"{path}/2023/check", json=what).status_code == HTTPStatus.CONFLICT
    assert admin.post(f"{path}/2021/check", json=what).status_code == HTTPStatus.NOT_FOUND
    assert admin.post(f"{V1}/heating-seasons/110000/check", json=what).status_code == 404
    other = {"first_day": "2023-11-05", "end_day": "2024-03-16", "source": "corrected notice"}
    assert admin.put(f"{path}/2023", json=other).json()["checked"] is False
    own = admin.post(f"{path}/2023/check", json=what)
    assert (own.status_code, own.json()["code"]) == (409, "season_own")
    second = sign_in("second")
    assert second.post(f"{path}/2023/check", json=what).json()["checked_by"] == "复核员"


def test_the_check_of_a_heating_season_is_taken_back_with_its_reason(
    sign_in: SignIn, conn: Connection
) -> None:
    path, what = f"{V1}/heating-seasons/120000", {"document": "notice 2023 no. 7"}
    why = {"reason": "the notice was withdrawn"}
    admin = sign_in("admin")
    for way, unchecked in (
        ("check", "statutory_season_unchecked"),
        ("2023/check", "season_unchecked"),
    ):
        none = admin.post(f"{path}/{way}/withdraw", json=why)
        assert (none.status_code, none.json()["code"]) == (409, unchecked)
        assert admin.post(f"{path}/{way}", json=what).json()["checked"] is True
        assert admin.post(f"{path}/{way}/withdraw", json={"reason": " "}).status_code == 422
        assert sign_in("head").post(f"{path}/{way}/withdraw", json=why).status_code == 403
        admin = sign_in("admin")
        taken = admin.post(f"{path}/{way}/withdraw", json=why).json()
        assert (taken["checked"], taken["withdrawn"]["by"]) == (False, "admin")
        assert taken["withdrawn"]["reason"] == why["reason"]
        assert admin.post(f"{path}/{way}/withdraw", json=why).status_code == 409
    tianjin = admin.get(f"{V1}/heating-seasons").json()["items"][0]
    assert [season["checked"] for season in tianjin["recorded"]] == [False, False]
    assert [season["withdrawn"] is None for season in tianjin["recorded"]] == [True, False]
    again = sign_in("second").post(f"{path}/2023/check", json=what).json()
    assert (again["checked_by"], again["withdrawn"]) == ("复核员", None)
    kept = conn.execute("SELECT count(*), count(withdrawn_at) FROM heating_season_check").fetchone()
    assert kept == (2, 1)


def test_a_table_with_a_fault_changes_nothing_and_tells_every_cell(
    sign_in: SignIn, conn: Connection
) -> None:
    head = sign_in("head")
    table = (
        "organisation,persons,first_day,last_day\n"
        "school,600,2026-01-01,\n"
        "school,0,2026-07-01,\n"
        "hospital,5,,\n"
        "school-site,5,2026-03-01,2026-02-01\n"
        "school,700,2026-01-01,2026-02-01\n"
    )
    answer = head.post(f"{V1}/sheets/headcounts", content=table.encode()).json()
    assert answer["taken"] is False
    assert [(f["row"], f["column"], f["code"], f["seen"]) for f in answer["faults"]] == [
        (3, "persons", "not_a_headcount", "0"),
        (4, "organisation", "unknown_organisation", "hospital"),
        (5, "last_day", "ends_before_it_begins", "2026-02-01"),
        (6, "first_day", "overlaps", "2026-01-01"),
    ]
    assert conn.execute("SELECT count(*) FROM headcount").fetchone() == (0,)


def test_a_table_is_checked_without_being_taken_over_and_then_taken_over(
    sign_in: SignIn, conn: Connection
) -> None:
    head = sign_in("head")
    table = (
        "机构编码,用能人数,起始日期,截止日期\n"
        "school,600,2026-01-01,\n"
        "school,40,2026-05-01,2026-05-31\n"
    )
    checked = head.post(f"{V1}/sheets/headcounts?check=true", content=table.encode()).json()
    assert (checked["rows"], checked["taken"], checked["faults"]) == (2, False, [])
    assert conn.execute("SELECT count(*) FROM headcount").fetchone() == (0,)
    assert head.post(f"{V1}/sheets/headcounts", content=table.encode()).json()["taken"] is True
    rows = csv_of(head, "headcounts")
    assert [(r["persons"], r["first_day"], r["last_day"]) for r in rows] == [
        ("600", "2026-01-01", "2026-04-30"),
        ("40", "2026-05-01", "2026-05-31"),
        ("600", "2026-06-01", ""),
    ]
    assert audited(conn, "sheet_taken_over") == [("headcounts", {"rows": 2})]


@pytest.mark.parametrize("name", ["organisations", "floor_areas", "headcounts", "calendar_days"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_is_given_out_is_taken_over_again_without_a_change(
    sign_in: SignIn, conn: Connection, name: str, form: str
) -> None:
    admin = sign_in("admin")
    put(admin, "school", "headcount", value="600", first_day="2026-01-01", source="'count'")
    before = csv_of(admin, name)
    assert before
    file = admin.get(f"{V1}/sheets/{name}", params={"form": form}).content
    answer = admin.post(f"{V1}/sheets/{name}", content=file).json()
    assert (answer["faults"], answer["taken"], answer["rows"]) == ([], True, len(before))
    assert csv_of(admin, name) == before
    assert conn.execute("SELECT count(*) FROM calendar_year").fetchone() == (24,)


def test_organisations_are_added_under_others_of_the_same_table_but_never_moved(
    sign_in: SignIn,
) -> None:
    admin = sign_in("admin")
    table = (
        "code,kind,parent,name_zh,name_en,zone\n"
        "library-hall,building,library,图书馆楼,Library hall,\n"
        "library,institution,bureau,图书馆,Library,\n"
        "school,institution,bureau,第一小学,First school,\n"
    )
    assert admin.post(f"{V1}/sheets/organisations", content=table.encode()).json()["taken"]
    rows = {row["code"]: row for row in csv_of(admin, "organisations")}
    assert (rows["library-hall"]["parent"], rows["library-hall"]["zone"]) == (
        "library",
        "Asia/Shanghai",
    )
    assert rows["school"]["name_en"] == "First school"
    wrong = (
        "code,kind,parent,name_zh,zone\n"
        "school,institution,library,x,\n"
        "annex,building,library-hall,x,\n"
        "annex,building,nowhere,x,Mars\n"
        "annex,building,nowhere,x,\n"
        "library,site,bureau,x,\n"
    )
    faults = admin.post(f"{V1}/sheets/organisations", content=wrong.encode()).json()["faults"]
    assert [(f["row"], f["column"], f["code"], f["wanted"]) for f in faults] == [
        (2, "parent", "not_above", "bureau"),
        (2, "parent", "stands_elsewhere", "bureau"),
        (3, "parent", "not_above", "bureau | institution | site"),
        (4, "zone", "not_a_zone", "Asia/Shanghai"),
        (5, "code", "twice", "3"),
        (5, "parent", "unknown_organisation", ""),
        (6, "kind", "is_another_kind", "institution"),
    ]


def test_tables_of_the_whole_house_are_the_administrators_alone(sign_in: SignIn) -> None:
    head = sign_in("head")
    for name, table in (
        ("organisations", "code,kind,parent,name_zh\nx,institution,school,x\n"),
        ("calendar_days", "calendar,date,kind,source\ncn,2027-02-05,holiday,x\n"),
    ):
        (fault,) = head.post(f"{V1}/sheets/{name}", content=table.encode()).json()["faults"]
        assert fault["code"] == "not_administered"


def test_a_file_that_is_too_large_or_no_table_is_refused(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    large = admin.post(f"{V1}/sheets/headcounts", content=bytes(6 * 2**20))
    assert large.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    (fault,) = admin.post(f"{V1}/sheets/headcounts", content=b"PK\x03\x04x").json()["faults"]
    assert (fault["code"], fault["row"]) == ("not_a_workbook", 0)
    assert admin.get(f"{V1}/sheets/nothing").status_code == HTTPStatus.NOT_FOUND
    assert {s["name"] for s in admin.get(f"{V1}/sheets").json()["items"]} >= {"floor_areas"}


def test_calendars_tell_from_november_on_that_the_next_year_is_wanted(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = sign_in("admin")
    for today, wanted in ((date(2026, 10, 31), None), (date(2026, 11, 1), 2027)):
        monkeypatch.setattr("api.routes.places.calendars.today", lambda _zone, day=today: day)
        (national,) = admin.get(f"{V1}/calendars").json()["items"]
        assert national["wanted_year"] == wanted
    admin.put(f"{V1}/calendars/cn/years/2027", json=NOTICE)
    assert admin.get(f"{V1}/calendars").json()["items"][0]["wanted_year"] is None


def test_another_calendar_is_added_and_has_no_years_yet(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    new = {"code": "campus", "name_zh": "校历", "name_en": "Campus"}
    assert admin.post(f"{V1}/calendars", json=new).status_code == HTTPStatus.CREATED
    assert admin.post(f"{V1}/calendars", json=new).status_code == HTTPStatus.CONFLICT
    assert admin.get(f"{V1}/calendars/campus/years/2026").status_code == HTTPStatus.NOT_FOUND
    assert put(admin, "school", "calendar", value="campus", first_day="2026-09-01") == 200
