"""Robot of a WeCom group (企业微信群机器人); its address is its only secret.

A text has at most 2,048 bytes, and a robot takes 20 messages a minute.
"""

import json
from datetime import datetime

from analytics.delivery.exchange import Answer, Outcome, Request
from analytics.delivery.message import Message, within
from analytics.delivery.robot_answer import judge

TEXT_MAX = 2_048
"""Of the text, in UTF-8. [byte]"""
_PASSING = frozenset({-1, 45009, 45033})
"""Busy, or too many messages in a minute."""


def request(url: str, _secret: str, message: Message, _now: datetime) -> Request:
    """The request that tells a message; whoever is on duty is called by telephone number."""
    text: dict[str, object] = {"content": within(message, TEXT_MAX)}
    if message.phones:
        text["mentioned_mobile_list"] = list(message.phones)
    body = json.dumps({"msgtype": "text", "text": text}, ensure_ascii=False).encode()
    return Request(url, body, {"Content-Type": "application/json; charset=utf-8"})


def outcome(answer: Answer) -> Outcome:
    """Whether the robot took it."""
    return judge(answer, code="errcode", told="errmsg", passing=_PASSING)
