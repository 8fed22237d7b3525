"""Sparkplug B: messages of edge nodes to samples, notices and rebirth requests. Pure.

Devices are ``<group>:<edge node>`` and, below it, ``<group>:<edge node>/<device>``: ids of devices
are unique within an edge node only, and an edge node publishes below its own name. The folder of a
metric, ``Meter1`` of ``Meter1/Active Power``, is a device of its own, always: ``..../Meter1``, and
``<group>:<edge node>/~/Meter1`` for metrics of the edge node itself. So two meters never meet in
one row, and a meter keeps its code when a second one is wired up beside it.

What is not read on purpose: commands and host states, metrics that say they are transient or null
or ``STALE``, control metrics, and bytes, files, data sets, templates and arrays, which a birth's
facts list by name as ``left_out``. A metric whose property ``Quality`` is ``BAD`` is doubted. Data
of a metric without a value that do not say null are an error: what it would have said is unknown.

An edge node is asked for its births whenever data cannot be read with the ones known, a message is
missing in its sequence, or the collector has not yet heard it since it started: births come with
QoS 0, so they are lost while no collector is there. Until they have come, aliases may mean
something else: data by alias are set aside (`birth_awaited`), and read by themselves once a birth
that says what the one before said shows that nothing changed. Metrics with names are read at once.

Source: Eclipse Sparkplug specification 3.0.0, chapters 4 to 6.
"""

import msgspec

from domain.errors import PayloadError
from domain.reading import Message
from ingest.codecs.decoded import Around, Decoded, Notice, NoticeKind, Reply
from ingest.codecs.raw_topic import raw_filter
from ingest.codecs.sparkplug_b.alike import alike
from ingest.codecs.sparkplug_b.birth import (
    DEATH_NUMBER,
    Birth,
    Metric,
    Points,
    Session,
    following,
    in_force,
    is_sure,
    pack,
    points_of,
    unpack_birth,
    unpack_session,
)
from ingest.codecs.sparkplug_b.measured import measured
from ingest.codecs.sparkplug_b.payload import Payload, engineering_unit, parsed, rebirth_command
from ingest.codecs.sparkplug_b.plain_data import plain_samples
from ingest.codecs.sparkplug_b.topic import (
    LAST,
    NAME,
    NAMESPACE,
    SEQUENCE,
    Kind,
    Topic,
    heard,
    heard_since_ms,
    is_gap,
    topic_of,
)

_NEVER_MS = 2**63 - 1
_LONGEST_FACT = 500
"""Longest text of a fact about a device. [characters]"""


class SparkplugB:
    """Reads the messages of edge nodes, and asks them for their births.

    Parameters
    ----------
    hears_all : bool
        Whether every message of an edge node comes here. Where collectors share them each would
        find most numbers of a sequence missing.
    """

    name = NAME
    filters = (f"{NAMESPACE}/#", raw_filter(NAME))

    def __init__(self, *, hears_all: bool = True) -> None:
        self._hears_all = hears_all

    def decode(self, message: Message, around: Around) -> Decoded:
        """Read one message.

        Raises
        ------
        PayloadError
            If it is no Sparkplug B payload on a topic of Sparkplug B.
        """
        topic = topic_of(message.topic)
        if topic.kind in (Kind.COMMAND, Kind.STATE):
            return Decoded(sender="")
        if topic.kind is Kind.DATA:
            again = alike(message, topic, around, hears_all=self._hears_all)
            if again is not None:
                return again
        heard = _Heard(message, topic, around, hears_all=self._hears_all)
        if topic.kind is Kind.DEATH:
            heard.death()
        elif topic.kind is Kind.BIRTH or (topic.kind is Kind.RAW and heard.names_everything()):
            heard.birth()
        else:
            heard.data()
        return heard.decoded


