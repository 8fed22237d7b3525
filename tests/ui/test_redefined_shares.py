"""The utility cuts the day anew: shares worked out and entered in the form of the event."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, expect
from psycopg import Connection

from api.app import create_app
from api.settings import ApiSettings
from domain.calendar import NATIONAL, whole_year
from domain.local_day import day_start
from store.places.calendar import put_year
from tests.conftest import connected
from tests.contracted_school import FIRST, PER_HOUR, planted_template, terms
from tests.db.contracts.desk import Desk
from tests.db.contracts.test_redefined_shares import cut_anew
from tests.estate import NOW, SHANGHAI
from tests.ui.conftest import (
    PATIENCE_MS,
    SECRET_KEY,
    Console,
    Planted,
    console_on,
    sign_in,
    visiting,
)

pytestmark = pytest.mark.browser

SHARES = ("peak 0.166667", "flat 0.583333", "valley 0.250000")
"""4, 14 and 6 of 24 hours."""
_YEAR = """
    INSERT INTO consumption (meter_id, quantity, start_at, end_at, value, quantity_grade,
                             shape_grade, method, flags, known_at)
    SELECT m.meter_id, m.quantity, h.at, h.at + interval '1 hour', %s, 'measured', 'measured',
           'register', 0, now()
      FROM meter m, generate_series(%s::timestamptz, %s::timestamptz - interval '1 hour',
                                    interval '1 hour') AS h (at)
     WHERE m.code = %s"""


def plant_a_year(conn: Connection) -> None:
    """Eleven months before June, and the notice of the new periods."""
    put_year(conn, NATIONAL, whole_year(2025, [], "notice"), provisional=False, source="notice")
    begin, end = day_start(date(2025, 7, 1), SHANGHAI), FIRST - timedelta(days=1)
    for code in ("main", "charger"):
        conn.execute(_YEAR, [PER_HOUR[code], begin, end, code])
    cut_anew(conn)


@pytest.fixture(scope="module")
def school(database_server: str, template: str) -> Iterator[Planted]:
    """The school, with a year of hours behind it."""
    with planted_template(database_server, template, plant_a_year) as name:
        yield Planted(name, NOW)


@pytest.fixture
def console(database_server: str, school: Planted) -> Iterator[Console]:
    """The real server in front of it."""
    with console_on(database_server, school) as console:
        yield console


def test_shares_by_new_periods_are_worked_out_and_entered(
    browser: Browser, console: Console
) -> None:
    settings = ApiSettings(database_url=console.database, secret_key=SECRET_KEY)
    with connected(console.database) as conn, TestClient(create_app(settings)) as client:
        contract = Desk(client, conn).agree(terms())
    with visiting(browser, console, 390) as visit:
        page = visit.page
        page.set_default_timeout(PATIENCE_MS)
        sign_in(page, "manager")
        page.goto(f"/contracts/{contract}")
        page.get_by_role("button", name="登记事项").click()
        form = page.locator("[data-event-form]")
        form.locator("[name=kind]").select_option("redefinitions")
        work_out = form.locator("[data-work-out]")
        expect(work_out).to_be_disabled()
        form.locator("[name=line]").select_option("electricity")
        form.locator("[name=first_day]").fill("2026-07-01")
        form.locator("[name=since]").fill("2025-07")
        work_out.click()
        expect(form.get_by_role("status")).to_contain_text("1 天未计入")
        expect(form.locator("[name=tariff]")).to_have_value("school-tou/2026-07-01")
        lines = form.locator("[name=shares]").input_value().splitlines()
        assert [sorted(line.split(", ")) for line in lines] == [sorted(SHARES)] * 12
        form.locator("[name=document]").fill("纪要 4")
        form.locator("[name=signed_by]").fill("甲, 乙")
        form.locator("button[type=submit]").click()
        entered = page.locator("[data-event=redefinitions]")
        expect(entered).to_contain_text("纪要 4")
        expect(entered).to_contain_text("高峰 0.166667")
        expect(entered).not_to_contain_text("{")
        visit.expect_calm()
