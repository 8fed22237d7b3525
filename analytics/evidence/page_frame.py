"""The frame of a bundle's page: two languages, and a policy that lets nothing in. Pure."""

from collections.abc import Iterable
from html import escape

from analytics.evidence.page_style import STYLE, policy

PAGE = "statement.html"


def framed(title: str, body: Iterable[str]) -> bytes:
    """A whole page.

    Parameters
    ----------
    title : str
        Text.
    body : iterable of str
        HTML.
    """
    text = [
        "<!doctype html>",
        '<html lang="zh-CN">',
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy())}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        '<input type="radio" name="tongue" id="tongue-zh" checked>',
        '<label for="tongue-zh">中文</label>',
        '<input type="radio" name="tongue" id="tongue-en"><label for="tongue-en">English</label>',
        "<main>",
        *body,
        "</main>",
        "",
    ]
    return "\n".join(text).encode()
