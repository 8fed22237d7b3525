"""Names that are markup or code are shown as what they are, on every page there is."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import APIRequestContext

from tests.conftest import connected
from tests.ui.conftest import Console, Visit

pytestmark = pytest.mark.browser

ROUTER = Path(__file__).parents[2] / "ui" / "src" / "router.ts"
HOSTILE = (
    """<img src=x class=struck onerror="window.struck=1"><script>window.struck=1</script>"""
    """'"--></title></style></textarea><svg onload="window.struck=1">"""
    """{{constructor.constructor('window.struck=1')()}}${window.struck=1}"""
)
_NAMES = """
SELECT table_name, column_name FROM information_schema.columns
 WHERE table_schema = 'public' AND data_type = 'text' AND is_updatable = 'YES'
   AND column_name ~ '^(name|name_zh|name_en|note|reason|title|manufacturer|model|detail|remark)$'
   AND table_name <> 'schema_migration' AND table_name !~ '^procrastinate'
"""


def spoil(database: str) -> int:
    """Write the markup into every name and note there is; gives how many rows took it."""
    taken = 0
    with connected(database) as conn:
        conn.execute("SET session_replication_role = replica")
        for table, column in conn.execute(_NAMES).fetchall():
            with conn.transaction():
                found = conn.execute(f'UPDATE "{table}" SET "{column}" = %s', [HOSTILE])
                taken += found.rowcount
    return taken


def pages(api: APIRequestContext) -> Iterator[str]:
    """Every page of the router; those of one thing, of the first there is."""

    def first(what: str) -> int:
        return int(api.get(f"/api/v1/{what}").json()["items"][0]["id"])

    of_one = {"/buildings": first("buildings"), "/devices": first("devices")}
    for path in re.findall(r"path: '(/[^']*)'", ROUTER.read_text("utf-8")):
        root = "/" + path.split("/")[1]
        if ":rest" in path or (":" in path and root not in of_one):
            continue
        yield re.sub(r":id\(\\\\d\+\)", str(of_one.get(root)), path)


def test_no_name_is_run_on_any_page(office: Visit, console: Console) -> None:
    assert spoil(console.database) > 10
    page, shown = office.page, 0
    # an open stream would keep the window from ever being idle
    page.route("**/api/v1/stream*", lambda route: route.fulfill(status=204))
    asked: list[str] = []
    page.on("request", lambda request: request.url.endswith("/x") and asked.append(request.url))
    for path in pages(page.request):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        shown += "window.struck=1" in page.inner_text("body")
        assert page.evaluate("() => window.struck ?? null") is None, path
        assert page.locator(".struck").count() == 0, path
    assert asked == []
    assert shown > 5
    assert office.foreign == []
    # a question that is refused for its own reasons, such as a month without a fleet, is told there
    assert [said for said in office.complaints if "409" not in said] == []
