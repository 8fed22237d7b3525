"""Sparkplug B: births, aliases, deaths, and what is asked of an edge node that cannot be read."""

from device_sim.vendors.sparkplug_b import DOUBLE, INT64, STRING, Metric, payload
from domain.reading import Message
from ingest.codecs.decoded import NoticeKind
from ingest.codecs.sparkplug_b.codec import SparkplugB
from ingest.codecs.sparkplug_b.payload import parsed
from tests.unit.ingest_codecs.raw_frames import ARRIVED
from tests.unit.ingest_codecs.sparkplug_host import (
    ENERGY,
    METER,
    MS,
    POWER,
    REBIRTH,
    Host,
    codes,
    values,
)


def test_a_birth_tells_who_is_there_and_what_it_is(host: Host) -> None:
    model = Metric("CW-1", STRING, "Properties/Hardware Model", at_ms=MS, declared=True)
    decoded = host.birth(POWER, model)
    assert decoded.sender == "SF:epiclc"
    assert [(n.kind, n.device, n.about) for n in decoded.notices] == [
        (NoticeKind.ONLINE, "SF:epiclc/Exp501", {}),
        (NoticeKind.ABOUT, "SF:epiclc/Exp501", {"hardware_model": "CW-1"}),
    ]


def test_an_alias_means_what_the_birth_said(born: Host) -> None:
    decoded = born.data(Metric(22.5, alias=1), Metric(15000.25, alias=2))
    assert values(decoded) == {"active_power_kw": 22.5, "active_energy_import_kwh": 15000.25}
    assert decoded.samples[0].device == METER


def test_the_aliases_of_one_device_are_not_those_of_another(born: Host) -> None:
    other = born.data(Metric(22.5, alias=1), device="Exp502", seq=2)
    assert (other.samples, codes(other)) == ([], ["unknown_alias"])


def test_data_without_its_birth_ask_for_it(host: Host) -> None:
    decoded = host.data(Metric(22.5, alias=1))
    assert (decoded.samples, codes(decoded)) == ([], ["unknown_alias"])
    (reply,) = decoded.replies
    assert reply.topic == REBIRTH
    (command,) = parsed(reply.payload).metrics
    assert (command.name, command.boolean_value) == ("Node Control/Rebirth", True)


def test_an_alias_of_no_birth_costs_the_others_nothing(born: Host) -> None:
    decoded = born.data(Metric(22.5, alias=1), Metric(9.0, alias=7))
    assert values(decoded) == {"active_power_kw": 22.5}
    assert codes(decoded) == ["unknown_alias"]
    assert [reply.topic for reply in decoded.replies] == [REBIRTH]


def test_data_older_than_the_birth_are_not_guessed(born: Host) -> None:
    decoded = born.data(Metric(22.5, alias=1), at_ms=MS - 1)
    assert (decoded.samples, codes(decoded)) == ([], ["unknown_alias"])


def test_a_rebirth_may_give_other_aliases(born: Host) -> None:
    born.birth(
        Metric(1.0, name="Meter1/Energy Import", alias=1, declared=True),
        at_ms=MS + 1000,
        after_s=1,
        seq=2,
    )
    assert values(born.data(Metric(15001.0, alias=1), after_s=2, seq=3)) == {
        "active_energy_import_kwh": 15001.0
    }


def test_a_birth_that_comes_again_late_takes_nothing_back(born: Host) -> None:
    new = Metric(1.0, name="Meter1/Energy Import", alias=1, declared=True)
    born.birth(new, at_ms=MS + 1000, after_s=1, seq=2)
    assert born.birth(POWER, ENERGY, seq=3).kept.keys() == {"SF:epiclc#seq"}
    assert values(born.data(Metric(15001.0, alias=1), after_s=2, seq=4)) == {
        "active_energy_import_kwh": 15001.0
    }


def test_devices_of_an_edge_node_born_again_wait_for_their_own_birth(born: Host) -> None:
    born.hear("NBIRTH", payload([], MS + 1000, 2), after_s=1)
    decoded = born.data(Metric(22.5, alias=1), seq=3, after_s=2)
    assert codes(decoded) == ["unknown_alias"]
    born.birth(POWER, ENERGY, at_ms=MS + 2000, seq=4, after_s=3)
    assert codes(born.data(Metric(22.5, alias=1), seq=5, after_s=4)) == []


def numbered(bd_seq: int, at_ms: int = MS, seq: int | None = None) -> bytes:
    return payload([Metric(bd_seq, INT64, "bdSeq", declared=True)], at_ms, seq)


def test_a_death_takes_the_edge_node_and_its_devices_offline(host: Host) -> None:
    host.hear("NBIRTH", numbered(4, seq=0))
    host.birth(POWER)
    dead = host.hear("NDEATH", numbered(4))
    assert [(n.kind, n.device) for n in dead.notices] == [
        (NoticeKind.OFFLINE, ""),
        (NoticeKind.OFFLINE, "SF:epiclc/Exp501"),
    ]
    assert codes(host.data(Metric(22.5, alias=1))) == ["unknown_alias"]


def test_the_death_of_an_earlier_session_changes_nothing(host: Host) -> None:
    host.hear("NBIRTH", numbered(5, seq=0))
    host.birth(POWER)
    assert host.hear("NDEATH", numbered(4)).notices == []
    assert codes(host.data(Metric(22.5, alias=1))) == []


def test_a_device_that_died_has_no_aliases_left(born: Host) -> None:
    dead = born.hear("DDEATH", payload([], MS + 1, 2))
    assert [(n.kind, n.device) for n in dead.notices] == [(NoticeKind.OFFLINE, "SF:epiclc/Exp501")]
    assert codes(born.data(Metric(22.5, alias=1), seq=3)) == ["unknown_alias"]


