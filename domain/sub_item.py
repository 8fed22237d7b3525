"""The sub-items of electricity: what a branch meter's energy is used for.

The list is data, `sub_items.csv`. Slugs are ours and never renamed; national codes are looked up at
export only, for public documents number the same items differently.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

UNCHECKED = " (unchecked)"
"""Stands in a table behind a code that nobody has held against the printed standard."""


@dataclass(frozen=True, slots=True)
class SubItem:
    """One sub-item.

    Attributes
    ----------
    slug : str
        Our name of it: ``hvac``.
    parent : str
        Slug of the item it is part of; empty for the four at the top.
    code : str
        Code at export, such as ``B`` or ``B1``. Two slugs may share one.
    checked : bool
        Somebody has held the code against the printed standard.
    zh, en : str
        Names shown to people.
    """

    slug: str
    parent: str
    code: str
    checked: bool
    zh: str
    en: str

    @property
    def exported_code(self) -> str:
        """The code as a table has it, saying so while nobody has checked it."""
        return self.code if self.checked else f"{self.code}{UNCHECKED}"


@cache
def sub_items() -> Mapping[str, SubItem]:
    """Every sub-item by slug, each parent before its parts."""
    text = (resources.files("domain") / "sub_items.csv").read_text("utf-8")
    return MappingProxyType(
        {
            row["slug"]: SubItem(
                row["slug"],
                row["parent"],
                row["code"],
                row["checked"] == "yes",
                row["zh"],
                row["en"],
            )
            for row in csv.DictReader(text.splitlines())
        }
    )
