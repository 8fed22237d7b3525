"""Whether an error of a meter is corrected as far back as the contract's rule says. Pure."""

from analytics.settlement.working import Working, shown
from domain.contract_event import MeterError
from domain.contract_term import MeterErrorRule
from domain.tolerance import Finding, ToleranceRule, correction_span


def hold_to_rule(rule: MeterErrorRule | None, error: MeterError, working: Working) -> None:
    """Remark what stands against a correction; nothing where the parties agree on each."""
    if rule is None:
        return
    detail = _against(rule, error)
    if detail is not None:
        working.remark("error_rule", detail, blocks=True)


def _against(rule: MeterErrorRule, error: MeterError) -> str | None:
    half = rule.goes_back is ToleranceRule.HALF_TIME
    if error.found_on is None or (half and error.verified_on is None):
        return f"meter {error.meter}: nobody says when it was verified and when found wrong"
    if abs(error.error_pct) <= rule.limit_pct:
        return (
            f"meter {error.meter}: an error of {shown(error.error_pct)} % is within"
            f" {shown(rule.limit_pct)} %: nothing is corrected"
        )
    finding = Finding(
        error.found_on, error.error_pct, rule.limit_pct, error.first_day, error.document
    )
    span = correction_span(finding, rule.goes_back, error.verified_on)
    if span is None:
        return f"meter {error.meter}: by the contract no error is corrected"
    if span.first_day == error.first_day:
        return None
    return (
        f"meter {error.meter} is corrected from {error.first_day} on, the contract's rule"
        f" ({rule.goes_back}) says {span.first_day}"
    )
