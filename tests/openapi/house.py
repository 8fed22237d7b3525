"""A running server over a history, people of every role in front of it, and what they may name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import requests
from psycopg import Connection, sql

from api.key_permission import PERMISSIONS
from store.people.person import add_person, grant
from tests.password import PASSWORD, PASSWORD_HASH

ROLES = (
    "bureau", "institution_administrator", "operator", "contractor", "auditor",
    "system_administrator", "security_administrator", "audit_administrator",
)  # fmt: skip
NOBODY, MACHINE = "nobody", "machine"
ASKERS = (*ROLES, MACHINE, NOBODY)
_MOST = 12
_PLACES = {"building", "building_id", "organisation", "place", "institution", "desk_id"}
_BY_CODE = {"meters": "meter", "organisations": "organisation", "factors": "factor_set"}
_COLUMNS = """
SELECT a.attname, c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
   AND NOT a.attisdropped AND a.attname LIKE '%\\_id' AND c.relname !~ '^(procrastinate|_)'
 ORDER BY length(c.relname) DESC, 2
"""
_AS_NEW = """
UPDATE person SET active = true, must_change = false, password_hash = %s, password_set_at = now(),
                  locked_until = NULL, failed_sign_ins = 0 WHERE login = %s
"""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and the headers that show it; none for nobody."""

    name: str
    headers: dict[str, str]


@dataclass
class House:
    """A server and the database behind it.

    Attributes
    ----------
    conn : Connection
        A superuser's.
    today : date
        Last day of its history.
    """

    url: str
    conn: Connection
    now: datetime

    def asker(self, name: str) -> Asker:
        """Somebody of a role over the whole house, a machine, or nobody."""
        if name == NOBODY:
            return Asker(name, {})
        if name == MACHINE:
            return Asker(name, {"Authorization": f"Bearer {self._new_key()}"})
        add_person(self.conn, login=name, name=name, password_hash="")
        grant(self.conn, login=name, role=name, organisation=self._top[1])
        # An earlier asker may have closed the account, which was theirs to do.
        self.conn.execute(_AS_NEW, [PASSWORD_HASH, name])
        answer = requests.post(
            f"{self.url}/api/v1/session", json={"login": name, "password": PASSWORD}, timeout=60
        )
        assert answer.status_code == 200, answer.text
        cookie = "; ".join(f"{each}={value}" for each, value in answer.cookies.items())
        return Asker(name, {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf"]})

    def there(self, path: str, name: str) -> Sequence[object]:
        """What a parameter or a value of a body may be of what there is; empty: nobody knows."""
        if name in self._times:
            return self._times[name]
        if name == "code":
            return self._values.get((_BY_CODE.get(path.split("/")[3], ""), "code"), ())
        column = "organisation_id" if name in _PLACES else name
        for each in (column, f"{column}_id"):
            if table := self._tables.get(each):
                return self._values[table, each]
        return ()

    def _new_key(self) -> str:
        watcher = self.asker("security_administrator")
        ends = datetime.now(UTC) + timedelta(days=1)
        new = {
            "name": MACHINE, "role": "institution_administrator", "may": PERMISSIONS,
            "organisation_id": self._top[0], "expires_at": ends.isoformat(),
        }  # fmt: skip
        url = f"{self.url}/api/v1/keys"
        answer = requests.post(url, json=new, headers=watcher.headers, timeout=60)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["secret"])

    @cached_property
    def _top(self) -> tuple[int, str]:
        query = "SELECT organisation_id, code FROM organisation_now WHERE parent_id IS NULL"
        return self.conn.execute(query).fetchall()[0]

    @cached_property
    def _times(self) -> dict[str, list[object]]:
        begin, end = self.now - timedelta(days=5), self.now - timedelta(days=1)
        first_day, end_day = begin.date().isoformat(), end.date().isoformat()
        months = [f"{begin:%Y-%m}-01", f"{begin:%Y-%m}"]
        return {
            "from": [begin.isoformat()], "first": [begin.isoformat()],
            "to": [end.isoformat()], "end": [end.isoformat()],
            "first_day": [first_day], "end_day": [end_day], "day": [first_day],
            "month": months, "first_month": months, "last_month": months,
            "year": [self.now.year - 1, self.now.year],
        }  # fmt: skip

    @cached_property
    def _tables(self) -> dict[str, str]:
        """The table with the shortest name that has a column."""
        return dict(self.conn.execute(_COLUMNS).fetchall())

    @cached_property
    def _values(self) -> dict[tuple[str, str], list[object]]:
        wanted = {(table, column) for column, table in self._tables.items()}
        wanted |= {(table, "code") for table in _BY_CODE.values()}
        query = sql.SQL("SELECT DISTINCT {0} FROM {1} WHERE {0} IS NOT NULL ORDER BY 1 LIMIT {2}")
        return {
            (table, column): [
                row[0]
                for row in self.conn.execute(
                    query.format(sql.Identifier(column), sql.Identifier(table), _MOST)
                )
            ]
            for table, column in wanted
        }
