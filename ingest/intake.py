"""From messages to the rows of one transaction. Pure: no broker, no database, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from domain.errors import PayloadError
from domain.reading import Message, Quality, Sample
from ingest.codecs import native
from store.device import KnownDevice
from store.reading import Batch, Quarantined, TableRows
from store.reading_merge import Row
from store.reading_table import OTHER, shapes

_WIDE: Final = {shape.name: shape for shape in shapes() if shape.name != OTHER}
_TABLE: Final = {name: shape.name for shape in _WIDE.values() for name in shape.values}


_REFUSED_KEPT: Final = 400
"""A refused device must not fill the disk: of its messages only the beginning is kept. [bytes]"""


def unknown_devices(messages: Iterable[Message], known: Mapping[str, KnownDevice]) -> set[str]:
    """Codes of devices that send readings and are not in the registry yet."""
    codes = set()
    for message in messages:
        try:
            code, kind = native.device_of(message.topic)
        except PayloadError:
            continue  # `Intake` puts the message into quarantine
        if kind == "up" and not message.retained and code not in known:
            codes.add(code)
    return codes


@dataclass(frozen=True, slots=True)
class Intake:
    """Reads messages into batches.

    Attributes
    ----------
    devices : Mapping of str to KnownDevice
        By code. Every device of the messages must be there.
    zone : ZoneInfo
        Where a local day begins for devices that stand nowhere yet.
    """

    devices: Mapping[str, KnownDevice]
    zone: ZoneInfo

    def read(self, messages: Iterable[Message]) -> Batch:
        """Sort every sample of `messages` into rows, or its message into quarantine."""
        batch = Batch()
        for message in messages:
            self._take(message, batch)
        return batch

    def _take(self, message: Message, batch: Batch) -> None:
        device: KnownDevice | None = None
        try:
            code, kind = native.device_of(message.topic)
            if kind == "status" or message.retained:
                batch.without_reading += 1
                return
            device = self.devices[code]
            samples, errors = native.decode(message.payload)
        except PayloadError as error:
            _set_aside(message, device, [error], batch)
            return
        zone = self.zone if device.zone is None else ZoneInfo(device.zone)
        for sample in samples:
            refusal = _refusal(sample, device, message.received_at)
            if refusal is None:
                _put(sample, device.device_id, message.received_at, zone, batch)
            else:
                errors.append(refusal)
        if errors:
            _set_aside(message, device, errors, batch)


def _refusal(sample: Sample, device: KnownDevice, received_at: datetime) -> PayloadError | None:
    """Why a readable sample may not be stored; None when it may."""
    if device.status == "refused":
        return PayloadError(f"device {device.code} is refused", code="device_refused")
    if sample.ts < received_at - device.accept_back:
        window = f"accepts {device.accept_back} back from {received_at:%Y-%m-%dT%H:%M:%SZ}"
        return PayloadError(f"ts {sample.ts.isoformat()} is too old: {window}", code="too_old")
    if sample.ts > received_at + device.accept_ahead:
        window = f"accepts {device.accept_ahead} ahead of {received_at:%Y-%m-%dT%H:%M:%SZ}"
        return PayloadError(f"ts {sample.ts.isoformat()} is ahead: {window}", code="in_the_future")
    return None


def _put(
    sample: Sample, device_id: int, received_at: datetime, zone: ZoneInfo, batch: Batch
) -> None:
    """Add one sample: a row for each wide table it has values for, and one for each odd name."""
    values = sample.values
    head = (device_id, sample.ts)
    for table in set(map(_TABLE.get, values)):
        if table is not None:
            columns = map(values.get, _WIDE[table].values)
            _add(table, (*head, received_at, int(Quality.GOOD), *columns), batch)
            continue
        for name in values.keys() - _TABLE.keys():
            value = values[name]
            number, text = (None, value) if isinstance(value, str) else (value, None)
            _add(OTHER, (*head, name, received_at, int(Quality.GOOD), number, text), batch)
    batch.samples += 1
    batch.touched.add((device_id, sample.ts.astimezone(zone).date()))


def _add(table: str, row: Row, batch: Batch) -> None:
    part = batch.tables.get(table)
    if part is None:
        part = batch.tables[table] = TableRows()
    part.rows.append(row)
    part.samples.append(batch.samples)


def _set_aside(
    message: Message, device: KnownDevice | None, errors: list[PayloadError], batch: Batch
) -> None:
    refused = device is not None and device.status == "refused"
    more = f" (and {len(errors) - 1} more like or unlike it)" if len(errors) > 1 else ""
    batch.quarantined.append(
        Quarantined(
            received_at=message.received_at,
            topic=message.topic,
            payload=message.payload[:_REFUSED_KEPT] if refused else message.payload,
            device_id=None if device is None else device.device_id,
            code=errors[0].code,
            reason=f"{errors[0]}{more}",
            samples=len(errors),
        )
    )
