import pytest
from starlette.exceptions import HTTPException

from api.page import after, counted, encode


def shown(number: int) -> str:
    return str(number)


def test_a_list_without_a_key_goes_on_where_the_page_before_ended() -> None:
    told, cursor = [], None
    while True:
        skip = after(cursor)
        page = counted(range(7)[: skip + 4], skip, 3, shown)
        told.append(page.items)
        cursor = page.next
        if cursor is None:
            break
    assert told == [["0", "1", "2"], ["3", "4", "5"], ["6"]]


def test_the_last_page_of_a_list_that_it_fills_is_the_end() -> None:
    assert counted(range(3), 0, 3, shown).next is None


@pytest.mark.parametrize("cursor", [encode(-1), encode(2**62 + 1), encode("1"), "MQ", "é"])
def test_what_no_page_has_told_is_no_cursor(cursor: str) -> None:
    with pytest.raises(HTTPException) as refused:
        after(cursor)
    assert refused.value.status_code == 422
