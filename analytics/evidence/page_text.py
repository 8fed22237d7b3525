"""Pieces of the page of a bundle: folds, tables, numbers. What comes in as text is HTML. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import Any

from analytics.evidence.page_words import words
from domain.canonical import plain


def word(name: str) -> str:
    """A word in both languages, of which the page shows one; unknown ones as they are."""
    chinese, english = words().get(name, (name, name))
    return f'<span class="zh">{escape(chinese)}</span><span class="en">{escape(english)}</span>'


def money(amount: Decimal | None) -> str:
    """An amount in two decimals. [CNY]."""
    return word("missing") if amount is None else f"{amount:,.2f}"


def number(value: Decimal) -> str:
    """A number with every digit."""
    return escape(plain(value))


def paragraph(content: str) -> str:
    """A paragraph."""
    return f"<p>{content}</p>"


def fold(name: str, figure: str, *content: str) -> str:
    """Something that unfolds: its name, its figure, and what is behind it."""
    head = f'<summary><span>{name}</span><span class="money">{figure}</span></summary>'
    return "\n".join((f"<details>{head}", *content, "</details>"))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose header is words."""
    head = "".join(f"<th>{word(name)}</th>" for name in header)
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table>\n<tr>{head}</tr>\n{body}\n</table></div>'


def nested(value: Any) -> str:
    """A document as nested lists, in its order."""
    if isinstance(value, dict):
        rows = (
            f"<li><code>{escape(key)}</code>: {nested(each)}</li>" for key, each in value.items()
        )
        return "<ul>\n" + "\n".join(rows) + "\n</ul>"
    if isinstance(value, list):
        if all(not isinstance(each, dict | list) for each in value):
            return escape(", ".join(map(str, value)))
        return "".join(nested(each) for each in value)
    return escape(str(value))


def anchor(kind: str, name: str) -> str:
    """Place on the page of something that has a name; any text gives a safe one."""
    return f"{kind}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
