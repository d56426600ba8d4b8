"""Page tokens and page sizes."""

import pytest

from bakeoff.server.errors import InvalidFieldError
from bakeoff.server.store import PageTokens, page_limit


def test_a_token_leads_back_to_its_position_in_its_list_only() -> None:
    tokens = PageTokens(b"key")
    token = tokens.make("candidates", "näme")
    assert tokens.read("candidates", token) == "näme"
    with pytest.raises(InvalidFieldError):
        tokens.read("evaluations", token)


def test_the_empty_token_means_the_first_page() -> None:
    assert PageTokens(b"key").read("candidates", "") is None


@pytest.mark.parametrize("made_up", ["abc", "bm9wZQ==", "ÄÖÜ", "x" * 10_000, "AAAAAAAAAAAAAAAA"])
def test_a_token_that_was_made_up_is_refused_with_its_field(made_up: str) -> None:
    with pytest.raises(InvalidFieldError) as caught:
        PageTokens(b"key").read("candidates", made_up)
    assert caught.value.metadata["field"] == "page_token"


def test_a_token_of_another_store_is_refused() -> None:
    with pytest.raises(InvalidFieldError):
        PageTokens(b"key").read("candidates", PageTokens(b"other").make("candidates", "a"))


@pytest.mark.parametrize(("asked", "given"), [(0, 50), (1, 1), (1000, 1000)])
def test_a_page_size_of_zero_asks_for_the_default(asked: int, given: int) -> None:
    assert page_limit(asked, 50) == given


@pytest.mark.parametrize("asked", [-1, 1001])
def test_a_page_size_out_of_range_is_refused(asked: int) -> None:
    with pytest.raises(InvalidFieldError, match="0 to 1000"):
        page_limit(asked, 50)