class _Heard:
    """One message, and what is known of its edge node."""

    def __init__(self, message: Message, topic: Topic, around: Around, *, hears_all: bool) -> None:
        self._hears_all = hears_all
        self._raw = message.payload
        self.payload: Payload = parsed(self._raw)
        self.decoded = Decoded(sender=topic.edge)
        self._topic = topic
        self._kept = around.kept
        self._received_at = message.received_at
        self._received_ms = int(message.received_at.timestamp() * 1000)
        packed = around.kept(self._topic.session_key)
        self._session = unpack_session(packed) if packed else None
        self._of_node = not topic.device
        self._is_again = message.is_again
        self._heard_since_ms: int | None = None
        """From when on no message is missing; None where nobody can tell. [ms]"""

    def names_everything(self) -> bool:
        """Whether the payload says all that a birth says."""
        metrics = self.payload.metrics
        return bool(metrics) and all(m.name and m.HasField("datatype") for m in metrics)

    def birth(self) -> None:
        """Read a birth certificate."""
        birth = self._certificate()
        points = points_of(birth)
        newest = self._newest_birth()
        older = None if newest is None else newest[0]
        if older is None or older.received_ms <= birth.received_ms:
            birth = following(birth, older)
            self.decoded.kept[self._topic.birth_key] = pack(birth)
            if older is not None and birth.since == older.since and self._topic.data:
                self.decoded.frees = (self._topic.data,)
            if self._topic.kind is Kind.BIRTH:
                self._begin(birth)
                device = "" if self._of_node else self._topic.code
                self.decoded.notices.append(Notice(NoticeKind.ONLINE, device))
        self._follow(begins=self._of_node)
        self._measure(points)

    def data(self) -> None:
        """Read a data message by the birth in force."""
        self._follow()
        found = self._birth_in_force()
        points = None if found is None else found[1]
        if found is not None and not self._is_sure(found[0]):
            reason = (
                f"{self._topic.edge} may have been born again with other aliases since the last "
                "birth of it that was heard: set aside until it says them again"
            )
            self.decoded.errors.append(PayloadError(reason, code="birth_awaited"))
            self._ask_for_birth()
        elif points is not None:
            plain = plain_samples(self._raw, len(self.payload.metrics), points.numbers, self._topic)
            if plain is None:
                self._measure(points)
            else:
                self.decoded.samples = plain
                points.layouts.learn(self._raw, len(self.payload.metrics))
        elif self.payload.metrics:
            reason = f"no birth of {self._topic.code} is known that this message could be read with"
            self.decoded.errors.append(PayloadError(reason, code="unknown_alias"))
            self._ask_for_birth()

    def death(self) -> None:
        """Read a death certificate."""
        if not self._of_node:
            self._follow()
            self.decoded.kept[self._topic.birth_key] = b""
            self.decoded.notices.append(Notice(NoticeKind.OFFLINE, self._topic.code))
            return
        number = self._death_number()
        session = self._session
        if session is None:
            self.decoded.notices.append(Notice(NoticeKind.OFFLINE))
        elif number is None or session.bd_seq in (None, number):
            self._keep(msgspec.structs.replace(session, alive=False))
            dead = ["", *(f"{self._topic.edge}/{device}" for device in session.devices)]
            self.decoded.notices += [Notice(NoticeKind.OFFLINE, device) for device in dead]

    def _certificate(self) -> Birth:
        named = [metric for metric in self.payload.metrics if metric.name]
        if len(named) < len(self.payload.metrics):
            reason = f"{len(self.payload.metrics) - len(named)} metrics of a birth have no name"
            self.decoded.errors.append(PayloadError(reason, code="bad_name"))
        metrics = [
            Metric(
                metric.name,
                metric.alias if metric.HasField("alias") else None,
                metric.datatype,
                engineering_unit(metric),
            )
            for metric in named
        ]
        return Birth(self._received_ms, self._sent_ms(), metrics)

    def _sent_ms(self) -> int:
        known = self.payload.HasField("timestamp")
        return self.payload.timestamp if known else self._received_ms

    def _death_number(self) -> int | None:
        for metric in self.payload.metrics:
            if metric.name == DEATH_NUMBER and metric.WhichOneof("value"):
                value = getattr(metric, metric.WhichOneof("value"))
                return value if isinstance(value, int) else None
        return None

    def _begin(self, birth: Birth) -> None:
        session = self._session
        if self._of_node:
            number = self._death_number()
            self._keep(Session(birth.received_ms, birth.ts_ms, number, alive=True, devices=[]))
        elif session is not None and session.alive and self._topic.device not in session.devices:
            devices = [*session.devices, self._topic.device]
            self._keep(msgspec.structs.replace(session, devices=devices))

    def _keep(self, session: Session) -> None:
        self.decoded.kept[self._topic.session_key] = pack(session)

    def _newest_birth(self) -> tuple[Birth, Points] | None:
        packed = self._kept(self._topic.birth_key)
        return unpack_birth(packed) if packed else None

    def _birth_in_force(self) -> tuple[Birth, Points] | None:
        newest = self._newest_birth()
        if newest is None:
            return None
        holds = in_force(newest[0], self._session, self._sent_ms(), self._received_ms)
        return newest if holds else None

    def _is_sure(self, birth: Birth) -> bool:
        if self._heard_since_ms is None or all(metric.name for metric in self.payload.metrics):
            return True
        return is_sure(birth, self._heard_since_ms, self._received_ms)

    def _measure(self, points: Points) -> None:
        found = measured(self.payload, points, self._topic, self._received_at)
        self.decoded.samples += found.samples
        self.decoded.errors += found.errors
        if self.decoded.kept.get(self._topic.birth_key) and points.left_out:
            found.facts["left_out"] = ", ".join(points.left_out)[:_LONGEST_FACT]
        if found.facts:
            device = "" if self._topic.code == self._topic.edge else self._topic.code
            self.decoded.notices.append(Notice(NoticeKind.ABOUT, device, found.facts))
        if found.empty and self._topic.kind is Kind.DATA:  # a birth may say what is not yet there
            shown = ", ".join(found.empty[:5])
            reason = (
                f"{len(found.empty)} metrics have neither a value nor say that it is null: {shown}"
            )
            self.decoded.errors.append(PayloadError(reason, code="no_value"))
        if found.unknown:
            shown = ", ".join(found.unknown[:5])
            reason = f"{len(found.unknown)} metrics are in no birth: {shown}"
            self.decoded.errors.append(PayloadError(reason, code="unknown_alias"))
            self._ask_for_birth()

    def _follow(self, *, begins: bool = False) -> None:
        """Notice a message missing from the edge node's sequence."""
        seq = self.payload.seq
        if self._topic.kind is Kind.RAW or not self.payload.HasField("seq") or seq >= SEQUENCE:
            return
        if not self._hears_all:
            return
        key = self._topic.sequence_key
        last = self._kept(key)
        if self._is_again:  # it is not the last one; but how far back all were heard counts for it
            self._heard_since_ms = heard_since_ms(last) if last else _NEVER_MS
            return
        missed = not last or is_gap(last[LAST], seq)
        if missed and not begins and (last or self._topic.kind is Kind.DATA):
            self._ask_for_birth()
        if last and not missed:
            since_ms = heard_since_ms(last)
        else:  # what it needs itself may be among what is missing, unless it is a birth
            since_ms = self._received_ms + (self._topic.kind is Kind.DATA)
        self._heard_since_ms = since_ms
        self.decoded.kept[key] = heard(seq, since_ms)
        self.decoded.passing = (key,)

    def _ask_for_birth(self) -> None:
        if self._topic.rebirth and not self.decoded.replies:
            command = rebirth_command(self._received_ms)
            self.decoded.replies.append(Reply(self._topic.rebirth, command, asks=True))
