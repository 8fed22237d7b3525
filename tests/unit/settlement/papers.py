"""Papers of the shipped clinic's statements, as the tests of PDF and workbook want them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from analytics.settlement.course import StatementState
from analytics.settlement.month import inputs_of, settle
from analytics.settlement.statement import Statement
from api.paper.statement_paper import Claim, Doing, Paper
from domain.contract_event import Closed
from domain.contract_month import ContractMonth
from domain.settlement_file import Book
from tests.unit.settlement.clinic import clinic, with_events, with_month

AUGUST = "2026-08"
FLOOD = Closed(date(2026, 8, 10), date(2026, 8, 14), "防汛停用", "会签单 12", ("甲", "乙"))


def paper(book: Book | None = None, lang: str = "zh-CN", month: str = AUGUST) -> Paper:
    """The paper of a month as it comes out of the file."""
    found = book or clinic()
    inputs = inputs_of(found, month, code_version="test")
    return Paper(settle(inputs), found.contract, lang, inputs)


def eventful(lang: str) -> Paper:
    """August of a clinic closed for four days, of which a meter lacks two; signed, and disputed."""

    def lacking(month: ContractMonth) -> ContractMonth:
        return replace(month, uses=(replace(month.uses[0], missing_days=2), *month.uses[1:]))

    made = paper(with_month(with_events(clinic(), closed=(FLOOD,)), AUGUST, lacking), lang)
    assert isinstance(made.document, Statement)
    digest = made.document.sha256
    doings = (
        Doing("make", "2026-09-02", "王编制"),
        Doing("check", "2026-09-03", "李核对"),
        Doing("sign", "2026-09-04", "赵甲方", "client", digest, "ab12cd34ef56ab78"),
        Doing("sign", "2026-09-05", "钱乙方", "provider", digest),
        Doing("dispute", "2026-09-06", "赵甲方", "client", "D1"),
    )
    claim = Claim(
        "D1", "fee", "electricity", Decimal("40000.00"), "client", "尖峰时段划分有误", "2026-09-20"
    )
    return replace(made, state=StatementState.DISPUTED, doings=doings, claims=(claim,))
