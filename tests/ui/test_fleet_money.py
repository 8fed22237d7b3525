"""The fleet's money and use in the console, from a file of orders to a kept statement."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from store.fleet.vehicle import enter
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import as_template, connected, new_database
from tests.costed_fleet import TERMS, plant, put_on_tariff
from tests.db.fleet.test_fleet_use import BOOKINGS, PLACES, PLANS, RENTALS
from tests.db.fleet.test_fleet_use import TERMS as RENTAL_TERMS
from tests.db.fleet.test_late_orders import DAYS_OFF
from tests.db.fleet.test_vehicle_costs import CHARGING
from tests.estate import estate
from tests.fleet_estate import car, with_terminals
from tests.password import PASSWORD_HASH
from tests.ui.conftest import Console, Planted, Visit, console_on, sign_in, visiting
from tests.ui.planted import LOGIN
from tests.unit.fleet.test_suitability import TERMS as CANDIDATES

pytestmark = pytest.mark.browser

MONTHS = "?from=2026-07&to=2026-07"
CARS = ("car-1", "car-2")
MORE_CARS = """code,plate,organisation,vehicle_class,powertrain
car-10,渝A00010,school-building,mpv,fuel
"""


@pytest.fixture(scope="module")
def costed(database_server: str, template: str) -> Iterator[Planted]:
    """Two cars of a school, with trips, plug-ins and a pile on its tariff."""
    with new_database(database_server, template) as database:
        with connected(database) as conn:
            write_registry(conn, with_terminals(estate(), "school-building", CARS))
            for code in CARS:
                enter(conn, car(code, "school-building"))
            add_person(conn, login=LOGIN, name=LOGIN, password_hash=PASSWORD_HASH)
            grant(conn, login=LOGIN, role="system_administrator", organisation="bureau")
            plant(conn)
            put_on_tariff(conn)
        with as_template(database_server, database) as name:
            yield Planted(name, datetime.now(UTC))


@pytest.fixture
def fleet_console(database_server: str, costed: Planted) -> Iterator[Console]:
    with console_on(database_server, costed) as console:
        yield console


@pytest.fixture
def seat(
    request: pytest.FixtureRequest, browser: Browser, fleet_console: Console
) -> Iterator[Visit]:
    """A window, signed in; of another width where a test asks for one."""
    with visiting(browser, fleet_console, getattr(request, "param", 1440)) as visit:
        sign_in(visit.page)
        yield visit


def take(page: Page, name: str, text: str) -> None:
    """Take a table over by its panel."""
    page.get_by_role("combobox", name="表格").select_option(name)
    file = {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.get_by_label("要导入的文件").set_input_files(file)
    page.get_by_role("button", name="导入", exact=True).click()
    rows = text.count("\n") - 1
    expect(page.get_by_text(f"已导入 {rows} 行")).to_be_visible()


def fits(page: Page) -> bool:
    return bool(page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("seat", [1440, 390], indirect=True)
def test_a_file_of_orders_becomes_costs_and_what_has_no_partner_is_listed(seat: Visit) -> None:
    page = seat.page
    page.goto(f"/fleet/costs{MONTHS}")
    expect(page.locator("[data-own]")).to_contain_text("3.60")
    take(page, "orders_charging", CHARGING)
    expect(page.locator("[data-accounts]")).to_contain_text("38.70")
    expect(page.locator("[data-accounts]")).to_contain_text("含：公共充电、自有桩充电")
    expect(page.get_by_text("待核对 2 项")).to_be_visible()
    wrong = CHARGING.replace("26.00", "27.00")
    page.get_by_label("要导入的文件").set_input_files(
        {"name": "again.csv", "mimeType": "text/csv", "buffer": wrong.encode()}
    )
    page.get_by_role("button", name="只检查").click()
    expect(page.locator("[data-faults]")).to_contain_text("同一订单号内容不同")
    assert fits(page)
    seat.expect_calm()


@pytest.mark.parametrize("seat", [390], indirect=True)
def test_an_order_without_a_charge_is_given_the_one_it_paid_and_the_word_is_taken_back(
    seat: Visit,
) -> None:
    page = seat.page
    page.goto(f"/fleet/costs{MONTHS}")
    take(page, "orders_charging", DAYS_OFF)
    # car-1's charge and car-2's have no order, and car-2's order has no charge.
    expect(page.get_by_text("待核对 3 项")).to_be_visible()
    order = page.locator("[data-order=C2]")
    order.get_by_role("button", name="认定对应充电").click()
    # Only the charge of its own vehicle may be chosen.
    expect(order.locator("[name=charge] option")).to_have_count(2)
    expect(order.locator("[name=charge]")).to_contain_text("9 kWh")
    sign = order.get_by_role("button", name="签署")
    expect(sign).to_be_disabled()
    order.locator("[name=why]").fill("驾驶员的小票")
    sign.click()
    expect(order).to_contain_text("人工认定 · 驾驶员的小票")
    expect(page.get_by_text("待核对 1 项")).to_be_visible()

    order.get_by_role("button", name="认定对应充电").click()
    order.locator("[name=charge]").select_option(label="撤销认定")
    order.locator("[name=why]").fill("小票是另一辆车的")
    sign.click()
    expect(page.get_by_text("待核对 3 项")).to_be_visible()
    expect(order).not_to_contain_text("人工认定 ·")
    assert fits(page)
    seat.expect_calm()


def test_displaced_fuel_is_stated_with_its_parameters_and_each_number_has_evidence(
    seat: Visit,
) -> None:
    page = seat.page
    held: list[Route] = []

    def hold(request: Route) -> None:
        held.append(request)

    page.route("**/api/v1/organisations*", hold)
    page.goto(f"/fleet/displacement{MONTHS}")
    page.locator("[name=text]").fill(TERMS)
    enter = page.get_by_role("button", name="录入参数")
    # Whom they are for is not known before the places are there.
    expect(enter).to_be_disabled()
    for request in held:
        request.continue_()
    page.unroute("**/api/v1/organisations*")
    enter.click()
    table = page.locator("[data-ledger]")
    expect(table).to_contain_text("油耗基准为名义值")
    expect(table).to_contain_text("CN-CQ")
    report = page.locator("[data-report]")
    expect(report).to_contain_text("替代汽油 20 升")
    report.get_by_role("button", name="20", exact=True).click()
    expect(page.locator("[data-evidence]")).to_contain_text("sha256")
    page.get_by_role("button", name="存为报表").click()
    expect(page.locator("[data-stated]")).to_contain_text("第 1 版")
    page.get_by_role("button", name="English").click()
    expect(report).to_contain_text("displaced 20 litres of petrol")
    assert fits(page)
    # Before the parameters were entered the server refused the figures, and said so.
    assert all("409" in complaint for complaint in seat.complaints)


@pytest.mark.parametrize("seat", [390], indirect=True)
def test_use_bookings_rentals_places_and_maintenance_come_from_tables(seat: Visit) -> None:
    page = seat.page
    page.goto(f"/fleet/use{MONTHS}")
    expect(page.locator("[data-use]")).to_contain_text("数据不足")
    for name, text in (
        ("bookings", BOOKINGS),
        ("rental_terms", RENTAL_TERMS),
        ("vehicle_quota_entries", PLACES),
        ("maintenance_plans", PLANS),
    ):
        take(page, name, text)
    expect(page.locator("[data-unused]")).to_contain_text("B2")
    expect(page.locator("[data-overlapping]")).to_contain_text("B1")
    expect(page.locator("[data-places]")).to_contain_text("school")
    page.get_by_text("台账记录 2 条").click()
    expect(page.locator("[data-place-entries]")).to_contain_text("划转")
    expect(page.locator("[data-due]")).to_contain_text("到期")
    page.goto(f"/fleet/costs{MONTHS}")
    take(page, "orders_rent", RENTALS)
    page.goto(f"/fleet/use{MONTHS}")
    expect(page.locator("[data-rentals]")).to_contain_text("4.00")
    assert fits(page)
    seat.expect_calm()


def test_petrol_cars_are_held_against_candidates(seat: Visit) -> None:
    page = seat.page
    page.goto("/fleet/setup")
    take(page, "vehicles", MORE_CARS)
    page.goto(f"/fleet/use{MONTHS}")
    panel = page.locator("[data-suitability]")
    expect(panel).to_contain_text("尚未录入候选车型")
    panel.get_by_role("button", name="录入候选车型").click()
    panel.locator("[name=text]").fill(CANDIDATES.replace('"sedan"', '"mpv"'))
    panel.locator("form").get_by_role("button", name="录入候选车型").click()
    expect(panel.locator("tbody")).to_contain_text("数据不足")
    expect(panel.locator("tbody")).to_contain_text("没有加油订单")
    expect(panel).to_contain_text("最冷日 \N{MINUS SIGN}10 °C（climate table 3）")
    with page.expect_download() as file:
        panel.get_by_role("link", name="XLSX").click()
    assert file.value.suggested_filename == "suitability.xlsx"
    assert fits(page)
    seat.expect_calm()


def enter_and_hand_over(page: Page) -> None:
    vehicles = page.locator("[data-vehicle-setup]")
    vehicles.get_by_role("button", name="登记车辆").click()
    vehicles.locator("[name=code]").fill("car-9")
    vehicles.locator("[name=plate]").fill("渝A12345")
    vehicles.locator("[name=acquisition]").select_option("time_share_rental")
    vehicles.locator("[name=organisation]").select_option("school-building")
    vehicles.locator("[name=department]").fill("办公室")
    vehicles.locator("[name=code]").press("Enter")
    expect(vehicles.locator("[data-stations]")).to_contain_text("办公室")
    vehicles.get_by_role("button", name="划转").click()
    vehicles.locator("[name=organisation]").select_option("hospital-building")
    vehicles.locator("[name=day]").fill("2026-07-02")
    vehicles.get_by_role("button", name="保存").click()
    expect(vehicles.locator("[data-stations] li")).to_have_count(2)
    vehicles.get_by_role("button", name="封存期间准予使用").click()
    vehicles.locator("[name=day]").fill("2026-10-01")
    vehicles.locator("[name=last]").fill("2026-10-07")
    vehicles.locator("[name=reason]").fill("国庆值班")
    vehicles.get_by_role("button", name="保存").click()
    expect(vehicles.locator("[data-leaves]")).to_contain_text("值班")


def change_a_rule(page: Page) -> None:
    hours = page.locator("[data-rule=out_of_hours]")
    hours.get_by_role("button", name="更改").click()
    hours.locator("[name=from_min]").fill("06:30")
    hours.get_by_role("button", name="保存").click()
    expect(hours).to_contain_text("06:30")
    expect(hours).to_contain_text("已设定")
    hybrids = page.locator("[data-rule=uncharged]")
    expect(hybrids).to_contain_text("插电混动整月未充电")
    expect(hybrids).to_contain_text("300 km")


def draw_an_area(page: Page) -> None:
    areas = page.locator("[data-fences]")
    areas.get_by_role("button", name="新增区域").click()
    areas.locator("[name=name]").fill("大院")
    areas.locator("[name=day]").fill("2026-07-01")
    areas.locator("[name=corners]").fill("29.50, 106.55\n29.51, 106.55\n29.51")
    expect(areas.get_by_text("每行应为")).to_be_visible()
    areas.locator("[name=corners]").fill("29.50, 106.55\n29.51, 106.55")
    areas.locator("svg").click(position={"x": 20, "y": 20})
    areas.get_by_role("button", name="保存").click()
    expect(areas.locator("polygon.home")).to_have_count(1)
    expect(areas).to_contain_text("3 个角点 · 2026-07-01 起")


def lend_tracks(page: Page) -> None:
    tracks = page.locator("[data-track-leaves]")
    tracks.get_by_role("button", name="授权", exact=True).click()
    tracks.locator("[name=login]").fill(LOGIN)
    tracks.locator("[name=reason]").fill("核对里程")
    tracks.get_by_role("button", name="保存").click()
    expect(tracks).to_contain_text("核对里程")
    tracks.get_by_role("button", name="撤销").click()
    tracks.get_by_role("button", name="确认撤销").click()
    expect(tracks).to_contain_text("已撤销")


def limit_and_book(page: Page) -> None:
    page.get_by_role("button", name="限值", exact=True).click()
    page.locator("[name=used_days]").fill("50")
    page.locator("[name=reason]").fill("局发〔2026〕9 号")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("[data-use]")).to_be_visible()
    page.get_by_role("button", name="派车单", exact=True).click()
    row = page.locator("[data-row=bookings]")
    row.locator("[name=vehicle]").select_option("car-2")
    row.locator("[name=number]").fill("B9")
    row.locator("[name=start]").fill("2026-07-20T11:00")
    row.locator("[name=end]").fill("2026-07-20T09:00")
    row.get_by_role("button", name="保存").click()
    expect(page.locator("[data-faults]")).to_contain_text("11:00")
    row.locator("[name=end]").fill("2026-07-20T12:00")
    row.get_by_role("button", name="保存").click()
    expect(page.locator("[data-unused]")).to_contain_text("B9")


@pytest.mark.parametrize("seat", [390], indirect=True)
def test_what_administrators_say_of_a_fleet_has_forms(seat: Visit) -> None:
    page = seat.page
    page.goto("/fleet/setup")
    enter_and_hand_over(page)
    change_a_rule(page)
    draw_an_area(page)
    lend_tracks(page)
    take(page, "vehicles", MORE_CARS)
    choice = page.locator("[data-vehicle-setup] [name=vehicle]")
    expect(choice).to_contain_text("渝A00010")
    assert fits(page)
    page.goto(f"/fleet/use{MONTHS}")
    limit_and_book(page)
    assert fits(page)
    seat.expect_calm()
