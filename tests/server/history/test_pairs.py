"""Which candidates of two evaluations belong together."""

import pytest

from bakeoff.server.errors import InvalidFieldError, NotFoundError
from bakeoff.server.history import Pair, given_pairs, matching_pairs
from bakeoff.v1 import (
    Candidate,
    CandidatePair,
    CandidateResult,
    Manifest,
    Report,
    SourceModel,
    Variant,
)


def report(evaluation: str, *candidates: tuple[str, str, str]) -> Report:
    """Candidates by id, source model and variant."""
    return Report(
        evaluation=evaluation,
        candidates=[
            CandidateResult(
                candidate=Candidate(
                    name=f"candidates/{name}",
                    manifest=Manifest(
                        source_model=SourceModel(name=model), variant=Variant(id=variant)
                    ),
                )
            )
            for name, model, variant in candidates
        ],
    )


MAY = report("may", ("v1", "bert", "fp32"), ("v1.int8", "bert", "int8"), ("tiny", "tiny", "fp32"))
JUNE = report("june", ("v2.int8", "bert", "int8"), ("v2", "bert", "fp32"), ("new", "new", "fp32"))


def pair(candidate: str, baseline: str) -> Pair:
    return Pair(f"candidates/{candidate}", f"candidates/{baseline}")


def test_candidates_of_one_model_and_variant_belong_together() -> None:
    assert [pair("v2.int8", "v1.int8"), pair("v2", "v1")] == matching_pairs(JUNE, MAY)


def test_of_several_that_match_the_one_of_the_same_name_is_meant() -> None:
    before = report("may", ("a", "bert", "fp32"), ("b", "bert", "fp32"))
    assert [pair("b", "b")] == matching_pairs(report("june", ("b", "bert", "fp32")), before)
    with pytest.raises(InvalidFieldError, match=r"pairs must say .* candidates/a or candidates/b"):
        matching_pairs(report("june", ("c", "bert", "fp32")), before)


def test_where_nothing_matches_pairs_are_asked_for() -> None:
    with pytest.raises(InvalidFieldError, match=r"pairs must be given: no candidate of june"):
        matching_pairs(JUNE, report("may", ("other", "other", "fp32")))


def test_given_pairs_are_of_the_two_evaluations_and_come_once() -> None:
    wanted = CandidatePair(candidate="candidates/new", baseline="candidates/tiny")
    assert [pair("new", "tiny")] == given_pairs(JUNE, MAY, [wanted])
    turned = CandidatePair(candidate="candidates/tiny", baseline="candidates/new")
    with pytest.raises(NotFoundError, match=r"pairs\[0\]\.candidate must be one of .*; got"):
        given_pairs(JUNE, MAY, [turned])
    with pytest.raises(InvalidFieldError, match=r"pairs\[1\] must come once"):
        given_pairs(JUNE, MAY, [wanted, wanted])
