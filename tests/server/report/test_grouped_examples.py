"""Reports on examples that belong together."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.report import assemble
from bakeoff.server.types import Evidence
from bakeoff.v1 import ClassificationHead, ExampleKey, Label, Report, StatisticsSettings

Make = Callable[..., Evidence]

_HEAD = ClassificationHead(
    problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
    scale=ClassificationHead.SCALE_LOGITS,
    labels=["no", "yes"],
)
_COPIES = 8
_DOCUMENTS = 40


def _report(bare_evidence: Make, group_attribute: str) -> Report:
    """Two candidates on forty documents, of which each sentence is answered alike."""
    rng = np.random.default_rng(1)
    truth = np.repeat(rng.integers(0, 2, _DOCUMENTS), _COPIES)
    outputs = {}
    for name, lead in (("a", 0.4), ("b", 1.2)):
        margin = np.repeat(rng.normal(size=_DOCUMENTS), _COPIES) + lead
        signed = np.where(truth == 1, margin, -margin)
        outputs[name] = np.column_stack([-signed, signed]).tolist()
    labels = [Label(class_name=_HEAD.labels[each]) for each in truth]
    evidence = bare_evidence(
        _HEAD,
        labels,
        outputs,
        metrics=["accuracy", "f1.macro"],
        statistics=StatisticsSettings(resample_count=400, group_attribute=group_attribute),
    )
    keys = [
        ExampleKey(id=key.id, label=key.label, attributes={"document": str(index // _COPIES)})
        for index, key in enumerate(evidence.keys)
    ]
    return assemble(
        replace(evidence, keys=keys), create_time=Timestamp(seconds=1), bakeoff_version="0.1.0"
    )


def test_figures_and_comparisons_of_grouped_examples_say_so(bare_evidence: Make) -> None:
    report = _report(bare_evidence, "document")
    for result in report.candidates:
        accuracy, f1 = (figure.interval.method for figure in result.quality)
        assert accuracy in {"cluster-wilson", "cluster-clopper-pearson"}
        assert f"cluster-jackknife-{accuracy.removeprefix('cluster-')}" == f1
    assert ["cluster-sign-flip", "cluster-bootstrap"] == [each.test for each in report.comparisons]
    assert {"cluster-percentile-bootstrap"} == {each.interval.method for each in report.comparisons}


def test_sentences_of_one_document_tell_no_more_than_the_document(bare_evidence: Make) -> None:
    """Taken for independent, their intervals would be about a third as wide."""
    widths = {}
    for group in ("", "document"):
        report = _report(bare_evidence, group)
        interval = report.candidates[0].quality[0].interval
        widths[group] = interval.upper - interval.lower
    assert 2.4 < widths["document"] / widths[""] < 3.2
