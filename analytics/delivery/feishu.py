"""Robot of a Feishu or Lark group (飞书自定义机器人), with its signature (签名校验).

The signature is the HMAC-SHA256 of nothing under the key ``<s>``, line feed, secret, in Base64,
inside the body; the clock may be wrong by an hour. A robot takes 100 messages a minute and 20 KB.
"""

import base64
import hmac
import json
from datetime import datetime

from analytics.delivery.exchange import Answer, Outcome, Request
from analytics.delivery.message import Message, within
from analytics.delivery.robot_answer import judge

BODY_MAX = 20 * 2**10
"""Of the whole request body. [byte]"""
_TEXT_MAX = 9_000
"""Of the text: JSON may write each byte of it as two. [byte]"""
_PASSING = frozenset({9499, 11232})
"""Busy, or too many messages in a minute."""


def signature(secret: str, now: datetime) -> dict[str, str]:
    """The two members that sign a request at an instant."""
    at = str(int(now.timestamp()))
    digest = hmac.digest(f"{at}\n{secret}".encode(), b"", "sha256")
    return {"timestamp": at, "sign": base64.b64encode(digest).decode()}


def request(url: str, secret: str, message: Message, now: datetime) -> Request:
    """The request that tells a message; without a secret it is not signed."""
    body = {
        **(signature(secret, now) if secret else {}),
        "msg_type": "text",
        "content": {"text": within(message, _TEXT_MAX)},
    }
    told = json.dumps(body, ensure_ascii=False).encode()
    return Request(url, told, {"Content-Type": "application/json; charset=utf-8"})


def outcome(answer: Answer) -> Outcome:
    """Whether the robot took it."""
    return judge(answer, code="code", told="msg", passing=_PASSING)
