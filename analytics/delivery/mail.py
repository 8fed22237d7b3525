"""A message as e-mail."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from analytics.delivery.message import Message


def mail(message: Message, *, sender: str, to: str, now: datetime) -> EmailMessage:
    """The e-mail; its Message-ID is the same each time it is sent.

    Raises
    ------
    ValueError
        If an address is none, such as one with a line break in it.
    """
    made = EmailMessage()
    made["From"] = sender
    made["To"] = to
    made["Subject"] = " ".join(message.title.split())
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{message.key}@civicwatt>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(
        "\n".join(part for part in (*message.lines, message.link) if part) or message.title
    )
    return made
