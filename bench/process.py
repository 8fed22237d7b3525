"""What a running process has taken of the machine, as Linux counts it."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_s(pid: int) -> float:
    """Processor time so far, system calls included. [s]."""
    fields = _proc(pid, "stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def backend_cpu_s(pid: int) -> float:
    """The same of a process of one thread, exact: a tick is hundreds of messages long. [s]."""
    return int(_proc(pid, "schedstat").split()[0]) / 1e9


def resident_bytes(pid: int) -> int:
    """Memory that is in use now. [bytes]."""
    return int(_proc(pid, "statm").split()[1]) * _PAGE


def _proc(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8")
