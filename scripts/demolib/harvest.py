"""What each merchant takes home: a checked bundle, an audience with reasons, an ad; and the audit of its ledger."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from demolib.shell import DemoError, verb
from demolib.shops import Shop

from client.store import Store
from client.store.rows import products


def target_product(shop: Shop) -> tuple[str, str]:
    """The product shown most: (id, title)."""
    with Store.open(shop.home, read_only=True) as store:
        top = products(store, limit=1)[0].product
    return top.product_id, top.title


def audience_and_ad(shop: Shop, size: int) -> dict[str, Any]:
    """`hansa audience` and `hansa ads write`, as the merchant would type them."""
    product, title = target_product(shop)
    args = ["--home", shop.home, "--product", product]
    audience = verb("hansa", "audience", *args, "--size", str(size))
    ads = verb("hansa", "ads", "write", *args, "--audience", audience["audience_id"], "--n", "3")
    texts = [f"{a['headline']} {a['body']}" for a in ads["ads"] if a["state"] == "draft"]
    if not texts:
        raise DemoError(f"No ad of {shop.name} passed the checks.")
    expected = audience["expected_cvr"]
    return {
        "name": shop.name,
        "product": title,
        "size": audience["size"],
        "cvr": expected["value"],
        "low": expected["low"],
        "high": expected["high"],
        "lift": expected["value"] / audience["base_cvr"] if audience["base_cvr"] else 1.0,
        "reasons": [r["text"] or r["group"] for r in audience["reasons"][:2]],
        "ad": texts[0],
    }


def audit(shop: Shop, out: Path) -> dict[str, Any]:
    """Export the ledger and let the auditor's own program judge it."""
    path = out / f"{shop.folder}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    verb("hansa", "ledger", "export", "--out", path, "--home", shop.home)
    found = verb("hansa-audit", "verify", path, ok=(0, 4))
    one = found["ledgers"][0]
    return {
        "name": shop.name,
        "ok": one["holds"],
        "entries": one["entries"],
        "releases": one["releases"],
        "pld": one["pld"]["epsilon"],
        "rdp": one["rdp"]["epsilon"],
        **{k: one["pld"][k] for k in ("delta", "unit", "adversary")},
    }


def harvest(shops: Sequence[Shop], out: Path, size: int) -> tuple[list[dict[str, Any]], ...]:
    """Audiences and audits of every merchant, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        audiences = list(pool.map(lambda s: audience_and_ad(s, size), shops))
        audits = list(pool.map(lambda s: audit(s, out / "ledgers"), shops))
    return audiences, audits


def audit_league(out: Path) -> dict[str, Any]:
    """The operator's book beside the merchants' ledgers and the model, and the report to sign."""
    coordinator, folder = out / "coordinator", out / "audit"
    book = folder / "operator.json"
    folder.mkdir(parents=True, exist_ok=True)
    verb("hansa-server", "ledger", "export", "--out", book, "--home", coordinator)
    model = folder / "model.hansa"
    verb("hansa-server", "bundles", "--out", model, "--home", coordinator)
    paths = [out / "ledgers", book, model]
    found = verb("hansa-audit", "verify", *paths, ok=(0, 4))
    verb("hansa-audit", "report", *paths, "--out", folder / "report", ok=(0, 4))
    return {
        "holds": found["holds"],
        "problems": found["problems"],
        "unchecked": found["unchecked"],
        "files": len(list((out / "ledgers").glob("*.json"))) + 2,
        "report": str(folder / "report" / "hansa-audit-report.html"),
    }
