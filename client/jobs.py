"""Long tasks as child processes: their command lines, and what their lines of JSON say."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class JobSpec:
    """One run of a verb.

    Attributes:
        name: Stable name for the window ("import", "node", "audience", "ads", "privacy").
        verb: The words after `hansa`, e.g. ("ads", "write").
        args: Arguments and flags of the verb.
        service: Runs until it is stopped; restarted with back-off when it dies.
        grace_s: How long it may take to end by itself when it is asked to.
    """

    name: str
    verb: tuple[str, ...]
    args: tuple[str, ...] = ()
    service: bool = False
    grace_s: float = 5.0

    def command(self, home: Path) -> list[str]:
        """Program and arguments for this shop folder."""
        return [
            sys.executable,
            "-m",
            "client",
            *self.verb,
            *self.args,
            "--json",
            "--home",
            str(home),
        ]


@dataclass(frozen=True, slots=True)
class JobProgress:
    """A step of a job.

    Attributes:
        step: What it does now; for the node its state ("online", "training", ...).
        part: 0..1, or None when the end is not known.
        note: A few words more.
        round: Of the plan that the node works on; 0 if none.
    """

    step: str
    part: float | None
    note: str = ""
    round: int = 0


@dataclass(frozen=True, slots=True)
class JobFailure:
    """Why a job ended badly, in the parts of a UserFacing error."""

    code: str
    what: str
    where: str = ""
    safe: str = ""
    todo: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class JobResult:
    """The result object of a job."""

    values: dict[str, Any]


JobLine = JobProgress | JobFailure | JobResult


def _part(value: object) -> float | None:
    """A share between 0 and 1, or None where there is no such number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if value != value:  # NaN, which JSON as Python writes it may hold
        return None
    return float(min(max(value, 0), 1))


def parse_line(line: str) -> JobLine | None:
    """Read one line of a job's standard output; None when it is not one of ours."""
    try:
        raw = json.loads(line)
    except ValueError:
        return None
    if not isinstance(raw, dict):
        return None
    if "progress" in raw:
        return JobProgress(
            step=str(raw.get("step", "")),
            part=_part(raw["progress"]),
            note=str(raw.get("note", "")),
        )
    if "state" in raw and "at" in raw and "creative_id" not in raw:
        note = str(raw.get("note", ""))
        number = raw.get("round")
        # to the coordinator a held report is a refusal; to its owner it is something to look at
        held = raw["state"] == "refused" and raw.get("code") == "held"
        step = "held" if held else str(raw["state"])
        return JobProgress(step, None, note, number if isinstance(number, int) else 0)
    if raw.get("holds") is False:
        return _broken(raw)
    if "error" in raw and "what" in raw:
        return JobFailure(
            code=str(raw["error"]),
            what=str(raw["what"]),
            where=str(raw.get("where", "")),
            safe=str(raw.get("safe", "")),
            todo=str(raw.get("do", "")),
        )
    return JobResult(raw)


def _broken(raw: dict[str, Any]) -> JobFailure:
    """What `hansa ledger verify` says of a ledger that does not hold."""
    problems = raw.get("problems")
    texts = (
        [str(p.get("text", "")) for p in problems if isinstance(p, dict)]
        if isinstance(problems, list)
        else []
    )
    return JobFailure(
        "ledger-broken",
        what=texts[0] if texts else "The privacy ledger does not hold.",
        where="hansa.db",
        safe="Nothing will be trained or sent until this is solved.",
        todo="Restore hansa.db from a backup that holds the whole ledger; an auditor can help.",
        details="\n".join(texts),
    )


def import_files(files: Sequence[Path], mapping: Path | None = None) -> JobSpec:
    """`hansa import FILES`: Cancel ends it after the part it is at, and it can go on from there."""
    how = () if mapping is None else ("--map", str(mapping))
    return JobSpec("import", ("import",), (*(str(f) for f in files), *how), grace_s=20.0)


def preview_import(files: Sequence[Path], mapping: Path | None = None, kind: str = "") -> JobSpec:
    """`hansa import FILES --preview`: how they would be read; nothing is changed."""
    how = () if mapping is None else ("--map", str(mapping))
    what = ("--as", kind) if kind else ()
    args = (*(str(f) for f in files), "--preview", *how, *what)
    return JobSpec("preview", ("import",), args)


