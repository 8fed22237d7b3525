"""The layouts of the reports of one edition, as they come. Pure: what is known only saves time."""

from typing import Any

from domain.errors import PayloadError
from ingest.codecs.gb32960.layout import Layout
from ingest.codecs.gb32960.sections import Private, Section

_TIME = 6
_MOST_KNOWN, _MOST_OF_A_LENGTH = 500, 8
"""Layouts remembered; vehicles of one model share theirs. With more they are forgotten."""
_MOST_DECISIVE = 100
"""A layout that more bytes decide is not remembered: no vehicle has as many motors and packs."""


class Layouts:
    """Finds where everything stands in a report.

    Parameters
    ----------
    sections : dict
        By their types.
    """

    def __init__(self, sections: dict[int, Section]) -> None:
        self._sections = sections
        self._known: dict[int, list[tuple[Layout, Any]]] = {}
        self._count = 0

    def begin(self, body: bytes) -> bool:
        """Whether data begin as a report's: after the time, with a section of a known type."""
        return len(body) > _TIME and body[_TIME] in self._sections

    def of(self, body: bytes) -> tuple[Layout, PayloadError | None]:
        """The layout of a report.

        Returns
        -------
        layout : Layout
            Of everything up to a section that does not fit.
        error : PayloadError or None
            What is wrong with that section.
        """
        for layout, decisive in self._known.get(len(body), ()):
            if layout.decisive(body) == decisive:
                return layout, None
        layout = Layout()
        fault = self._place(body, layout)
        if fault is None:
            self._remember(body, layout)
            return layout, None
        # Half of a section has been placed: everything before it is placed anew.
        at, error = fault
        layout = Layout()
        self._place(body[:at], layout)
        layout.first.keep(at, len(body), "rest")
        return layout, None if isinstance(self._sections[body[at]], Private) else error

    def _place(self, body: bytes, layout: Layout) -> tuple[int, PayloadError] | None:
        """Place section after section; returns where one does not fit, and why."""
        seen: set[int] = set()
        at = _TIME
        while at < len(body):
            number = layout.first.decide(body, at)
            section = self._sections.get(number)
            if section is None:
                layout.first.keep(at, len(body), "rest")
                break
            # Only a section that comes again can say what has been said.
            statement = layout.again() if number in seen else layout.first
            seen.add(number)
            try:
                at = section.place(body, at + 1, statement)
            except PayloadError as error:
                place = f"section {number:#04x} at byte {at} of the data"
                return at, PayloadError(f"{place} {error}", code=error.code)
        return None

    def _remember(self, body: bytes, layout: Layout) -> None:
        if len(layout.deciding) > _MOST_DECISIVE:
            return
        alike = self._known.setdefault(len(body), [])
        if len(alike) == _MOST_OF_A_LENGTH:
            self._count -= len(alike)
            alike.clear()
        if self._count >= _MOST_KNOWN:
            self._known = {len(body): (alike := [])}
            self._count = 0
        alike.append((layout, layout.decisive(body)))
        self._count += 1
