"""The profiles and codecs of this installation, by every name they have."""

import os
from pathlib import Path

from ingest.codecs.decoded import Codec
from ingest.codecs.registry import ALIASES, codecs
from ingest.profile.load import load_profiles
from ingest.profile.profile import Profile

FOLDER = "CIVICWATT_PROFILES"


def profiles() -> tuple[Profile, ...]:
    """Shipped profiles and, of the folder the environment names, this installation's own.

    Raises
    ------
    ConfigurationError
        If one cannot be used.
    """
    folder = os.environ.get(FOLDER)
    return load_profiles(Path(folder) if folder else None)


def readers() -> dict[str, Codec]:
    """Everything that can read messages, by name and alias.

    Raises
    ------
    ConfigurationError
        If a profile cannot be used.
    """
    known: dict[str, Codec] = {codec.name: codec for codec in codecs()}
    known |= {alias: known[name] for alias, name in ALIASES.items()}
    for profile in profiles():
        known |= dict.fromkeys((profile.name, *profile.aliases), profile)
    return known
