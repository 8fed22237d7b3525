"""The usual shape of a payload as types to decode it into: what is read of it, and as what. Pure.

Decoding into types checks every value on the way and skips what nobody reads, in a fraction of the
time it takes to make objects of everything and look at each of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from ingest.codecs.unit import FINE
from ingest.codecs.value import GREATEST
from ingest.profile.entry import Entry
from ingest.profile.path import EACH, MEMBERS, Path
from ingest.profile.tree import IGNORE, Branch, Visit

_Plain = Annotated[float, msgspec.Meta(ge=-GREATEST, le=GREATEST)]
_GREATEST_FINE = GREATEST / FINE
_Scaled = Annotated[float, msgspec.Meta(ge=-_GREATEST_FINE, le=_GREATEST_FINE)]
"""What is scaled as whole ten-thousandths: see `ingest.codecs.unit.scaled`."""
_NotThere = msgspec.UnsetType
"""A member of this type is refused, whatever it is."""

_Members = dict[str, Any]
"""Of an object: what each is, another object or a type."""


class ShapelessError(Exception):
    """A profile reads payloads whose members are not all known beforehand."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value and where it stands.

    Attributes
    ----------
    node, member : Path
        Object of the sample that has it, and the way from there.
    unit : Path
        Where its unit stands, from `node`; empty for nowhere.
    """

    channel: str
    entry: Entry
    node: Path
    member: Path
    unit: Path = ()


def leaves_of(branch: Branch, node: Path = (), channel: str = "") -> Iterator[Leaf]:
    """All values of a tree.

    Raises
    ------
    ShapelessError
        If the tree reads members by other rules than their names.
    """
    if branch.unmapped != IGNORE or branch.channel_at or any(not b for b, _, _ in branch.patterns):
        raise ShapelessError
    channel = branch.channel or channel
    node = (*node, EACH) if branch.lists else node
    for key, step in branch.steps.items():
        target = step[-1] if step else None
        if isinstance(target, Visit):
            yield from leaves_of(target.branch, (*node, key), channel)
        elif isinstance(target, Entry):
            if target.channel or (not target.by and (branch.elements or branch.value_at)):
                raise ShapelessError
            member = (key, branch.value_at) if branch.value_at else (key,)
            unit = (key, branch.unit_at) if branch.unit_at else ()
            yield Leaf(channel, target, node, member, unit)


def strangers_of(branch: Branch, node: Path = ()) -> Iterator[tuple[bytes, Path]]:
    """What must not be in a payload of the usual shape: bytes, or a member."""
    for before, _, _ in branch.patterns:
        yield b'"' + before.encode(), ()
    if branch.key_at:
        yield b"", (*node, branch.key_at)
    for key, step in branch.steps.items():
        if step and isinstance(step[-1], Visit):
            yield from strangers_of(step[-1].branch, (*node, key))


class Shape:
    """Type of a sample; grows while paths are added.

    Raises
    ------
    ShapelessError
        From every method, if what is added does not go with what is there.
    """

    def __init__(self) -> None:
        self._members: _Members = {}

    def add_leaf(self, leaf: Leaf) -> None:
        """A value; an absent or null one is None in what is decoded."""
        by = leaf.entry.by
        self._add((*leaf.node, *leaf.member), _Plain if by == 1 else _Scaled if by else Any)
        if leaf.unit:
            self._add((*leaf.node, *leaf.unit), Any)

    def add(self, path: Path) -> None:
        """Something else that is asked of a sample."""
        if EACH in path:
            raise ShapelessError
        self._add(path, Any)

    def forbid(self, path: Path) -> None:
        """A member that a payload of this shape does not have."""
        self._add(path, _NotThere)

    def sample_type(self) -> type[msgspec.Struct]:
        """Type of a sample."""
        return _object(self._members)

    def _add(self, path: Path, kind: Any) -> None:
        members = self._members
        if not path or MEMBERS in path:
            raise ShapelessError
        for step in path[:-1]:
            members = members.setdefault(step, {})
            if not isinstance(members, dict):
                raise ShapelessError
        known = members.setdefault(path[-1], kind)
        if known is not kind:
            raise ShapelessError


def attribute(key: str) -> str:
    """Attribute that a member is decoded into."""
    return f"m{key.encode().hex()}"


def dotted(path: Path) -> str:
    """Attributes along a path."""
    return ".".join(map(attribute, path))


def _object(members: _Members) -> type[msgspec.Struct]:
    fields: list[tuple[str, Any, Any]] = []
    for key, kind in members.items():
        name = attribute(key)
        if isinstance(kind, dict) and EACH in kind:
            if len(kind) > 1:
                raise ShapelessError
            element = _object(kind[EACH])
            fields.append((name, list[element], msgspec.field(default_factory=list)))  # type: ignore[valid-type]  # made here
        elif isinstance(kind, dict):
            inner = _object(kind)
            fields.append((name, inner, inner()))
        elif kind is _NotThere:
            fields.append((name, kind, msgspec.UNSET))
        else:
            fields.append((name, kind if kind is Any else kind | None, None))
    return _defined(fields, list(members))


def named(key: str, kind: Any) -> type[msgspec.Struct]:
    """Type of an object that must have a member of some type."""
    return _defined([(attribute(key), kind)], [key])


def _defined(fields: list[Any], keys: list[str]) -> type[msgspec.Struct]:
    names = [name for name, *_ in fields]
    try:
        # Frozen, so that one that is absent can be the same for all
        return msgspec.defstruct(
            "Object", fields, rename=dict(zip(names, keys, strict=True)), frozen=True, gc=False
        )
    except ValueError:  # a key that JSON has to escape
        raise ShapelessError from None
