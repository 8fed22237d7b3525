"""The peer opendsm (OpenEEmeter): fitted in a virtual environment of its own."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from bench.held_out import DATA, FILES, ZONE
from bench.peer import MissingPeerError, python_with

VERSION = "1.2.7"
NAME = f"opendsm {VERSION}"
_PACKAGES = (f"opendsm=={VERSION}", "multimethod==1.12", "pandas==2.3.3")
"""Newer versions of the other two break its import."""
_THREADS = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)


def installed() -> Path:
    """Python of a virtual environment that has it, made when there is none.

    Raises
    ------
    MissingPeerError
        If it cannot be installed.
    """
    return python_with(f"opendsm-{VERSION}", _PACKAGES)


def fitted(step: str, fuel: str, train: int, test: int, every: int) -> dict[str, dict[str, Any]]:
    """What it makes of every so manieth meter: `cvrmse`, `nmbe`, `cpu_s`, or `error`, by meter.

    Raises
    ------
    MissingPeerError
        If it cannot be had or ends with an error of its own.
    """
    files = [str(DATA / f"{name}_{FILES[fuel]}.csv.gz") for name in (fuel, "weather")]
    script = Path(__file__).with_name("opendsm_fit.py")
    years = [str(train), str(test), str(every)]
    command = [str(installed()), "-P", str(script), step, fuel, *files, ZONE.key, *years]
    done = subprocess.run(  # noqa: S603 - our own script
        command, capture_output=True, text=True, check=False, env=os.environ | _THREADS
    )
    if done.returncode:
        raise MissingPeerError(f"{NAME}: {done.stderr.strip()[-200:]}")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["meter"]: line for line in lines}