def list_refused() -> JobSpec:
    """`hansa import fix`: refused rows in groups, and what may help."""
    return JobSpec("refused", ("import", "fix"))


def fix_refused(group: str, deed: str, text: str = "") -> JobSpec:
    """`hansa import fix GROUP --do DEED`: read a group again with one thing changed."""
    return JobSpec("fix", ("import", "fix"), (group, "--do", deed, *((text,) if text else ())))


def count_data() -> JobSpec:
    """`hansa data`: the data report, counted in a process of its own and kept for the window."""
    return JobSpec("data", ("data",))


def run_cleaning() -> JobSpec:
    """`hansa clean`: every rule that is on, over all rows."""
    return JobSpec("clean", ("clean",))


def sort_segments() -> JobSpec:
    """`hansa segments`: sort the shoppers who agreed into segments; everything stays here."""
    return JobSpec("segments", ("segments",))


def preview_retention(days: int) -> JobSpec:
    """`hansa retention --dry-run`: what would go if only so many days were kept."""
    return JobSpec("would-go", ("retention",), ("--dry-run", "--days", str(days)))


def run_retention(days: int) -> JobSpec:
    """`hansa retention`: delete what is older, now; the window has asked before."""
    return JobSpec("retention", ("retention",), ("--days", str(days), "--yes"))


def join_league(kit: Path, request: Path) -> JobSpec:
    """`hansa join KIT --out REQUEST`."""
    return JobSpec("join", ("join",), (str(kit), "--out", str(request)))


def run_node(*, anyway: bool = False) -> JobSpec:
    """`hansa node`: learn with the league until stopped; `anyway` with too few rows to learn from.

    Its grace is long: a round whose privacy is spent is finished and sent first.
    """
    args = ("--anyway",) if anyway else ()
    return JobSpec("node", ("node",), args, service=True, grace_s=60.0)


def pick_audience(product_id: str, size: int | None) -> JobSpec:
    """`hansa audience PRODUCT [--size N]`."""
    flags = () if size is None else ("--size", str(size))
    return JobSpec("audience", ("audience",), ("--product", product_id, *flags))


def write_ads(
    product_id: str,
    audience_id: str,
    language: str,
    n: int = 3,
    *,
    slots: Sequence[str] = (),
    kind: str = "",
    tone: str = "",
    offer: str = "",
    writer: str = "",
) -> JobSpec:
    """`hansa ads write`: drafts for a product and an audience; "" leaves the choice to the verb."""
    named = {"--audience": audience_id, "--kind": kind, "--tone": tone, "--offer": offer}
    named["--writer"] = writer
    flags = [word for flag, value in named.items() if value for word in (flag, value)]
    flags += [word for slot in slots for word in ("--slot", slot)]
    words = ("--product", product_id, *flags, "--language", language, "--n", str(n))
    return JobSpec("ads", ("ads", "write"), words)


def learn_style() -> JobSpec:
    """`hansa ads learn`: fine-tune the merchant's own language model; minutes to hours."""
    return JobSpec("learn", ("ads", "learn"), grace_s=20.0)


def export_ads(file: str, ids: Sequence[str] = (), *, live: bool = False) -> JobSpec:
    """`hansa ads export`: approved ads into a file; with `live` they count as shown from then on."""
    flags = [word for i in ids for word in ("--id", i)] + (["--live"] if live else [])
    return JobSpec("export-ads", ("ads", "export"), (file, *flags))


def count_privacy() -> JobSpec:
    """`hansa privacy`: epsilon of the ledger, which the window may not compute itself."""
    return JobSpec("privacy", ("privacy",))


def count_quarter() -> JobSpec:
    """`hansa policy show`: epsilon of this quarter, which the window may not compute itself."""
    return JobSpec("quarter", ("policy", "show"))


def check_ledger() -> JobSpec:
    """`hansa ledger verify`: chain, signatures, pairing and receipts."""
    return JobSpec("verify", ("ledger", "verify"))


def make_shop(name: str, language: str) -> JobSpec:
    """`hansa init`: a shop folder with its own keys."""
    return JobSpec("init", ("init",), ("--name", name, "--language", language))
