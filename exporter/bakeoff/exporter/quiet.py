"""Keeps the chatter of training frameworks away from the person who exports."""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_libraries() -> Iterator[None]:
    """Hold back warnings, log records below ERROR and prints to standard output.

    Standard output belongs to the command's own result, which another program may read. Failures
    are exceptions in every library used here, so nothing that matters is lost.
    """
    disabled = logging.root.manager.disable
    logging.disable(max(disabled, logging.WARNING))
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
