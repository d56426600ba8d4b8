"""Figures of a model in one evaluation after another."""

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.errors import ExpressionError, UnknownFigureError
from bakeoff.server.history import Series, series_of, wanted_figures
from bakeoff.v1 import (
    BatchPolicy,
    Candidate,
    CandidateResult,
    ClassificationHead,
    Environment,
    EvaluationSet,
    EvaluationSpec,
    Figure,
    Fingerprint,
    FixedSize,
    Manifest,
    PredictionPass,
    Report,
    ScenarioResult,
    SourceModel,
    Validity,
    Variant,
)

HEAD = ClassificationHead(problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL)


def result(version: str, duration_ns: int, model: str = "bert", day: int = 0) -> CandidateResult:
    latency = [
        Figure(id="latency_p50_ms", scenario=scenario, value=1, unit="ms")
        for scenario in ("server:qps=50", "single-stream")
    ]
    prediction_pass = PredictionPass()
    prediction_pass.duration.FromNanoseconds(duration_ns)
    return CandidateResult(
        candidate=Candidate(
            name=f"candidates/{version}",
            create_time=Timestamp(seconds=day),
            manifest=Manifest(
                source_model=SourceModel(name=model, sha256=version),
                variant=Variant(id="fp32"),
                classification=HEAD,
            ),
        ),
        quality=[Figure(id="accuracy", value=0.5), Figure(id="f1.macro", value=0.25)],
        cost=[Figure(id="host_peak_mib", unit="MiB", absent_reason="memory was not measured")],
        scenarios=[
            ScenarioResult(scenario=one.scenario, figures=[one], validity=Validity())
            for one in latency
        ],
        prediction_pass=prediction_pass,
    )


def report(
    day: int, *results: CandidateResult, fingerprint: str = "f", digest: str = "s"
) -> Report:
    return Report(
        evaluation=f"evaluations/{day}",
        create_time=Timestamp(seconds=day),
        evaluation_set=EvaluationSet(
            name="evaluationSets/news", sha256=digest, task="text-classification"
        ),
        environment=Environment(fingerprint=Fingerprint(sha256=fingerprint)),
        candidates=results,
    )


def found(
    *reports: Report, figures: tuple[str, ...] = ("accuracy",), **fields: str
) -> list[Series]:
    return series_of(reports, "bert", wanted_figures(figures), **fields)


def evaluations(series: Series) -> list[str]:
    return [point.evaluation.removeprefix("evaluations/") for point in series.points]


def test_unlike_machines_and_sets_are_series_of_their_own() -> None:
    series = found(
        report(1, result("a", 1)),
        report(2, result("a", 2), fingerprint="other"),
        report(3, result("a", 3), digest="other"),
        report(4, result("b", 4)),
    )
    assert [["1", "4"], ["2"], ["3"]] == [evaluations(one) for one in series]
    keys = [(one.key.evaluation_set_sha256, one.key.fingerprint_sha256) for one in series]
    assert [("s", "f"), ("s", "other"), ("other", "f")] == keys


def test_points_are_by_the_time_of_their_reports_and_then_of_their_candidates() -> None:
    both = report(2, result("new", 1, day=9), result("old", 2, day=3))
    (series,) = found(report(5, result("late", 3)), both)
    assert ["old", "new", "late"] == [point.source_sha256 for point in series.points]


def test_other_models_variants_and_sets_are_left_out() -> None:
    mixed = report(1, result("a", 1), result("x", 2, model="other"))
    (series,) = found(mixed)
    assert ["a"] == [point.source_sha256 for point in series.points]
    assert [] == found(mixed, variant="int8")
    assert [] == found(mixed, evaluation_set="evaluationSets/other")
    assert 1 == len(found(mixed, variant="fp32", evaluation_set="evaluationSets/news"))


def test_the_same_work_scored_anew_counts_once_for_each_figure() -> None:
    """The second report is of the first one's predictions and brings one more figure."""
    first, anew, again = result("a", 1), result("a", 1), result("a", 2)
    del first.quality[1]
    accuracy, macro = found(
        report(1, first), report(2, anew), report(3, again), figures=("accuracy", "f1.macro")
    )
    assert ["1", "3"] == evaluations(accuracy)
    assert ["2", "3"] == evaluations(macro)


def test_figures_without_a_value_are_no_points() -> None:
    assert [] == found(report(1, result("a", 1)), figures=("host_peak_mib",))


def test_without_names_the_main_metric_and_the_first_costs_are_followed() -> None:
    keys = [one.key.figure for one in found(report(1, result("a", 1)), figures=())]
    assert ["accuracy", "latency_p50_ms@server:qps=50", "latency_p50_ms@single-stream"] == keys


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("latency_p50_ms", ["latency_p50_ms@server:qps=50", "latency_p50_ms@single-stream"]),
        ("latency_p50_ms@server", ["latency_p50_ms@server:qps=50"]),
        ("latency_p50_ms@server:qps=50", ["latency_p50_ms@server:qps=50"]),
        ("latency_p50_ms@server:qps=5", []),
        ("f1.macro", ["f1.macro"]),
    ],
)
def test_a_figure_is_named_with_its_scenario_its_kind_or_neither(
    name: str, expected: list[str]
) -> None:
    series = found(report(1, result("a", 1)), figures=(name,))
    assert expected == [one.key.figure for one in series]


def test_what_is_no_figure_is_refused() -> None:
    with pytest.raises(UnknownFigureError, match=r"figures\[1\] must be a figure .* 'wisdom'"):
        wanted_figures(["accuracy", "wisdom"])
    with pytest.raises(UnknownFigureError, match=r"'acuracy'; did you mean accuracy"):
        wanted_figures(["acuracy"])
    with pytest.raises(ExpressionError):
        wanted_figures(["accuracy >= 1"])


def test_points_tell_how_load_was_asked_for() -> None:
    plain, batched = report(1, result("a", 1)), report(2, result("a", 2))
    batched.spec.CopyFrom(
        EvaluationSpec(batch_policy=BatchPolicy(fixed_size=FixedSize(batch_size=8)))
    )
    accuracy, latency, _ = found(plain, batched, figures=("accuracy", "latency_p50_ms"))
    assert {""} == {point.load_sha256 for point in accuracy.points}
    assert 2 == len({point.load_sha256 for point in latency.points})


def test_points_tell_whether_something_disturbed_them() -> None:
    disturbed = result("a", 1)
    disturbed.scenarios[0].validity.state = Validity.STATE_SUSPECT
    series = found(report(1, disturbed), figures=("accuracy", "latency_p50_ms"))
    assert [False, True, False] == [one.points[0].is_disturbed for one in series]
