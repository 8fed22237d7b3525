"""Savings on the building page: the planted tenth, what it rests on, and what people sign for."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from analytics.jobs.baselines import update_baselines
from domain.local_day import day_start
from store.become import Role
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.baselined_building import (
    END,
    FIRST,
    SAVED,
    TRAINED,
    plant_days,
    plant_surroundings,
    unsaved,
    used,
)
from tests.conftest import as_template, connected, new_database
from tests.db.baselines.test_hours_and_bills import plant_hours
from tests.estate import SHANGHAI, estate
from tests.metered_building import meter_id, place_id
from tests.password import PASSWORD_HASH
from tests.ui.conftest import Console, Planted, Visit, console_on, sign_in, visiting
from tests.ui.planted import LOGIN
from tests.ui.test_building import number

pytestmark = pytest.mark.browser

WAIT_MS = 60_000
BUILDING = "hospital-building"


@pytest.fixture(scope="module")
def measured(database_server: str, template: str) -> Iterator[Planted]:
    """Two years of a school and a hospital, with calendar and weather."""
    with new_database(database_server, template) as database:
        with connected(database) as conn:
            write_registry(conn, estate())
            add_person(conn, login=LOGIN, name=LOGIN, password_hash=PASSWORD_HASH)
            grant(conn, login=LOGIN, role="system_administrator", organisation="bureau")
            plant_surroundings(conn, place_id(conn, "bureau"))
            for name in ("school", "hospital"):
                plant_days(conn, meter_id(conn, f"{name}-meter-0"), used())
        with as_template(database_server, database) as name:
            yield Planted(name, datetime.now(UTC))


@pytest.fixture
def estate_console(database_server: str, measured: Planted) -> Iterator[Console]:
    """The real server in front of them."""
    with console_on(database_server, measured) as console:
        yield console


@pytest.fixture
def seat(
    request: pytest.FixtureRequest, browser: Browser, estate_console: Console
) -> Iterator[Visit]:
    """A window, signed in; of another width where a test asks for one."""
    with visiting(browser, estate_console, getattr(request, "param", 1440)) as visit:
        sign_in(visit.page)
        yield visit


def work(console: Console, *, later: timedelta = timedelta(0)) -> int:
    """Do what a worker does."""
    with connected(console.database, Role.WORK) as conn:
        return update_baselines(conn, now=datetime.now(UTC) + later)


def open_building(page: Page, code: str, query: str = "") -> Locator:
    """Go to a building; gives the panel of its savings."""
    items = page.request.get("/api/v1/buildings").json()["items"]
    page.goto(f"/buildings/{next(each['id'] for each in items if each['code'] == code)}{query}")
    panel = page.locator("[data-savings]")
    panel.wait_for(timeout=WAIT_MS)
    return panel


def make_baseline(console: Console, page: Page, code: str) -> Locator:
    """Ask for a baseline by the form, and let a worker fit it."""
    panel = open_building(page, code)
    panel.get_by_role("button", name="新建基准").first.click(timeout=WAIT_MS)
    panel.locator("[name=last]").fill(str(TRAINED - timedelta(days=1)))
    panel.locator("[name=first]").fill(str(FIRST))
    panel.locator("[name=from]").fill(str(TRAINED))
    panel.get_by_role("button", name="建立").click()
    expect(panel.locator("[data-state]")).to_contain_text("等待", timeout=WAIT_MS)
    assert work(console) == 1
    panel.locator("[data-figure=saving]").wait_for(timeout=WAIT_MS)
    return panel


def kwh(panel: Locator, figure: str) -> float:
    return number(panel.locator(f"[data-figure={figure}]").inner_text().split()[0])


@pytest.mark.parametrize("seat", [1440, 390], indirect=True)
def test_a_baseline_is_made_and_finds_the_planted_tenth(
    seat: Visit, estate_console: Console
) -> None:
    page = seat.page
    panel = make_baseline(estate_console, page, BUILDING)
    without = sum(unsaved(TRAINED, END).values())
    assert kwh(panel, "saving-baseline") == pytest.approx(without, rel=0.01)
    assert kwh(panel, "saving") == pytest.approx(SAVED * without, rel=0.03)
    expect(panel.locator("[data-band]")).to_contain_text("此处尚未校准")
    for drawing in ("use", "saved"):
        drawn = panel.locator(f"[data-drawing={drawing}]")
        assert drawn.locator("canvas").count() == 1
        assert "kWh" in (drawn.get_attribute("aria-label") or "")
    months = panel.locator("[data-saving-month]")
    assert months.count() == len({(day.year, day.month) for day in unsaved(TRAINED, END)})
    assert "kWh" in (panel.get_by_role("img", name="基准").last.get_attribute("aria-label") or "")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    panel.locator("[data-fold=versions] summary").click()
    version = panel.locator("[data-version='1']")
    expect(version.locator("[data-counts]")).to_be_visible()
    expect(version).to_contain_text("SHA-256")
    expect(version).to_contain_text("+models.")
    link = version.locator("a").get_attribute("href") or ""
    assert page.request.get(link).text().startswith("day,use,temperature_c,kind,swing_c\n")
    seat.expect_calm()


def test_the_table_holds_the_days_and_says_which_do_not_count(
    seat: Visit, estate_console: Console
) -> None:
    make_baseline(estate_console, seat.page, BUILDING)
    panel = open_building(seat.page, BUILDING, "?savings=table")
    rows = panel.locator("[data-chart=savings] tbody tr")
    rows.first.wait_for(timeout=WAIT_MS)
    cells = rows.first.locator("td").all_inner_texts()
    first = used()[TRAINED]
    assert number(cells[2]) == pytest.approx(first, abs=0.1)
    assert number(cells[0]) - number(cells[2]) == pytest.approx(number(cells[3]), abs=0.2)
    expect(rows.nth(365).locator("td").last).to_contain_text("缺用量")
    panel = open_building(seat.page, BUILDING, "?savingMonths=table")
    rows = panel.locator("[data-chart=savingMonths] tbody tr")
    rows.first.wait_for(timeout=WAIT_MS)
    cells = rows.first.locator("td").all_inner_texts()
    month = [
        kwh
        for day, kwh in used().items()
        if day >= TRAINED and f"{day:%Y-%m}" == f"{TRAINED:%Y-%m}"
    ]
    assert number(cells[1]) == pytest.approx(sum(month), rel=1e-3)
    assert cells[4] == str(len(month))


def test_an_event_is_signed_adjusts_and_is_undone(seat: Visit, estate_console: Console) -> None:
    panel = make_baseline(estate_console, seat.page, "school-building")
    plain = kwh(panel, "saving")
    fold = panel.locator("[data-fold=events]")
    fold.locator("summary").click()
    fold.get_by_role("button", name="登记非常规事件").click()
    fold.locator("[name=first]").fill("2025-03-01")
    fold.locator("[name=last]").fill("2025-03-30")
    fold.locator("[name=per_day]").fill("100")
    fold.locator("[name=reason]").fill("施工用电")
    fold.get_by_role("button", name="签认").click()
    expect(panel.locator("[data-figure=saving-adjustment]")).to_contain_text(
        "3,000", timeout=WAIT_MS
    )
    assert kwh(panel, "saving") == pytest.approx(plain + 3000, rel=1e-3)
    event = fold.locator("[data-verdict=accepted]")
    expect(event).to_contain_text("施工用电")
    event.get_by_role("button", name="撤回决定").click()
    event.locator("[name=reason]").fill("日期有误")
    event.get_by_role("button", name="撤回决定").click()
    expect(fold.locator("[data-verdict=undone]")).to_contain_text("日期有误", timeout=WAIT_MS)
    expect(panel.locator("[data-figure=saving-adjustment]")).to_have_count(0)
    assert kwh(panel, "saving") == plain
    seat.expect_calm()


def test_changed_training_is_told_and_counts_only_when_adopted(
    seat: Visit, estate_console: Console
) -> None:
    panel = make_baseline(estate_console, seat.page, "school-building")
    with connected(estate_console.database) as conn:
        meter = meter_id(conn, "school-meter-0")
        [was] = conn.execute(
            "SELECT value FROM consumption_day WHERE meter_id = %s AND day = '2024-05-06'", [meter]
        ).fetchone() or (0.0,)
        plant_days(conn, meter, {FIRST.replace(month=5, day=6): was + 500})
    before = kwh(panel, "saving-baseline")
    assert work(estate_console, later=timedelta(days=2)) >= 1
    panel = open_building(seat.page, "school-building")
    expect(panel.locator("[data-state]")).to_contain_text("第 2 版", timeout=WAIT_MS)
    assert kwh(panel, "saving-baseline") == before
    newest = panel.locator("[data-version='2']")
    newest.get_by_role("button", name="改用这一版").click()
    newest.locator("[name=reason]").fill("补传的读数")
    newest.get_by_role("button", name="改用这一版").click()
    expect(newest.locator("[data-counts]")).to_be_visible(timeout=WAIT_MS)
    expect(newest).to_contain_text("补传的读数")
    expect(panel.locator("[data-state]")).to_have_count(0, timeout=WAIT_MS)
    seat.expect_calm()


def test_the_panel_speaks_english(seat: Visit, estate_console: Console) -> None:
    make_baseline(estate_console, seat.page, BUILDING)
    seat.page.evaluate("() => localStorage.setItem('civicwatt.language', 'en')")
    seat.page.reload()
    expect(seat.page.locator("[data-savings]")).to_contain_text(
        "Not calibrated here yet", timeout=WAIT_MS
    )


def test_a_verified_saving_stands_beside_the_measured_one_and_is_taken_back(
    seat: Visit, estate_console: Console
) -> None:
    panel = make_baseline(estate_console, seat.page, BUILDING)
    measured = kwh(panel, "saving")
    fold = panel.locator("[data-fold=stated]")
    fold.locator("summary").click()
    fold.get_by_role("button", name="登记计划或核定节能量").click()
    fold.locator("[name=kind]").select_option("verified")
    fold.locator("[name=first]").fill(str(TRAINED))
    fold.locator("[name=last]").fill(str(END - timedelta(days=1)))
    fold.locator("[name=amount]").fill("30000")
    fold.locator("[name=document]").fill("核定报告 7")
    enter = fold.get_by_role("button", name="登记", exact=True)
    expect(enter).to_be_disabled()
    fold.locator("[name=stated_by]").fill("第三方机构")
    fold.locator("[name=document_date]").fill("2026-02-01")
    enter.click()
    stated = fold.locator("[data-stated=verified]")
    expect(stated).to_contain_text("30,000", timeout=WAIT_MS)
    expect(stated).to_contain_text("第三方机构 · 核定报告 7")
    beside = stated.locator("[data-measured]").inner_text()
    assert number(beside.split("：")[1].split()[0]) == pytest.approx(measured, rel=1e-3)
    assert kwh(panel, "saving") == measured
    stated.get_by_role("button", name="撤回").click()
    stated.locator("[name=reason]").fill("报告有误")
    stated.get_by_role("button", name="撤回").click()
    expect(stated).to_have_count(0, timeout=WAIT_MS)
    seat.expect_calm()


@pytest.mark.parametrize("seat", [1440, 390], indirect=True)
def test_an_alternating_test_is_entered_and_says_by_which_method_it_saves(
    seat: Visit, estate_console: Console
) -> None:
    page, turn, turns = seat.page, timedelta(days=7), 8
    first = TRAINED - 2 * turns * turn
    use = unsaved(first, TRAINED)
    on = {day: kwh for day, kwh in use.items() if (day - first) // turn % 2}
    with connected(estate_console.database) as conn:
        meter = meter_id(conn, "school-meter-0")
        plant_days(conn, meter, use | {day: kwh * (1 - SAVED) for day, kwh in on.items()})
    panel = open_building(page, "school-building")
    panel.get_by_role("button", name="新建基准").first.click(timeout=WAIT_MS)
    panel.locator("[name=method]").select_option("on_off")
    panel.locator("[name=last]").fill(str(TRAINED - timedelta(days=1)))
    panel.locator("[name=first]").fill(str(first))
    panel.get_by_role("button", name="建立").click()
    expect(panel.locator("[data-state]")).to_contain_text("等待", timeout=WAIT_MS)
    assert work(estate_console) == 1
    panel.locator("[data-figure=saving]").wait_for(timeout=WAIT_MS)
    counted = [kwh for day, kwh in on.items() if (day - first) % turn]
    assert kwh(panel, "saving") == pytest.approx(SAVED * sum(counted), rel=0.05)
    expect(panel.locator("[data-method]")).to_contain_text("IPMVP 选项 C · GB/T 28750：直接比较")
    expect(panel.locator("[data-band]")).to_contain_text("未校准")
    expect(panel.locator("[data-drawing]")).to_have_count(0)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    seat.expect_calm()


def test_savings_of_all_places_stand_together_and_each_can_be_opened(
    seat: Visit, estate_console: Console
) -> None:
    page = seat.page
    panel = make_baseline(estate_console, page, BUILDING)
    saved = kwh(panel, "saving")
    panel.locator("[name=guarantee]").fill("1")
    panel.locator("[name=guarantee]").press("Tab")
    expect(panel.locator("[data-figure=p-guarantee]")).to_contain_text("%", timeout=WAIT_MS)
    fold = panel.locator("[data-fold=normalised]")
    fold.locator("summary").click()
    fold.locator("[name=normalised_last]").fill(str(END - timedelta(days=1)))
    fold.locator("[name=normalised_first]").fill(str(TRAINED))
    fold.get_by_role("button", name="计算").click()
    fold.locator("[data-figure=normalised]").wait_for(timeout=WAIT_MS)
    assert kwh(panel, "normalised") == pytest.approx(saved, rel=0.2)
    assert fold.locator("[data-part=normalised-band] [data-band]").inner_text().strip()
    page.goto("/savings")
    together = page.locator("[data-together]")
    together.locator("[name=span_first]").fill(str(TRAINED), timeout=WAIT_MS)
    together.locator("[name=span_last]").fill(str(END - timedelta(days=1)))
    part = together.locator("[data-part]")
    expect(part).to_have_count(1, timeout=WAIT_MS)
    expect(together.locator("[data-figure=together]")).to_contain_text("kWh", timeout=WAIT_MS)
    whole = number(together.locator("[data-figure=together]").inner_text().split()[0])
    assert whole == pytest.approx(saved, rel=1e-3)
    part.get_by_role("link").click()
    full = page.locator("[data-savings]")
    full.locator("[data-figure=saving]").wait_for(timeout=WAIT_MS)
    assert kwh(full, "saving") == pytest.approx(saved, rel=1e-3)
    full.get_by_role("button", name="新建基准").first.click()
    full.locator("[name=step]").select_option("monthly")
    expect(full.get_by_role("form", name="新建基准")).to_contain_text("手工填报")
    seat.expect_calm()


STRANGE = date(2025, 4, 10)
"""The day on which twice as much was used."""


def plant_alert(console: Console) -> int:
    """Hours of half a year, one day of them doubled, and an alert about three days around it."""
    half = {day: kwh for day, kwh in used().items() if TRAINED <= day < date(2025, 7, 1)}
    half[STRANGE] *= 2
    with connected(console.database) as conn:
        meter = meter_id(conn, "hospital-meter-0")
        plant_hours(conn, meter, half)
        row = conn.execute(
            "INSERT INTO alert (rule, organisation_id, meter_id, priority, state, began_at,"
            " last_at, judged_to, opened_at, expected, actual, unit) SELECT 'off_day_use',"
            " %s, %s, 'high', 'open', %s, %s, now(), now(), 900, 1800, 'kWh' RETURNING alert_id",
            [
                place_id(conn, BUILDING),
                meter,
                day_start(STRANGE - timedelta(days=1), SHANGHAI),
                day_start(STRANGE + timedelta(days=2), SHANGHAI),
            ],
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_the_load_curve_shows_the_baseline_and_marks_the_day_that_caused_an_alert(
    seat: Visit, estate_console: Console
) -> None:
    page = seat.page
    alert = plant_alert(estate_console)
    open_building(page, BUILDING, "?from=2025-01-01&end=2025-07-01")
    expect(page.locator("[data-no-baseline=none]")).to_contain_text("没有基准")
    make_baseline(estate_console, page, BUILDING)
    panel = open_building(page, BUILDING, "?from=2025-01-01&end=2025-07-01&table=1")
    rows = page.locator(".load tbody tr")
    strange = page.locator(f".load [data-at='{day_start(STRANGE, SHANGHAI).timestamp():.0f}']")
    base = strange.locator("[data-cell=baseline]")
    told = number(base.inner_text())
    assert told == pytest.approx(unsaved(TRAINED, END)[STRANGE] / 24, rel=0.01)
    low, high = map(number, strange.locator("[data-cell=band]").inner_text().split("–"))
    assert low <= told <= high < 2 * told * (1 - SAVED)
    assert rows.locator("[data-cause]").count() == 1
    page.get_by_role("button", name="图形").first.click()
    for mark in ("baseline", "alerts"):
        expect(page.locator(f"[data-legend={mark}]")).to_be_visible()
    expect(page.locator("[data-baseline-note]")).to_contain_text("90")
    assert panel.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.locator(f"[data-cause='{alert}']").click()
    page.wait_for_url(f"**/alerts?alert={alert}")
    expect(page.locator("[data-pane]")).to_contain_text("1,800")
    seat.expect_calm()
