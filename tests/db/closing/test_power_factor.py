"""A month with power-factor adjustment closes without an override once its table is checked."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from psycopg import Connection

from store.people.person import add_person, grant
from tests.closable_school import HOUR, JUNE_CNY, START, compute, heard, meter_id
from tests.db.closing.desk import OF_JUNE, close, closed, obstacles
from tests.db.conftest import V1, SignIn
from tests.estate import NOW, store_messages
from tests.supply import put_account

pytestmark = pytest.mark.db

KVARH = 13991.4
"""Of June, beside 28,888.56 kWh: a power factor of 0.90, 0.05 above the standard of 0.85."""
ADJUSTMENT = Decimal("-94.51")
"""Five steps of 0.1 % of 18,901.78 CNY."""
HELD = """UPDATE tariff_version SET terms = terms || '{"power_factor": "0.85"}'
           WHERE tariff_id = (SELECT tariff_id FROM tariff WHERE code = 'main-tariff')"""
DOCUMENT = "(83)水电财字第215号"


@pytest.fixture
def held(conn: Connection) -> Connection:
    """The school's tariff holds it to 0.85, and its meter counts reactive energy."""
    conn.execute(HELD)
    conn.execute("UPDATE meter_tariff SET capacity_kva = 400")
    put_account(conn, meter_id(conn, "main"), "0.85", first=date(2026, 6, 1), at=START)
    hours = {OF_JUNE: 500.0, OF_JUNE + 30 * 24: 500.0 + KVARH}
    store_messages(
        conn,
        [
            heard("main", START + hour * HOUR, {"reactive_energy_import_kvarh": register})
            for hour, register in hours.items()
        ],
    )
    compute(conn, NOW + timedelta(hours=1))
    person = conn.execute("SELECT password_hash FROM person WHERE login = 'head'").fetchone()
    assert person is not None
    add_person(conn, login="grid", name="电网核对", password_hash=person[0])
    grant(conn, login="grid", role="system_administrator", organisation="bureau")
    return conn


def test_an_unchecked_table_stands_against_closing_and_a_checked_one_does_not(
    held: Connection, sign_in: SignIn
) -> None:
    head = sign_in("head")
    [stands] = obstacles(head, held)
    assert stands[:3] == ("price_unchecked", "school", "main")
    assert close(head, held).status_code == 409
    grid = sign_in("grid")
    path = f"{V1}/power-factor-tables"
    [table] = [each for each in grid.get(path).json()["items"] if each["standard"] == "0.85"]
    seen = {"sha256": table["sha256"], "document": DOCUMENT}
    assert grid.post(f"{path}/0.85/check", json=seen).status_code == 200
    head = sign_in("head")
    assert obstacles(head, held) == []
    document = closed(head, held)["document"]
    assert document["overridden"] == []
    [main] = [each for each in document["costs"] if each["meter"] == "main"]
    [adjusted] = [line for line in main["lines"] if line["item"] == "power_factor"]
    assert (Decimal(adjusted["cost"]["amount"]), adjusted["checked"]) == (ADJUSTMENT, True)
    [basis] = [each for each in main["tariffs"] if each["what"] == "power_factor"]
    assert (basis["id"], basis["document"]) == (table["sha256"], DOCUMENT)
    total = Decimal(document["totals"]["cost"]["amount"])
    assert total == JUNE_CNY + ADJUSTMENT
