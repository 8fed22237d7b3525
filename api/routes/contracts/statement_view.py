"""Statements as the API shows them: the head in a list, and the whole document."""

from collections.abc import Sequence
from typing import Any

from analytics.contracts.dispute_course import dispute_of
from analytics.contracts.dispute_desk import amount_of, frozen_by
from analytics.contracts.overtaken import overtaken_by
from analytics.contracts.statement_acts import Doer, Matter, matter
from analytics.contracts.statement_course import course_of, payment_of
from analytics.evidence.signature import fingerprint
from analytics.settlement.course import Act, Course
from analytics.settlement.decided import Unmet
from analytics.settlement.due import Due
from analytics.settlement.hand_over import HandOver
from analytics.settlement.left_out import left_out
from analytics.settlement.reporting_period import period_lines
from analytics.settlement.statement import Side, Statement, read_inputs
from analytics.settlement.true_up import TrueUp
from analytics.settlement.undisputed import amount_in
from api.routes.contracts.period_schema import PeriodChangeOut, PeriodOut
from api.routes.contracts.statement_schema import (
    ActOut,
    BaselineUsed,
    DifferenceOut,
    DisputeOut,
    FormulaStepOut,
    FrozenOut,
    OutcomeOut,
    PaymentOut,
    RegisterOut,
    RemarkOut,
    SignatureOut,
    StatementDetail,
    StatementDueOut,
    StatementLeftOutOut,
    StatementLineOut,
    StatementOut,
    StatementTotalOut,
    UnmetOut,
)
from api.routes.savings.saving_schema import SavingOut
from api.scope import Caller
from domain.contract import Party, SigningRule
from domain.contract_book import DocumentKind
from store.contracts.contract import party_of
from store.contracts.dispute import DisputeRow
from store.contracts.statement import ActRow, StatementRow, acts, baselines_of, texts


def heads(scope: Caller, rows: Sequence[StatementRow]) -> list[StatementOut]:
    """Statements as a list shows them."""
    done = acts(scope.conn, [row.id for row in rows])
    return [
        StatementOut(
            **_head(row, course_of(row, done[row.id]), done[row.id]),
            overtaken=overtaken_by(scope.conn, row),
        )
        for row in rows
    ]


def whole(scope: Caller, row: StatementRow) -> StatementDetail:
    """A statement with all that is in it, and all that was done to it."""
    of = matter(scope.conn, row)
    party = party_of(scope.conn, row.contract_id)
    doer = None if party is None else Doer(scope.person.person_id, Party(party))
    document, contract = of.document, of.contract
    due = of.due
    return StatementDetail(
        **_head(row, of.course, of.done),
        overtaken=of.overtaken,
        first_day=document.first_day,
        end_day=document.end_day,
        name_zh=contract.name_zh,
        name_en=contract.name_en,
        client=contract.client,
        provider=contract.provider,
        rounding=document.rounding if isinstance(document, Statement) else None,
        party=party,
        may=[] if doer is None else list(of.may(doer)),
        signing=contract.signing or SigningRule.KEYS,
        lines=_lines(of),
        totals=_totals(of),
        payment=document.payment and PaymentOut.model_validate(document.payment),
        savings=_savings(document),
        remarks=[RemarkOut.model_validate(each) for each in document.remarks],
        unmet=[_unmet(each) for each in of.unmet],
        differences=_differences(of),
        registers=_registers(document),
        left_out=_left_out(scope, row),
        baselines=[BaselineUsed.model_validate(one) for one in baselines_of(scope.conn, row.id)],
        acts=[_act(each) for each in of.done],
        disputes=[dispute_view(of, each) for each in of.disputes],
        due=due and _due(due),
    )


def _unmet(each: Unmet) -> UnmetOut:
    decided = each.decided
    return UnmetOut(
        dispute=decided.dispute,
        line=decided.line,
        side=decided.side,
        wanted=decided.amount,
        found=each.found,
        difference=each.difference,
    )


def periods(scope: Caller, row: StatementRow) -> list[PeriodOut]:
    """A month by line: from its baseline to what was saved."""
    of = matter(scope.conn, row)
    if not isinstance(of.document, Statement):
        return []
    names, paid = of.contract.names(), of.document.to_provider()
    same = ("unit", "adjusted_baseline", "use", "saving", "low", "high", "status")
    return [
        PeriodOut(
            statement=row.id,
            month=row.period,
            state=of.course.state,
            line=each.saving.line,
            name_zh=names[each.saving.line][0],
            name_en=names[each.saving.line][1],
            **{name: getattr(each.saving, name) for name in same},
            baseline=each.baseline,
            changes=[PeriodChangeOut.model_validate(change) for change in each.changes],
            price=each.price,
            share=each.share,
            amount=each.amount,
            payment=paid,
        )
        for each in period_lines(of.contract, of.document)
    ]


