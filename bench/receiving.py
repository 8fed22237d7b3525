"""The link alone: queued messages taken and acknowledged, nothing done with them."""

import time
from dataclasses import dataclass

from bench.result import CheckError
from domain.broker_url import BrokerUrl
from ingest.codecs.native import Native
from ingest.collector import BATCH_MESSAGES
from ingest.link import Link

_PATIENCE_S = 300.0


@dataclass(frozen=True, slots=True)
class Received:
    """What a link took.

    Attributes
    ----------
    rate : float
        Messages taken and acknowledged. [1/s]
    link_us : float
        Processor time of the link. [us per message]
    """

    rate: float
    link_us: float


def empty_session(kind: type[Link], broker: str, client_id: str, messages: int) -> Received:
    """Take what a session has waiting, in batches as the collector does.

    Raises
    ------
    CheckError
        If something is missing.
    """
    link = kind(BrokerUrl.parse(broker), client_id=client_id, filters=Native.filters)
    began, began_cpu = time.perf_counter(), time.process_time()
    link.open()
    taken = 0
    while taken < messages:
        batch = link.receive(at_most=BATCH_MESSAGES, timeout_s=1.0)
        link.acknowledge(batch)
        taken += len(batch)
        if time.perf_counter() > began + _PATIENCE_S:
            raise CheckError(f"{kind.__name__} took {taken} messages of {messages}")
    cpu_s = time.process_time() - began_cpu
    elapsed_s = time.perf_counter() - began
    link.close()
    return Received(taken / elapsed_s, 1e6 * cpu_s / taken)
