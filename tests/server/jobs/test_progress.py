from google.rpc.status_pb2 import Status

from bakeoff.server.jobs.progress import ProgressMeter
from bakeoff.v1 import Figure, Progress


def meter(
    seen: list[Progress], *, measures: bool = True, earlier: Progress | None = None
) -> ProgressMeter:
    return ProgressMeter(seen.append, earlier or Progress(), measures=measures)


def test_the_share_rises_through_all_phases_to_one() -> None:
    seen: list[Progress] = []
    progress = meter(seen)
    for phase in (
        Progress.PHASE_PROFILE,
        Progress.PHASE_PREDICT,
        Progress.PHASE_MEASURE,
        Progress.PHASE_SCORE,
    ):
        progress.begin(phase, 2)
        progress.done(1)
        progress.done(2)

    shares = [one.share for one in seen]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert round(shares[-1], 12) == 1


def test_without_scenarios_the_other_phases_fill_the_whole() -> None:
    seen: list[Progress] = []
    progress = meter(seen, measures=False)
    progress.begin(Progress.PHASE_PREDICT, 1)
    progress.done(1)

    assert round(seen[-1].share, 3) == round(0.5 / 0.55, 3)


def test_the_share_never_falls_when_units_are_added() -> None:
    seen: list[Progress] = []
    progress = meter(seen)
    progress.begin(Progress.PHASE_MEASURE, 2)
    progress.done(2)
    progress.extend(4)

    assert (seen[-1].done_count, seen[-1].total_count) == (2, 6)
    assert seen[-1].share == seen[-2].share


def test_what_was_done_never_becomes_less() -> None:
    seen: list[Progress] = []
    progress = meter(seen)
    progress.begin(Progress.PHASE_PREDICT, 10)
    progress.done(5)
    progress.done(3)

    assert seen[-1].done_count == 5


def test_more_than_was_foreseen_raises_the_total() -> None:
    seen: list[Progress] = []
    progress = meter(seen)
    progress.begin(Progress.PHASE_MEASURE, 1)
    progress.done(3)

    assert (seen[-1].done_count, seen[-1].total_count) == (3, 3)


def test_an_evaluation_taken_up_again_goes_on_from_its_share() -> None:
    seen: list[Progress] = []
    earlier = Progress(share=0.4)
    earlier.interim_results.add(candidate="candidates/a")
    progress = meter(seen, earlier=earlier)
    progress.begin(Progress.PHASE_PROFILE, 3)

    assert seen[-1].share == 0.4
    assert [one.candidate for one in seen[-1].interim_results] == ["candidates/a"]


def test_a_figure_takes_the_place_of_the_last_with_its_id() -> None:
    seen: list[Progress] = []
    progress = meter(seen)
    for value in (0.1, 0.2):
        progress.figure("candidates/a", Figure(id="accuracy", value=value))
    progress.figure("candidates/a", Figure(id="mcc", value=0.3))

    (result,) = seen[-1].interim_results
    assert [(f.id, f.value) for f in result.figures] == [("accuracy", 0.2), ("mcc", 0.3)]


def test_a_failure_stands_beside_its_candidate() -> None:
    seen: list[Progress] = []
    progress = meter(seen)
    progress.at_work("candidates/a", "offline")
    progress.failure("candidates/a", Status(message="it broke"))

    assert (seen[-1].candidate, seen[-1].scenario) == ("candidates/a", "offline")
    assert seen[-1].interim_results[0].error.message == "it broke"
