"""What a message costs, from ten devices to twenty thousand.

``python -m bench.devices [--full]``. Live messages at one steady rate, whoever sends them; the
more devices, the fewer each. Before they count every device has spoken some times, so that all are
known, with a clock and a row of newest values.
"""

import sys
import time
from collections.abc import Sequence
from statistics import median
from threading import Thread

import psycopg

from bench import telemetry
from bench.collecting import Collected, Sight, between, look
from bench.live import speak
from bench.product import running_collector
from bench.result import CheckError, Result
from bench.servers import database_server, described, migrated_database, own_broker
from civicwatt.child import Child

RUNS = 1
RUNS_FULL = 5
COUNTS = (10, 100, 1000, 5000, 20_000)
RATE = 5000.0
"""Messages a second. [1/s]"""
SECONDS = 8.0
WARM_UP_ROUNDS = 4
LEAST_WARM_UP_S = 3.0
MOST = 1.2
"""Times the cost with the fewest devices that a message may cost with the most. [1]"""
_NAME = "devices"


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and say by the exit code whether it is flat.

    The ratio is to the cost with the fewest devices.
    """
    turns = RUNS_FULL if "--full" in arguments else RUNS
    with database_server() as server:
        runs = [{devices: _run(server, devices) for devices in COUNTS} for _ in range(turns)]
        conditions = described(server) | {"wanted_rate": RATE, "seconds": SECONDS, "runs": turns}
    fewest = _cost(runs, COUNTS[0])
    for devices in COUNTS:
        cost = _cost(runs, devices)
        parts = {
            "devices": devices,
            "collector_us": round(median(run[devices].collector_us for run in runs), 2),
            "database_us": round(median(run[devices].database_us for run in runs), 2),
            "kept_rate": round(median(run[devices].rate for run in runs)),
        }
        peer = f"{COUNTS[0]} devices"
        name = f"cost_with_{devices}_devices"
        Result(name, cost, "us/message", conditions | parts, peer, cost / fewest).print()
    growth = _cost(runs, COUNTS[-1]) / fewest
    if growth > MOST:
        print(f"bench.devices: {growth:.2f} times with {COUNTS[-1]}, want {MOST}", file=sys.stderr)
    return 1 if growth > MOST else 0


def _cost(runs: Sequence[dict[int, Collected]], devices: int) -> float:
    """Processor time of the collector and of its database process. [us per message]."""
    return median(run[devices].collector_us + run[devices].database_us for run in runs)


def _run(server: str, devices: int) -> Collected:
    warm_up_s = max(LEAST_WARM_UP_S, WARM_UP_ROUNDS * devices / RATE)
    with own_broker() as broker, migrated_database(server) as database:
        telemetry.register(database, devices)
        meters = Thread(
            target=speak,
            args=(broker,),
            kwargs={"rate": RATE, "seconds": warm_up_s + SECONDS + 1.0, "devices": devices},
        )
        with (
            running_collector(database, broker, _NAME) as child,
            psycopg.connect(database, autocommit=True) as conn,
        ):
            meters.start()
            time.sleep(warm_up_s)
            first = _look(conn, child)
            time.sleep(SECONDS)
            last = _look(conn, child)
            meters.join()
    return between(first, last)


def _look(conn: psycopg.Connection, child: Child) -> Sight:
    sight = look(conn, child, _NAME)
    if sight is None:
        raise CheckError("the collector has written nothing")
    return sight


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
