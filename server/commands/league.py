"""hansa-server init, kit, enrol, serve, merchants, roster, ban, unban, certificate."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from common.errors import InputError
from common.terminal import emit, json_option
from server.commands import home_option
from server.folder import DEFAULT_PORT, Config, Folder, free_port, near_port


@click.command()
@home_option
@click.option("--league", default="Hansa league", show_default=True, help="The league's name.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Name merchants dial.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="Public port; 0 = any free.")
@click.option("--control-port", default=0, help="Loopback port; 0 = the public port + 1.")
@click.option("--bind", default="", help="Address to listen on; default: loopback or all.")
@json_option
def init(
    home: Path, league: str, host: str, port: int, control_port: int, bind: str, as_json: bool
) -> None:
    """Make a coordinator's folder: keys, authority, certificate, registry."""
    from server.enrolment import found_league

    any_port = port == 0
    port = port or free_port()
    control_port = control_port or (free_port() if any_port else near_port(port + 1))
    bind = bind or ("127.0.0.1" if host in ("127.0.0.1", "localhost") else "0.0.0.0")
    config = Config(league, host, port, control_port, bind)
    fingerprint = found_league(Folder(home), config)
    out = {"home": str(home), "league": league, "fingerprint": fingerprint}
    out |= {"public": config.public_address, "control": config.control_address}
    emit(
        out, as_json,
        f"Coordinator of '{league}' in {home}\n"
        f"merchants dial {config.public_address} (TLS)\nfingerprint {fingerprint}",
    )  # fmt: skip


@click.command()
@home_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default="kit.json")
@json_option
def kit(home: Path, out: Path, as_json: bool) -> None:
    """Write the site kit that merchants join with. It holds no secret."""
    from server.enrolment import make_kit

    made = make_kit(Folder(home))
    try:
        out.write_text(made.to_json(), encoding="utf-8")
    except OSError as e:
        raise InputError("The kit cannot be written.", where=str(out)) from e
    fingerprint = made.coordinator.fingerprint
    emit(
        {"kit": str(out), "address": made.address, "fingerprint": fingerprint}, as_json,
        f"{out} for {made.address}\nRead this fingerprint to the merchant: {fingerprint}",
    )  # fmt: skip


@click.command()
@click.argument("request", type=click.Path(dir_okay=False, path_type=Path))
@home_option
@click.option("--name", default="", help="Another name than the merchant's own.")
@json_option
def enrol(request: Path, home: Path, name: str, as_json: bool) -> None:
    """Let a merchant in by its enrolment request. The coordinator must run."""
    from server.enrolment import enrol as let_in

    merchant = let_in(Folder(home), request, name)
    out = {"merchant": merchant.name, "fingerprint": merchant.fingerprint}
    emit(
        out | {"node_id": str(merchant.node_id)}, as_json,
        f"'{merchant.name}' is in. Compare with the merchant: {merchant.fingerprint}",
    )  # fmt: skip


@click.command()
@home_option
@json_option
def serve(home: Path, as_json: bool) -> None:
    """Run the coordinator until SIGTERM or Ctrl-C."""
    from server.coordinator import serve as run

    def ready(told: dict[str, Any]) -> None:
        emit(
            {"state": "serving", **told}, as_json,
            f"Merchants: {told['public']} (TLS). Operator: {told['control']} (this machine only).",
        )  # fmt: skip

    run(Folder(home), ready)
    emit({"state": "stopped"}, as_json, "Stopped.")


@click.command()
@home_option
@json_option
def merchants(home: Path, as_json: bool) -> None:
    """Show who is enrolled, banned and online."""
    from common.flower.calls import LinkDown
    from common.flower.control import Control
    from server.registry import Registry

    folder = Folder(home)
    control = Control(folder.config().control_address)
    try:
        nodes = control.nodes()
    except LinkDown:
        nodes = {}  # shown as unknown: the coordinator does not run
    registry = Registry.of(folder)
    rows = [
        {
            "name": m.name,
            "fingerprint": m.fingerprint,
            "state": "banned" if m.banned_at else nodes.get(m.node_id, "unknown"),
            "enrolled_at": m.enrolled_at,
            "ban_reason": m.ban_reason,
        }
        for m in registry.merchants()
    ]
    lines = [f"{r['state']:10} {r['fingerprint'][:12]}  {r['name']}" for r in rows]
    emit({"merchants": rows}, as_json, "\n".join(lines) or "Nobody is enrolled yet.")


@click.command()
@home_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the list here.")
@json_option
def roster(home: Path, out: Path | None, as_json: bool) -> None:
    """Show the list of merchants that secure sums go by, and its digest; with --out write it."""
    from common.canonical import canonical
    from common.secagg.roster import Roster
    from server.registry import Registry

    folder = Folder(home)
    folder.config()
    with closing(Registry.of(folder)) as registry:
        members = [m for m in registry.merchants() if not m.banned_at]
    if not members:
        raise InputError(
            "Nobody is enrolled yet, so there is no list.",
            where=str(home),
            safe="Nothing was written.",
            todo="Enrol merchants first: hansa-server enrol request.json",
        )
    made = Roster.of(m.public for m in members)
    if out is not None:
        try:
            out.write_bytes(canonical(made.as_dict()) + b"\n")
        except OSError as e:
            raise InputError("The list cannot be written.", where=str(out)) from e
    rows = [{"name": m.name, "fingerprint": m.fingerprint} for m in members]
    lines = [f"{r['fingerprint']}  {r['name']}" for r in rows]
    told = {"digest": made.digest(), "merchants": rows, "file": str(out) if out else ""}
    emit(
        told, as_json,
        "\n".join([*lines, f"digest {made.digest()}", "Read the digest to every merchant; each "
                   "compares it with: hansa roster show"]),
    )  # fmt: skip


@click.command()
@click.argument("who")
@home_option
@click.option("--reason", default="", help="Kept in the registry.")
@json_option
def ban(who: str, home: Path, reason: str, as_json: bool) -> None:
    """Lock a merchant out by name or fingerprint."""
    from server.enrolment import ban as lock_out

    merchant = lock_out(Folder(home), who, reason)
    out = {"merchant": merchant.name, "banned_at": merchant.banned_at}
    emit(out, as_json, f"'{merchant.name}' is out.")


@click.command()
@click.argument("who")
@home_option
@json_option
def unban(who: str, home: Path, as_json: bool) -> None:
    """Lift a ban; the merchant then joins with a new node key."""
    from server.enrolment import unban as lift

    merchant = lift(Folder(home), who)
    emit(
        {"merchant": merchant.name}, as_json,
        f"'{merchant.name}' may come back: have it run 'hansa join kit.json --new-key' "
        "and enrol the new request.",
    )  # fmt: skip


@click.command()
@home_option
@click.option("--renew", is_flag=True, help="Make a new one; merchants' kits stay valid.")
@json_option
def certificate(home: Path, renew: bool, as_json: bool) -> None:
    """Show how long the certificate is valid, or renew it."""
    from server.certificates import days_left
    from server.enrolment import renew_certificate

    folder = Folder(home)
    config = folder.config()
    if renew:
        renew_certificate(folder, config)
    days = days_left(folder.certificate.read_bytes(), datetime.now(UTC))
    more = " Restart 'hansa-server serve' to use it." if renew else ""
    emit({"host": config.host, "days_left": days}, as_json, f"Valid for {days} days.{more}")
