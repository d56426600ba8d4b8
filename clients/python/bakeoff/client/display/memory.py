"""Memory in tables: what fits into that of a deployment."""

from rich.console import Group, RenderableType
from rich.text import Text

from bakeoff import v1
from bakeoff.client.display.console import table
from bakeoff.client.display.figures import bytes_text
from bakeoff.client.names import id_of


def memory_fits(report: v1.Report) -> RenderableType | None:
    """The largest batch that fits for each length, and the longest input."""
    fitted = [result for result in report.candidates if result.HasField("memory_fit")]
    if not fitted:
        return None
    limit_bytes = max(result.memory_fit.limit_bytes for result in fitted)
    made = table(
        *("candidate", "tokens", "largest batch", "peak"),
        title=f"What fits into {bytes_text(limit_bytes)}",
        numbers=("tokens", "largest batch", "peak"),
    )
    for result in fitted:
        for point in result.memory_fit.points:
            made.add_row(
                id_of(result.candidate.name),
                f"{point.token_count:,}",
                _batch_text(point),
                bytes_text(point.peak_bytes),
            )
    remarks = [Text(_longest_text(result)) for result in fitted]
    return Group(made, *remarks) if made.row_count else Group(*remarks)


def _batch_text(point: v1.MemoryFitPoint) -> str:
    if point.max_batch_size == 0:
        return "none"
    return f"{point.max_batch_size:,}{' or more' if point.bounded_by_trial else ''}"


def _longest_text(result: v1.CandidateResult) -> str:
    name, fit = id_of(result.candidate.name), result.memory_fit
    limit = bytes_text(fit.limit_bytes)
    if fit.absent_reason:
        return f"{name}: what fits into {limit} is not known: {fit.absent_reason}"
    if fit.HasField("max_token_count"):
        if fit.max_token_count == result.candidate.manifest.tokenization.max_length:
            tokens = f"{fit.max_token_count:,} tokens"
            return f"{name}: the longest input that the model takes ({tokens}) fits alone."
        return f"{name}: the longest input that fits alone has {fit.max_token_count:,} tokens."
    if not any(point.max_batch_size for point in fit.points):
        return f"{name}: not even the shortest input fits into {limit}."
    return f"{name}: the graph itself tokenises, so that no longest input is told."
