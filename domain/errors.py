"""Every error Civicwatt raises on purpose, so that a caller can tell ours from a bug.

Add one here when a caller would act differently on it; otherwise raise the nearest one.
"""

from domain.sentence import Sentence


class CivicwattError(Exception):
    """Base of every error raised on purpose. Its text is one clear line for the user.

    Attributes
    ----------
    reason : str
        What is wrong, without its place; a `Sentence` where other languages can word it.
    place : str
        Where, such as ``meter.csv:17``; empty where the reason says all.
    """

    place = ""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class ConfigurationError(CivicwattError):
    """A setting, file or service cannot be used as it is; the user must change it."""


class PayloadError(CivicwattError):
    """A message cannot be read. It is kept whole in `quarantine`, never guessed at.

    Parameters
    ----------
    reason : str
        What is wrong, with the values seen and wanted.
    code : str
        Short machine name of the reason, such as ``not_json``; counted by metrics.
    """

    def __init__(self, reason: str, *, code: str) -> None:
        super().__init__(reason)
        self.code = code


class InputError(CivicwattError):
    """A file given by the user cannot be used.

    Parameters
    ----------
    reason : str
        What is wrong, with the values seen and wanted.
    place : str
        File and line, such as ``meter.csv:17``.
    """

    def __init__(self, reason: str, *, place: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.reason, self.place = reason, place


class FormulaError(CivicwattError):
    """The formula of a virtual meter cannot be read.

    Parameters
    ----------
    reason : str
        What is wrong, with what was seen and wanted.
    column : int
        Where in the text, from 1.
    """

    def __init__(self, reason: str, *, column: int) -> None:
        super().__init__(f"column {column}: {reason}")
        self.reason, self.place = reason, f"column {column}"


class MeterTreeError(CivicwattError):
    """A meter cannot hang or be computed as asked; the text names the meters and the reason."""


class MoveError(CivicwattError):
    """A place cannot move as asked; the text names the places and the reason."""


class StoreError(CivicwattError):
    """The database is not what this version needs: unreachable, too old, not migrated."""


class ScopeError(CivicwattError):
    """The caller has no scope for what was asked. Told as "not found", never as "forbidden"."""


class MissingInputError(CivicwattError):
    """A figure needs what nobody has entered, such as a month's price or a year's calendar.

    The figure is left out and the gap is named; nothing is put in its place.

    Parameters
    ----------
    reason : str
        What is missing, and for when.
    code : str
        Short machine name of what is missing, such as ``price`` or ``calendar``.
    """

    def __init__(self, reason: str, *, code: str) -> None:
        super().__init__(reason)
        self.code = code


class UncheckedError(CivicwattError):
    """An official figure would rest on a value that no person has checked against its document."""


class LedgerError(CivicwattError):
    """A month cannot be closed or reversed as asked, or the chain of entries is broken."""


class SettlementError(CivicwattError):
    """A statement cannot be brought to where somebody asked; the text says why."""


class AlertError(CivicwattError):
    """An alert cannot be brought to where somebody asked; the text says why."""


class FactorError(CivicwattError):
    """A conversion factor is missing, or figures of different factor sets were put together."""


class CalendarMissingError(CivicwattError):
    """A calendar has no entries for a year; nothing is assumed in their place.

    Parameters
    ----------
    calendar : str
        Code of the calendar.
    year : int
        The year it lacks.
    """

    def __init__(self, calendar: str, year: int) -> None:
        super().__init__(
            Sentence(
                "calendar_missing",
                "calendar {calendar} has no entry for {year}: enter the year, "
                "or make a provisional one of its statutory holidays",
                calendar=repr(calendar),
                year=year,
            )
        )
        self.calendar = calendar
        self.year = year
