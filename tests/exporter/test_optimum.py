"""Two export back ends in two environments, each the other's oracle.

Runs in the environment of the extra `exporter-optimum`, and calls that of `exporter`.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bakeoff.exporter import ExportedBundle, ExportRequest, export, verify_bundle
from bakeoff.exporter.backends import BACKENDS
from bakeoff.exporter.checkpoint import find_checkpoint
from bakeoff.exporter.errors import BackendUnavailableError, TokenizerUnsupportedError
from bakeoff.exporter.examples import Example, shipped_examples
from bakeoff.exporter.inference import BundleInference
from bakeoff.exporter.network import load_network

pytestmark = [
    pytest.mark.optimum,
    pytest.mark.slow,
    pytest.mark.skipif(
        BACKENDS["optimum"].unavailable() is not None, reason="needs the extra exporter-optimum"
    ),
]

# Python of the environment with the extra `exporter`.
OTHER_PYTHON = Path(
    os.environ.get(
        "BAKEOFF_EXPORTER_PYTHON", Path(__file__).parents[2] / ".venv" / "bin" / "python"
    )
)


def export_here(source: Path, output: Path) -> ExportedBundle:
    (bundle,) = export(
        ExportRequest(
            source=str(source), task="text-classification", variants=["fp32"], output=output
        )
    )
    return bundle


def export_there(source: Path, output: Path) -> Path:
    """Export with transformers' own exporter, in the other environment."""
    if not OTHER_PYTHON.exists():
        pytest.skip(f"there is no {OTHER_PYTHON}; set BAKEOFF_EXPORTER_PYTHON")
    code = "from bakeoff.exporter.commands import export; export()"
    arguments = ["--task", "text-classification", "--output", str(output), "--format", "json"]
    finished = subprocess.run(
        [OTHER_PYTHON, "-c", code, str(source), *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": ""},
    )
    assert 0 == finished.returncode, finished.stderr.decode()
    (bundle,) = json.loads(finished.stdout)["bundles"]
    assert "transformers" == bundle["manifest"]["variant"]["backend"]
    return Path(bundle["path"])


def inference_of(folder: Path) -> BundleInference:
    return BundleInference(folder, verify_bundle(folder))


@pytest.mark.parametrize("family", ["bert", "distilbert", "roberta", "albert", "deberta-v2"])
def test_both_back_ends_draw_the_same_model(
    make_checkpoint: Callable[..., Path],
    thousand_texts: tuple[str, ...],
    tmp_path: Path,
    family: str,
) -> None:
    """No label flips and logits within 1e-4, over all that both tokenise alike.

    transformers 5 builds the tokenizers of ALBERT and DeBERTa anew, with other rules for odd
    spaces, and numbers the texts of a pair otherwise. What differs is counted.
    """
    source = make_checkpoint(family)
    here = export_here(source, tmp_path / "here")
    ours, theirs = inference_of(here.path), inference_of(export_there(source, tmp_path / "there"))
    examples = [Example(text) for text in thousand_texts]
    examples += [e for e in shipped_examples(pairs=True) if e.text_pair is not None]
    alike = [example for example in examples if same_inputs(ours, theirs, example)]

    for start in range(0, len(alike), 24):
        batch = [e for e in alike[start : start + 24] if e.text_pair is None]
        for part in (batch, [e for e in alike[start : start + 24] if e.text_pair is not None]):
            if not part:
                continue
            expected, actual = theirs.outputs(part), ours.outputs(part)
            assert expected.argmax(axis=1).tolist() == actual.argmax(axis=1).tolist()
            assert np.abs(expected - actual).max() < 1e-4
    assert "optimum" == here.manifest.variant.backend
    assert here.manifest.parity.passed
    if family in ("bert", "distilbert", "roberta"):
        assert examples == alike
    else:
        assert len(alike) > 900


def same_inputs(one: BundleInference, other: BundleInference, example: Example) -> bool:
    """Whether two bundles feed the same tokens; absent token types are all 0."""
    first, second = one.encode([example]), other.encode([example])
    types = np.zeros_like(first["input_ids"])
    return all(
        np.array_equal(first.get(name, types), second.get(name, types))
        for name in ("input_ids", "token_type_ids")
    )


def test_a_tokenizer_of_transformers_5_is_refused_rather_than_lost(
    make_checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(make_checkpoint("bert"), tmp_path / "copy")
    config = json.loads((folder / "tokenizer_config.json").read_text())
    config["tokenizer_class"] = "TokenizersBackend"
    (folder / "tokenizer_config.json").write_text(json.dumps(config))

    with pytest.raises(TokenizerUnsupportedError, match=r"transformers 4\..*TokenizersBackend"):
        load_network(find_checkpoint(str(folder)))


def test_the_back_ends_of_the_other_environment_are_refused_here(
    make_checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(BackendUnavailableError, match=r"transformers 5\.23.*bakeoff\[exporter\]"):
        export(
            ExportRequest(
                source=str(make_checkpoint("bert")),
                task="text-classification",
                variants=["fp32"],
                output=tmp_path,
                backend="transformers",
            )
        )
