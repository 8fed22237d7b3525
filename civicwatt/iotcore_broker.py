"""The process of the demo's own broker: rumqttd from the wheel `iotcore`, around its faults.

Its payload limit of 20,480 bytes drops the publisher of a larger message, and 100 messages in
flight make a collector that acknowledges by the batch wait for its timer. Both are set here. What
cannot be set is in `docs/decisions/0002-embedded-broker.md`.
"""

import logging
import sys

from iotcore import IotCoreBroker

from civicwatt.loopback import HOST

MAX_PAYLOAD_BYTES = 2_000_000
MAX_IN_FLIGHT = 4_000


def main() -> None:
    """Listen on the port of 127.0.0.1 that is the first argument, until ended by a signal."""
    # rumqttd writes its tracing of every packet as errors; its own failures are raised.
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    IotCoreBroker(
        listen=HOST,
        port=int(sys.argv[1]),
        max_payload_size=MAX_PAYLOAD_BYTES,
        max_inflight_count=MAX_IN_FLIGHT,
    ).run_forever()


if __name__ == "__main__":
    main()
