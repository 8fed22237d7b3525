"""Every benchmark in turn; ends with 1 if a check of one of them fails.

``python -m bench.run [--full]``
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

BENCHES = (
    "ingest",
    "latency",
    "recovery",
    "memory",
    "devices",
    "profiles",
    "whole_path",
    "consumption",
    "dashboard",
    "desk",
    "real_input",
    "api_latency",
    "clients",
    "load",
    "baseline",
    "refit",
    "alerts",
    "rules",
    "fault_table",
    "four_weeks",
    "lead",
    "yearly_statistics",
    "segmentation",
    "fleet_year",
    "district_case",
)


def main() -> int:
    """Run each as a program of its own, so that none works in the leavings of another."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--full", action="store_true", help="full size")
    size = ["--full"] if parser.parse_args().full else []
    failed = []
    for name in BENCHES:
        command = [sys.executable, "-m", f"bench.{name}", *size]
        began_s = time.monotonic()
        if subprocess.run(command, cwd=Path(__file__).parents[1], check=False).returncode:  # noqa: S603 - our own programs
            failed.append(name)
        print(f"bench: {name} took {time.monotonic() - began_s:.0f} s", file=sys.stderr)
    if failed:
        print(f"bench: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
