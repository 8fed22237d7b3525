"""What a person may enter as the address of a channel, and what of it is shown again."""

import re
from urllib.parse import urlsplit

from analytics.delivery.sealed import Address
from domain.errors import CivicwattError
from domain.sentence import Sentence

ROBOTS = ("webhook", "dingtalk", "wecom", "feishu")
KINDS = (*ROBOTS, "mail", "sms")
_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")
_PHONE = re.compile(r"\+?\d{5,15}")


class AddressError(CivicwattError):
    """The address cannot be one of its kind."""


def check(kind: str, address: Address) -> None:
    """Refuse what cannot be an address of a kind; whether the host may be reached is asked later.

    Raises
    ------
    AddressError
        With what was seen and wanted.
    """
    if kind == "mail":
        if not _MAIL.fullmatch(address.to):
            raise AddressError(Sentence("no_mail_address", "want one e-mail address"))
    elif kind == "sms":
        if not _PHONE.fullmatch(address.to):
            raise AddressError(Sentence("no_telephone", "want a telephone number, digits only"))
    else:
        _check_url(address.to)


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    try:
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is none
        known = False
    plain = url.isascii() and url.isprintable() and " " not in url
    if not known or not plain or parts.username or parts.fragment:
        raise AddressError(
            Sentence("no_web_address", "want an address that begins with https:// or http://")
        )


def shown(kind: str, address: Address) -> str:
    """So much that people tell channels apart, and nobody can use it."""
    if kind in ROBOTS:
        parts = urlsplit(address.to)
        return f"{parts.hostname} …{address.to[-4:]}"
    if kind == "mail":
        name, _, host = address.to.partition("@")
        return f"{name[:2]}…@{host}"
    return f"{address.to[:3]}…{address.to[-4:]}"
