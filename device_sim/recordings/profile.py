"""Which columns of a logger's file are which quantities: data, in one TOML file per logger."""

import tomllib
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib import resources

import msgspec

from device_sim.recordings.cell import FORMS
from domain.quantity import quantities
from domain.reading import Value


class MappedColumn(msgspec.Struct, frozen=True):
    """One column of a file and the quantity it is; the fields are explained in the TOML file."""

    quantity: str
    column: str
    form: str = "number"
    factor: Decimal = Decimal(1)
    codes: dict[str, str] = {}

    def value(self, text: str) -> Decimal | str | None:
        """What the cell says; None for a code that is not known; ValueError if it is wrong."""
        if self.codes:
            return self.codes.get(text)
        known = quantities().get(self.quantity)
        if known is not None and known.column_type == "text":
            return text
        return FORMS[self.form](text) * self.factor


class RecordingProfile(msgspec.Struct, frozen=True):
    """How to read the files of one logger."""

    value: tuple[MappedColumn, ...]
    time_column: str = "ts"
    time_form: str = "written"
    absent: tuple[str, ...] = ("", "nan")
    """Texts, in lower case, that say "not measured"."""


PROFILES = ("native", "leafspy")


@cache
def shipped_profile(name: str) -> RecordingProfile:
    """A profile that comes as a TOML file."""
    text = (resources.files("device_sim.recordings") / f"{name}.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), RecordingProfile)


def native_profile(header: Sequence[str], time_column: str) -> RecordingProfile:
    """The profile of a file whose columns are named as the quantities are."""
    names = [name for name in header if name in quantities() and name != time_column]
    return RecordingProfile(tuple(MappedColumn(n, n) for n in names), time_column)


def plain(value: Decimal | str) -> Value:
    """As it is sent."""
    return value if isinstance(value, str) else float(value)
