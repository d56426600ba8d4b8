"""Files of bearer tokens."""

from pathlib import Path

import pytest

from bakeoff.server.api.tokens import read_tokens
from bakeoff.server.settings import SettingError

FIRST, SECOND = "first-token-of-some-length", "second-token-of-some-length"


def test_a_file_holds_one_token_a_line(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text(f"{FIRST}\n\n  {SECOND}  \n")
    assert read_tokens(tmp_path / "tokens") == (FIRST, SECOND)


@pytest.mark.parametrize("content", ["", "\n\n", "short\n", f"{FIRST}\nshort"])
def test_a_file_without_tokens_or_with_a_short_one_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "tokens").write_text(content)
    with pytest.raises(SettingError, match="16 characters"):
        read_tokens(tmp_path / "tokens")


@pytest.mark.parametrize("content", [None, b"\xff\xfe not text at all"])
def test_a_file_that_cannot_be_read_as_text_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "tokens").write_bytes(content)
    with pytest.raises(SettingError, match="tokens cannot be read"):
        read_tokens(tmp_path / "tokens")
