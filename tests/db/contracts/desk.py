"""People of both sides at one client of the API, and what they do with the worked month."""

import secrets
from datetime import timedelta
from typing import Any

import httpx2
from fastapi.testclient import TestClient
from psycopg import Connection

from api.credential import COOKIE, token_hash
from domain.settlement_file import shipped_examples
from store.people.session import begin
from tests.db.conftest import V1

OFFICE = shipped_examples()["office_july.toml"]
"""The worked month of docs/settlement.md."""
CLINIC = shipped_examples()["clinic_year.toml"].replace(
    "[contract]\n", '[contract]\nsigning = "approvals"\n', 1
)
"""The worked year of docs/settlement.md, signed without keys."""
JULY = {"month": "2026-07", "text": OFFICE}


class Desk:
    """Each person has a session of their own; every request is somebody's."""

    def __init__(self, client: TestClient, conn: Connection) -> None:
        self._client, self._conn = client, conn
        self._tokens: dict[str, str] = {}

    def ask(self, login: str, method: str, path: str, **more: Any) -> httpx2.Response:
        """A person's request, whatever the answer."""
        token = self._tokens.get(login) or self._sign_in(login)
        headers = {"Cookie": f"{COOKIE}={token}", "X-CSRF-Token": login, **more.pop("headers", {})}
        return self._client.request(method, f"{V1}/{path}", headers=headers, **more)

    def get(self, login: str, path: str, /, **query: Any) -> Any:
        """What a person reads."""
        answer = self.ask(login, "GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, login: str, path: str, /, **body: Any) -> Any:
        """What a person does."""
        answer = self.ask(login, "POST", path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def refused(self, login: str, path: str, /, **body: Any) -> tuple[int, str]:
        """Status and code with which a person is refused."""
        answer = self.ask(login, "POST", path, json=body)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["code"]

    def enter(self, text: str = OFFICE) -> int:
        """The manager enters a contract, and the engineer and the director act for the provider."""
        entered = self.post("manager", "contracts", organisation="school", text=text)
        contract = int(entered["id"])
        for login in ("engineer", "director"):
            self.post("manager", f"contracts/{contract}/people", login=login, party="provider")
        return contract

    def agree(self, text: str = OFFICE) -> int:
        """A contract whose terms are in force."""
        contract = self.enter(text)
        self.post(
            "accountant", f"contracts/{contract}/versions/1/verdict",
            verdict="checked", reason="held against the paper",
        )  # fmt: skip
        return contract

    def draft(self, contract: int, login: str = "engineer", **other: Any) -> Any:
        """The worked month as a draft."""
        return self.post(login, f"contracts/{contract}/statements", **(JULY | other))

    def act(self, login: str, statement: int, act: str, **more: Any) -> Any:
        """Something done to a statement."""
        return self.post(login, f"statements/{statement}/acts", act=act, **more)

    def signed(self, statement: int) -> Any:
        """A draft checked by the director and signed by the manager and the engineer."""
        shown = self.act("director", statement, "check")
        for login in ("manager", "engineer"):
            shown = self.act(login, statement, "sign", sha256=shown["sha256"])
        return shown

    def _sign_in(self, login: str) -> str:
        """Begin a session without the password, which takes long on purpose."""
        token = secrets.token_urlsafe()
        person = "SELECT person_id FROM person WHERE login = %s"
        row = self._conn.execute(person, [login]).fetchone()
        assert row is not None
        day = timedelta(days=1)
        begin(self._conn, row[0], token_hash=token_hash(token), csrf=login, idle=day, absolute=day)
        self._tokens[login] = token
        return token
