"""Entering meters, and giving them other names; where they hang later is a move."""

from dataclasses import asdict, dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.errors import InsufficientPrivilege, UniqueViolation

from domain.errors import MeterTreeError
from domain.sentence import Sentence
from store.meters.meter_tree import refusals
from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class NewMeter:
    """A meter with its first position, from `since` on or for always.

    Attributes
    ----------
    quantity : str
        The register that counts it, a name of ``quantities.csv``.
    item : str
        Sub-item slug, or empty.
    """

    code: str
    medium: str
    quantity: str
    item: str
    name_zh: str
    name_en: str
    place_id: int
    parent_id: int | None
    role: str
    since: datetime | None


def enter_meter(conn: Connection, new: NewMeter) -> int:
    """Enter a meter; returns its id.

    Raises
    ------
    MeterTreeError
        If its code is taken, the tree would not be one, or the place or the meter above is not the
        person's to change. Nothing is entered then.
    """
    try:
        with refusals(), conn.transaction():
            return int(one_row(conn, sql("meter_entry", "enter"), asdict(new))[0])
    except UniqueViolation:
        reason = Sentence("meter_exists", "there is a meter {meter}", meter=new.code)
        raise MeterTreeError(reason) from None
    except InsufficientPrivilege:
        template = "the place or the meter above {meter} is not yours to change"
        raise MeterTreeError(Sentence("meter_not_yours", template, meter=new.code)) from None


def rename_meter(conn: Connection, meter_id: int, *, item: str, name_zh: str, name_en: str) -> bool:
    """Give a meter other names and another sub-item; False when the person may not."""
    arguments = {"meter_id": meter_id, "item": item, "name_zh": name_zh, "name_en": name_en}
    return conn.execute(sql("meter_entry", "rename"), arguments).rowcount == 1
