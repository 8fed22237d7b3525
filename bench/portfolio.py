"""A portfolio of 1,000 meters in a fresh database, with truth that is easy to know."""

from pathlib import Path

import psycopg

from api.password import hash_password
from store.become import Role, become
from store.maintenance import compress_old_chunks, refresh_hourly
from store.people.person import add_person, grant

METERS = 1000
INSTITUTIONS = 20
PASSWORD = "correct horse battery"  # noqa: S105 - of a database that is dropped afterwards
PEOPLE = {"bureau": "bureau", "institution": "institution-7"}
"""Login of a person, and the organisation they may see."""
_SEED = Path(__file__).with_suffix(".sql")


def seed(url: str, *, days: int, charted: int) -> None:
    """Fill a migrated database, and let maintenance do its work once.

    Parameters
    ----------
    days : int
        Days of quarter hours that every meter has.
    charted : int
        Meters that have a year of them.
    """
    with psycopg.connect(url, autocommit=True) as conn:
        for name, value in (("days", days), ("charted", charted)):
            conn.execute("SELECT set_config(%s, %s, false)", [f"portfolio.{name}", str(value)])
        conn.execute(_SEED.read_bytes())
        for login, organisation in PEOPLE.items():
            add_person(conn, login=login, name=login, password_hash=hash_password(PASSWORD))
            grant(conn, login=login, role="bureau", organisation=organisation)
        become(conn, Role.WORK)
        compress_old_chunks(conn)
        refresh_hourly(conn)
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE")


def quarter_kwh(meter_code: str) -> float:
    """What a meter uses in every quarter of an hour. [kWh]."""
    return 1.0 + int(meter_code[1:]) % 10
