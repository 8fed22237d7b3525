"""Every sentence that says why not has a code of one meaning, and words in Chinese."""

import ast
import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.sentence import Sentence
from store.refusal import refusals

ROOT = Path(__file__).parents[2]
WORDS = json.loads((ROOT / "ui/src/locales/sentences.zh-CN.json").read_text(encoding="utf-8"))
CHINESE: dict[str, str] = WORDS["sentences"]
COMPUTED = (
    "gap_",
    "price_",
    "not_all_measured",
    "area_missing",
    "headcount_missing",
    "photo_",
    "pdf_",
    "not_a_",
)
"""Codes that follow a kind or another code, and so stand in no literal."""
PACKAGES = ("api", "analytics", "store", "domain", "ingest", "civicwatt")


def parameters(template: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", template))


def literals(node: ast.AST) -> Iterator[ast.Call]:
    for each in ast.walk(node):
        match each:
            case ast.Call(func=ast.Name("Sentence"), args=[ast.Constant(), *_]):
                yield each


def said() -> Iterator[tuple[str, set[str], str]]:
    """Code, names of parameters and place of every sentence in the source."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for call in literals(ast.parse(path.read_text(encoding="utf-8"))):
                names = {word.arg for word in call.keywords if word.arg}
                code = ast.literal_eval(call.args[0])
                if any(word.arg is None for word in call.keywords):
                    names |= parameters(ast.literal_eval(call.args[1]))
                yield code, names, f"{path.relative_to(ROOT)}:{call.lineno}"
    for each in refusals():
        yield each.code, parameters(each.template), f"store/refusals.csv, {each.rule}"


def rules() -> set[str]:
    """Names of the rules by which the database refuses in words of its own."""
    migrations = (ROOT / "store/sql/migrations").glob("*.sql")
    text = "\n".join(path.read_text(encoding="utf-8") for path in migrations)
    return set(re.findall(r"CONSTRAINT = '(\w+)'", text))


def test_every_code_is_worded_in_chinese_with_parameters_it_has() -> None:
    for code, names, place in said():
        assert code in CHINESE, f"{place}: nobody words {code}"
        assert parameters(CHINESE[code]) <= names, f"{place}: {code} has other parameters"


def test_a_code_means_the_same_wherever_it_is_said() -> None:
    known: dict[str, tuple[set[str], str]] = {}
    for code, names, place in said():
        before, where = known.setdefault(code, (names, place))
        assert before == names, f"{code}: {sorted(names)} in {place}, {sorted(before)} in {where}"


def messages() -> Iterator[tuple[str, str]]:
    """Rules that refuse in several ways, and what they say with a word for each parameter."""
    migrations = (ROOT / "store/sql/migrations").glob("*.sql")
    text = "\n".join(path.read_text(encoding="utf-8") for path in migrations)
    for rule, function in (("meter_tree", "refuse_meter"), ("ledger", "refuse_ledger")):
        told = re.findall(rf"PERFORM {function}\((?:format\()?'([^']*)'", text)
        assert told
        yield from ((rule, message.replace("%s", "from here")) for message in told)


def test_every_message_of_the_database_has_a_code_of_its_own() -> None:
    for rule, message in messages():
        read = [each.code for each in refusals() if each.rule == rule and each.read(message)]
        assert len(read) == 1, f"{rule}: {message}"


def test_rules_of_the_database_are_worded_too() -> None:
    assert rules() <= CHINESE.keys()
    for rule in rules():
        assert parameters(CHINESE[rule]) <= {"told"}


def test_nothing_is_worded_that_nobody_says() -> None:
    codes = {code for code, _, _ in said()} | rules()
    assert {code for code in CHINESE if not code.startswith(COMPUTED)} <= codes


def test_a_sentence_is_its_text_and_keeps_what_it_was_made_of() -> None:
    sentence = Sentence("no_meter", "there is no meter {meter}", meter="{odd}")
    assert sentence == "there is no meter {odd}"
    assert (sentence.code, sentence.parameters) == ("no_meter", {"meter": "{odd}"})
    copied = copy.deepcopy(sentence)
    assert (copied, copied.code, copied.parameters) == (sentence, "no_meter", {"meter": "{odd}"})


def test_a_sentence_without_one_of_its_parameters_is_refused() -> None:
    with pytest.raises(KeyError, match="meter"):
        Sentence("no_meter", "there is no meter {meter}")
