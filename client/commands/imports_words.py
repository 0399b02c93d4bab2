"""What hansa import says: files, previews and groups of refused rows in words."""

from __future__ import annotations

from typing import Any

from client.ingest.files import Imported
from client.ingest.preview import Preview


def imported_words(done: Imported, dry_run: bool) -> str:
    """What became of one file."""
    if done.state == "known":
        return (
            f"{done.file_name}: known: these bytes were imported before ({done.n_rows} {done.kind},"
            f" {done.n_refused} refused); nothing changed. To read them again: --again"
        )
    known = done.n_rows - done.n_new - done.n_changed
    verb = "would import" if dry_run else "imported"
    gone_on = ", going on where it stopped" if done.state == "resumed" else ""
    lines = [
        f"{done.file_name}: {verb} {done.n_rows} {done.kind}"
        f" ({done.n_new} new, {done.n_changed} changed, {known} known), {done.n_refused} refused"
        f"{gone_on}"
    ]
    if done.n_masked:
        lines.append(f"  in {done.n_masked} texts personal data was replaced by [removed]")
    if done.n_skipped:
        lines.append(f"  {done.n_skipped} rows were left out, as the mapping says")
    if done.n_left_out > done.n_skipped:
        n = done.n_left_out - done.n_skipped
        lines.append(f"  {n} rows of people who were forgotten were left out")
    if done.time_zone not in ("", "UTC"):
        lines.append(f"  times without a zone were read as {done.time_zone}; another: --time-zone")
    for line, column, reason in done.refused:
        lines.append(f"  line {line}{', column ' + column if column else ''}: {reason}")
    if done.n_refused > len(done.refused):
        lines.append(f"  ... and {done.n_refused - len(done.refused)} more")
    if done.n_refused:
        lines.append("  refused rows are kept aside; what may help: hansa import fix")
    return "\n".join(lines)


def preview_words(p: Preview) -> str:
    """How one file would be read."""
    lines = [
        f"{p.file_name}: {p.kind}, sure to {100 * p.confidence:.0f} %"
        f" ({p.format}{', ' + p.encoding if p.encoding else ''})"
    ]
    for c in p.columns:
        values = " | ".join(c.samples)
        lines.append(f"  {c.ours:22} <- {c.theirs:24} {100 * c.confidence:3.0f} %  {values}")
        if c.why:
            lines.append(f"  {'':22}    {c.why}")
    lines += [f"  left out: {', '.join(p.left_out)}"] if p.left_out else []
    lines += [f"  line {n}, column {c}: {reason}" for n, c, reason in p.problems]
    lines += [f"  unclear: {d}" for d in p.doubts]
    lines.append("nothing was changed" + ("" if p.doubts else "; it would be imported like this"))
    lines += [
        "to change how it is read, keep this as mapping.toml, edit it, and use it:",
        f"  hansa import {p.file_name} --map mapping.toml",
        *("  | " + line for line in p.toml.splitlines()),
    ]
    return "\n".join(lines)


def fix_words(result: dict[str, Any]) -> str:
    """Groups of refused rows, after what was done."""
    lines = []
    if "n_exported" in result:
        lines.append(f"wrote {result['n_exported']} lines; the file holds customers' ids")
    if "done" in result:
        d = result["done"]
        lines.append(
            f"{d['deed']}: {d['n_fixed']} rows are in the shop now, {d['n_still']} are not"
        )
    if not result["groups"]:
        return "\n".join([*lines, "no rows wait"])
    for g in result["groups"]:
        column = f", column {g['column']}" if g["column"] else ""
        left = f", {g['n_left']} left alone" if g["n_left"] else ""
        lines.append(
            f"{g['group_id']}  {g['file_name']}{column}: {g['reason']}"
            f" ({g['n_waiting']} rows from line {g['first_line']} on{left})"
        )
        lines.append(f"          --do {' | '.join(g['offers'])}")
    return "\n".join(lines)
