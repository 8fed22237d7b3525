"""What is wrong with a profile, and where. Pure.

Each finding is one line for the one who wrote the file: place, what was seen, what was wanted.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from string import Formatter
from typing import Any

import msgspec

from domain.errors import ConfigurationError
from domain.quantity import Kind, quantities
from ingest.codecs.native import PREFIX
from ingest.profile.answered import Answered, names_in
from ingest.profile.document import (
    Answer,
    Condition,
    Document,
    Doubt,
    Fact,
    Part,
    Rule,
    Status,
    TimeRule,
    ValueRule,
)
from ingest.profile.profile import Profile
from ingest.profile.rule import sender_of
from ingest.profile.topic import TopicPattern
from ingest.profile.tree import IGNORE, KEEP, NAME, NUMBER
from ingest.profile.unit import scaling_of, unit_of
from ingest.topic_filter import ONE, REST, check_filter, covers, specificity

Shape = type[msgspec.Struct]

_INNER: dict[Shape, dict[str, Shape]] = {
    Document: {"message": Rule, "part": Part, "doubt": Doubt, "time": TimeRule},
    Rule: {
        "part": Part,
        "doubt": Doubt,
        "time": TimeRule,
        "status": Status,
        "reply": Answer,
    },
    Doubt: {"when": Condition},
}
"""Tables, or lists of tables, within tables."""
_NAMED: dict[Shape, dict[str, Shape]] = {
    Document: {"values": ValueRule},
    Rule: {"values": ValueRule, "about": Fact},
    Part: {"values": ValueRule},
}
"""Tables whose keys are the payload's, and what each holds."""
_OWN_NAME = re.compile(r"[^\W\d_][^\W]*")
_NATIVE = f"{PREFIX}#"


def findings_of(name: str, text: str, extended: Mapping[str, Any] | None = None) -> list[str]:
    """Everything wrong with the text of a profile file; empty when it can be used.

    Parameters
    ----------
    extended : mapping, optional
        Tables of the profile it extends.
    """
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return [f"{name}: not TOML: {error}"]
    found = [f"{name}: {finding}" for finding in _unknown(tables, Document, "")]
    if found:
        return found
    try:
        document = msgspec.convert(merged(tables, extended or {}), Document)
    except msgspec.ValidationError as error:
        return [f"{name}: {_readable(str(error))}"]
    found = [f"{name}: {finding}" for finding in _senseless(document)]
    if not found:
        try:
            Profile(name, document)
        except ConfigurationError as error:
            found = [f"{name}: {error}"]
    return found


def merged(tables: Mapping[str, Any], extended: Mapping[str, Any]) -> dict[str, Any]:
    """A profile's tables with those of the one it extends where it says nothing itself."""
    values = {**extended.get("values", {}), **tables.get("values", {})}
    inherited = {key: value for key, value in extended.items() if key != "aliases"}
    return inherited | dict(tables) | ({"values": values} if values else {})


def rivals(profile: Profile, others: Iterable[Profile]) -> list[str]:
    """Filters that another profile claims too."""
    return [
        f"{profile.name}: topic {one} is claimed by {other.name} too: of equal ones neither wins"
        for other in others
        for one in profile.filters
        if other.name != profile.name and one in other.filters
    ]


def _unknown(table: Any, shape: Shape, place: str) -> Iterator[str]:
    if not isinstance(table, dict):
        return  # a wrong type: msgspec says so better
    known = [field.encode_name for field in msgspec.structs.fields(shape)]
    for key, value in table.items():
        here = f"{place}{key}"
        if key not in known:
            near = get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
            yield f"{here}: unknown key; {hint}"
        elif key in _NAMED.get(shape, {}) and isinstance(value, dict):
            for name, item in value.items():
                yield from _unknown(item, _NAMED[shape][key], f"{here}, {name!r}: ")
        elif key in _INNER.get(shape, {}):
            for number, item in enumerate(value if isinstance(value, list) else [value], 1):
                place_of = f"{here} {number}: " if isinstance(value, list) else f"{here}: "
                yield from _unknown(item, _INNER[shape][key], place_of)


def _readable(error: str) -> str:
    """Msgspec's ``.. - at `$.message[0].topic``` with the place first, counted from 1."""
    what, _, where = error.partition(" - at ")
    place = where.strip("`").removeprefix("$.")
    place = re.sub(r"\[(\d+)\]", lambda at: f" {int(at[1]) + 1}: ", place).replace(": .", ": ")
    return f"{place}: {what}" if place else what


def _senseless(document: Document) -> Iterator[str]:
    yield from _values("values", document.values or {})
    yield from _parts("", document.part or ())
    if not document.message:
        yield "no [[message]]: nothing would be read"
    for number, rule in enumerate(document.message, 1):
        place = f"message {number}: "
        yield from _topics(place, rule, document.base)
        yield from _values(f"{place}values", rule.values or {})
        yield from _parts(place, rule.part or ())
        if rule.notice not in ("", "online", "offline"):
            yield f'{place}notice {rule.notice!r}: want "online" or "offline"'
        for kept in (rule.unmapped, document.unmapped):
            yield from _unmapped(place, kept)


