"""Word a delivery and hand it to its channel."""

import http.client
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from psycopg import Connection

from analytics.delivery import aliyun_sms, dingtalk, feishu, webhook, wecom
from analytics.delivery.exchange import Answer, Outcome, Request, refused
from analytics.delivery.first_steps import card_of
from analytics.delivery.hours import DeskHours
from analytics.delivery.link import VALID, link_token, token_hash
from analytics.delivery.mail import mail
from analytics.delivery.message import Message
from analytics.delivery.sealed import Address, unseal
from analytics.delivery.shipped import LANG
from analytics.delivery.wording import standing_lines, worded
from analytics.duty.desk_hours import desk_hours
from analytics.jobs.mailing import send_mail
from analytics.jobs.outside import Network, OutsideError
from analytics.jobs.post import post
from analytics.settings import DeliverySettings
from domain.errors import ConfigurationError
from store.alerts.delivery import Claimed, Standing, Telling, add_link, in_storm, standing

_CENT = Decimal("0.01")
_MONTH_HOURS = 30 * 24
_INTERRUPTIONS = frozenset({"alert", "escalated", "storm", "storm_escalated"})

_Make = Callable[[str, str, Message, datetime], Request]
_Judge = Callable[[Answer], Outcome]
_ROBOTS: Mapping[str, tuple[_Make, _Judge]] = MappingProxyType(
    {
        "webhook": (webhook.request, webhook.outcome),
        "dingtalk": (dingtalk.request, dingtalk.outcome),
        "wecom": (wecom.request, wecom.outcome),
        "feishu": (feishu.request, feishu.outcome),
    }
)


def is_needless(told: Telling) -> bool:
    """Whether nobody needs it any more: an escalation of what somebody has acknowledged."""
    if told.occasion == "storm_escalated":
        return not told.storm_waits
    return told.occasion == "escalated" and told.state != "open"


def message_of(
    conn: Connection, claimed: Claimed, told: Telling, settings: DeliverySettings, now: datetime
) -> Message:
    """The words of a delivery, in the language of who reads it.

    A link with which a telephone acknowledges goes to a person's own channel, never to a group's.
    """
    lang = told.lang or LANG
    hours = desk_hours(conn, told.desk_id)
    link = settings.public_url.rstrip("/")
    interrupts = told.occasion in _INTERRUPTIONS
    if link and interrupts and told.alert_id is not None and told.on_duty is not None:
        token = link_token(claimed.key, settings.secret_key)
        expires = now + VALID
        add_link(conn, token_hash(token), told.alert_id, told.on_duty, expires_at=expires)
        link = f"{link}/acknowledge/{token}"
    elif link:
        link += told.facts.get("page", "")
    facts = {**told.facts, **_facts(told, hours, lang, now)}
    if told.occasion == "digest":
        facts |= _listed(standing(conn, told.desk_id, now=now), lang)
        facts.setdefault("day", now.astimezone(hours.zone).date().isoformat())
    elif told.interruption_id is not None and told.alert_id is None:
        facts |= _listed(in_storm(conn, told.interruption_id), lang)
    phones = tuple(told.phones) if interrupts else ()
    return worded(told.occasion, facts, lang=lang, key=claimed.key, link=link, phones=phones)


def tell(
    message: Message,
    kind: str,
    address: Address,
    settings: DeliverySettings,
    networks: tuple[Network, ...],
    now: datetime,
) -> Outcome:
    """Hand a message to a channel."""
    if kind == "mail":
        if not settings.smtp_url or not settings.mail_from:
            return refused("CIVICWATT_SMTP_URL or CIVICWATT_MAIL_FROM is not set", lasting=False)
        made = mail(message, sender=settings.mail_from, to=address.to, now=now)
        return send_mail(made, settings.smtp_url)
    try:
        if kind == "sms":
            account = _account(settings)
            request = aliyun_sms.request(account, address.to, message, now)
            return aliyun_sms.outcome(post(request, networks))
        make, judge = _ROBOTS[kind]
        return judge(post(make(address.to, address.secret, message, now), networks))
    except (OutsideError, ConfigurationError) as error:
        return refused(str(error), lasting=True)
    except (OSError, http.client.HTTPException) as error:
        return refused(str(error) or type(error).__name__, lasting=False)


def opened(told: Telling, settings: DeliverySettings) -> Address:
    """Where a delivery leads.

    Raises
    ------
    ConfigurationError
        If its channel was sealed under another key.
    """
    return unseal(told.sealed, settings.secret_key)


def _listed(rows: list[Standing], lang: str) -> dict[str, str]:
    """How many there are, and a line for each of the gravest."""
    told = [
        (row.rule, row.code, row.priority, row.name_zh, row.name_en, row.month_cny) for row in rows
    ]
    return {"count": str(rows[0].of_all if rows else 0), "items": standing_lines(told, lang)}


def _account(settings: DeliverySettings) -> aliyun_sms.Account:
    parts = (
        settings.sms_key_id,
        settings.sms_key_secret,
        settings.sms_sign_name,
        settings.sms_template,
    )
    if not all(parts):
        raise ConfigurationError(
            "text messages want CIVICWATT_SMS_KEY_ID, _KEY_SECRET, _SIGN_NAME and _TEMPLATE"
        )
    return aliyun_sms.Account(*parts, settings.sms_endpoint)


def _facts(told: Telling, hours: DeskHours, lang: str, now: datetime) -> dict[str, str]:
    zh = lang.startswith("zh")
    desk = told.desk_zh if zh else told.desk_en
    place = (told.place_zh if zh else told.place_en) or desk
    since = (told.since or told.at).astimezone(hours.zone)
    known = {
        "desk": desk,
        "place": place,
        "since": f"{since:%m-%d %H:%M}",
        "phone": told.phone,
        "code": f"A{told.alert_id}" if told.alert_id is not None else "",
    }
    if told.rule is None or told.priority is None:
        return known
    known |= {"rule": told.rule, "alarm": told.code or "", "priority": told.priority}
    if told.month_cny is not None and told.month_cny > 0:
        hourly = told.month_cny / _MONTH_HOURS
        known["hourly"] = str(hourly.quantize(_CENT, ROUND_HALF_UP))
        if card_of(told.rule).waits and hours.is_quiet(now):
            morning = hours.next_morning(now)
            wait_h = Decimal((morning - now).total_seconds()) / 3600
            known["waiting"] = str((hourly * wait_h).quantize(_CENT, ROUND_HALF_UP))
            known["morning"] = f"{morning.astimezone(hours.zone):%H:%M}"
    return known
