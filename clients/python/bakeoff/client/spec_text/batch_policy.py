"""Batch policies.

token-budget=512
token-budget=512,max_batch_size=32
fixed=32
"""

from bakeoff import v1
from bakeoff.client.errors import InvalidOptionError
from bakeoff.client.spec_text.quantities import count
from bakeoff.client.spec_text.settings import read_settings


def parse_batch_policy(text: str) -> v1.BatchPolicy:
    """The batch policy that a text asks for. Raises InvalidOptionError."""
    name, _, size = text.partition(",")[0].partition("=")
    if name == "token-budget":
        most = read_settings(text, "batch", (name, "max_batch_size")).get("max_batch_size")
        return v1.BatchPolicy(
            token_budget=v1.TokenBudget(
                padded_token_count=count(name, size),
                max_batch_size=count("max_batch_size", most or "0", least=0),
            )
        )
    if name == "fixed":
        read_settings(text, "batch", (name,))
        return v1.BatchPolicy(fixed_size=v1.FixedSize(batch_size=count(name, size)))
    message = f"batch must be token-budget=TOKENS or fixed=EXAMPLES, got {text!r}."
    raise InvalidOptionError(message)
