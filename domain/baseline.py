"""A baseline that somebody wants: of what, trained on which days, and what is held against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.comparison import Method, Terms, check_terms
from domain.errors import InputError
from domain.registry import Medium
from domain.sentence import Sentence

MOST_DAYS = 3 * 366
"""Longest training: an older year tells of another building. [d]"""


class TrainingCause(StrEnum):
    """Why a training was looked at."""

    CREATED = "created"
    ASKED = "asked"
    DATA = "data"
    WEATHER = "weather"
    CALENDAR = "calendar"
    CHECKED = "checked"
    """By the daily comparison, which finds what announces itself to nobody."""


class Step(StrEnum):
    """What a model tells one by one."""

    DAILY = "daily"
    HOURLY = "hourly"
    """By the hour of the week; told as local days."""
    MONTHLY = "monthly"
    """Bills, or calendar months: for a place without meters that are read by themselves."""


LEAST_DAYS: Mapping[Step, int] = {Step.DAILY: 90, Step.HOURLY: 90, Step.MONTHLY: 270}
"""Shortest training that may be asked for; how good it is, the fit says. [d]"""


class EventVerdict(StrEnum):
    """What a person says of a non-routine event; the newest counts."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNDONE = "undone"


class Stated(StrEnum):
    """Savings that stand beside the measured ones, and are never mixed with them."""

    PLANNED = "planned"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Statement:
    """A saving that somebody states over local days [first_day, end_day), beside the measured one.

    Attributes
    ----------
    amount : Decimal or None
        In the unit of the medium; None takes back what was stated of these days.
    stated_by : str
        Who planned or verified it: a person or a firm, not who enters it.
    document_date : date or None
    """

    kind: Stated
    first_day: date
    end_day: date
    amount: Decimal | None
    document: str
    stated_by: str = ""
    document_date: date | None = None


def out_of_order(first_day: date, end_day: date) -> Sentence:
    """Say that days end before they begin."""
    return Sentence(
        "days_out_of_order",
        "first_day {first_day} is not before end_day {end_day}",
        first_day=first_day,
        end_day=end_day,
    )


def check_statement(told: Statement) -> None:
    """Refuse days out of order, and a verified saving of which nobody says who verified it, when.

    Raises
    ------
    InputError
        With the name of the field as the place.
    """
    if told.first_day >= told.end_day:
        raise InputError(out_of_order(told.first_day, told.end_day), place="end_day")
    if told.kind is Stated.PLANNED or told.amount is None:
        return
    if not told.stated_by.strip():
        reason = Sentence("verified_by_nobody", "a verified saving names who verified it")
        raise InputError(reason, place="stated_by")
    if told.document_date is None:
        reason = Sentence(
            "verified_without_date", "a verified saving names the date of its document"
        )
        raise InputError(reason, place="document_date")


@dataclass(frozen=True, slots=True)
class WantedBaseline:
    """What a person asks for.

    Attributes
    ----------
    meter_id : int or None
        One meter alone; None: the whole place, by its meter tree.
    first_day, end_day : date
        Training, local days [first_day, end_day).
    reporting_from : date
        First local day on which savings count: after the measure.
    cvrmse_limit, nmbe_limit : float
        Most that the fit may have, as ratios. [1]
    limit_source : str
        Who asks for these limits.
    reporting_end : date or None
        Of a comparison: local day after the last one that is compared. A model has none.
    terms : Terms or None
        Of a comparison.
    """

    organisation_id: int
    meter_id: int | None
    medium: str
    first_day: date
    end_day: date
    reporting_from: date
    cvrmse_limit: float
    nmbe_limit: float
    limit_source: str
    note: str = ""
    method: Method = Method.WHOLE
    reporting_end: date | None = None
    terms: Terms | None = None
    step: Step = Step.DAILY


def check_baseline(wanted: WantedBaseline, today: date) -> None:
    """Refuse what cannot be fitted, whatever the data.

    Raises
    ------
    InputError
        With the name of the field as the place.
    """
    _check_training(wanted, today)
    check_terms(wanted.method, wanted.terms, (wanted.first_day, wanted.end_day))
    if wanted.method is not Method.WHOLE:
        _check_comparison(wanted, today)
        if wanted.step is not Step.DAILY:
            reason = Sentence("comparison_of_days", "a comparison is one of days")
            raise InputError(reason, place="step")
    elif wanted.reporting_end is not None:
        reason = Sentence("model_without_end", "the savings of a model have no last day")
        raise InputError(reason, place="reporting_end")
    if wanted.method is not Method.ON_OFF and wanted.reporting_from < wanted.end_day:
        reason = Sentence(
            "reporting_in_training",
            "savings from {reporting_from}, want a day from {end_day} on",
            reporting_from=wanted.reporting_from,
            end_day=wanted.end_day,
        )
        raise InputError(reason, place="reporting_from")


def _check_training(wanted: WantedBaseline, today: date) -> None:
    length = wanted.end_day - wanted.first_day
    least = LEAST_DAYS[wanted.step] if wanted.method is Method.WHOLE else 1
    if not timedelta(days=least) <= length <= timedelta(days=MOST_DAYS):
        reason = Sentence(
            "training_length",
            "a training of {days} days, want {least} to {most}",
            days=length.days,
            least=least,
            most=MOST_DAYS,
        )
        raise InputError(reason, place="end_day")
    if wanted.end_day > today:
        reason = Sentence(
            "training_not_over",
            "training ends on {end_day}, want days that are over",
            end_day=wanted.end_day,
        )
        raise InputError(reason, place="end_day")


def _check_comparison(wanted: WantedBaseline, today: date) -> None:
    end = wanted.reporting_end
    test = (wanted.first_day, wanted.end_day)
    if wanted.method is Method.ON_OFF and (wanted.reporting_from, end) != test:
        reason = Sentence(
            "test_is_its_reporting",
            "an alternating test reports on its own days, from {first_day} to {end_day}",
            first_day=wanted.first_day,
            end_day=wanted.end_day,
        )
        raise InputError(reason, place="reporting_end")
    if end is None or not wanted.reporting_from < end <= today:
        reason = Sentence(
            "comparison_not_over",
            "compared until {end}, want days after {reporting_from} that are over",
            end=end or "-",
            reporting_from=wanted.reporting_from,
        )
        raise InputError(reason, place="reporting_end")
    if wanted.method is Method.KEY_PARAMETER and wanted.medium != Medium.ELECTRICITY:
        reason = Sentence(
            "sample_of_power",
            "a measured power saves electricity, not {medium}",
            medium=wanted.medium,
        )
        raise InputError(reason, place="medium")
    if wanted.method is Method.ALL_PARAMETERS and wanted.meter_id is None:
        reason = Sentence("isolation_of_a_meter", "the retrofit must have a meter of its own")
        raise InputError(reason, place="meter")
