"""A topic as a profile writes it: a filter whose levels have names. Pure.

``tele/{device}/SENSOR`` is the filter ``tele/+/SENSOR`` whose second level is the device.
``{key..}`` at the end takes all levels that follow, ``+`` and ``#`` say nothing, ``{base}`` stands
for the topics' first levels where an installation may choose them.
"""

import re

from domain.errors import ConfigurationError
from ingest.topic_filter import ONE, REST, check_filter

BASE = "{base}"
DEVICE = "device"
KEY = "key"
_NAMED = re.compile(r"\{(\w+)(\.\.)?\}")
_BRACES = re.compile(r"[{}]")


class TopicPattern:
    """One topic of a profile.

    Parameters
    ----------
    text : str
        As the profile has it.
    base : str
        What `BASE` stands for.

    Attributes
    ----------
    filter : str
        The MQTT topic filter to subscribe to.
    names : frozenset of str
        Names of its levels.

    Raises
    ------
    ConfigurationError
        If it cannot be a topic filter.
    """

    def __init__(self, text: str, base: str = "") -> None:
        self._levels: list[tuple[str, str]] = []  # (plain text, "") or ("", name of the level)
        self._open, self._rest = False, ""
        words: list[str] = []
        for at, level in enumerate(levels := text.split("/")):
            named = _NAMED.fullmatch(level)
            if level == BASE:
                if not base:
                    raise ConfigurationError(f'topic {text!r} has {BASE}: want `base = ".."`')
                # A message comes here by its filter; here it may have any base of as many levels.
                words.append(base)
                self._levels += [("", BASE.strip("{}"))] * len(base.split("/"))
            elif level == REST or (named and named[2]):
                if at != len(levels) - 1:
                    raise ConfigurationError(f"topic {text!r}: {level} must be the last level")
                words.append(REST)
                self._open, self._rest = True, named[1] if named else ""
            elif named:
                words.append(ONE)
                self._levels.append(("", named[1]))
            elif _BRACES.search(level):
                raise ConfigurationError(f"topic {text!r}: {level} must be a whole level {{name}}")
            else:
                words.append(level)
                self._levels.append(("", "") if level == ONE else (level, ""))
        self.text = text
        self.filter = "/".join(words)
        check_filter(self.filter)
        self.names = frozenset({name for _, name in self._levels if name} | {self._rest} - {""})

    def levels_of(self, topic: str) -> dict[str, str] | None:
        """Named levels of a topic; None when it is no topic of this pattern."""
        given = topic.split("/")
        count = len(self._levels)
        if len(given) != count and (not self._open or len(given) < count + 1):
            return None
        found: dict[str, str] = {}
        for (plain, name), level in zip(self._levels, given, strict=False):
            if plain and plain != level:
                return None
            if name:
                found[name] = f"{found[name]}/{level}" if name in found else level
        if self._rest:
            found[self._rest] = "/".join(given[count:])
        return found

    def bound_by(self, topic_filter: str) -> dict[str, str] | None:
        """Named levels of the topics that fall under both this and a filter.

        Returns
        -------
        dict of str to str or None
            A level that neither fixes is ``+``; None when no topic falls under both.
        """
        given = topic_filter.split("/")
        goes_on = given[-1] == REST
        given = given[:-1] if goes_on else given
        count = len(self._levels)
        if (len(given) > count and not self._open) or (len(given) < count and not goes_on):
            return None
        found: dict[str, str] = {}
        padded = given + [ONE] * (count - len(given))
        wanted = zip(self.filter.split("/"), self._levels, strict=False)
        for (word, (_, name)), other in zip(wanted, padded, strict=False):
            if word != other and ONE not in (word, other):
                return None
            level = word if other == ONE else other
            if name:
                found[name] = f"{found[name]}/{level}" if name in found else level
        if self._rest:
            found[self._rest] = "/".join([*given[count:], *([REST] if goes_on else [])])
        return found

    def of_device(self, code: str) -> str:
        """The filter with the device's level filled in; empty if no level names the device."""
        words = self.filter.split("/")
        at = [at for at, (_, name) in enumerate(self._levels) if name == DEVICE]
        for index in at:
            words[index] = code
        return "/".join(words) if at else ""
