"""Words of a settlement statement on paper; the list is data, `statement_words.csv`."""

from api.statistics_words import word_list


def word(key: str, lang: str) -> str:
    """A word in a language (``en``, else Chinese); a key that is none stands for itself."""
    chinese, english = word_list("statement_words.csv").get(key, (key, key))
    return english if lang == "en" else chinese
