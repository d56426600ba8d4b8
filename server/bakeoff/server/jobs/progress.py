"""How far an evaluation has come, as one number that never falls."""

from collections.abc import Callable

from google.rpc.status_pb2 import Status

from bakeoff.v1 import Figure, InterimResult, Progress

# Shares of the whole that the phases roughly take.
_WEIGHTS = {
    Progress.PHASE_PROFILE: 0.10,
    Progress.PHASE_PREDICT: 0.40,
    Progress.PHASE_MEASURE: 0.45,
    Progress.PHASE_SCORE: 0.05,
}


class ProgressMeter:
    """Turns the steps of an evaluation into `Progress`, and publishes each.

    `publish` is called with every new state; it must not alter it. `earlier` is how far the
    evaluation had come before it was taken up again.
    """

    def __init__(
        self, publish: Callable[[Progress], None], earlier: Progress, *, measures: bool
    ) -> None:
        self._publish = publish
        phases = [p for p in _WEIGHTS if measures or p != Progress.PHASE_MEASURE]
        whole = sum(_WEIGHTS[phase] for phase in phases)
        self._weights = {phase: _WEIGHTS[phase] / whole for phase in phases}
        self._current = Progress(share=earlier.share)
        self._interim = {result.candidate: result for result in earlier.interim_results}

    def begin(self, phase: Progress.Phase.ValueType, total_count: int) -> None:
        """Enter a phase of so many units."""
        self._current.phase = phase
        self._current.done_count = 0
        self._current.total_count = total_count
        self._current.candidate = self._current.scenario = ""
        self._show()

    def at_work(self, candidate: str, scenario: str = "") -> None:
        """Name the candidate and the scenario at work."""
        self._current.candidate = candidate
        self._current.scenario = scenario
        self._show()

    def done(self, done_count: int) -> None:
        """Tell how many units of the phase are done. A lower number than before is passed over."""
        current = self._current
        current.done_count = max(current.done_count, done_count)
        current.total_count = max(current.total_count, current.done_count)
        self._show()

    def extend(self, unit_count: int) -> None:
        """Add units to the phase that were not foreseen."""
        self._current.total_count += unit_count
        self._show()

    def figure(self, candidate: str, figure: Figure) -> None:
        """Tell a figure of a candidate, in place of the last one with its id."""
        result = self._result(candidate)
        others = [one for one in result.figures if one.id != figure.id]
        del result.figures[:]
        result.figures.extend([*others, figure])
        self._show()

    def failure(self, candidate: str, error: Status) -> None:
        """Tell why a candidate failed."""
        self._result(candidate).error.CopyFrom(error)
        self._show()

    def _result(self, candidate: str) -> InterimResult:
        return self._interim.setdefault(candidate, InterimResult(candidate=candidate))

    def _show(self) -> None:
        current = self._current
        current.share = max(current.share, self._share())
        shown = Progress()
        shown.CopyFrom(current)
        shown.interim_results.extend(self._interim.values())
        self._publish(shown)

    def _share(self) -> float:
        share = 0.0
        for phase, weight in self._weights.items():
            if phase == self._current.phase:
                if self._current.total_count:
                    share += weight * self._current.done_count / self._current.total_count
                break
            share += weight
        return min(share, 1.0)
