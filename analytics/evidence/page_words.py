"""Words of the page of a bundle, Chinese and English. Keys are those of the documents."""

from functools import cache
from importlib import resources


@cache
def words() -> dict[str, tuple[str, str]]:
    """Chinese and English of each key."""
    text = (resources.files("analytics.evidence") / "page_words.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines()[1:])
    return {key: (chinese, english) for key, chinese, english in rows}
