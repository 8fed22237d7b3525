"""Topics whose messages are answered, and who may hear the answers. Pure.

A device may hear the answers to what it may say, and no others: where its own topic filters fix the
levels that say who speaks, the topic of the answer is its own too.
"""

from dataclasses import dataclass
from string import Formatter

from ingest.profile.topic import TopicPattern
from ingest.topic_filter import ONE, REST


@dataclass(frozen=True, slots=True)
class Answered:
    """Topics whose messages are answered.

    Attributes
    ----------
    pattern : TopicPattern
        Of the messages.
    answer : str
        Topic of the answers, with the names of the pattern's levels.
    sender : frozenset of str
        Levels that say who speaks; empty when no topic does.
    """

    pattern: TopicPattern
    answer: str
    sender: frozenset[str]

    @property
    def filter(self) -> str:
        """Filter of the answers to everybody."""
        return "/".join(ONE if names_in(level) else level for level in self.answer.split("/"))

    @property
    def names_its_sender(self) -> bool:
        """Whether the topic of an answer says whom it is for."""
        return bool(self.sender) and self.sender <= names_in(self.answer)

    def heard_by(self, topic_filter: str) -> str | None:
        """Filter of the answers to one who may publish to `topic_filter`.

        Returns
        -------
        str or None
            None where it would take in answers to others, or none is due.
        """
        levels = self.pattern.bound_by(topic_filter)
        if levels is None or not self.names_its_sender:
            return None
        if any({ONE, REST} & {*levels[name].split("/")} for name in self.sender):
            return None
        filled = self.answer.format_map(levels)
        # An open level that is only part of a level of the answer can be said in no filter.
        mixed = any(len(word) > 1 and {ONE, REST} & {*word} for word in filled.split("/"))
        return None if mixed else filled


def names_in(template: str) -> frozenset[str]:
    """Names of the levels a template asks for."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)
