"""Memory of the collector over many messages.

``python -m bench.memory [--full]``. They are published in portions, each when the one before is
stored, so that the broker's queue stays short. After the first fifth, memory must stay flat.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice

from bench import telemetry
from bench.flood import Flood
from bench.process import resident_bytes
from bench.product import running_collector
from bench.result import Result
from bench.servers import database_server, described, migrated_database, own_broker

MESSAGES = 300_000
MESSAGES_FULL = 5_000_000
PORTIONS = 30
WARM_UP = 6
"""Portions after which memory is taken to have found its size."""
DEVICES = 2000
MOST = 1.2
"""Times what it was after the warm-up. [1]"""
_MEGABYTE = 1e6


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and say by the exit code whether it is flat."""
    count = MESSAGES_FULL if "--full" in arguments else MESSAGES
    with database_server() as server:
        sizes = _sizes(server, count)
        conditions = described(server) | {
            "messages": count,
            "warm_up_messages": WARM_UP * count // PORTIONS,
            "devices": DEVICES,
            "most_ratio": MOST,
            "megabytes": [round(size / _MEGABYTE, 1) for size in sizes],
        }
    growth = max(sizes[WARM_UP:]) / sizes[WARM_UP - 1]
    peer = "itself after the warm-up"
    result = Result("collector_memory", sizes[-1] / _MEGABYTE, "MB", conditions, peer, growth)
    result.print()
    if growth > MOST:
        print(f"memory: grew {growth:.2f} times, want at most {MOST}", file=sys.stderr)
    return int(growth > MOST)


def _sizes(server: str, count: int) -> list[int]:
    """Memory of a collector after each portion. [bytes]."""
    sizes = []
    sent = telemetry.messages(count, datetime.now(UTC), devices=DEVICES)
    with own_broker() as broker, migrated_database(server) as database:
        telemetry.register(database, DEVICES)
        with running_collector(database, broker, "memory") as child:
            for portion in range(1, PORTIONS + 1):
                with Flood(broker, "bench-meters") as flood:
                    flood.send(islice(sent, count // PORTIONS))
                telemetry.wait_until_received(database, portion * (count // PORTIONS))
                sizes.append(resident_bytes(child.process.pid))
    return sizes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
