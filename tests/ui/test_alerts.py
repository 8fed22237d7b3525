"""The alert desk in the browser: what opens is seen at once, and the keyboard ends it."""

import re

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.ui.conftest import Console, Visit
from tests.ui.planted import LOGIN

pytestmark = pytest.mark.browser


def open_alert(console: Console, rule: str, priority: str, month_cny: str | None = None) -> int:
    """An alert on the first meter's device, as the evaluator writes it, and the news of it."""
    with psycopg.connect(console.database) as conn:
        row = conn.execute(
            "INSERT INTO alert (rule, organisation_id, desk_id, device_id, priority, state,"
            " began_at, last_at, judged_to, opened_at, expected, actual, unit, month_cny)"
            " SELECT %s, p.place_id, desk_of(p.place_id), d.device_id, %s, 'open',"
            " now() - interval '2 hours', now(), now(), now(), 198, 190.5, 'V', %s"
            " FROM device d JOIN device_place p USING (device_id)"
            " JOIN organisation o ON o.organisation_id = p.place_id"
            " WHERE o.code = 'hall' AND d.kind = 'electricity_meter' ORDER BY 1 LIMIT 1"
            " RETURNING alert_id",
            [rule, priority, month_cny],
        ).fetchone()
        assert row is not None
        conn.execute(
            "INSERT INTO alert_event (alert_id, from_state, to_state, act)"
            " VALUES (%s, 'pending', 'open', 'open')",
            row,
        )
        conn.execute(
            "INSERT INTO alert_progress VALUES ('live', now(), now())"
            " ON CONFLICT (part) DO UPDATE SET evaluated_to = now()"
        )
        conn.execute("SELECT tell_alerts(ARRAY[%s]::bigint[])", row)
    return int(row[0])


def repeat(page: Page, console: Console, alert_id: int) -> None:
    """The same once more at the same place: one row that counts, unfolds, and is gone with it."""
    rows = page.locator("[data-alert]")
    expect(page.locator("[data-figure=rate]")).to_contain_text("/ 6")
    expect(page.locator("[data-figure=coverage]")).to_contain_text("%")
    with psycopg.connect(console.database) as conn:
        conn.execute(
            "INSERT INTO alert (rule, organisation_id, desk_id, priority, state, began_at,"
            " opened_at, unit, month, month_cny) SELECT rule, organisation_id, desk_id, priority,"
            " state, began_at, opened_at, 'kWh', 900, 700 FROM alert WHERE alert_id = %s",
            [alert_id],
        )
        conn.execute("SELECT tell_alerts(ARRAY[%s]::bigint[])", [alert_id])
    repeats = page.locator("[data-repeats]")
    expect(repeats).to_have_text("×2")
    expect(rows).to_have_count(2)
    repeats.click()
    expect(rows).to_have_count(3)
    expect(rows.last).to_contain_text("900 kWh")
    repeats.click()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="紧凑").click()
    expect(page).to_have_url(re.compile("dense=1"))
    with psycopg.connect(console.database) as conn:
        conn.execute("UPDATE alert SET state = 'resolved' WHERE month = 900")
        conn.execute("SELECT tell_alerts(ARRAY[%s]::bigint[])", [alert_id])
    expect(repeats).to_have_count(0)


