"""GmSSL without the lines it writes about every refusal.

GmSSL reports each forged signature and each key that does not fit on the standard error, as it
would a programming error, and has no setting against it; whoever sends forgeries would fill the
collector's log. It writes through C's variable `stderr`, so that points to nowhere for the time of
a call. Nobody else's messages are lost: Python writes to the descriptor, which stays as it is, and
GmSSL keeps the interpreter's lock, so nothing else runs meanwhile that would write through it.
"""

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import CDLL, c_char_p, c_void_p
from functools import cache
from threading import Lock

_ONE_AT_A_TIME = Lock()
"""Two at once would each take the other's nowhere for what was there before."""


@contextmanager
def quiet() -> Iterator[None]:
    """Let what is called write nothing through C's `stderr`."""
    nowhere = _nowhere()
    if nowhere is None:
        yield
        return
    with _ONE_AT_A_TIME:
        stream = c_void_p.in_dll(CDLL(None), "stderr")
        before, stream.value = stream.value, nowhere
        try:
            yield
        finally:
            stream.value = before


@cache
def _nowhere() -> int | None:
    """A stream of C that leads nowhere; None where `stderr` is no variable, as in musl."""
    if platform.libc_ver()[0] != "glibc":
        return None
    opened = CDLL(None).fopen
    opened.argtypes, opened.restype = [c_char_p, c_char_p], c_void_p
    stream: int | None = opened(b"/dev/null", b"w")
    return stream
