"""What a message says of a device beside its measurements, by the rules of a profile. Pure."""

from collections.abc import Mapping
from typing import Any

from domain.errors import PayloadError
from ingest.codecs.decoded import Decoded, Notice, NoticeKind
from ingest.profile.document import Fact, Rule
from ingest.profile.number import number_of
from ingest.profile.path import Path, find, path_of

_LONGEST_FACT = 200
"""[characters]."""
_NONE: frozenset[Any] = frozenset({""})


class News:
    """That a device came, went, or told about itself."""

    def __init__(self, rule: Rule) -> None:
        self._always = NoticeKind(rule.notice) if rule.notice else None
        status = rule.status
        self._words: Mapping[str, NoticeKind] = {}
        self._paths: list[Path] = [()]
        if status:
            self._words = {status.online: NoticeKind.ONLINE, status.offline: NoticeKind.OFFLINE}
            places = [status.at] if isinstance(status.at, str) else status.at
            self._paths = [path_of(at) for at in places]
        self._facts = [
            (name, fact if isinstance(fact, Fact) else Fact(fact))
            for name, fact in rule.about.items()
        ]

    def tell(self, payload: Any, decoded: Decoded, device: str) -> None:
        """Add what a message says to what is made of it.

        Raises
        ------
        PayloadError
            If the status is none of the known words.
        """
        if self._always:
            decoded.notices.append(Notice(self._always, device))
        if self._words:
            self._tell_status(payload, decoded, device)
        if self._facts:
            about = {name: told for name, fact in self._facts if (told := _told(payload, fact))}
            if about:
                decoded.notices.append(Notice(NoticeKind.ABOUT, device, about))

    def _tell_status(self, payload: Any, decoded: Decoded, device: str) -> None:
        found = (payload if not path else find(payload, path) for path in self._paths)
        word = next((one for one in found if one is not None), None)
        if isinstance(word, bool):
            word = str(word).lower()
        if isinstance(word, str) and word and word in self._words:
            decoded.notices.append(Notice(self._words[word], device))
        elif word not in (None, ""):
            shown = ascii(word)[:50] if isinstance(word, str) else type(word).__name__
            reason = f"status {shown}: want one of {', '.join(filter(None, self._words))}"
            raise PayloadError(reason, code="bad_status")


def _told(payload: Any, fact: Fact) -> str:
    """A fact as text; empty when there is none."""
    given = find(payload, path_of(fact.at))
    if fact.times != 1:
        number = None if given is None else number_of(fact.at, given, _NONE)
        return "" if number is None else f"{number * fact.times:.15g}"
    if isinstance(given, str):
        return given[:_LONGEST_FACT]
    if isinstance(given, int | float) and not isinstance(given, bool):
        return f"{given:.15g}"
    return ""
