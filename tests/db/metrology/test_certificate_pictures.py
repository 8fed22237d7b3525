"""Pictures and PDFs of certificates: written anew or kept, limited, refused where they are none."""

import pytest
from fastapi.testclient import TestClient

from tests.db.conftest import V1
from tests.db.metrology.desk import enter, picture

pytestmark = pytest.mark.db


def test_a_picture_is_written_anew_and_served_as_a_picture_only(admin: TestClient) -> None:
    base = f"{V1}/certificates/{enter(admin)['id']}/pictures"
    made = admin.post(base, params={"shows": "nameplate"}, content=picture() + b"<script>")
    assert made.status_code == 201, made.text
    (shown,) = made.json()["items"]
    assert (shown["shows"], shown["width"], shown["height"]) == ("nameplate", 40, 30)
    got = admin.get(f"{base}/{shown['id']}")
    assert got.headers["content-type"] == "image/jpeg"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.content.startswith(b"\xff\xd8\xff")
    assert b"<script>" not in got.content
    assert [
        each["id"] for each in admin.get(f"{V1}/certificates").json()["items"][0]["pictures"]
    ] == [shown["id"]]


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"%PDF-1.7 anything", "pdf_cut_off"),
        (b"%PDF-9.9\n%%EOF", "not_a_pdf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_photo"),
        (picture()[:40], "photo_unreadable"),
        (b"", "not_a_photo"),
    ],
)
def test_what_is_no_picture_is_refused(admin: TestClient, data: bytes, detail: str) -> None:
    refused = admin.post(f"{V1}/certificates/{enter(admin)['id']}/pictures", content=data)
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith(detail)


def test_a_pdf_is_kept_as_it_came_and_given_out_to_be_saved(admin: TestClient) -> None:
    base = f"{V1}/certificates/{enter(admin)['id']}/pictures"
    pdf = b"%PDF-1.7\n/JavaScript (app.alert(1))\n%%EOF\n"
    for _ in range(2):  # the same one twice is kept once
        made = admin.post(base, content=pdf)
        assert made.status_code == 201, made.text
    (kept,) = made.json()["items"]
    assert (kept["form"], kept["width"], kept["bytes"]) == ("pdf", None, len(pdf))
    got = admin.get(f"{base}/{kept['id']}")
    assert got.content == pdf
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"].startswith("attachment; ")
    assert "sandbox" in got.headers["content-security-policy"]


def test_a_picture_is_limited_in_size(admin: TestClient) -> None:
    base = f"{V1}/certificates/{enter(admin)['id']}/pictures"
    assert admin.post(base, content=b"\xff\xd8\xff" + bytes(16 * 2**20)).status_code == 413
