"""How threads are laid out in a scenario."""

from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.contender import Contender
from bakeoff.server.jobs.predict import given_layout, ready
from bakeoff.v1 import Scenario, ThreadLayout

# Where the next query comes when the last one has ended, there is never more than one.
_ONE_BY_ONE = frozenset({"single_stream", "multi_stream", "soak"})


async def prepared(
    assignment: Assignment, contender: Contender, scenario: Scenario
) -> ThreadLayout:
    """Load the bundle under the layout of a scenario, and give that layout.

    What the scenario says comes before what the spec says, and that before what a trial chose.
    Queries that come one by one are run by one caller, with all processors unless told otherwise.
    """
    spec = assignment.spec
    thread_count = scenario.intra_op_thread_count or spec.intra_op_thread_count
    if scenario.WhichOneof("kind") in _ONE_BY_ONE:
        layout = ThreadLayout(
            intra_op_thread_count=thread_count or assignment.usable_cpu_count, caller_count=1
        )
    else:
        layout = await ready(assignment, contender)
        if scenario.intra_op_thread_count or scenario.caller_count:
            caller_count = scenario.caller_count or spec.caller_count
            given = given_layout(thread_count, caller_count, assignment.usable_cpu_count)
            layout = given or layout
    await contender.load(layout.intra_op_thread_count)
    return layout
