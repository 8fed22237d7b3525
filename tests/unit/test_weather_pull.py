"""An answer of a weather server is read exactly, or refused with what is wrong."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.jobs import http_page
from analytics.jobs.http_page import fetch
from analytics.jobs.open_meteo import request_url, temperatures
from domain.errors import PayloadError
from tests.weather_server import Weather, answer, weather_server

NOW = datetime(2026, 7, 1, 4, 30, tzinfo=UTC)
FIRST = datetime(2026, 7, 1, tzinfo=UTC)


def at(hour: int) -> datetime:
    return FIRST + timedelta(hours=hour)


@pytest.fixture
def server() -> Iterator[Weather]:
    with weather_server() as weather:
        yield weather


def test_hours_that_are_over_are_taken_and_null_is_not_zero() -> None:
    body = answer(FIRST, [20.5, None, 0, -3, 24.0, 25.0])
    assert temperatures(body, now=NOW) == {at(0): 20.5, at(2): 0.0, at(3): -3.0}


def test_the_question_names_the_place_and_asks_for_utc() -> None:
    url = request_url("https://mirror.example/v1/forecast?apikey=k", 39.1, 117.2)
    asked = parse_qs(urlsplit(url).query)
    assert (asked["apikey"], asked["latitude"], asked["timezone"]) == (["k"], ["39.1"], ["GMT"])
    assert asked["hourly"] == ["temperature_2m"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<html>sign in to this network</html>", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"[1, 2]", "not_object"),
        (b'{"error": true, "reason": "Parameter latitude is missing"}', "refused"),
        (answer(FIRST, [20], utc_offset_seconds=28_800), "not_utc"),
        (answer(FIRST, [68], hourly_units={"temperature_2m": "°F"}), "wrong_unit"),
        (answer(FIRST, [20], hourly_units=None), "not_object"),
        (answer(FIRST, [20], hourly={"time": ["2026-07-01T00:00"]}), "not_list"),
        (answer(FIRST, [20], hourly={"time": [], "temperature_2m": [1]}), "unequal"),
        (answer(FIRST, [20], hourly={"time": ["today"], "temperature_2m": [1]}), "not_a_time"),
        (answer(FIRST, [20], hourly={"time": [8], "temperature_2m": [1]}), "not_a_time"),
        (
            answer(FIRST, [1], hourly={"time": ["2026-07-01T00:30"], "temperature_2m": [1]}),
            "not_a_time",
        ),
        (
            answer(FIRST, [1], hourly={"time": ["2026-07-01T00:00"] * 2, "temperature_2m": [1, 1]}),
            "twice",
        ),
        (answer(FIRST, ["20"]), "not_a_number"),  # type: ignore[list-item] # that is the point
        (answer(FIRST, [True]), "not_a_number"),
        (answer(FIRST, [float("nan")]), "not_a_number"),
        (answer(FIRST, [1e9]), "not_a_number"),
    ],
)
def test_a_wrong_answer_is_refused_whole(body: bytes, code: str) -> None:
    with pytest.raises(PayloadError) as refused:
        temperatures(body, now=NOW)
    assert refused.value.code == code


@settings(max_examples=200)
@given(st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["hourly", "time", "temperature_2m", "hourly_units", "utc_offset_seconds"]),
        inner, max_size=5,
    ),
    max_leaves=12,
))  # fmt: skip
def test_whatever_json_comes_nothing_but_a_refusal_is_raised(content: object) -> None:
    try:
        found = temperatures(json.dumps(content).encode(), now=NOW)
    except PayloadError:
        return
    assert all(value is not None for value in found.values())


def test_a_page_is_fetched(server: Weather) -> None:
    server.body = b"{}"
    assert fetch(server.url + "?a=1") == b"{}"
    assert server.asked == ["/v1/forecast?a=1"]


def test_a_server_out_of_order_is_asked_once_more(server: Weather) -> None:
    server.body, server.broken = b"{}", 1
    assert fetch(server.url) == b"{}"
    server.broken = 2
    with pytest.raises(PayloadError, match="no answer in 2 attempts: HTTP status 503"):
        fetch(server.url)


def test_a_redirect_is_refused_and_its_target_never_asked(server: Weather) -> None:
    with weather_server() as elsewhere:
        server.status, server.headers = 302, {"Location": elsewhere.url}
        with pytest.raises(PayloadError, match="redirects are not followed") as refused:
            fetch(server.url)
        assert refused.value.code == "redirect"
        assert elsewhere.asked == []


def test_a_body_without_end_is_given_up(server: Weather, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_page, "LARGEST", 2**20)
    server.body = b" " * (3 * 2**20)
    with pytest.raises(PayloadError, match="more than 1 MiB"):
        fetch(server.url)


@pytest.mark.parametrize("drip_s", [5.0, 0.05])
def test_a_server_that_dawdles_is_given_up_in_time(server: Weather, drip_s: float) -> None:
    server.body, server.drip_s = b" " * 1000, drip_s
    begun = time.monotonic()
    with pytest.raises(PayloadError, match="timed out"):
        fetch(server.url, within_s=0.4)
    assert time.monotonic() - begun < 4


def test_nobody_at_the_address_is_told_as_no_answer() -> None:
    with weather_server() as gone:
        url = gone.url
    with pytest.raises(PayloadError) as refused:
        fetch(url, within_s=2)
    assert refused.value.code == "no_answer"


def test_the_servers_own_reason_is_read(server: Weather) -> None:
    server.status, server.body = 400, b'{"error": true, "reason": "unknown variable"}'
    with pytest.raises(PayloadError, match="unknown variable"):
        temperatures(fetch(server.url), now=NOW)
    server.status = 404
    with pytest.raises(PayloadError, match="HTTP status 404"):
        fetch(server.url)
