"""What an evaluation has found so far, kept in the store by the type of the message.

| message | of | tells |
|---|---|---|
| `Target` | the evaluation | where it runs, as it was at the start |
| `google.rpc.Status` | a candidate | why it failed |
| `ColdStart`, `MemoryLedger` | a candidate | what fresh processes showed |
| `MemoryFit` | a candidate | the largest batch that fits a given memory |
| `Placement` | a candidate | where the graph ran |
| `ThreadLayout` | a candidate | threads for passes that are not timed by the query |
| `PredictionPass` | a candidate | how the prediction pass went, as far as it has come |
| `BatchSensitivity` | a candidate | how much the batch changes the answers |
| `EarlyStop` | a candidate | why it is measured no further; empty when it came back into play |
| `google.protobuf.StringValue` | a candidate | whom it is behind, where that is why |
| `ScenarioResult` | a candidate in a scenario | blocks, layout, suspicions, energy; no figures |
| `Measured` | a candidate in a scenario | how its first block went, which warmed up |
| `google.protobuf.ListValue` | a candidate in a scenario | what the time did not suffice for |
| `PeakLoadSearch` | a candidate in a scenario | rates that were tried, as far as it has come |
| `Environment` | a scenario | what the machine was like |
| `google.protobuf.Duration` | a scenario | time that was spent on it, of a time budget |
"""

from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.message import Message

from bakeoff.server.store import Store

_MessageT = TypeVar("_MessageT", bound=Message)


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings of one evaluation. Its methods block."""

    store: Store
    evaluation: str

    def keep(self, message: Message, *, candidate: str = "", scenario: str = "") -> None:
        """Keep a finding in place of an earlier one of its type."""
        kind = _kind(type(message), scenario)
        self.store.put_finding(self.evaluation, candidate, kind, message.SerializeToString())

    def get(
        self, message_type: type[_MessageT], *, candidate: str = "", scenario: str = ""
    ) -> _MessageT | None:
        """Give a finding; None when there is none yet."""
        body = self.store.finding(self.evaluation, candidate, _kind(message_type, scenario))
        return None if body is None else message_type.FromString(body)


def _kind(message_type: type[Message], scenario: str) -> str:
    name = message_type.DESCRIPTOR.full_name
    return f"{name}@{scenario}" if scenario else name