def _parts(place: str, parts: Iterable[Part]) -> Iterator[str]:
    for number, part in enumerate(parts, 1):
        here = f"{place}part {number}: "
        yield from _values(f"{here}values", part.values)
        yield from _unmapped(here, part.unmapped)
        if part.key_at and not part.value_at:
            yield f"{here}key_at without value_at: where is the value?"
        for key in ("unit_at", "channel_at"):
            if getattr(part, key) and not part.value_at:
                yield f"{here}{key} without value_at: where is the value?"


def _unmapped(place: str, kept: str | None) -> Iterator[str]:
    if kept not in (None, IGNORE, KEEP) and NAME not in kept:
        yield f"{place}unmapped {kept!r}: want {IGNORE!r}, {KEEP!r} or a name with {NAME}"


def _topics(place: str, rule: Rule, base: str) -> Iterator[str]:
    for topic in [rule.topic] if isinstance(rule.topic, str) else rule.topic:
        try:
            pattern = TopicPattern(topic, base)
        except ConfigurationError as error:
            yield f"{place}{error}"
            continue
        if (covers(pattern.filter, _NATIVE) or covers(_NATIVE, pattern.filter)) or (
            covers(pattern.filter, f"{PREFIX}+/up") or covers(pattern.filter, f"{PREFIX}+/status")
        ):
            yield f"{place}topic {topic!r} takes in {_NATIVE}, where native devices speak"
        elif set(specificity(pattern.filter)) <= {1, 2}:
            yield f"{place}topic {topic!r} takes in every device's messages: name a level"
        if rule.reply:
            yield from _reply(place, rule, pattern, rule.reply.topic)
        used = [rule.sender, rule.device, rule.under, rule.reply.topic if rule.reply else ""]
        for template in used:
            for _, level, _, _ in Formatter().parse(template):
                if level is not None and level not in pattern.names:
                    yield f"{place}{template!r}: topic {topic!r} has no level {{{level}}}"


def _reply(place: str, rule: Rule, pattern: TopicPattern, topic: str) -> Iterator[str]:
    answered = Answered(pattern, topic, names_in(sender_of(rule, pattern.names)))
    try:
        check_filter(answered.filter)
    except ConfigurationError as error:
        yield f"{place}reply: {error}"
    if {ONE, REST} & {*topic.split("/")} or topic.startswith("$"):
        yield f"{place}reply: {topic!r} is no topic of a device"
    elif not answered.names_its_sender:
        wanted = ", ".join(f"{{{name}}}" for name in sorted(answered.sender)) or "{device}"
        yield f"{place}reply: {topic!r} does not name {wanted}: every device would hear it"


def _values(place: str, values: Mapping[str, str | ValueRule]) -> Iterator[str]:
    for key, rule in values.items():
        for finding in _value(ValueRule(is_=rule) if isinstance(rule, str) else rule):
            yield f"{place}, {key!r}: {finding}"


def _value(rule: ValueRule) -> Iterator[str]:
    if bool(rule.is_) == bool(rule.own):
        yield "want either `is`, a quantity of the list, or `own`, a name of your own"
        return
    quantity = quantities().get(rule.name)
    plain = rule.name.replace(NUMBER, "0")
    if rule.is_ and quantity is None:
        near = get_close_matches(rule.is_, quantities(), 1)
        hint = f"did you mean {near[0]!r}?" if near else "a name of your own is given with `own`"
        yield f"unknown quantity {rule.is_!r}; {hint}"
        return
    if rule.own and quantity is not None:
        yield f"{rule.own!r} is in the list of quantities: give it with `is`"
    if not _OWN_NAME.fullmatch(plain) or plain != plain.lower():
        yield f"name {rule.name!r}: want small letters, digits and _"
    if rule.kind and (rule.kind not in [*Kind] or (quantity and quantity.kind != rule.kind)):
        want = f"{rule.name} is {quantity.kind}" if quantity else f"want {', '.join(Kind)}"
        yield f"kind {rule.kind!r}: {want}"
    if rule.unit and unit_of(rule.name) is None:
        yield f"unit {rule.unit!r}: the name {rule.name!r} does not end with a unit to turn it into"
        return
    try:
        scaling_of(rule)
    except ConfigurationError as error:
        yield str(error)
    if rule.codes and quantity and quantity.column_type == "text":
        yield from _codes(rule, quantity.sign.split())


def _codes(rule: ValueRule, stored: list[str]) -> Iterator[str]:
    if "1..12" in stored:
        stored = [*(word for word in stored if word != "1..12"), *map(str, range(1, 13))]
    for word, code in rule.codes.items():
        if code not in stored:
            yield f"codes, {word!r}: {code!r} is no {rule.name}; there are {', '.join(stored)}"
