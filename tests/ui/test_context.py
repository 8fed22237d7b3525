"""The console's calendar and places: years, corrections, dated facts, tables with faults."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from psycopg import Connection

from civicwatt.published_calendar import seed
from store.become import Role
from tests.conftest import connected
from tests.ui.conftest import Console, Visit

pytestmark = pytest.mark.browser

TABLE = "机构编码,建筑面积 m2,起始日期\nhall,0,2026-01-01\nnowhere,12,2026-13-01\n"


@pytest.fixture
def admin(console: Console) -> Iterator[Connection]:
    """The published calendar, and a connection to look at what was written."""
    with connected(console.database, Role.ADMIN) as conn:
        seed(conn)
        yield conn


def test_a_year_shows_what_is_off_and_made_up_and_a_day_is_corrected(
    office: Visit, admin: Connection
) -> None:
    page = office.page
    page.goto("/calendar?year=2026")
    expect(page.get_by_text("工作日 248 天")).to_be_visible()
    assert page.locator("[data-kind=makeup_workday]").count() == 6
    page.locator("[data-day='2026-03-02']").click()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("() => document.activeElement.dataset.day") == "2026-03-03"
    page.keyboard.press("Enter")
    page.select_option("[name=kind]", "holiday")
    page.fill("[name=reason]", "停课通知 3")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("工作日 247 天")).to_be_visible()
    expect(page.get_by_text("来源：停课通知 3")).to_be_visible()
    row = admin.execute("SELECT kind FROM calendar_day WHERE day = '2026-03-03'").fetchone()
    assert row == ("holiday",)
    office.expect_calm()


def test_a_provisional_year_and_a_missing_one_are_told_apart(
    office: Visit, admin: Connection
) -> None:
    page = office.page
    page.goto("/calendar?year=2027")
    expect(page.locator("[data-provisional]")).to_contain_text("暂定")
    page.get_by_role("button", name="下一年").click()
    expect(page.get_by_text("尚无 2028 年的日历")).to_be_visible()
    page.get_by_role("button", name="按法定节假日暂定").click()
    expect(page.locator("[data-provisional]")).to_be_visible()
    found = admin.execute("SELECT provisional FROM calendar_year WHERE year = 2028").fetchall()
    assert found == [(True,)]
    # the one complaint is the browser's own, about the answer that says the year is missing
    assert all("404" in said for said in office.complaints)


def test_an_area_is_dated_and_its_mean_is_shown(office: Visit, admin: Connection) -> None:
    page = office.page
    page.goto("/places")
    page.wait_for_selector("[name=value]")
    page.keyboard.press("/")
    page.keyboard.type("附楼")
    page.keyboard.press("Enter")
    expect(page.locator("[data-facts]")).to_contain_text("800 m²")
    page.fill("[name=value]", "950.5")
    page.fill("[name=first]", "2026-07-01")
    page.fill("[name=source]", "测绘报告")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("[data-facts]")).to_contain_text("950.5 m²")
    expect(page.locator("[data-facts]")).to_contain_text("测绘报告")
    areas = admin.execute(
        "SELECT area_m2 FROM floor_area JOIN organisation USING (organisation_id) "
        "WHERE code = 'annex' ORDER BY lower(during) NULLS FIRST"
    ).fetchall()
    assert areas == [(800.0,), (950.5,)]
    page.fill("[name=value]", "0")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("annex, floor_area：'0' 不可用，应为 0 < m2")


@pytest.mark.parametrize("window", ["office", "phone"])
def test_a_table_with_faults_is_refused_cell_by_cell(
    window: str, request: pytest.FixtureRequest, admin: Connection, tmp_path: Path
) -> None:
    visit: Visit = request.getfixturevalue(window)
    page = visit.page
    file = tmp_path / "areas.csv"
    file.write_text(TABLE, "utf-8")
    before = admin.execute("SELECT count(*) FROM floor_area").fetchone()
    page.goto("/places")
    page.get_by_label("表格").select_option("floor_areas")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="导入", exact=True).click()
    faults = page.locator("[data-faults] tbody tr")
    expect(faults).to_have_count(2)
    expect(faults.nth(0)).to_contain_text("面积必须大于零")
    expect(faults.nth(0)).to_contain_text("建筑面积 m2")
    expect(faults.nth(1)).to_contain_text("2026-13-01")
    assert admin.execute("SELECT count(*) FROM floor_area").fetchone() == before
    if window == "phone":
        assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    visit.expect_calm()


def test_the_weather_of_a_place_says_how_old_it_is(
    office: Visit, console: Console, admin: Connection
) -> None:
    page = office.page
    page.goto("/places")
    expect(page.get_by_text("此处及上级没有气象来源")).to_be_visible()
    admin.execute(
        "INSERT INTO device (code, kind, status, name_zh, name_en) "
        "VALUES ('roof-air', 'climate_sensor', 'accepted', '屋面气象', 'Roof')"
    )
    admin.execute(
        "INSERT INTO device_place SELECT device_id, organisation_id, '(,)' "
        "FROM device, organisation WHERE device.code = 'roof-air' AND organisation.code = 'bureau'"
    )
    with connected(console.database) as superuser:
        superuser.execute(
            "INSERT INTO device_latest (device_id, ts, received_at, said) SELECT device_id, now(), "
            "now(), jsonb_build_object('air_temperature_c', "
            "jsonb_build_array(-3.5, (extract(epoch FROM now() - interval '5 h') * 1000)::bigint)) "
            "FROM device WHERE code = 'roof-air'"
        )
    page.reload()
    expect(page.locator("[data-weather]")).to_contain_text("−3.5 °C")
    expect(page.locator("[data-stale]")).to_contain_text("数据过时")
    office.expect_calm()


def test_neither_page_scrolls_sideways_on_a_phone(phone: Visit, admin: Connection) -> None:
    assert admin
    page = phone.page
    for path, wait in (("/calendar?year=2026", "[data-day]"), ("/places", ".panel")):
        page.goto(path)
        page.wait_for_selector(wait)
        assert page.evaluate("() => document.documentElement.scrollWidth") == 390, path
    phone.expect_calm()
