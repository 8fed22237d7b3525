"""What the topic of a message says about it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """What a topic says about its messages.

    Attributes
    ----------
    sender : str
        Code of the sender; empty when the topic does not say.
    device : str
        Code of the samples' device; empty for the sender.
    under : str
        Name under which the payload is read.
    reply_to : str
        Topic of the answer.
    """

    levels: Mapping[str, str]
    sender: str
    device: str
    under: str
    reply_to: str
