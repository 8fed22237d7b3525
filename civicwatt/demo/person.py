"""A person of the demo at work: what they may ask of the API, and how."""

from collections.abc import Mapping
from typing import Any, Protocol


class Person(Protocol):
    """Somebody signed in; answers come as parsed JSON, refusals as `CivicwattError`."""

    login: str
    """By which they sign in."""

    def get(self, path: str, **query: object) -> Any:
        """Read something."""

    def post(self, path: str, body: Mapping[str, object], *, seen: int | None = None) -> Any:
        """Do something; with what revision of it was seen, where that is wanted."""

    def put(self, path: str, body: Mapping[str, object]) -> Any:
        """Set something."""
