"""Predictions of one candidate in the random order of the looks, as far as they have come."""

from collections.abc import Sequence
from pathlib import Path

from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.contender import Contender
from bakeoff.server.jobs.predict import SHARD_EXAMPLE_COUNT
from bakeoff.server.store import file_sha256
from bakeoff.server.store.delimited import read_messages, write_messages
from bakeoff.server.tasks import Sample, task_named
from bakeoff.v1 import ExampleKey, Prediction

_PREFIX = "look-"


class Answers:
    """Predictions in files, a shard each, until all are there; then in the order of the set.

    `order` holds positions in the set, and `looks` how many of them each look sees. Shards never
    reach over a look. `predicted_count` is how far down the order they are known to reach. All
    methods block.
    """

    def __init__(
        self,
        assignment: Assignment,
        contender: Contender,
        order: Sequence[int],
        looks: Sequence[int],
    ) -> None:
        self.folder = assignment.folder / "predictions" / contender.name.rpartition("/")[2]
        self.folder.mkdir(parents=True, exist_ok=True)
        self._assignment = assignment
        self._candidate = contender.candidate
        self._order = order
        self._shards = _shards(looks)
        committed = assignment.store.shards(assignment.evaluation, contender.name)
        self.complete = sum(shard.example_count for shard in committed) == len(order)
        self.predicted_count = 0

    def missing(self, count: int) -> list[range]:
        """Shards among the first `count` examples that are not predicted, by place in the order."""
        wanted = [shard for shard in self._shards if shard.stop <= count]
        missing = [shard for shard in wanted if not self.complete and not self.path(shard).exists()]
        if not missing:
            self.predicted_count = max(self.predicted_count, count)
        return missing

    def path(self, shard: range) -> Path:
        """File of a shard."""
        return self.folder / f"{_PREFIX}{shard.start:012d}"

    def commit(self) -> None:
        """Make all predictions durable in the order of the set, once none is missing."""
        if self.complete:
            return
        found = sorted(self._in_files(len(self._order)), key=lambda one: one.index)
        store, evaluation = self._assignment.store, self._assignment.evaluation
        for first in range(0, len(found), SHARD_EXAMPLE_COUNT):
            shard = found[first : first + SHARD_EXAMPLE_COUNT]
            path = self.folder / f"{first:012d}"
            path.unlink(missing_ok=True)
            write_messages(path, shard)
            store.commit_shard(
                evaluation, self._candidate.name, first, path, file_sha256(path), len(shard)
            )
        self.complete = True
        for shard_path in self.folder.glob(f"{_PREFIX}*"):
            shard_path.unlink()

    def sample(self, keys: Sequence[ExampleKey], count: int) -> Sample:
        """The scored ones among the first `count` examples of the order.

        `keys` are those of the whole set. Samples of one count share their indices, which are not
        those of the set.
        """
        seen = sorted(self._order[:count])
        places = {index: place for place, index in enumerate(seen)}
        predictions = []
        for prediction in self._predictions(count):
            placed = Prediction()
            placed.CopyFrom(prediction)
            placed.index = places[prediction.index]
            predictions.append(placed)
        return task_named(self._candidate.manifest.task).sample(
            [keys[index] for index in seen],
            sorted(predictions, key=lambda one: one.index),
            self._candidate.manifest.classification,
            self._assignment.spec.label_mapping,
        )

    def _predictions(self, count: int) -> list[Prediction]:
        if not self.complete:
            return self._in_files(count)
        seen = set(self._order[:count])
        store = self._assignment.store
        found = store.predictions(self._assignment.evaluation, self._candidate.name)
        return [prediction for prediction in found if prediction.index in seen]

    def _in_files(self, count: int) -> list[Prediction]:
        return [
            prediction
            for shard in self._shards
            if shard.stop <= count
            for prediction in read_messages(self.path(shard), Prediction)
        ]


def _shards(looks: Sequence[int]) -> list[range]:
    """Ranges of the order that end at every look, and are no longer than a shard."""
    return [
        range(first, min(first + SHARD_EXAMPLE_COUNT, look))
        for before, look in zip((0, *looks), looks, strict=False)
        for first in range(before, look, SHARD_EXAMPLE_COUNT)
    ]
