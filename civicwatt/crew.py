"""The processes of Civicwatt under one supervisor: started, watched, and stopped in order."""

import subprocess
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Thread
from types import TracebackType
from typing import Self

from civicwatt.child import Child

REMEMBERED_LINES = 15
"""Of a process that has ended by itself, so many last lines are shown."""
_WIDTH = len("simulate")
_QUIET = ("INFO procrastinate",)
"""Begins of lines not worth a terminal: the queue tells of every job it starts and ends."""


class Crew:
    """Our own commands, running side by side. A context manager that leaves none behind.

    Parameters
    ----------
    env : mapping of str to str
        Their environment.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = {**env, "PYTHONUNBUFFERED": "1"}
        self._members: dict[str, _Member] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End whoever was not stopped."""
        for name in list(self._members):
            self.stop(name, within_s=5.0)

    def start(self, command: str, *arguments: str, name: str = "", may_end: bool = False) -> None:
        """Run ``civicwatt command arguments``; its lines appear here, with its name before them.

        Parameters
        ----------
        name : str
            Of this one, where the same command runs twice; that of the command if not given.
        may_end : bool
            It has an end of its own; with exit status 0 that is no failure.
        """
        name = name or command
        child = Child(
            name,
            [sys.executable, "-m", "civicwatt", command, *arguments],
            output=subprocess.PIPE,
            env=self._env,
        )
        member = self._members[name] = _Member(name, child, may_end)
        member.reader = Thread(target=member.read, daemon=True)
        member.reader.start()

    def runs(self, command: str) -> bool:
        """Whether it was started and has not ended."""
        return command in self._members and not self._members[command].child.has_ended()

    def fallen(self) -> str | None:
        """Name of a command that has failed, or ended though it was to run on."""
        return next((name for name, member in self._members.items() if member.has_fallen()), None)

    def last_lines(self, command: str) -> str:
        """What a command that has ended said last."""
        member = self._members[command]
        member.reader.join(timeout=1.0)
        return "\n".join(member.lines)

    def stop(self, command: str, *, within_s: float) -> None:
        """Ask one to end; kill it if it takes longer. Nothing happens if it is not running.

        Parameters
        ----------
        within_s : float
            How long it may take. [s]
        """
        member = self._members.pop(command, None)
        if member is not None:
            member.child.stop(within_s=within_s)
            member.reader.join(timeout=1.0)


@dataclass
class _Member:
    name: str
    child: Child
    may_end: bool
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED_LINES))
    reader: Thread = field(init=False)

    def has_fallen(self) -> bool:
        status = self.child.process.poll()
        return status is not None and (status != 0 or not self.may_end)

    def read(self) -> None:
        assert self.child.process.stdout is not None  # noqa: S101 - it is a pipe
        with self.child.process.stdout as output:
            for raw in output:
                line = raw.decode(errors="replace").rstrip()
                self.lines.append(line)
                if not line.startswith(_QUIET):
                    print(f"{self.name:>{_WIDTH}} | {line}", flush=True)
