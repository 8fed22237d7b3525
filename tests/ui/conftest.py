"""A running console with known data, and a browser in front of it that hears every complaint.

Each test has a server and a database of its own, copied from a planted one: what a test enters, no
other test sees, in whatever order they run.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import (
    APIRequestContext,
    Browser,
    Page,
    StorageState,
    expect,
    sync_playwright,
)

from api.app import create_app
from api.settings import ApiSettings
from civicwatt.child import Child
from civicwatt.local_api import is_ready
from civicwatt.loopback import HOST, free_port
from tests.conftest import as_template, new_database
from tests.password import PASSWORD
from tests.ui.planted import LOGIN, plant

CHROMIUM = Path("/usr/bin/chromium")
SECRET_KEY = "of a test, and nothing but a test"
BROKER = "mqtts://broker.example:8883"
_UI = Path(__file__).parents[2] / "ui"
BUILT = _UI / "dist" / "index.html"
_AXE = _UI / "node_modules" / "axe-core" / "axe.min.js"
_LOOK = """async () => {
  const found = await axe.run(document, { resultTypes: ['violations'] })
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)
}"""


PATIENCE_MS = 60_000
"""Within this every state is reached that is waited for, also on a busy machine."""


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True, slots=True)
class Console:
    """A running server and the database behind it.

    Attributes
    ----------
    url : str
        Where the console is, without a slash at the end.
    database : str
        Superuser's address of its database.
    now : datetime
        When its history was planted, or it was started.
    """

    url: str
    database: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Planted:
    """A database to be copied, and when its history was planted."""

    name: str
    now: datetime


@dataclass(slots=True)
class Visit:
    """One browser window, and all it complained about or asked others for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def expect_calm(self) -> None:
        """No error on the browser's console, no request to another host, nothing serious for axe.

        axe looks at the page as it is now: contrast, names of controls, order of headings.
        """
        assert self.complaints == []
        assert self.foreign == []
        # what is loading is pale on purpose, and fades
        self.page.wait_for_function(
            "() => !document.querySelector('.busy, [aria-busy=true]')"
            " && document.getAnimations().every(({ playState }) => playState !== 'running')"
        )
        self.page.evaluate(_AXE.read_text("utf-8"))
        assert self.page.evaluate(_LOOK) == []


@contextmanager
def serving(database: str, port: int, log: Path) -> Iterator[None]:
    """Run the real server as a process of its own."""
    program = Path(sys.executable).with_name("civicwatt")
    command = [str(program), "serve", "--port", str(port)]
    environment = {
        **os.environ,
        "CIVICWATT_DATABASE_URL": database,
        "CIVICWATT_SECRET_KEY": SECRET_KEY,
        "CIVICWATT_BROKER_PUBLIC_URL": BROKER,
    }
    with (
        log.open("ab") as output,
        Child("civicwatt serve", command, output=output, env=environment) as child,
    ):
        child.wait_until(lambda: is_ready(port), within_s=60.0, log=log)
        yield


@contextmanager
def answering(database: str, port: int, **more: Any) -> Iterator[None]:
    """Run the server in a thread: a process would load the whole program for each test."""
    settings = ApiSettings(
        database_url=database, secret_key=SECRET_KEY, broker_public_url=BROKER, **more
    )
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings), HOST, port, log_level="warning", timeout_graceful_shutdown=2
        )
    )
    thread = Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive(), "the server has ended"
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.02)
        yield
    finally:
        server.should_exit = True
        thread.join(30)


@contextmanager
def console_on(server: str, planted: Planted) -> Iterator[Console]:
    """Run the real server on a copy of a planted database."""
    if not BUILT.exists():
        pytest.fail("the console is not built: run `make ui`")
    port = free_port()
    with new_database(server, planted.name) as database, answering(database, port):
        yield Console(f"http://{HOST}:{port}", database, planted.now)


@pytest.fixture(scope="session")
def district(database_server: str, template: str) -> Iterator[Planted]:
    """The planted district."""
    with new_database(database_server, template) as database:
        now = datetime.now(UTC)
        plant(database, now)
        with as_template(database_server, database) as name:
            yield Planted(name, now)


@pytest.fixture
def console(database_server: str, district: Planted) -> Iterator[Console]:
    """The real server in front of the district."""
    with console_on(database_server, district) as console:
        yield console


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; where there is none, in CI a failure, elsewhere one line."""
    if not CHROMIUM.exists():
        if "CI" in os.environ:
            pytest.fail(f"no {CHROMIUM}")
        pytest.skip(f"no {CHROMIUM}: the console is not tested in a browser")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield found
        found.close()


@pytest.fixture
def operator(browser: Browser, console: Console) -> StorageState:
    """What a browser keeps once the operator has signed in."""
    with browser.new_context(base_url=console.url) as context:
        credentials = {"login": LOGIN, "password": PASSWORD}
        assert context.request.post("/api/v1/session", data=credentials).ok
        state = context.storage_state()
    # by this the console knows that it may ask for a session
    hint = {"name": "civicwatt.session", "value": "1"}
    state["origins"] = [{"origin": console.url, "localStorage": [hint]}]
    return state


@contextmanager
def visiting(
    browser: Browser, console: Console, width: int, state: StorageState | None = None
) -> Iterator[Visit]:
    """Open a window of that width, with what an earlier one has kept."""
    with browser.new_context(
        base_url=console.url,
        storage_state=state,
        viewport={"width": width, "height": 900},
        locale="zh-CN",
        # not the building's zone: the browser's own must not show anywhere
        timezone_id="America/New_York",
        color_scheme="light",
        has_touch=width < 500,
    ) as context:
        visit = Visit(context.new_page())
        home = urlsplit(console.url).netloc
        context.on(
            "console", lambda said: said.type == "error" and visit.complaints.append(said.text)
        )
        context.on("weberror", lambda error: visit.complaints.append(str(error.error)))
        context.on(
            "request",
            lambda asked: (
                urlsplit(asked.url).netloc not in {home, ""} and visit.foreign.append(asked.url)
            ),
        )
        yield visit


@pytest.fixture
def visit(browser: Browser, console: Console) -> Iterator[Visit]:
    """A desktop window nobody has signed in at."""
    with visiting(browser, console, 1440) as visit:
        yield visit


@pytest.fixture
def phone(browser: Browser, console: Console, operator: StorageState) -> Iterator[Visit]:
    """A narrow window with touch, signed in."""
    with visiting(browser, console, 390, operator) as visit:
        yield visit


@pytest.fixture
def office(browser: Browser, console: Console, operator: StorageState) -> Iterator[Visit]:
    """A desktop window, signed in, on no page yet."""
    with visiting(browser, console, 1440, operator) as visit:
        yield visit


@pytest.fixture
def desk(office: Visit) -> Visit:
    """A desktop window, signed in, on the building with meters."""
    open_hall(office.page)
    return office


def sign_in(page: Page, login: str = LOGIN) -> None:
    """Sign in by the form, as a person does."""
    page.goto("/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/alerts")


def hall_id(api: APIRequestContext) -> int:
    """Id of the building with meters."""
    items = api.get("/api/v1/buildings").json()["items"]
    return next(int(item["id"]) for item in items if item["code"] == "hall")


def open_hall(page: Page, query: str = "") -> None:
    """Go to the building with meters and wait for its curve."""
    page.goto(f"/buildings/{hall_id(page.request)}{query}")
    page.wait_for_selector(".uplot, .load table")
