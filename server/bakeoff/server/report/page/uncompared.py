"""What is not compared with the baseline, and why not."""

from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import counted


def uncompared(roster: Roster) -> tuple[str, ...]:
    """A sentence for each comparison with the baseline that could not be made.

    One alone where the baseline itself was not scored on the whole set. Examples that were
    answered before a stop are not compared: the stop came about by these very answers.
    """
    baseline = roster.contender(roster.baseline)
    others = [one for one in roster.contenders if one is not baseline]
    if baseline is None or not others:
        return ()
    if not baseline.result.quality:
        return (f"Not compared: the baseline {baseline.label} {_reason(roster, baseline)}.",)
    return tuple(
        f"Not compared: {one.label} {_reason(roster, one)}."
        for one in others
        if not one.result.quality
    )


def _reason(roster: Roster, one: Contender) -> str:
    if one.failure:
        return "failed"
    if not one.result.HasField("early_stop"):
        return "was not scored"
    answered = one.result.early_stop.example_count
    if not answered:
        return "was stopped before it answered an example"
    all_examples = counted(roster.report.evaluation_set.example_count, "example")
    return f"was stopped after {answered:,} of {all_examples}"
