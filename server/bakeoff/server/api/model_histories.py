"""How a model went from version to version, over the evaluations that are stored."""

from functools import lru_cache

from bakeoff.server.api.spec_fields import fill_statistics
from bakeoff.server.errors import InvalidFieldError, NotFoundError
from bakeoff.server.history import (
    Holdings,
    Paired,
    Point,
    model_history,
    series_of,
    wanted_figures,
)
from bakeoff.server.report.certainty import certainty
from bakeoff.server.store import EVALUATION_SETS, Store, resource_id
from bakeoff.server.tasks import Sample, task_named
from bakeoff.v1 import GetModelHistoryRequest, ModelHistory, StatisticsSettings

_MAX_FIGURE_COUNT = 100
# Neighbouring steps share an evaluation, and few sets take turns.
_SAMPLES_KEPT = 4
_SETS_KEPT = 2


def history_of(store: Store, request: GetModelHistoryRequest) -> ModelHistory:
    """The history of a source model's name. Blocks.

    Raises InvalidFieldError, ExpressionError, UnknownFigureError, and NotFoundError, with what
    comes closest, when no evaluation that has succeeded holds a candidate of the model, or none of
    those that do has the variant, the set or a figure that is asked for.
    """
    if not request.model:
        msg = "model must be the name of a source model, as manifests give it; got nothing"
        raise InvalidFieldError(msg, field="model")
    if len(request.figures) > _MAX_FIGURE_COUNT:
        msg = f"figures must be at most {_MAX_FIGURE_COUNT}, got {len(request.figures)}"
        raise InvalidFieldError(msg, field="figures")
    if request.evaluation_set:
        resource_id(EVALUATION_SETS, request.evaluation_set, "evaluation_set")
    settings = StatisticsSettings()
    settings.CopyFrom(request.statistics)
    fill_statistics(settings, "statistics")
    wanted = wanted_figures(request.figures)
    holdings = Holdings(request.model, request.variant, request.evaluation_set)
    series = series_of(
        holdings.noted(store.reports_of_model(request.model)),
        request.model,
        wanted,
        variant=request.variant,
        evaluation_set=request.evaluation_set,
    )
    holdings.check(wanted)
    samples = StoredSamples(store, settings)
    return model_history(request.model, series, samples, certainty(settings, ()))


class StoredSamples:
    """Samples of candidates whose predictions are stored. Fulfils `history.StoredPredictions`."""

    def __init__(self, store: Store, settings: StatisticsSettings) -> None:
        self._store = store
        self._settings = settings
        self._keys = lru_cache(_SETS_KEPT)(store.keys_of_digest)
        self._sample = lru_cache(_SAMPLES_KEPT)(self._read_sample)

    def pair(self, point: Point, previous: Point, set_sha256: str) -> Paired | None:
        """Both candidates of a step on the examples of a set; None when that is not to be had.

        So it is when the set or an evaluation was deleted, when one of the two was not scored on
        all of it, or when they answer questions of different kinds.
        """
        keys = self._keys(set_sha256)
        candidate = self._sample(point.evaluation, point.candidate, set_sha256)
        earlier = self._sample(previous.evaluation, previous.candidate, set_sha256)
        if keys is None or candidate is None or earlier is None:
            return None
        if candidate.problem_type != earlier.problem_type:
            return None
        return Paired(candidate, earlier, certainty(self._settings, keys))

    def _read_sample(self, evaluation: str, candidate: str, set_sha256: str) -> Sample | None:
        keys = self._keys(set_sha256)
        if keys is None:
            return None
        try:
            spec = self._store.evaluation(evaluation).spec
            candidates = self._store.candidates_of(evaluation)
            predictions = self._store.predictions(evaluation, candidate)
        except NotFoundError:
            # Deleted since its report was read.
            return None
        if len(predictions) != len(keys):
            return None
        manifest = next(one.manifest for one in candidates if one.name == candidate)
        task = task_named(manifest.task)
        return task.sample(keys, predictions, manifest.classification, spec.label_mapping)
