"""A baseline of one building of the demo: ten months fitted, what came since held against them."""

from datetime import date, timedelta

from civicwatt.demo.person import Person

REPORTED = timedelta(days=56)
"""How long ago savings of the demo begin. [d]"""


def enter_baseline(person: Person, first_day: date, today: date) -> None:
    """Want a baseline of the first building with a main meter of electricity; only once.

    Parameters
    ----------
    first_day : date
        First whole day of the history.
    today : date
        Local day.
    """
    if person.get("baselines")["items"]:
        return
    meters = person.get("meters", limit=1000)["items"]
    main = min(
        (each for each in meters if (each["medium"], each["role"]) == ("electricity", "main")),
        key=lambda each: int(each["id"]),
        default=None,
    )
    end_day = today - REPORTED
    if main is None or end_day - first_day < timedelta(days=90):
        return
    places = person.get("organisations", limit=1000)["items"]
    place = next(each["code"] for each in places if each["id"] == main["organisation_id"])
    baseline = {"organisation": place, "meter": main["id"], "medium": "electricity"}
    days = {"first_day": first_day, "end_day": end_day, "reporting_from": end_day}
    person.post("baselines", baseline | days | {"note": "invented for the demo 演示用虚构"})
