"""Who acts for whom, by which keys, and what others see: nothing."""

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from psycopg import Connection

from analytics.evidence.archive import unpack
from analytics.evidence.bundle import manifest_in
from analytics.evidence.manifest import Manifest, parts_of
from analytics.evidence.signature import sign, written
from domain.contract import Party
from tests.db.contracts.desk import JULY, OFFICE, Desk

pytestmark = pytest.mark.db

NOTE = "fingerprint told over the telephone"


def key_of(byte: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([byte]) * 32)


def detached(party: Party, bundle: bytes, key: Ed25519PrivateKey, **other: Any) -> str:
    """The file that `civicwatt sign` makes of a bundle, or of another manifest."""
    manifest = manifest_in(unpack(bundle, place="bundle"))
    return sign(party, replace(manifest, **other), key).text()


def public(byte: int) -> str:
    key = key_of(byte).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture
def checked(desk: Desk) -> Any:
    """The worked month, checked; each party's key is known."""
    contract = desk.agree()
    for login, byte in (("manager", 1), ("engineer", 3)):
        desk.post(login, f"contracts/{contract}/keys", key=public(byte), note=NOTE)
    return desk.act("director", desk.draft(contract)["id"], "check")


@pytest.fixture
def bundle(desk: Desk, checked: Any) -> bytes:
    """What a party downloads to sign it."""
    return desk.ask("manager", "GET", f"statements/{checked['id']}/bundle").content


def client_key(desk: Desk, contract: int) -> Any:
    """The client's key, as the list shows it."""
    listed = desk.get("engineer", f"contracts/{contract}/keys")["items"]
    [key] = [each for each in listed if each["party"] == "client"]
    return key


def test_an_approval_without_a_key_signs_only_where_the_contract_says_so(desk: Desk) -> None:
    strict = desk.agree(OFFICE.replace('signing = "approvals"\n', ""))
    shown = desk.draft(strict)
    assert shown["signing"] == "keys"
    checked = desk.act("director", shown["id"], "check")
    told = {"act": "sign", "sha256": checked["sha256"]}
    acts = f"statements/{checked['id']}/acts"
    for login in ("manager", "engineer"):
        assert desk.refused(login, acts, **told) == (409, "signature_wanted")
    assert desk.get("manager", f"statements/{checked['id']}")["signatures"] == []
    text = OFFICE.replace('"office-july"', '"other"')
    approved = desk.signed(desk.draft(desk.agree(text), text=text)["id"])
    assert approved["signing"] == "approvals"
    assert [each["fingerprint"] for each in approved["signatures"]] == [None, None]


def test_a_detached_signature_holds_by_the_key_of_the_party(
    desk: Desk, checked: Any, bundle: bytes
) -> None:
    text = detached(Party.CLIENT, bundle, key_of(1))
    shown = desk.act("manager", checked["id"], "sign", sha256=checked["sha256"], signature=text)
    key = client_key(desk, checked["contract_id"])
    assert (key["key"], key["person"]) == (written(key_of(1).public_key()), "manager")
    assert [each["fingerprint"] for each in shown["signatures"]] == [key["fingerprint"]]


def test_a_signature_that_does_not_hold_is_refused_by_its_reason(
    desk: Desk, checked: Any, bundle: bytes
) -> None:
    acts = f"statements/{checked['id']}/acts"
    good = detached(Party.CLIENT, bundle, key_of(1))
    other = detached(Party.CLIENT, bundle, key_of(1), statement_sha256="0" * 64)
    forged = detached(Party.CLIENT, bundle, key_of(2)).replace(
        written(key_of(2).public_key()), written(key_of(1).public_key())
    )
    for text, code in (
        (detached(Party.CLIENT, bundle, key_of(2)), "signature_no_key"),
        (detached(Party.PROVIDER, bundle, key_of(1)), "signature_no_key"),
        (other, "signature_of_other"),
        (forged, "signature_wrong"),
    ):
        told = {"act": "sign", "sha256": checked["sha256"], "signature": text}
        assert desk.refused("manager", acts, **told) == (409, code)
    told = {"act": "sign", "sha256": checked["sha256"], "signature": good}
    assert desk.refused("engineer", acts, **told) == (409, "signature_no_key")
    assert desk.refused("manager", acts, **told | {"signature": "{}"})[0] == 422
    assert desk.get("manager", f"statements/{checked['id']}")["signatures"] == []


def test_a_signature_is_of_just_the_file_that_was_given_out(
    desk: Desk, checked: Any, bundle: bytes
) -> None:
    parts = unpack(bundle, place="bundle")
    reading = parts["month.json"].replace(b'"1010"', b'"1011"')
    assert reading != parts["month.json"]
    for changed in (parts_of({**parts, "month.json": reading}), ()):
        text = detached(Party.CLIENT, bundle, key_of(1), parts=changed)
        told = {"act": "sign", "sha256": checked["sha256"], "signature": text}
        refused = desk.refused("manager", f"statements/{checked['id']}/acts", **told)
        assert refused == (409, "signature_of_other_bundle")


def test_nobody_signs_a_file_that_nobody_has_downloaded(desk: Desk, checked: Any) -> None:
    manifest = Manifest(
        checked["contract_code"], checked["contract_version"], checked["period"],
        checked["code_version"], checked["sha256"], (),
    )  # fmt: skip
    text = sign(Party.CLIENT, manifest, key_of(1)).text()
    told = {"act": "sign", "sha256": checked["sha256"], "signature": text}
    refused = desk.refused("manager", f"statements/{checked['id']}/acts", **told)
    assert refused == (409, "signature_no_bundle")


