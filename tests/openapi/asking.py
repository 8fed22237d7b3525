"""Requests that Schemathesis draws from the OpenAPI document, and answers that do not fit it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from tests.openapi.house import NOBODY, Asker, House

MODES = schemathesis.GenerationMode
_CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_schema_conformance", "response_headers_conformance",
)  # fmt: skip
_PATIENCE_S = 120.0
"""Of a busy machine; a stuck server is found all the same. [s]"""
_ENDLESS = "GET /api/v1/stream"
_LEAVING = {"DELETE /api/v1/session", "POST /api/v1/session/password", "POST /api/v1/session"}
"""Who asks these is somebody else afterwards: nobody alone asks them."""


@dataclass(slots=True)
class Found:
    """What was asked, and what of the answers does not fit the document.

    Attributes
    ----------
    answered : set of str
        Operations that did what they were asked, once at least.
    faults : dict
        By operation, status and check, with a request that shows it.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    answered: set[str] = field(default_factory=set)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def operations(house: House) -> list[Any]:
    """Every operation of the document whose answer ends."""
    schema = schemathesis.openapi.from_url(f"{house.url}/openapi.json", timeout=_PATIENCE_S)
    # The asker's headers show who asks; drawn ones would show nobody.
    schema.config.generation.with_security_parameters = False
    found = [each.ok() for each in schema.get_all_operations()]
    return [each for each in found if each.label != _ENDLESS]


def ask(house: House, asked: Iterable[tuple[Any, Asker]], *, examples: int) -> Found:
    """Ask operations as somebody: what fits the document and what does not, with what is there."""
    load_all_checks()
    checks = CHECKS.get_by_names(list(_CHECKS))
    found = Found()
    with requests.Session() as session:
        for operation, asker in asked:
            if operation.label not in _LEAVING or asker.name == NOBODY:
                _ask_one(house, operation, asker, session, checks, examples, found)
    return found


def _ask_one(
    house: House,
    operation: Any,
    asker: Asker,
    session: requests.Session,
    checks: Sequence[Any],
    examples: int,
    found: Found,
) -> None:
    fits = operation.as_strategy(generation_mode=MODES.POSITIVE)

    # The same requests in every run: what is red once is red again.
    @settings(
        max_examples=examples, database=None, phases=[Phase.generate], derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(data=st.data())
    def one(data: st.DataObject) -> None:
        case = data.draw(fits if data.draw(st.integers(0, 3)) else _misfits(operation, fits))
        for values in (case.path_parameters, case.query, case.body):
            _name_what_is_there(house, operation.path, values, data)
        answer = case.call(
            base_url=house.url, session=session, headers=asker.headers, timeout=_PATIENCE_S
        )
        found.statuses[answer.status_code] += 1
        if answer.status_code < 400:
            found.answered.add(operation.label)
        try:
            case.validate_response(answer, checks=checks)
        except FailureGroup as group:
            for failure in group.exceptions:
                name = f"{operation.label} {answer.status_code} {type(failure).__name__}"
                found.faults[name].append(f"{asker.name}: {failure}\n{case.as_curl_command()}")

    one()


def _misfits(operation: Any, fits: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What does not fit, of operations that can be asked for anything that does not."""
    try:
        return operation.as_strategy(generation_mode=MODES.NEGATIVE)
    except Unsatisfiable:
        return fits


def _name_what_is_there(house: House, path: str, values: Any, data: st.DataObject) -> None:
    if not isinstance(values, dict):
        return
    for name in values:
        there = house.there(path, name)
        if there and data.draw(st.integers(0, 3)):
            values[name] = data.draw(st.sampled_from(there))
