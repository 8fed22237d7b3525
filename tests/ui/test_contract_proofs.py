"""A statement in the browser down to its registers, signed by a key at home, corrected, printed."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, StorageState, expect

from api.app import create_app
from api.credential import COOKIE, token_hash
from api.settings import ApiSettings
from civicwatt.cli import main
from civicwatt.loopback import HOST
from store.people.session import begin
from tests.conftest import connected
from tests.contracted_school import HOURS, compute, count, drawn, follow, planted_template, terms
from tests.db.contracts.desk import Desk
from tests.estate import NOW
from tests.ui.conftest import (
    PATIENCE_MS,
    SECRET_KEY,
    Console,
    Planted,
    console_on,
    visiting,
)

pytestmark = pytest.mark.browser

KEYS = {
    "client": Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32),
    "provider": Ed25519PrivateKey.from_private_bytes(bytes([2]) * 32),
}
PEOPLE = {"client": "manager", "provider": "engineer"}


@pytest.fixture(scope="module")
def school(database_server: str, template: str) -> Iterator[Planted]:
    """The school whose June can be drawn."""
    with planted_template(database_server, template) as name:
        yield Planted(name, datetime.now(UTC))


@pytest.fixture
def console(database_server: str, school: Planted) -> Iterator[Console]:
    """The real server in front of it."""
    with console_on(database_server, school) as console:
        yield console


@contextmanager
def desk_at(console: Console) -> Iterator[Desk]:
    """People of both sides who do what comes before."""
    settings = ApiSettings(database_url=console.database, secret_key=SECRET_KEY)
    with connected(console.database) as conn, TestClient(create_app(settings)) as client:
        yield Desk(client, conn)


def entered(console: Console, login: str) -> StorageState:
    """What a browser keeps of a person who has signed in."""
    token, day = secrets.token_urlsafe(), timedelta(days=1)
    with connected(console.database) as conn:
        row = conn.execute("SELECT person_id FROM person WHERE login = %s", [login]).fetchone()
        assert row is not None
        hashed = token_hash(token)
        begin(conn, row[0], token_hash=hashed, csrf=login, idle=day, absolute=day)
    kept = {"name": COOKIE, "value": token, "domain": HOST, "path": "/"}
    hint = {"name": "civicwatt.session", "value": "1"}
    return {"cookies": [kept], "origins": [{"origin": console.url, "localStorage": [hint]}]}


@contextmanager
def seat(
    browser: Browser, console: Console, login: str, statement: int, *, calm: bool = True
) -> Iterator[Page]:
    """A window of a person at a statement; it must have been calm when it is left."""
    with visiting(browser, console, 1440, entered(console, login)) as visit:
        visit.page.set_default_timeout(PATIENCE_MS)
        visit.page.goto(f"/statements/{statement}")
        visit.page.locator("[data-sha256]").wait_for()
        yield visit.page
        if calm:
            visit.expect_calm()


def june(desk: Desk, *, keys: bool = False) -> Any:
    """June of the school, checked."""
    contract = desk.agree(terms().replace('signing = "approvals"\n', "") if keys else terms())
    for party, login in PEOPLE.items() if keys else ():
        public = KEYS[party].public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        desk.post(login, f"contracts/{contract}/keys", key=pem, note="told over the telephone")
    return desk.act("director", drawn(desk, contract)["id"], "check")


def at_home(page: Page, folder: Path, party: str) -> str:
    """Download the bundle, and sign it where the key is; gives the text of the signature."""
    command = page.locator("[data-command]").inner_text().split()
    file, pem = folder / command[2], folder / f"{party}.pem"
    link = page.locator("[data-sign] a").get_attribute("href") or ""
    file.write_bytes(page.request.get(link, timeout=PATIENCE_MS).body())
    private = KEYS[party].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(private)
    assert command[:2] == ["civicwatt", "sign"]
    assert main(["sign", str(file), "--key", str(pem)]) == 0
    return file.with_name(f"{file.name}.{party}.sig").read_text()


def hand_in(page: Page, signature: str) -> None:
    """Nothing is sent without the signature that the contract wants."""
    page.locator("[name=signature]").fill("")
    page.locator("[name=seen]").check()
    expect(page.locator("[data-sign] button[type=submit]")).to_be_disabled()
    page.locator("[name=signature]").fill(signature)
    page.locator("[name=seen]").check()
    page.locator("[data-sign] button[type=submit]").click()


def plain_sign(page: Page) -> None:
    page.locator("[data-act=sign]").click()
    page.locator("[name=seen]").check()
    page.locator("[data-sign] button[type=submit]").click()


def test_each_party_signs_at_home_with_its_own_key(
    browser: Browser, console: Console, tmp_path: Path
) -> None:
    with desk_at(console) as desk:
        statement = june(desk, keys=True)["id"]
    with seat(browser, console, "manager", statement) as page:
        page.locator("[data-act=sign]").click()
        of_client = at_home(page, tmp_path, "client")
        hand_in(page, of_client)
        expect(page.locator("[data-stage=signed]")).to_contain_text("用能单位")
        expect(page.locator("[data-stage=signed]")).to_contain_text("公钥")
    # The browser notes on its console that something was refused.
    with seat(browser, console, "engineer", statement, calm=False) as page:
        page.locator("[data-act=sign]").click()
        hand_in(page, of_client)
        expect(page.locator("[data-acts]")).to_contain_text("此签名不是用")
        hand_in(page, at_home(page, tmp_path, "provider"))
        expect(page.locator("[data-stage=signed]")).to_have_attribute("data-reached", "here")
        expect(page.locator("[data-doing=sign]")).to_have_count(2)
        [file] = tmp_path.glob("*.zip")
        assert main(["verify", str(file)]) == 0


def test_a_late_reading_is_followed_to_a_reversal_that_both_have_signed(
    browser: Browser, console: Console
) -> None:
    with desk_at(console) as desk, connected(console.database) as conn:
        checked = june(desk)
        for login in PEOPLE.values():
            desk.act(login, checked["id"], "sign", sha256=checked["sha256"])
        count(conn, "main", [HOURS], more=100.0)
        compute(conn, NOW + timedelta(hours=1))
        assert follow(conn) == 1
    for login in PEOPLE.values():
        with seat(browser, console, login, checked["id"]) as page:
            proposal = page.locator("[data-proposal]")
            expect(proposal).to_contain_text("71.54")
            proposal.get_by_role("button").first.click()
            proposal.locator("[name=reason]").fill("表码补传")
            proposal.locator("button[type=submit]").click()
            expect(proposal).to_contain_text(f"{login} · ")
    with desk_at(console) as desk:
        signed = desk.get("manager", f"statements/{checked['id']}")
        assert signed["state"] == "signed", "nothing is changed by a proposal"
        back = desk.act("director", signed["reversed_by"], "check")["id"]
    for login in PEOPLE.values():
        with seat(browser, console, login, back) as page:
            plain_sign(page)
            expect(page.locator("[data-stage=signed]")).to_contain_text(login)
    with seat(browser, console, "manager", checked["id"]) as page:
        expect(page.locator("[data-correction]")).to_be_visible()
        expect(page.get_by_text("已红冲").first).to_be_visible()


def test_an_amount_leads_to_its_registers_and_prints_without_buttons(
    browser: Browser, console: Console
) -> None:
    with desk_at(console) as desk:
        statement = june(desk)["id"]
    with seat(browser, console, "manager", statement) as page:
        line = page.locator("[data-side=bills] [data-line=water]")
        line.get_by_role("button").first.click()
        working = page.locator("[data-side=bills] [data-working=water]")
        expect(working.locator("[data-step=Q]")).to_contain_text("360")
        expect(working).to_contain_text("表计 water（实测）")
        used = page.locator("[data-origin=use]").filter(has_text="water")
        expect(used.locator("[data-registers]")).to_contain_text("表码 1000")
        expect(used.locator("[data-registers]")).to_contain_text("1360")
        link = used.get_by_role("link")
        expect(link).to_have_attribute("href", "/metrology?meter=water")
        page.emulate_media(media="print")
        expect(page.locator("[data-acts]")).to_be_hidden()
        expect(page.locator("[data-download=pdf]")).to_be_hidden()
        expect(page.locator(".rail")).to_be_hidden()
        expect(working).to_be_visible()
        paper = "() => getComputedStyle(document.documentElement).getPropertyValue('--bg').trim()"
        assert page.evaluate(paper) == "#fff"