def test_what_opens_is_seen_at_once_and_ended_by_keyboard(office: Visit, console: Console) -> None:
    page = office.page
    page.goto("/alerts")
    expect(page.get_by_text("当前没有需要处理的事项。")).to_be_visible()
    expect(page.locator("[data-evaluated=never]")).to_contain_text("从未运行")

    low = open_alert(console, "night_load", "low", "1200")
    rows = page.locator("[data-alert]")
    expect(rows).to_have_count(1)
    grave = open_alert(console, "voltage_low", "high")
    expect(rows).to_have_count(2)
    expect(rows.first).to_have_attribute("data-alert", str(grave))
    expect(rows.last).to_contain_text("1,200.00")

    repeat(page, console, low)
    pane = page.locator("[data-pane]")
    expect(pane).to_contain_text("一相电压低于允许范围")
    page.keyboard.press("a")
    expect(pane).to_contain_text("已确认")
    page.keyboard.press("c")
    page.get_by_label("原因").fill("已电话通知")
    page.keyboard.press("Enter")
    expect(pane).to_contain_text("已电话通知")
    pane.get_by_role("button", name="交给……").click()
    page.get_by_label("交给谁").select_option(LOGIN)
    page.get_by_role("button", name="指派").click()
    expect(rows.first).to_contain_text("处理中")
    page.keyboard.press("s")
    page.get_by_label("原因").fill("等候电工")
    page.keyboard.press("Enter")
    expect(rows.first).to_contain_text("已搁置")
    page.locator("body").click(position={"x": 2, "y": 2})
    page.keyboard.press("j")
    expect(page.locator("tr[aria-selected=true]")).to_have_attribute("data-alert", str(low))
    expect(pane).to_contain_text("夜间负荷高")
    page.keyboard.press("r")
    page.get_by_label("原因").fill("空调已关")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)

    page.get_by_role("button", name="已解除", exact=True).click()
    expect(rows.first).to_have_attribute("data-alert", str(low))
    pane.get_by_role("button", name="真", exact=True).click()
    expect(pane.get_by_role("button", name="真", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(pane).to_contain_text("空调已关")
    page.set_viewport_size({"width": 390, "height": 844})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


def test_the_evidence_of_a_meter_shows_what_was_to_be_expected_and_the_hours_beyond(
    office: Visit, console: Console
) -> None:
    alert_id = open_alert(console, "night_load", "low", "1200")
    with psycopg.connect(console.database) as conn:
        conn.execute(
            "INSERT INTO consumption (meter_id, quantity, start_at, end_at, value, quantity_grade,"
            " shape_grade, method, flags, known_at) SELECT m.meter_id, m.quantity, h,"
            " h + interval '1 hour', 40 + extract(hour FROM h)::int % 3, 'measured', 'measured',"
            " 'register', 0, now() FROM meter m, LATERAL (SELECT min(start_at) AS first"
            " FROM consumption c WHERE c.meter_id = m.meter_id) c, generate_series("
            " c.first - interval '70 days', c.first - interval '1 hour', interval '1 hour') h"
            " WHERE m.code = 'main'"
        )
        conn.execute(
            "UPDATE alert a SET device_id = NULL, meter_id = m.meter_id, unit = 'kWh',"
            " began_at = now() - interval '10 days', last_at = now() - interval '8 days'"
            " FROM meter m WHERE a.alert_id = %s AND m.code = 'main'",
            [alert_id],
        )
    page = office.page
    page.goto("/alerts")
    page.locator(f"[data-alert='{alert_id}']").click()
    plot = page.locator("[data-evidence]")
    expect(plot.locator("[data-band]")).to_be_visible()
    expect(plot).to_contain_text("灰色为预期区间")
    expect(plot.locator("[data-mark]").first).to_be_visible()  # the heavy day
    office.expect_calm()


def hand_over(console: Console, alert_id: int) -> None:
    """A work order of the alert for the operator, with 1,200 kWh promised."""
    with psycopg.connect(console.database) as conn:
        conn.execute(
            "INSERT INTO work_order"
            " (alert_id, assignee_id, task, rule, month, unit, month_cny, person_id)"
            " SELECT a.alert_id, p.person_id, 'look', a.rule, 1200, 'kWh', 960, p.person_id"
            " FROM alert a, person p WHERE a.alert_id = %s AND p.login = %s",
            [alert_id, LOGIN],
        )
        conn.execute(
            "INSERT INTO work_order_step (order_id, revision, state, person_id)"
            " SELECT order_id, 1, 'issued', person_id FROM work_order WHERE alert_id = %s",
            [alert_id],
        )


def test_the_page_of_rules_shows_modes_thresholds_budgets_and_sums(
    office: Visit, console: Console
) -> None:
    hand_over(console, open_alert(console, "night_load", "low", "960"))
    with psycopg.connect(console.database) as conn:
        conn.execute(
            "INSERT INTO alert_finding (rule, organisation_id, meter_id, start_at, end_at,"
            " priority, score, expected, actual, evidence, outcome)"
            " SELECT 'off_day_use', o.organisation_id, m.meter_id, now() - interval '2 days',"
            " now() - interval '1 day', 'low', 3, 40, 90, %s, 'suppressed'"
            " FROM organisation o, meter m WHERE o.code = 'hall' AND m.code = 'main'",
            ['{"because_kind": "large_event", "because": "开放日", "because_of": 1}'],
        )
    page = office.page
    page.goto("/alert-rules")
    for way, of in (("规则", "夜间负荷高"), ("建筑", ""), ("承包单位", "")):
        page.get_by_role("radio", name=way).check(force=True)
        row = page.locator("[data-sum]")
        expect(row).to_have_count(1)
        expect(row).to_contain_text(of)
        expect(row).to_contain_text("1,200.0 kWh")
    expect(page.locator("[data-rules]")).to_contain_text("试运行")
    expect(page.locator("[data-budgets] tbody tr").first).to_contain_text("出厂值")
    held_back = page.locator("[data-suppressed] tbody tr")
    expect(held_back).to_have_count(1)
    for told in ("主楼 · main", "90.0 / 40.0", "大型活动 开放日"):
        expect(held_back).to_contain_text(told)
    row = page.locator("[data-thresholds] tbody tr", has_text="phases.low_v")
    expect(row).to_contain_text("198")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    office.expect_calm()
