"""The tables of one institution as one text, to be kept with its digest for ever. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from analytics.ledger.statistics_cell import Cell, MonthAmount, YearAmount
from analytics.ledger.statistics_check import Finding, Weight
from analytics.ledger.statistics_table import Tables
from domain.statistics_item import EDITION


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said to a finding.

    Attributes
    ----------
    seen : str
        The figures it speaks of; it answers no finding about others.
    """

    item: str
    code: str
    seen: str
    comment: str
    person: str
    at: str


def unanswered(findings: Iterable[Finding], answers: Iterable[Answer]) -> list[Finding]:
    """Findings that stand in the way of official tables.

    Nothing that is said lifts a refusal; a question is lifted by an answer about its very figures.
    """
    answered = {(answer.item, answer.code, answer.seen) for answer in answers}
    return [
        finding
        for finding in findings
        if finding.weight is Weight.REFUSES
        or (finding.item, finding.code, finding.seen) not in answered
    ]


def content(
    tables: Tables, findings: Iterable[Finding], answers: Iterable[Answer], factor_set: str
) -> str:
    """JSON with its keys in order and every number as it was written."""
    told = {(each.item, each.code, each.seen) for each in findings}
    identity = tables.identity
    whole = {
        "edition": EDITION,
        "year": tables.year,
        "first_day": tables.days[0].isoformat(),
        "end_day": tables.days[1].isoformat(),
        "factor_set": factor_set,
        "institution": {
            "code": identity.code,
            "credit_code": identity.credit_code,
            "name_zh": identity.name_zh,
            "name_en": identity.name_en,
            "class": identity.institution_class,
            "department": identity.department,
            "region": identity.region,
        },
        "cells": {key: _cell(cell) for key, cell in tables.cells.items()},
        "comments": [
            {
                "item": answer.item,
                "code": answer.code,
                "seen": answer.seen,
                "comment": answer.comment,
                "person": answer.person,
                "at": answer.at,
            }
            for answer in answers
            if (answer.item, answer.code, answer.seen) in told
        ],
    }
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _cell(cell: Cell) -> dict[str, object]:
    return {
        "amount": _text(cell.amount),
        "unit": cell.item.unit,
        "cost": _text(cell.cost),
        "grade": cell.grade.value,
        "sources": [source.value for source in cell.sources],
        "whole_months": list(cell.whole_months),
        "year": None if cell.year is None else _said(cell.year),
        "months": {
            f"{month:02d}": {
                "counted": _said(each.counted),
                "beside": None if each.beside is None else _said(each.beside),
            }
            for month, each in cell.months.items()
        },
    }


def _said(said: MonthAmount | YearAmount) -> dict[str, object]:
    references = said.references if isinstance(said, MonthAmount) else (said.reference,)
    return {
        "amount": _text(said.amount),
        "cost": _text(said.cost),
        "source": said.source.value,
        "grade": said.grade.value,
        "references": list(references),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
