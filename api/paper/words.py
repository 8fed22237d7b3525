"""Words of what is read on paper, in both languages; the lists are data, ``*_words.csv``."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources


def word(words: str, key: str, lang: str) -> str:
    """A word of a list in a language (``en``, else Chinese); what is none stands for itself."""
    chinese, english = word_list(words).get(key, (key, key))
    return english if lang == "en" else chinese


@cache
def word_list(words: str) -> Mapping[str, tuple[str, str]]:
    """Words of a list by their key: Chinese, English."""
    text = (resources.files("api.paper") / f"{words}_words.csv").read_text("utf-8")
    return {row["key"]: (row["zh"], row["en"]) for row in csv.DictReader(text.splitlines())}
