"""What the measurement found, as tables."""

import io

import pytest
from google.protobuf.duration_pb2 import Duration
from rich.console import Console

from bakeoff import v1
from bakeoff.client.display.report import print_report

SERVER = "server:qps=50"
PEAK = "peak-load:p99=20ms"
BOUND = v1.LatencyBound(quantile=0.999, max_latency=Duration(nanos=20_500_000))


def figure(identity: str, value: float, unit: str) -> v1.Figure:
    return v1.Figure(id=identity, value=value, unit=unit)


def verdict(
    outcome: v1.LatencyVerdict.Outcome.ValueType, over_bound_count: int = 7, **fields: object
) -> v1.LatencyVerdict:
    return v1.LatencyVerdict(
        bound=BOUND,
        outcome=outcome,
        query_count=12345,
        over_bound_count=over_bound_count,
        allowed_over_bound_count=3,
        **fields,
    )


HELD = verdict(v1.LatencyVerdict.OUTCOME_VALID, 2, conservative_latency_ms=19.876)
PASSED = verdict(v1.LatencyVerdict.OUTCOME_INVALID, 13, more_queries_needed=9000)
UNTOLD = verdict(v1.LatencyVerdict.OUTCOME_INVALID, 7, more_queries_needed=662)


@pytest.fixture
def report() -> v1.Report:
    """One candidate under every kind of load."""
    bucket = v1.LengthBucket(
        min_token_count=1,
        max_token_count=32,
        query_share=0.25,
        figures=[figure("latency_p50_ms", 1.5, "ms"), figure("latency_p90_ms", 2.5, "ms")],
    )
    stage = v1.StageTime(stage="tokenise", mean_ms=0.1234)
    server = v1.ScenarioResult(
        scenario=SERVER,
        figures=[figure("lateness_p99_ms", 0.05, "ms")],
        latency_verdicts=[HELD, PASSED, UNTOLD],
        length_buckets=[bucket, v1.LengthBucket(min_token_count=512, max_token_count=512)],
        stages=[stage, v1.StageTime(stage="run", mean_ms=2, p50_ms=1.75, p99_ms=8)],
    )
    peak = v1.ScenarioResult(
        scenario=PEAK,
        figures=[figure("peak_qps", 96.5, "1/s")],
        peak_load_search=v1.PeakLoadSearch(
            probes=[
                v1.LoadProbe(qps=128, verdict=PASSED),
                v1.LoadProbe(qps=96.5, verdict=HELD, verification=True),
            ]
        ),
    )
    soak = v1.ScenarioResult(
        scenario="soak",
        memory_trend=v1.MemoryTrend(figures=[figure("leak_mib_per_h", 1.25, "MiB/h")]),
    )
    return v1.Report(
        candidates=[
            v1.CandidateResult(
                candidate=v1.Candidate(name="candidates/a"),
                scenarios=[server, peak, soak],
                load_curve=v1.LoadCurve(
                    points=[
                        v1.LoadCurvePoint(
                            batch_size=1,
                            intra_op_thread_count=2,
                            throughput_per_s=100,
                            latency_p50_ms=10,
                            latency_p99_ms=12.5,
                        ),
                        v1.LoadCurvePoint(
                            batch_size=8,
                            intra_op_thread_count=2,
                            throughput_per_s=200,
                            latency_p50_ms=40,
                            knee=True,
                        ),
                    ]
                ),
            )
        ],
    )


def lines_of(report: v1.Report, *, details: bool = False) -> list[list[str]]:
    file = io.StringIO()
    console = Console(file=file, width=200, markup=False, highlight=False)
    print_report(console, report, details=details)
    return [line.split() for line in file.getvalue().splitlines()]


def test_figures_of_every_kind_of_load_stand_under_the_id_of_their_scenario(
    report: v1.Report,
) -> None:
    lines = lines_of(report)
    for title, row in (
        (SERVER, ["lateness_p99_ms", "ms", "0.05"]),
        (PEAK, ["peak_qps", "1/s", "96.5"]),
        ("soak", ["leak_mib_per_h", "MiB/h", "1.25"]),
    ):
        assert row == lines[lines.index([title]) + 1]


def test_each_bound_says_whether_it_held_or_what_is_missing(report: v1.Report) -> None:
    lines = lines_of(report)
    bound, counts = ["a", SERVER, "p99.9<=20.5ms"], ["3", "12,345"]
    assert [
        [*bound, "held", "2", *counts, "19.88", "ms"],
        [*bound, "not", "held", "13", *counts, "-"],
        [*bound, "needs", "662", "more", "queries", "7", *counts, "-"],
    ] == [line for line in lines if line[:3] == bound]


def test_the_curve_shows_its_points_and_its_knee(report: v1.Report) -> None:
    lines = lines_of(report)
    begin = lines.index(["Throughput", "against", "latency"])
    assert [
        ["candidate", "threads", "batch", "samples/s", "p50", "ms", "p99", "ms"],
        ["a", "2", "1", "100", "10", "12.5"],
        ["a", "2", "8", "200", "40", "-", "knee"],
    ] == lines[begin + 1 : begin + 4]


def test_details_show_the_search_the_stages_and_the_lengths(report: v1.Report) -> None:
    plain, detailed = lines_of(report), lines_of(report, details=True)
    bound = ["a", "p99.9<=20.5ms"]
    for row in (
        [*bound, "128", "not", "held", "13", "3", "12,345"],
        [*bound, "96.5", "held", "2", "3", "12,345", "check", "of", "the", "winner"],
        ["a", SERVER, "tokenise", "0.1234", "-", "-"],
        ["a", SERVER, "run", "2", "1.75", "8"],
        ["a", SERVER, "1-32", "25.0%", "1.5", "2.5", "-"],
        ["a", SERVER, "512", "0.0%", "-", "-", "-"],
    ):
        assert row not in plain
        assert row in detailed


