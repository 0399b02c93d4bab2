"""Make .venv and install Hansa into it (standard library only); instant when nothing changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TORCH = "2.13.0"

#: Environment that every child of our scripts gets: no telemetry, no thread storms, no display needed.
QUIET_ENV = {
    "FLWR_TELEMETRY_ENABLED": "0",
    "FLWR_DISABLE_UPDATE_CHECK": "1",
    "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "OMP_WAIT_POLICY": "PASSIVE",
    "HF_HUB_OFFLINE": "1",
    "PYTHONUTF8": "1",
}


def venv_python() -> Path:
    """The interpreter inside .venv."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def say(text: str) -> None:
    """One line of progress."""
    print(f"[hansa] {text}", flush=True)


def fingerprint() -> str:
    """Changes when what has to be installed changes."""
    h = hashlib.sha256(sys.version.encode())
    for name in ("pyproject.toml", "constraints.txt"):
        h.update((ROOT / name).read_bytes())
    h.update(str(ROOT).encode())
    return h.hexdigest()


def ensure_venv(*, extra: str = "dev") -> Path:
    """Make and fill .venv unless it is there and fits.

    Returns:
        The interpreter to run everything with.
    """
    if sys.version_info < (3, 11):
        sys.exit("Hansa needs Python 3.11 or newer. Nothing was changed.")
    mark = VENV / ".hansa-ready"
    python = venv_python()
    if python.exists() and mark.exists() and mark.read_text().strip() == fingerprint():
        return python
    started = time.monotonic()
    if not python.exists():
        say("making .venv")
        try:
            venv.EnvBuilder(with_pip=True, clear=VENV.exists()).create(VENV)
        except (OSError, subprocess.CalledProcessError) as e:
            sys.exit(
                f"The virtual environment cannot be made ({e}).\n"
                "On Debian or Ubuntu: apt-get install python3-venv. Nothing else was changed."
            )
    install_torch(python)
    say("installing Hansa and what it needs (a few minutes the first time)")
    pip(python, "-e", f"{ROOT}[{extra}]", "-c", str(ROOT / "constraints.txt"))
    mark.write_text(fingerprint())
    say(f"ready after {time.monotonic() - started:.0f} s")
    return python


def install_torch(python: Path) -> None:
    """Torch first: a CPU build where there is no NVIDIA driver and one can be had.

    The ordinary Linux wheel brings gigabytes of CUDA libraries. A build marked `+cpu` does not;
    it is taken when any package index that pip knows (or HANSA_TORCH_INDEX) offers it.
    """
    have = subprocess.run([python, "-c", "import torch"], capture_output=True, check=False)
    if have.returncode == 0:
        return
    index = os.environ.get("HANSA_TORCH_INDEX")
    more = ["--extra-index-url", index] if index else []
    if sys.platform == "linux" and not has_gpu():
        say("installing torch (CPU build)")
        if pip(python, f"torch=={TORCH}+cpu", *more, check=False):
            return
        say(
            "no CPU build of torch is offered by your package indexes: taking the ordinary one, "
            "which brings CUDA libraries (set HANSA_TORCH_INDEX to an index with CPU builds to avoid it)"
        )
    else:
        say("installing torch")
    pip(python, f"torch=={TORCH}", *more)


def has_gpu() -> bool:
    """True where an NVIDIA driver is at work."""
    return shutil.which("nvidia-smi") is not None and Path("/proc/driver/nvidia").exists()


def pip(python: Path, *args: str, check: bool = True) -> bool:
    """Run pip install; shows pip's own words only when it fails for good."""
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", *args]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and check:
        print(done.stdout[-3000:], done.stderr[-3000:], sep="\n")
        sys.exit(
            "Installing failed (see above). Nothing outside .venv was changed.\n"
            "Check the network or your pip settings, then run the same command again."
        )
    return done.returncode == 0


def go_inside() -> None:
    """Run this very script again inside of .venv, unless it runs there already."""
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    python = ensure_venv()
    command = [str(python), *sys.argv]
    if os.name == "posix":
        os.execve(python, command, child_env())
    sys.exit(subprocess.run(command, env=child_env(), check=False).returncode)


def child_env(**more: str) -> dict[str, str]:
    """The environment for child processes."""
    env = {**os.environ, **QUIET_ENV, **more}
    env["PATH"] = f"{venv_python().parent}{os.pathsep}{env.get('PATH', '')}"
    return env
