"""A statement as PDF: tagged (PDF/UA-1), its fonts embedded, nothing fetched from anywhere."""

from importlib import import_module, resources
from typing import Any

from api.paper.statement_html import as_html
from api.paper.statement_paper import Paper
from domain.errors import ConfigurationError
from domain.sentence import Sentence

DEBIAN = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
"""Debian's packages without which nothing is laid out, or Chinese shows as boxes."""


def as_pdf(paper: Paper) -> bytes:
    """Lay a statement out on A4; it raises what `lay_out` does."""
    return lay_out(as_html(paper))


def lay_out(html: str) -> bytes:
    """Lay a page out on A4, in the style of statements.

    Raises
    ------
    ConfigurationError
        If this machine lacks Pango, which lays text out.
    """
    library = _library()
    style = (resources.files("api.paper") / "statement_pdf.css").read_text("utf-8")
    # Drawings are in the page itself; nothing else is ever fetched.
    fetcher = library.urls.URLFetcher(allowed_protocols=("data",), fail_on_errors=True)
    page = library.HTML(string=html, url_fetcher=fetcher)
    sheets = [library.CSS(string=style)]
    content: bytes = page.write_pdf(stylesheets=sheets, pdf_variant="pdf/ua-1")
    return content


def _library() -> Any:
    """WeasyPrint; it loads Pango when it is imported, and only who asks for a PDF needs it."""
    try:
        return import_module("weasyprint")
    except OSError as error:
        detail = Sentence(
            "pdf_without_pango",
            "this machine cannot write PDF, it lacks Pango: install {packages} ({error})",
            packages=DEBIAN,
            error=error,
        )
        raise ConfigurationError(detail) from error