def test_a_key_that_is_not_in_the_file_signs_nothing(
    desk: Desk, checked: Any, bundle: bytes
) -> None:
    path = f"contracts/{checked['contract_id']}/keys"
    desk.post("manager", path, key=public(5), note="a newer one")
    text = detached(Party.CLIENT, bundle, key_of(5))
    told = {"act": "sign", "sha256": checked["sha256"], "signature": text}
    refused = desk.refused("manager", f"statements/{checked['id']}/acts", **told)
    assert refused == (409, "signature_no_key")


def test_a_revoked_key_signs_nothing_more_and_only_its_own_party_revokes_it(
    desk: Desk, checked: Any, bundle: bytes
) -> None:
    path = f"contracts/{checked['contract_id']}/keys"
    key = client_key(desk, checked["contract_id"])
    revocation = f"{path}/{key['id']}/revocation"
    assert desk.refused("engineer", revocation, reason="theirs") == (403, "contract_not_yours")
    revoked = desk.post("accountant", revocation, reason="the stick was lost")
    assert (revoked["revoked_by"], revoked["revoked_because"]) == (
        "accountant", "the stick was lost",
    )  # fmt: skip
    told = {
        "act": "sign",
        "sha256": checked["sha256"],
        "signature": detached(Party.CLIENT, bundle, key_of(1)),
    }
    acts = f"statements/{checked['id']}/acts"
    assert desk.refused("manager", acts, **told) == (409, "signature_no_key")
    assert desk.refused("engineer", path, key=key["key"], note=NOTE) == (409, "key_known")
    assert desk.refused("engineer", path, key="AAAA", note=NOTE)[0] == 422


def test_a_person_of_another_institution_sees_nothing(desk: Desk, checked: Any) -> None:
    contract, statement = checked["contract_id"], checked["id"]
    assert desk.get("hospital", "contracts")["items"] == []
    for path in ("", "/versions", "/events", "/people", "/keys", "/statements"):
        answer = desk.ask("hospital", "GET", f"contracts/{contract}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_contract"), path
    for path in ("", "/text", "/inputs"):
        answer = desk.ask("hospital", "GET", f"statements/{statement}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_statement"), path


def test_an_operator_of_the_institution_reads_and_acts_for_nobody(desk: Desk, checked: Any) -> None:
    shown = desk.get("school", f"statements/{checked['id']}")
    assert (shown["party"], shown["may"]) == (None, [])
    path = f"contracts/{checked['contract_id']}"
    for where, body in (
        (f"statements/{checked['id']}/acts", {"act": "return", "reason": "no"}),
        (f"{path}/statements", JULY),
        (f"{path}/events", {"kind": "closed", "event": {}}),
        (f"{path}/people", {"login": "school", "party": "client"}),
        ("contracts", {"organisation": "school", "text": OFFICE.replace("office-july", "b")}),
    ):
        assert desk.refused("school", where, **body) == (403, "contract_not_yours"), where


def test_a_named_person_sees_the_contract_until_it_ends(desk: Desk, checked: Any) -> None:
    path = f"contracts/{checked['contract_id']}"
    assert desk.get("director", path)["party"] == "provider"
    assert desk.get("director", path)["organisation_code"] is None
    own = desk.refused("engineer", f"{path}/people", login="hospital", party="client")
    assert own == (403, "contract_not_yours")
    twice = desk.refused("manager", f"{path}/people", login="director", party="client")
    assert twice == (409, "contract_person_known")
    nobody = desk.refused("manager", f"{path}/people", login="nobody", party="client")
    assert nobody == (404, "no_person")
    people = desk.get("manager", f"{path}/people")["items"]
    member = next(each["id"] for each in people if each["name"] == "director")
    desk.post("manager", f"{path}/people/{member}/end", reason="left the company")
    assert desk.ask("director", "GET", path).status_code == 404


def test_a_scope_of_a_contractor_acts_for_the_provider(desk: Desk, conn: Connection) -> None:
    contract = desk.agree()
    assert desk.ask("hospital", "GET", f"contracts/{contract}").status_code == 404
    conn.execute(
        "INSERT INTO scope (person_id, role, contract_id) SELECT person_id, 'contractor', %s"
        " FROM person WHERE login = 'hospital'",
        [contract],
    )
    assert desk.get("hospital", f"contracts/{contract}")["party"] == "provider"


def test_a_scope_in_time_shows_the_statements_of_that_time_only(
    desk: Desk, conn: Connection
) -> None:
    drafted = desk.draft(desk.agree())
    conn.execute(
        "UPDATE scope SET during = '[2026-01-01,2026-07-15)'"
        " WHERE person_id = (SELECT person_id FROM person WHERE login = 'school')"
    )
    path = f"contracts/{drafted['contract_id']}/statements"
    assert desk.get("school", path)["items"] == []
    assert desk.get("manager", path)["items"][0]["id"] == drafted["id"]


def test_what_is_done_is_noted(desk: Desk, conn: Connection, checked: Any) -> None:
    desk.act("manager", checked["id"], "sign", sha256=checked["sha256"])
    rows = conn.execute(
        "SELECT login, action FROM audit JOIN person USING (person_id)"
        " WHERE object = 'office-july' ORDER BY audit_id"
    ).fetchall()
    assert rows == [
        ("manager", "contract_entered"),
        ("manager", "contract_person_named"),
        ("manager", "contract_person_named"),
        ("accountant", "contract_judged"),
        ("manager", "contract_key_entered"),
        ("engineer", "contract_key_entered"),
        ("engineer", "statement_drafted"),
        ("director", "statement_check"),
        ("manager", "statement_sign"),
    ]
