"""Logins of the database for dashboards of other programs, each bound to a person's scope."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import Connection
from psycopg.errors import DuplicateObject, InsufficientPrivilege
from psycopg.rows import class_row
from psycopg.sql import SQL, Identifier, Literal

from domain.errors import ConfigurationError, InputError
from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class DashboardLogin:
    """A login of the database, and until when it sees what the person of that login may see."""

    login: str
    person: str
    expires_at: datetime | None
    bound_at: datetime


def make_login(
    conn: Connection, login: str, *, person: str, password: str, lasts: timedelta | None
) -> None:
    """Make a login that reads the schema `dashboard` within a person's scope, and nothing else.

    Parameters
    ----------
    conn : Connection
        Of a login that may create roles, as `civicwatt migrate` has; inside a transaction.
    lasts : timedelta or None
        After this it sees nothing more; None for no end.

    Raises
    ------
    InputError
        If there is no such person, or a role of that name already.
    ConfigurationError
        If the connection may not create roles.
    """
    # Only the verifier leaves this process: statements may be logged.
    verifier = conn.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
    names = {"login": Identifier(login), "verifier": Literal(verifier.decode())}
    try:
        for step in ("make", "bound_reads", "bound_time", "let_read"):
            conn.execute(SQL(sql("dashboard", step)).format(**names))
    except DuplicateObject:
        raise InputError("there is a role of the database with this name", place=login) from None
    except InsufficientPrivilege as why:
        raise _may_not(why) from None
    row = {"login": login, "person": person, "lasts": lasts}
    if conn.execute(sql("dashboard", "bind"), row).rowcount == 0:
        raise InputError("there is no such person", place=person)


def end_login(conn: Connection, login: str) -> None:
    """Take a login of dashboards away, with its binding.

    Raises
    ------
    InputError
        If no login of dashboards has this name: no other role is ever dropped.
    ConfigurationError
        If the connection may not drop roles.
    """
    if conn.execute(sql("dashboard", "unbind"), {"login": login}).rowcount == 0:
        raise InputError("there is no login of dashboards with this name", place=login)
    if one_row(conn, sql("dashboard", "is_there"), {"login": login})[0]:
        try:
            conn.execute(SQL(sql("dashboard", "drop")).format(login=Identifier(login)))
        except InsufficientPrivilege as why:
            raise _may_not(why) from None


def logins(conn: Connection) -> list[DashboardLogin]:
    """All of them, by name."""
    with conn.cursor(row_factory=class_row(DashboardLogin)) as cursor:
        return cursor.execute(sql("dashboard", "all")).fetchall()


def _may_not(why: InsufficientPrivilege) -> ConfigurationError:
    return ConfigurationError(
        f"{str(why).splitlines()[0]}: want the CIVICWATT_DATABASE_URL of `civicwatt migrate`, "
        "which may create roles"
    )
