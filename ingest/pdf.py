"""Bills as PDF: known by their first bytes, limited in size, kept as they came.

A photo is written anew; what is in a PDF cannot be, and is not looked into. So it is only ever
given out as a file to save, and never shown within a page.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from domain.errors import PayloadError

PDF_MAX_BYTES = 8 * 2**20
_MAGIC = b"%PDF-"
_HEAD = re.compile(rb"%PDF-[12]\.[0-9][\s%]")
_END, _END_WITHIN = b"%%EOF", 1024


@dataclass(frozen=True, slots=True)
class Pdf:
    """A document as it is kept."""

    data: bytes
    sha256: str


def is_pdf(data: bytes) -> bool:
    """Whether a file says that it is a PDF."""
    return data.startswith(_MAGIC)


def read_pdf(data: bytes) -> Pdf:
    """Take over a PDF that is whole, as far as its head and its end tell.

    Raises
    ------
    PayloadError
        ``pdf_too_large``, ``not_a_pdf`` (another head) or ``pdf_cut_off`` (no end).
    """
    if len(data) > PDF_MAX_BYTES:
        reason = f"{len(data):,} bytes, want at most {PDF_MAX_BYTES:,}"
        raise PayloadError(reason, code="pdf_too_large")
    if not _HEAD.match(data):
        reason = f"begins with {data[:12].hex(' ')}, want %PDF-1.x or %PDF-2.x"
        raise PayloadError(reason, code="not_a_pdf")
    if _END not in data[-_END_WITHIN:]:
        reason = f"no %%EOF within its last {_END_WITHIN} bytes"
        raise PayloadError(reason, code="pdf_cut_off")
    return Pdf(data, sha256(data).hexdigest())
