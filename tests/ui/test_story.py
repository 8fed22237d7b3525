"""One story from a register's fault to a signed bundle that anybody can check, in the browser."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from psycopg import Connection

from analytics.jobs.day_alerts import judge_days
from civicwatt.cli import main
from domain.calendar import NATIONAL, days, whole_year
from domain.local_day import day_start, local_day
from domain.registry import Device, DeviceKind, Medium, Meter, MeterRole, Registry
from domain.weather_hour import SourceKind
from store.become import Role
from store.places.calendar import put_year
from store.places.registry import write as write_registry
from store.places.weather_hour import put_hours
from tests.conftest import connected
from tests.contracted_school import HOURS, compute, count, planted_template, terms
from tests.estate import NOW, SHANGHAI, estate
from tests.ui.conftest import PATIENCE_MS, Console, Planted, console_on, visiting
from tests.ui.test_contract_proofs import KEYS, at_home, desk_at, entered, hand_in

pytestmark = pytest.mark.browser

BURNT, SINCE = 12, 21
"""Nights with the lights left on, and days since somebody mended it."""
NIGHT_KW, MORE_KW, DAY_KW = 10.0, 8.0, 40.0
NIGHT_HOURS = 5
READ_KWH = 1000 + 24 * HOURS
"""What the register said at the end of June; the gateway told something else."""
_KPI = terms().split("[[contract.kpis]]")[1]


@pytest.fixture(scope="module")
def school(database_server: str, template: str) -> Iterator[Planted]:
    """The school with its contract's meters, and a hall whose lights burnt for some nights."""
    with planted_template(database_server, template, plant_hall) as name:
        yield Planted(name, datetime.now(UTC))


@pytest.fixture
def console(database_server: str, school: Planted) -> Iterator[Console]:
    """The real server in front of it."""
    with console_on(database_server, school) as console:
        yield console


def mended_on() -> date:
    """The local day on which the lights were put on a timer."""
    return local_day(datetime.now(UTC), SHANGHAI) - timedelta(days=SINCE)


def plant_hall(conn: Connection) -> None:
    """A hall with a year of use and weather, and nights that burnt until it was mended."""
    place = "school-building"
    write_registry(
        conn,
        Registry(
            estate(meters=0).organisations,
            (Meter("hall", place, Medium.ELECTRICITY, MeterRole.BRANCH, "main", "礼堂", "Hall"),),
            (Device("hall-device", place, DeviceKind.ELECTRICITY_METER, "hall", "hall",
                    meter="hall", accept_back=timedelta(days=1000)),),
        ),
    )  # fmt: skip
    for year in range(mended_on().year - 2, mended_on().year + 2):
        if year != 2026:
            put_year(conn, NATIONAL, whole_year(year, [], "notice"), provisional=False, source="n")
    first, end = mended_on() - timedelta(days=400), mended_on() + timedelta(days=SINCE)
    row = conn.execute("SELECT organisation_id FROM organisation WHERE code = %s", [place])
    hours = {
        day_start(day, SHANGHAI) + timedelta(hours=hour): 18.0 + (day.toordinal() * 7) % 5
        for day in days(first, end)
        for hour in range(24)
    }
    put_hours(conn, row.fetchone()[0], SourceKind.IMPORTED, hours, source="test")  # type: ignore[index]  # it is there
    burning = mended_on() - timedelta(days=BURNT)
    use(conn, first, burning, NIGHT_KW)
    use(conn, burning, mended_on() + timedelta(days=1), NIGHT_KW + MORE_KW)


def use(conn: Connection, first: date, end: date, night_kw: float) -> None:
    """Hours of the hall: level nights, and working days that are always the same."""
    hours = []
    for day in days(first, end):
        for hour in range(24):
            busy = day.weekday() < 5 and 8 <= hour < 18
            value = night_kw if hour < NIGHT_HOURS else DAY_KW if busy else NIGHT_KW
            value += 0.1 * ((day.toordinal() * 7 + hour * 3) % 5)  # nothing is quite level
            hours.append((day_start(day, SHANGHAI) + timedelta(hours=hour), value))
    conn.execute(
        "INSERT INTO consumption (meter_id, quantity, start_at, end_at, value, quantity_grade,"
        " shape_grade, method, flags, known_at)"
        " SELECT meter_id, quantity, at, at + interval '1 hour', value, 'measured', 'measured',"
        " 'register', 0, at + interval '1 hour' FROM meter,"
        " unnest(%s::timestamptz[], %s::float8[]) AS x (at, value) WHERE code = 'hall'",
        [*(list(column) for column in zip(*hours, strict=True))],
    )
    conn.execute(
        "INSERT INTO alert_work (meter_id, first_day) SELECT meter_id, %s FROM meter"
        " WHERE code = 'hall'",
        [end - timedelta(days=60)],
    )


@contextmanager
def seat(browser: Browser, console: Console, login: str, path: str) -> Iterator[Page]:
    """A window of a person at a page; it must have been calm when it is left."""
    with visiting(browser, console, 1440, entered(console, login)) as visit:
        visit.page.set_default_timeout(PATIENCE_MS)
        visit.page.goto(path)
        yield visit.page
        visit.expect_calm()


