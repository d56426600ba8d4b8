"""Gates in YAML, of which every key is known and every fault has its line and column."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import yaml

from bakeoff.client.errors import GateFileError
from bakeoff.client.gates.gate import Gate, Leniency, SliceRule

KEYS = ("baseline", "candidates", "constraints", "recommended", "undecided", "slices")
SLICE_KEYS = ("broken", "allowed")
# A rule that lets every broken slice pass would be none.
BROKEN_WORDS = (Leniency.FAIL, Leniency.WARN)

_TEXT_TAG = "tag:yaml.org,2002:str"

_Value = TypeVar("_Value")


def gate_of(text: str, path: Path) -> Gate:
    """The gate of a text. `path` is named in errors. Raises GateFileError."""
    try:
        # A tree with places, of which nothing is built: no tag of the file is obeyed.
        document = yaml.compose(text, Loader=yaml.SafeLoader)
    except RecursionError as failure:
        message = f"{path} is nested too deeply to be a gate."
        raise GateFileError(message, path=path) from failure
    except yaml.YAMLError as failure:
        mark = failure.problem_mark if isinstance(failure, yaml.MarkedYAMLError) else None
        problem = failure.problem if isinstance(failure, yaml.MarkedYAMLError) else str(failure)
        raise _fault(path, mark, f"this is not YAML: {problem}") from failure
    return _Reading(path).gate(document)


class _Reading:
    """Reads the tree of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def gate(self, document: yaml.Node | None) -> Gate:
        if document is None:
            raise _fault(self._path, None, f"the file is empty; a gate takes {', '.join(KEYS)}")
        found = self._mapping("a gate", document, KEYS)
        gate = Gate(
            baseline=_read(found, "baseline", self._text, ""),
            candidates=_read(found, "candidates", self._texts, ()),
            constraints=_read(found, "constraints", self._texts, ()),
            recommended=_read(found, "recommended", self._text_or_texts, ()),
            undecided=_read(found, "undecided", self._leniency, Leniency.FAIL),
            slices=_read(found, "slices", self._slices, None),
        )
        if not gate.constraints and not gate.recommended and gate.slices is None:
            raise self._fault(
                document, "a gate must ask for constraints, recommended or slices, got none of them"
            )
        if gate.baseline in gate.candidates:
            raise self._fault(
                found["candidates"],
                f"candidates must leave out the baseline {gate.baseline!r}: it is what they are "
                "compared with",
            )
        return gate

    def _slices(self, key: str, node: yaml.Node) -> SliceRule | None:
        found = self._mapping(key, node, SLICE_KEYS)
        return SliceRule(
            broken=_read(found, "broken", self._broken, Leniency.FAIL),
            allowed=_read(found, "allowed", self._texts, ()),
        )

    def _mapping(
        self, subject: str, node: yaml.Node, keys: tuple[str, ...]
    ) -> dict[str, yaml.Node]:
        takes = ", ".join(keys)
        if not isinstance(node, yaml.MappingNode):
            raise self._fault(node, f"{subject} must be a mapping with {takes}, got {_kind(node)}")
        found: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key not in keys:
                raise self._fault(key_node, f"{subject} takes {takes}; got {_kind(key_node)}")
            if key in found:
                raise self._fault(key_node, f"{subject} takes {key} once, got it again")
            found[str(key)] = value
        return found

    def _texts(self, key: str, node: yaml.Node) -> tuple[str, ...]:
        if not isinstance(node, yaml.SequenceNode):
            raise self._fault(node, f"{key} must be a list of texts, got {_kind(node)}")
        texts: list[str] = []
        for one in node.value:
            text = self._text(key, one)
            if text in texts:
                raise self._fault(one, f"{key} must hold each text once, got {text!r} again")
            texts.append(text)
        if not texts:
            raise self._fault(node, f"{key} must hold at least one text, got none")
        return tuple(texts)

    def _text_or_texts(self, key: str, node: yaml.Node) -> tuple[str, ...]:
        if isinstance(node, yaml.SequenceNode):
            return self._texts(key, node)
        return (self._text(key, node),)

    def _text(self, key: str, node: yaml.Node) -> str:
        text = str(node.value).strip()
        if not isinstance(node, yaml.ScalarNode) or node.tag != _TEXT_TAG or not text:
            raise self._fault(node, f"{key} must be a text, got {_kind(node)}")
        return text

    def _leniency(self, key: str, node: yaml.Node) -> Leniency:
        return self._word(key, node, tuple(Leniency))

    def _broken(self, key: str, node: yaml.Node) -> Leniency:
        return self._word(key, node, BROKEN_WORDS)

    def _word(self, key: str, node: yaml.Node, allowed: tuple[Leniency, ...]) -> Leniency:
        for one in allowed:
            if isinstance(node, yaml.ScalarNode) and node.value == one.value:
                return one
        words = ", ".join(one.value for one in allowed)
        raise self._fault(node, f"{key} must be one of {words}, got {_kind(node)}")

    def _fault(self, node: yaml.Node, problem: str) -> GateFileError:
        return _fault(self._path, node.start_mark, problem)


def _read(
    found: Mapping[str, yaml.Node],
    key: str,
    reader: Callable[[str, yaml.Node], _Value],
    default: _Value,
) -> _Value:
    return reader(key, found[key]) if key in found else default


def _fault(path: Path, mark: yaml.Mark | None, problem: str) -> GateFileError:
    if mark is None:
        return GateFileError(f"{path}: {problem}.", path=path)
    line, column = mark.line + 1, mark.column + 1
    message = f"{path}, line {line}, column {column}: {problem}."
    return GateFileError(message, path=path, line=line, column=column)


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    if not node.value:
        return "nothing"
    return repr(node.value) if node.tag == _TEXT_TAG else f"{node.value}, which is no text"
