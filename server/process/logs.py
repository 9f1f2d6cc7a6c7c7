"""Where log records go: to standard error, in one form for every process of the server."""

import logging
import sys

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def log_to_stderr(level: str) -> None:
    logging.basicConfig(stream=sys.stderr, level=level.upper(), format=LOG_FORMAT)
    operations = logging.StreamHandler(sys.stderr)
    operations.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("customer360.operations")
    # Each line is JSON without a prefix.
    logger.handlers, logger.propagate, logger.level = [operations], False, logging.INFO
    # Because uvicorn logs tracebacks, whose texts may contain personal data, it is silent by default.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL if level != "debug" else logging.DEBUG)
