"""`civicwatt serve`: the API and the console."""

import argparse
import socket

import uvicorn

from analytics.metrology.settings import metrology_settings
from analytics.weather_settings import weather_settings
from api.app import create_app
from api.request_id import name_log_lines
from api.settings import ApiSettings
from civicwatt.signals import stop_on_signal
from domain.errors import ConfigurationError
from store.server import connect


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("serve", help="answer the API and the console")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until asked to stop."""
    settings = ApiSettings()
    for settings_of in (metrology_settings, weather_settings):
        settings_of()  # a wrong one stops the process before it listens
    connect(settings.database_url, name="civicwatt serve").close()
    listener = listen(args.host, args.port)
    config = uvicorn.Config(
        create_app(settings), log_level="warning", timeout_graceful_shutdown=2, proxy_headers=True
    )
    name_log_lines()
    stop_on_signal()  # uvicorn raises a signal again when it is done; ours ends nothing then
    uvicorn.Server(config).run(sockets=[listener])
    return 0


def listen(host: str, port: int) -> socket.socket:
    """Take connections whose answers leave at once.

    Raises
    ------
    ConfigurationError
        If the address is taken, or not this machine's.
    """
    try:
        listener = socket.create_server((host, port), reuse_port=False)
    except OSError as error:
        raise ConfigurationError(f"cannot listen on {host}:{port}: {error}") from error
    # What is accepted inherits it. asyncio sets it on sockets of its own only; without it the body
    # of every answer waits 40 ms for the far side to acknowledge the head (RFC 1122, 4.2.3.2)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
