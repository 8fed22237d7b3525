"""What codecs must remember from one message to the next. Pure.

A batch that could not be written is read again, and so may be what was read after it. Each message
must then be read with what was remembered before it, not with what it has itself left behind: of a
message in parts the last one would otherwise find that the others have been used up.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from domain.reading import Message

Key: TypeAlias = tuple[str, str]
"""Codec, and a key of its choice."""
Kept: TypeAlias = tuple[bytes, datetime]
"""What is remembered, and when the message came that said it."""

_STEPS = 50
"""More than halving a batch down to one message takes."""


@dataclass(frozen=True, slots=True)
class _Step:
    """What the messages of one batch have changed: by key, what was there and what came."""

    first: Message | None
    changes: dict[Key, tuple[Kept | None, Kept]] = field(default_factory=dict)


class CodecMemory:
    """Remembers, and goes back when messages are read again."""

    def __init__(self) -> None:
        self._kept: dict[Key, Kept] = {}
        self._steps: deque[_Step] = deque([_Step(None)], _STEPS)

    def get(self, codec: str, key: str) -> bytes | None:
        """What a codec has handed over under a key; None when nothing."""
        kept = self._kept.get((codec, key))
        return None if kept is None else kept[0]

    def begin(self, first: Message) -> None:
        """Begin to read messages of which `first` is the first.

        If messages that began with the same one have been read before, what those and later ones
        have left behind is taken back.
        """
        if any(step.first is first for step in self._steps):
            while self._undo(self._steps.pop()).first is not first:
                continue
        self._steps.append(_Step(first))

    def keep(self, codec: str, content: Mapping[str, bytes], at: datetime) -> None:
        """Remember what a message says that came at `at`."""
        changes = self._steps[-1].changes
        for name, said in content.items():
            key, kept = (codec, name), (said, at)
            before = changes[key][0] if key in changes else self._kept.get(key)
            changes[key] = before, kept
            self._kept[key] = kept

    def learn(self, others: Mapping[Key, Kept]) -> bool:
        """Take over what is newer than what is remembered here; returns whether anything was.

        What is stored may be older: the batch that changes it is not yet written.
        """
        newer = {
            key: kept
            for key, kept in others.items()
            if key not in self._kept or kept[1] > self._kept[key][1]
        }
        self._kept |= newer
        return bool(newer)

    def _undo(self, step: _Step) -> _Step:
        for key, (before, after) in step.changes.items():
            if self._kept.get(key) is not after:
                continue  # somebody else has said something newer since
            if before is None:
                del self._kept[key]
            else:
                self._kept[key] = before
        return step
