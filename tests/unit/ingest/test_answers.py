"""Answers to devices: each once in a while, however often what they answer comes."""

from datetime import UTC, datetime

from domain.reading import Message
from ingest.answers import AGAIN_AFTER_S, Answers
from ingest.codecs.decoded import Reply

MESSAGE = Message(1, 1, "t", b"", retained=False, received_at=datetime(2026, 7, 1, tzinfo=UTC))


class Broker:
    """Takes what is published, at a time that stands still until it is moved."""

    def __init__(self) -> None:
        self.published: list[tuple[str, bytes]] = []
        self.now_s = 0.0

    def publish(self, topic: str, payload: bytes) -> None:
        """Take one."""
        self.published.append((topic, payload))


def sent(*replies: Reply, again_after_s: float) -> list[tuple[str, bytes]]:
    """What is published of replies that are due one after the other."""
    broker = Broker()
    answers = Answers(broker, clock=lambda: broker.now_s)
    for reply in replies:
        answers.send([(MESSAGE, reply)])
        broker.now_s += again_after_s
    return broker.published


def test_the_same_answer_is_not_sent_in_a_storm() -> None:
    reply = Reply("down", b"yes")
    assert sent(reply, reply, again_after_s=0.1) == [("down", b"yes")]
    assert len(sent(reply, reply, again_after_s=AGAIN_AFTER_S)) == 2


def test_another_answer_to_the_same_device_is_sent_at_once() -> None:
    both = Reply("down", b"yes"), Reply("down", b"no")
    assert sent(*both, again_after_s=0.1) == [("down", b"yes"), ("down", b"no")]


def test_what_asks_for_something_is_not_repeated_in_other_words() -> None:
    """A request for births has the time in it, and so is never the same twice."""
    both = Reply("NCMD", b"at 1", asks=True), Reply("NCMD", b"at 2", asks=True)
    assert sent(*both, again_after_s=0.1) == [("NCMD", b"at 1")]
    assert sent(*both, again_after_s=AGAIN_AFTER_S) == [("NCMD", b"at 1"), ("NCMD", b"at 2")]
