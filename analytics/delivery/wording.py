"""Messages in Chinese and English; the words are data, `wording.toml`."""

import string
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from analytics.delivery.first_steps import card_of
from analytics.delivery.message import Message

OCCASIONS = (
    "alert",
    "escalated",
    "digest",
    "test",
    "entries_overdue",
    "entries_asked",
    "assigned",
    "ordered",
    "storm",
    "storm_escalated",
    "report",
)
_MOST_STEPS = 3


@cache
def _wording() -> Mapping[str, Mapping[str, Any]]:
    text = resources.files("analytics.delivery").joinpath("wording.toml").read_text("utf-8")
    return tomllib.loads(text)


def worded(
    occasion: str,
    facts: Mapping[str, str],
    *,
    lang: str,
    key: str,
    link: str = "",
    phones: tuple[str, ...] = (),
) -> Message:
    """Word what happened in one language.

    Parameters
    ----------
    occasion : str
        One of `OCCASIONS`.
    facts : mapping of str to str
        What is known; a line that names something else falls away. ``rule``, ``alarm`` and
        ``priority`` are the names of the catalogue; steps of the rule are put in.
    lang : str
        ``zh-CN`` or ``en``.
    """
    spoken = "zh" if lang.startswith("zh") else "en"
    known = {**_of_rule(facts, spoken), **{name: value for name, value in facts.items() if value}}
    if "rule" in facts:
        known["rule"] = card_of(facts["rule"], facts.get("alarm", "")).name[spoken]
    if "kinds" in facts:
        names = _wording()["kinds"][spoken]
        known["items"] = " · ".join(names.get(kind, kind) for kind in facts["kinds"].split())
    if "priority" in facts:
        known["priority"] = _wording()["words"][spoken].get(facts["priority"], facts["priority"])
    lines = [
        line.format_map(known)
        for line in _wording()[occasion][spoken]
        if all(name in known for _, name, _, _ in string.Formatter().parse(line) if name)
    ]
    title, rest = (lines[0], lines[1:]) if lines else (occasion, [])
    split = tuple(each for line in rest for each in line.split("\n") if each)
    return Message(key, title, split, link, phones, {**facts, "occasion": occasion})


def standing_lines(
    rows: Iterable[tuple[str, str, str, str, str, Decimal | None]], lang: str
) -> str:
    """A line for each matter: rule, alarm, priority, place in Chinese and English, CNY a month."""
    spoken = "zh" if lang.startswith("zh") else "en"
    words = _wording()["words"][spoken]
    return "\n".join(
        f"[{words.get(priority, priority)}] {zh if spoken == 'zh' else en}: "
        f"{card_of(rule, alarm).name[spoken]}"
        + ("" if cny is None else f" ({words['month'].format(cny=f'{cny:.2f}')})")
        for rule, alarm, priority, zh, en, cny in rows
    )


def _of_rule(facts: Mapping[str, str], spoken: str) -> dict[str, str]:
    steps = card_of(facts.get("rule", "")).steps[spoken][:_MOST_STEPS]
    return {f"step_{number}": step for number, step in enumerate(steps, 1)}
