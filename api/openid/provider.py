"""The OpenID provider of an installation: where it is, what it is asked, and its keys."""

import http.client
import json
import time
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from ipaddress import ip_address, ip_network
from threading import Lock
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from analytics.delivery.exchange import Request
from analytics.jobs.http_page import fetch
from analytics.jobs.outside import OutsideError
from analytics.jobs.post import post
from api.openid.token import Identity, UnknownKeyError, read_token
from api.settings import ApiSettings
from domain.errors import CivicwattError, ConfigurationError, PayloadError

ANSWER = "/api/v1/session/provider/answer"
"""Where the provider sends people back to; it has to be registered there."""
_KEPT_S = 600.0
"""So long is what the provider says of itself taken as it was read. [s]"""
_PATIENCE_S = 2.0
"""So long does a request wait for another one that is asking. [s]"""
_PAUSE_S = 10.0
"""A provider that did not answer is left alone for so long. [s]"""
_ANYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))
"""Its address is the installation's own setting, and mostly a private one."""
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderError(CivicwattError):
    """The provider does not answer, or not as a provider does; the text is for the log."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What the provider says of itself, and until when that is taken for granted (s)."""

    document: dict[str, Any]
    keys: KeySet
    until: float


class Provider:
    """One provider, of one installation.

    Parameters
    ----------
    issuer : str
        Its address and name, just as it says it of itself.
    secret : str
        By which we show it that we are `client_id`.
    login_claim : str
        Claim that holds the login of a person here.
    public_url : str
        The console as people reach it.
    """

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        secret: str,
        login_claim: str,
        name: str,
        public_url: str,
    ) -> None:
        self.issuer, self.client_id, self.name = issuer, client_id, name
        self.redirect = public_url.rstrip("/") + ANSWER
        self.secure = public_url.startswith("https:")
        self._secret, self._login_claim = secret, login_claim
        self._found: _Found | None = None
        self._silent_until = 0.0
        self._lock = Lock()

    def address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where to send a browser, so that whoever sits there signs in.

        Raises
        ------
        ProviderError
        """
        endpoint = self._read().document["authorization_endpoint"]
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self.client_id,
                "redirect_uri": self.redirect,
                "scope": "openid email" if self._login_claim == "email" else "openid profile",
                "state": state,
                "nonce": nonce,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
        )
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}"

    def identity(self, code: str, *, verifier: str, nonce: str, now: datetime) -> Identity:
        """Redeem the code that a browser has brought, and read who it is.

        Raises
        ------
        ProviderError
            If the provider does not answer, or takes the code for nothing.
        TokenError
            If what it says proves nothing.
        """
        token = self._redeem(code, verifier)
        try:
            return self._checked(token, nonce, now)
        except UnknownKeyError:
            self._found = None  # keys are changed from time to time, and at once when one is stolen
            return self._checked(token, nonce, now)

    def want_own(self, told_issuer: str | None) -> None:
        """Refuse an answer that another provider has sent (RFC 9207).

        Raises
        ------
        ProviderError
        """
        told = self._read().document.get("authorization_response_iss_parameter_supported") is True
        if (told or told_issuer is not None) and told_issuer != self.issuer:
            raise ProviderError(f"answer of {told_issuer!r}, want {self.issuer!r}")

    def _checked(self, token: str, nonce: str, now: datetime) -> Identity:
        return read_token(
            token,
            self._read().keys,
            issuer=self.issuer,
            client_id=self.client_id,
            nonce=nonce,
            login_claim=self._login_claim,
            now=now,
        )

    def _redeem(self, code: str, verifier: str) -> str:
        document = self._read().document
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect,
            "code_verifier": verifier,
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        ways = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in ways:
            pair = f"{quote_plus(self.client_id)}:{quote_plus(self._secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self.client_id, "client_secret": self._secret}
        try:
            request = Request(document["token_endpoint"], urlencode(form).encode(), headers)
            answer = post(request, _ANYWHERE)
        except (OSError, http.client.HTTPException, OutsideError) as error:
            raise ProviderError(f"the token endpoint does not answer: {error}") from error
        told = _json(answer.body, "the token endpoint")
        token = told.get("id_token")
        if answer.status != http.client.OK or not isinstance(token, str):
            raise ProviderError(f"no ID token: status {answer.status}, {told.get('error')!r}")
        return token

    def _read(self) -> _Found:
        """What it says of itself; asked by one request at a time, and not again at once."""
        found = self._found
        if found is not None and time.monotonic() < found.until:
            return found
        if not self._lock.acquire(timeout=_PATIENCE_S):
            raise ProviderError(f"{self.issuer} is slow to answer")
        try:
            return self._asked()
        finally:
            self._lock.release()

    def _asked(self) -> _Found:
        found, now = self._found, time.monotonic()
        if found is not None and now < found.until:
            return found  # another request has asked meanwhile
        if now < self._silent_until:
            raise ProviderError(f"{self.issuer} has just not answered")
        try:
            document = self._document()
            keys = _keys(_fetched(document["jwks_uri"]))
        except ProviderError:
            self._silent_until = time.monotonic() + _PAUSE_S
            raise
        self._found = found = _Found(document, keys, time.monotonic() + _KEPT_S)
        return found

    def _document(self) -> dict[str, Any]:
        document = _fetched(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if document.get("issuer") != self.issuer:
            raise ProviderError(f"the issuer is {document.get('issuer')!r}, want {self.issuer!r}")
        for name in _ENDPOINTS:
            address = document.get(name)
            if not isinstance(address, str) or not is_safe(address):
                raise ProviderError(f"{name} is {address!r}, want https://")
        return document


def provider_of(settings: ApiSettings) -> Provider | None:
    """The provider that an installation has, if any.

    Raises
    ------
    ConfigurationError
        If what is set does not go together.
    """
    if not settings.oidc_issuer:
        return None
    for name in ("oidc_issuer", "public_url"):
        if not is_safe(getattr(settings, name)):
            told = f"CIVICWATT_{name.upper()} is {getattr(settings, name)!r}"
            raise ConfigurationError(f"{told}, want https:// (http:// on this machine alone)")
    if not settings.oidc_client_id or settings.oidc_client_secret_file is None:
        wanted = "CIVICWATT_OIDC_CLIENT_ID and CIVICWATT_OIDC_CLIENT_SECRET_FILE"
        raise ConfigurationError(f"CIVICWATT_OIDC_ISSUER wants {wanted} beside it")
    try:
        secret = settings.oidc_client_secret_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"CIVICWATT_OIDC_CLIENT_SECRET_FILE: {error}") from error
    if not secret:
        raise ConfigurationError("CIVICWATT_OIDC_CLIENT_SECRET_FILE is empty")
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        secret=secret,
        login_claim=settings.oidc_login_claim,
        name=settings.oidc_name or str(urlsplit(settings.oidc_issuer).hostname),
        public_url=settings.public_url,
    )


def is_safe(address: str) -> bool:
    """Whether nobody on the way can read along: encrypted, or never leaving this machine."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    if parts.scheme != "http" or not parts.hostname:
        return False
    try:
        return parts.hostname == "localhost" or ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def _fetched(address: str) -> dict[str, Any]:
    try:
        return _json(fetch(address), address)
    except PayloadError as error:
        raise ProviderError(f"{address}: {error}") from error


def _json(body: bytes, what: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProviderError(f"{what} does not answer JSON: {error}") from error
    if not isinstance(found, dict):
        raise ProviderError(f"{what} answers {type(found).__name__}, want an object")
    return found


def _keys(document: dict[str, Any]) -> KeySet:
    try:
        return KeySet.import_key_set({"keys": document["keys"]})
    except (JoseError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProviderError(f"the provider's keys cannot be read: {error}") from error
