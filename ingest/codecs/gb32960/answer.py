"""Answers to frames. Pure.

An answer is the header of the command with the answer in it and, of its data, the time only.
Source: GB/T 32960.3-2016, clause 5.2.2 (a platform acknowledges the reports of another platform)
and annex B (it does not acknowledge correct reports of a terminal).
"""

from datetime import datetime

from ingest.codecs.gb32960.frame import IS_COMMAND, PLAIN, Command, Frame, sealed, time_bytes

OK = 0x01
ERROR = 0x02
BAD_SIGNATURE = 0x05
NOT_DECRYPTED = 0x07
REPORTS = frozenset({Command.REALTIME, Command.REISSUE})
_WITHOUT_DATA = frozenset({Command.HEARTBEAT, Command.KEY_EXCHANGE})
_WITH_TIME = frozenset(Command) - _WITHOUT_DATA - {Command.TIME_SYNC}
_TIME = 6


def answer(frame: Frame, *, now: datetime) -> bytes | None:
    """What the sender of a frame waits for.

    Parameters
    ----------
    now : datetime
        Answers a terminal that asks for the time; aware.

    Returns
    -------
    bytes or None
        None for what is not answered: answers, commands not meant for a platform, and frames whose
        time is encrypted or missing.
    """
    if frame.answer != IS_COMMAND:
        return None
    if frame.command in _WITH_TIME:
        data = frame.data[:_TIME]
        if frame.encryption != PLAIN or len(data) < _TIME:
            return None
    elif frame.command in _WITHOUT_DATA:
        data = b""
    elif frame.command == Command.TIME_SYNC:
        data = time_bytes(now)
    else:
        return None
    return _sealed(frame, OK, data)


def refusal(frame: Frame, result: int = ERROR) -> bytes:
    """What a peer is told whose frame may not come in; empty for an answer."""
    if frame.answer != IS_COMMAND:
        return b""
    has_time = frame.encryption == PLAIN and frame.command not in _WITHOUT_DATA
    return _sealed(frame, result, frame.data[:_TIME] if has_time else b"")


def _sealed(frame: Frame, result: int, data: bytes) -> bytes:
    return sealed(Frame(frame.edition, frame.command, result, frame.code, PLAIN, data))
