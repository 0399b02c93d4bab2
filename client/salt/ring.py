"""Ask the system's keyring without ever waiting for it: a child process, and a limit of time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

#: With a screen a person may have to type the keyring's password first.
WAIT_S = 60.0
#: Without one nobody could: what does not answer at once does not answer.
HEADLESS_WAIT_S = 8.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the keyring said.

    Attributes:
        real: A backend that protects secrets answered.
        backend: Its name; "" when nothing answered.
        secret: What is kept there; None for nothing.
        why: Why there is no answer: "timeout", or the name of an error; "" when there is one.
    """

    real: bool
    backend: str = ""
    secret: str | None = None
    why: str = ""


def has_screen() -> bool:
    """Whether somebody could answer a question of the keyring."""
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return "SSH_CONNECTION" not in os.environ


def ask(do: str, entry: str = "", secret: str = "", wait_s: float | None = None) -> Answer:
    """Ask once.

    Args:
        do: "probe", "get", "set" (then the answer holds what can be read back) or "delete".
        entry: Name of the secret.
        secret: To keep, for "set".
        wait_s: Longest wait; None: by whether there is a screen.
    """
    limit = wait_s if wait_s is not None else (WAIT_S if has_screen() else HEADLESS_WAIT_S)
    question = json.dumps({"do": do, "entry": entry, "secret": secret})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "client.salt.child"],
            input=question + "\n",
            capture_output=True,
            text=True,
            timeout=limit,
            check=False,
        )
        said = json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        return Answer(False, why="timeout")
    except (OSError, ValueError, IndexError) as e:
        return Answer(False, why=type(e).__name__)
    if "error" in said:
        return Answer(False, why=str(said["error"]))
    return Answer(bool(said["real"]), str(said["backend"]), said["secret"])
