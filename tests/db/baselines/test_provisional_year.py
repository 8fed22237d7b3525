"""While a year is provisional the band of a saving takes in what its notice may still move."""

from collections.abc import Iterator
from datetime import date

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from domain.calendar import CalendarDay, DayKind, whole_year
from store.places.calendar import put_year
from store.places.registry import write as write_registry
from tests.baselined_building import TRAINED, plant_days, plant_surroundings, used
from tests.conftest import as_template, connected, new_database
from tests.db.baselines.conftest import work
from tests.db.conftest import V1, add_people
from tests.estate import estate
from tests.metered_building import PLACE, meter_id, place_id

pytestmark = pytest.mark.db

FORTNIGHT: dict[str, str | int] = {
    "first_day": "2025-05-05",
    "end_day": "2025-05-19",
    "confidence": "0.8",
}
FALL_KWH, RISE_KWH = 10 * 500.0, 2 * 400.0 + 2 * 500.0
"""Ten workdays of 900 kWh that may be off (400), a weekend of 500 and 400 that may be worked."""


@pytest.fixture(scope="module")
def planted(database_server: str, template: str) -> Iterator[str]:
    """Name of a database with the school's two years of use, weather and calendar; people."""
    with new_database(database_server, template) as url:
        with connected(url) as conn:
            write_registry(conn, estate())
            add_people(conn)
            plant_surroundings(conn, place_id(conn, "school"))
            plant_days(conn, meter_id(conn, "school-meter-0"), used())
        with as_template(database_server, url) as name:
            yield name


def test_a_provisional_year_widens_the_band_and_its_notice_ends_that(
    conn: Connection, admin: TestClient
) -> None:
    """The holidays of 2025 are in no table, so any of its days may be moved."""
    baseline = fitted(conn, admin)

    def total() -> dict[str, object]:
        params = FORTNIGHT | {"baseline": baseline}
        answer = admin.get(f"{V1}/savings", params=params).json()
        return {"provisional": answer["calendar_provisional"], **answer["total"]}

    sure = total()
    enter(conn, provisional=True)
    widened = total()
    assert [sure["provisional"], widened["provisional"]] == [False, True]
    assert widened["saving"] == sure["saving"]
    base, actual = float(str(sure["baseline"])), float(str(sure["actual"]))
    low, high = ends(sure)
    assert ends(widened) == pytest.approx(
        (
            (base - FALL_KWH) * (low + actual) / base - actual,
            (base + RISE_KWH) * (high + actual) / base - actual,
        ),
        rel=0.03,
    )
    assert float(str(widened["p_saving"])) < float(str(sure["p_saving"]))
    enter(conn, provisional=False)
    assert total() == sure


def test_savings_as_of_before_the_notice_go_by_the_calendar_of_then(
    conn: Connection, admin: TestClient
) -> None:
    """The baseline of 14 May, which the notice takes off, is that of a workday until it came."""
    baseline = fitted(conn, admin)
    enter(conn, provisional=True)
    [then] = conn.execute("SELECT clock_timestamp()")
    off = CalendarDay(date(2025, 5, 14), DayKind.HOLIDAY, "new", "notice")
    put_year(conn, "cn", whole_year(2025, [off], "test"), provisional=False, source="notice")

    def told(**known: str) -> list[object]:
        params = FORTNIGHT | {"baseline": baseline} | known
        answer = admin.get(f"{V1}/savings", params=params).json()
        return [answer["calendar_provisional"], answer["items"][9]["baseline"]]

    assert told() == [False, pytest.approx(400.0, rel=0.05)]
    assert told(as_of=then[0].isoformat()) == [True, pytest.approx(900.0, rel=0.05)]
    conn.execute("UPDATE calendar_year SET kept_from = now() WHERE year = 2025")
    params = FORTNIGHT | {"baseline": baseline, "as_of": then[0].isoformat()}
    refused = admin.get(f"{V1}/savings", params=params)
    assert (refused.status_code, refused.json()["code"]) == (409, "calendar_not_kept")


def fitted(conn: Connection, admin: TestClient) -> int:
    """Id of a baseline of the building, trained on 2024."""
    wanted = {
        "organisation": PLACE,
        "medium": "electricity",
        "first_day": "2024-01-01",
        "end_day": "2025-01-01",
        "reporting_from": str(TRAINED),
    }
    baseline = admin.post(f"{V1}/baselines", json=wanted).json()["id"]
    assert work(conn) == 1
    return int(baseline)


def ends(total: dict[str, object]) -> tuple[float, float]:
    band = total["band"]
    assert isinstance(band, dict)
    return band["low"], band["high"]


def enter(conn: Connection, *, provisional: bool) -> None:
    days = whole_year(2025, [], "test")
    put_year(conn, "cn", days, provisional=provisional, source="test")
