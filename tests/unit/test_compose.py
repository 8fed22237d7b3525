"""The compose file without an engine: it is whole, pinned, and runs commands that exist."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from civicwatt.cli import parser
from ingest.collector import BATCH_MESSAGES

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("civicwatt:")]

#: Of the compose specification, what we use; anything else is a slip of the pen.
SERVICE_KEYS = {
    *("image", "build", "restart", "read_only", "tmpfs", "cap_drop", "security_opt", "networks"),
    *("environment", "secrets", "volumes", "shm_size", "stop_grace_period", "healthcheck", "user"),
    *("ports", "command", "entrypoint", "depends_on"),
}
HEALTHCHECK_KEYS = {"test", "interval", "timeout", "retries", "start_period"}
CONDITIONS = {"service_healthy", "service_completed_successfully"}


def mosquitto_settings(*paths: str) -> dict[str, list[str]]:
    settings: dict[str, list[str]] = {}
    for path in paths:
        for line in (ROOT / path).read_text().splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.partition(" ")
                settings.setdefault(name, []).append(value)
    return settings


def secrets_of(service: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for secret in service.get("secrets", []):
        if isinstance(secret, str):
            yield secret, secret
        else:
            yield secret["source"], secret["target"]


def test_it_has_the_parts_of_a_compose_file_and_no_others() -> None:
    assert set(COMPOSE) == {"x-civicwatt", "services", "networks", "volumes", "secrets"}
    assert set(SERVICES) == {
        *("database", "broker", "migrate", "logins", "collect", "work", "watch", "deliver", "serve")
    }


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_uses_known_keys_and_names_what_is_declared(name: str) -> None:
    service = SERVICES[name]
    assert set(service) <= SERVICE_KEYS
    assert set(service.get("healthcheck", {})) <= HEALTHCHECK_KEYS
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert {source for source, _ in secrets_of(service)} <= set(COMPOSE["secrets"])
    for other, when in service.get("depends_on", {}).items():
        assert when["condition"] in CONDITIONS
        assert when["condition"] != "service_healthy" or "healthcheck" in SERVICES[other]
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        assert source in COMPOSE["volumes"] or (ROOT / source).exists()


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_pinned_to_a_release(name: str) -> None:
    assert re.fullmatch(r"[a-z/-]+:\d+\.\d+\.\d+(-pg\d+)?", SERVICES[name]["image"])


def test_base_images_of_our_own_are_pinned_too() -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert bases
    assert all(re.search(r":\d+\.\d+\.\d+", base) for base in bases)


@pytest.mark.parametrize("name", OURS)
def test_a_command_is_one_of_ours(name: str) -> None:
    assert parser().parse_args(SERVICES[name]["command"]).command == name


@pytest.mark.parametrize("name", OURS)
def test_our_processes_have_no_rights_to_lose(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "USER 10001" in (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("name", ["collect", "work", "watch", "deliver", "serve"])
def test_a_service_has_the_login_of_its_own_role_only(name: str) -> None:
    role = {"serve": "api", "watch": "work", "deliver": "work"}.get(name, name)
    secrets = {target: source for source, target in secrets_of(SERVICES[name])}
    assert secrets["CIVICWATT_DATABASE_URL"] == f"{role}_database_url"
    assert not any("password" in source for source in secrets.values())


def test_nothing_secret_is_in_the_file() -> None:
    for service in SERVICES.values():
        for key in service.get("environment", {}):
            assert not key.endswith(("PASSWORD", "SECRET", "KEY", "URL"))


def test_the_console_is_reached_through_a_proxy_on_this_machine_only() -> None:
    assert SERVICES["serve"]["ports"] == ["127.0.0.1:8000:8000"]
    assert SERVICES["broker"]["ports"] == ["8883:8883", "8884:8884"]  # with TLS


def test_the_broker_keeps_what_the_collector_has_not_taken() -> None:
    settings = mosquitto_settings("civicwatt/mosquitto/limits.conf")
    assert settings["set_tcp_nodelay"] == ["true"]
    assert int(settings["max_queued_messages"][0]) >= 1_000_000
    assert int(settings["max_inflight_messages"][0]) >= 4 * BATCH_MESSAGES
    assert settings["persistence"] == ["true"]


def test_the_broker_knows_everybody_and_talks_to_devices_by_tls() -> None:
    settings = mosquitto_settings("ops/mosquitto/mosquitto.conf")
    assert settings["allow_anonymous"] == ["false"]
    assert settings["plugin"] == ["/usr/lib/mosquitto_dynamic_security.so"]
    assert settings["listener"] == ["1883", "8883", "8884"]
    assert len(settings["certfile"]) == 2
    mounted = dict(v.split(":")[:2] for v in SERVICES["broker"]["volumes"])
    assert mounted["./civicwatt/mosquitto"] == settings["include_dir"][0]
