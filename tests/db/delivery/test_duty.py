"""Rosters, channels, hand-overs and links over the API."""

import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import ApiSettings
from tests.db.conftest import V1, SignIn
from tests.db.delivery.conftest import NIGHT, SECRET_KEY, Post
from tests.receiver import receiver

pytestmark = pytest.mark.db


@pytest.fixture
def client(database: str) -> Any:
    """A browser at a console whose installation has a secret key."""
    settings = ApiSettings(database_url=database, secret_key=SECRET_KEY)
    with TestClient(create_app(settings)) as client:
        yield client


def desk_of(client: TestClient) -> str:
    (desk,) = (
        each for each in client.get(f"{V1}/rosters").json()["items"] if each["code"] == "school"
    )
    return f"{V1}/rosters/{desk['id']}"


def refused(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.json()["code"])


def test_a_channel_is_entered_tried_and_its_secret_is_never_seen_again(
    post: Post, sign_in: SignIn
) -> None:
    with receiver(
        lambda asked: (200 if asked.headers.get("Civicwatt-Signature") else 401, b"{}")
    ) as server:
        admin = sign_in("admin")
        desk = desk_of(admin)
        wanted = {"kind": "webhook", "name": "bus", "to": f"{server.url}/in/7f3a", "secret": "hush"}
        made = admin.post(f"{desk}/channels", json=wanted).json()
        assert made["shown"] == "127.0.0.1 …7f3a"
        assert admin.post(f"{desk}/channels/{made['id']}/tests").status_code == 202
        post.round()
        (row,) = admin.get(f"{desk}/channels").json()["items"]
        assert (row["state"], row["dead"]) == ("sent", 0)
        assert "hush" not in admin.get(f"{desk}/channels").text
        assert "school 测试消息" in server.requests[0].body.decode()
    kept = post.one("SELECT sealed FROM channel")
    assert isinstance(kept, bytes)
    assert b"hush" not in kept


def test_what_was_given_up_is_seen_and_sent_again_with_its_key(post: Post, sign_in: SignIn) -> None:
    with receiver(lambda _: (410, b"gone")) as server:
        post.channel("webhook", server.url)
        post.alert()
        post.round()
        school = sign_in("school")
        desk = desk_of(school)
        (dead,) = school.get(f"{desk}/deliveries", params={"state": "dead"}).json()["items"]
        assert "410" in dead["told"]
        server.judge = lambda _: (200, b"{}")
        assert school.post(f"{desk}/deliveries/{dead['id']}/resend").status_code == 204
        again = school.post(f"{desk}/deliveries/{dead['id']}/resend")
        assert refused(again, 409) == "nothing_given_up"
        post.conn.execute("UPDATE delivery SET due_at = %s", [post.now])
        post.round()
        assert post.states() == ["sent"]
        assert len({asked.headers["Idempotency-Key"] for asked in server.requests}) == 1


