"""Hand an e-mail to the installation's own mail server."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from analytics.delivery.exchange import TAKEN, Outcome, refused

WITHIN_S = 15.0
"""Longest that the server is waited for, each time. [s]"""
_LASTING = range(500, 600)


def send_mail(mail: EmailMessage, server: str) -> Outcome:
    """Send it.

    Parameters
    ----------
    server : str
        ``smtps://user:password@host:port``, or ``smtp://`` where TLS is begun in the conversation
        if the server can; a password is never told without.
    """
    parts = urlsplit(server)
    host = parts.hostname or ""
    context = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(host, parts.port or 465, timeout=WITHIN_S, context=context)
            if parts.scheme == "smtps"
            else smtplib.SMTP(host, parts.port or 25, timeout=WITHIN_S)
        ) as smtp:
            smtp.ehlo()
            private = parts.scheme == "smtps"
            if not private and smtp.has_extn("starttls"):
                smtp.starttls(context=context)
                private = True
            if parts.username and not private:
                return refused("the mail server offers no TLS: no password is told", lasting=False)
            if parts.username:
                smtp.login(unquote(parts.username), unquote(parts.password or ""))
            smtp.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code, told = next(iter(error.recipients.values()))
        return refused(f"{code} {told.decode(errors='replace')}", lasting=code in _LASTING)
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error
        words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        return refused(f"{error.smtp_code} {words}", lasting=error.smtp_code in _LASTING)
    except (OSError, smtplib.SMTPException) as error:
        return refused(str(error) or type(error).__name__, lasting=False)
    return TAKEN
