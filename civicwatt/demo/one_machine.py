"""The whole of Civicwatt on one machine, with a simulated district.

PostgreSQL and the broker are started unless the environment names others; then serve, collect,
work and simulate. They are stopped in the order in which data flow, so that nothing is lost even
with a broker that forgets everything when it stops.
"""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

from pydantic_settings import BaseSettings, SettingsConfigDict

from civicwatt.crew import Crew
from civicwatt.demo.factors import load_demo_factors
from civicwatt.demo.facts import enter_facts
from civicwatt.demo.fleet import enter_fleet
from civicwatt.demo.running import Demo
from civicwatt.demo.tariffs import enter_tariffs
from civicwatt.embedded_broker import find_mosquitto, running_broker
from civicwatt.embedded_postgres import running_postgres
from civicwatt.local_api import is_ready
from civicwatt.loopback import free_port, is_free
from civicwatt.published_calendar import seed
from civicwatt.sign_in import (
    SignIn,
    first_administrator,
    kept_secret,
    second_person,
    watchers,
)
from device_sim import district as d
from device_sim.bookmark import begin
from device_sim.registration import BUREAU
from domain.errors import ConfigurationError
from domain.local_day import local_day
from store.become import Role, become
from store.migrate import migrate
from store.places.registry import write
from store.server import connect

READY_S = 90.0
"""Longest wait for the first answer of the API. [s]"""
DRAIN_S = 60.0
"""Longest wait for the collector to take what the broker has. [s]"""
FOREIGN = ("acrel_adw300", "gb32960", "shelly_gen2", "tasmota")
"""Makers of devices that nobody has registered: they knock, and wait to be accepted."""


class DemoSettings(BaseSettings):
    """Read from ``CIVICWATT_*`` variables."""

    model_config = SettingsConfigDict(env_prefix="CIVICWATT_", frozen=True)

    database_url: str | None = None
    """A superuser's; without it a PostgreSQL is started."""

    mqtt_url: str | None = None
    """Without it a broker is started."""

    data_dir: Path = Path(".local")
    """The demo keeps its own in the folder `demo` there; removing that begins anew."""

    zone: str = d.DEFAULT_ZONE
    """Zone of the district."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says; `once` is for history without live data."""

    port: int
    institutions: int
    vehicles: int
    days: int
    seed: int
    once: bool


@contextmanager
def running_demo(options: Options, stop: Event) -> Iterator[Demo]:
    """Run everything until the block ends; ready to be signed in to when it begins.

    Raises
    ------
    ConfigurationError
        If the port is taken, the data are of another district, or a setting is wrong.
    """
    settings = DemoSettings()
    if not is_free(options.port):
        raise ConfigurationError(f"port {options.port} is in use: name another one with --port")
    folder = settings.data_dir.resolve() / "demo"
    with ExitStack() as servers:
        database_url = settings.database_url or servers.enter_context(
            running_postgres(folder / "postgresql")
        )
        mqtt_url = settings.mqtt_url or servers.enter_context(running_broker(folder / "broker"))
        district = _district(options, settings.zone, folder)
        people = _prepare(database_url, district, folder)
        ours = {"DATABASE_URL": database_url, "MQTT_URL": mqtt_url, "DATA_DIR": str(folder)}
        ours |= {"SECRET_KEY": kept_secret(folder / "secret-key"), "BROKER_PUBLIC_URL": mqtt_url}
        env = os.environ | {f"CIVICWATT_{name}": value for name, value in ours.items()}
        crew = servers.enter_context(Crew(env))
        demo = Demo(options.port, *people, district, database_url, folder, free_port(), crew, stop)
        try:
            _start(demo, options)
            yield demo
        finally:
            _wind_down(demo, broker_forgets=settings.mqtt_url is None and not find_mosquitto())


def _district(options: Options, zone: str, folder: Path) -> d.District:
    wanted = d.DistrictSettings(
        d.first_instant(datetime.now(UTC), options.days, zone),
        options.institutions,
        options.vehicles,
        options.seed,
        zone,
    )
    # The simulator begins with the same file, and so works on the same district.
    return d.District(begin(folder / "simulate.json", wanted).settings)


def _prepare(
    database_url: str, district: d.District, folder: Path
) -> tuple[SignIn, SignIn, tuple[SignIn, SignIn]]:
    with connect(database_url, name="civicwatt demo") as conn:
        migrate(conn)
        load_demo_factors(conn)  # as the owner: sets come with a migration
        become(conn, Role.ADMIN)
        seed(conn)
        write(conn, district.registry())
        enter_facts(conn, district)
        enter_fleet(conn, district)
        begun = local_day(district.settings.first, ZoneInfo(district.settings.zone))
        enter_tariffs(conn, begun, datetime.now(UTC).date() + timedelta(days=31))
        return (
            first_administrator(conn, organisation=BUREAU, file=folder / "admin-password"),
            second_person(conn, organisation=BUREAU, file=folder / "reviewer-password"),
            watchers(conn, organisation=BUREAU, folder=folder),
        )


def _start(demo: Demo, options: Options) -> None:
    crew = demo.crew
    crew.start("collect", "--metrics-port", str(demo.metrics_port))
    crew.start("serve", "--port", str(demo.port))
    crew.start("work")
    crew.start("watch")
    size = ["--institutions", options.institutions, "--vehicles", options.vehicles]
    history = ["--days", options.days, "--seed", options.seed]
    end = ["--no-live", "--truth", demo.truth_file] if options.once else []
    # A broker keeps nothing for a collector it has never seen: what is sent before is lost.
    demo.wait_until(demo.collects, within_s=READY_S)
    crew.start("simulate", *map(str, size + history + end), may_end=options.once)
    demo.wait_until(lambda: is_ready(demo.port), within_s=READY_S)
    if not options.once:
        crew.start("deliver")
        foreign = ["--vendor", ",".join(FOREIGN), "--devices", "2"]
        crew.start("simulate", *foreign, name="vendors")


def _wind_down(demo: Demo, *, broker_forgets: bool) -> None:
    """Stop in the order in which data flow.

    A Mosquitto keeps for the next start what is still in its queue; the demo's own broker does not,
    so its queue is emptied first.
    """
    crew = demo.crew
    crew.stop("vendors", within_s=20.0)
    crew.stop("simulate", within_s=20.0)
    if broker_forgets and crew.runs("collect"):
        print("civicwatt demo: storing what the broker still has. 正在存储剩余数据。", flush=True)
        give_up = time.monotonic() + DRAIN_S
        while crew.runs("collect") and not demo.is_drained() and time.monotonic() < give_up:
            pass  # is_drained waits
    crew.stop("collect", within_s=30.0)
    crew.stop("watch", within_s=30.0)
    crew.stop("work", within_s=60.0)
    crew.stop("deliver", within_s=30.0)
    crew.stop("serve", within_s=10.0)
