"""A request is found again: its name is in the answer, in the problem and in the log."""

import logging
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.request_id import RequestId, name_log_lines
from api.unforeseen import Unforeseen


@pytest.fixture
def client() -> Iterator[TestClient]:
    """An application that fails whenever it is asked to."""
    factory = logging.getLogRecordFactory()
    name_log_lines()
    app = FastAPI()

    @app.get("/divide")
    def divide(by: int) -> float:
        logging.getLogger("app").info("dividing by %d", by)
        return 1 / by

    app.add_middleware(Unforeseen)
    app.add_middleware(RequestId)
    yield TestClient(app)
    logging.setLogRecordFactory(factory)


def test_a_name_that_a_proxy_gave_is_kept_and_any_other_is_made(client: TestClient) -> None:
    given = client.get("/divide", params={"by": 1}, headers={"X-Request-ID": "proxy-7"})
    assert given.headers["X-Request-ID"] == "proxy-7"
    forged = client.get("/divide", params={"by": 1}, headers={"X-Request-ID": "two words"})
    made = client.get("/divide", params={"by": 1})
    names = {forged.headers["X-Request-ID"], made.headers["X-Request-ID"]}
    assert [len(name) for name in names] == [32, 32]


def test_every_line_of_the_log_begins_with_it_also_where_nobody_foresaw_the_fault(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    answer = client.get("/divide", params={"by": 0}, headers={"X-Request-ID": "x1"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (told["code"], told["request"]) == ("unforeseen", "x1")
    assert "division" not in answer.text
    lines = [
        record.getMessage() for record in caplog.records if record.name in {"app", "api.unforeseen"}
    ]
    assert lines == ["[x1] dividing by 0", "[x1] nobody foresaw this of GET /divide"]
    assert "ZeroDivisionError" in caplog.text
