"""The unified social credit code (统一社会信用代码) by which the statistics know an institution."""

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Thirty-one characters of GB 32100-2015: I, O, S, V and Z look like others and are left out."""
_LENGTH = 18
_WEIGHTS = tuple(pow(3, n, 31) for n in range(_LENGTH - 1))


def check_character(body: str) -> str:
    """The eighteenth character that belongs to the first seventeen, by GB 32100-2015."""
    weighed = sum(_ALPHABET.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    return _ALPHABET[-weighed % len(_ALPHABET)]


def checked_credit_code(text: str) -> str:
    """Bring a code to its one form: capitals, without blanks.

    Raises
    ------
    ValueError
        If it is none; its text says what is wanted. A slip of one character, and two neighbours
        in the wrong order, are always found.
    """
    code = "".join(text.split()).upper()
    if len(code) != _LENGTH:
        raise ValueError(f"{_LENGTH} characters, seen {len(code)}")
    strange = sorted(set(code) - set(_ALPHABET))
    if strange:
        raise ValueError(f"digits and capitals without I, O, S, V, Z; seen {' '.join(strange)}")
    last = check_character(code[:-1])
    if code[-1] != last:
        raise ValueError(f"check character {last}, seen {code[-1]}")
    return code
