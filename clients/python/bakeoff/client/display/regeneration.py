"""A report made anew beside the stored one."""

from rich.console import Group
from rich.text import Text

from bakeoff import v1

# How a command ends that found the two to differ.
DIFFERS = 1


def regeneration(found: v1.RegenerateReportResponse) -> Group:
    """Whether the two are the same byte for byte, and else where they differ."""
    if found.identical:
        return Group(
            Text("The report made anew is the stored one, byte for byte.", style="bold green"),
            Text(f"SHA-256 {found.stored_sha256}", style="dim"),
        )
    return Group(
        Text("The report made anew is not the stored one.", style="bold red"),
        Text(f"stored      SHA-256 {found.stored_sha256}", style="dim"),
        Text(f"made anew   SHA-256 {found.regenerated_sha256}", style="dim"),
        *(Text(f"  {path}") for path in found.differences),
    )
