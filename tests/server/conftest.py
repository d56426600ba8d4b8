"""Stores with something in them, and samples, as the tests of the server need them."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from bakeoff.server.store import INPUTS_FILE, KEYS_FILE, Store, bundle_sha256
from bakeoff.server.store.delimited import write_messages
from bakeoff.server.tasks import Sample
from bakeoff.v1 import (
    BundleFile,
    Candidate,
    Evaluation,
    EvaluationSet,
    EvaluationSpec,
    ExampleKey,
    Label,
    Manifest,
    SourceModel,
    TextInput,
    UnlabelledExample,
)

from .samples import sample_of


class Stock:
    """Puts candidates, sets and evaluations into a store, as bytes that nobody loads."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def candidate(
        self, candidate_id: str, files: Mapping[str, bytes] | None = None, model: str = ""
    ) -> Candidate:
        files = files or {"model.onnx": candidate_id.encode()}
        staging = self.store.begin_upload()
        announced = []
        for path, content in files.items():
            place = staging / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            announced.append(BundleFile(path=path, size_bytes=len(content), sha256=digest))
        candidate = Candidate(
            name=f"candidates/{candidate_id}",
            manifest=Manifest(
                schema_version=1,
                task="text-classification",
                source_model=SourceModel(name=model),
                files=announced,
            ),
            sha256=bundle_sha256(announced),
            size_bytes=sum(map(len, files.values())),
        )
        return self.store.add_candidate(candidate, staging)

    def evaluation_set(
        self, set_id: str, texts: Sequence[str] = ("one", "two"), task: str = "text-classification"
    ) -> EvaluationSet:
        staging = self.store.begin_upload()
        inputs = [
            UnlabelledExample(index=index, text=TextInput(text=text))
            for index, text in enumerate(texts)
        ]
        keys = [
            ExampleKey(id=f"row-{index}", label=Label(class_name="a"))
            for index in range(len(texts))
        ]
        write_messages(staging / INPUTS_FILE, inputs)
        write_messages(staging / KEYS_FILE, keys)
        evaluation_set = EvaluationSet(
            name=f"evaluationSets/{set_id}",
            task=task,
            example_count=len(texts),
            sha256=hashlib.sha256((staging / INPUTS_FILE).read_bytes()).hexdigest(),
        )
        return self.store.add_evaluation_set(
            evaluation_set, staging / INPUTS_FILE, staging / KEYS_FILE
        )

    def evaluation(
        self,
        evaluation_id: str,
        candidates: Sequence[str] = ("a",),
        evaluation_set: str = "s",
        state: "Evaluation.State.ValueType" = Evaluation.STATE_QUEUED,
    ) -> Evaluation:
        return Evaluation(
            name=f"evaluations/{evaluation_id}",
            state=state,
            spec=EvaluationSpec(
                candidates=[f"candidates/{one}" for one in candidates],
                evaluation_set=f"evaluationSets/{evaluation_set}",
            ),
        )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "data")
    yield store
    store.close()


@pytest.fixture
def stock(store: Store) -> Stock:
    return Stock(store)


@pytest.fixture
def make_sample() -> Callable[..., Sample]:
    """Make a sample from right answers and raw outputs."""
    return sample_of
