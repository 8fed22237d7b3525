"""Topics of frames passed on as they are: ``cw/v1/<device>/raw/<codec>``. Pure."""

from collections.abc import Collection
from functools import lru_cache

from domain.errors import PayloadError
from ingest.codecs.decoded import Around
from ingest.codecs.native import PREFIX, device_of

CODECS = frozenset({"cjt188", "dlt645", "gb32960", "jt808", "senml", "sparkplug_b"})
"""Names of the codecs that read such topics."""


def raw_filter(codec: str) -> str:
    """MQTT filter of the topics whose frames `codec` reads."""
    return f"{PREFIX}+/raw/{codec}"


@lru_cache(maxsize=10_000)  # the same few topics, message after message
def link_of(topic: str, codec: str) -> str:
    """Device that passed the frames on; empty without a topic, as when they come from a file.

    Raises
    ------
    PayloadError
        If the topic is another.
    """
    if not topic:
        return ""
    above, kind = device_of(topic)
    link, _, raw = above.rpartition("/")
    if not topic.startswith(PREFIX) or raw != "raw" or kind != codec or not link:
        raise PayloadError(f"want {PREFIX}<device>/raw/{codec}, got {topic!r}", code="bad_topic")
    return link


def speaks_for_others(link: str, codes: Collection[str], around: Around) -> bool:
    """Whether samples belong to the devices named in the frames rather than to `link`.

    Parameters
    ----------
    codes : collection of str
        Every device that the frames of one message name.

    Raises
    ------
    PayloadError
        If `link` is one meter or vehicle, and the frames are of several: whose they are is not to
        be guessed.
    """
    if not link or around.carries_others(link):
        return True
    if len(codes) > 1:
        named = ", ".join(sorted(codes)[:5])
        reason = f"{link} is no gateway, and its frames name {len(codes)} devices: {named}"
        raise PayloadError(reason, code="many_devices")
    return False
