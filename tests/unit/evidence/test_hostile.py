"""A bundle made to do harm is refused with a reason, and is never unpacked to more than it is."""

import io
import json
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.evidence.archive import MOST_LINES, pack
from analytics.evidence.manifest import NAME
from domain.errors import InputError
from tests.unit.evidence.office import bundle, checked, forged, parts


def refusal(content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        checked(content)
    return str(caught.value)


def zipped(write: Callable[[zipfile.ZipFile], None]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        write(file)
    return target.getvalue()


def test_a_bomb_is_not_unpacked() -> None:
    content = zipped(
        lambda file: file.writestr("readings.csv", bytes(50_000_000), zipfile.ZIP_DEFLATED)
    )
    assert len(content) < 60_000
    assert "is compressed" in refusal(content)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "a/b/c.csv", "C:\\x.csv", "x", "A.csv"],
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    assert "is no name of a part" in refusal(zipped(lambda file: file.writestr(name, b"x")))


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_name_that_is_there_twice_is_refused() -> None:
    def write(file: zipfile.ZipFile) -> None:
        file.writestr("readings.csv", b"1")
        file.writestr("readings.csv", b"2")

    assert "readings.csv is there twice" in refusal(zipped(write))


def test_parts_that_share_their_bytes_are_refused() -> None:
    """Entries that overlap would come to more than the file holds."""
    content = bytearray(zipped(lambda file: [file.writestr(f"{n}.csv", b"x" * 90) for n in "ab"]))
    for at in (content.index(b"PK\x01\x02"), content.rindex(b"PK\x01\x02")):
        struct.pack_into("<2I", content, at + 20, 400, 400)
    assert refusal(bytes(content)).startswith("bundle")


def test_a_directory_of_a_million_entries_is_not_read() -> None:
    content = bytearray(bundle())
    struct.pack_into("<I", content, len(content) - 10, 60_000_000)
    assert "its directory is larger" in refusal(bytes(content))


def test_a_mass_of_lines_is_not_digested() -> None:
    assert f"want at most {MOST_LINES}" in refusal(
        pack({**parts(), "readings.csv": b"\n" * (MOST_LINES + 1)})
    )


@pytest.mark.parametrize("length", [0, 1, 21, 22, 1000, len(bundle()) // 2, len(bundle()) - 1])
def test_a_truncated_file_is_refused(length: int) -> None:
    assert "no bundle, or only a part of one" in refusal(bundle()[:length])


@pytest.mark.parametrize(
    ("part", "content", "reason"),
    [
        ("month.json", b"{}", "month missing"),
        ("month.json", b"[" * 100_000, "no JSON"),
        ("month.json", b'{"month": NaN}', "NaN is no number"),
        ("contract.json", b"\xff\xfe", "no UTF-8"),
        ("contract.json", b'{"code": 1}', "missing"),
        ("events.json", b'{"agreed": 7}', "want a list"),
        ("parties.toml", b'client = "x"', "missing"),
        ("readings.csv", b"a,b\n", "want meter,period,ts,register"),
        ("readings.csv", b"meter,period,ts,register\nmain-e,,yesterday,1\n", "is no instant"),
        ("readings.csv", b"meter,period,ts,register\nmain-e,,2026-07-01T00:00:00Z,1e999\n",
         "no number a meter shows"),
        ("readings.csv", b"meter,period,ts,register\nmain-e,,1970-01-01T00:00:00Z,1\n",
         "62 d around it"),
        ("readings.csv", b"meter,period,ts,register\nstrange,,2026-07-01T00:00:00Z,1\n",
         "is no meter of the contract"),
        ("readings.csv", b'meter,period,ts,register\n"' + b"x" * 200_000, "field larger"),
        ("register_events.csv",
         b"meter,period,ts,kind,value,previous,note\nmain-e,,2026-07-01T00:00:00Z,boom,1,,\n",
         "want one of"),
        ("calendar.csv", b"date,kind\n2026-07-01,party\n", "DayKind"),
        ("weather.csv", b"ts,temp_c\n1970-01-01T00:00:00Z,1\n", "not of the month"),
        ("tariff/electricity.toml", b"schema = ", "no TOML"),
        ("tariff/electricity.toml", b"a = " + b"[" * 50_000, "recursion depth"),
        ("model/electricity.json", b"{}", "want model and parameters"),
    ],
)  # fmt: skip
def test_parts_of_the_wrong_kind_are_refused(part: str, content: bytes, reason: str) -> None:
    text = refusal(forged({part: content}))
    assert part in text
    assert reason in text


def test_numbers_nobody_can_reckon_with_are_refused() -> None:
    month = json.loads(parts()["month.json"])
    most = "999999999999"
    month["prices"][1]["prices"] = dict.fromkeys(month["prices"][1]["prices"], most)
    contract = json.loads(parts()["contract.json"])
    contract["lines"][0]["baseline"]["quantity"] = [most] * 12
    changed = {"month.json": json.dumps(month), "contract.json": json.dumps(contract)}
    text = refusal(forged({name: each.encode() for name, each in changed.items()}))
    assert text.startswith(("month.json", "statement.json"))


@pytest.mark.parametrize("name", ["../x", "Nowhere/City", "/etc/passwd", ""])
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    contract = json.loads(parts()["contract.json"]) | {"zone": name}
    assert "is no zone" in refusal(forged({"contract.json": json.dumps(contract).encode()}))


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 400))
def test_whatever_is_no_bundle_is_refused_without_a_traceback(noise: bytes, cut: int) -> None:
    refusal(noise)
    refusal(noise + bundle()[-cut - 22 :])


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(sorted(set(parts()) - {NAME})),
    st.floats(0, 1, exclude_max=True),
    st.binary(min_size=1, max_size=12),
)
def test_parts_with_noise_in_them_are_refused_without_a_traceback(
    part: str, where: float, noise: bytes
) -> None:
    content = parts()[part]
    at = int(where * len(content))
    other = content[:at] + noise + content[at + len(noise) :]
    with suppress(InputError):  # noise may happen to be what was there
        assert checked(forged({part: other}))[-1]["agrees"]


_ODD = (None, 0, -1, 10**11, "999999999999", "-1", "", [], {}, [1], True, "x", "9999-12", "0001-01",
        "9999-12-31", "\ud800", "peak", "model", "gates", "client", "0.000000000001")  # fmt: skip


def with_odd_value(document: Any, chance: Random) -> Any:
    """The document with one of its values replaced by an odd one."""
    if isinstance(document, dict) and document:
        key = chance.choice(sorted(document))
        return {**document, key: with_odd_value(document[key], chance)}
    if isinstance(document, list) and document:
        at = chance.randrange(len(document))
        return [*document[:at], with_odd_value(document[at], chance), *document[at + 1 :]]
    return chance.choice(_ODD)


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(["contract.json", "events.json", "month.json"]),
    st.randoms(use_true_random=False),
)
def test_documents_with_odd_values_are_refused_without_a_traceback(
    part: str, chance: Random
) -> None:
    other = with_odd_value(json.loads(parts()[part]), chance)
    with suppress(InputError):  # an odd value may happen to be what was there
        assert checked(forged({part: json.dumps(other).encode()}))[-1]["agrees"]
