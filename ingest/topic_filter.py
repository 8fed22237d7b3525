"""MQTT topic filters: what they match, which covers which, which is the more specific. Pure.

Of two filters the more specific is the one that, level by level from the left, is first to have a
plain name where the other has a wildcard, or ``+`` where the other has ``#``.

Source: MQTT 3.1.1, section 4.7.
"""

from domain.errors import ConfigurationError

ONE = "+"
REST = "#"
_RANK = {ONE: 1, REST: 2}
_LONGEST = 65_535


def check_filter(topic_filter: str) -> None:
    """Refuse what no broker would take.

    Raises
    ------
    ConfigurationError
        If it is empty or too long, or has a wildcard where none may be.
    """
    levels = topic_filter.split("/")
    misplaced = [
        level
        for at, level in enumerate(levels)
        if (REST in level and (level != REST or at != len(levels) - 1))
        or (ONE in level and level != ONE)
    ]
    if misplaced or not 0 < len(topic_filter.encode()) <= _LONGEST or "\0" in topic_filter:
        raise ConfigurationError(f"{topic_filter!r} is no MQTT topic filter")


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a topic falls under a filter."""
    wanted, given = topic_filter.split("/"), topic.split("/")
    if given[0].startswith("$") and wanted[0] in _RANK:
        return False  # the broker's own topics are no device's
    return _covers(wanted, given)


def covers(wide: str, narrow: str) -> bool:
    """Whether every topic under `narrow` falls under `wide` too."""
    return _covers(wide.split("/"), narrow.split("/"))


def specificity(topic_filter: str) -> tuple[int, ...]:
    """Key to sort filters by, the more specific first."""
    return tuple(_RANK.get(level, 0) for level in topic_filter.split("/"))


def _covers(wide: list[str], narrow: list[str]) -> bool:
    for at, level in enumerate(wide):
        if level == REST:
            return True  # also the parent itself: a/# matches a
        if at == len(narrow) or narrow[at] == REST:
            return False
        if level not in (ONE, narrow[at]):
            return False
    return len(wide) == len(narrow)
