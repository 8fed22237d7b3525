"""The page of a bundle unfolds to a reading, in both languages, without asking anybody."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.unit.evidence.office import parts

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "pays"), [("zh", "支付给"), ("en", "pays")])
@pytest.mark.parametrize("width", [1440, 390])
def test_an_amount_unfolds_down_to_a_reading(
    browser: Browser, tmp_path: Path, language: str, pays: str, width: int
) -> None:
    file = tmp_path / "statement.html"
    file.write_bytes(parts()["statement.html"])
    complaints: list[str] = []
    asked: list[str] = []
    with browser.new_context(viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        page.check(f"#tongue-{language}")
        expect(page.get_by_text(pays, exact=True)).to_be_visible()
        steps = page.get_by_text("209000 x 1.048 + 6249.6")
        expect(steps).to_be_hidden()
        page.locator("summary", has_text="160,770.98").click()
        page.locator("summary", has_text="151,845.43").click()
        expect(steps).to_be_visible()
        page.get_by_role("link", name="main-e").first.click()
        page.locator("summary", has_text="2026-07-14").first.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("2026-07-14T09:30:00Z")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []
    assert asked == [file.as_uri()]


def test_nothing_that_was_smuggled_in_runs(browser: Browser, tmp_path: Path) -> None:
    """Were a script in the page in spite of everything, the policy would keep it from running."""
    file = tmp_path / "statement.html"
    smuggled = (
        b"<script>document.title='taken'</script><img src='x' onerror=\"document.title='too'\">"
    )
    file.write_bytes(parts()["statement.html"].replace(b"<main>", b"<main>" + smuggled))
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(file.as_uri())
        assert page.title() == "office-july 2026-07"
