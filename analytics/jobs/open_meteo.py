"""Hourly air temperature as Open-Meteo and its like give it: the question and its answer. Pure.

The format is documented at https://open-meteo.com/en/docs: a JSON object with `utc_offset_seconds`,
`hourly_units` and `hourly`, where `time` and `temperature_2m` are lists of one length; an hour
nobody knows is null. Past hours are the server's analysis, not a measurement.
"""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from domain.errors import PayloadError

PAST_DAYS = 3
"""How far back each request asks, so that an outage of so long is filled in afterwards. [d]"""
_LONGEST = 400 * 24
"""More hours no answer to such a request has. [h]"""
_POSSIBLE_C = 200.0
"""Beyond it is no temperature but a slip of the server; what is doubtful below is kept. [degC]"""
_UNIT = "°C"


def request_url(address: str, latitude_deg: float, longitude_deg: float) -> str:
    """Address with the questions: temperatures of the last days and of today, times in UTC."""
    asked = {
        "latitude": latitude_deg,
        "longitude": longitude_deg,
        "hourly": "temperature_2m",
        "past_days": PAST_DAYS,
        "forecast_days": 1,
        "timezone": "GMT",
        "timeformat": "iso8601",
    }
    parts = urlsplit(address)
    query = "&".join(part for part in (parts.query, urlencode(asked)) if part)
    return parts._replace(query=query, fragment="").geturl()


def temperatures(body: bytes, *, now: datetime) -> dict[datetime, float]:
    """Read an answer.

    Parameters
    ----------
    body : bytes
        JSON in UTF-8.
    now : datetime
        Later hours are a forecast and are left out; so is the hour that is not over.

    Returns
    -------
    dict of datetime to float
        By the beginning of the hour, in UTC. [degC]; hours the server does not know are absent.

    Raises
    ------
    PayloadError
        If it is not such an answer, in other units or another zone.
    """
    answer = _object(_parsed(body), "the answer")
    if answer.get("error"):
        raise _wrong(f"the server says: {str(answer.get('reason', ''))[:200]}", "refused")
    if answer.get("utc_offset_seconds") != 0:
        reason = f"utc_offset_seconds is {answer.get('utc_offset_seconds')!r}, want 0"
        raise _wrong(reason, "not_utc")
    unit = _object(answer.get("hourly_units"), "hourly_units").get("temperature_2m")
    if unit != _UNIT:
        raise _wrong(f"temperature_2m is in {unit!r}, want {_UNIT!r}", "wrong_unit")
    hourly = _object(answer.get("hourly"), "hourly")
    times, values = _list(hourly, "time"), _list(hourly, "temperature_2m")
    if len(times) != len(values):
        raise _wrong(f"{len(times)} times and {len(values)} temperatures", "unequal")
    found: dict[datetime, float] = {}
    for text, value in zip(times, values, strict=True):
        hour, temperature = _hour(text), _temperature(value)
        if hour in found:
            raise _wrong(f"{text} comes twice", "twice")
        if temperature is not None and hour + timedelta(hours=1) <= now:
            found[hour] = temperature
    return found


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _wrong(f"no JSON: {str(error)[:100]}; it begins {body[:40]!r}", "not_json") from None


def _object(value: object, name: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _wrong(f"{name} is {str(value)[:40]!r}, want an object", "not_object")
    return value


def _list(hourly: dict[str, object], name: str) -> list[object]:
    value = hourly.get(name)
    if not isinstance(value, list) or len(value) > _LONGEST:
        raise _wrong(f"hourly.{name} is no list of at most {_LONGEST} values", "not_list")
    return value


def _hour(text: object) -> datetime:
    try:
        hour = datetime.fromisoformat(str(text))
    except ValueError:
        raise _wrong(f"time {str(text)[:40]!r}, want 2026-07-01T13:00", "not_a_time") from None
    if hour.tzinfo is not None or hour != hour.replace(minute=0, second=0, microsecond=0):
        raise _wrong(f"time {text!r}, want a whole hour without offset", "not_a_time")
    return hour.replace(tzinfo=UTC)


def _temperature(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(f"temperature {str(value)[:40]!r}, want a number or null", "not_a_number")
    if not abs(value) <= _POSSIBLE_C:  # also NaN, which JSON has not but Python reads
        raise _wrong(f"temperature {str(value)[:40]}, want degrees Celsius", "not_a_number")
    return float(value)


def _wrong(reason: str, code: str) -> PayloadError:
    return PayloadError(reason, code=code)
