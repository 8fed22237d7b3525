"""Terms of the rules of use, with what holds until somebody sets them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from domain.errors import InputError
from domain.sentence import Sentence

_DAY_MIN = 1440


class UseRule(StrEnum):
    """What may look wrong with the use of a vehicle."""

    OUT_OF_HOURS = "out_of_hours"
    LOCKED_UP = "locked_up"
    NOT_RETURNED = "not_returned"
    OUT_OF_AREA = "out_of_area"
    FORBIDDEN_PARKING = "forbidden_parking"
    ODOMETER_AGAINST_TRACK = "odometer_against_track"
    TERMINAL_OFFLINE = "terminal_offline"
    CHARGE_ELSEWHERE = "charge_elsewhere"
    UNCHARGED = "uncharged"


@dataclass(frozen=True, slots=True, kw_only=True)
class UseTerms:
    """Limits of the rules of a place.

    Attributes
    ----------
    from_min, until_min : int
        Minutes of the local day between which vehicles are used on days that are worked. [min]
    return_min : int
        Minute of the local day at which they stand at home. [min]
    parked_min : float
        A stop as long in a forbidden area is parking. [min]
    apart_share, apart_km : float
        Odometer and track that differ by more than both disagree. [1], [km]
    silent_min : float
        A terminal silent for longer while the vehicle moved was off. [min]
    silent_days : float
        A terminal silent on so many worked local days in a row is off. [d]
    away_m : float
        A charge farther from the pile that gave it is elsewhere. [m]
    uncharged_km : float
        A plug-in hybrid that drove as far in a local month would have been charged. [km]
    """

    from_min: int = 420
    until_min: int = 1200
    return_min: int = 1320
    parked_min: float = 10.0
    apart_share: float = 0.2
    apart_km: float = 2.0
    silent_min: float = 30.0
    silent_days: float = 5.0
    away_m: float = 500.0
    uncharged_km: float = 300.0


TERMS_OF: Mapping[UseRule, tuple[str, ...]] = {
    UseRule.OUT_OF_HOURS: ("from_min", "until_min"),
    UseRule.LOCKED_UP: (),
    UseRule.NOT_RETURNED: ("return_min",),
    UseRule.OUT_OF_AREA: (),
    UseRule.FORBIDDEN_PARKING: ("parked_min",),
    UseRule.ODOMETER_AGAINST_TRACK: ("apart_share", "apart_km"),
    UseRule.TERMINAL_OFFLINE: ("silent_min", "silent_days"),
    UseRule.CHARGE_ELSEWHERE: ("away_m",),
    UseRule.UNCHARGED: ("uncharged_km",),
}
"""Terms that each rule has."""


@dataclass(frozen=True, slots=True)
class UseRules:
    """Rules that hold for a vehicle on a day.

    Attributes
    ----------
    in_use : frozenset of UseRule
        The others are not asked.
    """

    in_use: frozenset[UseRule] = frozenset(UseRule)
    terms: UseTerms = UseTerms()


def checked_terms(rule: UseRule, terms: Mapping[str, Any]) -> dict[str, float]:
    """Terms of a rule as they are kept.

    Raises
    ------
    InputError
        If the rule has no such term, or its value cannot be.
    """
    for name, value in terms.items():
        if name not in TERMS_OF[rule]:
            raise InputError(
                Sentence("no_rule_term", "rule {rule} has no term {term}", rule=rule, term=name),
                place="terms",
            )
        least = 1 if name.endswith("_days") else 0
        most = _DAY_MIN if name.endswith("_min") else 1e6
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not least <= value <= most:
            raise InputError(
                Sentence(
                    "wrong_rule_term",
                    "{term} {value}: want {least} to {most}",
                    term=name,
                    value=value,
                    least=f"{least:g}",
                    most=f"{most:g}",
                ),
                place=name,
            )
    return dict(terms)


def rules_of(rows: Mapping[str, tuple[bool, Mapping[str, Any]]]) -> UseRules:
    """Rules from what was set, by rule: whether it is asked, and its terms."""
    off = {UseRule(rule) for rule, (in_use, _) in rows.items() if not in_use}
    told = {name: value for _, terms in rows.values() for name, value in terms.items()}
    known = {field.name for field in fields(UseTerms)}
    terms = UseTerms(**{name: value for name, value in told.items() if name in known})
    return UseRules(frozenset(UseRule) - off, terms)
