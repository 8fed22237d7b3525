"""Holds charges against the meters of our own piles, where either has news."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from psycopg import Connection

from analytics.fleet.pile_match import Match, Metered, Pile, Plugged, matches
from analytics.jobs.use_suspicions import suspect
from domain.epoch import from_us, to_us
from store.pile import (
    MatchRow,
    PileRow,
    PlugRow,
    matches_between,
    metered,
    note_run,
    piles,
    plugs,
    replace_matches,
    span_to_match,
)

log = logging.getLogger(__name__)

_DAY = timedelta(days=1)
_LONGEST = 3 * _DAY
"""Longer no car is plugged in at once, but for those that stand a holiday long."""


def match_charges(conn: Connection, *, now: datetime) -> int:
    """Match charges to piles over the span of what is new; gives how many matches changed.

    Parameters
    ----------
    conn : Connection
        In autocommit mode; all is one transaction.
    """
    with conn.transaction():
        span = span_to_match(conn)
        changed: list[MatchRow] = []
        if span is not None:
            changed = _match(conn, span[0] - _LONGEST, span[1] + _DAY, now=now)
        note_run(conn, now=now)
        for vehicle_id in sorted({row.vehicle_id for row in changed}):
            own = [row.start_at for row in changed if row.vehicle_id == vehicle_id]
            suspect(conn, vehicle_id, min(own) - _DAY, max(own) + _LONGEST, now=now)
    if changed:
        log.info("%d charges matched to piles otherwise", len(changed))
    return len(changed)


def _match(conn: Connection, first: datetime, end: datetime, *, now: datetime) -> list[MatchRow]:
    """Make the matches of charges that begin in [first, end) the current ones; what changed."""
    own = piles(conn)
    counted = metered(conn, [pile.id for pile in own], first, end + _LONGEST)
    found = matches(_plugged(plugs(conn, first, end)), _piles(own, counted))
    anew = {(row.vehicle_id, row.segment_id): row for row in map(_row, found)}
    then = {(row.vehicle_id, row.segment_id): row for row in matches_between(conn, first, end)}
    gone = [row for key, row in then.items() if anew.get(key) != row]
    added = [row for key, row in anew.items() if then.get(key) != row]
    replace_matches(conn, gone, added, now=now)
    return gone + added


def _plugged(rows: Sequence[PlugRow]) -> list[Plugged]:
    return [
        Plugged(
            row.vehicle_id,
            row.segment_id,
            to_us(row.start_at),
            to_us(row.end_at),
            row.kwh,
            _place(row.latitude_deg, row.longitude_deg),
        )
        for row in rows
    ]


def _piles(
    own: Sequence[PileRow], counted: Sequence[tuple[int, datetime, datetime, float]]
) -> list[Pile]:
    of_pile: dict[int, list[Metered]] = {pile.id: [] for pile in own}
    for pile_id, start, end, kwh in counted:
        of_pile[pile_id].append(Metered(to_us(start), to_us(end), kwh))
    return [
        Pile(pile.id, _place(pile.latitude_deg, pile.longitude_deg), of_pile[pile.id])
        for pile in own
    ]


def _place(latitude: float | None, longitude: float | None) -> tuple[float, float] | None:
    return None if latitude is None or longitude is None else (latitude, longitude)


def _row(found: Match) -> MatchRow:
    return MatchRow(
        found.charge.vehicle_id,
        found.charge.segment_id,
        found.pile_id,
        from_us(found.charge.start),
        found.grid_kwh,
        found.loss,
        found.away_m,
        list(found.how),
    )
