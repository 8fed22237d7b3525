"""A contractor is sent about an alert, works, and somebody else closes the order."""

import io
from typing import Any

import pytest
from PIL import Image

from tests.db.conftest import V1, SignIn
from tests.db.delivery.conftest import Post
from tests.receiver import receiver

pytestmark = pytest.mark.db

ORDERS = f"{V1}/work-orders"


@pytest.fixture
def contractor(post: Post) -> int:
    """The operator of the hospital, whose firm has a contract over the school's meter."""
    post.conn.execute("INSERT INTO contract (code, name) VALUES ('c', 'c')")
    post.conn.execute(
        "INSERT INTO contract_meter SELECT contract_id, meter_id, '[2026-01-01Z,)' "
        "FROM contract, meter WHERE meter.code = 'school-meter-0'"
    )
    post.conn.execute(
        "INSERT INTO scope (person_id, role, contract_id) "
        "SELECT p.person_id, 'contractor', c.contract_id FROM person p, contract c "
        "WHERE p.login = 'hospital'"
    )
    return post.person("hospital")


def metered_alert(post: Post) -> int:
    alert = post.alert(rule="night_load", priority="high", month_cny="1440.00")
    post.conn.execute(
        "UPDATE alert SET month = 1800, unit = 'kWh', meter_id = "
        "(SELECT meter_id FROM meter WHERE code = 'school-meter-0')"
    )
    return alert


def given(sign_in: SignIn, alert: int, person: int) -> dict[str, Any]:
    body = {"alert_id": alert, "assignee_id": person, "task": "stop fan 3", "due_day": "2026-12-01"}
    answer = sign_in("school").post(ORDERS, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def go(client: Any, order: int, revision: int, state: str, note: str = "") -> Any:
    body = {"state": state, "revision": revision, "note": note}
    return client.post(f"{ORDERS}/{order}/steps", json=body)


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "gray").save(made, "PNG")
    return made.getvalue()


def test_an_order_goes_from_the_desk_to_the_contractor_and_back(
    post: Post, sign_in: SignIn, contractor: int
) -> None:
    alert = metered_alert(post)
    order = given(sign_in, alert, contractor)
    assert (order["month"], order["unit"], order["month_cny"]) == (1800.0, "kWh", "1440.00")
    assert (order["state"], order["next"]) == ("issued", ["cancelled"])
    state, assigned = post.conn.execute("SELECT state, assigned_to FROM alert").fetchall()[0]
    assert (state, assigned) == ("assigned", contractor)

    firm = sign_in("hospital")
    (seen,) = firm.get(ORDERS).json()["items"]
    assert (seen["next"], seen["place"]) == (["accepted"], "school school")
    assert go(firm, seen["id"], 1, "accepted").json()["next"] == ["done"]
    assert go(firm, seen["id"], 2, "done").json()["code"] == "order_note_missing"
    photos = f"{ORDERS}/{seen['id']}/photos"
    assert firm.post(photos, content=picture()).status_code == 204
    done = go(firm, seen["id"], 2, "done", "relay replaced").json()
    assert firm.post(photos, content=picture() + b" ").json()["code"] == "order_not_under_way"
    assert firm.get(f"{photos}/{done['photos'][0]}").content[:2] == b"\xff\xd8"

    school = sign_in("school")
    assert go(school, seen["id"], 3, "returned", "still runs at night").status_code == 200
    assert go(sign_in("hospital"), seen["id"], 4, "done", "timer set").status_code == 200
    closed = go(sign_in("school"), seen["id"], 5, "closed").json()
    assert (closed["state"], closed["next"], closed["month_cny"]) == ("closed", [], "1440.00")


def test_whom_an_alert_is_given_to_is_told_over_their_own_channel_or_else_that_of_the_desk(
    post: Post, sign_in: SignIn, contractor: int
) -> None:
    school = sign_in("school")
    alert = metered_alert(post)

    def assign(login: str | None) -> None:
        body = {"act": "assign", "login": login}
        assert school.post(f"{V1}/alerts/{alert}/acts", json=body).status_code == 201

    with receiver() as server:
        post.channel("webhook", f"{server.url}/night", of="night")
        post.channel("webhook", f"{server.url}/group")
        post.channel("webhook", f"{server.url}/later", rung=1)
        post.round()
        del server.requests[:]
        assign("night")
        post.round()
        (own,) = server.requests
        assert own.path == "/night"
        assert "夜间基荷偏高，交给 night" in str(own.told()["title"])
        assert own.told()["link"] == "https://desk.example"

        assign(None)  # who takes it needs no message
        post.round()
        given(sign_in, alert, contractor)
        post.round()
        (_, told) = server.requests
        assert told.path == "/group"
        assert str(told.told()["title"]).startswith("工单 · school：夜间基荷偏高，派给 hospital")
        assert told.told()["lines"][:2] == ["stop fan 3", "期限 2026-12-01"]


def test_nobody_says_what_is_not_theirs_to_say(
    post: Post, sign_in: SignIn, contractor: int
) -> None:
    order = given(sign_in, metered_alert(post), contractor)
    assert go(sign_in("school"), order["id"], 1, "accepted").json()["code"] == "order_not_yours"
    firm = sign_in("hospital")
    assert go(firm, order["id"], 1, "cancelled", "no").json()["code"] == "order_not_yours"
    assert go(firm, order["id"], 1, "done", "x").json()["code"] == "order_course"
    assert go(firm, order["id"], 4, "accepted").json()["code"] == "order_revision"
    assert go(firm, order["id"], 1, "accepted").status_code == 200
    assert go(firm, order["id"], 1, "accepted").json()["code"] == "order_revision"


def test_who_did_the_work_does_not_close_the_order(post: Post, sign_in: SignIn) -> None:
    order = given(sign_in, metered_alert(post), post.person("night"))
    night = sign_in("night")
    for revision, state in ((1, "accepted"), (2, "done")):
        answer = go(night, order["id"], revision, state, "done")
    assert answer.json()["next"] == ["returned"]
    assert go(night, order["id"], 3, "closed").json()["code"] == "order_second_person"
    assert go(sign_in("day"), order["id"], 3, "closed").status_code == 200


def test_a_stranger_is_not_sent_and_sees_nothing(post: Post, sign_in: SignIn) -> None:
    alert = metered_alert(post)
    body = {"alert_id": alert, "assignee_id": post.person("hospital"), "task": "t"}
    assert sign_in("school").post(ORDERS, json=body).json()["code"] == "nobody_to_send"
    order = given(sign_in, alert, post.person("night"))
    stranger = sign_in("hospital")
    assert stranger.get(ORDERS).json()["items"] == []
    assert stranger.get(f"{ORDERS}/{order['id']}").json()["code"] == "no_order"
    assert stranger.get(f"{ORDERS}/people", params={"alert": alert}).json()["items"] == []
