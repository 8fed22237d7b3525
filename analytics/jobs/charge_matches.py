"""Holds charges against the meters of our own piles, where either has news."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from psycopg import Connection

from analytics.fleet.pile_match import Key, Match, Metered, Pile, Plugged, Seen
from analytics.fleet.pile_vicinity import Vicinity
from analytics.jobs.use_suspicions import suspect
from domain.epoch import from_us, to_us
from store.fleet.pile import (
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
from store.fleet.vehicle_segment import emptied_until

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
            changed = _match(conn, span[0] - _DAY, span[1] + _DAY, now=now)
        note_run(conn, now=now)
        for vehicle_id in sorted({row.vehicle_id for row in changed}):
            own = [row.start_at for row in changed if row.vehicle_id == vehicle_id]
            suspect(conn, vehicle_id, min(own) - _DAY, max(own) + _LONGEST, now=now)
    if changed:
        log.info("%d charges matched to piles otherwise", len(changed))
    return len(changed)


def _match(conn: Connection, first: datetime, end: datetime, *, now: datetime) -> list[MatchRow]:
    """Make the matches current after news in [first, end); what changed."""
    margin = _LONGEST
    while (found := _matched_anew(conn, (first, end), margin)) is None:
        margin *= 2
    replace_matches(conn, *found, now=now)
    return found[0] + found[1]


def _matched_anew(
    conn: Connection, news: tuple[datetime, datetime], margin: timedelta
) -> tuple[list[MatchRow], list[MatchRow]] | None:
    """Matches that end and those that begin; None if charges further away may bear on them."""
    first, end = news[0] - margin, news[1] + margin
    rows = plugs(conn, first, end)
    # As far as the charges last, so that each is judged by all that was counted meanwhile.
    begin = min([first, *(row.start_at for row in rows)])
    until = max([end, *(row.end_at for row in rows)])
    own = piles(conn)
    counted = metered(conn, [pile.id for pile in own], begin, until)
    stood = {_key(row): row for row in matches_between(conn, begin, end)}
    vicinity = Vicinity(
        _plugged(rows, _seen(conn, stood)),
        _piles(own, counted),
        (to_us(first), to_us(end)),
        {key: row.pile_id for key, row in stood.items()},
    )
    held = vicinity.held
    anew = {each.charge.key: _row(each) for each in vicinity.matches()}
    then = {key: row for key, row in stood.items() if row.start_at >= first and key not in held}
    gone = [row for key, row in then.items() if anew.get(key) != row]
    added = [row for key, row in anew.items() if then.get(key) != row]
    changed = {_key(row) for row in gone + added}
    return (gone, added) if vicinity.suffices((to_us(news[0]), to_us(news[1])), changed) else None


def _seen(conn: Connection, stood: Mapping[Key, MatchRow]) -> dict[Key, Seen]:
    """What matches say of charges whose places were emptied with the tracks."""
    emptied = emptied_until(conn)
    return {
        key: Seen(row.pile_id, row.away_m, "only_one" in row.how)
        for key, row in stood.items()
        if emptied is not None and row.start_at < emptied
    }


def _key(row: PlugRow | MatchRow) -> Key:
    return row.vehicle_id, row.segment_id


def _plugged(rows: Sequence[PlugRow], seen: Mapping[Key, Seen]) -> list[Plugged]:
    return [
        Plugged(
            row.vehicle_id,
            row.segment_id,
            to_us(row.start_at),
            to_us(row.end_at),
            row.kwh,
            _place(row.latitude_deg, row.longitude_deg),
            seen.get(_key(row)) if row.latitude_deg is None else None,
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
