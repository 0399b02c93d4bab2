"""Bring the window's translations up to date: read the sentences, report gaps, compile."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
I18N = ROOT / "gui" / "i18n"
LANGUAGES = {
    "hansa_zh_CN": ["-source-language", "en_US", "-target-language", "zh_CN"],
    "hansa_en": ["-source-language", "en_US", "-target-language", "en_US", "-pluralonly"],
}


def tool(name: str) -> str:
    """Path of one of PySide6's tools beside this Python."""
    return str(Path(sys.executable).with_name(name))


def sources() -> list[str]:
    """Every file of the window."""
    return [str(p.relative_to(ROOT)) for p in sorted((ROOT / "gui").rglob("*.py"))]


def run(command: list[str]) -> None:
    """Run a tool; its chatter is shown only when it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


def update(language: str, target: Path) -> None:
    """Run lupdate into a .ts file."""
    flags = LANGUAGES[language]
    command = [tool("pyside6-lupdate"), "-no-obsolete", "-locations", "none", *flags, *sources()]
    run([*command, "-ts", str(target)])


def unfinished(ts: Path) -> list[str]:
    """Sentences without a translation."""
    out = []
    for message in ET.parse(ts).getroot().iter("message"):
        translation = message.find("translation")
        words = "" if translation is None else "".join(translation.itertext()).strip()
        if translation is None or translation.get("type") == "unfinished" or not words:
            out.append(message.findtext("source") or "")
    return out


def check(language: str) -> list[str]:
    """Sentences of the code that the committed .ts lacks or leaves open."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"{language}.ts"
        copy.write_bytes((I18N / f"{language}.ts").read_bytes())
        update(language, copy)
        return unfinished(copy)


def compile_ts(language: str) -> None:
    """Run lrelease."""
    ts, qm = I18N / f"{language}.ts", I18N / f"{language}.qm"
    command = [tool("pyside6-lrelease"), str(ts), "-qm", str(qm)]
    run(command)


def main() -> int:
    """Update and compile, or only check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail on gaps")
    only_check = parser.parse_args().check
    gaps = 0
    for language in LANGUAGES:
        if not only_check:
            update(language, I18N / f"{language}.ts")
            compile_ts(language)
        for sentence in check(language):
            gaps += 1
            print(f"{language}: {sentence}")
    return 1 if gaps and only_check else 0


if __name__ == "__main__":
    sys.exit(main())
