"""`bakeoff candidates`, `sets`, `targets` and `evaluations`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from google.protobuf import json_format
from google.rpc import code_pb2, status_pb2

from bakeoff import v1
from bakeoff.client.cli import bakeoff

if TYPE_CHECKING:
    from conftest import Shelf

Run = Callable[..., Result]


@pytest.fixture
def run(shelf: "Shelf", serve: Callable[..., str]) -> Run:
    address = serve(shelf)

    def invoke(*words: str, **settings: object) -> Result:
        return CliRunner(env={"BAKEOFF_SERVER": address}).invoke(bakeoff, words, **settings)

    return invoke


def words_of(outcome: Result) -> list[str]:
    assert 0 == outcome.exit_code, outcome.output
    return outcome.stdout.split()


def test_a_candidate_is_sent_shown_listed_and_removed(run: Run, bundle_folder: Path) -> None:
    assert "candidates/mine" in words_of(
        run("candidates", "upload", str(bundle_folder), "--id", "mine")
    )
    shown = run("candidates", "describe", "mine", "--format", "json")
    candidate = json_format.Parse(shown.stdout, v1.Candidate())
    assert ["no", "yes"] == list(candidate.manifest.classification.labels)
    described = words_of(run("candidates", "describe", "candidates/mine"))
    assert {"fp32", "single", "label", "no,", "yes", "compared"} <= set(described)
    assert {"mine", "text-classification", "fp32", "tiny"} <= set(
        words_of(run("candidates", "list"))
    )
    listed = json_format.Parse(
        run("candidates", "list", "--format", "json").stdout, v1.ListCandidatesResponse()
    )
    assert [candidate] == list(listed.candidates)
    assert 0 == run("candidates", "delete", "mine", "--yes").exit_code
    gone = run("candidates", "describe", "mine")
    assert 1 == gone.exit_code
    assert "there is no candidates/mine. The `list` commands show what there is." in gone.stderr


def test_a_removal_is_asked_about(run: Run, bundle_folder: Path, shelf: "Shelf") -> None:
    run("candidates", "upload", str(bundle_folder))
    refused = run("candidates", "delete", "tiny.fp32", input="n\n")
    assert 1 == refused.exit_code
    assert "Delete the candidate tiny.fp32?" in refused.stderr
    assert ["candidates/tiny.fp32"] == list(shelf.candidates)
    assert 0 == run("candidates", "delete", "tiny.fp32", input="y\n").exit_code
    assert {} == shelf.candidates


def test_a_parity_is_told(run: Run, shelf: "Shelf") -> None:
    manifest = v1.Manifest(
        parity=v1.Parity(
            reference="torch",
            example_count=1000,
            label_flip_count=3,
            max_abs_difference=0.125,
            passed=True,
        )
    )
    candidate = v1.Candidate(name="candidates/c", manifest=manifest)
    shelf.candidates["candidates/c"] = (candidate, {})
    shown = " ".join(words_of(run("candidates", "describe", "c")))
    assert "passed against torch: 3 label flips in 1,000 examples, largest difference 0.12" in shown


def test_a_set_is_sent_shown_listed_and_removed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "set.csv"
    file.write_text("text,label\nhello,greeting\n")
    sent = run("sets", "upload", str(file), "--id", "mine", "--format", "json")
    assert "evaluationSets/mine" == json.loads(sent.stdout)["name"]
    assert "evaluationSets/mine" in words_of(run("sets", "describe", "mine"))
    assert {"mine", "set.csv"} <= set(words_of(run("sets", "list")))
    listed = run("sets", "list", "--format", "json")
    assert [json.loads(sent.stdout)] == json.loads(listed.stdout)["evaluationSets"]
    assert 1 == run("sets", "delete", "mine", input="n\n").exit_code
    assert 0 == run("sets", "delete", "mine", "-y").exit_code
    assert 1 == run("sets", "delete", "mine", "-y").exit_code


def test_many_labels_are_not_all_shown(run: Run, shelf: "Shelf") -> None:
    labels = [v1.LabelCount(label=f"label{index}", count=2) for index in range(77)]
    evaluation_set = v1.EvaluationSet(name="evaluationSets/s", label_counts=labels)
    shelf.sets["evaluationSets/s"] = (evaluation_set, b"")
    shown = " ".join(words_of(run("sets", "describe", "s")))
    assert "label29 (2), and 47 more" in shown
    assert "label30" not in shown


def test_targets_say_why_they_cannot_be_used(run: Run, shelf: "Shelf") -> None:
    shelf.targets = [
        v1.Target(
            name="targets/cpu",
            device="cpu",
            available=True,
            providers=[v1.Provider(name="CPUExecutionProvider", loads=True)],
            fingerprint=v1.Fingerprint(
                cpu_model="EPYC", software_versions={"onnxruntime": "1.31.1"}
            ),
        ),
        v1.Target(
            name="targets/cuda-0",
            device="cuda:0",
            unavailable_reason="no device",
            providers=[v1.Provider(name="CUDAExecutionProvider", failure="no driver")],
        ),
    ]
    listed = words_of(run("targets", "list"))
    assert {"cpu", "yes", "EPYC", "cuda-0", "cuda:0", "no", "device"} <= set(listed)
    described = " ".join(words_of(run("targets", "describe", "cuda:0")))
    assert "no: no device" in described
    assert "CUDAExecutionProvider: no driver" in described
    assert "onnxruntime 1.31.1" in " ".join(words_of(run("targets", "describe", "cpu")))
    assert (
        "cpu" == json.loads(run("targets", "describe", "cpu", "--format", "json").stdout)["device"]
    )
    assert 2 == len(json.loads(run("targets", "list", "--format", "json").stdout)["targets"])


@pytest.fixture
def evaluations(shelf: "Shelf") -> "Shelf":
    spec = v1.EvaluationSpec(candidates=["candidates/a"], evaluation_set="evaluationSets/s")
    for name, state in (
        ("one", v1.Evaluation.STATE_SUCCEEDED),
        ("two", v1.Evaluation.STATE_RUNNING),
        ("three", v1.Evaluation.STATE_FAILED),
    ):
        shelf.evaluations[f"evaluations/{name}"] = v1.Evaluation(
            name=f"evaluations/{name}", state=state, spec=spec
        )
    selection = v1.Selection(
        state=v1.Selection.STATE_RECOMMENDED, recommended="candidates/a", summary="Deploy a."
    )
    report = v1.Report(evaluation="evaluations/one", selection=selection)
    shelf.evaluations["evaluations/one"].report.CopyFrom(report)
    shelf.outcome.report.CopyFrom(report)
    shelf.evaluations["evaluations/three"].error.CopyFrom(
        status_pb2.Status(code=code_pb2.DATA_LOSS, message="disk gone")
    )
    return shelf


def test_evaluations_are_listed_by_state(run: Run, evaluations: "Shelf") -> None:
    assert evaluations.evaluations
    listed = " ".join(words_of(run("evaluations", "list")))
    assert "three failed: disk gone [DATA_LOSS]" in listed
    some = run(
        "evaluations", "list", "--state", "running", "--state", "succeeded", "--format", "json"
    )
    assert ["evaluations/one", "evaluations/two"] == [
        one["name"] for one in json.loads(some.stdout)["evaluations"]
    ]


def test_an_evaluation_is_shown_with_its_report(run: Run, evaluations: "Shelf") -> None:
    shown = run("evaluations", "describe", "one")
    assert "Recommended: a\nDeploy a." in shown.stdout
    assert "Recommended" not in run("evaluations", "describe", "two").stdout
    as_json = run("evaluations", "describe", "one", "--format", "json")
    assert evaluations.evaluations["evaluations/one"] == json_format.Parse(
        as_json.stdout, v1.Evaluation()
    )


def test_an_evaluation_is_watched_to_its_answer(run: Run, evaluations: "Shelf") -> None:
    evaluations.outcome.report.selection.state = v1.Selection.STATE_UNDECIDED
    watched = run("evaluations", "watch", "two")
    assert 4 == watched.exit_code
    assert "Undecided: a" in watched.stdout
    assert "two: done" in watched.stderr


def test_a_failed_evaluation_is_an_error_of_its_watcher(run: Run, shelf: "Shelf") -> None:
    shelf.outcome = v1.Evaluation(
        state=v1.Evaluation.STATE_FAILED,
        error=status_pb2.Status(code=code_pb2.DATA_LOSS, message="disk gone"),
    )
    watched = run("evaluations", "watch", "two")
    assert 1 == watched.exit_code
    assert "Error: evaluations/two failed: disk gone. [DATA_LOSS]" in watched.stderr


def test_an_evaluation_is_cancelled_and_removed(run: Run, evaluations: "Shelf") -> None:
    assert 0 == run("evaluations", "cancel", "two").exit_code
    assert ["evaluations/two"] == evaluations.cancelled
    assert 1 == run("evaluations", "delete", "two", input="\n").exit_code
    assert 0 == run("evaluations", "delete", "two", "-y").exit_code
    assert "evaluations/two" not in evaluations.evaluations


def test_a_rescore_asks_only_for_other_answers(run: Run, evaluations: "Shelf") -> None:
    answered = run(
        *("evaluations", "rescore", "one", "--id", "again", "--metric", "mcc"),
        *("--constraint", "mcc>=0.5", "--baseline", "a", "--seed", "3", "--format", "json"),
    )
    assert 0 == answered.exit_code, answered.output
    (request,) = evaluations.rescored
    assert ("evaluations/one", "again") == (request.name, request.evaluation_id)
    assert (
        v1.EvaluationSpec(
            metrics=["mcc"],
            constraints=["mcc>=0.5"],
            baseline="candidates/a",
            statistics=v1.StatisticsSettings(seed=3),
        )
        == request.spec
    )
    assert "Deploy a." == json.loads(answered.stdout)["selection"]["summary"]


@pytest.fixture
def predictions(shelf: "Shelf") -> "Shelf":
    shelf.predictions = [
        v1.PredictionRecord(
            example_id="e1",
            text=v1.TextInput(text="a [bold] text"),
            label=v1.Label(class_name="yes"),
            predicted=v1.Label(class_name="yes"),
            probabilities={"yes": 0.75, "no": 0.25},
            correct=True,
        ),
        v1.PredictionRecord(
            example_id="e2",
            text=v1.TextInput(text="x" * 200, text_pair="y"),
            label=v1.Label(class_names=v1.ClassNames(names=["p", "q"])),
            predicted=v1.Label(class_names=v1.ClassNames()),
            correct=False,
        ),
        v1.PredictionRecord(
            example_id="e3",
            text=v1.TextInput(text="left", text_pair="right"),
            label=v1.Label(value=2.5),
            predicted=v1.Label(value=2.25),
        ),
        v1.PredictionRecord(
            example_id="e4",
            text=v1.TextInput(text="bad"),
            prediction=v1.Prediction(failure="too long"),
        ),
    ]
    return shelf


def test_predictions_are_listed_as_a_table(run: Run, predictions: "Shelf") -> None:
    assert predictions.predictions
    listed = run("evaluations", "predictions", "one", "--candidate", "a").stdout
    header, *rows = [line.split() for line in listed.splitlines()]
    assert ["id", "text", "expected", "predicted", "probability"] == header
    assert ["e1", "a", "[bold]", "text", "yes", "yes", "0.7500", "right"] == rows[0]
    assert ["e2", "x" * 79 + "…", "p,", "q", "none", "wrong"] == rows[1]
    assert ["e3", "left", "|", "right", "2.5", "2.25"] == rows[2]
    assert ["e4", "bad", "-", "too", "long"] == rows[3]


def test_predictions_are_json_lines(run: Run, predictions: "Shelf") -> None:
    options = ("--candidate", "a", "--wrong-only", "--limit", "2", "--format", "json")
    listed = run("evaluations", "predictions", "one", *options).stdout
    assert predictions.predictions[1:3] == [
        json_format.Parse(line, v1.PredictionRecord()) for line in listed.splitlines()
    ]


def test_an_artifact_is_downloaded(run: Run, shelf: "Shelf", tmp_path: Path) -> None:
    assert "<html></html>" == run("evaluations", "download", "one").stdout
    target = tmp_path / "o.bin"
    words = ("--observations", "offline", "--candidate", "a", "-o", str(target))
    assert 0 == run("evaluations", "download", "one", *words).exit_code
    assert b"<html></html>" == target.read_bytes()
    html, observations = shelf.artifacts_asked
    assert v1.ReadArtifactRequest.RenderedReport.FORMAT_HTML == html.rendered_report.format
    assert ("candidates/a", "offline") == (
        observations.observations.candidate,
        observations.observations.scenario,
    )
    assert 2 == run("evaluations", "download", "one", "--observations", "offline").exit_code
