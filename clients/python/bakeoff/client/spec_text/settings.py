"""Settings as they stand in a text: `key=value`, parted by commas."""

from collections.abc import Collection
from dataclasses import dataclass

from bakeoff.client.errors import InvalidOptionError
from bakeoff.client.spec_text.quantities import QUANTILE

# Stands for every key that names a quantile.
QUANTILE_KEY = "p99"


@dataclass(frozen=True)
class Settings:
    """Keys and values, in their order."""

    pairs: tuple[tuple[str, str], ...]

    def get(self, key: str) -> str | None:
        """The value of a key; None when it is not there."""
        return next((value for one, value in self.pairs if one == key), None)

    def all(self, key: str) -> list[str]:
        """The values of a key that may be repeated."""
        return [value for one, value in self.pairs if one == key]


def read_settings(
    text: str, subject: str, keys: Collection[str], repeatable: Collection[str] = ()
) -> Settings:
    """The settings of a subject, which takes these keys. Raises InvalidOptionError."""
    pairs: list[tuple[str, str]] = []
    for part in text.split(",") if text else []:
        key, equals, value = part.strip().partition("=")
        named = QUANTILE_KEY if QUANTILE.fullmatch(key) else key
        if named not in keys or not equals:
            message = f"{subject} takes {', '.join(f'{one}=...' for one in keys)}; got {part!r}."
            raise InvalidOptionError(message)
        if key not in repeatable and key in dict(pairs):
            message = f"{subject} takes {key} once, got it again with {value!r}."
            raise InvalidOptionError(message)
        pairs.append((key, value))
    return Settings(tuple(pairs))
