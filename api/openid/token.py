"""What an ID token says of somebody, once all of it is checked (OpenID Connect Core, 3.1.3.7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from domain.errors import CivicwattError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a public key alone: ``none`` proves nothing, and by HS256 a public key would be
the secret."""
LEEWAY = timedelta(seconds=60)
"""So much may the provider's clock differ from ours."""
_LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as the provider knows them.

    Attributes
    ----------
    subject : str
        Never changes, and is nobody else's, at this issuer.
    login : str or None
        What the chosen claim says; it may change, and proves nothing by itself.
    """

    issuer: str
    subject: str
    login: str | None


class TokenError(CivicwattError):
    """The token proves nothing; the text says why, for the log."""


class UnknownKeyError(TokenError):
    """None of the keys has signed it: the provider may have another one by now."""


def read_token(
    token: str,
    keys: KeySet,
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    login_claim: str,
    now: datetime,
) -> Identity:
    """Check signature, issuer, audience, times and nonce of an ID token, and read who it is.

    Raises
    ------
    TokenError
        If anything about it is not as it has to be.
    """
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except (InvalidKeyIdError, BadSignatureError) as error:
        raise UnknownKeyError(f"signed by no key of {issuer}: {error}") from error
    except (JoseError, ValueError, RecursionError) as error:
        raise TokenError(f"the ID token cannot be read: {error}") from error
    wanted = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=int(LEEWAY.total_seconds()),
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        wanted.validate(claims)
    except JoseError as error:
        raise TokenError(f"the ID token is not for this sign-in: {error}") from error
    _refuse_shared(claims, client_id)
    if claims["nonce"] != nonce:  # a list that holds it has passed so far
        raise TokenError("the nonce is a list, want a text")
    subject = claims["sub"]
    if not subject.isprintable() or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise TokenError(f"the subject is {subject[:300]!r}, want 1 to {_LONGEST_SUBJECT} letters")
    return Identity(issuer, subject, _login(claims, login_claim))


def _refuse_shared(claims: dict[str, Any], client_id: str) -> None:
    """A token that is also for others must have been made for us."""
    audience = claims["aud"]
    party = claims.get("azp", client_id if audience in (client_id, [client_id]) else None)
    if party != client_id:
        raise TokenError(f"the ID token was made for {party!r}, want {client_id!r}")


def _login(claims: dict[str, Any], name: str) -> str | None:
    """An e-mail address counts if the provider has seen that it is theirs."""
    login = claims.get(name)
    if name == "email" and claims.get("email_verified") is not True:
        return None
    return login if isinstance(login, str) and login and login.isprintable() else None
