"""From messages that were read to the rows of one transaction. Pure: no broker, no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from domain.epoch import to_us
from domain.errors import PayloadError
from domain.reading import Message, Quality, Sample
from ingest.clock_watch import ClockWatch
from ingest.codecs.decoded import Decoded, Notice, NoticeKind, Reply
from ingest.columns import Gathered, Readings
from ingest.newest import NewestValues
from ingest.notes import hear_clocks, hear_newest, numbered, touched_days
from ingest.reading import ReadMessage
from ingest.republication import Republications
from ingest.surroundings import Surroundings
from store.telemetry.arrival import Heard
from store.telemetry.device import KnownDevice
from store.telemetry.reading import Batch
from store.telemetry.setting_aside import Quarantined

_REFUSED_KEPT = 400
"""A refused device must not fill the disk: of its messages only the beginning is kept. [bytes]"""
_GOOD = Quality.GOOD
"""By name: to ask a flag for its truth takes as long as all else that a plain sample is asked."""
_NOT_LIVE = Quality.LATE | Quality.ARRIVAL_TIME
_HEARD_AGAIN = timedelta(hours=1)
"""After so long another message of a device is kept for people to look at."""
_LONGEST_HEARD = 16_384
"""Longer messages are not kept for that. [bytes]"""
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
"""Nothing was measured before, at whatever age it may be stored: local days must have a date."""


@dataclass(slots=True)
class Intake:
    """Sorts what messages say into batches.

    It remembers what matters beyond one message: the newest values, clocks, and what was said last.

    Attributes
    ----------
    republished_within_s : mapping of str to float
        By profile: within what time the same values, sent without a time, are no new measurement.
    """

    republished_within_s: Mapping[str, float] = field(default_factory=dict)
    newest: NewestValues = field(default_factory=NewestValues)
    _clocks: ClockWatch = field(default_factory=ClockWatch)
    _republications: Republications = field(default_factory=Republications)
    _due_at: dict[int, datetime] = field(default_factory=dict)

    def sort(
        self,
        plain: Iterable[Readings],
        reads: Iterable[ReadMessage],
        world: Surroundings,
        *,
        any_age: bool = False,
    ) -> tuple[Batch, list[tuple[Message, Reply]]]:
        """Every sample into rows, or its message into quarantine; and the answers to be sent.

        Parameters
        ----------
        plain : iterable of Readings
            What was read without asking a codec. They are of devices that are registered, and no
            older than those accept.
        world : Surroundings
            Every device of the messages must be registered there; one that is not is refused.
        any_age : bool
            Whether to store samples that are older than their device accepts.
        """
        batch, gathered = Batch(), Gathered(world)
        for readings in plain:
            self._take_readings(readings, batch)
            hear_clocks(readings, self._clocks)
        replies: list[tuple[Message, Reply]] = []
        for read in reads:
            if read.decoded is None:
                errors = [] if read.error is None else [read.error]
                if read.message.retained or read.message.is_copy:
                    batch.without_reading += 1
                else:
                    _set_aside(read, None, errors, batch)
                continue
            decoded = _timed(read.decoded) if read.message.is_copy else read.decoded
            self._take(read, decoded, gathered, batch, any_age=any_age)
            if read.decoded.replies:
                replies += [(read.message, reply) for reply in read.decoded.replies]
        for readings in gathered.readings():
            self._take_readings(readings, batch)
        batch.arrival.clocks = self._clocks.estimates()
        return batch, replies

    def _take_readings(self, readings: Readings, batch: Batch) -> None:
        readings.add_to(batch)
        batch.touched.add(*touched_days(readings))
        batch.arrival.spoke.update(readings.devices)
        batch.arrival.numbers.add(*numbered(readings))
        hear_newest(readings, self.newest)

    def _take(
        self,
        read: ReadMessage,
        decoded: Decoded,
        gathered: Gathered,
        batch: Batch,
        *,
        any_age: bool,
    ) -> None:
        world = gathered.world
        sender = world.devices.get(decoded.sender)
        if decoded.notices or len(decoded.kept) > len(decoded.passing):
            self._note(read, decoded, sender, world, batch)
        if read.message.retained or not (decoded.samples or decoded.errors):
            batch.without_reading += 1
            return
        errors = list(decoded.errors)
        received_at = read.message.received_at
        received_us = instant_us = to_us(received_at)
        for sample in decoded.samples:
            instant_us = to_us(sample.ts)
            try:
                device = _speaker(read, decoded.sender, sender, sample, world)
                if sample.quality is not _GOOD and self._is_repeated(read, sample, device):
                    batch.without_reading += 1
                    continue
                _check(sample, device, received_at, any_age=any_age)
            except PayloadError as refusal:
                errors.append(refusal)
                continue
            if sample.suspect or sample.raw:
                _keep_parts(sample, device, batch)
            gathered.add(sample, instant_us, device, received_us)
            self._keep_message(read, device, sender, batch)
        if decoded.samples and sender is not None and read.is_of(sender.profile):
            quality = decoded.samples[-1].quality
            if quality is _GOOD or not quality & _NOT_LIVE:
                self._clocks.hear(sender.device_id, instant_us, received_us)
        if errors:
            _set_aside(read, sender, errors, batch)

    def _keep_message(
        self, read: ReadMessage, device: KnownDevice, sender: KnownDevice | None, batch: Batch
    ) -> None:
        """Keep a message in which a device told its values, now and then; also as its sender's."""
        message = read.message
        due_at = self._due_at.get(device.device_id)
        if due_at is not None and message.received_at < due_at:
            return  # the usual, asked of every sample
        for each in (device.device_id, device.device_id if sender is None else sender.device_id):
            due_at = self._due_at.get(each)
            if due_at is not None and message.received_at < due_at:
                continue
            self._due_at[each] = message.received_at + _HEARD_AGAIN
            if len(message.payload) <= _LONGEST_HEARD:
                batch.arrival.messages[each] = Heard(
                    message.received_at, message.topic, read.codec or "", message.payload
                )

    def _is_repeated(self, read: ReadMessage, sample: Sample, device: KnownDevice) -> bool:
        if not sample.quality & Quality.ARRIVAL_TIME:
            return False
        within_s = self.republished_within_s.get(read.codec or "")
        return within_s is not None and self._republications.repeats(
            device.code, read.message.received_at, sample.values, within_s
        )

    def _note(
        self,
        read: ReadMessage,
        decoded: Decoded,
        sender: KnownDevice | None,
        world: Surroundings,
        batch: Batch,
    ) -> None:
        at = read.message.received_at
        for notice in decoded.notices:
            about = world.devices.get(notice.device) if notice.device else sender
            if about is not None and _may_speak(read, decoded.sender, about, sender):
                _note_one(notice, about, at, batch)
        batch.frees.update(decoded.frees)
        for key in decoded.kept.keys() - decoded.passing:
            content = decoded.kept[key]
            batch.arrival.memory[read.codec or "", key] = (content, at)


