"""Robot of a DingTalk group (钉钉自定义机器人), with its signature (加签).

The signature is the HMAC-SHA256 of ``<ms>``, a line feed and the secret, under the secret, in
Base64, as a parameter of the address; the clock may be wrong by an hour. A robot takes 20 messages
a minute and 20,000 bytes.
"""

import base64
import hmac
import json
from datetime import datetime
from urllib.parse import urlencode

from analytics.delivery.exchange import Answer, Outcome, Request
from analytics.delivery.message import Message, within
from analytics.delivery.robot_answer import judge

BODY_MAX = 20_000
"""Of the whole request body. [byte]"""
_TEXT_MAX = 9_000
"""Of the text: JSON may write each byte of it as two. [byte]"""
_PASSING = frozenset({-1, 130101, 130102, 410100})
"""Busy, or too many messages in a minute."""


def signature(secret: str, now: datetime) -> dict[str, str]:
    """The two parameters that sign a request at an instant."""
    at = str(int(now.timestamp() * 1000))
    digest = hmac.digest(secret.encode(), f"{at}\n{secret}".encode(), "sha256")
    return {"timestamp": at, "sign": base64.b64encode(digest).decode()}


def request(url: str, secret: str, message: Message, now: datetime) -> Request:
    """The request that tells a message; without a secret it is not signed."""
    if secret:
        url += ("&" if "?" in url else "?") + urlencode(signature(secret, now))
    # A blank line between lines: a single one is no new line in Markdown.
    text = within(message, _TEXT_MAX).replace("\n", "\n\n")
    called = "".join(f" @{phone}" for phone in message.phones)
    body = {
        "msgtype": "markdown",
        "markdown": {"title": message.title[:60], "text": text + called},
        "at": {"atMobiles": list(message.phones), "isAtAll": False},
    }
    return Request(url, json.dumps(body, ensure_ascii=False).encode(), _JSON)


def outcome(answer: Answer) -> Outcome:
    """Whether the robot took it."""
    return judge(answer, code="errcode", told="errmsg", passing=_PASSING)


_JSON = {"Content-Type": "application/json; charset=utf-8"}
