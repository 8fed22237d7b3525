"""What to do first about an alert, by its rule; the words are data, `first_steps.toml`.

Alarms of vehicles are named one by one in `alarm_names.toml`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    return {rule: _card(card) for rule, card in tomllib.loads(_text("first_steps.toml")).items()}


@cache
def alarm_names() -> Mapping[str, Mapping[str, str]]:
    """Names of a vehicle's alarms, by language and code."""
    return tomllib.loads(_text("alarm_names.toml"))


def card_of(rule: str, code: str = "") -> RuleCard:
    """The card of a rule, and of one of its matters, which its name then says.

    Of a rule that nobody has written a card for, its name and no steps.
    """
    card = rule_cards().get(rule) or RuleCard(
        waits=False, name=dict.fromkeys(LANGS, rule), steps=dict.fromkeys(LANGS, ())
    )
    if not code:
        return card
    words = {lang: alarm_names()[lang].get(code, code) for lang in LANGS}
    return replace(card, name={lang: f"{card.name[lang]} · {words[lang]}" for lang in LANGS})


def _text(name: str) -> str:
    return resources.files("analytics.delivery").joinpath(name).read_text("utf-8")


def _card(card: Mapping[str, list[str]]) -> RuleCard:
    return RuleCard(
        waits=bool(card["waits"]),
        name={lang: card[lang][0] for lang in LANGS},
        steps={lang: tuple(card[lang][1:]) for lang in LANGS},
    )
