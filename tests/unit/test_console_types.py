"""The console's types of the API are those of the API's document as it is now."""

import re

import pytest

from api.app import create_app
from api.settings import ApiSettings
from ops import console_types


def test_the_consoles_types_are_fresh() -> None:
    wanted = console_types.named()
    assert len(wanted) >= 10
    fresh = console_types.types(console_types.schemas(), wanted)
    assert console_types.FILE.read_text("utf-8") == fresh, "run `make types`"


def test_a_field_of_another_type_is_another_text() -> None:
    known = {
        "Some": {
            "type": "object", "required": ["a", "b"],
            "properties": {
                "a": {"anyOf": [{"type": "integer"}, {"type": "null"}], "description": "All. [1]"},
                "b": {"type": "array", "items": {"enum": ["x", "y"]}},
                "c": {"$ref": "#/components/schemas/Other"},
            },
        },
        "Other": {"type": "object", "additionalProperties": {"type": "string"}},
        "Unnamed": {"type": "object"},
    }  # fmt: skip
    text = console_types.types(known, {"Some"})
    for line in (
        "/** All. [1] */", "a: number | null", "b: ('x' | 'y')[]", "c?: Schemas['Other']",
        "Other: Record<string, string>",
    ):  # fmt: skip
        assert line in text
    assert "Unnamed" not in text


def test_a_schema_that_is_not_there_is_no_type() -> None:
    with pytest.raises(KeyError):
        console_types.types({}, {"Gone"})


def test_no_list_that_comes_in_pages_is_cut_off_after_the_first() -> None:
    app = create_app(ApiSettings(database_url="postgresql://nowhere"))
    paged = {
        re.sub(r"\{\w+\}", "*", path.removeprefix("/api/v1"))
        for path, doors in app.openapi()["paths"].items()
        if any(each["name"] == "cursor" for each in doors.get("get", {}).get("parameters", []))
    }
    # The newest readings of a device, as many as asked for, are no list to go on in.
    few = {"/readings", "/readings/latest"}
    assert paged > few
    asked = set()
    for file in (console_types.CONSOLE / "api").glob("*.ts"):
        for act in re.split(r"\n(?=\S)", file.read_text("utf-8")):
            for path in re.findall(r"['`](/[^'`]*)['`]", act):
                known = re.sub(r"\$\{[^}]+\}", "*", path)
                if known in paged - few and not re.search("'(POST|PUT|PATCH|DELETE)'", act):
                    asked.add(known)
                    whole = re.search("everyPage|onePage|cursor", act)
                    assert whole, f"{file.name} shows the first page of {known} only"
    assert len(asked) > 20
