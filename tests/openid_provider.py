"""An OpenID provider on this machine, which keeps to the rules, or breaks the one a test names."""

import json
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT_ID = "civicwatt"
SECRET = "of a test: nothing+but a test"
Claims = dict[str, Any]


def new_key(name: str) -> RSAKey:
    """A key by which tokens are signed."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


@dataclass(slots=True)
class OpenIdProvider:
    """What it knows, and how it answers.

    Attributes
    ----------
    subject, login : str
        Who is signed in at its page.
    claims : callable
        Changes what a token says.
    sign : callable or None
        Makes the token, in place of the key.
    silent : bool
        It answers nothing but errors.
    asked : list of str
        Paths, in order.
    """

    key: RSAKey
    url: str = ""
    subject: str = "subject-of-school"
    login: str = "school"
    claims: Callable[[Claims], Claims] = lambda told: told
    sign: Callable[[Claims], str] | None = None
    document: dict[str, Any] = field(default_factory=dict)
    silent: bool = False
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def approve(self, address: str) -> str:
        """Where its page sends a browser back to that it was sent to by `address`."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.url}/authorize"
        wanted = {name: value for name, [value] in parse_qs(parts.query).items()}
        assert wanted["response_type"] == "code"
        assert wanted["client_id"] == CLIENT_ID
        assert wanted["code_challenge_method"] == "S256"
        assert "openid" in wanted["scope"].split()
        assert len(wanted["state"]) >= 32
        code = secrets.token_urlsafe()
        self.codes[code] = wanted
        return f"{wanted['redirect_uri']}?{urlencode({'code': code, 'state': wanted['state']})}"

    def redeem(self, form: dict[str, str], shown: str) -> tuple[int, dict[str, Any]]:
        """Answer of its token endpoint; a code counts once."""
        name, _, secret = b64decode(shown.removeprefix("Basic ")).decode().partition(":")
        if (name, unquote_plus(secret)) != (CLIENT_ID, SECRET):
            return 401, {"error": "invalid_client"}
        wanted = self.codes.pop(form["code"], None)
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest())
        if (
            wanted is None
            or wanted["redirect_uri"] != form["redirect_uri"]
            or wanted["code_challenge"] != challenge.rstrip(b"=").decode()
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = self.claims({
            "iss": self.url, "aud": CLIENT_ID, "sub": self.subject, "nonce": wanted["nonce"],
            "iat": now, "exp": now + 300, "preferred_username": self.login,
        })  # fmt: skip
        token = (self.sign or self.signed)(claims)
        return 200, {"access_token": "-", "token_type": "Bearer", "id_token": token}

    def signed(self, claims: Claims) -> str:
        """A token by its key."""
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def told(self, path: str) -> dict[str, Any]:
        """What it says of itself."""
        if path == "/keys":
            return dict(KeySet([self.key]).as_dict(private=False))
        return {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys",
        } | self.document  # fmt: skip


@contextmanager
def openid_provider(key: RSAKey) -> Iterator[OpenIdProvider]:
    """Serve until the block ends."""
    kept = OpenIdProvider(key)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            kept.asked.append(path)
            if path == "/authorize":
                self.send_response(303)
                self.send_header("Location", kept.approve(kept.url + self.path))
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._say(503 if kept.silent else 200, kept.told(path))

        def do_POST(self) -> None:
            kept.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: value for name, [value] in parse_qs(body).items()}
            self._say(*kept.redeem(form, self.headers["Authorization"]))

        def _say(self, status: int, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