def correct(page: Page) -> None:
    """Read the register's last stand of June as the photo of the dial shows it."""
    devices = page.request.get("/api/v1/devices").json()["items"]
    page.goto(f"/devices/{next(each['id'] for each in devices if each['code'] == 'main-device')}")
    page.get_by_role("button", name="修正读数").click()
    page.get_by_label("日期").fill("2026-07-01")
    reading = page.get_by_role("combobox", name="读数")
    expect(reading.locator("option").first).to_contain_text("7月1日 00:00:00")
    reading.select_option(index=0)
    page.get_by_label("正确的表底数").fill(str(READ_KWH))
    page.get_by_label("原因").fill("网关错报，与表盘照片不符")
    page.get_by_role("button", name="保存修正").click()
    expect(page.locator("[data-correction]").first).to_contain_text("网关错报")


def draft(page: Page) -> str:
    """Draw June from the ledger; gives the address of the statement."""
    page.get_by_role("button", name="出草稿").click()
    form = page.locator("[data-draft-form]")
    form.get_by_label("年", exact=True).select_option("2026")
    form.get_by_label("月", exact=True).select_option("06")
    form.locator("button[type=submit]").click()
    page.wait_for_url("**/statements/*", timeout=PATIENCE_MS)
    return page.url


def order(page: Page) -> None:
    """Look at the alert's evidence and send somebody."""
    expect(page.locator("[data-alert]")).to_have_count(1)
    pane = page.locator("[data-pane]")
    expect(pane.locator("[data-band]")).to_be_visible()
    page.keyboard.press("a")
    expect(pane).to_contain_text("已确认")
    page.goto("/night")
    card = page.locator("[data-rule]").first
    card.get_by_role("button", name="派工单").click()
    form = page.get_by_role("form", name="派工单")
    form.get_by_label("人员").select_option(label="accountant")
    form.get_by_label("任务").fill("礼堂照明改为定时")
    form.get_by_role("button", name="派工单").click()
    expect(card).to_contain_text("处理中")


def mend(page: Page) -> None:
    """Take the order, and report with a photo that it is done."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "gray").save(picture, "PNG")
    page.get_by_role("button", name="接单").click()
    photo = {"name": "t.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    page.set_input_files("input[type=file]", photo)  # type: ignore[arg-type]  # a FilePayload
    expect(page.get_by_role("link", name="照片 1")).to_be_visible()
    page.get_by_label("结果或原因").fill("已装定时器")
    page.get_by_role("button", name="报告完成").click()
    expect(page.locator("[data-order=done]")).to_contain_text("已装定时器")


def three_weeks_pass(console: Console) -> None:
    """What was done today was done some time ago, and the nights since were dark."""
    with connected(console.database) as conn:
        # the store lets nobody alter a step, and no clock can be turned back
        conn.execute("SET session_replication_role = replica")
        conn.execute("UPDATE work_order_step SET at = at - %s", [timedelta(days=SINCE)])
        today = mended_on() + timedelta(days=SINCE)
        use(conn, mended_on() + timedelta(days=1), today, NIGHT_KW)


def test_from_a_fault_of_a_register_to_a_bundle_that_is_verified(
    browser: Browser, console: Console, tmp_path: Path
) -> None:
    with desk_at(console) as desk, connected(console.database) as conn:
        count(conn, "main", [HOURS], more=-5000.0)
        compute(conn, NOW)
        agreed = terms().replace("[[contract.kpis]]" + _KPI, "")
        contract = desk.agree(agreed.replace('signing = "approvals"\n', ""))
        for party, login in (("client", "manager"), ("provider", "engineer")):
            pem = (
                KEYS[party]
                .public_key()
                .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            )
            desk.post(login, f"contracts/{contract}/keys", key=pem.decode(), note="by telephone")
    with seat(browser, console, "manager", "/devices") as page:
        correct(page)
    with connected(console.database) as conn:
        compute(conn, NOW + timedelta(hours=1))
    with seat(browser, console, "manager", f"/contracts/{contract}") as page:
        statement = draft(page)
        expect(page.locator("[data-side=bills]")).to_contain_text("9,720.00")

    with connected(console.database, Role.WORK) as conn:
        judge_days(conn, now=day_start(mended_on(), SHANGHAI) + timedelta(hours=1))
    with seat(browser, console, "manager", "/alerts") as page:
        order(page)
    with seat(browser, console, "accountant", "/work-orders") as page:
        mend(page)
    with seat(browser, console, "manager", "/work-orders") as page:
        page.get_by_role("button", name="确认关闭").click()
        expect(page.locator("[data-order=closed]")).to_be_visible()
    three_weeks_pass(console)
    with seat(browser, console, "manager", "/alert-rules") as page:
        cell = page.locator("[data-matters] tbody td").nth(4)
        verified = float(cell.inner_text().split(" kWh")[0].replace(",", ""))
        assert verified == pytest.approx(MORE_KW * NIGHT_HOURS * 30, rel=0.01)

    with seat(browser, console, "director", statement) as page:
        page.locator("[data-act=check]").click()
        page.locator("[data-acts] button[type=submit]").click()
        expect(page.locator("[data-stage=checked]")).to_contain_text("director")
    for party, login in (("client", "manager"), ("provider", "engineer")):
        with seat(browser, console, login, statement) as page:
            page.locator("[data-act=sign]").click()
            hand_in(page, at_home(page, tmp_path, party))
            expect(page.locator("[data-stage=signed]")).to_contain_text(login)
    [bundle] = tmp_path.glob("*.zip")
    assert main(["verify", str(bundle)]) == 0
