"""What a reader must know before trusting the figures."""

from collections.abc import Iterable, Mapping, Sequence

from bakeoff.server import batch_defaults
from bakeoff.server.scenarios import scenario_id
from bakeoff.server.selection.wording import counted, joined, percent, short_name
from bakeoff.server.types import CandidateEvidence
from bakeoff.v1 import CandidateResult, Report, Validity

_FEW_EXAMPLES = 100
_STATES = {Validity.STATE_INVALID: "invalid", Validity.STATE_SUSPECT: "suspect"}
_MOST_NAMED = 3
_FEW_EXAMPLES_OF_CLASS = 10
_CUT_SHARE_WORTH_TELLING = 0.01


def warnings(report: Report, candidates: Sequence[CandidateEvidence] = ()) -> list[str]:
    """One sentence or two each, those about the whole evaluation first.

    `candidates` tell what the time did not suffice for.
    """
    found = [
        *_of_set(report),
        *_of_cut_texts(report),
        *_of_baseline(report),
        *_of_measurements(report),
        *_of_shortfalls(candidates),
        *_of_batches(report),
        *_of_budget(report),
    ]
    for result in report.candidates:
        found += _of_candidate(result)
    return found


def caveat(result: CandidateResult) -> str:
    """What must be said wherever a candidate is put in an order; empty when there is nothing."""
    parts = []
    if result.example_counts.failed:
        parts.append(_unanswered(result))
    for state, word in _STATES.items():
        found = [one.scenario for one in result.scenarios if one.validity.state == state]
        if found:
            measurements = "measurement is" if len(found) == 1 else "measurements are"
            which = f"the {joined(found)}" if len(found) <= _MOST_NAMED else f"{len(found)}"
            parts.append(f"{which} {measurements} {word}")
    return "; ".join(parts)


def _unanswered(result: CandidateResult) -> str:
    counts = result.example_counts
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


def _of_measurements(report: Report) -> Iterable[str]:
    for state, word in _STATES.items():
        befallen: dict[tuple[str, ...], dict[str, str]] = {}
        for wanted in report.spec.scenarios:
            name = scenario_id(wanted)
            reasons = {
                short_name(result.candidate.name): " ".join(found.validity.reasons)
                for result in report.candidates
                for found in result.scenarios
                if found.scenario == name and found.validity.state == state
            }
            if reasons:
                befallen.setdefault(tuple(reasons), {})[name] = next(iter(reasons.values()))
        for names, reason_of in befallen.items():
            yield _disturbance(names, reason_of, word)


def _disturbance(names: tuple[str, ...], reason_of: Mapping[str, str], word: str) -> str:
    """A warning of candidates whose measurements in some scenarios have one state.

    `reason_of` holds the reason of the first candidate in each scenario.
    """
    scenario, reason = next(iter(reason_of.items()))
    measurements = "measurement" if len(reason_of) == 1 else "measurements"
    verb = "is" if len(reason_of) == 1 else "are"
    told = f"The {joined(list(reason_of))} {measurements} of {joined(list(names))} {verb} {word}."
    of_first = [f"for {names[0]}"] if len(names) > 1 else []
    of_first += [f"in {scenario}"] if len(reason_of) > 1 else []
    if not of_first:
        return f"{told} {reason}"
    which = " ".join(of_first)
    return f"{told} {which[:1].upper()}{which[1:]}: {reason}"


def _of_shortfalls(candidates: Sequence[CandidateEvidence]) -> Iterable[str]:
    names: dict[tuple[str, str], list[str]] = {}
    for found in candidates:
        for scenario, measured in found.scenarios.items():
            for shortfall in measured.shortfalls:
                of = names.setdefault((scenario, shortfall), [])
                of.append(short_name(found.candidate.name))
    for (scenario, shortfall), of in names.items():
        yield f"The time did not suffice for {scenario} of {joined(of)}. {shortfall}"


def _of_batches(report: Report) -> Iterable[str]:
    changes = [
        f"{found.label_flip_count:,} of {found.example_count:,} for {short_name(name)}"
        for result in report.candidates
        if (found := result.batch_sensitivity).label_flip_count and (name := result.candidate.name)
    ]
    if changes:
        yield (
            f"Answers change with the batch: {joined(changes)} differ when examples are predicted "
            "one by one rather than under the batch policy."
        )


def _of_budget(report: Report) -> Iterable[str]:
    """That the default budget, which was found on processors, is small for a device."""
    budget = report.spec.batch_policy.token_budget.padded_token_count
    kind, _, index = report.target.device.partition(":")
    has_own_memory = bool(index)
    if has_own_memory and 0 < budget <= batch_defaults.PADDED_TOKEN_COUNT:
        yield (
            f"Batches hold at most {budget:,} padded tokens, which is for processors: {kind} may "
            "carry far more offline than is shown. Ask for a larger budget, such as --batch "
            "token-budget=8192, and for the same one wherever answers are compared."
        )


def _of_candidate(result: CandidateResult) -> Iterable[str]:
    name = short_name(result.candidate.name)
    if result.HasField("error"):
        yield f"{name} failed: {result.error.message}"
    if result.quality and result.example_counts.failed:
        yield f"{name}: {_unanswered(result)}."
    yield from _of_parity(name, result)


def _of_parity(name: str, result: CandidateResult) -> Iterable[str]:
    manifest = result.candidate.manifest
    if manifest.HasField("parity") and not manifest.parity.passed:
        yield f"{name} does not follow its source model within the bounds set at its export."
