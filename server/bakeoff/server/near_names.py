"""What may have been meant by a name that there is not."""

import difflib
from collections.abc import Collection

_MOST_MEANT = 3
_MOST_SHOWN = 8


def near_names(name: str, names: Collection[str]) -> str:
    """What to write instead: `did you mean a or b?`, else `there is a, b and 4 more`."""
    if meant := names_meant(name, names):
        return meant
    shown = list(names)[:_MOST_SHOWN]
    more = len(names) - len(shown)
    return f"there is {_listed([*shown, *([f'{more} more'] if more else [])], 'and') or 'none'}"


def names_meant(name: str, names: Collection[str]) -> str:
    """`did you mean a or b?`; nothing where no name is near.

    Near are names that are spelt alike, and names that the given one is a piece of.
    """
    close = difflib.get_close_matches(name, names, n=_MOST_MEANT)
    close += [one for one in names if name and name in one and one not in close]
    return f"did you mean {_listed(close[:_MOST_MEANT], 'or')}?" if close else ""


def _listed(words: list[str], conjunction: str) -> str:
    *others, last = words or [""]
    return f"{', '.join(others)} {conjunction} {last}" if others else last
