"""How the samples of a message are made: values, time, device, doubts. Pure."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from domain.errors import PayloadError
from domain.reading import Quality, Sample, Value
from ingest.codecs.shifted import SENT, convert
from ingest.codecs.value import GREATEST, MOST_NAMES, checked_code, checked_values
from ingest.profile.clock import Clock, Where
from ingest.profile.document import Document, Doubt, Rule, TimeRule
from ingest.profile.path import Look, path_of
from ingest.profile.suspicion import Suspicion
from ingest.profile.tree import Readings

Gather = Callable[[Any], Readings]
"""Values of a node, by channel; raises `PayloadError` if one cannot be read."""

_checked = lru_cache(maxsize=100_000)(checked_code)  # the same few devices, message after message


class Sampling:
    """Makes the samples of one node of a payload, as a rule says.

    Parameters
    ----------
    gather : callable
        Values of a node, by channel.
    look : callable
        Makes of a path what finds it in a node: nodes are objects of JSON, or decoded ones.
    is_checked : bool
        Whether `gather` gives nothing but numbers that can be kept.
    """

    def __init__(
        self, rule: Rule, document: Document, gather: Gather, look: Look, *, is_checked: bool
    ) -> None:
        self._gather = gather
        self._is_checked = is_checked
        self._clock = Clock(times_of(rule, document), look)
        doubts = doubts_of(rule, document)
        self._suspicion = Suspicion(doubts, look) if doubts else None
        self._device_at = look(path_of(rule.device_at)) if rule.device_at else None
        late = Quality.LATE if rule.late else Quality.GOOD
        # Worked out beforehand: joining flags costs as much as reading ten values.
        self._quality = (late, late | Quality.ARRIVAL_TIME)
        self._doubted = tuple(quality | Quality.SUSPECT for quality in self._quality)

    def samples(self, node: Any, device: str, sender: str, where: Where) -> list[Sample]:
        """Samples of a node; none where it has no value.

        Parameters
        ----------
        device : str
            Code of the node's device, unless it says itself; empty for the sender.

        Raises
        ------
        PayloadError
            If a value, its time or its device cannot be read.
        """
        readings = self._gather(node)
        if self._device_at is not None:
            device = code_of(self._device_at(node), "device") or device
        if device == sender:
            device = ""
        where.sample, where.device = node, device or sender
        made: list[Sample] = []
        ts, arrived = None, False
        for channel, values in readings.items():
            if not values:
                continue
            if ts is None:
                ts, arrived = self._clock.read(where)
            suspect = () if self._suspicion is None else self._suspicion.of(values, node)
            quality = (self._doubted if suspect else self._quality)[arrived]
            code = _member(device, sender, channel) if channel or device else ""
            fit = values if self._is_checked else fitting(values)
            if SENT[0] in fit:
                convert(fit)
            made.append(Sample(ts, fit, code, quality, suspect))
        return made


def times_of(rule: Rule, document: Document) -> list[str | TimeRule]:
    """Time rules of a message."""
    times = rule.time or document.time or []
    return [times] if isinstance(times, str) else list(times)


def asked_of(rule: Rule, document: Document) -> list[str]:
    """Paths of the codes and times of a message."""
    times = (one.at for one in times_of(rule, document) if isinstance(one, TimeRule))
    return [path for path in (rule.sender_at, rule.device_at, *times) if path]


def doubts_of(rule: Rule, document: Document) -> list[Doubt]:
    """What is doubted in a message."""
    return (document.doubt if rule.doubt is None else rule.doubt) or []


def fitting(values: dict[str, Value]) -> dict[str, Value]:
    """The values, if they can be kept.

    Raises
    ------
    PayloadError
        If one cannot.
    """
    numbers = values.values()
    try:
        if (
            min(numbers) >= -GREATEST  # type: ignore[operator]  # or see below
            and max(numbers) <= GREATEST  # type: ignore[operator]  # the same
            and len(values) <= MOST_NAMES
        ):
            return values  # names and types were checked with the profile, or when learned
    except TypeError:
        pass  # there are texts among them
    return checked_values(values)


def code_of(given: Any, whose: str) -> str:
    """A code the payload gives; empty when it gives none.

    Raises
    ------
    PayloadError
        If it cannot be the code of a device.
    """
    if isinstance(given, str):
        return _checked(given) if given else ""
    if given is None:
        return ""
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 2**63:
        return str(given)
    reason = f"code of the {whose} is a {type(given).__name__}: want a text"
    raise PayloadError(reason, code="bad_device")


def _member(device: str, sender: str, channel: str) -> str:
    if not channel:
        return _checked(device) if device else ""
    if not (device or sender):
        raise PayloadError(f"channel {channel[:50]!a} of no device", code="bad_device")
    return _checked(f"{device or sender}/{channel}")
