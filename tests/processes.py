"""Processes that tests start: none outlives its block, whatever becomes of the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen
from typing import AnyStr


@contextmanager
def ended(process: "Popen[AnyStr]") -> Iterator["Popen[AnyStr]"]:
    """The process; with the block it is killed, unless it is gone, and its pipes are closed."""
    with process:
        try:
            yield process
        finally:
            process.kill()
