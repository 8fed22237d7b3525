"""A profile, compiled: a codec made of data. Pure."""

from functools import lru_cache

from domain.errors import ConfigurationError, PayloadError
from domain.reading import Message
from ingest.codecs.decoded import Around, Decoded
from ingest.profile.document import Document
from ingest.profile.place import Place
from ingest.profile.rule import CompiledRule
from ingest.topic_filter import specificity

_TOPICS_REMEMBERED = 100_000


class Profile:
    """Reads the messages of one family of devices; a `Codec`.

    Parameters
    ----------
    name : str
        Its own: that of its file.
    document : Document
        What the file says, checked.

    Attributes
    ----------
    filters : tuple of str
        MQTT topic filters whose messages it reads.
    aliases : tuple of str
        Shorter names.
    answered : tuple of Answered
        Topics on which devices wait for an answer.
    republished_within_s : float or None
        Equal values within so long are no new measurement; None where each message is one. [s]
    default_topic : str
        Topic for payloads that come without: its first filter, in which ``+`` is a level nobody
        knows.

    Raises
    ------
    ConfigurationError
        If it makes no sense.
    """

    def __init__(self, name: str, document: Document) -> None:
        self.name = name
        self.about = document.about
        self.source = document.source
        self.aliases = tuple(document.aliases)
        self.republished_within_s = document.republished_within_s
        rules = [CompiledRule(rule, document) for rule in document.message]
        if not rules or all(rule.ignore for rule in rules):
            raise ConfigurationError("no [[message]] to be read")
        patterns = [(pattern, rule) for rule in rules for pattern in rule.patterns]
        self.filters = tuple(dict.fromkeys(p.filter for p, rule in patterns if not rule.ignore))
        if len({pattern.filter for pattern, _ in patterns}) < len(patterns):
            raise ConfigurationError("two [[message]] have the same topic")
        self.answered = tuple(one for rule in rules for one in rule.answered)
        self.default_topic = self.filters[0]
        self._patterns = sorted(patterns, key=lambda one: specificity(one[0].filter))
        self._place = lru_cache(maxsize=_TOPICS_REMEMBERED)(self._find)

    def decode(self, message: Message, around: Around) -> Decoded:
        """Read one message.

        Raises
        ------
        PayloadError
            If nothing of it can be read. No other exception, whatever the bytes.
        """
        rule, place = self._place(message.topic)
        if rule.ignore:
            return Decoded(place.sender)
        try:
            return rule.decode(message, place, around)
        except OverflowError:
            raise PayloadError(
                "a number is too great for any measurement", code="too_great"
            ) from None

    def topics_of(self, device: str) -> tuple[str, ...]:
        """Topics to which a device publishes, as filters; those that do not name it left out."""
        topics = (pattern.of_device(device) for pattern, _ in self._patterns)
        return tuple(dict.fromkeys(topic for topic in topics if topic))

    def _find(self, topic: str) -> tuple[CompiledRule, Place]:
        for pattern, rule in self._patterns:
            levels = pattern.levels_of(topic)
            if levels is not None:
                return rule, rule.place_of(levels)
        reason = f"topic {topic[:200]!a} is none of profile {self.name}"
        raise PayloadError(reason, code="bad_topic")
