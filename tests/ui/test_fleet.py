"""The fleet in the browser: bars, trips, a charge's pile, a suspicion judged, a track by leave."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from analytics.jobs.charge_matches import match_charges
from analytics.jobs.consumption import update_consumption
from analytics.jobs.vehicles import update_vehicles
from device_sim.vehicle_week import vehicle_week
from store.become import Role
from store.fleet.vehicle import enter
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import as_template, connected, new_database
from tests.costed_fleet import TERMS, told_of
from tests.estate import estate, store_messages
from tests.fleet_estate import car, told, with_terminals
from tests.password import PASSWORD_HASH
from tests.ui.conftest import Console, Planted, console_on, sign_in, visiting

pytestmark = pytest.mark.browser

FIRST = date(2026, 6, 29)
PERIOD = "from=2026-06-29&end=2026-07-03"


def _silent() -> tuple[int, int]:
    """Five hours of the clock in the longest standing between two activities. [s since 1970]."""
    done = vehicle_week(3, FIRST, days=4).activities
    stands = [(each.start_s - last.end_s, last.end_s) for last, each in pairwise(done)]
    length, start = max(stands)
    assert length > 7 * 3600
    begin = -(-start // 3600) * 3600
    return begin, begin + 5 * 3600


SILENT = _silent()


@pytest.fixture(scope="module")
def garage(database_server: str, template: str) -> Iterator[Planted]:
    """A school with a car that has driven four days, and its administrator, who may read tracks."""
    with new_database(database_server, template) as database:
        with connected(database) as conn:
            write_registry(conn, with_terminals(estate(), "school-building", ("car-1",)))
            enter(conn, car("car-1", "school-building"))
            add_person(conn, login="keeper", name="keeper", password_hash=PASSWORD_HASH)
            grant(conn, login="keeper", role="institution_administrator", organisation="school")
            conn.execute(
                "INSERT INTO track_access (person_id, organisation_id, days, reason, granted_by)"
                " SELECT person_id, organisation_id, '[2000-01-01,2100-01-01)', 'r', person_id"
                " FROM person, organisation WHERE code = 'school'"
            )
            samples = vehicle_week(3, FIRST, days=4).samples(120)
            heard = (samples.at_s < SILENT[0]) | (samples.at_s >= SILENT[1])
            store_messages(conn, told("car-1", samples, np.flatnonzero(heard)))
            conn.execute(
                "INSERT INTO fleet_rule (organisation_id, rule, holds_from, in_use, terms,"
                " person_id) SELECT organisation_id, 'out_of_hours', '2026-01-01', true,"
                " '{\"until_min\": 60}', person_id FROM person, organisation WHERE code = 'school'"
            )
        with connected(database, Role.WORK) as worker:
            now = datetime(2026, 7, 15, tzinfo=UTC)
            update_consumption(worker, now=now)
            update_vehicles(worker, now=now + timedelta(seconds=1))
            match_charges(worker, now=now + timedelta(seconds=2))
        with connected(database) as conn:  # It stands for the rest of these months.
            told_of(conn, "car-1", "2026-05-31 00:00", "2026-08-02 00:00")
        with as_template(database_server, database) as name:
            yield Planted(name, datetime.now(UTC))


@pytest.fixture
def depot(database_server: str, garage: Planted) -> Iterator[Console]:
    """The real server in front of it."""
    with console_on(database_server, garage) as console:
        yield console


def test_a_vehicles_days_are_seen_judged_and_its_track_read(
    browser: Browser, depot: Console
) -> None:
    with visiting(browser, depot, 1440) as visit:
        page = visit.page
        sign_in(page, "keeper")
        page.goto(f"/fleet?{PERIOD}")
        drives = vehicle_week(3, FIRST, days=4).drives()
        expect(page.locator("[data-use] rect.trip")).to_have_count(len(drives))
        expect(page.locator("[data-trips] tbody tr")).to_have_count(len(drives))
        expect(page.locator("[data-vehicle='car-1']")).to_contain_text("津Acar-1")
        expect(page.locator("[data-trips] tbody tr").first).to_contain_text("相差")
        expect(page.locator("[data-trips] tbody tr").first).to_contain_text("回收")
        expect(page.locator("[data-charges] tbody tr").first).to_be_visible()

        expect(page.locator("[data-battery]")).to_contain_text("数据不足")

        suspicion = page.locator("[data-suspicion]").first
        suspicion.get_by_role("button").first.click()
        suspicion.locator("[name=verdict]").select_option("known")
        suspicion.locator("[name=why]").fill("出车单 17")
        suspicion.locator("button[type=submit]").click()
        expect(page.locator("[data-suspicions]")).to_contain_text("出车单 17")

        page.get_by_role("button", name="查看轨迹").click()
        page.locator("[name=day]").fill("2026-06-30")
        page.locator("[name=reason]").fill("核对里程")
        page.get_by_role("button", name="查看并留痕").click()
        expect(page.locator("[data-track] polyline").first).to_be_visible()
        visit.expect_calm()


def test_key_figures_idle_and_offline_time_and_the_course_of_a_charge_are_those_planted(
    browser: Browser, depot: Console
) -> None:
    week = vehicle_week(3, FIRST, days=4)
    drives = week.drives()
    km = sum(each.km for each in drives)
    with visiting(browser, depot, 390) as visit:
        page = visit.page
        sign_in(page, "keeper")
        place = page.request.get("/api/v1/organisations").json()["items"][0]["id"]
        terms = {"place": place, "text": TERMS}
        token = page.request.get("/api/v1/session").json()["csrf"]
        entered = page.request.post(
            "/api/v1/fleet-summary/terms", data=terms, headers={"X-CSRF-Token": token}
        )
        assert entered.status == 201, entered.text()
        page.goto(f"/fleet?{PERIOD}")
        expect(page.locator("[data-figure=trips] .value")).to_have_text(str(len(drives)))
        told_km = page.locator("[data-figure=km] .value").inner_text()
        assert float(told_km.replace("km", "").replace(",", "")) == pytest.approx(km, rel=0.01)
        litres = page.locator("[data-figure=litres]")
        expect(litres).to_contain_text("油耗为假定值")
        assert float(litres.locator(".value").inner_text().split()[0]) == pytest.approx(
            km * 8 / 100, rel=0.02
        )
        expect(page.locator("[data-figure=co2]")).to_contain_text("毛减排")
        expect(page.locator("[data-figure=use]")).to_contain_text("100")

        silent = page.locator("[data-use] rect.silent")
        expect(silent).to_have_count(1)
        expect(silent.locator("title")).to_have_text("5 小时无数据")
        span = (date(2026, 7, 3) - FIRST).total_seconds()
        assert float(silent.get_attribute("width") or 0) == pytest.approx(1000 * 5 * 3600 / span)

        page.locator("[data-charges] tbody th button").first.click()
        expect(page.locator("[data-course] polyline").first).to_be_visible()
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        visit.expect_calm()
