"""Profiles from their files: those shipped with the program, and an installation's own."""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from domain.errors import ConfigurationError
from ingest.profile.check import findings_of, merged, rivals
from ingest.profile.document import Document
from ingest.profile.profile import Profile

_SUFFIX = ".toml"


def load_profiles(folder: Path | None = None) -> tuple[Profile, ...]:
    """All profiles, by name.

    Parameters
    ----------
    folder : Path, optional
        An installation's own ``*.toml``. One with the name of a shipped profile takes its place.

    Raises
    ------
    ConfigurationError
        If one of them cannot be used, with everything that is wrong.
    """
    shipped = shipped_texts()
    own = {} if folder is None else _texts_in(folder)
    profiles = []
    for name, text in sorted((shipped | own).items()):
        profiles.append(load(name, text))
    taken: dict[str, str] = {}
    for profile in profiles:
        for word in (profile.name, *profile.aliases):
            other = taken.setdefault(word, profile.name)
            if other != profile.name:
                reason = f"profiles {other} and {profile.name} are both called {word}"
                raise ConfigurationError(reason)
    return tuple(profiles)


def load(name: str, text: str) -> Profile:
    """One profile from the text of its file.

    Raises
    ------
    ConfigurationError
        With everything that is wrong with it.
    """
    extended = _extended(name, text)
    found = findings_of(name, text, extended)
    if found:
        raise ConfigurationError("; ".join(found))
    return Profile(name, msgspec.convert(merged(tomllib.loads(text), extended), Document))


def check_file(file: Path) -> list[str]:
    """Everything wrong with a profile file, also beside the shipped profiles.

    Raises
    ------
    ConfigurationError
        If there is no such file.
    """
    name, text = file.stem, _text_of(file)
    try:
        found = findings_of(name, text, _extended(name, text))
        return found or rivals(load(name, text), load_profiles())
    except ConfigurationError as error:
        return [str(error)]


def shipped_texts() -> dict[str, str]:
    """Text of each shipped profile, by name."""
    files = (resources.files("ingest") / "profiles").iterdir()
    return {
        file.name.removesuffix(_SUFFIX): file.read_text("utf-8")
        for file in files
        if file.name.endswith(_SUFFIX)
    }


def _texts_in(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder of profiles")
    return {file.stem: _text_of(file) for file in sorted(folder.glob(f"*{_SUFFIX}"))}


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: {error}") from None


def _extended(name: str, text: str) -> dict[str, Any]:
    """Tables of the shipped profile that this one extends; empty when it extends none."""
    try:
        wanted = tomllib.loads(text).get("extends")
    except (ValueError, RecursionError):
        return {}  # the check says it, with the line
    if wanted is None:
        return {}
    shipped = shipped_texts().get(wanted) if isinstance(wanted, str) else None
    if shipped is None:
        there = ", ".join(sorted(shipped_texts()))
        raise ConfigurationError(f"{name}: extends {wanted!r}; there are {there}")
    return tomllib.loads(shipped)
