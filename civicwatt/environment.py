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
    "CIVICWATT_SECRET_KEY": "key for what leaves the server signed",
    "CIVICWATT_ZONE": "IANA zone of devices that stand nowhere yet",
    "CIVICWATT_LANG": "zh-CN or en",
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
