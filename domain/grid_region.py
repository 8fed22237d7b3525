"""Which regional grid a province hangs at: where to look when it has no factor of its own."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.errors import FactorError
from domain.sentence import Sentence

NATION = "CN"

_PROVINCES = {
    "grid-north": "BJ TJ HE SX SD",
    "grid-northeast": "LN JL HL",
    "grid-east": "SH JS ZJ AH FJ",
    "grid-central": "JX HA HB HN",
    "grid-northwest": "SN GS QH NX XJ",
    "grid-south": "GD GX HI GZ YN",
    "grid-southwest": "CQ SC XZ",
}
# Inner Mongolia hangs at two grids, so only the nation stands behind it; of Hong Kong, Macao and
# Taiwan the ministry publishes nothing.
_OF_NO_GRID = ("NM",)

GRID_REGION: Mapping[str, str] = MappingProxyType(
    {f"{NATION}-{code}": region for region, codes in _PROVINCES.items() for code in codes.split()}
)
"""Regional grid by province, ISO 3166-2."""
PROVINCES = frozenset(GRID_REGION) | {f"{NATION}-{code}" for code in _OF_NO_GRID}

_NUMBERS = (
    "11BJ 12TJ 13HE 14SX 15NM 21LN 22JL 23HL 31SH 32JS 33ZJ 34AH 35FJ 36JX 37SD 41HA 42HB 43HN "
    "44GD 45GX 46HI 50CQ 51SC 52GZ 53YN 54XZ 61SN 62GS 63QH 64NX 65XJ"
)
_BY_NUMBER = {pair[:2]: pair[2:] for pair in _NUMBERS.split()}


def province_of(administrative_code: str | None) -> str | None:
    """Province of a code of six digits (GB/T 2260): ``500108``, Nan'an, lies in ``CN-CQ``.

    None for None, and for a code of no province of the grid.
    """
    letters = _BY_NUMBER.get((administrative_code or "")[:2])
    return None if letters is None else f"{NATION}-{letters}"


def regions_above(province: str | None) -> tuple[str, ...]:
    """A province and what stands behind it, narrowest first; the nation alone for None.

    Raises
    ------
    FactorError
        If there is no such province.
    """
    if province is None:
        return (NATION,)
    if province not in PROVINCES:
        raise FactorError(
            Sentence(
                "no_province",
                "{province} is no province, want a code of ISO 3166-2 such as CN-TJ",
                province=repr(province),
            )
        )
    grid = GRID_REGION.get(province)
    return (province, NATION) if grid is None else (province, grid, NATION)


def is_region(region: str) -> bool:
    """Whether a factor may be said to hold there."""
    return region == NATION or region in PROVINCES or region in _PROVINCES


def name_of(region: str) -> str:
    """The region as an error names it."""
    return "the nation" if region == NATION else region
