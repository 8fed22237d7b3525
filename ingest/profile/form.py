"""The usual message of a rule, decoded and checked in one pass. Pure.

What is not usual (a word where a number should stand, an object that is none, a name with ``<n>``)
is left to the careful reading of `tree`, which finds out what it is: a form has no errors to tell.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Annotated, Any

import msgspec

from ingest.codecs.value import MOST_NAMES, MOST_SAMPLES
from ingest.profile.gather import gather_of
from ingest.profile.path import EACH, Path
from ingest.profile.shape import Shape, ShapelessError, dotted, leaves_of, named, strangers_of
from ingest.profile.tree import Branch

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Form:
    """The usual message of a rule.

    Parameters
    ----------
    tree : Branch
        What is read of a sample.
    samples_at : Path
        Where the samples are: the whole, or a list by its names.
    asked : iterable of Path
        What else is asked of a sample.

    Attributes
    ----------
    gather : callable
        Values of a decoded sample, by channel.
    is_checked : bool
        Whether all of them are numbers that can be kept as they are.

    Raises
    ------
    ShapelessError
        If the members of such messages are not known beforehand.
    """

    def __init__(self, tree: Branch, samples_at: Path, asked: Iterable[Path]) -> None:
        leaves, shape = list(leaves_of(tree)), Shape()
        if not leaves or len(leaves) > MOST_NAMES:
            raise ShapelessError
        for leaf in leaves:
            shape.add_leaf(leaf)
        for path in asked:
            shape.add(path)
        strange: set[bytes] = set()
        for text, member in strangers_of(tree):
            if text:
                strange |= {text, b"\\"}  # which may stand for any letter
            else:
                shape.forbid(member)
        self._strange = tuple(strange)
        sample = shape.sample_type()
        payload, self._samples_of = _around(sample, samples_at)
        # Not strict: numbers may come as texts
        self._decode = msgspec.json.Decoder(payload, strict=False).decode
        self.gather = gather_of(leaves, sample())
        self.is_checked = all(leaf.entry.by and not leaf.unit for leaf in leaves)

    def samples(self, payload: bytes) -> Sequence[Any] | None:
        """Decoded samples; None of a message that is not usual.

        Of what is not asked for, it counts that it is JSON and text.
        """
        for text in self._strange:
            if text in payload:
                return None
        try:
            payload.decode()  # a decoder does not look into the texts it skips
            samples: Sequence[Any] = self._samples_of(self._decode(payload))
        except _UNREADABLE:
            return None
        return samples


def look(path: Path) -> Callable[[Any], Any]:
    """What tells what stands at a path of a decoded sample; None when nothing does."""
    return attrgetter(dotted(path))


def _around(sample: type[msgspec.Struct], path: Path) -> Any:
    """Type of a payload with samples at a path, and what finds them in it."""
    if not path:
        return sample, lambda payload: (payload,)
    *names, last = path
    if last != EACH or EACH in names:
        raise ShapelessError
    kind: Any = Annotated[list[sample], msgspec.Meta(max_length=MOST_SAMPLES)]  # type: ignore[valid-type]  # made at run time
    for name in reversed(names):
        kind = named(name, kind)
    return kind, attrgetter(dotted(tuple(names))) if names else lambda payload: payload