def test_what_is_no_address_is_refused(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    wanted = {"kind": "mail", "name": "n", "to": "lin"}
    assert refused(admin.post(f"{desk_of(admin)}/channels", json=wanted), 422) == "no_mail_address"


def test_a_desk_is_its_own_people_s(sign_in: SignIn, post: Post) -> None:
    school = sign_in("school")
    desk = desk_of(school)
    wanted = {"kind": "mail", "name": "n", "to": "a@b.example"}
    assert refused(school.post(f"{desk}/channels", json=wanted), 403) == "desk_administrators_only"
    for path in ("setting", "shifts", "channels", "deliveries", "night", "hand-overs"):
        span = {"from": "2026-11-01T00:00:00Z", "to": "2026-12-01T00:00:00Z"}
        answer = sign_in("hospital").get(f"{desk}/{path}", params=span)
        assert refused(answer, 404) == "no_desk"
    stranger = {"on_duty": post.person("hospital"), "rank": 1,
                "start_at": "2026-11-23T00:00:00Z", "end_at": "2026-11-23T12:00:00Z"}  # fmt: skip
    answer = sign_in("school").post(f"{desk}/shifts", json=stranger)
    assert refused(answer, 422) == "not_of_this_desk"


def test_hours_ladder_and_shifts_are_set_and_hold(post: Post, sign_in: SignIn) -> None:
    admin = sign_in("admin")
    desk = desk_of(admin)
    shipped = admin.get(f"{desk}/setting").json()
    assert (shipped["digest_at"], shipped["escalate_min"]) == ("08:30:00", [10, 20])
    wanted = {**shipped, "escalate_min": [5], "tone_s": 30, "phone": "0431-110"}
    wanted.pop("zone")
    assert admin.put(f"{desk}/setting", json=wanted).status_code == 204
    falling = {**wanted, "escalate_min": [9, 5]}
    assert refused(admin.put(f"{desk}/setting", json=falling), 422) == "ladder_not_rising"
    early = {**wanted, "digest_at": "06:30:00"}
    assert refused(admin.put(f"{desk}/setting", json=early), 422) == "digest_in_quiet_hours"
    start = post.now - timedelta(hours=1)
    end = start + timedelta(hours=8)
    shift = {"on_duty": post.person("night"), "rank": 1, "start_at": start.isoformat(),
             "end_at": end.isoformat(), "phone": "13800138000"}  # fmt: skip
    school = sign_in("school")
    assert school.post(f"{desk}/shifts", json=shift).status_code == 204
    backwards = {**shift, "end_at": shift["start_at"]}
    assert refused(school.post(f"{desk}/shifts", json=backwards), 422) == "no_shift"
    span = {"from": start.isoformat(), "to": (start + timedelta(days=1)).isoformat()}
    (row,) = school.get(f"{desk}/shifts", params=span).json()["items"]
    assert (row["person"], row["rank"], row["phone"]) == ("night", 1, "13800138000")
    with receiver() as server:
        post.channel("dingtalk", server.url, rung=1)
        post.alert()
        post.later(minutes=6)
        post.round()
        told = server.requests[0].told()
    assert told["at"] == {"atMobiles": ["13800138000"], "isAtAll": False}
    assert "0431-110" in str(told)
    assert school.delete(f"{desk}/shifts/{row['id']}").status_code == 204
    assert school.get(f"{desk}/shifts", params=span).json()["items"] == []


def test_a_shift_is_handed_over_with_what_stands_and_signed_by_both(
    post: Post, sign_in: SignIn
) -> None:
    post.alert(rule="night_flow", month_cny="720")
    post.alert(rule="night_load", priority="high", month_cny=None)
    night = sign_in("night")
    desk = desk_of(night)
    draft = night.get(f"{desk}/hand-overs/draft").json()
    assert [each["rule"] for each in draft["standing"]] == ["night_flow", "night_load"]
    assert night.post(f"{desk}/hand-overs", json={"note": "pump 2 is off"}).status_code == 201
    (given,) = night.get(f"{desk}/hand-overs").json()["items"]
    assert (given["given_by"], given["taken_by"], given["yours"]) == ("night", None, True)
    own = night.post(f"{desk}/hand-overs/{given['id']}/signature")
    assert refused(own, 409) == "hand_over_second_person"
    day = sign_in("day")
    assert day.post(f"{desk}/hand-overs/{given['id']}/signature").status_code == 204
    again = day.post(f"{desk}/hand-overs/{given['id']}/signature")
    assert refused(again, 409) == "hand_over_taken"
    (taken,) = day.get(f"{desk}/hand-overs").json()["items"]
    assert (taken["taken_by"], taken["note"]) == ("day", "pump 2 is off")
    assert taken["document"]["standing"][0]["month_cny"] == "720"


def test_the_night_shift_sees_what_to_do_first_and_what_waiting_costs(
    post: Post, sign_in: SignIn
) -> None:
    post.alert(rule="night_load", priority="high", month_cny="1440")
    post.alert(rule="night_flow")
    school = sign_in("school")
    night = school.get(f"{desk_of(school)}/night").json()
    leak, load = night["matters"]
    assert (leak["rule"], leak["waiting"]["safe"]) == ("night_flow", False)
    assert (load["rule"], load["waiting"]["safe"]) == ("night_load", True)
    assert len(load["card"]["steps_zh"]) == 3
    address = f"{desk_of(school)}/night/{leak['id']}/acknowledgement"
    assert school.post(address).status_code == 204
    assert school.get(f"{desk_of(school)}/night").json()["matters"][1]["state"] == "acknowledged"
    act, person = post.conn.execute("SELECT act, person_id FROM alert_event").fetchall()[0]
    assert (act, person) == ("acknowledge", post.person("school"))


def link_sent(post: Post) -> str:
    """The token that a telephone is sent at three in the night."""
    post.now = NIGHT
    with receiver() as server:
        post.channel("webhook", server.url, of="night")
        post.on_duty("night")
        post.alert()
        post.round()
        found = re.search(r"/acknowledge/([\w-]+)", server.requests[0].body.decode())
    assert found is not None
    post.conn.execute("UPDATE alert_link SET expires_at = now() + interval '1 hour'")
    return found[1]


def test_a_telephone_acknowledges_by_its_link_and_nothing_else(
    post: Post, client: TestClient
) -> None:
    token = link_sent(post)
    address = f"{V1}/acknowledgements/{token}"
    seen = client.get(address).json()
    assert (seen["rule"], seen["state"], seen["name_zh"]) == ("night_flow", "open", "school")
    assert client.get(f"{V1}/rosters").status_code == 401
    assert client.post(address).json()["state"] == "acknowledged"
    assert client.post(address).json()["state"] == "acknowledged"
    events = post.conn.execute("SELECT act, person_id, reason FROM alert_event").fetchall()
    assert events == [("acknowledge", post.person("night"), "link")]
    assert post.one("SELECT used_at IS NOT NULL FROM alert_link") is True


@pytest.mark.parametrize(
    "spoilt",
    [
        "UPDATE alert_link SET expires_at = now()",
        "UPDATE person SET active = false WHERE login = 'night'",
        "DELETE FROM scope WHERE person_id = (SELECT person_id FROM person WHERE login = 'night')",
    ],
)
def test_a_link_ends_with_its_time_and_with_its_person_s_rights(
    post: Post, client: TestClient, spoilt: str
) -> None:
    token = link_sent(post)
    post.conn.execute(spoilt)
    for ask in (client.get, client.post):
        assert refused(ask(f"{V1}/acknowledgements/{token}"), 404) == "link_over"
    assert post.one("SELECT state FROM alert") == "open"


def test_a_guessed_link_opens_nothing(client: TestClient) -> None:
    assert refused(client.post(f"{V1}/acknowledgements/{'A' * 43}"), 404) == "link_over"
