"""Each channel against a server that checks the request as the real one would."""

import base64
import hashlib
import hmac
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.db.delivery.conftest import Post
from tests.receiver import Received, Reply, receiver

pytestmark = pytest.mark.db

SECRET = "SECtop"
OK, NO = b'{"errcode": 0, "errmsg": "ok"}', b'{"errcode": 310000, "errmsg": "sign not match"}'


def dingtalk(post: Post) -> Callable[[Received], Reply]:
    def judge(asked: Received) -> Reply:
        at = asked.query["timestamp"]
        mac = hmac.digest(SECRET.encode(), f"{at}\n{SECRET}".encode(), "sha256")
        fresh = abs(int(at) / 1000 - post.now.timestamp()) < 3600
        signed = asked.query["sign"] == base64.b64encode(mac).decode() and fresh
        told = asked.told()
        fits = len(asked.body) <= 20_000 and told["msgtype"] == "markdown"
        json_sent = asked.headers["Content-Type"].startswith("application/json")
        return 200, OK if signed and fits and json_sent else NO

    return judge


def feishu(post: Post) -> Callable[[Received], Reply]:
    def judge(asked: Received) -> Reply:
        told = asked.told()
        mac = hmac.digest(f"{told['timestamp']}\n{SECRET}".encode(), b"", "sha256")
        fresh = abs(int(str(told["timestamp"])) - post.now.timestamp()) < 3600
        signed = told["sign"] == base64.b64encode(mac).decode() and fresh
        fits = len(asked.body) <= 20 * 1024 and told["msg_type"] == "text"
        answer = {"code": 0} if signed and fits else {"code": 19021, "msg": "sign match fail"}
        return 200, json.dumps(answer).encode()

    return judge


def wecom(_post: Post) -> Callable[[Received], Reply]:
    def judge(asked: Received) -> Reply:
        told = asked.told()["text"]
        assert isinstance(told, dict)
        fits = len(told["content"].encode()) <= 2048 and asked.query["key"] == "693a"
        return 200, OK if fits else NO

    return judge


def webhook(_post: Post) -> Callable[[Received], Reply]:
    def judge(asked: Received) -> Reply:
        parts = dict(each.split("=") for each in asked.headers["Civicwatt-Signature"].split(","))
        mac = hmac.digest(SECRET.encode(), parts["t"].encode() + b"." + asked.body, "sha256")
        good = parts["v1"] == mac.hex() and asked.headers["Idempotency-Key"] == asked.told()["key"]
        return (200, b"{}") if good else (401, b"wrong signature")

    return judge


ROBOTS = [
    ("dingtalk", dingtalk, "/robot/send?access_token=t0"),
    ("feishu", feishu, "/open-apis/bot/v2/hook/0"),
    ("wecom", wecom, "/cgi-bin/webhook/send?key=693a"),
    ("webhook", webhook, "/in"),
]


@pytest.mark.parametrize(("kind", "judge", "path"), ROBOTS)
def test_a_robot_takes_an_alert_that_is_signed_and_fits(
    post: Post, kind: str, judge: Callable[[Post], Callable[[Received], Reply]], path: str
) -> None:
    with receiver(judge(post)) as server:
        post.channel(kind, server.url + path, secret=SECRET)
        post.alert()
        post.round()
        assert post.states() == ["sent"]
    (asked,) = server.requests
    assert "疑似漏水" in asked.body.decode()
    assert "看水表" in asked.body.decode()


@pytest.mark.parametrize(("kind", "judge", "path"), [ROBOTS[0], ROBOTS[1], ROBOTS[3]])
def test_a_wrong_secret_is_refused_at_once_and_the_failure_is_seen(
    post: Post, kind: str, judge: Callable[[Post], Callable[[Received], Reply]], path: str
) -> None:
    with receiver(judge(post)) as server:
        post.channel(kind, server.url + path, secret="another")
        post.alert()
        post.round()
    assert post.states() == ["dead"]
    told = str(post.one("SELECT told FROM delivery"))
    assert any(word in told for word in ("310000", "19021", "401"))


def test_a_morning_list_of_many_matters_fits_every_robot(post: Post) -> None:
    with receiver() as sink:
        server_urls = {}
        for kind, judge, path in ROBOTS:
            sink.judge = judge(post)
            server_urls[kind] = sink.url + path
        judges = {urlsplit(path).path: judge(post) for _, judge, path in ROBOTS}
        sink.judge = lambda asked: judges[asked.path](asked)
        for kind, url in server_urls.items():
            post.channel(kind, url, secret=SECRET)
        for number in range(40):
            post.alert(rule=f"rule_{number}", month_cny=str(number))
        post.conn.execute("UPDATE notice SET spread_at = now()")
        post.now = post.now.replace(hour=0, minute=31)
        post.round()
        assert post.states() == ["sent"] * 4
        assert all("40" in asked.body.decode() for asked in sink.requests)


