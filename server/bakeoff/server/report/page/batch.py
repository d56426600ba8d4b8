"""Whether the batch changes the answers."""

from bakeoff.server.report.page.cells import count_cell
from bakeoff.server.report.page.document import Cell, Column, Section, Table, Tone
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import counted, percent, significant
from bakeoff.v1 import BatchPolicy, BatchSensitivity


def batch_sensitivity(roster: Roster) -> Section | None:
    """Whether the batch changes answers; None when that was not tried."""
    shown = [one for one in roster.contenders if one.result.HasField("batch_sensitivity")]
    if not shown:
        return None
    return Section(
        id="batch-sensitivity",
        title="Does the batch change the answers?",
        lead=(
            "The same examples, predicted under the batch policy and one by one. A quantised graph "
            "may share one scale between the examples of a batch."
        ),
        parts=(
            Table(
                caption="Answers under the batch policy against answers one by one",
                columns=(
                    Column("Candidate", numeric=False),
                    Column("Examples"),
                    Column("Changed answers"),
                    Column("Largest change of an output"),
                    Column("Outputs", numeric=False),
                ),
                rows=tuple(_sensitivity_row(one) for one in shown),
                note=f"The policy: {policy_words(roster.report.spec.batch_policy)}.",
                quiet=True,
            ),
        ),
    )


def policy_words(policy: BatchPolicy) -> str:
    """A batch policy in words."""
    if policy.HasField("fixed_size"):
        return (
            f"{counted(policy.fixed_size.batch_size, 'example')} a batch, in the order of the set"
        )
    if not policy.HasField("token_budget"):
        return "not recorded"
    budget = policy.token_budget
    return (
        f"by length, up to {budget.padded_token_count:,} padded tokens and "
        f"{counted(budget.max_batch_size, 'example')} a batch"
    )


def _sensitivity_row(one: Contender) -> tuple[Cell, ...]:
    found: BatchSensitivity = one.result.batch_sensitivity
    flips = found.label_flip_count
    share = percent(flips / found.example_count, 2) if found.example_count else ""
    return (
        one.cell,
        count_cell(found.example_count),
        Cell(f"{flips:,}", detail=share, tone=Tone.WARN if flips else Tone.PLAIN),
        Cell(significant(found.max_abs_difference)),
        Cell("the same to the last bit", tone=Tone.GOOD, badge=True)
        if found.bit_identical
        else Cell("differ", tone=Tone.WARN, badge=True),
    )
