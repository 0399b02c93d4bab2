"""How hansa ads puts an ad into words: a card, its origin, its decisions; options that its verbs share."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import click

from client.creative.origin import Origin
from common.domain import Creative, CreativeDecision, CreativeState
from common.terminal import emit

by_option = click.option("--by", default=getpass.getuser, help="Who decides; your user name.")


def emit_ad(c: Creative, as_json: bool) -> None:
    """One ad after a decision."""
    emit(asdict(c), as_json, card(c))


def emit_all(found: Sequence[Creative], as_json: bool, none: str = "", note: str = "") -> None:
    """Several ads, one card each."""
    refused = [c for c in found if c.state is CreativeState.REFUSED]
    text = "\n\n".join(card(c) for c in found) or none
    value: dict[str, Any] = {"ads": [asdict(c) for c in found], "n_refused": len(refused)}
    emit(value | ({"note": note} if note else {}), as_json, text)


def card(c: Creative) -> str:
    """Words, findings and state of an ad."""
    label = c.provenance.get("label", "")
    lines = [
        f"{c.creative_id}  version {c.version}  {c.state}  {c.language}  {c.slot}"
        f"  product {c.product_id}" + (f"  audience {c.audience_id}" if c.audience_id else ""),
        f"  [{label}] {c.headline}" if label else f"  {c.headline}",
    ]
    lines += [f"  {c.body}"] if c.body else []
    lines += [f"  > {c.call_to_action}"] if c.call_to_action else []
    for f in c.findings:
        words = f" “{f.words}”" if f.words else ""
        lines.append(f"  {f.severity} ({f.check}){words}: {f.message} {f.fix}".rstrip())
    return "\n".join(lines)


def origin_lines(o: Origin) -> list[str]:
    """Where an ad came from, only what there is, and what its score is made of."""
    named = {
        "writer": f"{o.writer} {o.writer_version}".strip(),
        "template": " + ".join(o.templates),
        "hook": o.hook,
        "bank": o.bank,
        "model": f"{o.model} {o.model_digest}".strip(),
        "prompt": o.prompt_digest,
        "seed": o.seed,
        "facts used": ", ".join(o.facts),
        "campaign": f"{o.kind}, {o.tone}".strip(", "),
        "offer": o.offer,
        "rules": ", ".join(o.rules),
        "edited": f"by {o.edited_by or '?'} from version {o.edited_from}" if o.edited_from else "",
    }
    lines = [f"  {name}: {value}" for name, value in named.items() if value]
    if o.parts:
        of = " of the writer's words, before the edit" if o.edited_from else ""
        lines.append(f"  score{of}: {o.score:.2f} =")
    for p in o.parts:
        weight = "" if p.weight is None else f"  (weight {p.weight:g})"
        lines.append(f"    {p.contribution:+.2f} {p.name}{weight}")
    lines += [f"  ranking: {o.ranking}"] if o.ranking else []
    return lines


def decision_lines(log: Iterable[CreativeDecision]) -> list[str]:
    """The log of decisions, oldest first."""
    lines = []
    for d in log:
        how = "taken back to " if d.undoes is not None else ""
        why = f" ({d.reason})" if d.reason else ""
        gone = "; taken back later" if d.undone else ""
        lines.append(
            f"  version {d.version}: {how}{d.state} by {d.decided_by} at {d.decided_at}{why}{gone}"
        )
    return lines
