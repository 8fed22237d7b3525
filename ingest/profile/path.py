r"""Where something stands in a JSON payload. Pure.

``energy.total`` is the member ``total`` of the member ``energy``; ``.`` alone is the whole. A dot
that belongs to a name is written ``\.``. ``list[]`` is each element of ``list``, ``{device}`` each
member of an object whose name is a device's code.
"""

import re
from collections.abc import Callable
from typing import Any

from domain.errors import PayloadError

EACH = "[]"
MEMBERS = "{device}"
_DOT = re.compile(r"(?<!\\)\.")

Path = tuple[str, ...]
Look = Callable[[Path], Callable[[Any], Any]]
"""Makes of a path what finds what stands there, or None."""


def path_of(text: str) -> Path:
    """Steps of a path."""
    steps: list[str] = []
    for part in _DOT.split(text):
        name = part.replace("\\.", ".")
        steps += [name.removesuffix(EACH), EACH] if name.endswith(EACH) else [name]
    return tuple(step for step in steps if step)


def find(node: Any, path: Path) -> Any:
    """What stands there; None when nothing does."""
    for step in path:
        if not isinstance(node, dict):
            return None
        node = node.get(step)
    return node


def finder(path: Path) -> Callable[[Any], Any]:
    """`find` for one path, for use again and again."""
    if len(path) != 1:
        return lambda node: find(node, path)
    (name,) = path
    return lambda node: node.get(name) if node.__class__ is dict else None


def each(node: Any, path: Path, device: str = "") -> list[tuple[str, Any]]:
    """Device and node of everything a path with `EACH` and `MEMBERS` leads to.

    Raises
    ------
    PayloadError
        If the payload is not of that shape.
    """
    found = [(device, node)]
    for step in path:
        if step == EACH:
            # Many senders leave the list out when it has one element.
            found = [
                (whose, element)
                for whose, node in found
                for element in (node if node.__class__ is list else (node,))
            ]
        elif step == MEMBERS:
            found = [item for _, node in found for item in _object(node).items()]
        else:
            found = [(whose, _member(_object(node), step)) for whose, node in found]
    return found


def _object(node: Any) -> dict[str, Any]:
    if node.__class__ is not dict:
        raise PayloadError(f"want an object, got {type(node).__name__}", code="bad_shape")
    members: dict[str, Any] = node
    return members


def _member(members: dict[str, Any], name: str) -> Any:
    if name not in members:
        raise PayloadError(f"no {name!r} in it", code="bad_shape")
    return members[name]
