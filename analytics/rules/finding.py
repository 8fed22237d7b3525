"""What a rule saw, in numbers that an operator can check against the meter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

Evidence = Mapping[str, float | int | str]


class Priority(StrEnum):
    """How soon a person should look; in falling order."""

    URGENT = "urgent"
    HIGH = "high"
    LOW = "low"


_ORDER = tuple(Priority)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong over one span.

    Attributes
    ----------
    start, end : datetime
        Event time [start, end), whenever the data came.
    kind : str
        Name of the rule, such as ``night_load``.
    priority : Priority
    score : float
        How far beyond usual, in units of the rule's own threshold: 1 is just enough. [1]
    expected, actual : float or None
        Mean over the span, in the unit that the rule names; None where there is no such number.
    evidence : mapping
        Numbers behind it; names carry their unit.
    """

    start: datetime
    end: datetime
    kind: str
    priority: Priority
    score: float
    expected: float | None = None
    actual: float | None = None
    evidence: Evidence = field(default_factory=dict)


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each incident: those that overlap are told by the gravest of them.

    Of one priority the one with the greater score is the gravest; the others are named in its
    evidence. Its span takes in all of them.

    Returns
    -------
    list of Finding
        In order of their start.
    """
    found: list[list[Finding]] = []
    until: datetime | None = None
    for finding in sorted(findings, key=lambda each: (each.start, each.end)):
        if until is not None and finding.start < until:
            found[-1].append(finding)
            until = max(until, finding.end)
        else:
            found.append([finding])
            until = finding.end
    return [_incident(parts) for parts in found]


def _incident(parts: list[Finding]) -> Finding:
    gravest = min(parts, key=lambda each: (_ORDER.index(each.priority), -each.score))
    others = sorted({each.kind for each in parts} - {gravest.kind})
    evidence = dict(gravest.evidence)
    if others:
        evidence["also"] = " ".join(others)
    return replace(
        gravest,
        start=min(each.start for each in parts),
        end=max(each.end for each in parts),
        evidence=evidence,
    )
