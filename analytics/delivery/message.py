"""What is to be told, before any channel has given it its form."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to be told over one channel.

    Attributes
    ----------
    key : str
        The same each time this is sent; a receiver that keeps it hears nothing twice.
    title : str
        One line that is enough by itself.
    lines : tuple of str
        The rest, the most needed first: where a channel is too small, the last ones fall away.
    link : str
        Where to go on; empty where there is no such page.
    phones : tuple of str
        Whom a group's robot is to call by name, by telephone number.
    facts : mapping of str to str
        The same for machines.
    """

    key: str
    title: str
    lines: tuple[str, ...] = ()
    link: str = ""
    phones: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """All of it, a line each."""
        return "\n".join(part for part in (self.title, *self.lines, self.link) if part)


def within(message: Message, most: int, *, ending: str = "…") -> str:
    """The text in at most `most` bytes of UTF-8: lines fall away from the end, the link stays.

    Parameters
    ----------
    most : int
        [byte]
    """
    whole = message.text()
    if len(whole.encode()) <= most:
        return whole
    tail = f"\n{ending}\n{message.link}" if message.link else f"\n{ending}"
    room = most - len(tail.encode())
    if room <= 0:
        return whole.encode()[:most].decode(errors="ignore")
    head = "\n".join((message.title, *message.lines)).encode()[:room].decode(errors="ignore")
    return head + tail
