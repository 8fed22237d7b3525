"""Whatever somebody writes as TOML is read, or refused with its place."""

from decimal import Decimal

import pytest

from domain.errors import InputError
from domain.tariff_file import read_tariff
from domain.toml_text import read_toml
from ingest.profile.check import findings_of

HOSTILE = ("a = " + "9" * 5000, "a = " + "[" * 3000, "a = 1e" + "9" * 20, "a = ", "a = 1979-13-40")


def test_a_number_stays_as_it_is_written() -> None:
    assert read_toml("a = 0.1229", place="here") == {"a": Decimal("0.1229")}


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_toml_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(InputError, match="no TOML") as refusal:
        read_toml(text, place="here")
    assert refusal.value.place == "here"
    with pytest.raises(InputError, match="no TOML"):
        read_tariff(text, place="here")


@pytest.mark.parametrize("text", [text for text in HOSTILE if "1e" not in text])
def test_a_profile_that_is_no_toml_is_a_finding(text: str) -> None:
    (finding,) = findings_of("mine", text)
    assert finding.startswith("mine: not TOML")
