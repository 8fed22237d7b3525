"""A month's maximum demand and reactive energy by the meter's own registers, errors divided out.

A declared error may hold for a part of the month. Reactive energy is added up part by part. Of the
greatest demand the register shows only the greatest up to now: where it rose within a part, that
part's own is known; where it did not, only that it was not above. What follows from these bounds
is told, and what does not is refused: a demand that cannot be known is not billed.

A register that began anew within the month (swapped, reset, rolled over, fallen) tells neither: the
readings that are declared of a swap are of the register that counts energy, not of these two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from domain.errors import MissingInputError
from domain.sentence import Sentence

_MICRO = Decimal("0.000001")
"""As amounts are printed and multiplied. [kW], [kvarh]"""


@dataclass(frozen=True, slots=True)
class RegisterPart:
    """What the registers did in a part of a month in which one error, or none, was declared.

    Attributes
    ----------
    demand_before, demand : Decimal or None
        Greatest demand shown at its beginning (0 where the register was set back then) and at its
        end, at the meter's ratio; None where it was not read. [kW]
    reactive : Decimal or None
        What the register of reactive energy rose by, at the ratio; None where unread. [kvarh]
    error_pct : Decimal or None
        By how much the meter showed too much; None where no error is declared. [%]
    reactive_error_pct : Decimal or None
        The same of reactive energy; beside an error, None for not known. [%]
    demand_anew, reactive_anew : bool
        Whether the register began anew within the month.
    demand_unkept, reactive_unkept : bool
        Whether what it showed at the instant as of which it is asked for is not kept.
    """

    demand_before: Decimal | None
    demand: Decimal | None
    reactive: Decimal | None
    error_pct: Decimal | None = None
    reactive_error_pct: Decimal | None = None
    demand_anew: bool = False
    reactive_anew: bool = False
    demand_unkept: bool = False
    reactive_unkept: bool = False


def greatest_demand(parts: Sequence[RegisterPart]) -> Decimal:
    """Maximum demand of a month. [kW].

    Raises
    ------
    MissingInputError
        ``maximum_demand`` if the register was not read where it is wanted, began anew, or is not
        kept as it was known; ``demand_error`` if an error leaves more than one demand possible.
    """
    _refuse_unkept(*(part.demand_unkept for part in parts), code="maximum_demand")
    if not parts or parts[-1].demand is None:
        reason = Sentence(
            "demand_unread", "the meter's register of maximum demand was not read in this month"
        )
        raise MissingInputError(reason, code="maximum_demand")
    if any(part.demand_anew for part in parts):
        reason = Sentence(
            "demand_anew",
            "the meter's register of maximum demand was swapped or set back within this month and "
            "does not show all of it",
        )
        raise MissingInputError(reason, code="maximum_demand")
    if len(parts) == 1:
        return _true(parts[-1].demand, parts[0].error_pct)
    bounds = [_bounds(part) for part in parts]
    least, most = max(low for low, _ in bounds), max(high for _, high in bounds)
    if least != most:
        reason = Sentence(
            "demand_between",
            "an error is declared for a part of the month, and the greatest demand may be "
            "anything from {least} to {most} kW",
            least=f"{least:f}",
            most=f"{most:f}",
        )
        raise MissingInputError(reason, code="demand_error")
    return most


def reactive_energy(parts: Sequence[RegisterPart]) -> Decimal:
    """Reactive energy of a month. [kvarh].

    Raises
    ------
    MissingInputError
        ``reactive_energy`` if the register was not read, began anew, or is not kept as it was
        known; ``reactive_error`` if the meter was wrong and nobody has said by how much in
        reactive energy.
    """
    _refuse_unkept(*(part.reactive_unkept for part in parts), code="reactive_energy")
    total = Decimal(0)
    for part in parts:
        if part.reactive is None:
            break
        if part.reactive_anew or part.reactive < 0:
            reason = Sentence(
                "reactive_anew",
                "the register of reactive energy was swapped, reset, rolled over or fell within "
                "this month",
            )
            raise MissingInputError(reason, code="reactive_energy")
        if part.error_pct is not None and part.reactive_error_pct is None:
            reason = Sentence(
                "reactive_error_unknown",
                "an error is declared for days of the month, and the verification does not say "
                "how wrong the register of reactive energy was",
            )
            raise MissingInputError(reason, code="reactive_error")
        total += _true(part.reactive, part.reactive_error_pct)
    else:
        if parts:
            return total
    reason = Sentence("reactive_unknown", "the reactive energy of the month is not known")
    raise MissingInputError(reason, code="reactive_energy")


def _refuse_unkept(*unkept: bool, code: str) -> None:
    if any(unkept):
        reason = Sentence(
            "registers_not_kept",
            "readings of the meter's register came or were completed after the instant asked for, "
            "and what was known of it then is not kept",
        )
        raise MissingInputError(reason, code=code)


def _bounds(part: RegisterPart) -> tuple[Decimal, Decimal]:
    """Least and greatest that the demand of a part may have been. [kW]."""
    if part.demand_before is None or part.demand is None:
        reason = Sentence(
            "demand_unread_at_error",
            "the register of maximum demand was not read where a declared error begins or ends",
        )
        raise MissingInputError(reason, code="maximum_demand")
    if part.demand < part.demand_before:
        reason = Sentence(
            "demand_set_back",
            "the register of maximum demand was set back within a month of a declared error",
        )
        raise MissingInputError(reason, code="demand_error")
    most = _true(part.demand, part.error_pct)
    return (most if part.demand > part.demand_before else Decimal(0)), most


def _true(shown: Decimal, error_pct: Decimal | None) -> Decimal:
    """What was, where a meter with this error showed that."""
    if error_pct is None:
        return shown
    return (shown / (1 + error_pct / 100)).quantize(_MICRO, ROUND_HALF_UP)
