"""A Hugging Face checkpoint as a source of bundles."""

from pathlib import Path

from bakeoff.exporter.checkpoint import Checkpoint, find_checkpoint
from bakeoff.exporter.drawing import draw_graph
from bakeoff.exporter.examples import shipped_examples
from bakeoff.exporter.head import head_of_config
from bakeoff.exporter.network import TorchReference, load_network
from bakeoff.exporter.parity import ask_reference
from bakeoff.exporter.progress import Progress
from bakeoff.exporter.source import ExportRequest, Prepared
from bakeoff.exporter.tokenization import describe_tokenization, write_tokenizer
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
        examples = request.parity_examples or shipped_examples(pairs=network.takes_pairs)
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
            tokenizer=write_tokenizer(network.tokenizer, scratch),
            fp32=drawn.path,
            backend=drawn.backend,
            answers=answers,
        )
