"""The child process that speaks to the system's keyring: one question on stdin, one answer on stdout."""

# A keyring may open a window and wait for a password. Whoever asks can end this process; it could
# not end a call of its own. The secret goes through pipes only: arguments are seen by everybody.

from __future__ import annotations

import json
import sys
from typing import Any

SERVICE = "hansa"
#: Backends that keep nothing, or keep it in the open.
_NONE = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")


def is_real(backend: Any) -> bool:
    """Whether a backend protects what it keeps; of a chain, the one that is asked first."""
    chained = getattr(backend, "backends", None)
    if chained is not None:
        chained = list(chained)
        return bool(chained) and is_real(chained[0])
    name = type(backend).__module__
    if any(name == bad or name.startswith(f"{bad}.") for bad in _NONE):
        return False
    return "plaintext" not in type(backend).__name__.lower() and float(backend.priority) >= 1


def answer(question: dict[str, str]) -> dict[str, str | bool | None]:
    """Do what is asked: "probe", "get", "set" or "delete"."""
    import keyring

    backend = keyring.get_keyring()
    name = f"{type(backend).__module__}.{type(backend).__name__}"
    if not is_real(backend):
        return {"real": False, "backend": name, "secret": None}
    entry, secret = question.get("entry", ""), None
    if question["do"] == "set":
        backend.set_password(SERVICE, entry, question["secret"])
    if question["do"] == "delete":
        backend.delete_password(SERVICE, entry)
    if question["do"] in ("get", "set"):
        secret = backend.get_password(SERVICE, entry)
    return {"real": True, "backend": name, "secret": secret}


def main() -> None:
    """Answer once. An error's text is dropped: it is a library's, and may hold anything."""
    try:
        said: dict[str, str | bool | None] = answer(json.loads(sys.stdin.readline()))
    except Exception as e:
        said = {"error": type(e).__name__}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
