"""What people have done in the demo: two sign in and work, as anybody could in the console."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from civicwatt.demo.baseline import enter_baseline
from civicwatt.demo.contract import enter_contract
from civicwatt.demo.entries import ask_for_entries, enter_entries
from civicwatt.demo.fleet import enter_fleet_rules
from civicwatt.demo.ledger import (
    check_heating_seasons,
    check_tariffs,
    close_month,
    is_closed,
    is_counted,
)
from civicwatt.demo.metrology import enter_metrology
from civicwatt.demo.person import Person
from civicwatt.demo.running import Demo
from civicwatt.local_api import LocalApi
from civicwatt.sign_in import SignIn
from domain.local_day import local_day

LOOK_S = 15.0
"""How often it is looked whether a month has come in. [s]"""
_SETTLED = {"gateway", "main"}


@dataclass(frozen=True, slots=True)
class Story:
    """Two people at work on the same places.

    Attributes
    ----------
    today : date
        Local day on which they work; they enter and close the month before.
    """

    first: Person
    second: Person
    today: date
    zone: ZoneInfo

    @property
    def month(self) -> date:
        """The last month that is over, by its first day."""
        return (self.today.replace(day=1) - timedelta(days=1)).replace(day=1)

    def begin(self) -> None:
        """Everything that needs no figures; what is done already is left as it is."""
        enter_metrology(self.first, self._settled(), self.today)
        enter_entries(self.first, self.second, self._institutions(), self.month)
        root = next(place["id"] for place in self._places() if place["parent_id"] is None)
        ask_for_entries(self.second, root, self.month)
        check_tariffs(self.second, self.month)
        check_heating_seasons(self.second)
        enter_contract(self.first, self.second, self._institutions()[0]["code"])

    def close(self, wait_until: Callable[[Callable[[], bool]], None]) -> tuple[str, str] | None:
        """Close the month of the first institution, once its figures are there.

        Returns
        -------
        tuple of str, or None
            Code of the institution and digest of the entry; None where it is closed already.
        """
        institution = self._institutions()[0]
        meters = self._settled(institution["id"])
        if is_closed(self.first, institution["id"], self.month):
            return None
        digest: str | None = None

        def closed() -> bool:
            nonlocal digest
            if is_counted(self.first, meters, self.month, self.zone):
                digest = close_month(self.first, self.second, institution["id"], self.month)
            return digest is not None

        wait_until(closed)
        return institution["code"], digest or ""

    def _settled(self, organisation: int | None = None) -> list[Mapping[str, Any]]:
        query = {} if organisation is None else {"organisation": organisation}
        found = self.first.get("meters", limit=1000, **query)["items"]
        return [meter for meter in found if meter["role"] in _SETTLED]

    def _places(self) -> list[Mapping[str, Any]]:
        return list(self.first.get("organisations", limit=1000)["items"])

    def _institutions(self) -> list[Mapping[str, Any]]:
        """By id: the first one is that with which the console's page begins."""
        found = [place for place in self._places() if place["kind"] == "institution"]
        return sorted(found, key=lambda place: int(place["id"]))


def tell(demo: Demo) -> None:
    """Let the two people work, until one month is closed.

    Where a password is no longer the demo's nobody works. A month that began before the history is
    not closed.

    Raises
    ------
    LocalApiError
        If the API refuses what they want.
    """
    zone = ZoneInfo(demo.district.settings.zone)
    first, second = (_signed_in(demo, who) for who in (demo.sign_in, demo.reviewer))
    if first is None or second is None:
        return
    story = Story(first, second, local_day(datetime.now(UTC), zone), zone)
    story.begin()
    enter_fleet_rules(first, demo.district, story.today)
    if local_day(demo.district.settings.first, zone) > story.month:
        return
    closed = story.close(lambda done: demo.wait_until(_now_and_then(done)))
    if closed is not None:
        code, digest = closed
        print(
            f"civicwatt demo: {code}, {story.month:%Y-%m}: closed, 已结账 SHA-256 {digest}",
            flush=True,
        )
    first_day = local_day(demo.district.settings.first, zone) + timedelta(days=1)
    enter_baseline(first, first_day, story.today)


def _signed_in(demo: Demo, who: SignIn) -> LocalApi | None:
    if who.password is None:
        return None
    api = LocalApi(demo.port)
    api.sign_in(who.login, who.password)
    return api


def _now_and_then(done: Callable[[], bool]) -> Callable[[], bool]:
    """The same question, asked at most every `LOOK_S`."""
    due = time.monotonic()

    def asked() -> bool:
        nonlocal due
        if time.monotonic() < due:
            return False
        found = done()
        due = time.monotonic() + LOOK_S
        return found

    return asked
