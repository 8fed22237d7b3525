"""The `CIVICWATT_*` variables: which there are, and a clear word about those there are not.

pydantic's ``extra="forbid"`` does not see environment variables, hence the check of our own.
"""

import os

from pydantic import ValidationError

from domain.errors import ConfigurationError

KNOWN = {
    "CIVICWATT_DATABASE_URL": "PostgreSQL, as postgresql://user:password@host:port/name",
    "CIVICWATT_MQTT_URL": "broker, as mqtt:// or mqtts://user:password@host:port",
    "CIVICWATT_DATA_DIR": "folder of the embedded services' data",
    "CIVICWATT_BROKER_ADMIN_URL": "broker's administrator, as mqtt://user:password@host:port",
    "CIVICWATT_BROKER_PUBLIC_URL": "broker as devices reach it, as mqtts://host:port",
    "CIVICWATT_SECRET_KEY": "at least 32 characters; device passwords are derived from it",
    "CIVICWATT_WEATHER_STALE_HOURS": "outdoor weather older than this is out of date, default 3",
    "CIVICWATT_ZONE": "IANA zone of devices that stand nowhere yet",
    "CIVICWATT_LANG": "zh-CN or en",
    "CIVICWATT_METROLOGY_FIRST_NOTICE_DAYS": "days before its end a certificate is told; 90",
    "CIVICWATT_METROLOGY_LAST_NOTICE_DAYS": "days before its end it is told to end soon; 30",
    "CIVICWATT_METROLOGY_BILL_LIMIT_PCT": "percent by which a bill may differ from us; 2",
    "CIVICWATT_METROLOGY_TOLERANCE_RULE": "half_time, known_date or none; half_time unless set",
    "CIVICWATT_REQUESTS_PER_MINUTE": "requests of each person or key; 6000 unless set",
    "CIVICWATT_STRANGER_REQUESTS_PER_MINUTE": "of each address nobody knows; 600 unless set",
    "CIVICWATT_FAILED_SIGN_INS_PER_MINUTE": "failed sign-ins of each address; 60 unless set",
    "CIVICWATT_UNMETERED_LIMIT": "unmetered share that warns at the closing; 0.05 unless set",
    "CIVICWATT_PUBLIC_URL": "the console as people reach it, https://desk.example.org",
    "CIVICWATT_OIDC_ISSUER": "OpenID provider by which people may sign in, https://..",
    "CIVICWATT_OIDC_CLIENT_ID": "as what the provider knows this installation",
    "CIVICWATT_OIDC_CLIENT_SECRET_FILE": "file with the secret that the provider has given it",
    "CIVICWATT_OIDC_LOGIN_CLAIM": "claim that is the login here; preferred_username unless set",
    "CIVICWATT_OIDC_NAME": "what the provider is called on the sign-in page",
    "CIVICWATT_SMTP_URL": "mail server, as smtps://user:password@host:port or smtp://host",
    "CIVICWATT_MAIL_FROM": "sender of e-mails, as desk@example.org",
    "CIVICWATT_DELIVERY_NETWORKS": "private networks of channels, as 10.1.0.0/16,192.168.7.9/32",
    "CIVICWATT_SMS_KEY_ID": "access key of the provider of text messages (Aliyun)",
    "CIVICWATT_SMS_KEY_SECRET": "secret of that key",
    "CIVICWATT_SMS_SIGN_NAME": "signature approved by the provider",
    "CIVICWATT_SMS_TEMPLATE": "template with title, place and code, approved by the provider",
    "CIVICWATT_SMS_ENDPOINT": "the provider, https://dysmsapi.aliyuncs.com unless set",
    "CIVICWATT_HEARTBEAT_URL": "address outside that is told that all is well",
    "CIVICWATT_HEARTBEAT_EVERY_S": "seconds between two heartbeats; 60 unless set",
    "CIVICWATT_GB32960_KEYS": "file with keys of vehicles and platforms of GB/T 32960",
    "CIVICWATT_PROFILES": "folder with an installation's own profiles, *.toml",
    "CIVICWATT_TEST_DATABASE_URL": "tests only: a server that may create databases",
    "CIVICWATT_TEST_COMMUNITY_URL": "tests only: a TimescaleDB with the Community licence",
    "CIVICWATT_TEST_MQTT_URL": "tests only: a Mosquitto",
}


def refuse_unknown() -> None:
    """Refuse a variable no process knows: a slip of the pen must not be a silent default.

    Raises
    ------
    ConfigurationError
        Naming the variables seen and the ones there are.
    """
    unknown = sorted(n for n in os.environ if n.startswith("CIVICWATT_") and n not in KNOWN)
    if unknown:
        raise ConfigurationError(
            f"unknown variable {', '.join(unknown)}; there are {', '.join(sorted(KNOWN))}"
        )


def explain(error: ValidationError) -> str:
    """Name the variables of a settings class that are missing or wrong."""
    parts = []
    for item in error.errors(include_url=False, include_input=False):
        name = "CIVICWATT_" + "_".join(str(part) for part in item["loc"]).upper()
        parts.append(f"{name}: {item['msg']} (want {KNOWN.get(name, 'a valid value')})")
    return "; ".join(parts)
