"""Institutions, their sites and buildings: who is in the district, and what stands there."""

import tomllib
from functools import cache
from importlib import resources
from itertools import cycle, islice

import msgspec


class Building(msgspec.Struct, frozen=True):
    """One building of ``institutions.toml``, where the units of the fields stand."""

    code: str
    name_zh: str
    name_en: str
    use: str
    area_m2: float
    items: tuple[str, ...]
    water: bool = False
    heat: bool = False
    parking: bool = False
    gas_m3h: dict[str, float] = {}
    pv_kw: float = 0.0


class Site(msgspec.Struct, frozen=True):
    """A place with buildings and one weather station."""

    code: str
    name_zh: str
    name_en: str
    building: tuple[Building, ...]


class Institution(msgspec.Struct, frozen=True):
    """One institution with its sites."""

    code: str
    name_zh: str
    name_en: str
    site: tuple[Site, ...]

    def numbered(self, round_: int) -> "Institution":
        """The same once more under another code and name; round 1 is the original."""
        if round_ == 1:
            return self
        sites = tuple(
            msgspec.structs.replace(
                site,
                code=f"{site.code}{round_}",
                building=tuple(
                    msgspec.structs.replace(building, code=f"{building.code}{round_}")
                    for building in site.building
                ),
            )
            for site in self.site
        )
        return Institution(
            f"{self.code}{round_}", f"{self.name_zh}({round_})", f"{self.name_en} ({round_})", sites
        )

    @property
    def buildings(self) -> tuple[Building, ...]:
        """Buildings of every site, in order."""
        return tuple(building for site in self.site for building in site.building)

    @property
    def garage(self) -> Building:
        """The building where its vehicles charge: the first with parking."""
        return next(building for building in self.buildings if building.parking)


class _Estate(msgspec.Struct, frozen=True):
    institution: tuple[Institution, ...]


@cache
def _listed() -> tuple[Institution, ...]:
    text = (resources.files("device_sim") / "institutions.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Estate).institution


def estate(n_institutions: int) -> tuple[Institution, ...]:
    """The first institutions of the list, which is gone round again when it ends."""
    listed = _listed()
    return tuple(
        institution.numbered(1 + index // len(listed))
        for index, institution in enumerate(islice(cycle(listed), n_institutions))
    )
