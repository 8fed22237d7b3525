"""Faults on the way from a device to the broker. Each happens once, somewhere."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random
from types import MappingProxyType

from device_sim.faults.poison import poisons
from device_sim.faults.stream import Dispatch, Messages

WayFault = Callable[[Messages, Random], list[Dispatch]]


def resent(messages: Messages, random: Random) -> list[Dispatch]:
    """Some messages come again, minutes to days later."""
    cut, end = _stretch(messages, random, 20)
    later = timedelta(minutes=random.choice((1, 10, 60, 1440, 4320)))
    again = [replace(one, send_at=one.send_at + later) for one in messages[cut:end]]
    return _in_order([*messages, *again])


def out_of_order(messages: Messages, random: Random) -> list[Dispatch]:
    """Some messages overtake each other."""
    cut, end = _stretch(messages, random, 30)
    instants = [one.send_at for one in messages[cut:end]]
    random.shuffle(instants)
    mixed = [replace(one, send_at=at) for one, at in zip(messages[cut:end], instants, strict=True)]
    return _in_order([*messages[:cut], *mixed, *messages[end:]])


def lost(messages: Messages, random: Random) -> list[Dispatch]:
    """Some messages never come."""
    cut, end = _stretch(messages, random, 4)
    return [*messages[:cut], *messages[end:]]


def filled_later(messages: Messages, random: Random) -> list[Dispatch]:
    """Some messages come only after those that followed them."""
    cut, end = _stretch(messages, random, 4)
    back = messages[min(len(messages) - 1, end + 20)].send_at
    late = [replace(one, send_at=max(one.send_at, back)) for one in messages[cut:end]]
    return _in_order([*messages[:cut], *messages[end:], *late])


def retained(messages: Messages, random: Random) -> list[Dispatch]:
    """The broker keeps a copy, and shows it to whoever comes anew."""
    hit = random.randrange(len(messages))
    kept = replace(messages[hit], sent=replace(messages[hit].sent, retain=True))
    return [*messages[:hit], kept, *messages[hit + 1 :]]


def poison(messages: Messages, random: Random) -> list[Dispatch]:
    """A message comes once more, broken on the way."""
    hit = random.randrange(len(messages))
    one = messages[hit]
    payload = random.choice(poisons(one.sent.payload))(one.sent.payload)
    broken = Dispatch(one.send_at, replace(one.sent, payload=payload, said=()), broken=True)
    return [*messages[: hit + 1], broken, *messages[hit + 1 :]]


WAY_FAULTS: Mapping[str, WayFault] = MappingProxyType(
    {
        fault.__name__: fault
        for fault in (resent, out_of_order, lost, filled_later, retained, poison)
    }
)


def _stretch(messages: Messages, random: Random, longest: int) -> tuple[int, int]:
    cut = random.randrange(len(messages))
    return cut, min(len(messages), cut + random.randint(1, longest))


def _in_order(messages: list[Dispatch]) -> list[Dispatch]:
    return sorted(messages, key=lambda one: one.send_at)
