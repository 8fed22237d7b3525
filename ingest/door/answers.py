"""Who may hear which answers: by what codecs and profiles answer, and what a device may publish to.

Nothing of it is kept: it follows from a credential's topics, so that credentials issued before a
profile answered hear its answers too.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ingest.codecs.sparkplug_b.topic import NAMESPACE
from ingest.door.rights import Right
from ingest.profile.answered import Answered
from ingest.profile.load import load_profiles
from ingest.profile.topic import DEVICE, TopicPattern

REBIRTH = Answered(
    TopicPattern(f"{NAMESPACE}/{{group}}/+/{{device}}"),
    # With what is below: edge nodes subscribe so, though nothing is sent there.
    f"{NAMESPACE}/{{group}}/NCMD/{{device}}/#",
    frozenset({"group", DEVICE}),
)
"""Edge nodes of Sparkplug B are asked for their births."""


def answered_topics(folder: Path | None = None) -> tuple[Answered, ...]:
    """Everything that is answered over the broker.

    Parameters
    ----------
    folder : Path, optional
        The installation's own profiles.

    Raises
    ------
    ConfigurationError
        If a profile cannot be used.
    """
    return (REBIRTH, *(one for profile in load_profiles(folder) for one in profile.answered))


def answers_to(topics: Iterable[str], answered: Iterable[Answered]) -> tuple[str, ...]:
    """Topic filters of the answers to one who may publish to `topics`."""
    heard = [one.heard_by(topic) for one in answered for topic in topics]
    return tuple(dict.fromkeys(topic for topic in heard if topic is not None))


def answering(answered: Sequence[Answered]) -> frozenset[Right]:
    """What the collector must be allowed to answer all of them."""
    return frozenset(Right("publishClientSend", one.filter) for one in answered)
