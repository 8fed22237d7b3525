"""A month closes without an override once a second person has checked the factors it takes."""

from decimal import Decimal

import pytest
from psycopg import Connection

from store.people.person import add_person, grant
from tests.closable_school import JUNE_KWH
from tests.db.closing.desk import close, closed, obstacles
from tests.db.conftest import V1, SignIn

pytestmark = pytest.mark.db

NOTICE = "生态环境部公告 2026 年第 9 号"
TABLE = (
    "set,key,region,year,effective_from,value,unit,source,evidence\n"
    f"statistics,co2.grid,CN-TJ,2024,2024-01-01,0.6610,kgCO2/kWh,{NOTICE},document\n"
)
NEW = {"key": "co2.grid", "region": "CN-TJ", "year": 2024, "effective_from": "2024-01-01"}


def test_a_factor_stands_against_closing_until_a_second_person_has_checked_it(
    conn: Connection, sign_in: SignIn
) -> None:
    person = conn.execute("SELECT password_hash FROM person WHERE login = 'head'").fetchone()
    assert person is not None
    for login in ("first", "second"):
        add_person(conn, login=login, name=login, password_hash=person[0])
        grant(conn, login=login, role="system_administrator", organisation="bureau")
    first = sign_in("first")
    assert first.post(f"{V1}/sheets/factors", content=TABLE.encode()).json()["taken"]
    head = sign_in("head")
    [stands] = obstacles(head, conn)
    assert (stands[0], stands[2]) == ("factor_unchecked", "co2.grid")
    assert close(head, conn).status_code == 409
    body = {"factors": [NEW], "document": NOTICE}
    path = f"{V1}/factors/statistics/versions/1001/check"
    assert sign_in("first").post(path, json=body).status_code == 409
    assert sign_in("second").post(path, json=body).status_code == 200
    head = sign_in("head")
    assert obstacles(head, conn) == []
    document = closed(head, conn)["document"]
    assert document["overridden"] == []
    assert document["energy"]["factor_set"]["version"] == 1001
    [line] = document["energy"]["co2"]["lines"]
    assert [each["checked"] for each in line["factors"]] == [True]
    assert Decimal(line["result"]["amount"]) == JUNE_KWH * Decimal("0.6610")
