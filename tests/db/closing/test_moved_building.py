"""A building that turns out to have moved within a closed month: the month stays, and says so."""

from datetime import date
from decimal import Decimal

import pytest
from psycopg import Connection

from store.people.person import add_person, grant
from tests.closable_school import JUNE_KWH
from tests.db.closing.desk import LEDGER, closed
from tests.db.conftest import V1, SignIn
from tests.password import PASSWORD_HASH

pytestmark = pytest.mark.db


def test_a_move_into_a_closed_month_leaves_it_and_names_it(
    conn: Connection, sign_in: SignIn
) -> None:
    before = closed(sign_in("head"), conn)
    add_person(conn, login="admin", name="admin", password_hash=PASSWORD_HASH)
    grant(conn, login="admin", role="system_administrator", organisation="bureau")
    path = f"{V1}/organisations/school-building/positions"
    body = {"day": date(2026, 6, 16).isoformat(), "parent": "hospital-site", "reason": "移交"}
    told = sign_in("admin").post(path, json=body)
    assert told.status_code == 201, told.text
    assert told.json()["closed_months"] == [{"institution": "school", "month": "2026-06-01"}]
    after = sign_in("head").get(f"{LEDGER}/{before['entry']['id']}").json()
    assert after["document"] == before["document"]
    changes = {each["what"]: each for each in after["changes"]}
    # 15 of 30 days are the hospital's now.
    assert Decimal(changes["electricity"]["difference"]) == -JUNE_KWH / 2
