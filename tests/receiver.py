"""Receivers on this machine: servers that check what is sent to them and refuse what is wrong."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Reply = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Received:
    """One request."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def told(self) -> dict[str, object]:
        """The body as JSON."""
        read: dict[str, object] = json.loads(self.body)
        return read


@dataclass(slots=True)
class Receiver:
    """What arrived, and what is answered: `judge` sees each request first."""

    judge: Callable[[Received], Reply]
    requests: list[Received] = field(default_factory=list)
    taken: list[Received] = field(default_factory=list)
    url: str = ""


@contextmanager
def receiver(judge: Callable[[Received], Reply] = lambda _: (200, b"{}")) -> Iterator[Receiver]:
    """Serve until the block ends."""
    kept = Receiver(judge)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            request = Received(self.command, parts.path, query, dict(self.headers), body)
            kept.requests.append(request)
            status, answer = kept.judge(request)
            if status == 200 and (b'"errcode": 0' in answer or b"code" not in answer.lower()):
                kept.taken.append(request)
            with suppress(OSError):  # whoever asked has hung up, or was killed
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        do_GET = do_POST  # noqa: N815 - the name is the library's

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
