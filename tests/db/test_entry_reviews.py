"""Many entries checked or approved at once: each by its own rules, and none in silence."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from api.app import create_app
from api.settings import ApiSettings
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.db.test_manual_entries import carried, done, edited, entered
from tests.estate import estate
from tests.password import PASSWORD

pytestmark = pytest.mark.db

ENTRIES = f"{V1}/manual-entries"


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """The school of `school`, the hospital, a `bureau` over both and one over the hospital."""
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        row = conn.execute("SELECT password_hash FROM person WHERE login = 'school'").fetchone()
        assert row is not None
        for login, place in (("bureau", "bureau"), ("second", "bureau"), ("ward", "hospital")):
            add_person(conn, login=login, name=login, password_hash=row[0])
            grant(conn, login=login, role="bureau", organisation=place)
        yield conn


def submitted(client: Any, conn: Connection, months: range, **other: object) -> list[Any]:
    """Entries of some months of 2025, handed in."""
    return [
        carried(client, entered(client, conn, month=f"2025-{month:02}-01", **other), "submit")
        for month in months
    ]


def reviewed(client: Any, action: str, entries: list[Any]) -> Any:
    seen = [{"entry_id": each["id"], "revision": each["revision"]} for each in entries]
    return client.post(f"{ENTRIES}/reviews", json={"action": action, "entries": seen})


def states(client: Any, entries: list[Any]) -> list[str]:
    return [client.get(f"{ENTRIES}/{each['id']}").json()["state"] for each in entries]


def now(client: Any, entries: list[Any]) -> list[Any]:
    return [client.get(f"{ENTRIES}/{each['id']}").json() for each in entries]


def test_a_year_is_checked_and_approved_with_two_presses(sign_in: SignIn, conn: Connection) -> None:
    year = submitted(sign_in("school"), conn, range(1, 13))
    bureau = sign_in("bureau")
    ids = [each["id"] for each in year]
    answer = reviewed(bureau, "check", year)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"done": ids, "refused": []}
    assert reviewed(bureau, "approve", now(bureau, year)).json()["done"] == ids
    assert set(states(bureau, year)) == {"approved"}
    signed = [(each["state"], each["person"]) for each in now(bureau, year)[0]["steps"]]
    assert signed[-2:] == [("checked", "bureau"), ("approved", "bureau")]


def test_those_that_cannot_go_on_stay_and_are_told_why(sign_in: SignIn, conn: Connection) -> None:
    good, moved, approved = submitted(sign_in("school"), conn, range(1, 4))
    draft = entered(sign_in("school"), conn, month="2025-05-01")
    approved = carried(sign_in("second"), approved, "check", "approve")
    assert done(sign_in("second"), moved, "return", reason="which bill?").status_code == 200
    [own] = submitted(sign_in("bureau"), conn, range(4, 5))
    gone = {"id": 10**9, "revision": 1}
    bureau = sign_in("bureau")
    answer = reviewed(bureau, "check", [good, moved, approved, own, draft, gone]).json()
    assert answer["done"] == [good["id"]]
    assert [(each["entry_id"], each["code"]) for each in answer["refused"]] == [
        (moved["id"], "moved"),
        (approved["id"], "order"),
        (own["id"], "second_person"),
        (draft["id"], "order"),
        (gone["id"], "not_there"),
    ]
    assert "draft cannot become checked" in answer["refused"][3]["reason"]
    assert states(bureau, [good, moved, approved, own, draft]) == [
        "checked", "returned", "approved", "submitted", "draft",
    ]  # fmt: skip


def test_a_reviewer_of_one_place_moves_nothing_of_another(
    sign_in: SignIn, conn: Connection
) -> None:
    year = submitted(sign_in("school"), conn, range(1, 3))
    unseen = reviewed(sign_in("ward"), "check", year).json()
    assert [each["code"] for each in unseen["refused"]] == ["not_there", "not_there"]
    assert reviewed(sign_in("school"), "check", year).status_code == 403
    assert states(sign_in("bureau"), year) == ["submitted", "submitted"]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"action": "submit", "entries": [{"entry_id": 1, "revision": 1}]}, "action"),
        ({"action": "check", "entries": []}, "entries"),
        ({"action": "check", "entries": [{"entry_id": 1, "revision": 1}] * 2}, "named twice"),
        ({"action": "check", "entries": [{"entry_id": 1}]}, "revision"),
        ({"action": "check", "entries": [{"entry_id": 1, "revision": n} for n in range(1001)]},
         "1000"),
    ],
)  # fmt: skip
def test_what_is_no_review_is_refused_with_its_place(
    sign_in: SignIn, conn: Connection, wanted: dict[str, object], told: str
) -> None:
    assert conn.info.dbname
    answer = sign_in("bureau").post(f"{ENTRIES}/reviews", json=wanted)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_a_version_saved_meanwhile_is_not_checked_unseen(sign_in: SignIn, conn: Connection) -> None:
    school = sign_in("school")
    seen = submitted(school, conn, range(1, 3))
    carried(school, edited(school, seen[0], amount="121").json(), "submit")
    answer = reviewed(sign_in("bureau"), "check", seen).json()
    assert (answer["done"], answer["refused"][0]["code"]) == ([seen[1]["id"]], "moved")


# FastAPI hides this warning while it builds, in a way that is not for two threads.
@pytest.mark.filterwarnings("ignore:The 'alias' attribute")
def test_of_two_who_check_the_same_at_once_each_entry_goes_to_one(
    conn: Connection, sign_in: SignIn, database: str
) -> None:
    year = submitted(sign_in("school"), conn, range(1, 13))
    apps = [create_app(ApiSettings(database_url=database)) for _ in range(2)]
    with ExitStack() as stack:
        clients = [stack.enter_context(TestClient(app)) for app in apps]
        for client, login in zip(clients, ("bureau", "second"), strict=True):
            answer = client.post(f"{V1}/session", json={"login": login, "password": PASSWORD})
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(lambda each: reviewed(each, "check", year).json(), clients))
    by_both = [entry_id for each in told for entry_id in each["done"]]
    assert sorted(by_both) == sorted(each["id"] for each in year)
    refused = [each["code"] for answer in told for each in answer["refused"]]
    assert refused == ["moved"] * 12
