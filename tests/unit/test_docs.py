"""The documents say what is: links lead somewhere, commands exist, twins in two languages agree."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from civicwatt.cli import COMMANDS, parser
from domain.quantity import quantities

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path.relative_to(ROOT) for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
)
TWINS = [
    ("README.md", "README.zh-CN.md"),
    ("docs/operations.md", "docs/operations.zh-CN.md"),
    ("docs/profiles.md", "docs/profiles.zh-CN.md"),
    ("docs/python-client.md", "docs/python-client.zh-CN.md"),
    ("docs/building.md", "docs/building.zh-CN.md"),
    ("docs/indicators.md", "docs/indicators.zh-CN.md"),
    ("docs/consumption.md", "docs/consumption.zh-CN.md"),
    ("docs/corrections.md", "docs/corrections.zh-CN.md"),
    ("docs/metrology.md", "docs/metrology.zh-CN.md"),
    ("docs/context.md", "docs/context.zh-CN.md"),
    ("docs/tariffs.md", "docs/tariffs.zh-CN.md"),
    ("docs/trips.md", "docs/trips.zh-CN.md"),
    ("docs/vehicle-costs.md", "docs/vehicle-costs.zh-CN.md"),
    ("docs/vehicle-keys.md", "docs/vehicle-keys.zh-CN.md"),
    ("docs/baseline.md", "docs/baseline.zh-CN.md"),
    ("docs/savings.md", "docs/savings.zh-CN.md"),
    ("docs/alerting.md", "docs/alerting.zh-CN.md"),
    ("docs/delivery.md", "docs/delivery.zh-CN.md"),
    ("docs/settlement.md", "docs/settlement.zh-CN.md"),
    ("docs/evidence.md", "docs/evidence.zh-CN.md"),
    ("docs/entries.md", "docs/entries.zh-CN.md"),
    ("docs/statistics.md", "docs/statistics.zh-CN.md"),
    ("docs/closing.md", "docs/closing.zh-CN.md"),
    ("docs/reliability.md", "docs/reliability.zh-CN.md"),
    ("docs/security.md", "docs/security.zh-CN.md"),
]
FENCE = re.compile(r"^```.*?\n(.*?)^```", re.MULTILINE | re.DOTALL)
OURS = ("analytics", "api", "bench", "civicwatt", "device_sim", "docs", "domain", "ingest", "ops")
OUR_PATH = re.compile(rf"(?<![\w/])(?:{'|'.join((*OURS, 'store', 'tests', 'ui'))})/[\w./-]*")
TEXTS = {".py", ".sql", ".toml", ".conf"}
MADE_ON_THE_SPOT = "ops/secrets/"


def text(document: Path | str) -> str:
    return (ROOT / document).read_text("utf-8")


def prose(document: Path | str) -> str:
    return FENCE.sub("", text(document))


def spans(document: Path | str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", prose(document))


def code(document: Path | str) -> list[str]:
    """What stands in code type: spans, and lines of fenced and indented blocks."""
    blocks = "\n".join(FENCE.findall(text(document)))
    indented = re.findall(r"^ {4}(\S.*)$", prose(document), re.MULTILINE)
    return [*spans(document), *blocks.splitlines(), *indented]


def anchor(heading: str) -> str:
    """What a heading is linked by on GitHub."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def headings(document: Path | str) -> list[tuple[str, str]]:
    return re.findall(r"^(#+) (.+)$", prose(document), re.MULTILINE)


def civicwatt_lines(document: Path | str) -> Iterator[list[str]]:
    """Arguments of every `civicwatt ..` a document gives, also through make and compose."""
    for line in code(document):
        if re.match(r"civicwatt [a-z]", line):
            yield shlex.split(line.partition("#")[0])[1:]
        if run := re.match(r"docker compose run --rm (?:--volume \S+ )?\w+ (.+)", line):
            yield shlex.split(run[1])
        if demo := re.search(r"make demo ARGS=(\".*\")", line):
            yield ["demo", *shlex.split(shlex.split(demo[1])[0])]


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(document)):
        if link.startswith("https://"):
            continue
        path, _, fragment = link.partition("#")
        target = ROOT / document.parent / path if path else ROOT / document
        anchors = {anchor(title) for _, title in headings(target)} if fragment else {""}
        if not target.exists() or fragment not in anchors:
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_paths_of_the_repository_exist(document: Path) -> None:
    placeholder_or_topic = re.compile(r"<|/#$")
    shown = [span for span in code(document) if not placeholder_or_topic.search(span)]
    named = {path for span in shown for path in OUR_PATH.findall(span)}
    absent = {path for path in named if not path.startswith(MADE_ON_THE_SPOT)}
    assert [path for path in sorted(absent) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_commands_are_understood(document: Path) -> None:
    root = parser()
    for arguments in civicwatt_lines(document):
        options = [argument for argument in arguments if "{" not in argument]
        if len(options) == 1:
            assert options[0] in COMMANDS
        elif ".." not in options:
            root.parse_args(options)  # ends the test with its usage when it does not understand


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_names_every_command(readme: str) -> None:
    named = {arguments[0] for arguments in civicwatt_lines(readme)}
    assert named == set(COMMANDS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_targets_are_in_the_makefile(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    named = {
        target
        for line in code(document)
        for target in re.findall(r"\bmake (?:-C \w+ )?([a-z-]+)", line)
    }
    assert named <= targets


def test_every_quantity_is_in_the_glossary() -> None:
    rows = set(text("docs/glossary.md").splitlines())
    missing = [
        quantity.name
        for quantity in quantities().values()
        if not any(
            row.startswith(f"| {quantity.en} | {quantity.zh} | `{quantity.name}` | {quantity.unit}")
            for row in rows
        )
    ]
    assert missing == []


@pytest.mark.parametrize(("english", "chinese"), TWINS)
def test_twins_have_the_same_parts_commands_and_tables(english: str, chinese: str) -> None:
    def parts(document: str) -> list[str]:
        return [level for level, _ in headings(document)]

    def identifiers(document: str) -> set[str]:
        shown = {span for span in spans(document) if "<" not in span and ":" not in span}
        return {span.replace(".zh-CN", "") for span in shown}

    def lines_to_type(document: str) -> list[str]:
        blocks = [block for block in FENCE.findall(text(document)) if "flowchart" not in block]
        return [line for line in "".join(blocks).splitlines() if "<" not in line]

    assert parts(english) == parts(chinese)
    assert identifiers(english) == identifiers(chinese)
    assert lines_to_type(english) == lines_to_type(chinese)
    assert text(english).count("\n|") == text(chinese).count("\n|")


def test_decisions_are_numbered_without_gaps_and_all_in_the_index() -> None:
    files = sorted(path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [name[:4] for name in files] == [f"{n:04}" for n in range(1, len(files) + 1)]
    assert re.findall(r"\]\((\d{4}-[^)]+)\)", text("docs/decisions/README.md")) == files


def test_a_decision_that_code_refers_to_exists() -> None:
    known = {path.name[:4] for path in (ROOT / "docs/decisions").glob("[0-9]*.md")}
    packages = ("domain", "store", "ingest", "analytics", "api", "device_sim", "civicwatt")
    sources = [p for name in packages for p in (ROOT / name).rglob("*.*") if p.suffix in TEXTS]
    named = {n for path in sources for n in re.findall(r"decision (\d{4})", path.read_text())}
    assert named <= known


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_a_test_that_is_named_exists(document: Path) -> None:
    named = [span.split("::") for span in spans(document) if ".py::" in span]
    missing = [f"{file}::{name}" for file, name in named if f"def {name}(" not in text(ROOT / file)]
    assert missing == []
