"""A meter found out of tolerance, and how far back what it counted is corrected."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.errors import InputError
from domain.sentence import Sentence


class ToleranceRule(StrEnum):
    """How far back a correction goes; a clause of the contract, else a setting."""

    HALF_TIME = "half_time"
    """Half the time since the last verification, or since the instrument was put in after it."""
    KNOWN_DATE = "known_date"
    """From the day from which the meter is proved to have been wrong."""
    NONE = "none"
    """Nothing is corrected."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a verification found of a meter.

    Attributes
    ----------
    found_on : date
        Local day of the verification; what was counted before it is in question.
    error_pct : Decimal
        Percent of what was used by which the meter shows too much; below zero: too little.
    limit_pct : Decimal
        What its class allows. [%]
    known_since : date or None
        Local day from which it is proved to have been wrong.
    document : str
        Report of the verification.
    reactive_error_pct : Decimal or None
        The error of the register of reactive energy, 0 where it was right; None where the report
        does not speak of it. That of maximum demand is that of energy: both are one measurement.
    """

    found_on: date
    error_pct: Decimal
    limit_pct: Decimal
    known_since: date | None
    document: str
    note: str = ""
    reactive_error_pct: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CorrectionSpan:
    """Local days [first_day, end_day) over which what was counted is to be corrected, and why."""

    first_day: date
    end_day: date
    basis: str


def check_finding(finding: Finding) -> None:
    """Refuse what is no finding.

    Raises
    ------
    InputError
        With the name of the field as the place.
    """
    for name in ("error_pct", "reactive_error_pct"):
        error = getattr(finding, name)
        if error is not None and not -100 < error <= 100:  # noqa: PLR2004  # percent
            reason = Sentence(
                "error_out_of_bounds",
                "{name} is {error_pct}, want more than -100 and at most 100",
                name=name,
                error_pct=error,
            )
            raise InputError(reason, place=name)
    if finding.limit_pct <= 0:
        reason = Sentence(
            "limit_wrong",
            "limit_pct is {limit_pct}, want a number above 0",
            limit_pct=finding.limit_pct,
        )
        raise InputError(reason, place="limit_pct")
    if abs(finding.error_pct) <= finding.limit_pct:
        reason = Sentence(
            "error_within_limit",
            "an error of {error_pct} % is within the limit of {limit_pct} %",
            error_pct=finding.error_pct,
            limit_pct=finding.limit_pct,
        )
        raise InputError(reason, place="error_pct")
    if finding.known_since is not None and finding.known_since >= finding.found_on:
        reason = Sentence(
            "known_since_late",
            "known_since {known_since} is not before found_on {found_on}",
            known_since=finding.known_since,
            found_on=finding.found_on,
        )
        raise InputError(reason, place="known_since")
    if not finding.document.strip():
        raise InputError(
            Sentence("finding_wants_document", "a finding has a document"), place="document"
        )


def correction_span(
    finding: Finding,
    rule: ToleranceRule,
    last_verified: date | None,
    *,
    put_in: date | None = None,
) -> CorrectionSpan | None:
    """Days over which a rule corrects what a meter counted; None where it corrects nothing.

    Parameters
    ----------
    last_verified : date or None
        Day of the verification before; None where nobody knows of one.
    put_in : date or None
        Local day on which the instrument that was found wrong took the place of another; what that
        one counted is in no question. None where nobody knows of one.

    Raises
    ------
    InputError
        If the rule asks for a day that is not known.
    """
    if rule is ToleranceRule.NONE:
        return None
    end = finding.found_on
    since = _known_right(end, last_verified, put_in)
    if rule is ToleranceRule.KNOWN_DATE:
        if finding.known_since is None:
            reason = Sentence(
                "finding_since_unknown", "the finding does not say since when the meter was wrong"
            )
            raise InputError(reason, place="known_since")
        first, told = finding.known_since, f"known_date: wrong since {finding.known_since}"
        if since is not None and first < since[0]:
            first = since[0]
            told += f", at most to the {since[1]} of {first}"
        return CorrectionSpan(first, end, told)
    if since is None:
        reason = Sentence(
            "no_verification_before",
            "no verification before {end} is entered; half the time since it is not known",
            end=end,
        )
        raise InputError(reason, place="rule")
    days = (end - since[0]).days
    first = end - timedelta(days=(days + 1) // 2)  # a half day counts whole
    return CorrectionSpan(first, end, f"half_time: {days} d since the {since[1]} of {since[0]}")


def _known_right(
    end: date, last_verified: date | None, put_in: date | None
) -> tuple[date, str] | None:
    """Latest day before `end` from which the instrument may have been wrong, and what it is."""
    known = [(last_verified, "verification"), (put_in, "replacement")]
    days = [(day, what) for day, what in known if day is not None and day < end]
    return max(days, key=lambda each: each[0], default=None)
