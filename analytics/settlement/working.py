"""The working of one line: the steps on the way to its amount, and what is to be remarked."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

from analytics.settlement.statement import Remark, Step
from domain.canonical import plain

ARITHMETIC = Context(prec=28, rounding=ROUND_HALF_EVEN)
"""What everything is worked out with, whatever the caller's own context is."""
_WIDE = Context(prec=60)
_SHOWN = Decimal("0.000000001")


class Working:
    """Collects the steps and remarks of one line while it is worked out."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.steps: list[Step] = []
        self.remarks: list[Remark] = []
        self.basis: list[str] = []

    def step(self, symbol: str, value: Decimal, unit: str, formula: str) -> Decimal:
        """Note a step, and give its value back."""
        self.steps.append(Step(symbol, value, unit, formula))
        return value

    def remark(self, code: str, detail: str, *, blocks: bool = False) -> None:
        """Note something a signatory has to know."""
        self.remarks.append(Remark(code, self.place, detail, blocks))

    def stands_on(self, basis: str) -> None:
        """Note an input the line stands on."""
        if basis and basis not in self.basis:
            self.basis.append(basis)


def shown(number: Decimal) -> str:
    """A number as a formula prints it: every digit, or nine decimals and a sign that it goes on."""
    rounded = number.quantize(_SHOWN, context=_WIDE)
    return plain(number) if rounded == number else f"{plain(rounded)}.."
