"""A variant is compared with the fp32 variant of its source model, or else with the baseline."""

from bakeoff.server.report.references import references
from bakeoff.server.types import CandidateEvidence
from bakeoff.v1 import Candidate, Manifest, SourceModel, Variant


def _candidate(name: str, source: str, variant: str) -> CandidateEvidence:
    manifest = Manifest(source_model=SourceModel(sha256=source), variant=Variant(id=variant))
    return CandidateEvidence(candidate=Candidate(name=name, manifest=manifest), error=None)


def test_a_variant_is_compared_with_the_fp32_variant_of_its_model() -> None:
    candidates = [
        _candidate("linear", "aa", "fp32"),
        _candidate("tiny.int8", "bb", "int8-dynamic"),
        _candidate("tiny.fp32", "bb", "fp32"),
    ]

    found = references(candidates, "linear")

    assert "tiny.fp32" == found["tiny.int8"]


def test_an_fp32_variant_is_compared_with_the_baseline() -> None:
    candidates = [_candidate("old", "aa", "fp32"), _candidate("new", "bb", "fp32")]

    assert {"new": "old"} == references(candidates, "old")


def test_a_variant_without_its_fp32_variant_is_compared_with_the_baseline() -> None:
    candidates = [_candidate("linear", "aa", "fp32"), _candidate("tiny", "bb", "int8-static")]

    assert {"tiny": "linear"} == references(candidates, "linear")


def test_a_baseline_that_is_no_fp32_variant_is_compared_with_it() -> None:
    candidates = [_candidate("int8", "aa", "int8-dynamic"), _candidate("fp32", "aa", "fp32")]

    assert {"int8": "fp32", "fp32": "int8"} == references(candidates, "int8")


def test_of_several_fp32_variants_the_baseline_stands_for_all() -> None:
    candidates = [
        _candidate("first", "aa", "fp32"),
        _candidate("second", "aa", "fp32"),
        _candidate("int8", "aa", "int8-dynamic"),
    ]

    assert {"first": "second", "int8": "second"} == references(candidates, "second")
    assert {"second": "first", "int8": "first"} == references(candidates, "first")


def test_models_of_unknown_source_are_not_taken_for_one() -> None:
    candidates = [
        _candidate("base", "aa", "fp32"),
        _candidate("one", "", "fp32"),
        _candidate("two", "", "int8-dynamic"),
    ]

    assert {"one": "base", "two": "base"} == references(candidates, "base")


def test_without_a_scored_baseline_only_variants_of_one_model_are_compared() -> None:
    candidates = [
        _candidate("alone", "aa", "int8-static"),
        _candidate("fp32", "bb", "fp32"),
        _candidate("int8", "bb", "int8-dynamic"),
    ]

    assert {"int8": "fp32"} == references(candidates, "failed")
