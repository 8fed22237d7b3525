"""Who may say something about which device, and who waits to be let in."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

import ingest.acquaintance
from device_sim.vendors.cjt188 import heat_answer
from domain.reading import Message
from ingest.acquaintance import Acquaintance
from ingest.codecs.registry import codecs
from ingest.intake import Intake
from ingest.profile.load import load_profiles
from ingest.router import Router
from store.places.registry import write as write_registry
from store.telemetry.reading import prepare, write
from tests.estate import NOW, SHANGHAI, estate

pytestmark = pytest.mark.db

MINUTES = [timedelta(minutes=n) for n in range(100)]


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    write_registry(superuser, estate())
    prepare(superuser)
    return superuser


class Collector:
    """A collector without a broker."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._acquaintance = Acquaintance(Router((*codecs(), *load_profiles())), SHANGHAI)
        self._intake = Intake()

    def take(self, *messages: Message) -> Counter[str]:
        """Store one batch."""
        plain, reads = self._acquaintance.read(self._conn, messages)
        batch, _ = self._intake.sort(plain, reads, self._acquaintance.world)
        return write(self._conn, batch, collector="test", now=NOW)


@pytest.fixture
def collector(conn: Connection) -> Collector:
    return Collector(conn)


def message(topic: str, payload: bytes | dict[str, Any], *, retained: bool = False) -> Message:
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Message(1, 1, topic, content, retained=retained, received_at=NOW)


def native(device: str, minute: int = 1) -> Message:
    said = {"ts": (NOW - MINUTES[minute]).isoformat(), "values": {"active_power_kw": 1.0}}
    return message(f"cw/v1/{device}/up", said)


def relayed(gateway: str, *meters: str, minute: int = 1) -> Message:
    """SenML in the gateway's own topic; it names the meters."""
    at = (NOW - MINUTES[minute]).timestamp()
    pack = [{"bn": f"{meter}/", "n": "active_power_kw", "v": 1.0, "t": at} for meter in meters]
    return message(f"cw/v1/{gateway}/raw/senml", json.dumps(pack).encode())


def devices(conn: Connection) -> dict[str, tuple[str, str, str | None]]:
    rows = conn.execute(
        "SELECT d.code, d.status, d.profile, v.code FROM device d"
        " LEFT JOIN device v ON v.device_id = d.via_id WHERE NOT starts_with(d.code, 'hospital')"
    )
    return {code: (status, profile, via) for code, status, profile, via in rows}


def set_aside(conn: Connection) -> list[str]:
    rows = conn.execute("SELECT reason_code FROM quarantine ORDER BY quarantine_id")
    return [code for (code,) in rows]


def stored_of(conn: Connection, device: str) -> int:
    row = conn.execute(
        "SELECT count(*) FROM electricity_reading JOIN device USING (device_id) WHERE code = %s",
        [device],
    ).fetchone()
    return int(row[0]) if row else 0


def register(conn: Connection, code: str, *, via: str | None = None, profile: str = "native",
             status: str = "accepted", kind: str = "other") -> None:  # fmt: skip
    conn.execute(
        "INSERT INTO device (code, kind, status, name_zh, name_en, profile, via_id) VALUES"
        " (%s, %s, %s, '', '', %s, (SELECT device_id FROM device WHERE code = %s))",
        [code, kind, status, profile, via],
    )


def test_a_device_may_not_write_under_anothers_name(conn: Connection, collector: Collector) -> None:
    counts = collector.take(
        native("school-device-0"), relayed("thief", "school-device-0", minute=2), native("thief")
    )
    assert (counts["stored"], counts["quarantined"]) == (2, 1)
    assert set_aside(conn) == ["foreign_device"]
    assert stored_of(conn, "school-device-0") == 1


def test_a_gateway_speaks_for_those_registered_through_it_and_no_others(
    conn: Connection, collector: Collector
) -> None:
    for code in ("gateway", "rival"):
        register(conn, code, kind="gateway")
    register(conn, "mine", via="gateway")
    register(conn, "theirs", via="rival")
    counts = collector.take(relayed("gateway", "mine", "theirs"))
    assert (counts["stored"], counts["quarantined"]) == (1, 1)
    assert (stored_of(conn, "mine"), stored_of(conn, "theirs")) == (1, 0)
    assert set_aside(conn) == ["foreign_device"]


