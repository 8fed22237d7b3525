"""Which columns of a logger's file are which quantities: data, in one TOML file per logger."""

import tomllib
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from importlib import resources

import msgspec

from device_sim.recordings.cell import FORMS
from domain.quantity import quantities


class MappedColumn(msgspec.Struct, frozen=True):
    """One column of a file and the quantity it is; the fields are explained in the TOML file."""

    quantity: str
    column: str
    form: str = "number"
    factor: Decimal = Decimal(1)
    codes: dict[str, str] = {}

    def reader(self) -> Callable[[str], Decimal | str | None]:
        """What reads a cell: None for a code that is not known; ValueError if it is wrong."""
        if self.codes:
            return self.codes.get
        known = quantities().get(self.quantity)
        if known is not None and known.column_type == "text":
            return str
        form, factor = FORMS[self.form], self.factor
        return form if factor == 1 else lambda text: form(text) * factor


class RecordingProfile(msgspec.Struct, frozen=True):
    """How to read the files of one logger."""

    value: tuple[MappedColumn, ...]
    beside: tuple[MappedColumn, ...] = ()
    """What is told of the battery beside readings; not published."""
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
    return RecordingProfile(tuple(MappedColumn(n, n) for n in names), time_column=time_column)
