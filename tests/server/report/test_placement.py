"""The page tells where each graph ran, and what that cost in copies."""

from bakeoff.server.report.page.document import Table
from bakeoff.server.report.page.placement import placement
from bakeoff.server.report.page.roster import roster
from bakeoff.v1 import Candidate, CandidateResult, Placement, ProviderShare, Report


def _ran(*shares: ProviderShare) -> str:
    found = Report(
        candidates=[
            CandidateResult(
                candidate=Candidate(name="candidates/tiny"), placement=Placement(shares=shares)
            )
        ]
    )
    section = placement(roster(found))
    assert section is not None
    table = section.parts[0]
    assert isinstance(table, Table)
    return table.rows[0][-1].text


def test_copies_between_memories_are_told_with_their_direction_and_time() -> None:
    cuda = ProviderShare(
        provider="CUDAExecutionProvider",
        node_count=95,
        node_share=0.95,
        time_share=0.9,
        copy_to_device_count=2,
        copy_to_host_count=1,
        copy_time_share=0.07,
    )
    cpu = ProviderShare(
        provider="CPUExecutionProvider", node_count=5, node_share=0.05, time_share=0.1
    )

    assert (
        "CUDAExecutionProvider: 95 nodes, 95 % of their runs, 90 % of their time; among them 3 "
        "copies that onnxruntime inserted (2 to the device, 1 to the host), 7 % of the time of "
        "all nodes; CPUExecutionProvider: 5 nodes, 5 % of their runs, 10 % of their time"
    ) == _ran(cuda, cpu)


def test_a_graph_on_one_provider_has_no_word_of_copies() -> None:
    cpu = ProviderShare(provider="CPUExecutionProvider", node_count=1, node_share=1, time_share=1)

    assert "CPUExecutionProvider: 1 node, 100 % of their runs, 100 % of their time" == _ran(cpu)