def test_whom_a_gateway_names_first_waits_and_is_known_to_speak_through_it(
    conn: Connection, collector: Collector
) -> None:
    assert collector.take(relayed("gateway", "meter-1", "meter-2"))["stored"] == 2
    found = devices(conn)
    assert found["gateway"] == ("pending", "senml", None)
    assert found["meter-1"] == found["meter-2"] == ("pending", "senml", "gateway")
    assert collector.take(relayed("rival", "meter-1", minute=2))["quarantined"] == 1


def test_a_channel_of_an_accepted_device_is_accepted_and_stands_where_it_stands(
    conn: Connection, collector: Collector
) -> None:
    collector.take(relayed("school-device-0", "school-device-0/ct1"), relayed("new", "new/ct1"))
    found = devices(conn)
    assert found["school-device-0/ct1"] == ("accepted", "senml", "school-device-0")
    assert found["new/ct1"] == ("pending", "senml", "new")
    rows = conn.execute(
        "SELECT DISTINCT p.place_id, p.during FROM device_place p JOIN device USING (device_id)"
        " WHERE starts_with(code, 'school-device-0')"
    ).fetchall()
    assert len(rows) == 1


def test_no_device_is_accepted_with_a_thousand_channels_and_more(
    conn: Connection, collector: Collector
) -> None:
    for batch in range(3):
        channels = [f"school-device-0/{batch}-{number}" for number in range(400)]
        collector.take(relayed("school-device-0", *channels))
    statuses = Counter(status for status, _, via in devices(conn).values() if via)
    assert statuses == {"accepted": 1000, "pending": 200}


def test_the_same_name_in_the_topics_of_another_profile_is_another_device(
    conn: Connection, collector: Collector
) -> None:
    said = {"Time": (NOW - MINUTES[1]).isoformat(), "ENERGY": {"Power": 5}}
    counts = collector.take(message("tele/school-device-0/SENSOR", said))
    assert counts["quarantined"] == 1
    assert set_aside(conn) == ["foreign_device"]
    assert stored_of(conn, "school-device-0") == 0


def test_a_device_registered_under_the_codec_of_its_frames_is_the_one_that_sends_them(
    conn: Connection, collector: Collector
) -> None:
    address = "02880000000007"
    register(conn, address, kind="heat_meter", profile="cjt188")
    frame = heat_answer(address, {"energy": 12.5}, NOW - MINUTES[1], energy="GJ")
    counts = collector.take(message(f"cw/v1/{address}/raw/cjt188", frame))
    assert (counts["stored"], counts["quarantined"]) == (1, 0)
    found = conn.execute(
        "SELECT heat_energy_gj FROM heat_reading JOIN device USING (device_id) WHERE code = %s",
        [address],
    )
    assert found.fetchall() == [(12.5,)]


def test_a_device_is_called_after_what_it_spoke_first_and_may_speak_other_frames_too(
    conn: Connection, collector: Collector
) -> None:
    heat = heat_answer("02880000000007", {"energy": 12.5}, NOW - MINUTES[1], energy="GJ")
    counts = collector.take(message("cw/v1/gw-9/raw/cjt188", heat), native("gw-9", minute=2))
    assert devices(conn)["gw-9"] == ("pending", "cjt188", None)
    assert (counts["stored"], counts["quarantined"]) == (2, 0)


def test_messages_in_the_topics_of_another_profile_do_not_move_a_clock(
    conn: Connection, collector: Collector
) -> None:
    for minute in range(5):
        at = NOW - MINUTES[90 + minute]
        said = {"Time": at.isoformat(), "ENERGY": {"Power": 5}}
        collector.take(message("tele/school-device-0/SENSOR", said))
    assert conn.execute("SELECT * FROM device_clock").fetchall() == []


