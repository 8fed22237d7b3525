"""GB/T 32960: whoever forges frames writes nothing into the collector's log."""

import subprocess
import sys

FORGED = """
import ctypes, sys, threading
from device_sim.vendors import gb32960 as terminal
from device_sim.vendors.gb32960 import Edition
from device_sim.vendors.gb32960_sealed import Algorithm, sealed, signature
from ingest.codecs.gb32960.codec import Gb32960
from ingest.codecs.gb32960.keys import Keyring, Keys, Link
from tests.unit.ingest_codecs.raw_frames import decode
from tests.unit.ingest_codecs.sm2_vectors import C1, C2, C3, PRIVATE, PUBLIC
from tests.unit.ingest_codecs.vehicle_reports import AT, DRIVING, VIN

NEW = Edition.OF_2025
one = Gb32960(keys=Keyring(default=Link(Keys(public=PUBLIC), sm2=PRIVATE)))
section = terminal.vehicle(NEW, DRIVING)
signed = signature(PRIVATE, PUBLIC, terminal.time_bytes(AT) + section)
other = terminal.vehicle(NEW, DRIVING | {"speed_kmh": 30.0})
report = terminal.report(NEW, VIN, AT, [section])
forged = [
    terminal.report(NEW, VIN, AT, [other, signed]),
    sealed(report, Algorithm.SM2, lambda _: C1 + C3 + C2[:-1] + b"?"),
    sealed(report, Algorithm.SM2, lambda _: bytes(113)),
]
codes = set()

def forge():
    for _ in range(20):
        for frame in forged:
            decoded = decode(one, frame)
            assert decoded.samples == []
            codes.update(error.code for error in decoded.errors)
"""
IN_THREADS = """
threads = [threading.Thread(target=forge) for _ in range(3)]
for thread in threads:
    thread.start()
"""
AFTER = """
for thread in threads:
    thread.join()
print(*sorted(codes))
"""
OTHERS = """
for n in range(500):
    sys.stderr.write(f"{n}\\n")
"""
FROM_C = """
ctypes.CDLL(None).perror(b"of another library")
"""


def ran(*parts: str) -> tuple[list[str], str]:
    """Codes of the refusals, and what was written on the standard error."""
    command = [sys.executable, "-c", "".join((FORGED, IN_THREADS, *parts))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.split(), done.stderr


def test_a_forged_frame_is_refused_with_its_reason_and_nothing_is_written() -> None:
    assert ran(AFTER) == (["bad_signature", "wrong_key"], "")


def test_what_others_write_meanwhile_and_afterwards_is_all_there() -> None:
    _, written = ran(OTHERS, AFTER, FROM_C)
    *lines, last = written.splitlines()
    assert lines == [str(n) for n in range(500)]
    assert last.startswith("of another library: ")
