"""How examples are put into batches when a spec does not say.

The same on every target, so that a candidate gives the same answers to a spec wherever it runs:
see docs/decisions/0002-batch-policy-is-pinned.md.
"""

from typing import Final

PADDED_TOKEN_COUNT: Final = 256
MAX_BATCH_SIZE: Final = 64