def dispute_view(of: Matter, row: DisputeRow) -> DisputeOut:
    """A dispute, with what its line came to and what it freezes."""
    same = ("id", "code", "contract_id", "statement_id", "period", "line", "side", "claimed", "by",
            "reason", "opened_on", "deadline", "evidence", "person", "at")  # fmt: skip
    return DisputeOut(
        **{name: getattr(row, name) for name in same},
        amount=amount_of(of, row),
        frozen=frozen_by(of, dispute_of(row)),
        outcome=_outcome(row),
        open=row.signer_id is None,
    )


def _head(row: StatementRow, course: Course, done: Sequence[ActRow]) -> dict[str, Any]:
    paid = payment_of(row)
    names = StatementOut.model_fields.keys() - {
        "state", "payee", "signatures", "open_disputes", "overtaken",
    }  # fmt: skip
    return {name: getattr(row, name) for name in names} | {
        "state": course.state,
        "payee": paid and paid.payee,
        "signatures": _signatures(course, done),
        "open_disputes": len(course.disputes),
    }


def _signatures(course: Course, done: Sequence[ActRow]) -> list[SignatureOut]:
    """The newest act of signing of each party whose signature counts."""
    newest = {row.party: row for row in done if row.act == Act.SIGN}
    rows = [newest[party] for party in Party if party in course.signatures]
    return [
        SignatureOut(
            party=Party(str(row.party)), person=row.person, at=row.at, fingerprint=_print(row)
        )
        for row in rows
    ]


def _print(row: ActRow) -> str | None:
    return None if row.key is None else fingerprint(row.key)


def _act(row: ActRow) -> ActOut:
    names = ActOut.model_fields.keys() - {"fingerprint"}
    return ActOut(**{name: getattr(row, name) for name in names}, fingerprint=_print(row))


def _lines(of: Matter) -> list[StatementLineOut]:
    if not isinstance(of.document, Statement):
        return []
    names, disputed = of.contract.names(), _disputed(of)
    return [
        StatementLineOut(
            code=line.code,
            name_zh=names[line.code][0],
            name_en=names[line.code][1],
            kind=line.kind,
            side=line.side,
            amount=line.amount,
            formula=line.formula,
            basis=line.basis,
            steps=[FormulaStepOut.model_validate(step) for step in line.steps],
            dispute=disputed.get((line.code, line.side)),
        )
        for line in of.document.lines
    ]


def _savings(document: Statement | TrueUp | HandOver) -> list[SavingOut]:
    found = document.savings if isinstance(document, Statement) else ()
    return [SavingOut.model_validate(each) for each in found]


def _disputed(of: Matter) -> dict[tuple[str, str], str]:
    """Codes of the disputes that are open, by what they are about."""
    return {(row.line, row.side): row.code for row in of.disputes if row.signer_id is None}


def _totals(of: Matter) -> list[StatementTotalOut]:
    disputed = _disputed(of)
    return [
        StatementTotalOut(
            symbol=each.symbol,
            amount=each.amount,
            formula=each.formula,
            disputable=amount_in(of.document, each.symbol, Side.TOTAL) is not None,
            dispute=disputed.get((each.symbol, Side.TOTAL)),
        )
        for each in of.document.totals
    ]


def _differences(of: Matter) -> list[DifferenceOut]:
    found = of.document.differences if isinstance(of.document, TrueUp) else ()
    disputed = _disputed(of)
    return [
        DifferenceOut(
            month=each.month,
            line=each.line,
            side=each.side,
            signed=each.signed,
            now=each.now,
            dispute=disputed.get((f"{each.month}/{each.line}", each.side)),
        )
        for each in found
    ]


def _registers(document: Statement | TrueUp | HandOver) -> list[RegisterOut]:
    found = document.registers if isinstance(document, HandOver) else ()
    return [RegisterOut(meter=each.meter, last=dict(each.register)) for each in found]


def _left_out(scope: Caller, row: StatementRow) -> list[StatementLeftOutOut]:
    kept = texts(scope.conn, row.id)[1] if row.kind == DocumentKind.MONTH else None
    if kept is None:
        return []
    found = left_out(read_inputs(kept, place=f"statement {row.id}"))
    return [StatementLeftOutOut.model_validate(each) for each in found]


def _due(due: Due) -> StatementDueOut:
    frozen = [FrozenOut(dispute=code, amount=part) for code, part in due.frozen]
    return StatementDueOut(
        payer=due.payer, outstanding=abs(due.outstanding), paid=due.paid, frozen=frozen
    )


def _outcome(row: DisputeRow) -> OutcomeOut | None:
    if row.outcome_id is None:
        return None
    names = OutcomeOut.model_fields.keys() - {"id"}
    return OutcomeOut(id=row.outcome_id, **{name: getattr(row, name) for name in names})
