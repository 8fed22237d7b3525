"""A server of weather on this machine that answers as a test wants."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Weather:
    """What it answers, and what it was asked.

    Attributes
    ----------
    drip_s : float
        Pause after each byte. [s]
    broken : int
        So many requests are answered with 503 first.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drip_s: float = 0.0
    broken: int = 0
    asked: list[str] = field(default_factory=list)
    url: str = ""


def answer(first: datetime, values: list[float | None], **other: object) -> bytes:
    """An answer of the documented format."""
    times = [(first + timedelta(hours=n)).strftime("%Y-%m-%dT%H:%M") for n in range(len(values))]
    told: dict[str, object] = {
        "latitude": 39.1,
        "longitude": 117.2,
        "utc_offset_seconds": 0,
        "timezone": "GMT",
        "hourly_units": {"time": "iso8601", "temperature_2m": "°C"},
        "hourly": {"time": times, "temperature_2m": values},
    }
    return json.dumps(told | other).encode()


@contextmanager
def weather_server() -> Iterator[Weather]:
    """Serve until the block ends."""
    weather = Weather()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            weather.asked.append(self.path)
            if weather.broken:
                weather.broken -= 1
                self.send_error(503)
                return
            self.send_response(weather.status)
            for name, value in weather.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self._write()

        def _write(self) -> None:
            try:
                if not weather.drip_s:
                    self.wfile.write(weather.body)
                for byte in weather.body if weather.drip_s else b"":
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(weather.drip_s)
            except OSError:
                pass  # whoever asked has hung up

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    weather.url = f"http://127.0.0.1:{server.server_address[1]}/v1/forecast"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield weather
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
