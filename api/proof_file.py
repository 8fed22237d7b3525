"""Photos and documents that prove something: taken from a request, and given out again."""

from http import HTTPStatus
from typing import NamedTuple

from fastapi import Request, Response

from api.problem import refuse
from domain.errors import PayloadError
from domain.sentence import Sentence
from ingest.pdf import is_pdf, read_pdf
from ingest.photo import FILE_MAX_BYTES, read_photo
from store.proof_file import ProofFile

_SERVED = {"jpeg": ("image/jpeg", "jpg"), "pdf": ("application/pdf", "pdf")}


class Proof(NamedTuple):
    """What is kept of a file: it, its SHA-256, and of a photo its width and height. [pixel]."""

    kept: ProofFile
    sha256: str
    size: tuple[int, int] | None


async def upload(request: Request) -> bytes:
    """The body of a request, given up as soon as it is longer than any photo may be."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > FILE_MAX_BYTES:
            limit = Sentence(
                "picture_too_large", "a photo has at most {most} MiB", most=FILE_MAX_BYTES // 2**20
            )
            raise refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, limit)
    return bytes(data)


def read_proof(data: bytes) -> Proof:
    """Take over a file: a JPEG, PNG or WebP is written anew as JPEG, a PDF kept as it came.

    Raises
    ------
    HTTPException
        If it is neither, too large, or not whole.
    """
    try:
        if is_pdf(data):
            document = read_pdf(data)
            return Proof(ProofFile("pdf", document.data), document.sha256, None)
        photo = read_photo(data)
    except PayloadError as error:
        told = Sentence(error.code, "{code}: {error}", code=error.code, error=error)
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, told) from error
    return Proof(ProofFile("jpeg", photo.jpeg), photo.sha256, (photo.width, photo.height))


def served(kept: ProofFile, name: str) -> Response:
    """The file, to be saved: no browser shows it as a page of ours, or runs what is in it.

    Parameters
    ----------
    name : str
        Under which it is saved, without its ending.
    """
    media_type, ending = _SERVED[kept.form]
    return Response(
        kept.file,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{ending}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )
