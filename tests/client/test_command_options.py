"""What a person types, as the messages it becomes."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from google.protobuf import duration_pb2

from bakeoff import v1
from bakeoff.client import parse_slo, parse_sweep
from bakeoff.client.cli import bakeoff

if TYPE_CHECKING:
    from conftest import Shelf

Run = Callable[..., Result]


@pytest.fixture
def run_evaluate(
    shelf: "Shelf", serve: Callable[..., str], bundle_folder: Path, tmp_path: Path
) -> Run:
    """`bakeoff evaluate` of one local candidate over one local set."""
    file = tmp_path / "set.csv"
    file.write_text("text,label\nhello,greeting\n")
    address = serve(shelf)

    def run(*options: str) -> Result:
        given = ("--candidate", str(bundle_folder), "--set", str(file), "--server", address)
        return CliRunner().invoke(bakeoff, ["evaluate", *given, *options])

    return run


def test_every_option_reaches_the_spec(
    shelf: "Shelf", run_evaluate: Run, bundle_folder: Path, tmp_path: Path
) -> None:
    mapping = tmp_path / "map.json"
    mapping.write_text(json.dumps({"a=b": "c", "x": "overridden"}))
    run_evaluate(
        *("--target", "cuda:0", "--baseline", str(bundle_folder)),
        *("--metric", "accuracy", "--metric", "mcc"),
        *("--constraint", "accuracy>=0.8", "--constraint", "latency_p99_ms<=20"),
        *("--objective", "max:accuracy", "--objective", "min:latency_p99_ms"),
        *("--scenario", "offline"),
        *("--scenario", "single-stream:min_duration=500ms,max_duration=2m,min_query_count=1000"),
        *("--slo", "p99<=20ms", "--sweep", "batch=1,4", "--sweep", "threads=2"),
        *("--batch", "fixed=32", "--threads", "2", "--callers", "1", "--budget", "5m"),
        *("--fit-memory", "1GiB", "--traffic", "32=3,512=1"),
        *("--price-per-hour", "0.45", "--wanted-load", "2000"),
        *("--profile-repeats", "5", "--sensitivity-examples", "0"),
        *("--seed", "7", "--confidence", "0.9", "--resamples", "500", "--margin", "0.01"),
        *("--group", "document", "--mcnemar", "mid-p"),
        *("--resampling-test", "approximate-randomisation"),
        *("--label-map", "x=y=z", "--label-map-file", str(mapping)),
    )
    (created,) = shelf.created
    (set_name,) = shelf.sets
    long = v1.Scenario(single_stream=v1.SingleStream(), min_query_count=1000)
    long.min_duration.FromTimedelta(timedelta(milliseconds=500))
    long.max_duration.FromTimedelta(timedelta(minutes=2))
    assert (
        v1.EvaluationSpec(
            candidates=["candidates/tiny.fp32"],
            evaluation_set=set_name,
            target="targets/cuda-0",
            scenarios=[
                v1.Scenario(offline=v1.Offline()),
                long,
                parse_slo("p99<=20ms"),
                *parse_sweep(["batch=1,4", "threads=2"]),
            ],
            batch_policy=v1.BatchPolicy(fixed_size=v1.FixedSize(batch_size=32)),
            baseline="candidates/tiny.fp32",
            metrics=["accuracy", "mcc"],
            constraints=["accuracy>=0.8", "latency_p99_ms<=20"],
            objectives=["max:accuracy", "min:latency_p99_ms"],
            statistics=v1.StatisticsSettings(
                confidence_level=0.9,
                resample_count=500,
                seed=7,
                equivalence_margin=0.01,
                group_attribute="document",
                mcnemar_test=v1.StatisticsSettings.MC_NEMAR_TEST_MID_P,
                resampling_test=(v1.StatisticsSettings.RESAMPLING_TEST_APPROXIMATE_RANDOMISATION),
            ),
            label_mapping={"x": "y=z", "a=b": "c"},
            profile_repeat_count=5,
            batch_sensitivity_example_count=0,
            intra_op_thread_count=2,
            caller_count=1,
            traffic=v1.TrafficHistogram(max_token_counts=[32, 512], weights=[3, 1]),
            fit_memory_bytes=2**30,
            pricing=v1.Pricing(price_per_hour_usd=0.45, wanted_samples_per_s=2000),
            time_budget=duration_pb2.Duration(seconds=300),
        )
        == created.spec
    )


def test_without_options_both_scenarios_are_measured_and_all_else_is_left_to_the_server(
    shelf: "Shelf", run_evaluate: Run
) -> None:
    run_evaluate()
    (created,) = shelf.created
    created.spec.ClearField("candidates")
    created.spec.ClearField("evaluation_set")
    created.spec.ClearField("statistics")
    assert (
        v1.EvaluationSpec(
            scenarios=[
                v1.Scenario(offline=v1.Offline()),
                v1.Scenario(single_stream=v1.SingleStream()),
            ]
        )
        == created.spec
    )


def test_quality_only_measures_nothing(shelf: "Shelf", run_evaluate: Run) -> None:
    run_evaluate("--quality-only")
    assert [] == list(shelf.created[0].spec.scenarios)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--quality-only", "--scenario", "offline"], "leaves no room for --scenario"),
        (["--quality-only", "--slo", "p99<=20ms"], "leaves no room for --slo"),
        (["--quality-only", "--sweep", "batch=1"], "leaves no room for --sweep"),
        (["--scenario", "burst"], "scenario must be one of offline, single-stream"),
        (["--slo", "20ms"], "slo must be a bound on latency such as 'p99<=20ms'"),
        (["--sweep", "size=1"], "sweep must be batch=1,2,4 or threads=1,2"),
        (["--budget", "5"], "budget must be a duration such as 500ms"),
        (["--fit-memory", "1"], "fit-memory must be a size such as 512MiB"),
        (["--traffic", "no.csv"], "'no.csv' cannot be read"),
        (["--wanted-load", "100"], "--wanted-load needs --price-per-hour"),
        (["--price-per-hour", "0"], "0.0 is not in the range"),
        (["--batch", "huge"], "batch must be token-budget=TOKENS or fixed=EXAMPLES"),
        (["--label-map", "a"], "--label-map takes SET=CANDIDATE, got 'a'"),
        (["--confidence", "1"], "1.0 is not in the range"),
        (["--no-attributes", "--attribute-column", "a"], "leaves no room"),
        (["--delimiter", "ab"], "delimiter must be one character"),
        (["--quote", ""], "quote must be one character"),
        (["--row-ids", "--id-column", "a"], "leaves no room for id_column"),
        (["--label-separator", "|", "--label-kind", "class"], "label_kind must be 'classes'"),
        (["--set-format", "xml"], "'xml' is not one of"),
        (["--html", "no/such/folder/r.html"], "there is no folder 'no/such/folder'"),
        (["--baseline", "other"], "must be one of the candidates"),
        (["--timeout", "0"], "0.0 is not in the range"),
        (["--client-key", __file__], "client_certificate and client_key belong together"),
        (["--client-key", "no.pem"], "File 'no.pem' does not exist"),
        (["--nonsense"], "No such option"),
    ],
)
def test_wrong_usage_ends_with_code_2(run_evaluate: Run, options: list[str], words: str) -> None:
    outcome = run_evaluate(*options)
    assert 2 == outcome.exit_code, outcome.output
    assert words in outcome.stderr
    assert "" == outcome.stdout
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize("content", ["[1]", '{"a": 1}', "nonsense"])
def test_a_label_map_that_is_no_map_is_refused(
    run_evaluate: Run, tmp_path: Path, content: str
) -> None:
    (tmp_path / "map.json").write_text(content)
    outcome = run_evaluate("--label-map-file", str(tmp_path / "map.json"))
    assert 2 == outcome.exit_code
    assert "--label-map-file" in outcome.stderr


def test_detaching_needs_a_server_that_stays(bundle_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "set.csv").write_text("text,label\nhello,greeting\n")
    outcome = CliRunner().invoke(
        bakeoff,
        ["evaluate", "-c", str(bundle_folder), "-s", str(tmp_path / "set.csv"), "--detach"],
        env={"BAKEOFF_SERVER": ""},
    )
    assert 2 == outcome.exit_code
    assert "--detach needs --server" in outcome.stderr


def test_options_of_reading_reach_the_examples(
    shelf: "Shelf", serve: Callable[..., str], tmp_path: Path
) -> None:
    file = tmp_path / "set.txt"
    file.write_text("q;a;truth;key;note\n'x';y;1|2;k1;n\n")
    outcome = CliRunner().invoke(
        bakeoff,
        [
            *("sets", "upload", str(file), "--server", serve(shelf), "--id", "mine"),
            *("--set-format", "csv", "--delimiter", ";", "--quote", "none"),
            *("--text-column", "q", "--pair-column", "a", "--label-column", "truth"),
            *("--id-column", "key", "--label-separator", "|", "--no-attributes"),
            *("--task", "text-classification", "--format", "json"),
        ],
    )
    assert 0 == outcome.exit_code, outcome.output
    assert "evaluationSets/mine" == json.loads(outcome.stdout)["name"]
    assert (
        "Read 1 examples from set.txt: text 'q'; pair 'a'; label 'truth' (several classes); "
        "id 'key'." in outcome.stderr
    )
    _, data = shelf.sets["evaluationSets/mine"]
    assert v1.Example(
        id="k1",
        text=v1.TextInput(text="'x'", text_pair="y"),
        label=v1.Label(class_names=v1.ClassNames(names=["1", "2"])),
    ) == v1.Example.FromString(data[1:])
