"""A SenML pack as records with their labels, whether it came as JSON or as CBOR. Pure.

CBOR is read by ``cbor2`` (MIT licence). A pack in JSON begins with ``[`` or white space, one in
CBOR with the head of an array: no byte begins both.

Source: RFC 8428, sections 5 and 6.
"""

from typing import Any, TypeAlias

import cbor2
import msgspec

from domain.errors import PayloadError
from ingest.codecs.value import MOST_SAMPLES

Record: TypeAlias = dict[str, Any]
Labelled: TypeAlias = dict[Any, Any]
"""A record with whatever labels it came with."""

_LABELS = {
    -6: "bs",
    -5: "bv",
    -4: "bu",
    -3: "bt",
    -2: "bn",
    -1: "bver",
    0: "n",
    1: "u",
    2: "v",
    3: "vs",
    4: "vb",
    5: "s",
    6: "t",
    7: "ut",
    8: "vd",
}
"""What stands for a label in CBOR. The list is closed: other labels are texts there too."""
_CBOR_ARRAYS = range(0x80, 0xA0)

_decode_json = msgspec.json.Decoder(list[Record]).decode


def records(payload: bytes) -> list[Record]:
    """The records of a pack, in order.

    Raises
    ------
    PayloadError
        If it is no array of maps from labels.
    """
    found = (
        [_labelled(record) for record in cbor_maps(payload)] if is_cbor(payload) else _json(payload)
    )
    if not 0 < len(found) <= MOST_SAMPLES:
        reason = f"{len(found)} records in one pack: want 1 to {MOST_SAMPLES}"
        raise PayloadError(reason, code="no_sample" if not found else "too_many_samples")
    return found


def is_cbor(payload: bytes) -> bool:
    """Whether a pack can be one in CBOR only."""
    return payload[:1] != b"" and payload[0] in _CBOR_ARRAYS


def _json(payload: bytes) -> list[Record]:
    try:
        return _decode_json(payload)
    except msgspec.ValidationError as error:
        raise PayloadError(f"no SenML pack: {error}", code="bad_shape") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PayloadError(f"not JSON: {error}", code="not_json") from None


def cbor_maps(payload: bytes) -> list[Labelled]:
    """The records of a pack in CBOR, with the labels they have there.

    Raises
    ------
    PayloadError
        If it is no array of maps.
    """
    try:
        pack = cbor2.loads(payload)
    except (cbor2.CBORError, RecursionError) as error:
        raise PayloadError(f"not CBOR: {error}", code="not_cbor") from None
    if not isinstance(pack, list) or not all(isinstance(record, dict) for record in pack):
        raise PayloadError("no SenML pack: want an array of maps", code="bad_shape")
    return pack


def _labelled(record: Labelled) -> Record:
    if record.keys() <= _LABELS.keys() and bool not in map(type, record):  # true is no 1 here
        return dict(zip(map(_LABELS.__getitem__, record), record.values(), strict=True))
    labelled: Record = {}
    for key, value in record.items():
        label = _LABELS.get(key) if type(key) is int else key
        if not isinstance(label, str) or label in labelled:
            raise PayloadError(f"{str(key)[:50]!a} is no label of SenML", code="bad_shape")
        labelled[label] = value
    return labelled
