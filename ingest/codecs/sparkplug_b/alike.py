"""Data messages that follow one like them, read by its layout. Pure.

All that a data message is asked is asked of these too: whether its birth holds, and whether one is
missing before it. Whenever the answer is more than a reading, the whole of `codec` is left to give.
"""

from domain.reading import Message, Sample
from ingest.codecs.decoded import Around, Decoded
from ingest.codecs.sparkplug_b.birth import in_force, unpack_birth, unpack_session
from ingest.codecs.sparkplug_b.topic import Topic, is_gap


def alike(message: Message, topic: Topic, around: Around) -> Decoded | None:
    """Read a data message; None if it is not like one before, which may be sound all the same."""
    packed, last = around.kept(topic.birth_key), around.kept(topic.sequence_key)
    if not packed or not last:
        return None
    birth, points = unpack_birth(packed)
    spoken = points.layouts.read(message.payload)
    if spoken is None or is_gap(last[0], spoken.sequence[0]):
        return None
    packed = around.kept(topic.session_key)
    session = unpack_session(packed) if packed else None
    received_ms = int(message.received_at.timestamp() * 1000)
    if not in_force(birth, session, spoken.sent_ms, received_ms):
        return None
    samples = [
        Sample(spoken.ts, values, topic.sample_device(folder)) for folder, values in spoken.folders
    ]
    return Decoded(topic.edge, samples, kept={topic.sequence_key: spoken.sequence})
