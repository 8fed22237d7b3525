"""The shipped year of a clinic, as the other tests of settlement change it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from analytics.settlement.month import inputs_of, settle
from analytics.settlement.statement import Inputs, Statement
from domain.contract_month import ContractMonth
from domain.settlement_file import Book, read_book, shipped_examples

NAME = "clinic_year.toml"


def clinic() -> Book:
    return read_book(shipped_examples()[NAME], place=NAME)


def with_terms(book: Book, **terms: Any) -> Book:
    """The same with other terms, as the next version of the contract."""
    version = book.contract.version + 1
    return replace(book, contract=replace(book.contract, version=version, **terms))


def with_events(book: Book, **events: Any) -> Book:
    return replace(book, events=replace(book.events, **events))


def with_month(book: Book, name: str, change: Callable[[ContractMonth], ContractMonth]) -> Book:
    """The same with one month changed."""
    months = tuple(change(each) if each.month == name else each for each in book.months)
    return replace(book, months=months)


def inputs(book: Book, month: str, **options: bool) -> Inputs:
    return inputs_of(book, month, code_version="test", **options)


def statement(book: Book, month: str, **options: bool) -> Statement:
    return settle(inputs(book, month, **options))


def obstacles(found: Statement) -> set[str]:
    """Codes of what stands against signing."""
    return {remark.code for remark in found.remarks if remark.blocks}
