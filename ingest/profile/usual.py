"""The usual messages of a rule, read the quick way; any other is left to the careful one. Pure."""

from domain.errors import PayloadError
from domain.reading import Message, Sample
from ingest.codecs.decoded import Around, Decoded
from ingest.profile.clock import FROM_WHOLE, Where
from ingest.profile.document import Document, Rule
from ingest.profile.form import Form, look
from ingest.profile.path import path_of
from ingest.profile.place import Place
from ingest.profile.sampling import Sampling, asked_of, code_of, doubts_of
from ingest.profile.shape import ShapelessError
from ingest.profile.tree import Branch


class Usual:
    """Reads the usual messages of a rule.

    Raises
    ------
    ShapelessError
        If it has no usual ones.
    """

    def __init__(self, rule: Rule, document: Document, tree: Branch) -> None:
        asked = asked_of(rule, document)
        from_whole = rule.sender_at or any(path.startswith(FROM_WHOLE) for path in asked)
        samples_at = path_of(rule.samples)
        says_more = rule.status or rule.notice or rule.about or rule.reply
        if rule.under or says_more or (samples_at and from_whole):
            raise ShapelessError
        asked += (one.when.at for one in doubts_of(rule, document) if one.when and one.when.at)
        paths = {path_of(path.removeprefix(FROM_WHOLE)) for path in asked}
        self._form = Form(tree, samples_at, sorted(paths))
        checked = self._form.is_checked
        self._sampling = Sampling(rule, document, self._form.gather, look, is_checked=checked)
        self._sender_at = look(path_of(rule.sender_at)) if rule.sender_at else None

    def decode(self, message: Message, place: Place, around: Around) -> Decoded | None:
        """Read one message; None if it is not usual, which it may be and sound all the same."""
        nodes = self._form.samples(message.payload)
        if not nodes:
            return None
        try:
            sender = place.sender
            if self._sender_at is not None:
                sender = code_of(self._sender_at(nodes[0]), "sender") or sender
            where = Where(nodes, nodes[0], place.levels, message.received_at, around, sender)
            samples: list[Sample] = []
            for node in nodes:
                samples += self._sampling.samples(node, place.device, sender, where)
        except (PayloadError, OverflowError):
            return None
        return Decoded(sender, samples)


def usual_of(rule: Rule, document: Document, tree: Branch) -> Usual | None:
    """The usual messages of a rule; None where there are none."""
    try:
        return Usual(rule, document, tree)
    except ShapelessError:
        return None
