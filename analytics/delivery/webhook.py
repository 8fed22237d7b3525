"""A signed webhook: the message as JSON for another program.

The header ``Civicwatt-Signature: t=<s>,v1=<hex>`` has the HMAC-SHA256 of ``<s>.<body>`` under the
secret both know; ``Idempotency-Key`` is the same each time a message is sent.
"""

import hmac
import json
from datetime import datetime

from analytics.delivery.exchange import TAKEN, Answer, Outcome, Request, by_status
from analytics.delivery.message import Message

VERSION = 1


def signature(secret: str, body: bytes, now: datetime) -> str:
    """Value of the header that signs a body at an instant."""
    at = int(now.timestamp())
    digest = hmac.digest(secret.encode(), f"{at}.".encode() + body, "sha256")
    return f"t={at},v1={digest.hex()}"


def request(url: str, secret: str, message: Message, now: datetime) -> Request:
    """The request that tells a message; without a secret it is not signed."""
    told = {
        "version": VERSION,
        "key": message.key,
        "title": message.title,
        "lines": list(message.lines),
        "link": message.link,
        "facts": dict(message.facts),
    }
    body = json.dumps(told, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": message.key,
        "User-Agent": "civicwatt",
    }
    if secret:
        headers["Civicwatt-Signature"] = signature(secret, body, now)
    return Request(url, body, headers)


def outcome(answer: Answer) -> Outcome:
    """Any status from 200 to 299 takes it."""
    return by_status(answer) or TAKEN