def test_a_text_message_is_signed_as_the_provider_wants(post: Post) -> None:
    def judge(asked: Received) -> Reply:
        names = (
            "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
        )
        have = {name.lower(): value for name, value in asked.headers.items()}
        query = "&".join(
            f"{quote(name, safe='~')}={quote(asked.query[name], safe='~')}"
            for name in sorted(asked.query)
        )
        lines = "".join(f"{name}:{have[name]}\n" for name in names.split(";"))
        digest = hashlib.sha256(asked.body).hexdigest()
        canonical = f"POST\n/\n{query}\n{lines}\n{names}\n{digest}"
        told = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
        mac = hmac.digest(b"key secret", told.encode(), "sha256").hex()
        wanted = f"ACS3-HMAC-SHA256 Credential=id,SignedHeaders={names},Signature={mac}"
        good = have["authorization"] == wanted and have["x-acs-content-sha256"] == digest
        return 200, b'{"Code": "OK"}' if good else b'{"Code": "SignatureDoesNotMatch"}'

    with receiver(judge) as server:
        post.channel("sms", "13800138000", of="night")
        post.on_duty("night")
        post.alert()
        post.round(
            sms_endpoint=server.url, sms_key_id="id", sms_key_secret="key secret",
            sms_sign_name="机关局", sms_template="SMS_1",
        )  # fmt: skip
    assert post.states() == ["sent"]
    query = server.requests[0].query
    assert query["PhoneNumbers"] == "13800138000"
    assert json.loads(query["TemplateParam"])["place"] == "school"
    assert query["OutId"] == str(post.one("SELECT key FROM delivery"))


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mail for known people only."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _MailHandler)
        self.taken: list[bytes] = []


class _MailHandler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, MailServer)
        self.wfile.write(b"220 here\r\n")
        for raw in self.rfile:
            line = raw.decode().strip().upper()
            if line.startswith("RCPT") and "STRANGER" in line:
                self.wfile.write(b"550 5.1.1 no such user\r\n")
            elif line == "DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b""
                for part in self.rfile:
                    if part == b".\r\n":
                        break
                    body += part
                server.taken.append(body)
                self.wfile.write(b"250 taken\r\n")
            elif line == "QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def test_a_mail_goes_to_who_is_known_and_a_stranger_is_told_of(post: Post) -> None:
    with mail_server() as server:
        url = f"smtp://127.0.0.1:{server.server_address[1]}"
        post.channel("mail", "desk@school.example")
        post.channel("mail", "stranger@school.example")
        post.alert()
        post.round(smtp_url=url, mail_from="civicwatt@school.example")
    assert post.states() == ["sent", "dead"]
    assert "no such user" in str(post.one("SELECT told FROM delivery WHERE state = 'dead'"))
    (body,) = server.taken
    mail = message_from_bytes(body, policy=policy.default)
    assert mail["Subject"] == "【紧急】school：疑似漏水"
    assert str(post.one("SELECT key FROM delivery WHERE state = 'sent'")) in mail["Message-ID"]


def test_a_password_is_never_told_to_a_mail_server_without_tls(post: Post) -> None:
    with mail_server() as server:
        url = f"smtp://lin:geheim@127.0.0.1:{server.server_address[1]}"
        post.channel("mail", "desk@school.example")
        post.alert()
        post.round(smtp_url=url, mail_from="civicwatt@school.example")
    assert post.states() == ["waiting"]
    assert "no TLS" in str(post.one("SELECT told FROM delivery"))
    assert server.taken == []


def test_a_private_address_is_refused_unless_the_installation_allows_it(post: Post) -> None:
    with receiver() as server:
        post.channel("webhook", server.url)
        post.alert()
        post.round(delivery_networks="10.0.0.0/8")
    assert server.requests == []
    assert post.states() == ["dead"]
    assert "not a public address" in str(post.one("SELECT told FROM delivery"))


def test_a_person_on_duty_gets_a_link_and_a_group_does_not(post: Post) -> None:
    with receiver() as server:
        post.channel("webhook", server.url + "/own", of="night")
        post.channel("webhook", server.url + "/group")
        post.on_duty("night", phone="13800138000")
        post.alert()
        post.round()
    links = {asked.path: str(asked.told()["link"]) for asked in server.requests}
    assert links["/group"] == "https://desk.example"
    assert urlsplit(links["/own"]).path.startswith("/acknowledge/")
    assert parse_qs(urlsplit(links["/own"]).query) == {}
