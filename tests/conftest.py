"""Property tests look for new cases on a developer's machine, and repeat themselves in CI."""

import os

from hypothesis import settings

# Flower reads these once, when its first module is imported: before any test can
os.environ["FLWR_TELEMETRY_ENABLED"] = "0"
# a developer's own keyring is none of the tests' business
os.environ["HANSA_PEOPLE__SALT"] = "file"
os.environ["FLWR_DISABLE_UPDATE_CHECK"] = "1"
os.environ["FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION"] = "1"

settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by their length: what they hold may differ from one worker to the next.

    A zip's bytes hold the time they were made at, and workers that collect different names
    refuse to begin.
    """
    return f"bytes{len(val)}" if isinstance(val, bytes) else None
