"""What a signatory has to know of the certificates of the meters that are settled by. Pure."""

from domain.contract import Contract
from domain.uncertified import Uncertified, UncertifiedReason


def certificate_remark(contract: Contract, meter: str, found: Uncertified) -> tuple[str, str, bool]:
    """Code and detail of the remark, and whether it stands against signing.

    A certificate that has ended, or that the instrument took with it, stands against it for more
    days than the contract grants; one that nobody ever entered only where the contract wants it.
    """
    rule = contract.certificates
    days = f"{found.days} d of the month"
    match found.reason:
        case UncertifiedReason.ENDED:
            told = f"certificate {found.number} ended on {found.since}, {days} have none"
        case UncertifiedReason.REPLACED:
            told = f"replaced on {found.since}, {days} have no certificate of the new one"
        case _:
            told = f"nobody has entered a certificate, {days} have none"
    detail = f"meter {meter}: {told}"
    if found.reason is UncertifiedReason.NONE and not (rule is not None and rule.wanted):
        return found.reason, detail, False
    if rule is not None and found.days <= rule.most_days:
        return (
            found.reason,
            f"{detail}; up to {rule.most_days} d agreed on by {rule.document}",
            False,
        )
    return found.reason, detail, True
