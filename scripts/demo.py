"""The main job in one command: `python3 scripts/demo.py [--quick] [--merchants N] [--gui]`.

Sets up .venv, takes the sample shops through import, learning, audiences and ads with a real
coordinator and real merchants on this machine, checks every ledger and writes a report.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bootstrap import ROOT, child_env, ensure_venv


def main() -> None:
    """Set up with the system's Python, then go on inside .venv."""
    python = ensure_venv()
    command = [str(python), str(ROOT / "scripts" / "demolib" / "main.py"), *sys.argv[1:]]
    env = child_env(PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "scripts")]))
    if os.name == "posix":
        os.chdir(ROOT)
        os.execve(python, command, env)  # one process: what ends it ends the league as well
    try:
        sys.exit(subprocess.run(command, cwd=ROOT, env=env, check=False).returncode)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
