"""A finding is proposed, settled by a person, followed by the figures, and taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from tests.db.conftest import V1
from tests.db.metrology.desk import HOUR, METER, START, compute, declare, enter, find, findings

pytestmark = pytest.mark.db


def days(client: TestClient) -> dict[str, float]:
    answer = client.get(
        f"{V1}/consumption",
        params={
            "meter": "1", "step": "day", "from": START.isoformat(),
            "to": (START + timedelta(days=10)).isoformat(),
        },
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return {each["start"][:10]: each["value"] for each in answer.json()["items"]}


def test_a_finding_is_proposed_applied_and_undone(admin: TestClient, database: str) -> None:
    old = enter(admin, verified_on="2026-06-29", first_day="2026-06-29", counts_primary=True)
    before = days(admin)
    finding = find(admin).json()
    assert findings(admin) == [("out_of_tolerance", "2026-07-09")]
    base = f"{V1}/tolerance-findings/{finding['id']}"
    proposal = admin.get(f"{base}/proposal").json()
    assert (proposal["rule"], proposal["first_day"], proposal["end_day"]) == (
        "half_time", "2026-07-04", "2026-07-09",
    )  # fmt: skip
    assert (proposal["counted"], proposal["difference"], proposal["missing_s"]) == (
        "120.000000", "5.000000", 0,
    )  # fmt: skip
    assert proposal["cost_difference"] is None
    assert "is on no tariff" in proposal["cost_missing"]
    assert "10 d since the verification of 2026-06-29" in proposal["basis"]
    assert days(admin) == before, "a proposal corrects nothing"
    assert (
        admin.post(f"{base}/decision", json={"rule": "half_time", "reason": " "}).status_code == 422
    )
    settled = admin.post(f"{base}/decision", json={"rule": "half_time", "reason": "clause 9.2"})
    assert settled.status_code == 200, settled.text
    compute(database, datetime.now(UTC))
    assert findings(admin) == [("still_wrong", "2026-07-09")]
    after = days(admin)
    changed = {day for day in after if after[day] != before[day]}
    assert changed == {f"2026-07-0{day}" for day in (3, 4, 5, 6, 7)}, "starts are told in UTC"
    assert sum(after.values()) - sum(before.values()) == pytest.approx(5.0)
    twice = admin.post(f"{base}/decision", json={"rule": "none", "reason": "x"})
    assert twice.status_code == 409
    withdrawn = admin.post(
        f"{V1}/meters/{METER}/events/{settled.json()['event_id']}/withdraw",
        json={"reason": "the report was of another meter"},
    )
    assert withdrawn.status_code == 200, withdrawn.text
    compute(database, datetime.now(UTC))
    assert days(admin) == before
    assert findings(admin) == [("out_of_tolerance", "2026-07-09")]
    none = admin.post(f"{base}/decision", json={"rule": "none", "reason": "clause 9.3"}).json()
    assert (none["rule"], none["event_id"], none["decided_by"]) == ("none", None, "admin")
    assert findings(admin) == [("still_wrong", "2026-07-09")]
    enter(admin, number="new", verified_on="2026-07-09", first_day="2026-07-10",
          counts_primary=True, replaces=old["id"])  # fmt: skip
    assert findings(admin) == []


def test_the_error_of_reactive_energy_is_kept_as_the_report_says_or_as_unknown(
    admin: TestClient,
) -> None:
    said = [find(admin, reactive_error_pct=told).json() for told in ("-3.5", "0", None)]
    assert [each["reactive_error_pct"] for each in said] == ["-3.5", "0", None]
    listed = admin.get(f"{V1}/tolerance-findings", params={"meter": METER}).json()["items"]
    assert listed == said[::-1]


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        ({"reactive_error_pct": "-100"}, "reactive_error_pct: reactive_error_pct is -100, want"),
        ({"error_pct": "0.4"}, "error_pct: an error of 0.4 % is within the limit of 0.5 %"),
        ({"known_since": "2026-07-09"}, "known_since: known_since 2026-07-09 is not before"),
        ({"document": " "}, "document: a finding has a document"),
    ],
)
def test_what_is_no_finding_is_refused(
    admin: TestClient, wrong: dict[str, object], detail: str
) -> None:
    refused = find(admin, **wrong)
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith(detail)


def test_half_the_time_since_nobody_knows_when_is_refused(admin: TestClient) -> None:
    base = f"{V1}/tolerance-findings/{find(admin, known_since='2026-07-05').json()['id']}"
    refused = admin.get(f"{base}/proposal")
    assert refused.status_code == 422
    assert "no verification before 2026-07-09 is entered" in refused.json()["detail"]
    known = admin.get(f"{base}/proposal", params={"rule": "known_date"}).json()
    assert (known["first_day"], known["counted"]) == ("2026-07-05", "96.000000")


def test_half_the_time_does_not_reach_over_a_replacement_or_an_earlier_finding(
    admin: TestClient,
) -> None:
    enter(admin, verified_on="2026-06-19", first_day="2026-06-19", counts_primary=True)
    base = f"{V1}/tolerance-findings/{find(admin).json()['id']}/proposal"
    assert admin.get(base).json()["first_day"] == "2026-06-29"
    earlier = find(admin, found_on="2026-07-01").json()
    proposal = admin.get(base).json()
    assert (proposal["first_day"], proposal["counted"]) == ("2026-07-05", "96.000000")
    assert "8 d since the verification of 2026-07-01" in proposal["basis"]
    assert (
        admin.get(f"{V1}/tolerance-findings/{earlier['id']}/proposal")
        .json()["basis"]
        .startswith("half_time: 12 d since the verification of 2026-06-19")
    )
    declare(admin, "swap", 0.0, START + 4 * 24 * HOUR)
    proposal = admin.get(base).json()
    assert (proposal["first_day"], proposal["end_day"]) == ("2026-07-07", "2026-07-09")
    assert "4 d since the replacement of 2026-07-05" in proposal["basis"]
