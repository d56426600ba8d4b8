"""Pages of predictions, each beside its example."""

from collections.abc import Iterator
from dataclasses import dataclass

from bakeoff.server.api.stored_set import check_set_is_there
from bakeoff.server.errors import NotFoundError
from bakeoff.server.store import CANDIDATES, Page, Store, page_limit, resource_id
from bakeoff.server.tasks import task_named
from bakeoff.v1 import Candidate, ListPredictionsRequest, PredictionRecord

_DEFAULT_PAGE_SIZE = 100
# A page stays within what a caller takes as one message.
_PAGE_BYTES = 2 * 1024 * 1024
_CHUNK_COUNT = 500
# A page of wrong answers looks at so many examples at most, and may then be short or empty.
_MAX_LOOKED_AT_COUNT = 20_000


@dataclass(frozen=True, slots=True)
class _Listing:
    """What is listed: answers of one candidate in one evaluation."""

    evaluation: str
    evaluation_set: str
    candidate: Candidate
    label_mapping: dict[str, str]


def list_predictions(store: Store, request: ListPredictionsRequest) -> Page[PredictionRecord]:
    """A page of what a candidate answered, in the order of the set.

    Of an evaluation that runs, what has been predicted so far. Blocks. Raises NotFoundError,
    InvalidFieldError, and PreconditionError when the set is no longer there.
    """
    limit = page_limit(request.page_size, _DEFAULT_PAGE_SIZE)
    scope = f"{request.name}/{request.candidate}?wrong_only={request.wrong_only}"
    first = int(store.page_tokens.read(scope, request.page_token) or 0)
    listing = _listing(store, request)
    found: list[PredictionRecord] = []
    size_bytes = 0
    next_index = first
    for record in _records(store, listing, first):
        is_wanted = not request.wrong_only or (record.HasField("correct") and not record.correct)
        record_bytes = record.ByteSize() if is_wanted else 0
        full = len(found) == limit or (found and size_bytes + record_bytes > _PAGE_BYTES)
        if full or record.index - first >= _MAX_LOOKED_AT_COUNT:
            return Page(found, store.page_tokens.make(scope, str(next_index)))
        if is_wanted:
            found.append(record)
            size_bytes += record_bytes
        next_index = record.index + 1
    return Page(found, "")


def _listing(store: Store, request: ListPredictionsRequest) -> _Listing:
    resource_id(CANDIDATES, request.candidate, "candidate")
    evaluation = store.evaluation(request.name)
    check_set_is_there(store, evaluation.name)
    for candidate in store.candidates_of(evaluation.name):
        if candidate.name == request.candidate:
            return _Listing(
                evaluation.name,
                evaluation.spec.evaluation_set,
                candidate,
                dict(evaluation.spec.label_mapping),
            )
    msg = f"{request.candidate} is not a candidate of {request.name}"
    raise NotFoundError(msg, name=request.candidate)


def _records(store: Store, listing: _Listing, first: int) -> Iterator[PredictionRecord]:
    """Records from example `first` on, for as far as there are predictions."""
    manifest = listing.candidate.manifest
    task = task_named(manifest.task)
    while True:
        predictions = store.prediction_slice(
            listing.evaluation, listing.candidate.name, first, _CHUNK_COUNT
        )
        if not predictions:
            return
        keys = store.key_slice(listing.evaluation_set, first, _CHUNK_COUNT)
        texts = store.text_slice(listing.evaluation_set, first, _CHUNK_COUNT)
        for prediction in predictions:
            position = prediction.index - first
            yield task.record(
                keys[position].id,
                texts[position],
                keys[position],
                prediction,
                head=manifest.classification,
                label_mapping=listing.label_mapping,
            )
        first += _CHUNK_COUNT
