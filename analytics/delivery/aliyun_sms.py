"""Text messages over Aliyun (阿里云短信服务, Dysmsapi 2017-05-25), signed by ACS3-HMAC-SHA256.

A provider in China sends approved templates only. The template has three parameters: ``title``,
``place`` and ``code``; what they say is cut to the 35 characters that a parameter may have.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode, urlsplit

from analytics.delivery.exchange import TAKEN, Answer, Outcome, Request, refused
from analytics.delivery.message import Message

_ALGORITHM = "ACS3-HMAC-SHA256"
_PARAMETER_MAX = 35
_PASSING = ("isv.BUSINESS_LIMIT_CONTROL", "Throttling", "isp.SYSTEM_ERROR", "ServiceUnavailable")


@dataclass(frozen=True, slots=True)
class Account:
    """With whom the provider reckons.

    Attributes
    ----------
    endpoint : str
        ``https://dysmsapi.aliyuncs.com``.
    sign_name, template : str
        Approved by the provider.
    """

    key_id: str
    key_secret: str
    sign_name: str
    template: str
    endpoint: str


def signed_headers(
    url: str, headers: Mapping[str, str], body: bytes, account: tuple[str, str]
) -> dict[str, str]:
    """The headers with the digest of the body and the authorization.

    Parameters
    ----------
    headers : mapping of str to str
        ``x-acs-action``, ``-version``, ``-date`` and ``-signature-nonce``, all in small letters.
    account : tuple of str
        Id and secret of the access key.
    """
    parts = urlsplit(url)
    digest = hashlib.sha256(body).hexdigest()
    signed = {**headers, "host": parts.netloc, "x-acs-content-sha256": digest}
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name].strip()}\n" for name in sorted(signed))
    canonical = "\n".join(("POST", parts.path or "/", parts.query, lines, names, digest))
    told = f"{_ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key_id, secret = account
    mac = hmac.digest(secret.encode(), told.encode(), "sha256").hex()
    credential = f"Credential={key_id},SignedHeaders={names},Signature={mac}"
    return {**signed, "Authorization": f"{_ALGORITHM} {credential}"}


def request(account: Account, phone: str, message: Message, now: datetime) -> Request:
    """The request that sends a text message to one telephone."""
    told = {name: message.facts.get(name, "")[:_PARAMETER_MAX] or "-" for name in ("place", "code")}
    template = {"title": message.title[:_PARAMETER_MAX], **told}
    query = urlencode(
        sorted(
            {
                "OutId": message.key,
                "PhoneNumbers": phone,
                "SignName": account.sign_name,
                "TemplateCode": account.template,
                "TemplateParam": json.dumps(template, ensure_ascii=False),
            }.items()
        ),
        quote_via=quote,
        safe="~",
    )
    url = f"{account.endpoint.rstrip('/')}/?{query}"
    headers = {
        "x-acs-action": "SendSms",
        "x-acs-version": "2017-05-25",
        "x-acs-date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": hashlib.sha256(f"{message.key} {now}".encode()).hexdigest()[:32],
    }
    return Request(
        url, b"", signed_headers(url, headers, b"", (account.key_id, account.key_secret))
    )


def outcome(answer: Answer) -> Outcome:
    """Whether the provider took it; what became of it in the network it does not say here."""
    try:
        said = json.loads(answer.body)
        code = str(said["Code"])
    except (ValueError, KeyError, TypeError):
        return refused(f"HTTP status {answer.status}, no answer of the provider", lasting=False)
    if code == "OK":
        return TAKEN
    return refused(f"{code}: {said.get('Message', '')}", lasting=not code.startswith(_PASSING))
