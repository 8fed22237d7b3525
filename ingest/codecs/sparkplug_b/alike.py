"""Data messages that follow one like them, read by its layout. Pure.

All that a data message is asked is asked of these too: whether its birth holds, and whether one is
missing before it. Whenever the answer is more than a reading, the whole of `codec` is left to give.
"""

from domain.reading import Message, Sample
from ingest.codecs.decoded import Around, Decoded
from ingest.codecs.sparkplug_b.birth import layouts_since
from ingest.codecs.sparkplug_b.topic import LAST, Topic, is_gap


def alike(message: Message, topic: Topic, around: Around, *, hears_all: bool) -> Decoded | None:
    """Read a data message; None if it is not like one before, which may be sound all the same."""
    packed = around.kept(topic.birth_key)
    since = layouts_since(packed, around.kept(topic.session_key)) if packed else None
    if since is None:
        return None
    layouts, sent_first_ms, received_first, latest = since
    spoken = layouts.read(message.payload)
    if spoken is None:
        return None
    sent_ms, number, ts, folders = spoken
    if sent_ms < sent_first_ms or message.received_at < received_first:
        return None
    samples = [
        Sample(ts, values, topic.sample_device(folder) if folder else topic.own)
        for folder, values in folders
    ]
    if not hears_all:
        return Decoded(topic.edge, samples)
    key = topic.sequence_key
    last = around.kept(key)
    if not last or last > latest or is_gap(last[LAST], number[0]) or message.is_again:
        return None
    return Decoded(topic.edge, samples, kept={key: last[:LAST] + number}, passing=(key,))
