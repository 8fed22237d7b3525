"""The console's types of the API are those of the API's document as it is now."""

import pytest

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
