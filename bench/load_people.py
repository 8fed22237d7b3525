"""People at their consoles, for Locust: ``locust -f bench/load_people.py --host http://..``.

Each kind asks what a page of the console asks, as often as such people are there, and reads 5 s to
15 s before the next page. Operations are named without what they are about, so that all
buildings count as one.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from locust import HttpUser, between, task

from bench.portfolio import PASSWORD, PEOPLE

_DRAWN = random.Random(20261124)  # noqa: S311 - which building is looked at, no secret


class Person(HttpUser):
    """Somebody of the bureau or of one institution, who has signed in."""

    abstract = True
    wait_time = between(5, 15)
    _of_everything = False

    def on_start(self) -> None:
        """Sign in, and learn what there is to look at."""
        login = "bureau" if self._of_everything else _DRAWN.choice(list(PEOPLE))
        answer = self.client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        answer.raise_for_status()
        self.buildings = self._items("/buildings")
        self.mains = [each for each in self._items("/meters") if each["role"] == "main"]
        places = self._items("/organisations")
        self.institutions = [o["id"] for o in places if o["kind"] == "institution"]

    def ask(self, name: str, path: str, **query: object) -> Any:
        """What is answered; an error of any kind is counted as such by Locust."""
        answer = self.client.get(f"/api/v1{path}", params=query, name=name)
        return answer.json() if answer.ok else None

    def _items(self, path: str) -> list[dict[str, Any]]:
        answer = self.client.get(f"/api/v1{path}", params={"limit": 1000}, name=f"once {path}")
        answer.raise_for_status()
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


def over(days: int) -> dict[str, str]:
    """The last so many days until now, as instants."""
    now = datetime.now(UTC)
    return {"from": (now - timedelta(days=days)).isoformat(), "to": now.isoformat()}


def local_days(days: int) -> dict[str, str]:
    """The last so many whole days, as dates."""
    today = datetime.now(UTC).date()
    return {"first_day": str(today - timedelta(days=days)), "end_day": str(today)}


class AtTheDesk(Person):
    """An operator who goes through the alerts."""

    weight = 4

    @task
    def look(self) -> None:
        """The desk and its list, then one alert with what was expected."""
        self.ask("alerts: desk", "/alerts/desk")
        listed = self.ask("alerts: list", "/alerts", limit=200)
        if listed and listed["items"]:
            one = _DRAWN.choice(listed["items"])["id"]
            self.ask("alerts: one", f"/alerts/{one}")
            self.ask("alerts: expected", f"/alerts/{one}/expected")


class InABuilding(Person):
    """Somebody who looks at a building: today, the load curve, the month, the balance."""

    weight = 4

    @task
    def look(self) -> None:
        """One building's page."""
        main = _DRAWN.choice(self.mains)
        building = main["organisation_id"]
        code = next(each["code"] for each in self.buildings if each["id"] == building)
        of = {"medium": "electricity"}
        self.ask("building: itself", f"/buildings/{building}")
        self.ask("building: today", f"/buildings/{building}/today")
        self.ask("building: load of a day", f"/organisations/{code}/series", **of, **over(1))
        month = {**of, **local_days(31), "step": "day"}
        self.ask("building: month by day", f"/organisations/{code}/use", **month)
        self.ask("building: balance", f"/buildings/{building}/balance", **of, **over(31))


class OverThePortfolio(Person):
    """Somebody of the bureau who compares institutions."""

    weight = 2
    _of_everything = True

    @task
    def look(self) -> None:
        """The portfolio's page, and the whole of it by day and by month."""
        year = datetime.now(UTC).year
        of = {"medium": "electricity"}
        self.ask("portfolio: indicators", "/indicators", year=year)
        self.ask("portfolio: buildings", "/buildings")
        month = {**of, **local_days(31), "step": "day"}
        self.ask("portfolio: month by day", "/organisations/bureau/use", **month)
        months = {**of, **local_days(365), "step": "month"}
        self.ask("portfolio: year by month", "/organisations/bureau/use", **months)


class OverAYear(Person):
    """Somebody who looks at a year of one meter."""

    weight = 2

    @task
    def look(self) -> None:
        """Its curve, its days and its months."""
        meter = _DRAWN.choice(self.mains)["id"]
        self.ask("meter: curve of a year", "/series", meter=meter, **over(365))
        for step in ("day", "month"):
            year = {"meter": meter, "step": step, **over(365)}
            self.ask(f"meter: year by {step}", "/consumption", **year)


class WithTheFleet(Person):
    """Somebody who looks after vehicles."""

    weight = 2

    @task
    def look(self) -> None:
        """The week of all, the trips of one, and the fuel displaced in a month."""
        week = over(7)
        span = {"first": week["from"], "end": week["to"]}
        listed = self.ask("fleet: vehicles", "/vehicles", limit=1000)
        self.ask("fleet: week of all", "/vehicle-use", **span)
        self.ask("fleet: suspicions", "/suspicions")
        if listed and listed["items"]:
            one = _DRAWN.choice(listed["items"])["id"]
            self.ask("fleet: trips of one", f"/vehicles/{one}/trips", **span)
        last = (datetime.now(UTC).replace(day=1) - timedelta(days=1)).date().replace(day=1)
        place = _DRAWN.choice(self.institutions)
        months = {"place": place, "first_month": str(last), "last_month": str(last)}
        self.ask("fleet: fuel of a month", "/fleet-summary", **months)
