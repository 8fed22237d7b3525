"""`civicwatt decode`: what payloads or frames in files say, without a server."""

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from civicwatt.profiles import readers
from device_sim.settings import ZoneSetting
from domain.errors import ConfigurationError, InputError, PayloadError
from domain.quantity import quantities
from domain.reading import Message, Quality, Sample
from ingest.codecs.decoded import Codec, Decoded
from ingest.codecs.gb32960.codec import Gb32960
from ingest.codecs.gb32960.key_file import load
from ingest.profile.profile import Profile
from ingest.profile.unit import unit_of
from ingest.topic_filter import ONE

_OTHER = "other"
"""Class of names that are not in the list of quantities."""
_FLAGS = {Quality.ARRIVAL_TIME: "arrival_time", Quality.LATE: "late"}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "decode",
        help="read payloads or frames from files and print their readings",
        description="Prints a JSON line for each value: device, class, ts, quantity, value, unit,"
        " quality. What a device says beside that, how much is kept raw, and what cannot be read"
        " goes to stderr.",
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="one message, also .gz")
    parser.add_argument("--profile", required=True, metavar="P", help="profile or codec")
    parser.add_argument(
        "--topic",
        action="append",
        metavar="T",
        help="topic the messages came on; once for all files, or once for each in their order"
        " (default: what the profile or codec reads when none is known)",
    )
    parser.add_argument(
        "--hex", action="store_true", help="each line of a file is a message, in hexadecimal digits"
    )
    parser.add_argument("--zone", help="zone of times without one (default: CIVICWATT_ZONE)")
    parser.add_argument(
        "--keys",
        type=Path,
        metavar="FILE",
        help="gb32960: keys of vehicles and platforms (default: CIVICWATT_GB32960_KEYS)",
    )
    parser.add_argument(
        "--skip-bad", action="store_true", help="count unreadable messages, go on, end with 0"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Decode the files in order; what one hands over, later ones may use.

    Returns
    -------
    int
        0, or 1 if something could not be read and is not to be skipped; the rest is printed all
        the same.
    """
    codec = _codec(args.profile, args.keys)
    topics = _topics(args.topic, codec, len(args.files))
    around = _Around(_zone(args.zone or ZoneSetting().zone))
    bad = 0
    for file, topic in zip(args.files, topics, strict=True):
        for place, content in _messages(file, in_lines=args.hex):
            try:
                payload = _unhexed(content, place) if args.hex else content
            except InputError as error:
                if not args.skip_bad:
                    raise
                print(error, file=sys.stderr)
                bad += 1
                continue
            message = Message(0, 0, topic, payload, retained=False, received_at=datetime.now(UTC))
            try:
                decoded = codec.decode(message, around)
            except PayloadError as error:
                decoded = Decoded("", errors=[error])
            around.memory |= decoded.kept
            bad += bool(decoded.errors)
            _print(decoded, place)
    if bad and args.skip_bad:
        print(f"{bad} messages not, or not wholly, read", file=sys.stderr)
    return 1 if bad and not args.skip_bad else 0


@dataclass
class _Around:
    """The world around files: one zone, everyone may speak for others, earlier files are known."""

    zone: ZoneInfo
    memory: dict[str, bytes] = field(default_factory=dict)

    def zone_of(self, _device: str) -> ZoneInfo:
        return self.zone

    def carries_others(self, _device: str) -> bool:
        return True

    def kept(self, key: str) -> bytes | None:
        return self.memory.get(key)


def _codec(name: str, keys: Path | None) -> Codec:
    known = readers()
    if name not in known:
        names = ", ".join(sorted({codec.name for codec in known.values()}))
        raise ConfigurationError(f"no profile {name!r}; there are {names}")
    codec = known[name]
    if keys is None:
        return codec
    if not isinstance(codec, Gb32960):
        raise ConfigurationError(f"--keys: {codec.name} has none")
    return replace(codec, keys=load(keys))


def _topics(given: list[str] | None, codec: Codec, files: int) -> list[str]:
    """Topic of each file."""
    if given is None:
        given = [codec.default_topic if isinstance(codec, Profile) else ""]
    if len(given) not in (1, files):
        reason = f"{len(given)} topics for {files} files: want one for all, or one for each"
        raise ConfigurationError(reason)
    return given * files if len(given) == 1 else given


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError(f"{name!r} is no IANA time zone") from None


def _messages(file: Path, *, in_lines: bool) -> Iterator[tuple[str, bytes]]:
    """Place and content of each message: the file, or each line that is not empty."""
    try:
        whole = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    except (OSError, EOFError) as error:
        raise InputError(str(error), place=str(file)) from None
    if not in_lines:
        yield str(file), whole
        return
    for number, line in enumerate(whole.split(b"\n"), 1):
        if line.strip():
            yield f"{file}:{number}", line


def _unhexed(line: bytes, place: str) -> bytes:
    try:
        return bytes.fromhex(line.decode("ascii"))
    except ValueError:
        raise InputError("no hexadecimal digits", place=place) from None


def _print(decoded: Decoded, place: str) -> None:
    for sample in decoded.samples:
        for line in _lines(sample, decoded.sender):
            print(json.dumps(line, ensure_ascii=False))
    for notice in decoded.notices:
        whose = _shown(notice.device or decoded.sender) or "the sender"
        about = f" {notice.about}" if notice.about else ""
        print(f"{place}: {whose}: {notice.kind}{about}", file=sys.stderr)
    for reply in decoded.replies:
        answer = reply.payload if reply.payload.isascii() else reply.payload.hex()
        print(f"{place}: to be answered: {answer!r}", file=sys.stderr)
    kept = sum(len(sample.raw) for sample in decoded.samples)
    if kept:
        print(f"{place}: sections kept raw: {kept}", file=sys.stderr)
    for error in decoded.errors:
        print(f"{place}: {error}", file=sys.stderr)


def _lines(sample: Sample, sender: str) -> Iterator[dict[str, Any]]:
    ts = sample.ts.astimezone(UTC).isoformat().replace("+00:00", "Z")
    flags = [word for flag, word in _FLAGS.items() if flag in sample.quality]
    doubts: dict[str, list[str]] = {}
    for name, why in sample.suspect:
        doubts.setdefault(name, []).append(f"suspect:{why}")
    for name, value in sample.values.items():
        quantity = quantities().get(name)
        yield {
            "device": _shown(sample.device or sender),
            "class": quantity.table.removesuffix("_reading") if quantity else _OTHER,
            "ts": ts,
            "quantity": name,
            "value": value,
            "unit": unit_of(name) or "",
            "quality": [*flags, *doubts.get(name, ())],
        }


def _shown(device: str) -> str | None:
    """Code of a device; None when only a topic names it, and none was given."""
    return None if device in ("", ONE) else device
