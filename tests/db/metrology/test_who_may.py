"""Who may not correct may look, and strangers see nothing."""

from datetime import date

import pytest
from psycopg import Connection

from tests.db.conftest import V1, SignIn
from tests.db.metrology.desk import GOOD, METER, bill, enter, find, picture

pytestmark = pytest.mark.db


def test_who_may_not_correct_may_look_and_strangers_see_nothing(
    conn: Connection, sign_in: SignIn
) -> None:
    assert conn.info.dbname
    admin = sign_in("admin")
    made = enter(admin)
    base = f"{V1}/certificates/{made['id']}/pictures"
    shown = admin.post(base, content=picture()).json()["items"][0]["id"]
    finding = find(admin).json()["id"]
    seal = {"meter": METER, "number": "S", "part": "cover", "placed_on": "2026-01-01"}
    seal_id = admin.post(f"{V1}/seals", json=seal).json()["id"]
    bill_id = bill(admin, "A", date(2026, 7, 1), date(2026, 7, 6), 122.0)
    writes = [
        (f"{V1}/certificates", {**GOOD, "first_day": "2040-01-01", "end_day": "2041-01-01"}),
        (f"{V1}/certificates/{made['id']}/end", {"on_day": "2026-01-01", "reason": "x"}),
        (f"{V1}/seals", {**seal, "number": "T"}),
        (f"{V1}/seals/{seal_id}/events", {"kind": "removed", "on_day": "2026-02-01"}),
        (f"{V1}/tolerance-findings/{finding}/decision", {"rule": "none", "reason": "x"}),
        (f"{V1}/metrology/bills/{bill_id}/remarks", {"explained": True, "comment": "x"}),
    ]
    school = sign_in("school")
    assert len(school.get(f"{V1}/certificates").json()["items"]) == 1
    assert school.get(f"{base}/{shown}").status_code == 200
    for path, body in writes:
        assert school.post(path, json=body).status_code == 403, path
    assert find(school).status_code == 403
    assert school.post(base, content=picture()).status_code == 403
    hospital = sign_in("hospital")
    for path in ("certificates", "seals", "tolerance-findings"):
        assert hospital.get(f"{V1}/{path}").json()["items"] == []
    assert hospital.get(f"{V1}/metrology").json()["meters"] == []
    assert hospital.get(f"{base}/{shown}").status_code == 404
    assert hospital.get(f"{V1}/metrology/bills", params={"meter": METER}).status_code == 404
    for path, body in writes:
        assert hospital.post(path, json=body).status_code == 404, path
