"""Words of the statistics workbook in both languages; the list is data, `statistics_words.csv`."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources


def word(key: str, lang: str) -> str:
    """A word in a language; a key that is none, such as a department's name, stands for itself."""
    pair = word_list("statistics_words.csv").get(key)
    if pair is None:
        return key
    return pair[1] if lang == "en" else pair[0]


@cache
def word_list(file: str) -> Mapping[str, tuple[str, str]]:
    """Words of a file of this package by their key: Chinese, English."""
    text = (resources.files("api") / file).read_text("utf-8")
    return {row["key"]: (row["zh"], row["en"]) for row in csv.DictReader(text.splitlines())}
