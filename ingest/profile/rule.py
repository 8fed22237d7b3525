"""One rule of a profile, compiled: messages that are read alike. Pure."""

from collections.abc import Container, Mapping
from typing import Any

import msgspec

from domain.errors import PayloadError
from domain.reading import Message
from ingest.codecs.decoded import Around, Decoded, Reply
from ingest.codecs.value import MOST_SAMPLES, checked_code
from ingest.profile.answered import Answered, names_in
from ingest.profile.clock import Where
from ingest.profile.document import Document, Part, Rule
from ingest.profile.news import News
from ingest.profile.number import MISSING
from ingest.profile.parts import tree_of
from ingest.profile.path import each, finder, path_of
from ingest.profile.payload import JSON, reader_of
from ingest.profile.place import Place
from ingest.profile.sampling import Sampling, asked_of, code_of
from ingest.profile.topic import DEVICE, KEY, TopicPattern
from ingest.profile.tree import IGNORE
from ingest.profile.usual import usual_of


class CompiledRule:
    """How the messages of one rule are read.

    Parameters
    ----------
    rule : Rule
    document : Document
        The profile it stands in; has what the rule does not say itself.

    Raises
    ------
    ConfigurationError
        If it makes no sense.
    """

    def __init__(self, rule: Rule, document: Document) -> None:
        topics = [rule.topic] if isinstance(rule.topic, str) else rule.topic
        self.patterns = tuple(TopicPattern(topic, document.base) for topic in topics)
        self.ignore = rule.ignore
        self._rule = rule
        kinds = [rule.payload] if isinstance(rule.payload, str) else rule.payload
        self._read = reader_of(kinds)
        self._samples_at = path_of(rule.samples)
        self._sender_at = finder(path_of(rule.sender_at)) if rule.sender_at else None
        self._device_at = finder(path_of(rule.device_at)) if rule.device_at else None
        self._news = News(rule) if rule.status or rule.notice or rule.about else None
        self._answer = msgspec.json.encode(rule.reply.json) if rule.reply else b""
        self.answered = [
            Answered(pattern, rule.reply.topic, names_in(sender_of(rule, pattern.names)))
            for pattern in self.patterns
            if rule.reply
        ]
        parts = parts_of(rule, document)
        tree = tree_of(parts, missing_of(document), map(path_of, asked_of(rule, document)))
        self._sampling = Sampling(rule, document, tree.gather, finder, is_checked=False)
        self._measures = bool(parts)
        self._usual = usual_of(rule, document, tree) if kinds[0] == JSON else None

    def place_of(self, levels: Mapping[str, str]) -> Place:
        """What the named levels of a topic say.

        Raises
        ------
        PayloadError
            If its device cannot be a code.
        """
        rule = self._rule
        sender = sender_of(rule, levels)
        under = rule.under or (f"{{{KEY}}}" if rule.payload == "text" and KEY in levels else "")
        return Place(
            levels,
            checked_code(sender.format_map(levels)) if sender else "",
            checked_code(rule.device.format_map(levels)) if rule.device else "",
            under.format_map(levels),
            rule.reply.topic.format_map(levels) if rule.reply else "",
        )

    def decode(self, message: Message, place: Place, around: Around) -> Decoded:
        """Read one message.

        Raises
        ------
        PayloadError
            If nothing of it can be read.
        """
        usual = None if self._usual is None else self._usual.decode(message, place, around)
        return self._decode_carefully(message, place, around) if usual is None else usual

    def _decode_carefully(self, message: Message, place: Place, around: Around) -> Decoded:
        payload = self._read(message.payload)
        sender = place.sender
        if self._sender_at is not None:
            sender = code_of(self._sender_at(payload), "sender") or sender
        decoded = Decoded(sender)
        if self._news is not None:
            named = code_of(self._device_at(payload), "device") if self._device_at else ""
            device = named or place.device
            self._news.tell(payload, decoded, "" if device == sender else device)
        if self._answer:
            decoded.replies.append(Reply(place.reply_to, self._answer))
        if not self._measures:
            return decoded
        where = Where(payload, payload, place.levels, message.received_at, around, sender)
        if place.under:
            payload = {place.under: payload}
        if self._samples_at:
            self._read_many(place.device, payload, where, decoded)
        else:
            decoded.samples = self._sampling.samples(payload, place.device, sender, where)
        return decoded

    def _read_many(self, whose: str, payload: Any, where: Where, decoded: Decoded) -> None:
        for number, (device, node) in enumerate(each(payload, self._samples_at, whose)):
            if number == MOST_SAMPLES:
                reason = f"more than {MOST_SAMPLES} samples in one message"
                raise PayloadError(reason, code="too_many_samples")
            try:
                decoded.samples += self._sampling.samples(node, device, decoded.sender, where)
            except PayloadError as error:
                reason = f"sample {number}: {error}"
                decoded.errors.append(PayloadError(reason, code=error.code))


def sender_of(rule: Rule, names: Container[str]) -> str:
    """Template of the sender's code by the names of a topic's levels; empty if no level says it."""
    return rule.sender or (f"{{{DEVICE}}}" if DEVICE in names else "")


def parts_of(rule: Rule, document: Document) -> list[Part]:
    """Parts a rule reads: its own, or else those of the whole profile."""
    own = rule.values is not None or rule.part is not None or rule.unmapped is not None
    if rule.ignore or ((rule.status or rule.notice or rule.about) and not own):
        return []
    values = rule.values if own else document.values
    unmapped = (document.unmapped if rule.unmapped is None else rule.unmapped) or IGNORE
    parts = [*((rule.part if own else document.part) or ())]
    if values is not None or unmapped != IGNORE:
        parts.append(Part(values=values or {}, unmapped=unmapped))
    return parts


def missing_of(document: Document) -> frozenset[Any]:
    """What stands for "not measured" in a payload: texts in lower case, and numbers."""
    own = (word.lower() if isinstance(word, str) else word for word in document.missing)
    return MISSING | frozenset(own)
