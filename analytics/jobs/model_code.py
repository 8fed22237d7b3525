"""Which code fits baselines: the release, and a digest of the models' own source."""

from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.metadata import version

_PACKAGES = ("analytics.models", "analytics.baseline")
_SHOWN = 12
"""Hexadecimal digits of the digest: enough to tell two texts apart."""


@cache
def model_code() -> str:
    """Release and digest, such as ``0.1.0+models.3fa9c1d2e4b5``."""
    told = sha256()
    for package in _PACKAGES:
        files = (each for each in resources.files(package).iterdir() if each.name.endswith(".py"))
        for file in sorted(files, key=lambda each: each.name):
            told.update(file.name.encode() + b"\n" + file.read_bytes())
    return f"{version('civicwatt')}+models.{told.hexdigest()[:_SHOWN]}"
