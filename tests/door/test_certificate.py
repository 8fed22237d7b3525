"""Devices that sign in with a certificate of ours."""

import subprocess
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from civicwatt.device_authority import DeviceAuthority
from ingest.door.issuing import Issued, issue_for_device
from store.telemetry.credential import revoke
from tests.door.house import AT_ONCE_S, KEY, TOMORROW, House
from tests.production import Device, ProductionBroker, signed_in

pytestmark = [pytest.mark.broker, pytest.mark.db]


def certified(
    house: House, issued: Issued, folder: Path, authority: Path | None = None
) -> AbstractContextManager[Device]:
    """Sign in with a certificate for the credential's name, of our authority or another."""
    key, request, signed = (folder / f"{issued.username}.{end}" for end in ("key", "csr", "crt"))
    if not signed.exists():
        subprocess.run(
            ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request,
             "-subj", "/CN=civicwatt-collector"], check=True, capture_output=True,
        )  # fmt: skip
        now = datetime.now(UTC)
        made = DeviceAuthority.open(authority or house.broker.secrets).sign(
            request, name=issued.username, now=now, until=now + TOMORROW
        )
        signed.write_bytes(made)
    return signed_in(
        house.broker.certified, authority=house.broker.certificate, signed=(signed, key)
    )


def certificate_of(house: House, device: tuple[int, str]) -> Issued:
    issued = issue_for_device(
        house.conn, KEY, device, topics=(), expires_at=datetime.now(UTC) + TOMORROW,
        certificate=True,
    )  # fmt: skip
    house.wait_until_applied(issued)
    return issued


def test_a_certificate_is_a_device_until_it_is_revoked(house: House, tmp_path: Path) -> None:
    device = house.register("meter-1"), "meter-1"
    old, new = certificate_of(house, device), certificate_of(house, device)
    with certified(house, old, tmp_path) as first, certified(house, new, tmp_path) as second:
        assert first.publish("cw/v1/meter-1/up") != "Not authorized"
        assert first.publish("cw/v1/meter-2/up") == "Not authorized"
        revoke(house.conn, old.id)
        assert first.ended.wait(AT_ONCE_S)
        assert second.publish("cw/v1/meter-1/up") != "Not authorized"
    with certified(house, old, tmp_path) as revoked:  # TLS lets it in, to do nothing
        assert revoked.publish("cw/v1/meter-1/up") == "Not authorized"
        assert revoked.subscribe("#") == "Not authorized"


def test_the_name_of_a_certificate_is_no_way_in_by_password(house: House) -> None:
    issued = certificate_of(house, (house.register("meter-1"), "meter-1"))
    assert issued.password == ""
    with pytest.raises(PermissionError), house.sign_in(issued):
        pass


def test_a_certificate_of_another_authority_is_not_let_in(
    house: House, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = ProductionBroker(tmp_path_factory.mktemp("other")).secrets
    issued = certificate_of(house, (house.register("meter-1"), "meter-1"))
    with pytest.raises(PermissionError), certified(house, issued, tmp_path, other):
        pass
    assert (tmp_path / f"{issued.username}.crt").exists()
