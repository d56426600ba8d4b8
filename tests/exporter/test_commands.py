"""The commands, as a person types them."""

import json
from pathlib import Path

import pytest
import skops.io
from click.testing import CliRunner, Result
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from bakeoff.exporter import verify_bundle
from bakeoff.exporter.backends import BACKENDS
from bakeoff.exporter.commands import adopt, export
from bakeoff.exporter.head import ProblemType, Scale
from bakeoff.exporter.variants import VARIANTS

TASK = ("--task", "text-classification")


def run_export(*arguments: object) -> Result:
    return CliRunner().invoke(export, [str(argument) for argument in arguments])


def run_adopt(*arguments: object) -> Result:
    return CliRunner().invoke(adopt, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small pipeline of scikit-learn, because it is exported in no time."""
    texts = ["good film", "bad film", "good food", "bad food"] * 3
    fitted = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, ["yes", "no"] * 6)
    path = tmp_path_factory.mktemp("pipeline") / "Film Critic.skops"
    skops.io.dump(fitted, path)
    return path


def test_an_export_prints_a_table_and_says_what_it_does(pipeline: Path, tmp_path: Path) -> None:
    result = run_export(pipeline, *TASK, "--output", tmp_path)

    assert 0 == result.exit_code, result.output
    assert str(tmp_path / "film-critic.fp32") in result.stdout
    assert "label flips" in result.stdout
    assert "Drawing the graph with skl2onnx" in result.stderr
    assert "Drawing" not in result.stdout
    verify_bundle(tmp_path / "film-critic.fp32")


def test_an_export_prints_json_and_nothing_else(pipeline: Path, tmp_path: Path) -> None:
    result = run_export(
        pipeline, *TASK, "--output", tmp_path, "--name", "critic", "--format", "json"
    )

    (bundle,) = json.loads(result.stdout)["bundles"]
    assert str(tmp_path / "critic.fp32") == bundle["path"]
    assert "text-classification" == bundle["manifest"]["task"]
    assert bundle["manifest"]["parity"]["passed"]


def test_an_adoption_without_comparison_says_so(pipeline: Path, tmp_path: Path) -> None:
    run_export(pipeline, *TASK, "--output", tmp_path)
    graph = tmp_path / "film-critic.fp32" / "model.onnx"

    result = run_adopt(graph, *TASK, "--output", tmp_path, "--labels", "no, yes", "--name", "again")

    assert 0 == result.exit_code, result.output
    assert "not compared" in result.stdout
    assert ["no", "yes"] == list(verify_bundle(tmp_path / "again.fp32").classification.labels)


def test_examples_of_a_file_decide_parity(pipeline: Path, tmp_path: Path) -> None:
    (tmp_path / "e.tsv").write_text("q\n" + "good film\nbad food\n" * 10)

    result = run_export(
        pipeline,
        *TASK,
        *("--output", tmp_path / "out", "--format", "json"),
        *("--parity-examples", tmp_path / "e.tsv", "--parity-text-column", "q"),
        *("--parity-count", 7, "--max-abs-difference", 1e-5, "--max-label-flips", "0%"),
    )

    parity = json.loads(result.stdout)["bundles"][0]["manifest"]["parity"]
    assert (7, 1e-5) == (parity["exampleCount"], parity["maxAbsDifferenceAllowed"])


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("--variant", "int8-dynamic"), "[VARIANT_UNSUPPORTED]"),
        (("--variant", "int3"), "fp32, fp16, int8-dynamic, int8-static; got 'int3'"),
        (("--variant", "int8-static"), "[CALIBRATION_MISSING]"),
        (("--labels", "a,b,c"), "[LABELS_MISMATCH]"),
        (("--max-abs-difference", "0"), "[PARITY_FAILED]"),
        (("--name", "///"), "[INVALID_OPTION]"),
    ],
)
def test_a_failure_is_one_message_and_leaves_nothing(
    pipeline: Path, tmp_path: Path, arguments: tuple[str, ...], match: str
) -> None:
    result = run_export(pipeline, *TASK, "--output", tmp_path / "out", *arguments)

    assert 1 == result.exit_code
    assert match in result.stderr
    assert "Traceback" not in result.output
    assert "" == result.stdout
    assert not (tmp_path / "out").exists()


def test_an_output_that_is_there_needs_overwrite(pipeline: Path, tmp_path: Path) -> None:
    run_export(pipeline, *TASK, "--output", tmp_path)

    refused = run_export(pipeline, *TASK, "--output", tmp_path)
    replaced = run_export(pipeline, *TASK, "--output", tmp_path, "--overwrite")

    assert (1, 0) == (refused.exit_code, replaced.exit_code)
    assert "--overwrite. [OUTPUT_EXISTS]" in refused.stderr


def test_a_source_that_is_not_there_is_refused(tmp_path: Path) -> None:
    result = run_export(tmp_path / "gone", *TASK, "--output", tmp_path / "out")

    assert 1 == result.exit_code
    assert "neither a folder here nor a hub id" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("--task", "word-salad"), "'word-salad' is not 'text-classification'"),
        ((*TASK, "--problem-type", "ranking"), "'ranking' is not one of"),
        ((*TASK, "--max-label-flips", "some"), "'some' is not a share"),
        ((*TASK, "--max-label-flips", "200%"), "must be from 0 to 1"),
        ((*TASK, "--calibration", "gone.csv"), "does not exist"),
        ((), "Missing option '--task'"),
    ],
)
def test_a_slip_of_the_keyboard_is_a_usage_error(
    pipeline: Path, tmp_path: Path, arguments: tuple[str, ...], match: str
) -> None:
    result = run_export(pipeline, "--output", tmp_path / "out", *arguments)

    assert 2 == result.exit_code
    assert match in result.stderr


def test_labels_come_from_a_list_or_from_a_file_and_not_from_both(
    pipeline: Path, tmp_path: Path
) -> None:
    (tmp_path / "labels.txt").write_text("thumbs down\n\nthumbs up\n")

    named = run_export(
        pipeline, *TASK, "--output", tmp_path / "out", "--labels-file", tmp_path / "labels.txt"
    )
    both = run_export(
        pipeline,
        *TASK,
        *("--output", tmp_path / "out", "--overwrite"),
        *("--labels-file", tmp_path / "labels.txt", "--labels", "a,b"),
    )

    assert (0, 2) == (named.exit_code, both.exit_code)
    assert ["thumbs down", "thumbs up"] == list(
        verify_bundle(tmp_path / "out" / "film-critic.fp32").classification.labels
    )


def test_the_help_names_every_choice_there_is() -> None:
    exporting = " ".join(run_export("--help").stdout.split())
    adopting = " ".join(run_adopt("--help").stdout.split())

    for name in (*VARIANTS, *BACKENDS, *ProblemType):
        assert name in exporting
    for name in (*ProblemType, *Scale):
        assert name in adopting


def test_help_needs_no_framework() -> None:
    """Neither torch nor onnx is imported for it, so it works before the extra is installed."""
    import subprocess
    import sys

    code = (
        "import sys\n"
        "from bakeoff.exporter.commands import export\n"
        "export(['--help'], standalone_mode=False)\n"
        "print(sorted({'torch', 'onnx', 'numpy', 'transformers'} & set(sys.modules)))"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    assert "[]" == finished.stdout.decode().splitlines()[-1]
