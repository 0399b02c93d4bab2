"""The demo's figures as facts for the report, and the short table at its end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from demolib.shops import Shop

from client.store import Store
from client.store.rows import summary

#: Place in the comparison table.
LOCAL, PRIVATE, OPEN = 0, 1, 2


def facts(
    shops: Sequence[Shop],
    run: dict[str, Any],
    audiences: list[dict[str, Any]],
    audits: list[dict[str, Any]],
    table: list[dict[str, Any]],
) -> dict[str, Any]:
    """Everything that result.json and the report say."""
    shoppers = exposures = 0
    for shop in shops:
        with Store.open(shop.home, read_only=True) as store:
            counts = summary(store)
        shoppers += counts.tables["shoppers"]
        exposures += counts.tables["impressions"]
    local, private = table[LOCAL]["merchants"], table[PRIVATE]["merchants"]
    return {
        "merchants": len(shops),
        "shoppers": shoppers,
        "exposures": exposures,
        "rounds": run["rounds"],
        "epsilon": max(a["pld"] for a in audits),
        "delta": audits[0]["delta"],
        "unit": audits[0]["unit"],
        "adversary": audits[0]["adversary"],
        "auc": three(table, "auc"),
        "log_loss": three(table, "log_loss"),
        "pcoc": three(table, "pcoc"),
        "ledgers_verified": all(a["ok"] for a in audits),
        "bundle_digest": run["bundle_digest"],
        "table": table,
        "judged": table[PRIVATE]["judged"],
        "audits": audits,
        "audiences": audiences,
        "per_merchant": [
            {"name": n, "local": local[n]["auc"], "private": private[n]["auc"]}
            for n in private
            if private[n]["n_positive"] >= 3
        ],
    }


def three(table: list[dict[str, Any]], key: str) -> dict[str, float]:
    """One figure for the three ways that result.json names."""
    return {
        "local": table[LOCAL][key],
        "federated_private": table[PRIVATE][key],
        "federated": table[OPEN][key],
    }


def epsilon_curve(table: list[dict[str, Any]], epsilon: float) -> list[tuple[str, float]]:
    """AUC by epsilon, ending without privacy."""
    points = [
        (name.rsplit(" ", 1)[1], row["auc"])
        for row in table
        if " noise, epsilon " in (name := str(row["name"]))
    ]
    if not points:
        points = [(f"{epsilon:g}", table[PRIVATE]["auc"])]
    return [*((f"ε {n}", v) for n, v in points), ("no privacy", table[OPEN]["auc"])]


def print_table(found: dict[str, Any], report: Path) -> None:
    """The short table at the end."""
    print()
    print(
        f"{found['merchants']} merchants, {found['shoppers']:,} shoppers, "
        f"{found['exposures']:,} exposures, {found['rounds']} rounds"
    )
    print(
        f"{'on later exposures':38} {'AUC':>6} {'per m.':>6} {'log-loss':>8} {'calibrated':>10} {'PCOC':>6} {'cal.':>5}"
    )
    for r in found["table"]:
        mean = r["auc_mean"] if r["auc_mean"] is not None else float("nan")
        print(
            f"{r['name']:38} {r['auc']:6.3f} {mean:6.3f} {r['log_loss']:8.4f} "
            f"{r['log_loss_calibrated']:10.4f} {r['pcoc']:6.2f} {r['pcoc_calibrated']:5.2f}"
        )
    verified = "every ledger holds" if found["ledgers_verified"] else "A LEDGER IS BROKEN"
    rdp = max(a["rdp"] for a in found["audits"])
    print(
        f"epsilon {found['epsilon']:.3f} (PLD), {rdp:.3f} (RDP) at delta {found['delta']:g}; "
        f"{verified}\n  unit: {found['unit']}\n  holds against {found['adversary']}"
    )
    both = found["league_audit"]
    print(
        f"both sides: {'hold' if both['holds'] else 'DO NOT HOLD'}; {both['files']} files, "
        f"report to sign: {both['report']}"
    )
    example = found["audiences"][0]
    print(
        f"{example['name']}: {example['size']} shoppers for {example['product']!r}, expected CVR "
        f"{100 * example['cvr']:.2f} % ({100 * example['low']:.2f} to {100 * example['high']:.2f}), "
        f"{example['lift']:.1f} times the average"
    )
    print(f"  {'; '.join(example['reasons'])}\n  ad: {example['ad']}")
    print(f"{found['seconds']:.0f} s; report: {report}")
