"""What a reader must know before trusting the figures."""

from collections.abc import Iterable, Sequence

from bakeoff.server.selection.wording import counted, joined, percent, short_name
from bakeoff.v1 import CandidateResult, Report, Validity

_FEW_EXAMPLES = 100
_FEW_EXAMPLES_OF_CLASS = 10
_CUT_SHARE_WORTH_TELLING = 0.01


def warnings(report: Report) -> list[str]:
    """One sentence each, those about the whole evaluation first."""
    found = [*_of_set(report), *_of_cut_texts(report), *_of_baseline(report)]
    for result in report.candidates:
        found += _of_candidate(result)
    return found


def caveat(result: CandidateResult) -> str:
    """What must be said wherever a candidate is put in an order; empty when there is nothing."""
    counts = result.example_counts
    if not counts.failed:
        return ""
    told = f"{counts.failed:,} of {counted(counts.total, 'example')} gave no usable answer"
    if counts.non_finite:
        told += f" ({counts.non_finite:,} NaN or infinite)"
    return f"{told} and {'is' if counts.failed == 1 else 'are'} not scored"


def _of_set(report: Report) -> Iterable[str]:
    scored = [result.example_counts.scored for result in report.candidates if result.quality]
    if scored and max(scored) < _FEW_EXAMPLES:
        yield (
            f"Only {counted(max(scored), 'example')} could be scored: intervals are wide, and few "
            "differences can be told."
        )
    rare = [
        count.label
        for count in report.evaluation_set.label_counts
        if count.count < _FEW_EXAMPLES_OF_CLASS
    ]
    if rare:
        yield (
            f"{counted(len(rare), 'class has', 'classes have')} fewer than "
            f"{_FEW_EXAMPLES_OF_CLASS} examples; figures of single classes say little there."
        )
    unlabelled = max((r.example_counts.unlabelled for r in report.candidates), default=0)
    if unlabelled:
        yield (
            f"{counted(unlabelled, 'example has', 'examples have')} no label and "
            f"{'is' if unlabelled == 1 else 'are'} not scored."
        )


def _of_cut_texts(report: Report) -> Iterable[str]:
    shares = {
        short_name(result.candidate.name): result.example_counts.truncated / scored
        for result in report.candidates
        if (scored := result.example_counts.scored)
    }
    told = [
        f"{percent(share, 1)} for {name}"
        for name, share in shares.items()
        if share >= _CUT_SHARE_WORTH_TELLING
    ]
    if told:
        yield f"Some texts are longer than a candidate takes and were cut: {joined(told)}."


def _of_baseline(report: Report) -> Iterable[str]:
    baseline = report.spec.baseline
    for result in report.candidates:
        if result.candidate.name == baseline and not result.quality and len(report.candidates) > 1:
            yield (
                f"The baseline {short_name(baseline)} was not scored, so that nothing is compared "
                "with it."
            )


def _of_candidate(result: CandidateResult) -> Iterable[str]:
    name = short_name(result.candidate.name)
    if result.HasField("error"):
        yield f"{name} failed: {result.error.message}"
    reason = caveat(result)
    if reason and result.quality:
        yield f"{name}: {reason}."
    yield from _of_batch(name, result)
    yield from _of_parity(name, result)
    yield from _of_measurement(name, result)


def _of_batch(name: str, result: CandidateResult) -> Iterable[str]:
    found = result.batch_sensitivity
    if found.label_flip_count:
        yield (
            f"{name} changes its answer on {found.label_flip_count:,} of "
            f"{counted(found.example_count, 'example')} when they are predicted one by one rather "
            "than under the batch policy."
        )


def _of_parity(name: str, result: CandidateResult) -> Iterable[str]:
    manifest = result.candidate.manifest
    if manifest.HasField("parity") and not manifest.parity.passed:
        yield f"{name} does not follow its source model within the bounds set at its export."


def _of_measurement(name: str, result: CandidateResult) -> Iterable[str]:
    for scenario in result.scenarios:
        if scenario.validity.state == Validity.STATE_VALID:
            continue
        word = "invalid" if scenario.validity.state == Validity.STATE_INVALID else "suspect"
        reasons: Sequence[str] = scenario.validity.reasons
        yield f"{name}, {scenario.scenario}: the measurement is {word}. {' '.join(reasons)}"
