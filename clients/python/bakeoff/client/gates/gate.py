"""What a gate asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from bakeoff.client.errors import InvalidOptionError
from bakeoff.client.names import id_of


class Leniency(Enum):
    """What becomes of a gate on which a check does not hold."""

    FAIL = "fail"
    WARN = "warn"
    IGNORE = "pass"


@dataclass(frozen=True, slots=True)
class SliceRule:
    """That no slice is broken, but for those in `allowed`, by id."""

    broken: Leniency = Leniency.FAIL
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """What candidates must hold.

    `baseline` is what they are compared with; empty means that of the evaluation. `candidates`
    are those that are judged; none means all but the baseline. Each of them must keep every one
    of `constraints`. One of `recommended`, if any is named, must be the answer of the
    evaluation. `undecided` says what becomes of a check that the evidence does not decide.
    Without `slices`, nothing is asked of them. Names are ids, resource names or folders.
    """

    baseline: str = ""
    candidates: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    recommended: tuple[str, ...] = ()
    undecided: Leniency = Leniency.FAIL
    slices: SliceRule | None = None


def with_names(gate: Gate, given: Sequence[str], names: Sequence[str]) -> Gate:
    """The gate with each candidate that it names under the name at the same place in `names`.

    A word means the one of `given` that it equals, else the only one with the same last part, so
    that `bert.int8` finds `bundles/bert.int8` and `candidates/bert.int8`. Raises
    InvalidOptionError for a word that means none or several.
    """

    def named(key: str, word: str) -> str:
        return names[_position(key, word, given)]

    return replace(
        gate,
        baseline=named("baseline", gate.baseline) if gate.baseline else "",
        candidates=tuple(named("candidates", word) for word in gate.candidates),
        recommended=tuple(named("recommended", word) for word in gate.recommended),
    )


def labels_of(given: Sequence[str], names: Sequence[str]) -> Mapping[str, str]:
    """What to call each of `names`: the last part of what was given for it.

    A folder's name stays from run to run, where the name of its resource may hold a digest. Where
    several have the same last part, each is called by its id.
    """
    words = [_last_part(word) for word in given]
    return {
        name: word if words.count(word) == 1 else id_of(name)
        for word, name in zip(words, names, strict=True)
    }


def _position(key: str, word: str, given: Sequence[str]) -> int:
    if word in given:
        return given.index(word)
    alike = [place for place, one in enumerate(given) if _last_part(one) == _last_part(word)]
    if len(alike) == 1:
        return alike[0]
    found = "several of them" if alike else "none of them"
    message = (
        f"{key} of the gate must name one of the candidates ({', '.join(given)}), got {word!r}, "
        f"which is {found}."
    )
    raise InvalidOptionError(message)


def _last_part(word: str) -> str:
    return id_of(word.rstrip("/"))
