"""Words of messages, of first steps, and the hours in which they are said."""

import json
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analytics.alerts.rule_names import RULES as OF_THE_DESK
from analytics.delivery.first_steps import alarm_names, rule_cards
from analytics.delivery.hours import DeskHours
from analytics.delivery.ladder import rung
from analytics.delivery.mail import mail
from analytics.delivery.wording import OCCASIONS, worded
from analytics.fleet.alarms import FLAGS, UNNAMED

LOCALES = Path(__file__).parents[3] / "ui" / "src" / "locales"
SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = DeskHours(SHANGHAI, time(22), time(7), time(8, 30))
FACTS = {"place": "一号楼", "rule": "night_flow", "priority": "urgent", "since": "03:00"}


def test_every_rule_has_three_steps_in_both_languages() -> None:
    assert rule_cards().keys() == set(OF_THE_DESK)
    for card in rule_cards().values():
        assert [len(card.steps[lang]) for lang in ("zh", "en")] == [3, 3]
        assert all(step.isascii() for step in card.steps["en"])
        assert not any(step.isascii() for step in card.steps["zh"])


def test_a_message_says_what_where_and_what_to_do_first() -> None:
    told = worded("alert", FACTS, lang="zh-CN", key="k", link="https://desk.example")
    assert told.title == "【紧急】一号楼：疑似漏水"
    assert told.lines[0] == "自 03:00 起"
    assert told.lines[1].startswith("先做：1. 看水表")
    assert (
        worded("alert", FACTS, lang="en", key="k").title == "[urgent] 一号楼: Water leak suspected"
    )


def test_what_is_not_known_is_not_said() -> None:
    lines = worded("alert", FACTS, lang="en", key="k").lines
    assert not any("CNY" in line or "telephone" in line for line in lines)
    waiting = {**FACTS, "morning": "08:30", "waiting": "12.50"}
    assert (
        "can wait until 08:30, at about 12.50 CNY"
        in worded("alert", waiting, lang="en", key="k").lines
    )


@pytest.mark.parametrize("occasion", OCCASIONS)
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_occasion_has_a_title_in_both_languages(occasion: str, lang: str) -> None:
    every = dict.fromkeys(
        (
            "place",
            "desk",
            "day",
            "report_zh",
            "report_en",
            "period",
            "version",
            "count",
            "items",
            "since",
            "month",
            "number",
            "minutes",
            "note",
            "assignee",
        ),
        "7",
    )
    assert "7" in worded(occasion, {**FACTS, **every}, lang=lang, key="k").title


def local(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (local(3), local(8, 30)),
        (local(23), local(8, 30) + timedelta(days=1)),
        (local(12), local(12)),
    ],
)
def test_what_can_wait_waits_for_the_morning(now: datetime, due: datetime) -> None:
    assert HOURS.due(now, urgent=False) == due
    assert HOURS.due(now, urgent=True) == now


def test_the_ladder_is_climbed_while_nobody_acknowledges() -> None:
    opened = local(3)
    reached = [rung(opened, opened + timedelta(minutes=n), (10, 20)) for n in (0, 9, 10, 20, 99)]
    assert reached == [0, 0, 1, 2, 2]


def test_a_mail_carries_chinese_and_no_foreign_header() -> None:
    told = worded("alert", {**FACTS, "place": "楼\nBcc: x@y"}, lang="zh-CN", key="k")
    made = mail(told, sender="desk@a.example", to="lin@b.example", now=local(3))
    read = message_from_bytes(bytes(made), policy=policy.default)
    assert read["Subject"] == "【紧急】楼 Bcc: x@y：疑似漏水"
    assert read["Bcc"] is None
    assert read["Message-ID"] == "<k@civicwatt>"
    assert "看水表" in read.get_content()
    with pytest.raises(ValueError, match="linefeed"):
        mail(told, sender="desk@a.example", to="lin@b.example\nBcc: z@y", now=local(3))


def test_an_alarm_of_a_vehicle_is_told_by_its_name_as_the_console_words_it() -> None:
    facts = {**FACTS, "rule": "vehicle_alarm", "alarm": "battery_hot"}
    assert worded("alert", facts, lang="zh-CN", key="k").title.endswith("车辆报警 · 电池高温")
    assert worded("alert", facts, lang="en", key="k").title.endswith("Vehicle alarm · battery hot")
    for lang, file in (("zh", "zh-CN"), ("en", "en")):
        words = json.loads((LOCALES / f"{file}.json").read_text("utf-8"))
        assert alarm_names()[lang] == words["vehicles"]["alarmCodes"]
        assert {*FLAGS, UNNAMED} == {*alarm_names()[lang]}