def _timed(decoded: Decoded) -> Decoded:
    """What a copy may say: samples with a time of their own. The rest waits for the message."""
    timed = [sample for sample in decoded.samples if not sample.quality & Quality.ARRIVAL_TIME]
    return replace(decoded, samples=timed, errors=[])


def _speaker(
    read: ReadMessage,
    sender_code: str,
    sender: KnownDevice | None,
    sample: Sample,
    world: Surroundings,
) -> KnownDevice:
    """The device a sample is of.

    Raises
    ------
    PayloadError
        If it is not registered, or whoever sent the message may not speak for it.
    """
    code = sample.device or sender_code
    if not code:
        raise PayloadError("nothing says which device it is of", code="no_device")
    device = world.devices.get(code)
    if sender is not None and sender.status == "refused":
        raise PayloadError(f"device {sender.code} is refused", code="device_refused")
    if device is None:
        reason = f"device {code!a} is not registered, and too many others wait to be accepted"
        raise PayloadError(reason, code="too_many_pending")
    if not _may_speak(read, sender_code, device, sender):
        raise PayloadError(
            f"device {device.code} (profile {device.profile}) does not speak through"
            f" {sender_code or 'itself'!a} (profile {read.namespace})",
            code="foreign_device",
        )
    if device.status == "refused":
        raise PayloadError(f"device {device.code} is refused", code="device_refused")
    return device


def _may_speak(
    read: ReadMessage, sender_code: str, device: KnownDevice, sender: KnownDevice | None
) -> bool:
    """Whether a message may say something about a device.

    A broker lets a device publish under its own name only. What it says there about others counts
    only for those registered as speaking through it; and the same name in the topics of another
    profile is another device. A message whose sender nobody knows speaks for no device that has a
    gateway, and one whose sender is named but not registered for none at all.
    """
    if not read.is_of(device.profile):
        return False
    if sender is None:
        return not sender_code and device.via_id is None
    return device is sender or device.via_id == sender.device_id


def _check(sample: Sample, device: KnownDevice, received_at: datetime, *, any_age: bool) -> None:
    """Refuse a sample that lies too far from its arrival.

    Raises
    ------
    PayloadError
        If it does.
    """
    age = received_at - sample.ts
    if sample.ts < _FIRST or (age > device.accept_back and not any_age):
        window = f"accepts {device.accept_back} back from {received_at:%Y-%m-%dT%H:%M:%SZ}"
        raise PayloadError(f"ts {sample.ts.isoformat()} is too old: {window}", code="too_old")
    if -age > device.accept_ahead:
        window = f"accepts {device.accept_ahead} ahead of {received_at:%Y-%m-%dT%H:%M:%SZ}"
        raise PayloadError(f"ts {sample.ts.isoformat()} is ahead: {window}", code="in_the_future")


def _keep_parts(sample: Sample, device: KnownDevice, batch: Batch) -> None:
    """Keep what is beside a sample's values: doubts about them, and parts nobody has described."""
    for name, why in sample.suspect:
        batch.arrival.suspects.add((device.device_id, sample.ts, name, why))
    for name, content in sample.raw:
        batch.arrival.raw.add((device.device_id, sample.ts, name, content))


def _note_one(notice: Notice, device: KnownDevice, at: datetime, batch: Batch) -> None:
    if notice.kind is NoticeKind.ABOUT:
        for name, value in notice.about.items():
            batch.arrival.facts[device.device_id, name] = (value, at)
    else:
        batch.arrival.statuses[device.device_id] = (notice.kind is NoticeKind.ONLINE, at)


def _set_aside(
    read: ReadMessage, device: KnownDevice | None, errors: list[PayloadError], batch: Batch
) -> None:
    message = read.message
    refused = device is not None and device.status == "refused"
    more = f" (and {len(errors) - 1} more like or unlike it)" if len(errors) > 1 else ""
    batch.quarantined.append(
        Quarantined(
            received_at=message.received_at,
            topic=message.topic,
            payload=message.payload[:_REFUSED_KEPT] if refused else message.payload,
            size_bytes=len(message.payload),
            device_id=None if device is None else device.device_id,
            profile=read.codec,
            code=errors[0].code,
            reason=f"{errors[0]}{more}",
            samples=len(errors),
        )
    )
