"""What a device may do at the broker, as access rules of Mosquitto's dynamic security. Pure.

A device publishes below its own name and nowhere else: MQTT does not tell the collector who has
published, so a name in a topic is worth what these rules are worth. It hears the answers to what it
publishes, and nothing else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import ConfigurationError
from ingest.topic_filter import ONE, REST, check_filter

HELLO = "hello"
"""Last level of the topic on which a device that is not known yet introduces itself."""
_NAME = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_OURS = "civicwatt-"
_NATIVE = ("cw", "v1")


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One access rule that allows something; everything else is denied.

    Attributes
    ----------
    kind : str
        ``publishClientSend``, ``publishClientReceive`` or ``subscribePattern``.
    topic : str
        Topic filter.
    """

    kind: str
    topic: str


PROVISIONING = (Right("publishClientSend", f"cw/v1/+/{HELLO}"),)
"""Introduce a device, under any name; never a reading."""


def check_name(code: str) -> str:
    """Return a device's code if it may be a user name and a level of a topic.

    Raises
    ------
    ConfigurationError
        If it could widen rights, or is one of our own processes'.
    """
    if not _NAME.fullmatch(code) or code.startswith(_OURS):
        raise ConfigurationError(
            f"device code {code!r} cannot sign in: want at most 64 letters, digits, dots, colons, "
            f"hyphens and underscores, not beginning with {_OURS}"
        )
    return code


def check_topics(topics: Sequence[str]) -> tuple[str, ...]:
    """Return topic filters a device may have for its own.

    Raises
    ------
    ConfigurationError
        If one would let it speak for devices of the native profile, or for everybody.
    """
    for topic in topics:
        check_filter(topic)
        levels = topic.split("/")
        if topic.startswith("$") or {*levels} <= {ONE, REST} or _meets_native(levels):
            raise ConfigurationError(f"topic {topic!r} cannot be one device's own")
    return tuple(topics)


def _meets_native(levels: Sequence[str]) -> bool:
    """Whether a filter has topics below ``cw/v1`` among its own."""
    for level, native in zip(levels, _NATIVE, strict=False):
        if level == REST:
            return True
        if level not in (ONE, native):
            return False
    return len(levels) > len(_NATIVE)


def device_rights(
    code: str,
    *,
    topics: Sequence[str] = (),
    answers: Sequence[str] = (),
    takes_commands: bool = False,
) -> tuple[Right, ...]:
    """Rights of one device or gateway.

    Parameters
    ----------
    topics : sequence of str
        Topic filters of its own beside those of the native profile, such as ``tele/plug-17/#``.
    answers : sequence of str
        Topic filters of the answers to it, as `ingest.door.answers` finds them.
    takes_commands : bool
        Whether it may subscribe to the commands sent to it.

    Raises
    ------
    ConfigurationError
        If its code or one of the topics would give it rights of others.
    """
    check_name(code)
    own = [f"cw/v1/{code}/{last}" for last in ("up", "status", "raw/+")]
    rights = [Right("publishClientSend", topic) for topic in (*own, *check_topics(topics))]
    heard = [*answers, *([f"cw/v1/{code}/down"] if takes_commands else [])]
    for topic in heard:
        rights += [Right("subscribePattern", topic), Right("publishClientReceive", topic)]
    return tuple(rights)
