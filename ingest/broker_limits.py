"""How long an absence of the collectors a Mosquitto's queue outlasts, by its limits. Pure.

Mosquitto drops what its queue does not hold, and acknowledges it all the same (mosquitto issue
3687): the queue must be sized for the rate of messages and the outage that is to be survived.
"""

from dataclasses import dataclass
from math import inf

MESSAGE_OVERHEAD_BYTES = 250
"""What a queued message takes beside its payload: topic and Mosquitto's own records. [bytes]"""


@dataclass(frozen=True, slots=True)
class BrokerLimits:
    """Limits of one client's queue.

    Attributes
    ----------
    queued_messages, queued_bytes : float
        Most messages, and most bytes; infinite without a limit.
    inflight_messages : float
        Most messages on their way to a client and not acknowledged.
    """

    queued_messages: float
    queued_bytes: float
    inflight_messages: float

    @classmethod
    def parse(cls, text: str) -> "BrokerLimits":
        """Read a configuration of Mosquitto; what it does not say has Mosquitto's default."""
        said = dict(
            line.split(maxsplit=1)
            for line in map(str.strip, text.splitlines())
            if line and not line.startswith("#") and " " in line
        )

        def limit(name: str, default: int) -> float:
            return float(said.get(name, default))

        return cls(
            limit("max_queued_messages", 1000),  # 0 is no promise either: some versions drop
            limit("max_queued_bytes", 0) or inf,
            limit("max_inflight_messages", 20),
        )

    def outage_s(self, rate: float, payload_bytes: float) -> float:
        """How long messages are kept for an absent collector.

        Parameters
        ----------
        rate : float
            Messages. [1/s]
        payload_bytes : float
            Mean length of a message's payload. [bytes]

        Returns
        -------
        float
            [s]
        """
        if not rate:
            return inf
        by_bytes = self.queued_bytes / (payload_bytes + MESSAGE_OVERHEAD_BYTES)
        return min(self.queued_messages, by_bytes) / rate
