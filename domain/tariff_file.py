"""Tariffs as TOML of the schema ``tariff/1``: read strictly, refused with the place."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from importlib import resources
from typing import Literal, cast

from domain.calendar import DayKind
from domain.errors import InputError
from domain.power_factor import STANDARDS
from domain.registry import Medium
from domain.sentence import Sentence
from domain.tariff import (
    BasicCharge,
    Component,
    Provenance,
    Tariff,
    TariffVersion,
    Tax,
    Tier,
    Tiers,
    refuse_overlaps,
)
from domain.tariff_terms import refuse_senseless
from domain.time_of_use import HOT_DAYS_MOST, Period, Window, clock_minute
from domain.toml_entry import Entry, as_day, as_decimal, as_flag, as_list, as_text, one_of
from domain.toml_text import read_toml

SCHEMA = "tariff/1"


def read_tariff(text: str, *, place: str) -> Tariff:
    """Read a tariff file that somebody enters.

    Raises
    ------
    InputError
        With file, version, and part, also where its terms make no sense.
    """
    found = read_kept_tariff(text, place=place)
    for version in found.versions:
        at = f"{place}, version from {version.first_day}"
        refuse_senseless(version, found.medium, place=at)
    return found


def read_kept_tariff(text: str, *, place: str) -> Tariff:
    """Read a tariff file that was entered before, whatever its terms were.

    Raises
    ------
    InputError
        With file, version, and part.
    """
    entry = Entry(read_toml(text, place=place), place)
    entry.take("schema", partial(one_of, [SCHEMA]))
    versions = sorted(map(read_version, entry.each("version")), key=lambda each: each.first_day)
    refuse_overlaps(versions, place=place)
    tariff = Tariff(
        code=entry.take("code", as_text),
        medium=entry.take("medium", lambda raw: Medium(as_text(raw))),
        name_zh=entry.take("name_zh", as_text),
        name_en=entry.take("name_en", as_text),
        versions=tuple(versions),
    )
    entry.done()
    return tariff


def read_version(entry: Entry) -> TariffVersion:
    """Read one version of a file, or of the store."""
    first_day = entry.take("first_day", as_day)
    end_day = entry.maybe("end_day", as_day, None)
    if end_day is not None and end_day <= first_day:
        reason = Sentence(
            "days_out_of_order",
            "end_day {end_day} is not after {first_day}",
            end_day=end_day,
            first_day=first_day,
        )
        raise InputError(reason, place=entry.place)
    version = TariffVersion(
        first_day=first_day,
        end_day=end_day,
        provenance=_provenance(entry),
        windows=tuple(window for each in entry.each("window") for window in _windows(each)),
        ratios=entry.maybe("ratios", _by_period, {}),
        components=tuple(map(_component, entry.each("component"))),
        basic=next(map(_basic, _at_most_one(entry, "basic")), None),
        power_factor=entry.maybe("power_factor", partial(one_of, STANDARDS), None),
        taxes=tuple(map(_tax, entry.each("tax"))),
    )
    entry.done()
    names = [component.name for component in version.components]
    if not names or len(set(names)) < len(names):
        template = "components {names}: want some, each once"
        raise InputError(Sentence("components_each_once", template, names=names), place=entry.place)
    for component in version.components:
        if component.inside and component.inside not in names:
            reason = Sentence(
                "component_inside_nothing",
                "{component} is inside {inside}, which is not here",
                component=component.name,
                inside=component.inside,
            )
            raise InputError(reason, place=entry.place)
    return version


def raw_versions(text: str) -> list[dict[str, object]]:
    """Tables of the versions of a file that `read_tariff` has read, in order of time."""
    content = read_toml(text, place="a stored tariff")
    return sorted(content["version"], key=lambda version: as_day(version["first_day"]))


def shipped_tariffs() -> dict[str, str]:
    """Text of the tariff files that come with the product, by their file name."""
    folder = resources.files("domain") / "tariffs"
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    texts = {file.name: file.read_text("utf-8") for file in files if file.name.endswith(".toml")}
    return {name: text for name, text in texts.items() if name != "power_factor.toml"}


def _provenance(entry: Entry) -> Provenance:
    checked = entry.take("checked", as_flag)
    provenance = Provenance(
        source=entry.take("source", as_text),
        evidence=entry.maybe("evidence", as_text, ""),
        note=entry.maybe("note", as_text, ""),
        note_zh=entry.maybe("note_zh", as_text, ""),
        checked_by=entry.maybe("checked_by", as_text, None),
        checked_on=entry.maybe("checked_on", as_day, None),
        document=entry.maybe("document", as_text, ""),
    )
    told = [provenance.checked_by, provenance.checked_on, provenance.document]
    if checked != any(told) or checked != all(told):
        template = "checked = true wants checked_by, checked_on and document, and they want it"
        raise InputError(Sentence("check_incomplete", template), place=entry.place)
    return provenance


def _windows(entry: Entry) -> list[Window]:
    period = entry.take("period", lambda raw: Period(as_text(raw)))
    if period is Period.FLAT:
        template = "flat is what no window claims: leave it out"
        raise InputError(Sentence("flat_window", template), place=entry.place)
    months = entry.maybe("months", lambda raw: frozenset(map(_month, _some(raw))), None)
    days: frozenset[DayKind] = entry.maybe("days", _day_kinds, frozenset())
    heat = entry.maybe("at_or_above_c", as_decimal, None)
    hot_days = entry.maybe("hot_days", _hot_days, 1)
    if heat is None and hot_days > 1:
        template = "hot_days wants at_or_above_c"
        raise InputError(Sentence("hot_days_alone", template), place=entry.place)
    hours = entry.take("hours", lambda raw: [_hours(as_text(each)) for each in _some(raw)])
    entry.done()
    return [
        Window(period, first, end, months or frozenset(range(1, 13)), days, heat, hot_days)
        for first, end in hours
    ]


def _component(entry: Entry) -> Component:
    tiers = next(map(_tiers, _at_most_one(entry, "tiers")), None)
    price = entry.maybe("price", as_decimal, None)
    by_period: dict[Period, Decimal] = entry.maybe("prices", _by_period, {})
    prices: dict[Period | None, Decimal] = {each: by_period[each] for each in by_period}
    if sum((tiers is not None, price is not None, bool(prices))) > 1:
        template = "want one of price, prices, tiers"
        raise InputError(Sentence("several_prices", template), place=entry.place)
    if price is not None:
        prices = {None: price}
    component = Component(
        name=entry.take("name", as_text),
        floats=entry.maybe("floats", as_flag, otherwise=False),
        fund=entry.maybe("fund", as_flag, otherwise=False),
        inside=entry.maybe("inside", as_text, ""),
        prices=prices,
        tiers=tiers,
    )
    entry.done()
    if by_period and not component.floats:
        template = "prices by period want floats = true"
        raise InputError(Sentence("prices_do_not_float", template), place=entry.place)
    return component


def _at_most_one(entry: Entry, key: str) -> list[Entry]:
    found = entry.each(key)
    if len(found) > 1:
        reason = Sentence("given_once_only", "want at most one {key}", key=key)
        raise InputError(reason, place=found[1].place)
    return found


def _tiers(entry: Entry) -> Tiers:
    steps = []
    for each in entry.each("step"):
        steps.append(Tier(each.maybe("up_to", as_decimal, None), each.take("price", as_decimal)))
        each.done()
    span = entry.take("span", partial(one_of, ["month", "year"]))
    of_quota = entry.maybe("of_quota", as_flag, otherwise=False)
    entry.done()
    bounds = [step.up_to for step in steps]
    inner = [bound for bound in bounds[:-1] if bound is not None]
    if not steps or bounds[-1] is not None or len(inner) < len(bounds) - 1:
        template = "every step but the last wants up_to, the last none"
        raise InputError(Sentence("steps_without_bound", template), place=entry.place)
    if inner != sorted(set(inner)) or any(bound <= 0 for bound in inner):
        bounds_seen = ", ".join(map(str, inner))
        reason = Sentence("steps_do_not_rise", "up_to {bounds} does not rise", bounds=bounds_seen)
        raise InputError(reason, place=entry.place)
    return Tiers(cast("Literal['month', 'year']", span), tuple(steps), of_quota)


def _basic(entry: Entry) -> BasicCharge:
    by = entry.take("by", partial(one_of, ["capacity", "maximum"]))
    basic = BasicCharge(
        by=cast("Literal['capacity', 'maximum']", by),
        price=entry.take("price", as_decimal),
        over_from=entry.maybe("over_from", as_decimal, None),
        over_factor=entry.maybe("over_factor", as_decimal, Decimal(1)),
        busy_kwh_per_kva=entry.maybe("busy_kwh_per_kva", as_decimal, None),
        busy_factor=entry.maybe("busy_factor", as_decimal, Decimal(1)),
    )
    entry.done()
    return basic


def _tax(entry: Entry) -> Tax:
    tax = Tax(
        entry.take("name", as_text), entry.take("rate", as_decimal), entry.take("included", as_flag)
    )
    entry.done()
    return tax


def _some(raw: object) -> list[object]:
    """A list with something in it: an empty one would mean all to one reader, none to another."""
    found = as_list(raw)
    if not found:
        raise ValueError(Sentence("want_some", "want some: leave it out where it is all"))
    return found


def _month(raw: object) -> int:
    if not isinstance(raw, int) or not 1 <= raw <= 12:  # noqa: PLR2004 - months of a year
        raise ValueError(Sentence("want_month", "want 1 to 12"))
    return raw


def _hot_days(raw: object) -> int:
    if not isinstance(raw, int) or not 1 <= raw <= HOT_DAYS_MOST:
        raise ValueError(Sentence("want_up_to", "want 1 to {most}", most=HOT_DAYS_MOST))
    return raw


def _hours(text: str) -> tuple[int, int]:
    first, dash, end = text.partition("-")
    if not dash:
        raise ValueError(Sentence("want_hours", "want HH:MM-HH:MM"))
    minutes = clock_minute(first), clock_minute(end)
    if minutes[0] == minutes[1]:
        template = "{hours} is empty; a whole day is 00:00-24:00"
        raise ValueError(Sentence("hours_empty", template, hours=text))
    return minutes


def _day_kinds(raw: object) -> frozenset[DayKind]:
    kinds = frozenset(DayKind(as_text(kind)) for kind in _some(raw))
    # Who says workday means every day that is worked, also a Sunday that a notice made one.
    return kinds | ({DayKind.MAKEUP_WORKDAY} if DayKind.WORKDAY in kinds else frozenset())


def _by_period(raw: object) -> dict[Period, Decimal]:
    if not isinstance(raw, Mapping):
        wanted = Sentence("want_periods", "want a table of periods")
        raise ValueError(wanted)  # noqa: TRY004 - read as any other wrong value
    return {Period(period): as_decimal(value) for period, value in raw.items()}