def test_a_status_counts_for_its_device_alone_retained_or_not(
    conn: Connection, collector: Collector
) -> None:
    counts = collector.take(
        message("cw/v1/school-device-0/status", b"online", retained=True),
        message("cw/v1/hospital-device-0/status", b"offline"),
        message("cw/v1/newcomer/status", b"online"),
        message("cw/v1/long-gone/status", b"offline", retained=True),
    )
    assert (counts["without_reading"], counts["received"]) == (4, 4)
    rows = conn.execute("SELECT code, online FROM device_status JOIN device USING (device_id)")
    assert sorted(rows) == [
        ("hospital-device-0", False), ("newcomer", True), ("school-device-0", True)
    ]  # fmt: skip
    assert "newcomer" in devices(conn)  # it waits to be accepted
    assert "long-gone" not in devices(conn)


def test_a_refused_device_stores_nothing_and_lets_nobody_in(
    conn: Connection, collector: Collector
) -> None:
    register(conn, "refused", status="refused")
    register(conn, "behind", status="refused", via="school-device-0")
    long = message("cw/v1/refused/up", b'{"ts": 1, "values": {"odd": "' + b"x" * 5000 + b'"}}')
    counts = collector.take(
        native("refused"),
        relayed("refused", "refused/ct1", "its-meter"),
        relayed("school-device-0", "behind"),
        long,
    )
    assert (counts["stored"], counts["quarantined"]) == (0, 5)
    assert set_aside(conn) == [*["device_refused"] * 3, "bad_text"]
    assert not {"refused/ct1", "its-meter"} & devices(conn).keys()
    row = conn.execute("SELECT octet_length(payload), size_bytes FROM quarantine ORDER BY 2 DESC")
    assert row.fetchone() == (400, len(long.payload))


def test_so_many_may_wait_and_one_that_names_thousands_keeps_no_other_out(
    conn: Connection, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.acquaintance, "MOST_PENDING", 10)
    greedy = relayed("greedy", *(f"meter-{number:02}" for number in range(50)))
    counts = collector.take(greedy, native("modest"))
    assert (counts["stored"], counts["quarantined"]) == (9, 42)
    found = devices(conn)
    assert {"greedy", "modest"} < found.keys()
    assert Counter(status for status, _, _ in found.values())["pending"] == 10
    assert collector.take(native("late"))["quarantined"] == 1
    assert set_aside(conn) == ["too_many_pending"] * 2
    assert collector.take(native("school-device-0"))["stored"] == 1


def test_a_sender_for_whom_there_was_no_room_speaks_for_nobody(
    conn: Connection, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.acquaintance, "MOST_PENDING", 0)
    assert collector.take(relayed("unheard-of", "school-device-0"))["quarantined"] == 1
    assert stored_of(conn, "school-device-0") == 0


def test_a_message_without_a_sender_speaks_for_no_device_that_has_a_gateway(
    conn: Connection, collector: Collector
) -> None:
    register(conn, "gateway", kind="gateway", profile="thingsboard_gateway")
    register(conn, "has-one", via="gateway", profile="thingsboard_gateway")
    register(conn, "has-none", profile="thingsboard_gateway")
    ts = round((NOW - MINUTES[1]).timestamp() * 1000)
    said = {code: [{"ts": ts, "values": {"有功功率": 1.0}}] for code in ("has-one", "has-none")}
    counts = collector.take(message("v1/gateway/telemetry", said))
    assert (counts["stored"], counts["quarantined"]) == (1, 1)
    assert stored_of(conn, "has-none") == 1


def test_what_nobody_says_the_device_of_is_set_aside_whole(
    conn: Connection, collector: Collector
) -> None:
    said = message("v1/devices/me/telemetry", {"有功功率": 1.0})
    counts = collector.take(said)
    assert (counts["stored"], counts["quarantined"]) == (0, 1)
    rows = conn.execute("SELECT reason_code, payload FROM quarantine").fetchall()
    assert rows == [("no_device", said.payload)]


def test_two_collectors_that_hear_a_device_first_register_it_once(conn: Connection) -> None:
    one, other = Collector(conn), Collector(conn)
    for collector in (one, other):
        collector.take()  # each has its picture of a registry without the device
    assert one.take(native("new", 1))["stored"] == 1
    assert other.take(native("new", 2))["stored"] == 1
    assert stored_of(conn, "new") == 2
