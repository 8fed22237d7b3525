"""However often batches are read again, each message finds what was remembered before it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.reading import Message
from ingest.codec_memory import CodecMemory
from ingest.codecs.decoded import Decoded
from ingest.intake import Intake
from ingest.reading import ReadMessage
from ingest.surroundings import Surroundings

AT = datetime(2026, 7, 1, tzinfo=UTC)
KEYS = ("birth", "seq", "parts")


def message() -> Message:
    return Message(1, 1, "t", b"", retained=False, received_at=AT)


def read(memory: CodecMemory, first: Message, said: list[tuple[str, bytes]]) -> dict[str, bytes]:
    """Read a batch; returns what was remembered when it began."""
    memory.begin(first)
    found = remembered(memory)
    for key, content in said:
        memory.keep("codec", {key: content}, AT)
    return found


def remembered(memory: CodecMemory) -> dict[str, bytes]:
    return {key: kept for key in KEYS if (kept := memory.get("codec", key)) is not None}


BATCHES = st.lists(
    st.lists(st.tuples(st.sampled_from(KEYS), st.binary(max_size=1)), max_size=4),
    min_size=1,
    max_size=6,
)


@given(BATCHES, st.data())
def test_a_batch_read_again_finds_what_it_found_the_first_time(
    batches: list[list[tuple[str, bytes]]], data: st.DataObject
) -> None:
    memory, firsts = CodecMemory(), [message() for _ in batches]
    found = [read(memory, first, said) for first, said in zip(firsts, batches, strict=True)]
    in_the_end = remembered(memory)
    again_from = data.draw(st.integers(0, len(batches) - 1))
    again = [
        read(memory, first, said)
        for first, said in zip(firsts[again_from:], batches[again_from:], strict=True)
    ]
    assert again == found[again_from:]
    assert remembered(memory) == in_the_end


def test_what_is_stored_does_not_replace_what_has_been_heard_since() -> None:
    memory = CodecMemory()
    read(memory, message(), [("birth", b"new")])
    assert not memory.learn({("codec", "birth"): (b"old", AT - timedelta(seconds=1))})
    assert memory.get("codec", "birth") == b"new"
    assert memory.learn({("codec", "birth"): (b"newer", AT + timedelta(seconds=1))})
    assert memory.get("codec", "birth") == b"newer"


def test_going_back_keeps_what_another_collector_has_heard_meanwhile() -> None:
    memory, first = CodecMemory(), message()
    read(memory, first, [("birth", b"mine")])
    memory.learn({("codec", "birth"): (b"another's", AT + timedelta(seconds=1))})
    memory.begin(first)
    assert memory.get("codec", "birth") == b"another's"


def test_codecs_do_not_find_what_another_has_kept() -> None:
    memory = CodecMemory()
    read(memory, message(), [("birth", b"x")])
    assert memory.get("other", "birth") is None


def test_what_passes_with_the_collector_is_not_stored() -> None:
    decoded = Decoded("", kept={"birth": b"1", "number": b"2"}, passing=("number",))
    message = Message(1, 1, "t", b"", retained=False, received_at=AT)
    read = ReadMessage(message, "codec", "codec", decoded)
    batch, _ = Intake().sort([], [read], Surroundings({}, ZoneInfo("Asia/Shanghai")))
    assert batch.arrival.memory.keys() == {("codec", "birth")}
