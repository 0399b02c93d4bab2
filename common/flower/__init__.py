"""Every private import of flwr, behind names of ours; a contract test pins them."""

from __future__ import annotations

import logging
import os

# Before the first import of flwr: it reads these once.
os.environ["FLWR_TELEMETRY_ENABLED"] = "0"
os.environ["FLWR_DISABLE_UPDATE_CHECK"] = "1"
os.environ["FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION"] = "1"

#: The one version that these modules were written against.
FLOWER_VERSION = "1.41"


def quiet() -> None:
    """Flower and its helpers log errors only, through the program's own logging."""
    from flwr.supercore.logger import console_handler

    logger = logging.getLogger("flwr")
    logger.removeHandler(console_handler)
    logger.setLevel(logging.ERROR)
    logger.propagate = True
    for name in ("httpx", "httpcore", "alembic", "uvicorn"):
        logging.getLogger(name).setLevel(logging.WARNING)
