"""Robots of groups answer 200 to everything; whether they took it stands in the body."""

import json
from collections.abc import Collection

from analytics.delivery.exchange import TAKEN, Answer, Outcome, by_status, refused


def judge(answer: Answer, *, code: str, told: str, passing: Collection[int]) -> Outcome:
    """What a robot's answer means.

    Parameters
    ----------
    code, told : str
        Names of the members with the number of the error, 0 for none, and its text.
    passing : collection of int
        Numbers that will not be said again after a while, such as "too many in a minute".
    """
    outcome = by_status(answer)
    if outcome is not None:
        return outcome
    try:
        said = json.loads(answer.body)
        number = int(said[code])
    except (ValueError, KeyError, TypeError):
        shown = answer.body[:200].decode(errors="replace")
        return refused(f"no answer of a robot: {shown!r}", lasting=False)
    if number == 0:
        return TAKEN
    return refused(f"{code} {number}: {said.get(told, '')}", lasting=number not in passing)
