"""What a gate adds to what an evaluation is asked."""

from bakeoff import v1
from bakeoff.client.errors import InvalidOptionError
from bakeoff.client.gates.gate import Gate
from bakeoff.client.names import id_of


def spec_with(gate: Gate, spec: v1.EvaluationSpec) -> v1.EvaluationSpec:
    """The spec with the gate's constraints after its own, and the gate's baseline.

    The one given is left as it is. Raises InvalidOptionError when each names another baseline.
    """
    whole = v1.EvaluationSpec()
    whole.CopyFrom(spec)
    whole.constraints.extend(one for one in gate.constraints if one not in spec.constraints)
    if gate.baseline:
        if spec.baseline and id_of(spec.baseline) != id_of(gate.baseline):
            message = (
                f"baseline must be that of the gate, {gate.baseline!r}, or be left out, got "
                f"{spec.baseline!r}."
            )
            raise InvalidOptionError(message)
        whole.baseline = gate.baseline
    return whole
