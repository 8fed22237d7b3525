"""The formula of a virtual meter: meters in brackets, numbers, ``+ - *`` and parentheses.

``[hall-e] - 0.5 * ([hall-e-hvac] + [hall-e-lifts])``. A formula is read into a tree, never
executed. Only what is an amount may come out: amounts add to amounts, numbers multiply them, an
amount times an amount (kWh2) or an amount plus a bare number is refused. So every formula is a sum
of meters with coefficients, and that is what it is read to.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from domain.errors import FormulaError
from domain.sentence import Sentence

LONGEST = 1000
"""Characters of a formula."""
DEEPEST = 50
"""Parentheses and signs within each other."""
LARGEST = Decimal(1_000_000)
SMALLEST = Decimal("0.000001")
"""Bounds of what a meter may be multiplied by: beyond them it is a slip of the pen."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,12}(?:\.\d{1,12})?)(?![\d.])|\[(?P<meter>[^\[\]]{1,200})\]|(?P<sign>[-+*()]))"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A bare number."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class MeterAmount:
    """The amount a meter counts."""

    code: str


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions joined by ``+``, ``-`` or ``*``.

    Attributes
    ----------
    at : int
        Where the sign stands in the text, from 1.
    """

    sign: str
    left: "Expression"
    right: "Expression"
    at: int


Expression: TypeAlias = Number | MeterAmount | Operation


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that has been read.

    Attributes
    ----------
    text : str
        As it was written.
    coefficients : mapping of Decimal
        By code of meter, none of them 0: the amount is the sum of coefficient times meter.
    """

    text: str
    coefficients: Mapping[str, Decimal]


def read_formula(text: str) -> Formula:
    """Read a formula, or say where it cannot be read.

    Raises
    ------
    FormulaError
        With the reason and the column, from 1.
    """
    if len(text) > LONGEST:
        raise FormulaError(
            Sentence(
                "formula_long",
                "{length} characters: at most {most} are read",
                length=len(text),
                most=LONGEST,
            ),
            column=1,
        )
    value = _value(_Reader(_tokens(text), len(text) + 1).whole())
    if not isinstance(value, dict):
        raise FormulaError(
            Sentence("formula_no_meter", "a number alone is no amount: want at least one [meter]"),
            column=1,
        )
    for code, coefficient in value.items():
        column = text.index(f"[{code}]") + 1
        if not coefficient:
            raise FormulaError(
                Sentence("formula_cancels", "[{meter}] cancels itself out", meter=code),
                column=column,
            )
        if not SMALLEST <= abs(coefficient) <= LARGEST:
            reason = Sentence(
                "formula_coefficient",
                "[{meter}] times {coefficient}: want {smallest} to {largest}",
                meter=code,
                coefficient=f"{coefficient:.6g}",
                smallest=SMALLEST,
                largest=LARGEST,
            )
            raise FormulaError(reason, column=column)
    return Formula(text, value)


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            start = at + len(text[at:]) - len(text[at:].lstrip())
            wanted = "want a number, a [meter] or + - * ( )"
            seen = text[start : start + 12]
            raise FormulaError(
                Sentence(
                    "formula_unreadable",
                    "cannot read {seen}: {wanted}",
                    seen=repr(seen),
                    wanted=wanted,
                ),
                column=start + 1,
            )
        kind = match.lastgroup or ""
        found.append(_Token(kind, match[kind], match.start(kind) + 1))
        at = match.end()
    return found


class _Reader:
    """Recursive descent over the tokens: sum of products of atoms."""

    def __init__(self, tokens: list[_Token], end: int) -> None:
        self._tokens = [*tokens, _Token("end", "", end)]
        self._next = 0
        self._depth = 0

    def whole(self) -> Expression:
        found = self._sum()
        left = self._tokens[self._next]
        if left.kind != "end":
            raise FormulaError(
                Sentence(
                    "formula_want_operator",
                    "want + - * or the end, not {text}",
                    text=repr(left.text),
                ),
                column=left.at,
            )
        return found

    def _sum(self) -> Expression:
        found = self._product()
        while sign := self._take("+-"):
            found = Operation(sign.text, found, self._product(), sign.at)
        return found

    def _product(self) -> Expression:
        found = self._atom()
        while sign := self._take("*"):
            found = Operation("*", found, self._atom(), sign.at)
        return found

    def _atom(self) -> Expression:
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        if token.kind == "number":
            return Number(Decimal(token.text))
        if token.kind == "meter":
            return MeterAmount(token.text)
        if token.text not in {"(", "-"}:
            seen = repr(token.text) if token.text else "the end"
            raise FormulaError(
                Sentence(
                    "formula_want_meter", "want a number, a [meter] or '(', not {seen}", seen=seen
                ),
                column=token.at,
            )
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormulaError(
                Sentence("formula_deep", "more than {most} levels deep", most=DEEPEST),
                column=token.at,
            )
        found = self._inside() if token.text == "(" else self._negative(token)
        self._depth -= 1
        return found

    def _inside(self) -> Expression:
        found = self._sum()
        closing = self._tokens[self._next]
        if not self._take(")"):
            raise FormulaError(Sentence("formula_want_bracket", "want ')'"), column=closing.at)
        return found

    def _negative(self, sign: _Token) -> Expression:
        return Operation("*", Number(Decimal(-1)), self._atom(), sign.at)

    def _take(self, signs: str) -> _Token | None:
        token = self._tokens[self._next]
        if token.kind != "sign" or token.text not in signs:
            return None
        self._next += 1
        return token


_Value: TypeAlias = Decimal | dict[str, Decimal]


def _value(expression: Expression) -> _Value:
    """Fold a tree into a number or into coefficients."""
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, MeterAmount):
        return {expression.code: Decimal(1)}
    left, right = _value(expression.left), _value(expression.right)
    return (
        _multiplied(left, right, expression.at)
        if expression.sign == "*"
        else _added(left, right, -1 if expression.sign == "-" else 1, expression.at)
    )


def _multiplied(left: _Value, right: _Value, at: int) -> _Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return left * right
    if isinstance(left, Decimal):
        left, right = right, left
    if isinstance(left, dict) and isinstance(right, Decimal):
        return {code: coefficient * right for code, coefficient in left.items()}
    raise FormulaError(
        Sentence("formula_product", "an amount times an amount is no amount"), column=at
    )


def _added(left: _Value, right: _Value, sign: int, at: int) -> _Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return left + sign * right
    if isinstance(left, dict) and isinstance(right, dict):
        zero = Decimal(0)
        codes = {**left, **right}
        return {code: left.get(code, zero) + sign * right.get(code, zero) for code in codes}
    raise FormulaError(
        Sentence("formula_sum", "an amount and a bare number cannot be added"), column=at
    )
