"""Codes are held against their check character, and a slip is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.credit_code import check_character, checked_credit_code

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BODIES = st.text(ALPHABET, min_size=17, max_size=17)


def test_a_code_worked_out_by_hand_is_right() -> None:
    # 1*1 + 2*3 + 1*9 of the first three; the rest are zeros: 31 - 16 = 15, which is F.
    assert check_character("121" + "0" * 14) == "F"
    assert checked_credit_code(" 121000 00000000000f ") == "121" + "0" * 14 + "F"


@given(BODIES, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_a_slip_of_one_character_is_found(body: str, at: int, other: str) -> None:
    code = body + check_character(body)
    assert checked_credit_code(code) == code
    if code[at] != other:
        with pytest.raises(ValueError, match="check character"):
            checked_credit_code(code[:at] + other + code[at + 1 :])


@given(BODIES, st.integers(0, 15))
def test_two_neighbours_in_the_wrong_order_are_found(body: str, at: int) -> None:
    code = body + check_character(body)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    if swapped != code:
        with pytest.raises(ValueError, match="check character"):
            checked_credit_code(swapped)


@pytest.mark.parametrize(
    ("text", "told"),
    [("1210", "18 characters, seen 4"), ("I" * 18, "seen I"), ("", "seen 0")],
)
def test_what_is_no_code_is_told(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        checked_credit_code(text)
