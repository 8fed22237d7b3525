"""A process that Civicwatt starts and is answerable for: it never outlives its parent."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

from domain.errors import CivicwattError


class ChildError(CivicwattError):
    """A process of ours did not start, or ended by itself."""


class Child:
    """One running child process, in a session of its own.

    The terminal sends Ctrl-C to every process of its session; a child of ours must not hear it,
    because the parent stops its children one after another, in an order that loses nothing.

    Parameters
    ----------
    name : str
        What it is, for messages.
    command : sequence of str
        Program and arguments.
    output : file or int
        Where its standard output and error go: an open file or ``subprocess.PIPE``.
    env : mapping of str to str, optional
        Its whole environment; ours if not given.
    stop_signal : signal.Signals
        What asks it to end in an orderly way.
    prefix : sequence of str
        Put before the command, to change who runs it.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        output: IO[bytes] | int,
        env: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        prefix: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.stop_signal = stop_signal
        self.process = subprocess.Popen(
            # in this order: the kernel forgets the death signal when the user changes
            [*prefix, *with_death_signal(stop_signal), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(within_s=30.0)

    def has_ended(self) -> bool:
        """Whether the process is gone, asked for or not."""
        return self.process.poll() is not None

    def stop(self, *, within_s: float) -> None:
        """End the process: ask, wait, and only then kill it and all it has started.

        Parameters
        ----------
        within_s : float
            How long it may take to end in an orderly way. [s]
        """
        if not self.has_ended():
            self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the process and all it has started at once, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def wait_until(self, ready: Callable[[], bool], *, within_s: float, log: Path) -> None:
        """Wait for the process to be of use.

        Parameters
        ----------
        ready : callable
            Asked again and again until it says True.
        within_s : float
            Longest wait. [s]
        log : Path
            Where its output goes; the end of it is part of the error.

        Raises
        ------
        ChildError
            If it ends before it is ready, or is not ready in time; it is gone then.
        """
        deadline = time.monotonic() + within_s
        while not ready():
            if self.has_ended() or time.monotonic() > deadline:
                self.stop(within_s=5.0)
                raise ChildError(f"{self.name} did not start: {last_lines(log)}")
            time.sleep(0.02)


def with_death_signal(stop_signal: signal.Signals) -> list[str]:
    """Command prefix that has the kernel end the child when its parent is killed.

    Linux only, by `setpriv` of util-linux; elsewhere a child outlives a parent that is killed.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", stop_signal.name.removeprefix("SIG")] if setpriv else []


def last_lines(log: Path, count: int = 5) -> str:
    """The end of a log on one line, for an error message."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return " | ".join(lines[-count:]) or "it said nothing"
