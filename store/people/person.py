"""People and what they may see, as the command line administers them."""

from psycopg import Connection
from psycopg.errors import CheckViolation

from domain.errors import ConfigurationError
from store.queries import sql


def add_person(
    conn: Connection, *, login: str, name: str, password_hash: str, lang: str = "zh-CN"
) -> bool:
    """Add a person who may sign in and see nothing yet.

    Returns
    -------
    bool
        False when the login is taken; nothing is changed then.
    """
    row = {"login": login, "name": name, "password_hash": password_hash, "lang": lang}
    return conn.execute(sql("person", "add"), row).rowcount == 1


def set_password(conn: Connection, *, login: str, password_hash: str) -> None:
    """Give a person a new password and lift a lock.

    Raises
    ------
    ConfigurationError
        If there is no such person.
    """
    row = {"login": login, "password_hash": password_hash}
    if conn.execute(sql("person", "set_password"), row).rowcount == 0:
        raise ConfigurationError(f"there is no person with the login {login!r}")


def grant(conn: Connection, *, login: str, role: str, organisation: str) -> None:
    """Let a person act in a role on an organisation and everything below it.

    Raises
    ------
    ConfigurationError
        If there is no such role, person or organisation, or the role is kept apart from another
        of theirs.
    """
    roles = [name for name, _ in conn.execute(sql("person", "roles"))]
    if role not in roles:
        raise ConfigurationError(f"there is no role {role!r}; there are {', '.join(roles)}")
    row = {"login": login, "role": role, "organisation": organisation}
    try:
        conn.execute(sql("person", "grant_organisation"), row)
    except CheckViolation as error:
        raise ConfigurationError(error.diag.message_primary or str(error)) from error
    if conn.execute(sql("person", "has_grant"), row).fetchone() != (True,):
        raise ConfigurationError(
            f"there is no person {login!r} or no organisation {organisation!r}"
        )
