"""Keeps the chatter of training frameworks away from the person who exports."""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator

_LOGGERS = (
    "torch",
    "torch.onnx",
    "torch.export",
    "onnxscript",
    "onnx_ir",
    "transformers",
    "optimum",
    "root",
)


@contextlib.contextmanager
def quiet_libraries() -> Iterator[None]:
    """Hold back warnings, log records below ERROR and prints to standard output.

    Standard output belongs to the command's own result, which another program may read. Failures
    are exceptions in every library used here, so nothing that matters is lost.
    """
    loggers = [logging.getLogger(None if name == "root" else name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(max(logger.level, logging.ERROR))
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
