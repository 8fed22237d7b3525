"""Whatever is changed in a bundle is found, and the place is named."""

import io
import zipfile
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.evidence.archive import pack
from analytics.evidence.manifest import NAME
from analytics.evidence.signature import read_signature
from domain.contract import Party
from domain.errors import InputError
from tests.unit.evidence.office import CLIENT, bundle, checked, forged, parts, signed


def part_at(position: int) -> str:
    """Part whose content a byte of the bundle belongs to; empty between parts."""
    for name, content in parts().items():
        begin = bundle().index(content)
        if begin <= position < begin + len(content):
            return name
    return ""


def refusal(*given: object) -> InputError:
    with pytest.raises(InputError) as caught:
        checked(*given)  # type: ignore[arg-type]  # as the test gives them
    return caught.value


@settings(max_examples=50, deadline=None)
@given(st.integers(0, len(bundle()) - 1), st.integers(1, 255))
def test_any_byte_that_is_changed_is_found_and_its_part_is_named(at: int, change: int) -> None:
    content = bytearray(bundle())
    content[at] ^= change
    error = refusal(bytes(content), [signed(bundle(), Party.CLIENT)])
    name = part_at(at)
    if name and name != NAME:
        line = bundle()[bundle().index(parts()[name]) : at].count(b"\n") + 1
        assert error.place == f"{name}:{line}"
    elif name:
        assert NAME in str(error)
    else:
        assert error.place.split(":")[0].split(",")[0] in {"bundle", *parts()}


@settings(max_examples=10, deadline=None)
@given(st.integers(2, 1490))
def test_one_reading_of_a_thousand_is_named_though_the_manifest_was_made_anew(line: int) -> None:
    rows = parts()["readings.csv"].split(b"\n")
    meter, _, instant, register = rows[line - 1].decode().split(",")
    rows[line - 1] = f"{meter},,{instant},{int(register) + 1}".encode()
    content = forged({"readings.csv": b"\n".join(rows)})
    error = refusal(content, [signed(bundle(), Party.PROVIDER)])
    assert error.place == f"readings.csv:{line}"
    assert f"{meter},,{instant},{int(register) + 1}" in error.reason
    assert "since the provider signed it" in error.reason


def test_without_a_signature_the_registers_still_contradict_a_changed_reading() -> None:
    rows = parts()["readings.csv"].split(b"\n")
    meter, _, instant, register = rows[1489].decode().split(",")
    rows[1489] = f"{meter},,{instant},{int(register) + 5}".encode()
    error = refusal(forged({"readings.csv": b"\n".join(rows)}))
    assert error.place == "readings.csv"
    assert "main-e: the month says 64900 in flat, its readings come to 64905" in error.reason


def test_a_reading_that_was_taken_out_is_found_where_it_stood() -> None:
    rows = parts()["readings.csv"].split(b"\n")
    error = refusal(forged({"readings.csv": b"\n".join(rows[:700] + rows[701:])}),
                    [signed(bundle(), Party.CLIENT)])  # fmt: skip
    assert error.place == "readings.csv:701"
    assert "1522 lines instead of 1523" in error.reason


def test_an_edited_statement_is_told_by_line_and_amounts() -> None:
    other = parts()["statement.json"].replace(b"151845.43", b"151945.43")
    error = refusal(forged({"statement.json": other}))
    assert error.place == "statement.json"
    assert "electricity (fee), amount: says '151945.43', worked out '151845.43'" in error.reason


def test_a_page_that_shows_another_amount_is_found() -> None:
    other = parts()["statement.html"].replace(b"154,340.14", b"154,310.14")
    error = refusal(forged({"statement.html": other}))
    assert error.place.startswith("statement.html:")


def test_another_price_changes_the_statement_that_follows() -> None:
    other = parts()["month.json"].replace(b'"8.15"', b'"8.25"')
    assert refusal(forged({"month.json": other})).place == "statement.json"


def test_a_part_too_many_and_a_part_too_few_are_named() -> None:
    more = refusal(pack({**parts(), "extra.csv": b"x"}))
    assert (more.place, more.reason[:28]) == ("extra.csv", "is not in the manifest, agai")
    few = {name: content for name, content in parts().items() if name != "edits.csv"}
    assert refusal(pack(few)).place == "edits.csv"
    assert refusal(forged({"extra.csv": b"x"})).place == "extra.csv"


def test_parts_in_another_order_are_another_file() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name in sorted(parts(), reverse=True):
            file.writestr(zipfile.ZipInfo(name), parts()[name])
    assert refusal(target.getvalue()).place.startswith("bundle, byte")


def test_a_signature_by_another_key_is_refused() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(reversed(range(32))))
    error = refusal(bundle(), [signed(bundle(), Party.CLIENT, other)])
    assert error.place == "signature of the client"
    assert "not the client's in the bundle" in error.reason


def test_one_party_cannot_sign_for_the_other() -> None:
    good = signed(bundle(), Party.CLIENT)
    swapped = replace(good, party=Party.PROVIDER)
    assert "does not hold" in refusal(bundle(), [swapped]).reason
    as_provider = signed(bundle(), Party.PROVIDER, CLIENT)
    assert "not the provider's" in refusal(bundle(), [as_provider]).reason
    assert "given twice" in refusal(bundle(), [good, good]).reason


def test_keys_from_the_parties_count_more_than_those_in_the_bundle() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(reversed(range(32))))
    signature = signed(bundle(), Party.CLIENT, other)
    with pytest.raises(InputError, match="does not hold by the key given"):
        checked(bundle(), [signature], client=signed(bundle(), Party.CLIENT).key)


def test_a_signature_whose_manifest_was_changed_does_not_hold() -> None:
    good = signed(bundle(), Party.CLIENT)
    text = good.text().replace(good.manifest.statement_sha256, "0" * 64)
    forged_one = read_signature(text, place="sig")
    assert "does not hold" in refusal(bundle(), [forged_one]).reason
