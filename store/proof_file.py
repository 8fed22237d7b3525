"""Files that prove something: what is kept of a photo or a document."""

from typing import Literal, NamedTuple, TypeAlias

Form: TypeAlias = Literal["jpeg", "pdf"]
"""A photo, written anew; or a document, as it came."""


class ProofFile(NamedTuple):
    """What is kept of a photo or document."""

    form: Form
    file: bytes
