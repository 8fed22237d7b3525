"""What a key may write. Reading goes by its scope alone; what people answer for, no key may do.

Nothing here approves, checks, signs, closes or administers: where two persons have to look, a
machine is neither.
"""

import re
from collections.abc import Sequence
from typing import Literal

Permission = Literal["alerts", "devices", "entries", "fleet", "reports"]

_WRITES: dict[Permission, Sequence[str]] = {
    "alerts": (
        r"POST alerts/\d+/acts",
        r"POST work-orders(/\d+/photos)?",
    ),
    "devices": (
        r"POST devices",
        r"PATCH devices/\d+",
        r"PUT devices/\d+/coordinates",
        r"POST quarantine(/\d+)?/replay",
    ),
    "entries": (
        r"POST manual-entries",
        r"PUT manual-entries/\d+",
        r"POST manual-entries/\d+/(submit|photos)",
        r"POST bills",
        r"POST sheets/[a-z-]+",
    ),
    "fleet": (r"POST vehicles", r"POST vehicles/\d+/(descriptions|stations|terminals)"),
    "reports": (r"POST reports",),
}
PERMISSIONS: tuple[Permission, ...] = tuple(_WRITES)
_FORMS = {name: re.compile("|".join(forms)) for name, forms in _WRITES.items()}


def may_write(may: Sequence[str], method: str, path: str) -> bool:
    """Whether a key with these permissions may ask this of a path below ``/api/v1/``."""
    asked = f"{method} {path.removeprefix('/api/v1/')}"
    return any(name in may and form.fullmatch(asked) for name, form in _FORMS.items())