def test_lengths_are_shown_beside_the_traffic_that_was_given(report: v1.Report) -> None:
    report.spec.traffic.max_token_counts.append(32)
    report.candidates[0].scenarios[0].length_buckets[0].traffic_share = 0.75
    lines = lines_of(report)
    assert ["a", SERVER, "1-32", "25.0%", "75.0%", "1.5", "2.5", "-"] in lines
    assert ["a", SERVER, "512", "0.0%", "-", "-", "-", "-"] in lines


def test_of_latency_the_headlines_are_shown_and_what_decides(report: v1.Report) -> None:
    figures = report.candidates[0].scenarios[0].figures
    figures.extend([figure("latency_p95_ms", 4.5, "ms"), figure("model_latency_p90_ms", 3.5, "ms")])
    report.spec.constraints.append("latency_p95_ms@server<=20")
    decides, detail = ["latency_p95_ms", "ms", "4.5"], ["model_latency_p90_ms", "ms", "3.5"]
    lines = lines_of(report)
    assert decides in lines
    assert detail not in lines
    assert detail in lines_of(report, details=True)


def test_a_meter_that_is_missing_is_told_in_detail_alone(report: v1.Report) -> None:
    server, peak, _ = report.candidates[0].scenarios
    server.figures.append(figure("joules_per_sample", 0.25, "J"))
    peak.figures.append(v1.Figure(id="joules_per_sample", unit="J", absent_reason="no meter"))
    missing = ["joules_per_sample", "J", "-", "(no", "meter)"]
    lines = lines_of(report)
    assert ["joules_per_sample", "J", "0.25"] in lines
    assert missing not in lines
    assert missing in lines_of(report, details=True)


def test_nothing_of_an_invalid_measurement_is_shown_as_if_it_held(report: v1.Report) -> None:
    server, peak, soak = report.candidates[0].scenarios
    peak.figures.append(figure("cost_per_million_usd", 0.5, "USD"))
    for found in (server, peak, soak):
        found.validity.state = v1.Validity.STATE_INVALID
    lines = lines_of(report, details=True)
    invalid = ["the", "measurement", "is", "invalid"]
    reason = ["-", "(the", "measurement", "is", "invalid)"]

    assert ["a", SERVER, "p99.9<=20.5ms", *invalid, "2", "3", "12,345", "-"] in lines
    assert ["a", "p99.9<=20.5ms", "128", *invalid, "13", "3", "12,345"] in lines
    assert not any("held" in line for line in lines)
    for row in (
        ["lateness_p99_ms", "ms"],
        ["peak_qps", "1/s"],
        ["cost_per_million_usd", "USD"],
        ["leak_mib_per_h", "MiB/h"],
        ["a", SERVER, "1-32", "25.0%"],
    ):
        assert any(line[: len(row) + 5] == [*row, *reason] for line in lines)
    assert ["a", SERVER, "(the", "measurement", "is", "invalid)", "run", "2", "1.75", "8"] in lines


def fit_of(**fields: object) -> v1.MemoryFit:
    return v1.MemoryFit(limit_bytes=2**30, **fields)


def point(token_count: int, max_batch_size: int, *, bounded: bool = False) -> v1.MemoryFitPoint:
    return v1.MemoryFitPoint(
        token_count=token_count,
        max_batch_size=max_batch_size,
        peak_bytes=900 * 2**20,
        bounded_by_trial=bounded,
    )


def test_an_input_as_long_as_the_model_takes_is_not_said_to_be_cut_short_by_memory() -> None:
    result = v1.CandidateResult(
        candidate=v1.Candidate(name="candidates/a"), memory_fit=fit_of(max_token_count=128)
    )
    result.candidate.manifest.tokenization.max_length = 128
    lines = [" ".join(line) for line in lines_of(v1.Report(candidates=[result]))]

    assert "a: the longest input that the model takes (128 tokens) fits alone." in lines


@pytest.mark.parametrize(
    ("fit", "expected"),
    [
        (
            fit_of(points=[point(32, 4096, bounded=True), point(512, 64)], max_token_count=2048),
            [
                "What fits into 1,024.0 MiB",
                "candidate tokens largest batch peak",
                "a 32 4,096 or more 900.0 MiB",
                "a 512 64 900.0 MiB",
                "a: the longest input that fits alone has 2,048 tokens.",
            ],
        ),
        (
            fit_of(points=[point(32, 0)]),
            [
                "What fits into 1,024.0 MiB",
                "candidate tokens largest batch peak",
                "a 32 none 900.0 MiB",
                "a: not even the shortest input fits into 1,024.0 MiB.",
            ],
        ),
        (
            fit_of(points=[point(32, 1)]),
            [
                "What fits into 1,024.0 MiB",
                "candidate tokens largest batch peak",
                "a 32 1 900.0 MiB",
                "a: the graph itself tokenises, so that no longest input is told.",
            ],
        ),
        (
            fit_of(absent_reason="it crashed."),
            ["a: what fits into 1,024.0 MiB is not known: it crashed."],
        ),
    ],
)
def test_what_fits_into_the_memory_of_a_deployment(fit: v1.MemoryFit, expected: list[str]) -> None:
    report = v1.Report(
        candidates=[
            v1.CandidateResult(candidate=v1.Candidate(name="candidates/a"), memory_fit=fit),
            v1.CandidateResult(candidate=v1.Candidate(name="candidates/b")),
        ]
    )
    lines = [" ".join(line) for line in lines_of(report)]
    assert expected == [line for line in lines if line][: len(expected)]
    assert not any(line.startswith("b ") for line in lines)
