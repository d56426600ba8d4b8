"""Candidates that are stopped, and that come back when what they were behind falls."""

from collections.abc import Sequence

from google.protobuf.wrappers_pb2 import StringValue

from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.contender import Contender, Stop
from bakeoff.v1 import EarlyStop


async def stop(assignment: Assignment, contender: Contender, found: Stop) -> None:
    """Take a candidate out of play, and let its worker process end."""
    contender.stop = found
    await contender.close_worker()
    await keep(assignment, contender)


async def keep(assignment: Assignment, contender: Contender) -> None:
    """Keep whether and why a candidate is out of play; an empty finding means that it is not."""
    found = contender.stop or Stop(EarlyStop())
    await assignment.keep(found.early_stop, candidate=contender.name)
    await assignment.keep(StringValue(value=found.behind), candidate=contender.name)


async def restore(assignment: Assignment, contenders: Sequence[Contender]) -> None:
    """Take out of play those that were stopped before a restart by anything but predictions.

    Stops in the prediction pass follow again from the predictions.
    """
    for contender in contenders:
        early_stop = await assignment.found(EarlyStop, candidate=contender.name)
        behind = await assignment.found(StringValue, candidate=contender.name)
        if early_stop is not None and early_stop.stage == EarlyStop.STAGE_LOAD:
            contender.stop = Stop(early_stop, "" if behind is None else behind.value)


async def take_up_again(assignment: Assignment, contenders: Sequence[Contender]) -> bool:
    """Bring those back into play that are behind a candidate that fell; whether there are any."""
    fallen = {one.name for one in contenders if _fell(one)}
    back = [
        one
        for one in contenders
        if not one.failed and one.stop is not None and one.stop.behind in fallen
    ]
    for contender in back:
        contender.stop = None
        await keep(assignment, contender)
    return bool(back)


def _fell(contender: Contender) -> bool:
    """Whether nobody need be behind a candidate any more."""
    breaks = contender.stop is not None and not contender.stop.behind
    return contender.failed or contender.disqualified or breaks
