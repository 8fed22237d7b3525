"""What a browser has to load before it can show anything."""

import gzip

import pytest
from playwright.sync_api import Response

from tests.ui.conftest import Visit, hall_id

pytestmark = pytest.mark.browser

MOST_KIB = 150
"""JavaScript before charts, as it is sent. [KiB]"""
_CHARTS = (b"echarts", b"u-wrap")


@pytest.mark.parametrize("page", ["/alerts", "/portfolio", "/buildings/{hall}", "/fleet", "/water"])
def test_a_page_loads_little_before_its_charts(office: Visit, page: str) -> None:
    scripts: dict[str, bytes] = {}

    def note(answer: Response) -> None:
        if answer.url.endswith(".js") and answer.ok:
            scripts[answer.url] = answer.body()

    office.page.on("response", note)
    office.page.goto(page.format(hall=hall_id(office.page.request)))
    office.page.locator("main h1, main .panel").first.wait_for()
    plain = {url: body for url, body in scripts.items() if not _draws(body)}
    sizes = {url.rsplit("/", 1)[1]: len(gzip.compress(body, 5)) for url, body in plain.items()}
    assert sum(sizes.values()) <= MOST_KIB * 1024, sizes
    assert len(plain) > 3


def _draws(script: bytes) -> bool:
    return any(name in script for name in _CHARTS)
