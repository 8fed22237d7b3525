"""Addresses of channels are hostile input: what they may be, and where they may lead."""

import socket
from ipaddress import ip_network

import pytest

from analytics.delivery.address import AddressError, check, shown
from analytics.delivery.sealed import Address, seal, unseal
from analytics.jobs.outside import OutsideError, allowed_address
from domain.errors import ConfigurationError

KEY = "of a test, and nothing but a test"


@pytest.mark.parametrize(
    ("kind", "to"),
    [
        ("mail", "lin@a.example\nBcc: x@y.example"),
        ("mail", "lin"),
        ("mail", "a@b.example,c@d.example"),
        ("sms", "one two"),
        ("webhook", "file:///etc/passwd"),
        ("webhook", "http://user:pass@host.example/"),
        ("webhook", "https://host.example:99999/"),
        ("webhook", "https://host.example/\r\nHost: other"),
        ("dingtalk", "https://oapi.example/a b"),
        ("feishu", "https://"),
    ],
)
def test_what_is_no_address_is_refused(kind: str, to: str) -> None:
    with pytest.raises(AddressError):
        check(kind, Address(to))


@pytest.mark.parametrize(
    ("kind", "to", "seen"),
    [
        ("mail", "lin@a.example", "li…@a.example"),
        ("sms", "13800138000", "138…8000"),
        ("wecom", "https://qy.example/send?key=693a91f6", "qy.example …91f6"),
    ],
)
def test_an_address_is_shown_so_far_that_channels_are_told_apart(
    kind: str, to: str, seen: str
) -> None:
    check(kind, Address(to))
    assert shown(kind, Address(to)) == seen


def test_what_is_sealed_opens_with_its_key_and_no_other() -> None:
    address = Address("https://sink.example", "hush")
    kept = seal(address, KEY)
    assert unseal(kept, KEY) == address
    assert kept != seal(address, KEY)
    with pytest.raises(ConfigurationError, match="enter it again"):
        unseal(kept, KEY + "!")
    with pytest.raises(ConfigurationError, match="want at least 16"):
        seal(address, "short")


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1",
     "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "224.0.0.1"],
)  # fmt: skip
def test_no_address_leads_inside(inside: str) -> None:
    with pytest.raises(OutsideError, match="not a public address"):
        allowed_address(inside, 80, ())


def test_a_name_that_leads_inside_beside_outside_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = [(0, 0, 0, "", ("93.184.215.14", 80)), (0, 0, 0, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: both)
    with pytest.raises(OutsideError, match=r"10\.0\.0\.1"):
        allowed_address("two-faced.example", 80, ())
    networks = (ip_network("10.0.0.0/8"),)
    assert allowed_address("two-faced.example", 80, networks) == "93.184.215.14"
