"""The processor through OpenVINO, which compiles the graph for it."""

import json
from typing import Final

from bakeoff.server.worker.providers.cpu import CPU
from bakeoff.server.worker.providers.provider import Allotment, Provider


def _options(allotment: Allotment) -> dict[str, str]:
    settings = {
        "INFERENCE_NUM_THREADS": str(allotment.intra_op_thread_count),
        # On some processors it would compute in bfloat16 of its own accord.
        "INFERENCE_PRECISION_HINT": "f32",
    }
    return {"device_type": "CPU", "load_config": json.dumps({"CPU": settings})}


OPENVINO: Final = Provider(
    name="OpenVINOExecutionProvider",
    device_kind="openvino",
    packages=("onnxruntime-openvino",),
    options=_options,
    causes=lambda _: (),
    remedy="install bakeoff[server,openvino] in place of bakeoff[server,cpu]",
    fallbacks=(CPU,),
)
