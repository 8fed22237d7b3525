"""Photos of bills and dials: read from hostile bytes, written anew with nothing but the picture.

What is kept is a JPEG of ours: no position, no device, no text, no second file behind the first.
"""

import io
import warnings
from dataclasses import dataclass
from hashlib import sha256

from PIL import Image, ImageOps

from domain.errors import PayloadError

FILE_MAX_BYTES = 15 * 2**20
PIXELS_MAX = 60_000_000
"""Of what is sent; more is refused before any of it is unpacked. [pixel]"""
SIDE_MAX = 2560
"""Of what is kept: the digits of a dial are read at half of it. [pixel]"""
_QUALITY = 85
_MAGIC = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"RIFF": "WEBP"}
_WEBP = slice(8, 12)


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as it is kept. Width and height in pixels."""

    jpeg: bytes
    width: int
    height: int
    sha256: str


def read_photo(data: bytes) -> Photo:
    """Read a JPEG, PNG or WebP, known by its first bytes, and write it anew.

    Raises
    ------
    PayloadError
        ``photo_too_large`` (bytes or pixels), ``not_a_photo`` (another kind of file) or
        ``photo_unreadable``.
    """
    if len(data) > FILE_MAX_BYTES:
        reason = f"{len(data):,} bytes, want at most {FILE_MAX_BYTES:,}"
        raise PayloadError(reason, code="photo_too_large")
    kind = next((name for magic, name in _MAGIC.items() if data.startswith(magic)), None)
    if kind is None or (kind == "WEBP" and data[_WEBP] != b"WEBP"):
        reason = f"begins with {data[:12].hex(' ')}, want a JPEG, PNG or WebP"
        raise PayloadError(reason, code="not_a_photo")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pixels are counted below; odd EXIF is thrown away
            return _written_anew(data, kind)
    except PayloadError:
        raise
    except Exception as error:  # a hostile file fails the reader at any place
        raise PayloadError(f"{type(error).__name__}: {error}", code="photo_unreadable") from error


def _written_anew(data: bytes, kind: str) -> Photo:
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        width, height = image.size
        if width * height > PIXELS_MAX:
            reason = f"{width} x {height} pixels, want at most {PIXELS_MAX:,}"
            raise PayloadError(reason, code="photo_too_large")
        image.draft("RGB", (SIDE_MAX, SIDE_MAX))  # a large JPEG is unpacked at a fraction
        upright = ImageOps.exif_transpose(image)
        plain = upright.convert("RGBA") if upright.has_transparency_data else upright
        ground = Image.new("RGB", plain.size, "white")
        ground.paste(plain, mask=plain.getchannel("A") if plain.mode == "RGBA" else None)
    ground.thumbnail((SIDE_MAX, SIDE_MAX))
    out = io.BytesIO()
    ground.save(out, "JPEG", quality=_QUALITY, optimize=True)
    jpeg = out.getvalue()
    return Photo(jpeg, *ground.size, sha256(jpeg).hexdigest())
