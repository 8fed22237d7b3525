"""Institutions are compared on a basis that is printed, and every factor tells where it is from."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from psycopg import Connection

from domain.local_day import local_day
from tests.conftest import connected
from tests.ui.conftest import Console, Visit
from tests.ui.planted import DAYS, HEAVY_KW, USUAL_KW, ZONE, heavy_day

pytestmark = pytest.mark.browser

AREA_M2 = 5200 + 800
PERSONS = 60


@pytest.fixture
def place(console: Console) -> Iterator[Connection]:
    """The institution lies in Tianjin and has 60 people."""
    facts = {
        "place_region (organisation_id, region": "'120000'",
        "headcount (organisation_id, persons": str(PERSONS),
        "climate_zone (organisation_id, climate_zone": "'cold'",
        "place_use (organisation_id, place_use": "'office'",
    }
    with connected(console.database) as conn:
        for target, value in facts.items():
            conn.execute(
                f"INSERT INTO {target}, during, source) SELECT organisation_id, {value}, '(,)', "
                "'of the portfolio test' FROM organisation WHERE code = 'centre'"
            )
        yield conn


def used_kwh(today: date) -> tuple[int, float]:
    """Year of yesterday, and what was used in it on days that are over."""
    year = (today - timedelta(days=1)).year
    days = [today - timedelta(days=n) for n in range(1, DAYS + 1)]
    kw = (HEAVY_KW if day == heavy_day(today) else USUAL_KW for day in days if day.year == year)
    return year, 24 * sum(kw)


def test_indicators_come_to_what_was_planted_and_print_their_basis(
    office: Visit, console: Console, place: Connection
) -> None:
    assert place.info.dbname in console.database
    page = office.page
    year, kwh = used_kwh(local_day(console.now, ZONE))
    page.goto(f"/portfolio?year={year}")
    row = page.locator("[data-institution=centre]")
    expect(row.locator("[data-indicator=energy_per_area]")).to_contain_text(
        f"{kwh * 0.1229 / AREA_M2:.3f}"
    )
    expect(row.locator("[data-indicator=energy_per_person]")).to_contain_text(
        f"{kwh * 0.1229 / PERSONS:.1f}"
    )
    expect(row.locator("[data-indicator=co2_per_area]")).to_contain_text(
        f"{kwh * 0.6796 / AREA_M2:.2f}"
    )
    expect(row).to_contain_text("办公 · 寒冷")
    expect(page.locator("[data-basis=set]")).to_contain_text("公共机构统计口径")
    expect(page.locator("[data-basis=set]")).to_contain_text("第 1 版 · 电力当量值")
    expect(page.locator("[data-basis=grid]")).to_contain_text("CN-TJ 2023 年 0.6796 kgCO2/kWh")
    expect(page.locator("[data-basis=unchecked]")).to_contain_text("未经人工核对")
    expect(page.locator("[data-carrier=water]")).to_contain_text("不计")
    page.get_by_label("因子口径").select_option(value="shandong_quota")
    expect(row.locator("[data-indicator=energy_per_area]")).to_contain_text(
        f"{kwh * 0.31 / AREA_M2:.2f}"
    )
    office.expect_calm()


OFFICE = """
    WITH o AS (INSERT INTO organisation (code, kind, name_zh, name_en)
         VALUES (%(code)s, 'institution', %(code)s, %(code)s) RETURNING organisation_id),
    p AS (INSERT INTO organisation_position SELECT o.organisation_id, b.organisation_id, '(,)'
         FROM o, organisation b WHERE b.code = 'bureau'),
    a AS (INSERT INTO floor_area (organisation_id, area_m2, during)
         SELECT organisation_id, 1000, '(,)' FROM o),
    u AS (INSERT INTO place_use (organisation_id, place_use, during, source)
         SELECT organisation_id, 'office', '(,)', 'test' FROM o),
    z AS (INSERT INTO climate_zone (organisation_id, climate_zone, during, source)
         SELECT organisation_id, 'cold', '(,)', 'test' FROM o),
    w AS (INSERT INTO alert (rule, organisation_id, priority, state, began_at, opened_at)
         SELECT 'rule-' || r, organisation_id, 'high', 'open', now(), now()
           FROM o, generate_series(1, %(n)s) r),
    m AS (INSERT INTO meter (code, medium, quantity, name_zh, name_en)
         VALUES (%(code)s, 'electricity', 'active_energy_import_kwh', 'm', 'm') RETURNING meter_id),
    q AS (INSERT INTO meter_position SELECT meter_id, organisation_id, NULL, 'main', '(,)'
         FROM m, o)
    INSERT INTO consumption_day
    SELECT meter_id, 'active_energy_import_kwh', d, d AT TIME ZONE 'Asia/Shanghai', 100 * %(n)s,
           'measured', 'measured', 0, 86400, 86400, 0, now()
      FROM m, generate_series(%(first)s::date::timestamp, %(last)s::date, interval '1 day') d"""


@pytest.fixture
def peers(place: Connection, console: Console) -> Connection:
    """Five more offices, of 1,000 m2 and 100, 200 ... kWh a day in the year before."""
    year = used_kwh(local_day(console.now, ZONE))[0] - 1
    for n in range(1, 6):
        named = {"code": f"office-{n}", "n": n, "first": date(year, 1, 1)}
        place.execute(OFFICE, {**named, "last": date(year, 12, 31)})
    return place


def test_institutions_are_ordered_compared_with_their_class_and_exported(
    office: Visit, console: Console, peers: Connection
) -> None:
    assert peers.info.dbname in console.database
    page = office.page
    year, _ = used_kwh(local_day(console.now, ZONE))
    page.goto(f"/portfolio?year={year - 1}")
    rows = page.locator("tr[data-institution]")
    third = page.locator("[data-institution=office-3]")
    days = 366 if (year - 1) % 4 == 0 else 365
    middle = f"{days * 300 * 0.1229 / 1000:.1f}0%"  # the median, and the distance from it
    expect(third.locator("[data-cell=median]")).to_contain_text(middle)
    expect(page.locator("[data-institution=office-1] [data-cell=median]")).to_contain_text("−66.7%")
    expect(third.locator("[data-cell=alerts]")).to_contain_text("◆ 3")
    expect(third.locator("[data-cell=quota]")).to_contain_text("未核对")
    expect(third.get_by_role("img")).to_have_attribute("aria-label", "已知 12 个月用电，最近 "
        f"{year - 1}-12 为 9,300.0 kWh。")  # fmt: skip
    expect(page.locator("[data-dot=office-3]")).to_have_count(1)
    expect(page.get_by_role("img", name="办公 · 寒冷：5 家")).to_be_visible()
    expect(rows.first).to_have_attribute("data-institution", "office-1")
    page.get_by_role("button", name="未结束告警").click()
    expect(rows.first).to_have_attribute("data-institution", "office-5")
    page.get_by_role("button", name="未结束告警").click()
    expect(rows.nth(5)).to_have_attribute("data-institution", "office-5")
    page.keyboard.press("j")
    expect(page.locator("tr[aria-selected=true]")).to_have_count(1)
    with page.expect_download() as saved:
        page.get_by_role("link", name="XLSX").click()
    assert saved.value.suggested_filename == f"portfolio-{year - 1}-statistics.xlsx"
    with page.expect_download() as drawn:
        page.locator("[data-chart=classes]").get_by_role("button", name="下载 PNG").click()
    assert Path(drawn.value.path()).read_bytes().startswith(b"\x89PNG")
    third.locator("[data-cell=alerts] a").click()
    page.wait_for_url("**/alerts?place=office-3")
    expect(page.locator("[data-alert]")).to_have_count(3)
    office.expect_calm()


def test_every_factor_tells_its_source_and_that_nobody_has_checked_it(office: Visit) -> None:
    page = office.page
    page.goto("/factors?q=CN-CQ%202023")
    row = page.locator("[data-factor='co2.grid CN-CQ 2023']")
    expect(row).to_contain_text("0.5581 kgCO2/kWh")
    expect(row).to_contain_text("2025 年第 47 号")
    expect(row).to_contain_text("未核对")
    expect(page.locator("[data-factor]")).to_have_count(1)
    office.expect_calm()


def test_a_factor_is_ticked_compared_with_its_document_and_signed(office: Visit) -> None:
    page = office.page
    page.goto("/factors?q=CN-TJ%202022")
    page.get_by_role("checkbox", name="CN-TJ 2022").check()
    page.fill("[name=said]", "生态环境部公告 2024 年第 33 号")
    page.get_by_role("button", name="我已与原文件核对这 1 个因子，署名").click()
    row = page.locator("[data-factor='co2.grid CN-TJ 2022']")
    expect(row).to_contain_text("2024 年第 33 号")
    expect(row).not_to_contain_text("未核对")
    page.get_by_role("checkbox", name="CN-TJ 2022").check()
    page.fill("[name=said]", "看错了年份")
    page.get_by_role("button", name="撤回这 1 个因子的核对").click()
    expect(row).to_contain_text("未核对")
    office.expect_calm()


@pytest.mark.parametrize("address", ["/portfolio", "/factors?q=coal"])
def test_a_phone_shows_them_without_scrolling_sideways(phone: Visit, address: str) -> None:
    page = phone.page
    page.goto(address)
    expect(page.locator("tbody tr").first).to_be_visible()
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 390
    phone.expect_calm()
