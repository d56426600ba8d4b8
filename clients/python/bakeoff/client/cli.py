"""The command `bakeoff`.

Exit codes: 0 when all went well, and a candidate was recommended where one was
asked for; 1 for an error; 2 for wrong usage; 3 when no candidate qualifies; 4 when
the evidence does not decide; 130 when interrupted; 143 when terminated.
"""

import click

from bakeoff.client.command_group import CommandGroup
from bakeoff.client.termination import raise_when_terminated

OWN_COMMANDS = {
    "candidates": "bakeoff.client.commands.candidates:candidates",
    "compare": "bakeoff.client.commands.compare:compare",
    "completion": "bakeoff.client.commands.completion:completion",
    "demo": "bakeoff.client.commands.demo:demo",
    "evaluate": "bakeoff.client.commands.evaluate:evaluate",
    "evaluations": "bakeoff.client.commands.evaluations:evaluations",
    "health": "bakeoff.client.commands.health:health",
    "history": "bakeoff.client.commands.history:history",
    "sets": "bakeoff.client.commands.sets:sets",
    "targets": "bakeoff.client.commands.targets:targets",
}

EPILOG = (
    "Exit codes: 0 all went well; 1 an error; 2 wrong usage; 3 no candidate meets the "
    "constraints; 4 the evidence does not decide; 130 interrupted; 143 terminated."
)


@click.command(
    "bakeoff",
    cls=CommandGroup,
    own=OWN_COMMANDS,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="bakeoff")
def bakeoff(*, debug: bool) -> None:
    """Puts fine-tuned models side by side and says which one to deploy, with evidence."""
    del debug  # the group reads it when something goes wrong


def main() -> None:
    """Runs the command."""
    raise_when_terminated()
    bakeoff(prog_name="bakeoff")
