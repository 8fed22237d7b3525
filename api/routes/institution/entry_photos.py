"""Photos of bills and dials, and bills as PDF, attached to entries."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.problem import refuse
from api.proof_file import read_proof, served, upload
from api.routes.institution.manual_entries import entry_named, refusals
from api.scope import Scope
from domain.sentence import Sentence
from store.institution.entry_photo import add_photo, photo, remove_photo
from store.people.session import audit

router = APIRouter(prefix="/manual-entries/{entry_id}/photos", tags=["manual entry"])

PHOTOS_MAX = 8
"""Of one entry, documents with them."""


@router.post("", status_code=HTTPStatus.NO_CONTENT)
def attach(entry_id: int, scope: Scope, data: Annotated[bytes, Depends(upload)]) -> None:
    """Attach a file, sent as the body, to a draft.

    A JPEG, PNG or WebP is written anew as JPEG; a PDF is kept as it came.
    """
    row = entry_named(scope, entry_id)
    if row.photos >= PHOTOS_MAX:
        raise refuse(
            HTTPStatus.CONFLICT,
            Sentence("too_many_photos", "an entry has at most {most} photos", most=PHOTOS_MAX),
        )
    proof = read_proof(data)
    with refusals():
        add_photo(scope.conn, entry_id, proof.kept, sha256=proof.sha256, size=proof.size)


@router.get("/{photo_id}", response_class=Response)
def picture(entry_id: int, photo_id: int, scope: Scope) -> Response:
    """The file, to be saved."""
    kept = photo(scope.conn, entry_id, photo_id)
    if kept is None:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence(
                "no_photo", "entry {entry} has no photo {photo}", entry=entry_id, photo=photo_id
            ),
        )
    return served(kept, f"entry-{entry_id}-{photo_id}")


@router.delete("/{photo_id}", status_code=HTTPStatus.NO_CONTENT)
def remove(entry_id: int, photo_id: int, scope: Scope) -> None:
    """Take a photo back, before anybody was asked to look at it."""
    entry_named(scope, entry_id)
    if not remove_photo(scope.conn, entry_id, photo_id):
        told = Sentence(
            "photo_not_removable",
            "photo {photo} is submitted, not yours or not there",
            photo=photo_id,
        )
        raise refuse(HTTPStatus.FORBIDDEN, told)
    audit(scope.conn, "entry_photo_removed", str(entry_id), {"photo_id": photo_id})
