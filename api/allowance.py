"""How often somebody may ask: as many requests as come back within a minute, for each caller."""

import math
import time
from collections.abc import Callable, Hashable
from http import HTTPStatus
from threading import Lock

from fastapi import Request

from api.problem import refuse
from api.settings import ApiSettings
from domain.sentence import Sentence

_MINUTE_S = 60.0
_MOST = 20_000
"""Callers that are remembered; who has all of their allowance needs no memory."""


class Allowance:
    """A bucket of requests for each caller, which fills again evenly.

    Parameters
    ----------
    per_minute : int
        Requests that may come at once, and that come back within a minute.
    clock : callable
        Any clock that only goes forward. [s]
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(per_minute)
        self._per_s = per_minute / _MINUTE_S
        self._clock = clock
        self._left: dict[Hashable, tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, who: Hashable) -> float:
        """Take one request; gives how long to wait for one where none is left, else 0 (s)."""
        with self._lock:
            left, now = self._now(who)
            if left < 1:
                return (1 - left) / self._per_s
            self._left[who] = (left - 1, now)
            return 0.0

    def give_back(self, who: Hashable) -> None:
        """Return one that was taken for nothing."""
        with self._lock:
            left, now = self._now(who)
            self._left[who] = (min(left + 1, self._most), now)

    def _now(self, who: Hashable) -> tuple[float, float]:
        now = self._clock()
        if len(self._left) > _MOST:
            self._left = {
                each: (left, then)
                for each, (left, then) in self._left.items()
                if left + (now - then) * self._per_s < self._most
            }
        left, then = self._left.get(who, (self._most, now))
        return min(left + (now - then) * self._per_s, self._most), now


class Allowances:
    """Those of one server process.

    Attributes
    ----------
    caller : Allowance
        Of each person or machine.
    stranger : Allowance
        Of each address, for requests that nobody known asks.
    sign_in : Allowance
        Of each address, for sign-ins that fail.
    """

    def __init__(self, settings: ApiSettings) -> None:
        self.caller = Allowance(settings.requests_per_minute)
        self.stranger = Allowance(settings.stranger_requests_per_minute)
        self.sign_in = Allowance(settings.failed_sign_ins_per_minute)


def allowances(request: Request) -> Allowances:
    """Those of the server that was asked."""
    found: Allowances = request.app.state.allowances
    return found


def want_allowance(allowance: Allowance, who: Hashable) -> None:
    """Take one request.

    Raises
    ------
    HTTPException
        429 with Retry-After where none is left.
    """
    wait_s = math.ceil(allowance.take(who))
    if wait_s:
        why = Sentence("too_many_requests", "too many requests: ask again in {s} s", s=wait_s)
        raise refuse(HTTPStatus.TOO_MANY_REQUESTS, why, {"Retry-After": str(wait_s)})
