"""Photos of bills and dials, and bills as PDF: what is kept of them, for their own people."""

import io
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from psycopg import Connection

from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.db.test_manual_entries import carried, entered
from tests.estate import estate

pytestmark = pytest.mark.db


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """School and hospital, each with a person."""
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        yield conn


def jpeg(colour: str = "white") -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at home, 39.08 N 117.2 E"  # ImageDescription
    exif[0x0112] = 6  # turned by a quarter
    Image.new("RGB", (60, 40), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


def attach(client: Any, entry: dict[str, Any], data: bytes) -> Any:
    return client.post(f"{V1}/manual-entries/{entry['id']}/photos", content=data)


def pictures(client: Any, entry: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{V1}/manual-entries/{entry['id']}").json()[
        "pictures"
    ]
    return found


def test_a_photo_is_kept_upright_without_where_it_was_taken(
    sign_in: SignIn, conn: Connection
) -> None:
    school = sign_in("school")
    entry = entered(school, conn)
    assert attach(school, entry, jpeg() + b"<script>alert(1)</script>").status_code == 204
    (picture,) = pictures(school, entry)
    assert (picture["width"], picture["height"]) == (40, 60)
    answer = school.get(f"{V1}/manual-entries/{entry['id']}/photos/{picture['id']}")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"39.08" not in answer.content
    assert b"script" not in answer.content
    assert Image.open(io.BytesIO(answer.content)).format == "JPEG"


def test_the_photo_of_another_institution_is_not_there(sign_in: SignIn, conn: Connection) -> None:
    school = sign_in("school")
    entry = entered(school, conn)
    attach(school, entry, jpeg())
    (picture,) = pictures(school, entry)
    path = f"{V1}/manual-entries/{entry['id']}/photos"
    hospital = sign_in("hospital")
    assert hospital.get(f"{path}/{picture['id']}").status_code == 404
    assert hospital.delete(f"{path}/{picture['id']}").status_code == 404
    assert attach(hospital, entry, jpeg()).status_code == 404


def bomb() -> bytes:
    """A PNG of a kilobyte that says it is of 40,000 by 40,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)

    head = (40_000).to_bytes(4) * 2 + bytes([8, 2, 0, 0, 0])
    data = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "status", "told"),
    [
        (b"", 422, "not_a_photo"),
        (b"%PDF-1.7 ...", 422, "pdf_cut_off"),
        (b"%PDF-9.9\n%%EOF", 422, "not_a_pdf"),
        (b"%PDF-1.7\n" + bytes(9 * 2**20) + b"%%EOF", 422, "pdf_too_large"),
        (b"GIF89a%PDF-1.7\n%%EOF", 422, "not_a_photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "not_a_photo"),
        (b"GIF89a" + bytes(100), 422, "not_a_photo"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", 422, "not_a_photo"),
        (jpeg()[:200], 422, "photo_unreadable"),
        (b"\xff\xd8\xff" + bytes(5000), 422, "photo_unreadable"),
        (bomb(), 422, "photo_"),
        (b"\xff\xd8\xff" + bytes(15 * 2**20), 413, "15 MiB"),
        (b"\xff\xd8\xff" + bytes(16 * 2**20), 413, "16 MiB"),
    ],
)
def test_what_is_no_photo_is_refused(
    sign_in: SignIn, conn: Connection, data: bytes, status: int, told: str
) -> None:
    school = sign_in("school")
    entry = entered(school, conn)
    answer = attach(school, entry, data)
    assert answer.status_code == status
    assert told in answer.json()["detail"]
    assert pictures(school, entry) == []


def test_a_bill_as_pdf_is_kept_as_it_came_and_only_ever_saved(
    sign_in: SignIn, conn: Connection
) -> None:
    school = sign_in("school")
    entry = entered(school, conn)
    bill = b"%PDF-1.4\n1 0 obj <</JS (app.alert(1))>> endobj\ntrailer <<>>\n%%EOF\n"
    assert attach(school, entry, bill).status_code == 204
    (kept,) = pictures(school, entry)
    assert (kept["form"], kept["width"], kept["height"]) == ("pdf", None, None)
    assert (kept["bytes"], kept["may_remove"]) == (len(bill), True)
    path = f"{V1}/manual-entries/{entry['id']}/photos/{kept['id']}"
    answer = school.get(path)
    assert answer.content == bill
    assert answer.headers["Content-Type"] == "application/pdf"
    name = f"entry-{entry['id']}-{kept['id']}.pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert sign_in("hospital").get(path).status_code == 404


def test_photos_and_documents_are_eight_at_most(sign_in: SignIn, conn: Connection) -> None:
    school = sign_in("school")
    entry = entered(school, conn)
    for n in range(8):
        assert attach(school, entry, b"%%PDF-1.4\n%d\n%%%%EOF" % n).status_code == 204
    assert attach(school, entry, jpeg()).status_code == 409
    assert len(pictures(school, entry)) == 8


def test_a_photo_goes_until_it_is_handed_in_and_none_comes_after(
    sign_in: SignIn, conn: Connection
) -> None:
    school = sign_in("school")
    entry = entered(school, conn)
    for colour in ("white", "black", "white"):
        assert attach(school, entry, jpeg(colour)).status_code == 204
    path = f"{V1}/manual-entries/{entry['id']}/photos"
    first, second = pictures(school, entry)  # the same picture twice is one
    assert school.delete(f"{path}/{first['id']}").status_code == 204
    carried(school, entry, "submit")
    assert school.delete(f"{path}/{second['id']}").status_code == 403
    assert attach(school, entry, jpeg("red")).status_code == 403
    assert [each["may_remove"] for each in pictures(school, entry)] == [False]
