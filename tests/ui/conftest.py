"""A running console with known data, and a browser in front of it that hears every complaint."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    APIRequestContext,
    Browser,
    Page,
    StorageState,
    sync_playwright,
)

from civicwatt.child import Child
from civicwatt.loopback import HOST, answers, free_port
from tests.conftest import new_database
from tests.ui.planted import LOGIN, PASSWORD, plant

CHROMIUM = Path("/usr/bin/chromium")
BUILT = Path(__file__).parents[2] / "ui" / "dist" / "index.html"


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
        When its history was planted.
    """

    url: str
    database: str
    now: datetime


@dataclass(slots=True)
class Visit:
    """One browser window, and all it complained about or asked others for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def expect_calm(self) -> None:
        """No error on the browser's console, no request to another host."""
        assert self.complaints == []
        assert self.foreign == []


@contextmanager
def serving(database: str, port: int, log: Path) -> Iterator[None]:
    """Run the real server."""
    program = Path(sys.executable).with_name("civicwatt")
    command = [str(program), "serve", "--port", str(port)]
    environment = {**os.environ, "CIVICWATT_DATABASE_URL": database}
    with (
        log.open("ab") as output,
        Child("civicwatt serve", command, output=output, env=environment) as child,
    ):
        child.wait_until(lambda: answers(port), within_s=30.0, log=log)
        yield


@pytest.fixture(scope="session")
def console(
    database_server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Console]:
    """The real server, on a database with the planted district."""
    if not BUILT.exists():
        pytest.fail("the console is not built: run `make ui`")
    with new_database(database_server, template) as database:
        now = datetime.now(UTC)
        plant(database, now)
        port = free_port()
        with serving(database, port, tmp_path_factory.mktemp("serve") / "log"):
            yield Console(f"http://{HOST}:{port}", database, now)


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


@pytest.fixture(scope="session")
def operator(browser: Browser, console: Console) -> StorageState:
    """What a browser keeps once the operator has signed in by the form, as a person does."""
    context = browser.new_context(base_url=console.url)
    sign_in(context.new_page())
    state = context.storage_state()
    context.close()
    return state


@contextmanager
def visiting(
    browser: Browser, console: Console, width: int, state: StorageState | None = None
) -> Iterator[Visit]:
    """Open a window of that width, with what an earlier one has kept."""
    context = browser.new_context(
        base_url=console.url,
        storage_state=state,
        viewport={"width": width, "height": 900},
        locale="zh-CN",
        # not the building's zone: the browser's own must not show anywhere
        timezone_id="America/New_York",
        color_scheme="light",
        has_touch=width < 500,
    )
    visit = Visit(context.new_page())
    home = urlsplit(console.url).netloc
    context.on("console", lambda said: said.type == "error" and visit.complaints.append(said.text))
    context.on("weberror", lambda error: visit.complaints.append(str(error.error)))
    context.on(
        "request",
        lambda asked: (
            urlsplit(asked.url).netloc not in {home, ""} and visit.foreign.append(asked.url)
        ),
    )
    yield visit
    context.close()


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
    page.wait_for_url("**/buildings/*")


def hall_id(api: APIRequestContext) -> int:
    """Id of the building with meters."""
    items = api.get("/api/v1/buildings").json()["items"]
    return next(int(item["id"]) for item in items if item["code"] == "hall")


def open_hall(page: Page, query: str = "") -> None:
    """Go to the building with meters and wait for its curve."""
    page.goto(f"/buildings/{hall_id(page.request)}{query}")
    page.wait_for_selector(".uplot, .load table")