def test_a_number_that_is_missing_in_the_sequence_asks_for_a_birth(born: Host) -> None:
    decoded = born.data(Metric(22.5, alias=1), seq=4)
    assert [reply.topic for reply in decoded.replies] == [REBIRTH]
    named = Metric(22.5, DOUBLE, "Meter1/Active Power", at_ms=MS + 4000)
    assert values(born.data(named, seq=5)) == {"active_power_kw": 22.5}, "no alias, no doubt"


def test_data_by_alias_wait_when_a_birth_may_be_missing(born: Host) -> None:
    for seq in (4, 5):
        waiting = born.data(Metric(22.5, alias=1), seq=seq)
        assert (waiting.samples, codes(waiting)) == ([], ["birth_awaited"])
        assert [reply.topic for reply in waiting.replies] == [REBIRTH]


def born_anew(born: Host, *metrics: Metric, after_s: float) -> tuple[str, ...]:
    """Births of node and device, as a request for them brings; what the device's sets free."""
    at_ms = MS + round(after_s * 1000)
    born.hear("NBIRTH", payload([], at_ms, 0), after_s=after_s)
    return born.birth(*metrics, at_ms=at_ms, after_s=after_s).frees


def test_what_has_waited_is_read_when_a_birth_says_the_same_again(born: Host) -> None:
    waiting = Metric(22.5, alias=1)
    assert codes(born.data(waiting, seq=4, after_s=5)) == ["birth_awaited"]
    freed = born_anew(born, POWER, ENERGY, after_s=6)
    assert freed == ("spBv1.0/SF/DDATA/epiclc/Exp501",)
    again = born.data(waiting, seq=4, after_s=5, is_again=True)
    assert values(again) == {"active_power_kw": 22.5}
    assert (again.kept, again.replies) == ({}, []), "it is not the last message"
    assert values(born.data(Metric(23.0, alias=1), at_ms=MS + 7000, seq=2, after_s=7)) == {
        "active_power_kw": 23.0
    }


def test_what_has_waited_is_read_by_no_birth_if_aliases_have_changed(born: Host) -> None:
    waiting = Metric(22.5, alias=1)
    assert codes(born.data(waiting, seq=4, after_s=5)) == ["birth_awaited"]
    swapped = (
        Metric(1.0, DOUBLE, "Meter1/Energy Import", 1, MS, declared=True),
        Metric(1.0, DOUBLE, "Meter1/Active Power", 2, MS, declared=True),
    )
    assert born_anew(born, *swapped, after_s=6) == ()
    again = born.data(waiting, seq=4, after_s=5, is_again=True)
    assert (again.samples, codes(again)) == ([], ["unknown_alias"])
    assert values(born.data(Metric(23.0, alias=1), at_ms=MS + 7000, seq=2, after_s=7)) == {
        "active_energy_import_kwh": 23.0
    }


def test_a_birth_that_adds_a_metric_says_the_same_of_the_others(born: Host) -> None:
    waiting = Metric(22.5, alias=1)
    born.data(waiting, seq=4, after_s=5)
    more = Metric(50.0, DOUBLE, "Meter1/Frequency", 3, MS, declared=True)
    assert born_anew(born, POWER, ENERGY, more, after_s=6) != ()
    assert codes(born.data(waiting, seq=4, after_s=5, is_again=True)) == []


def test_a_message_missing_after_a_birth_makes_older_ones_doubtful_when_read_again(
    born: Host,
) -> None:
    before, after = Metric(22.5, alias=1), Metric(23.5, alias=1)
    assert codes(born.data(before, seq=2, after_s=5)) == []
    assert codes(born.data(after, at_ms=MS + 8000, seq=9, after_s=8)) == ["birth_awaited"]
    again = born.data(before, seq=2, after_s=5, is_again=True)
    assert codes(again) == ["birth_awaited"], "whether it came before the gap nobody can tell"


def test_the_sequence_goes_on_at_nought_after_255(host: Host) -> None:
    host.birth(POWER, seq=254)
    assert [host.data(Metric(1.0, alias=1), seq=seq).replies for seq in (255, 0, 0, 1)] == [[]] * 4


def test_a_collector_that_has_just_started_asks_for_births_it_may_have_missed(born: Host) -> None:
    before = born.world.memory
    stored = {key: kept for key, kept in before.items() if not key.endswith("#seq")}
    born.world.memory = stored
    decoded = born.data(Metric(22.5, alias=1), seq=2)
    assert (decoded.samples, codes(decoded)) == ([], ["birth_awaited"])
    assert [reply.topic for reply in decoded.replies] == [REBIRTH]
    born_anew(born, POWER, ENERGY, after_s=1)
    assert codes(born.data(Metric(22.5, alias=1), seq=2, after_s=2)) == []


def test_the_number_of_the_last_message_is_not_stored(born: Host) -> None:
    for seq in (2, 3):  # the second is read by the layout of the first
        decoded = born.data(Metric(22.5, alias=1, at_ms=MS + 4000), seq=seq)
        assert decoded.kept.keys() == set(decoded.passing)


def test_collectors_that_share_messages_do_not_look_for_gaps(born: Host) -> None:
    codec = SparkplugB(hears_all=False)
    for seq in (2, 9, 200):
        body = payload([Metric(22.5, alias=1, at_ms=MS + 4000)], MS + 4000, seq)
        message = Message(
            1, 1, "spBv1.0/SF/DDATA/epiclc/Exp501", body, retained=False, received_at=ARRIVED
        )
        decoded = codec.decode(message, born.world)
        assert (values(decoded), decoded.replies) == ({"active_power_kw": 22.5}, [])
