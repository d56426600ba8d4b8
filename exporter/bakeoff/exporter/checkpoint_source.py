"""A Hugging Face checkpoint as a source of bundles."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from bakeoff.exporter.checkpoint import Checkpoint, find_checkpoint
from bakeoff.exporter.drawing import draw_graph
from bakeoff.exporter.examples import Example, shipped_examples
from bakeoff.exporter.head import head_of_config
from bakeoff.exporter.network import Network, TorchReference, load_network
from bakeoff.exporter.parity import ask_reference
from bakeoff.exporter.progress import Progress
from bakeoff.exporter.source import ExportRequest, Prepared
from bakeoff.exporter.tokenization import (
    count_encoded_otherwise,
    describe_tokenization,
)
from bakeoff.exporter.tokenizer_file import TOKENIZER_FILE, write_pipeline
from bakeoff.exporter.variants import VARIANTS
from bakeoff.v1 import SourceModel


class CheckpointSource:
    """Loads with torch and transformers, draws with one of the back ends."""

    variants = tuple(VARIANTS)

    def __init__(self, request: ExportRequest) -> None:
        self._request = request
        self._checkpoint: Checkpoint = find_checkpoint(
            request.source,
            revision=request.revision,
            trust_remote_code=request.trust_remote_code,
        )

    @property
    def name(self) -> str:
        """Last part of the folder's path or of the hub id."""
        return self._checkpoint.name

    def prepare(self, scratch: Path, progress: Progress) -> Prepared:
        """Load it, ask it about the examples, and draw its fp32 graph into `scratch`."""
        request, checkpoint = self._request, self._checkpoint
        progress.stage(f"Loading {checkpoint.name} into torch")
        network = load_network(checkpoint, max_length=request.max_length)
        head = head_of_config(
            network.config, problem_type=request.problem_type, labels=request.labels
        )
        examples = request.parity_examples or tuple(
            filter(network.can_answer, shipped_examples(pairs=network.takes_pairs))
        )
        self._warn_of_another_pipeline(network, examples, progress)
        progress.stage(f"Asking {checkpoint.name} in torch about {len(examples)} examples")
        answers = ask_reference(TorchReference(network), examples, head)
        drawn = draw_graph(checkpoint, network, scratch, backend=request.backend, progress=progress)
        return Prepared(
            source_model=SourceModel(
                name=request.name or checkpoint.name,
                kind=SourceModel.KIND_HUGGING_FACE,
                sha256=checkpoint.sha256,
                hub_id=checkpoint.hub_id,
                architecture=type(network.model).__name__,
                parameter_count=network.parameter_count,
            ),
            head=head,
            output_name=drawn.output_name,
            preprocessing=describe_tokenization(
                network.tokenizer,
                max_length=network.max_length,
                input_names=drawn.input_names,
            ),
            tokenizer=write_pipeline(network.tokenizer.backend_tokenizer, scratch),
            fp32=drawn.path,
            backend=drawn.backend,
            answers=answers,
        )

    def _warn_of_another_pipeline(
        self, network: Network, examples: Sequence[Example], progress: Progress
    ) -> None:
        file = self._checkpoint.folder / TOKENIZER_FILE
        if not file.exists():
            return
        count = count_encoded_otherwise(network.tokenizer, file, examples)
        if count:
            progress.warn(
                f"transformers {version('transformers')} encodes {count} of {len(examples)} "
                f"examples otherwise than {TOKENIZER_FILE} says. The bundle holds what "
                "transformers does. A model that was trained with transformers 4 should be "
                "exported with the extra bakeoff[exporter-optimum]."
            )
