"""Dated facts of a place: how large it is, how many use it, what for, and where it lies."""

import re
from decimal import Decimal, InvalidOperation
from enum import StrEnum

AREA_MAX_M2 = Decimal(100_000_000)
HEADCOUNT_MAX = 10_000_000
_REGION = re.compile(r"[1-9]\d{5}")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class FactKind(StrEnum):
    """What is known of a place from when to when."""

    FLOOR_AREA = "floor_area"
    HEADCOUNT = "headcount"
    USE = "use"
    CLIMATE_ZONE = "climate_zone"
    REGION = "region"
    CALENDAR = "calendar"


class Use(StrEnum):
    """What a place is used for."""

    OFFICE = "office"
    EDUCATION = "education"
    HEALTH = "health"
    CULTURE = "culture"
    SPORT = "sport"
    LODGING = "lodging"
    CANTEEN = "canteen"
    DATA_CENTRE = "data_centre"
    PARKING = "parking"
    STORAGE = "storage"
    OTHER = "other"


class ClimateZone(StrEnum):
    """Thermal design zones of buildings in China."""

    SEVERE_COLD = "severe_cold"
    COLD = "cold"
    HOT_SUMMER_COLD_WINTER = "hot_summer_cold_winter"
    HOT_SUMMER_WARM_WINTER = "hot_summer_warm_winter"
    MILD = "mild"


def checked_fact(kind: FactKind, text: str) -> str:
    """Bring a value to the one form in which it is stored.

    Raises
    ------
    ValueError
        If it is none of this kind; its text says what is wanted.
    """
    if kind is FactKind.FLOOR_AREA:
        return _area(text)
    if kind is FactKind.HEADCOUNT:
        return _headcount(text)
    if kind is FactKind.USE:
        return _one_of(Use, text)
    if kind is FactKind.CLIMATE_ZONE:
        return _one_of(ClimateZone, text)
    if kind is FactKind.REGION:
        if not _REGION.fullmatch(text):
            raise ValueError("six digits, 120000")
        return text
    if not _CODE.fullmatch(text):
        raise ValueError("cn")
    return text


def _area(text: str) -> str:
    wanted = f"0 < m2 <= {AREA_MAX_M2:,f}"
    try:
        area = Decimal(text)
    except InvalidOperation:
        raise ValueError(wanted) from None
    if not (area.is_finite() and 0 < area <= AREA_MAX_M2):
        raise ValueError(wanted)
    return f"{area.normalize():f}"


def _headcount(text: str) -> str:
    wanted = f"1 .. {HEADCOUNT_MAX:,}"
    try:
        persons = Decimal(text)
    except InvalidOperation:
        raise ValueError(wanted) from None
    if not persons.is_finite() or persons != persons.to_integral_value():
        raise ValueError(wanted)
    if not 0 < persons <= HEADCOUNT_MAX:
        raise ValueError(wanted)
    return str(int(persons))


def _one_of(choices: type[StrEnum], text: str) -> str:
    try:
        return choices(text).value
    except ValueError:
        raise ValueError(" | ".join(choices)) from None
