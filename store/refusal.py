"""What the database refuses, by the name of the rule that refused it and what it said."""

import csv
import re
from functools import cache
from importlib import resources
from typing import NamedTuple

from psycopg import Error

from domain.sentence import Sentence


class Refusal(NamedTuple):
    """One way in which a rule of the database refuses.

    Attributes
    ----------
    rule : str
        Name of the rule, which the database gives as that of a constraint.
    template : str
        What the database says, with the names of its parameters in braces.
    """

    rule: str
    code: str
    template: str

    def read(self, message: str) -> Sentence | None:
        """The sentence with its parameters; None where the message is another one."""
        parts = re.split(r"\{(\w+)\}", self.template)
        pattern = "".join(
            f"(?P<{part}>.+?)" if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        )
        found = re.fullmatch(pattern, message)
        return Sentence(self.code, self.template, **found.groupdict()) if found else None


@cache
def refusals() -> tuple[Refusal, ...]:
    """Every way in which rules refuse that say more than one thing."""
    text = resources.files("store").joinpath("refusals.csv").read_text("utf-8")
    return tuple(Refusal(**row) for row in csv.DictReader(text.splitlines()))


def refusal_of(refused: Error) -> Sentence:
    """Tell it in the words of the rule; its code is that of what it said, else the rule's name."""
    told = refused.diag.message_primary or str(refused)
    rule = refused.diag.constraint_name or "refused"
    read = (each.read(told) for each in refusals() if each.rule == rule)
    known = next((sentence for sentence in read if sentence is not None), None)
    return known or Sentence(rule, "{told}", told=told)
