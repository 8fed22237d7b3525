"""Whether a model was fitted on the meters that a line is settled by. Pure.

A baseline of other meters than the boundary's answers another question: no figure comes of it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from analytics.settlement.active_month import ActiveMonth
from domain.contract_line import ContractLine
from domain.contract_term import Meter
from domain.errors import MissingInputError


@dataclass(frozen=True, slots=True)
class ModelMeters:
    """Meters of a model, by their codes in the ledger.

    Attributes
    ----------
    counted : frozenset of str
        Those it was fitted to.
    used : frozenset of str
        Those of the contract's boundary that counted something on days of the training.
    """

    counted: frozenset[str]
    used: frozenset[str]


def want_boundary(month: ActiveMonth, line: ContractLine, meters: ModelMeters) -> None:
    """See that a model stands for the boundary of a line.

    A meter that had counted nothing yet when the model was trained may have come since: a charging
    pile that is taken out, a meter in place of another.

    Raises
    ------
    MissingInputError
        With the meters that are not in both.
    """
    lines = {line.code, *(each.code for each in month.contract.lines if each.adds_to == line.code)}
    counting = [each for each in month.contract.meters if each.stands_for is None]
    every = [meter for meter in counting if meter.line in lines]
    inside = {_ledger(meter) for meter in every if not meter.excluded}
    strange = sorted(meters.counted - inside)
    if strange:
        raise _refusal(line, f"was fitted on {_names(strange)}, not in the boundary", inside)
    now = {_ledger(meter) for meter in _now(month, every) if not meter.excluded}
    lacking = sorted(now & meters.used - meters.counted)
    if lacking:
        raise _refusal(line, f"was fitted without {_names(lacking)} of the boundary", inside)
    out = {_ledger(meter) for meter in _now(month, every) if meter.excluded}
    within = sorted(out & meters.used)
    if within:
        reason = f"counts {_names(within)} within its training, which the boundary takes out"
        raise _refusal(line, reason, inside)


def _now(month: ActiveMonth, meters: Sequence[Meter]) -> list[Meter]:
    return [meter for meter in meters if month.overlap(meter.first_day, meter.end_day)]


def _ledger(meter: Meter) -> str:
    return meter.in_ledger()[0]


def _names(codes: Collection[str]) -> str:
    return " and ".join(codes)


def _refusal(line: ContractLine, reason: str, inside: Collection[str]) -> MissingInputError:
    wanted = _names(sorted(inside)) or "no meter"
    text = f"model {line.model} of {line.code} {reason}: want a baseline of {wanted}"
    return MissingInputError(text, code="model_boundary")
