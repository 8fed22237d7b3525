"""Rules of the house that no linter knows, checked on the syntax tree."""

import ast
import importlib.util
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.settings import DeliverySettings, WorkerSettings
from api.settings import ApiSettings
from civicwatt.environment import KNOWN
from civicwatt.settings import CredentialSettings, DatabaseSettings
from ingest.codecs.gb32960.key_file import VehicleKeySettings
from ingest.door.settings import AdmissionSettings
from ingest.settings import CollectorSettings
from ingest.tcp.settings import ListenerSettings

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "store", "ingest", "analytics", "api", "device_sim", "civicwatt")
SOURCES = sorted(
    path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py")
)
OF_ALL = [
    path.relative_to(ROOT)
    for folder in (*PACKAGES, "bench", "ops", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
SQL = re.compile(
    r"^\s*(select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from|create\s+(table|view|index)"
    r"|alter\s+table|copy\s+\w+|with\s+\w+\s+as\s*\()",
    re.IGNORECASE | re.DOTALL,
)
CLOCK = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}
PURE = (
    "domain/",
    "ingest/codecs/",
    "ingest/profile/",
    "ingest/intake.py",
    "ingest/router.py",
    "analytics/ledger/",
    "analytics/models/",
    "analytics/rules/",
    "analytics/settlement/",
    "analytics/savings/",
    "analytics/baseline/",
    "analytics/fleet/",
    "analytics/delivery/",
    "analytics/alerts/",
)
FORBIDDEN_NAMES = ("utils", "util", "helpers", "helper", "manager", "service", "common", "misc")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
SHORTEST_REASON = 4


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"))


def docstrings(module: ast.Module) -> set[int]:
    """Ids of string nodes that stand alone as statements: docstrings and attribute docs."""
    return {
        id(node.value)
        for node in ast.walk(module)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_sql_lives_in_sql_files() -> None:
    found = []
    for path in SOURCES:
        module = tree(path)
        prose = docstrings(module)
        found += [
            f"{path}:{node.lineno}"
            for node in ast.walk(module)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in prose
            and SQL.match(node.value)
        ]
    assert found == []


def test_pure_code_has_no_clock() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path in SOURCES
        if path.as_posix().startswith(PURE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in CLOCK
    ]
    assert found == []


def test_a_file_is_named_by_a_noun_of_the_trade() -> None:
    assert [path for path in SOURCES if path.stem in FORBIDDEN_NAMES] == []


def test_a_file_holds_one_idea() -> None:
    lines = {path: (ROOT / path).read_text("utf-8").count("\n") for path in SOURCES}
    assert {path: count for path, count in lines.items() if count > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
        first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
        return (node.end_lineno or first.lineno) - first.lineno + 1

    long = {
        f"{path}:{node.name}": code_lines(node)
        for path in SOURCES
        for node in functions(tree(path))
        if code_lines(node) > LONGEST_FUNCTION
    }
    assert long == {}


def test_every_exemption_gives_its_reason() -> None:
    bare = []
    for path in OF_ALL:
        for number, line in enumerate((ROOT / path).read_text("utf-8").splitlines(), 1):
            exempt = re.search(r"#\s*(noqa: [A-Z0-9, ]+|type: ignore\[[\w, -]+\])(.*)", line)
            if exempt and len(exempt[2].strip(" #-")) < SHORTEST_REASON:
                bare.append(f"{path}:{number}: {line.strip()}")
    assert bare == []


@pytest.mark.parametrize("package", PACKAGES)
def test_our_top_level_names_are_ours(package: str) -> None:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).is_relative_to(ROOT)


def test_a_query_file_is_found_by_its_name_alone() -> None:
    names = [file.name for file in (ROOT / "store/sql/queries").rglob("*.sql")]
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_every_named_statement_is_used() -> None:
    code = "\n".join((ROOT / path).read_text("utf-8") for path in SOURCES)
    unused = []
    for file in sorted((ROOT / "store/sql/queries").rglob("*.sql")):
        names = re.findall(r"^-- name: (\w+)$", file.read_text("utf-8"), re.MULTILINE)
        unused += [f"{file.stem}.{name}" for name in names if f'"{name}"' not in code]
    assert unused == []


def test_settings_variables_are_all_known_to_the_front_door() -> None:
    for settings in (
        *(AdmissionSettings, ApiSettings, CollectorSettings, CredentialSettings),
        *(DatabaseSettings, DeliverySettings, ListenerSettings, WorkerSettings),
        VehicleKeySettings,
    ):
        names = {f"CIVICWATT_{field.upper()}" for field in settings.model_fields}
        assert names <= KNOWN.keys()


_ENDS_BY_ITSELF = {
    ("alert_desk", "similar"): "what an alert is shown beside, not a list",
    ("alert_desk", "matters"): "the year of work orders that the evaluation sums up",
    ("delivery", "in_storm"): "what one message of a storm names",
    ("delivery", "standing"): "what one message of a morning names",
    ("duty", "tonight"): "the gravest of the night; the desk lists all of them",
    ("rule_record", "to_measure"): "a job that comes again for the others",
}
"""Statements that end at a number of their own, and why nothing is missed."""


def test_no_list_ends_at_a_number_of_its_own() -> None:
    """A reader must be able to ask on: so many as asked for, never so many as somebody thought."""
    ended = {
        (path.stem, statement.split()[0])
        for path in (ROOT / "store" / "sql" / "queries").rglob("*.sql")
        for statement in path.read_text(encoding="utf-8").split("-- name: ")[1:]
        if re.search(r"LIMIT (?!1;)\d+;", statement)
    }
    assert ended == set(_ENDS_BY_ITSELF)
