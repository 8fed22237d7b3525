"""The parts of a profile, made into the tree that reads them. Pure."""

from collections.abc import Iterable
from typing import Any

from domain.errors import ConfigurationError
from ingest.profile.document import Part
from ingest.profile.entry import Entry, entry_of
from ingest.profile.path import EACH, Path, path_of
from ingest.profile.tree import NUMBER, Branch, Visit, step_of


def tree_of(parts: Iterable[Part], missing: frozenset[Any], others: Iterable[Path] = ()) -> Branch:
    """Tree that reads all parts.

    Parameters
    ----------
    missing : frozenset
        Texts in lower case, and numbers, that say there is no value.
    others : iterable of Path
        Where times and codes stand: they are not kept as values nobody has described.

    Raises
    ------
    ConfigurationError
        If two parts claim the same place, or a path makes no sense.
    """
    root = Branch()
    root.missing = missing
    claimed: set[Path] = set()
    for part in parts:
        for at in [part.at] if isinstance(part.at, str) else part.at:
            path = path_of(at)
            if path in claimed:
                raise ConfigurationError(f"part at {at!r}: another part is there already")
            claimed.add(path)
            _fill(_branch_at(root, path), part)
    for path in filter(None, others):
        _leave_out(root, path)
    return root


def _leave_out(branch: Branch, path: Path) -> None:
    for step in path[:-1]:
        inner = _known(branch, step)
        if not isinstance(inner, Branch):
            return
        branch = inner
    branch.steps.setdefault(path[-1], None)


def _fill(branch: Branch, part: Part) -> None:
    branch.channel = part.channel
    branch.value_at, branch.unit_at = part.value_at, part.unit_at
    branch.channel_at, branch.key_at = part.channel_at, part.key_at
    branch.elements, branch.unmapped = part.lists, part.unmapped
    for text, rule in part.values.items():
        path = path_of(text)
        if not path or path[-1] == EACH:
            raise ConfigurationError(f"value at {text!r}: want the path of a value")
        *parents, leaf = path
        _put(_branch_at(branch, tuple(parents)), leaf, entry_of(rule, branch.missing))


def _branch_at(branch: Branch, path: Path) -> Branch:
    for step in path:
        if step == EACH:
            branch.lists = True
            continue
        found = _known(branch, step)
        if isinstance(found, Entry):
            raise ConfigurationError(f"{step!r} is a value: it cannot have others in it")
        if found is None:
            found = Branch()
            found.missing = branch.missing
            _put(branch, step, found)
        branch = found
    return branch


def _known(branch: Branch, step: str) -> Entry | Branch | None:
    if NUMBER in step:
        return next((t for b, a, t in branch.patterns if b + NUMBER + a == step), None)
    target = (branch.steps.get(step) or (None,))[-1]
    return target.branch if isinstance(target, Visit) else target


def _put(branch: Branch, step: str, target: Entry | Branch) -> None:
    if _known(branch, step) is not None:
        raise ConfigurationError(f"{step!r} stands there twice")
    if NUMBER in step:
        before, after = step.split(NUMBER, 1)
        branch.patterns.append((before, after, target))
    elif isinstance(target, Branch):
        branch.steps[step] = ("", 0, 0, Visit(target))
    else:
        branch.steps[step] = step_of(target)
