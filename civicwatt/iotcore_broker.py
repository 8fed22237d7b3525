"""The process of the demo's own broker: rumqttd from the wheel `iotcore`, around its faults.

By itself it listens to the whole network, and drops the publisher of a message above 20,480 bytes.
Both are set here. What cannot be set is in `docs/decisions/0002-embedded-broker.md`.
"""

import logging
import sys

from iotcore import IotCoreBroker

from civicwatt.loopback import HOST

MAX_PAYLOAD_BYTES = 2_000_000


def main() -> None:
    """Listen on the port of 127.0.0.1 that is the first argument, until ended by a signal."""
    # rumqttd writes its tracing of every packet as errors; its own failures are raised.
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    port = int(sys.argv[1])
    IotCoreBroker(listen=HOST, port=port, max_payload_size=MAX_PAYLOAD_BYTES).run_forever()


if __name__ == "__main__":
    main()
