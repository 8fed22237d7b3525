"""Pictures of the console's pages under `docs/screens/`, as a browser shows them.

python ops/screenshots.py --password ...     of the console at --url, such as that of `make demo`
"""

import argparse
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parents[1] / "docs" / "screens"
CHROMIUM = Path("/usr/bin/chromium")
COLOURS = 128
"""Of a picture: the console has few, and a page then takes a third of the room."""
PATIENCE_MS = 120_000
"""For a page to have read all it shows. [ms]"""
SETTLED_MS = 1_500
"""After the last answer until charts stand still. [ms]"""


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is looked at.

    Attributes
    ----------
    name : str
        End of the picture's name.
    size : (int, int)
        Of the window. [CSS pixel]
    """

    name: str = ""
    size: tuple[int, int] = (1440, 900)
    language: str = "zh-CN"
    scheme: str = "light"


DESKTOP = Look()
ENGLISH = Look("-en", language="en")
DARK = Look("-dark", scheme="dark")
PHONE = Look("-phone", size=(390, 844))
PAGES: Mapping[str, tuple[str, tuple[Look, ...]]] = {
    "alerts": ("/alerts", (DESKTOP, ENGLISH, DARK, PHONE)),
    "night": ("/night", (PHONE,)),
    "portfolio": ("/portfolio", (DESKTOP,)),
    "building": ("/buildings/{building}", (DESKTOP, ENGLISH, DARK, PHONE)),
    "contract": ("/contracts/{contract}", (DESKTOP, PHONE)),
    "fleet": ("/fleet", (DESKTOP, ENGLISH, PHONE)),
    "displacement": ("/fleet/displacement", (DESKTOP,)),
    "water": ("/water", (DESKTOP,)),
    "quality": ("/data-quality", (DESKTOP,)),
    "devices": ("/devices", (DESKTOP,)),
    "entries": ("/entries/board", (DESKTOP, PHONE)),
    "ledger": ("/ledger", (DESKTOP,)),
    "tariffs": ("/tariffs", (DESKTOP,)),
    "calendar": ("/calendar", (DESKTOP,)),
    "reports": ("/reports", (DESKTOP,)),
    "statistics": ("/statistics", (DESKTOP,)),
}


def main() -> None:
    """Take them all; those of before are replaced."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--login", default="admin")
    parser.add_argument("--password", required=True)
    args = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        for look in (DESKTOP, ENGLISH, DARK, PHONE):
            _take(browser, args, look)
        browser.close()


def _take(browser: Browser, args: argparse.Namespace, look: Look) -> None:
    wide, high = look.size
    context = browser.new_context(
        base_url=args.url,
        viewport={"width": wide, "height": high},
        locale=look.language,
        color_scheme="dark" if look.scheme == "dark" else "light",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(f"localStorage.setItem('civicwatt.language', '{look.language}')")
    page.goto("/sign-in")
    page.fill("[name=login]", args.login)
    page.fill("[name=password]", args.password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: not urlsplit(url).path.startswith("/sign-in"))
    of_one = {each: _first(page, f"{each}s") for each in ("building", "contract")}
    for name, (path, looks) in PAGES.items():
        if look in looks:
            page.goto(path.format(**of_one))
            page.wait_for_selector("main .panel, main table, main h1")
            page.wait_for_function("() => !document.querySelector('[aria-busy=true], .busy')")
            page.wait_for_timeout(SETTLED_MS)
            _keep(page.screenshot(), FOLDER / f"{name}{look.name}.png")
    context.close()


def _first(page: Page, what: str) -> int:
    """Id of the first thing of a kind; 0 where there is none, which the page then says."""
    items = page.request.get(f"/api/v1/{what}").json()["items"]
    return min((int(each["id"]) for each in items), default=0)


def _keep(png: bytes, file: Path) -> None:
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS)
    picture.save(file, "PNG", optimize=True)


if __name__ == "__main__":
    main()
