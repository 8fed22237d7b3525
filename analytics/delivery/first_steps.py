"""What to do first about an alert, by its rule; the words are data, `first_steps.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

LANGS = ("zh", "en")


@dataclass(frozen=True, slots=True)
class RuleCard:
    """What a person alone at night is told of a rule.

    Attributes
    ----------
    waits : bool
        It may be left until the morning, at the price of what it loses until then.
    name, steps : mapping of str to str and to three str
        By language, ``zh`` and ``en``.
    """

    waits: bool
    name: Mapping[str, str]
    steps: Mapping[str, tuple[str, ...]]


@cache
def rule_cards() -> Mapping[str, RuleCard]:
    """Every card, by the name of its rule."""
    text = resources.files("analytics.delivery").joinpath("first_steps.toml").read_text("utf-8")
    return {rule: _card(card) for rule, card in tomllib.loads(text).items()}


def card_of(rule: str) -> RuleCard:
    """The card of a rule; of one that nobody has written a card for, its name and no steps."""
    return rule_cards().get(rule) or RuleCard(
        waits=False, name=dict.fromkeys(LANGS, rule), steps=dict.fromkeys(LANGS, ())
    )


def _card(card: Mapping[str, list[str]]) -> RuleCard:
    return RuleCard(
        waits=bool(card["waits"]),
        name={lang: card[lang][0] for lang in LANGS},
        steps={lang: tuple(card[lang][1:]) for lang in LANGS},
    )
