"""Installed bundles; each is checked again whenever it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from client.store import Store
from common.bundle import ModelBundle, unpack
from common.database import transaction
from common.errors import InputError
from common.features import default_spec
from common.keys import PublicIdentity


@dataclass(frozen=True, slots=True)
class Installed:
    """One line of the list of bundles.

    Attributes:
        digest: Names the bundle.
        installed_at: When it came, ISO-8601 UTC.
        used_since: When it last became the one that scores.
        signer: The coordinator's public key that signed it.
        run_id: The run that made it.
        n_bytes: Size of the file.
        current: It is the one that scores.
    """

    digest: str
    installed_at: str
    used_since: str
    signer: str
    run_id: str
    n_bytes: int
    current: bool


def install(store: Store, bundle_bytes: bytes, trusted: PublicIdentity) -> str:
    """Check a bundle and make it the current one.

    Args:
        store: The shop.
        bundle_bytes: The packed bundle, as it came.
        trusted: The coordinator's key from the site kit.

    Returns:
        The bundle's digest.

    Raises:
        BadSignature: not signed by that coordinator, or a byte was changed.
        WrongSpec: made for other features than this program's.
    """
    bundle = unpack(bundle_bytes)
    bundle.verify(trusted, default_spec())
    digest = bundle.digest()
    now = _now()
    values = (
        digest,
        now,
        now,
        bundle.signer,
        bundle.feature_spec().digest(),
        str(bundle.provenance.get("run_id", "")),
        len(bundle_bytes),
        bundle_bytes,
    )
    with transaction(store.db) as conn:
        conn.execute(
            "INSERT INTO bundles"
            " (digest, installed_at, used_since, signer, spec_digest, run_id, n_bytes, content)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (digest) DO UPDATE SET used_since = excluded.used_since",
            values,
        )
    return digest


def current(store: Store) -> ModelBundle | None:
    """The bundle that was put to use last, its signature checked again; None without one.

    Raises:
        BadSignature: the stored bytes were changed.
        WrongSpec: this program makes other features now.
    """
    row = store.db.execute(
        "SELECT content, signer FROM bundles ORDER BY used_since DESC, rowid DESC LIMIT 1"
    ).fetchone()
    return _checked(row[0], row[1]) if row else None


def load(store: Store, digest: str) -> ModelBundle:
    """One bundle by the beginning of its digest, checked again.

    Raises:
        InputError: none, or more than one, begins like that.
        BadSignature: the stored bytes were changed.
        WrongSpec: this program makes other features now.
    """
    rows = store.db.execute(
        "SELECT content, signer FROM bundles WHERE substr(digest, 1, ?) = ? LIMIT 2",
        [len(digest), digest],
    ).fetchall()
    if len(rows) != 1 or not digest:
        raise InputError(
            "No single installed model has this name.",
            safe="Nothing was changed.",
            todo="See the list with: hansa bundle list",
        )
    return _checked(rows[0][0], rows[0][1])


def use(store: Store, digest: str) -> str:
    """Make an installed bundle the current one again, its signature checked before.

    The next bundle that the league's node installs becomes current as ever.

    Args:
        store: The shop.
        digest: Of the bundle, or its beginning.

    Returns:
        The digest of the one that was current, to go back to.

    Raises:
        InputError: none, or more than one, begins like that.
        BadSignature: the stored bytes were changed.
        WrongSpec: this program makes other features now.
    """
    wanted = load(store, digest).digest()
    before = next(b.digest for b in listing(store) if b.current)
    if wanted != before:
        with transaction(store.db) as conn:
            conn.execute("UPDATE bundles SET used_since = ? WHERE digest = ?", [_now(), wanted])
    return before


def listing(store: Store) -> list[Installed]:
    """All installed bundles, the current one first."""
    rows = store.db.execute(
        "SELECT digest, installed_at, used_since, signer, run_id, n_bytes FROM bundles"
        " ORDER BY used_since DESC, rowid DESC"
    ).fetchall()
    return [
        Installed(digest, at, since, signer, run_id, n_bytes, current=i == 0)
        for i, (digest, at, since, signer, run_id, n_bytes) in enumerate(rows)
    ]


def _checked(content: bytes, signer: str) -> ModelBundle:
    bundle = unpack(content)
    bundle.verify(PublicIdentity.from_hex(signer), default_spec())
    return bundle


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
