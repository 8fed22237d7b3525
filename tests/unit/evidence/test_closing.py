"""A true-up, a hand-over and a reversal leave the house, and are worked out again to the cent."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from analytics.evidence.archive import pack, unpack
from analytics.evidence.closing import (
    MONTHS,
    QUARTERS,
    REVERSED,
    TRUE_UP,
    Closing,
    Sources,
    made_from,
    packed_closing,
)
from analytics.evidence.manifest import NAME, parts_of, read_manifest
from analytics.evidence.signature import Signature, sign
from analytics.settlement.closing import TermInputs, YearInputs, true_up_of
from analytics.settlement.month import inputs_of, settle
from analytics.settlement.statement import Inputs
from analytics.settlement.true_up import TrueUp
from civicwatt.cli import main
from domain.contract import Party, Schedule
from domain.errors import InputError
from tests.unit.evidence.office import CLIENT, PARTIES, PROVIDER, checked
from tests.unit.settlement.clinic import clinic

BOOK = clinic()


@cache
def months() -> tuple[Inputs, ...]:
    return tuple(inputs_of(BOOK, each.month, code_version="test") for each in BOOK.months)


@cache
def year_inputs() -> YearInputs:
    return YearInputs(BOOK.contract, 1, months(), BOOK.events, "test")


@cache
def year() -> TrueUp:
    return true_up_of(year_inputs())


def bundle(sources: Sources) -> bytes:
    return packed_closing(Closing(made_from(sources), sources, "test"), PARTIES)


@cache
def year_bundle() -> bytes:
    return bundle(year_inputs())


def signed(content: bytes) -> list[Signature]:
    manifest = read_manifest(unpack(content, place="b")[NAME].decode(), place=NAME)
    return [sign(Party.CLIENT, manifest, CLIENT), sign(Party.PROVIDER, manifest, PROVIDER)]


def changed(content: bytes, name: str, old: bytes, new: bytes, *, anew: bool) -> bytes:
    """A part with another value; `anew`: with a manifest that says so."""
    parts = unpack(content, place="b")
    assert old in parts[name]
    parts[name] = parts[name].replace(old, new, 1)
    if anew:
        manifest = read_manifest(parts[NAME].decode(), place=NAME)
        parts[NAME] = replace(manifest, parts=parts_of(parts)).text().encode()
    return pack(parts)


def records(lines: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["record"] == name]


def test_a_year_is_worked_out_again_from_its_twelve_months() -> None:
    lines = checked(year_bundle(), signed(year_bundle()))
    assert {each["symbol"]: each["amount"] for each in records(lines, "total")} == {
        "F": "1068563.53", "U": "917969.75", "D": "1164.44", "months": "0.00", "cap": "-563.53"
    }  # fmt: skip
    [payment] = records(lines, "payment")
    assert (payment["payer"], payment["amount"]) == ("provider", "563.53")
    rests = records(lines, "rests_on")
    assert [each["period"] for each in rests] == [f"2026-{number:02}" for number in range(1, 13)]
    assert rests[4]["sha256"] == settle(months()[4]).sha256
    assert lines[-1]["signed_by"] == ["client", "provider"]
    assert lines[-1]["may_be_signed"] is True


def test_the_end_of_a_contract_is_worked_out_again_from_its_months_and_years() -> None:
    sources = TermInputs(BOOK.contract, months(), (year(),), (), "test")
    lines = checked(bundle(sources))
    [payment] = records(lines, "payment")
    assert (payment["payee"], payment["amount"]) == ("provider", "6642.9")
    assert [each["period"] for each in records(lines, "rests_on")][-1] == "year 1"
    assert records(lines, "rests_on")[-1]["sha256"] == year().sha256


def test_a_reversal_is_the_document_with_every_amount_negative() -> None:
    for document, amount in ((year(), "-563.53"), (settle(months()[4]), "-8918.92")):
        lines = checked(bundle(document))
        [payment] = records(lines, "payment")
        assert payment["amount"] == amount
        assert [each["sha256"] for each in records(lines, "rests_on")] == [document.sha256]


def test_a_year_rests_on_the_true_ups_of_its_quarters_too() -> None:
    """By hand: 5,310.95 moved, of which quarters settled 3,803.38; 563.53 over the cap."""
    terms = replace(
        BOOK.contract,
        true_up_schedule=Schedule.QUARTERLY,
        adjustment_schedule=Schedule.QUARTERLY,
    )
    given = tuple(replace(each, contract=terms) for each in months())
    parts = [
        YearInputs(terms, 1, given[n * 3 : n * 3 + 3], BOOK.events, "test", quarter=n + 1)
        for n in range(3)
    ]
    second = bundle(parts[1])
    [payment] = records(checked(second, signed(second)), "payment")
    assert payment["amount"] == "2080.09"
    quarters = tuple(map(true_up_of, parts))
    whole = bundle(YearInputs(terms, 1, given, BOOK.events, "test", quarters=quarters))
    lines = checked(whole, signed(whole))
    [payment] = records(lines, "payment")
    assert (payment["payee"], payment["amount"]) == ("provider", "944.04")
    assert [(each["period"], each["sha256"]) for each in records(lines, "rests_on")][12:] == [
        (f"year 1 quarter {n}", quarters[n - 1].sha256) for n in (1, 2, 3)
    ]
    forged = changed(whole, QUARTERS, b'"2080.09"', b'"2180.09"', anew=True)
    with pytest.raises(InputError, match=r"quarters\.jsonl:2: was changed"):
        checked(forged, signed(whole))
    with pytest.raises(InputError, match=r"true_up\.json"):
        checked(forged)


@pytest.mark.parametrize("anew", [False, True])
def test_a_month_that_was_changed_is_named_by_its_line(anew: bool) -> None:
    forged = changed(year_bundle(), MONTHS, b'"2305"', b'"2306"', anew=anew)
    with pytest.raises(InputError, match=r"months\.jsonl:\d+: was changed"):
        checked(forged, signed(year_bundle()))


def test_without_signatures_the_amounts_differ() -> None:
    forged = changed(year_bundle(), TRUE_UP, b'"-563.53"', b'"-463.53"', anew=True)
    with pytest.raises(InputError, match=r"true_up\.json.*-463\.53.*-563\.53"):
        checked(forged)


def test_a_part_nobody_knows_and_a_document_of_another_kind_are_refused() -> None:
    parts = unpack(bundle(year()), place="b")
    with pytest.raises(InputError, match=r"readings\.csv"):
        checked(forged_with(parts | {"readings.csv": b"meter\n"}))
    with pytest.raises(InputError, match="form"):
        checked(forged_with(parts | {REVERSED: b'{"form":"other"}'}))
    with pytest.raises(InputError, match="is missing"):
        checked(forged_with({name: each for name, each in parts.items() if name != REVERSED}))


def forged_with(parts: dict[str, bytes]) -> bytes:
    manifest = read_manifest(parts[NAME].decode(), place=NAME)
    return pack({**parts, NAME: replace(manifest, parts=parts_of(parts)).text().encode()})


def test_the_command_follows_the_chain_to_a_document_below(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = bundle(year())
    files = {"year.zip": year_bundle(), "back.zip": again, "may.zip": bundle(settle(months()[4]))}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    below = bundle(made_from(year()))  # rests on the reversal, not on the year
    (tmp_path / "other.zip").write_bytes(below)
    verify = ["verify", str(tmp_path / "back.zip"), "--rests-on"]
    assert main([*verify, str(tmp_path / "year.zip")]) == 0
    assert main([*verify, str(tmp_path / "other.zip")]) == 1
    assert "none that the bundle rests on" in capsys.readouterr().err
