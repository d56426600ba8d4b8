"""Which provider ran what, from onnxruntime's own profile of a run."""

import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bakeoff.server.worker.encoding import Encoded
from bakeoff.server.worker.model import Model
from bakeoff.server.worker.session import Session, SessionSettings
from bakeoff.v1 import ProviderShare

_KERNEL_SUFFIX = "_kernel_time"
# What onnxruntime puts between two nodes whose tensors live in different memories.
_COPY_TO_DEVICE, _COPY_TO_HOST = "MemcpyFromHost", "MemcpyToHost"


@dataclass(slots=True)
class _Runs:
    """What one provider ran. Times are in microseconds."""

    operators: dict[str, str] = field(default_factory=dict)
    """Operator of each node."""
    run_count: int = 0
    duration_us: int = 0
    copy_duration_us: int = 0

    def add(self, node: str, operator: str, duration_us: int) -> None:
        """Counts a run of a node."""
        self.operators[node] = operator
        self.run_count += 1
        self.duration_us += duration_us
        if operator in {_COPY_TO_DEVICE, _COPY_TO_HOST}:
            self.copy_duration_us += duration_us


def provider_shares(
    model: Model, settings: SessionSettings, batch: Sequence[Encoded]
) -> list[ProviderShare]:
    """Shares of each provider in running `batch`, in a second session that is profiled.

    Nodes are those of the graph as onnxruntime has optimised it.
    """
    with tempfile.TemporaryDirectory(prefix="placement-") as folder:
        session = Session(
            model.graph_path,
            model.session.device,
            replace(settings, profile_prefix=Path(folder) / "run"),
        )
        session.run(model.output_name, model.encoder.collate(batch))
        events = json.loads(session.end_profile().read_bytes())
    return shares_of(events)


def shares_of(events: Sequence[dict[str, object]]) -> list[ProviderShare]:
    """Shares of each provider, most time first, from the events of a profile."""
    by_provider: dict[str, _Runs] = {}
    for event in events:
        arguments = event.get("args")
        name, duration_us = str(event.get("name")), event.get("dur")
        if (
            event.get("cat") != "Node"
            or not name.endswith(_KERNEL_SUFFIX)
            or not isinstance(arguments, dict)
            or not isinstance(duration_us, int)
            or not arguments.get("provider")
        ):
            continue
        runs = by_provider.setdefault(arguments["provider"], _Runs())
        node, operator = arguments.get("node_index", name), arguments.get("op_name", "")
        runs.add(str(node), str(operator), duration_us)
    all_runs = sum(runs.run_count for runs in by_provider.values())
    all_us = sum(runs.duration_us for runs in by_provider.values())
    in_order = sorted(by_provider.items(), key=lambda item: (-item[1].duration_us, item[0]))
    return [_share(provider, runs, all_runs, all_us) for provider, runs in in_order]


def _share(provider: str, runs: _Runs, all_runs: int, all_us: int) -> ProviderShare:
    operators = Counter(runs.operators.values())
    return ProviderShare(
        provider=provider,
        node_count=operators.total(),
        node_share=runs.run_count / all_runs,
        time_share=runs.duration_us / all_us if all_us else runs.run_count / all_runs,
        copy_to_device_count=operators[_COPY_TO_DEVICE],
        copy_to_host_count=operators[_COPY_TO_HOST],
        copy_time_share=runs.copy_duration_us / all_us if all_us else 0.0,
    )
