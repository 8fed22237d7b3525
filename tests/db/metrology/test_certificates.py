"""Certificates: in force, replaced, ended, held against the ratio, and never overwritten."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.ledger.metrology import FindingKind
from analytics.metrology.findings import metrology_remarks
from tests.db.conftest import V1
from tests.db.metrology.desk import GOOD, HOUR, METER, START, TODAY, declare, enter, findings

pytestmark = pytest.mark.db


def test_a_certificate_is_in_force_with_who_entered_it(admin: TestClient) -> None:
    made = enter(admin)
    assert (made["first_day"], made["multiplier"], made["person"]) == ("2025-06-24", "40", "admin")
    assert admin.get(f"{V1}/certificates", params={"meter": METER}).json()["items"] == [made]
    (state,) = admin.get(f"{V1}/metrology").json()["meters"]
    assert (state["code"], state["number"], state["certified"]) == (METER, GOOD["number"], "40")
    assert state["last_day"] == str(TODAY + timedelta(days=1999))


def test_a_ratio_that_is_not_the_certificates_is_found_and_names_both(admin: TestClient) -> None:
    enter(admin)
    assert findings(admin) == [("ratio_differs", "2025-06-24")]
    declare(admin, "ratio", 30.0)
    (found,) = admin.get(f"{V1}/metrology").json()["findings"]
    assert found["since"] == "2026-07-01"
    assert (found["told"]["certified"], found["told"]["in_force"]) == ("40", "30")
    declare(admin, "ratio", 40.0, START + HOUR)
    assert findings(admin) == []
    assert admin.get(f"{V1}/metrology/count").json() == {"meters": 1, "findings": 0, "ahead": 0}


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        (
            {"first_day": "2026-01-01"},
            "first_day: certificate 津检 2025-0417 holds from 2025-06-24",
        ),
        ({"end_day": "2025-06-24"}, "end_day: end_day 2025-06-24 is not after first_day"),
        ({"first_day": "2025-06-01"}, "verified_on: verified_on 2025-06-24 is after first_day"),
        ({"accuracy_class": "hal!"}, "accuracy_class: accuracy_class is 'hal!', want"),
        ({"number": " "}, "number: number is empty"),
        ({"ct_secondary_a": None}, "ct: one side without the other"),
    ],
)
def test_what_cannot_be_is_refused_with_the_place(
    admin: TestClient, wrong: dict[str, object], detail: str
) -> None:
    enter(admin)
    refused = admin.post(f"{V1}/certificates", json={**GOOD, "number": "two", **wrong})
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith(detail), refused.json()
    assert len(admin.get(f"{V1}/certificates").json()["items"]) == 1


def test_a_certificate_is_replaced_ended_and_never_overwritten(admin: TestClient) -> None:
    declare(admin, "ratio", 40.0)
    old = enter(admin, end_day=str(TODAY + timedelta(days=20)))
    assert findings(admin) == [("ends_soon", old["end_day"])]
    day = str(TODAY - timedelta(days=3))
    new = enter(admin, number="new", verified_on=day, replaces=old["id"])
    assert findings(admin) == []
    first, second = admin.get(f"{V1}/certificates").json()["items"]
    assert (first["id"], first["held_until"], first["ended_because"]) == (
        old["id"], day, "replaced by new",
    )  # fmt: skip
    again = admin.post(
        f"{V1}/certificates/{old['id']}/end", json={"on_day": day, "reason": "twice"}
    )
    assert again.status_code == 409
    why = {"on_day": str(second["first_day"]), "reason": "of another meter"}
    ended = admin.post(f"{V1}/certificates/{new['id']}/end", json=why)
    assert ended.status_code == 200, ended.text
    assert findings(admin) == [("ended", day)]
    beyond = {"on_day": str(TODAY + timedelta(days=9999)), "reason": "x"}
    assert admin.post(f"{V1}/certificates/{new['id']}/end", json=beyond).status_code == 422


def test_a_statement_remarks_what_was_wrong_at_its_end_and_not_what_lies_ahead(
    admin: TestClient,
) -> None:
    declare(admin, "ratio", 40.0)
    enter(admin, end_day="2026-07-20")

    def remarks(at: str) -> list[str]:
        asked = {"organisation": "1", "at": f"{at}T16:00:00Z"}
        answer = admin.get(f"{V1}/metrology/remarks", params=asked)
        assert answer.status_code == 200, answer.text
        return [each["kind"] for each in answer.json()]

    assert remarks("2026-06-30") == []
    assert remarks("2026-07-18") == [], "it still holds, and will end"
    assert remarks("2026-07-31") == ["ended"]
    assert remarks("2025-01-01") == ["no_certificate"]


def test_a_closed_month_remarks_a_certificate_that_lapsed_within_it(
    admin: TestClient, conn: Connection
) -> None:
    declare(admin, "ratio", 40.0)
    enter(admin, end_day="2026-07-05")
    enter(admin, number="new", verified_on="2026-07-08", first_day="2026-07-09")
    meters = [row[0] for row in conn.execute("SELECT meter_id FROM meter WHERE code = %s", [METER])]
    begin, end = START, START + timedelta(days=31)
    assert metrology_remarks(conn, meters, end) == []  # at the instant of its end all is well
    [remark] = metrology_remarks(conn, meters, end, since=begin)
    assert (remark.kind, remark.told["until"]) == (FindingKind.ENDED, "2026-07-09")
    assert metrology_remarks(conn, meters, end + timedelta(days=31), since=end) == []


def test_a_swap_wants_a_new_certificate(admin: TestClient) -> None:
    declare(admin, "ratio", 40.0)
    old = enter(admin)
    declare(admin, "swap", 0.0, START + 50 * HOUR)
    assert findings(admin) == [("swap_without_certificate", "2026-07-03")]
    enter(admin, number="new", verified_on="2026-06-30", first_day="2026-07-03",
          replaces=old["id"])  # fmt: skip
    assert findings(admin) == []


def test_a_broken_seal_is_a_finding_until_somebody_notes_why(admin: TestClient) -> None:
    declare(admin, "ratio", 40.0)
    enter(admin)
    seal = {"meter": METER, "number": "S-77", "part": "terminals", "placed_on": "2026-06-24"}
    made = admin.post(f"{V1}/seals", json=seal)
    assert made.status_code == 201, made.text
    twice = admin.post(f"{V1}/seals", json=seal)
    assert twice.json()["detail"] == "number: the meter has a seal S-77 already"
    events = f"{V1}/seals/{made.json()['id']}/events"
    assert admin.post(events, json={"kind": "broken", "on_day": "2026-06-01"}).status_code == 422
    assert admin.post(events, json={"kind": "broken", "on_day": "2026-07-02"}).status_code == 200
    assert findings(admin) == [("seal_broken", "2026-07-02")]
    removed = admin.post(events, json={"kind": "removed", "on_day": "2026-07-03"})
    assert removed.json()["detail"] == "kind: seal S-77 was broken on 2026-07-02 already"
    blank = admin.post(events, json={"kind": "noted", "on_day": "2026-07-03", "note": " "})
    assert blank.status_code == 422
    noted = {"kind": "noted", "on_day": "2026-07-03", "note": "fire drill"}
    told = admin.post(events, json=noted).json()["events"]
    assert [(each["kind"], each["note"]) for each in told] == [
        ("broken", ""), ("noted", "fire drill"),
    ]  # fmt: skip
    assert findings(admin) == []
