"""Where each graph ran."""

from bakeoff.server.report.page.document import Cell, Column, Facts, Fold, Part, Section, Table
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import counted, percent
from bakeoff.v1 import ProviderShare


def placement(roster: Roster) -> Section | None:
    """Proof of where each graph ran; None when nothing is known."""
    shown = [one for one in roster.contenders if one.result.HasField("placement")]
    if not shown:
        return None
    folds = [_settings(one) for one in shown if one.result.placement.session_settings]
    parts: tuple[Part, ...] = (_placement_table(shown), *folds)
    return Section(
        id="placement",
        title="Where it ran",
        lead="Execution providers asked for and had; what each ran, by the runtime's own profile.",
        parts=parts,
    )


def _placement_table(shown: list[Contender]) -> Table:
    return Table(
        caption="Execution providers",
        columns=(
            Column("Candidate", numeric=False),
            Column("Asked for", numeric=False),
            Column("Had", numeric=False),
            Column("What each ran", numeric=False),
        ),
        rows=tuple(
            (
                one.cell,
                Cell(", ".join(one.result.placement.requested_providers), code=True),
                Cell(", ".join(one.result.placement.actual_providers), code=True),
                Cell("; ".join(_ran(share) for share in one.result.placement.shares)),
            )
            for one in shown
        ),
        quiet=True,
    )


def _ran(share: ProviderShare) -> str:
    """What a provider ran, such as `CPUExecutionProvider: 12 nodes, 9 % of their runs, ...`."""
    words = (
        f"{share.provider}: {counted(share.node_count, 'node')}, "
        f"{percent(share.node_share)} of their runs, {percent(share.time_share)} of their time"
    )
    to_device, to_host = share.copy_to_device_count, share.copy_to_host_count
    if not to_device + to_host:
        return words
    return (
        f"{words}; among them {counted(to_device + to_host, 'copy', 'copies')} that onnxruntime "
        f"inserted ({to_device:,} to the device, {to_host:,} to the host), "
        f"{percent(share.copy_time_share)} of the time of all nodes"
    )


def _settings(one: Contender) -> Fold:
    items = tuple(sorted(one.result.placement.session_settings.items()))
    return Fold(
        title=f"Session settings of {one.label}",
        series=one.position,
        parts=(Facts("Settings in force", items),),
    )
