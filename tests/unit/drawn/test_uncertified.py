"""Days without a certificate are found, and stand against signing beyond what is agreed on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from analytics.drawn.uncertified import uncertified
from analytics.evidence.register_days import Days
from analytics.ledger.metrology import Held
from analytics.settlement.month import settle
from analytics.settlement.statement import Remark
from domain.certificate import Certificate
from domain.contract_term import CertificateRule
from domain.uncertified import Uncertified, UncertifiedReason
from tests.unit.drawn.ledger import drawing, meters, terms
from tests.unit.evidence.office import ZONE

JULY = Days(date(2026, 7, 1), date(2026, 8, 1), ZONE)


def held(first: date, end: date, number: str = "T-1") -> Held:
    told = Certificate(number, "Metrology of Tianjin", "0.5S", "", first, first, end)
    return Held(told, first, end)


YEAR = held(date(2025, 8, 1), date(2026, 8, 1))
TO_THE_20TH = held(date(2025, 7, 20), date(2026, 7, 20))
ENDED = Uncertified(UncertifiedReason.ENDED, 12, date(2026, 7, 20), "T-1")


@pytest.mark.parametrize(
    ("certificates", "swaps", "found"),
    [
        ([YEAR], [], None),
        ([TO_THE_20TH], [], ENDED),
        ([TO_THE_20TH, held(date(2026, 7, 20), date(2027, 7, 20), "T-2")], [], None),
        (
            [TO_THE_20TH, held(date(2026, 7, 25), date(2027, 7, 25), "T-2")],
            [],
            replace(ENDED, days=5),
        ),
        ([], [], Uncertified(UncertifiedReason.NONE, 31)),
        ([held(date(2026, 7, 2), date(2026, 7, 2))], [], Uncertified(UncertifiedReason.NONE, 31)),
        (
            [YEAR],
            [date(2026, 7, 10)],
            Uncertified(UncertifiedReason.REPLACED, 21, date(2026, 7, 10), "T-1"),
        ),
        ([YEAR], [date(2025, 8, 1)], None),
    ],
    ids=["whole", "ended", "followed", "gap", "never", "mistake", "replaced", "before"],
)
def test_days_without_a_certificate(
    certificates: Sequence[Held], swaps: Sequence[date], found: Uncertified | None
) -> None:
    assert uncertified(certificates, swaps, JULY) == found


def remarks(rule: CertificateRule | None, *certificates: Held) -> list[Remark]:
    """Of July with the main meter's certificates."""
    found = drawing(meters=meters(certificates=certificates))
    contract = replace(terms().contract, certificates=rule)
    statement = settle(replace(terms(), contract=contract, month=found.month))
    return [each for each in statement.remarks if each.code.startswith("certificate")]


def test_an_ended_certificate_blocks_and_says_since_when() -> None:
    [remark] = remarks(None, TO_THE_20TH)
    assert (remark.code, remark.blocks) == ("certificate_ended", True)
    assert remark.detail == (
        "meter main-e: certificate T-1 ended on 2026-07-20, 12 d of the month have none"
    )
    assert remarks(None, YEAR) == []


@pytest.mark.parametrize(("days", "blocks"), [(12, False), (11, True)])
def test_the_contract_grants_so_many_days_by_its_document(days: int, blocks: bool) -> None:
    rule = CertificateRule(days, "minutes 3/2026")
    [remark] = remarks(rule, TO_THE_20TH)
    assert remark.blocks is blocks
    assert remark.detail.endswith("; up to 12 d agreed on by minutes 3/2026") is not blocks


def test_a_meter_without_any_certificate_informs_unless_the_contract_wants_them() -> None:
    assert [each.blocks for each in remarks(None)] == [False]
    assert [each.blocks for each in remarks(CertificateRule(wanted=True))] == [True]


def test_days_without_a_certificate_want_the_document_that_grants_them() -> None:
    with pytest.raises(ValueError, match="want the document"):
        CertificateRule(3)
