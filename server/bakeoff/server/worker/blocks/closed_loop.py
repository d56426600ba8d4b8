"""A block of `single-stream` or `multi-stream`."""

from bakeoff.server.worker.blocks.observation import add_queries, observed, tally_of
from bakeoff.server.worker.blocks.setting import Setting
from bakeoff.server.worker.blocks.stillness import still
from bakeoff.server.worker.blocks.warming import warm_queries
from bakeoff.server.worker.load.closed_loop import closed_loop
from bakeoff.server.worker.system import ServedModel
from bakeoff.worker.v1 import Measured


def measure_closed_loop(setting: Setting, samples_per_query: int) -> Measured:
    """Several examples a query, which share a run; the next query when the last one ends."""
    measured = Measured()
    system = ServedModel(setting.model, setting.examples)
    if setting.command.warm_up:
        warm_queries(measured, system, setting, [samples_per_query])
    with still():
        block = closed_loop(system, setting.samples(), setting.bounds, samples_per_query)
    answered = [[answer for answer in query if answer is not None] for query in block.answers]
    runs = [query[0].run for query in answered]
    observations = observed(setting, block.start_ns, block.duration_ns, tally_of(runs))
    observations.sample_count = sum(len(query) for query in answered)
    observations.end_to_end_ns.extend(block.end_to_end_ns)
    observations.example_indices.extend(block.samples)
    add_queries(observations, runs, [run.token_count for run in runs])
    measured.block.CopyFrom(observations)
    return measured
