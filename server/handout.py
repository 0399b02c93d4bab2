"""A bundle of the registry handed out once more: promoted by hand, or an earlier one put back."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from common.errors import InputError
from common.flower import quiet
from common.flower.calls import LinkDown
from common.flower.control import Control
from common.program import bundle_of_code, code_digest
from server import runner
from server.bundle_file import read_bundle
from server.bundles import CURRENT, PROMOTE, ROLLBACK, BundleRow
from server.enrolment import not_serving
from server.folder import Folder
from server.registry import Registry
from server.selfcheck import verified
from server.strategy import Tell


def promote(folder: Folder, name: str, why: str, tell: Tell) -> dict[str, Any]:
    """Hand a bundle out although the gates held it, or once more; the result for people.

    Raises:
        InputError: no single bundle has this digest, or no reason was given.
        CoordinatorUnreachable: `hansa-server serve` does not run; nothing was changed.
    """
    if not why.strip():
        raise InputError(
            "Why is it handed out?",
            safe="Nothing was changed.",
            todo='Say it in a sentence: --why "..."; it stays on record.',
        )
    with closing(Registry.of(folder)) as registry:
        return _hand_out(folder, registry, registry.bundle(name), PROMOTE, why, tell)


def rollback(folder: Folder, name: str | None, why: str, tell: Tell) -> dict[str, Any]:
    """Put an earlier bundle back in its place; without a name the one before the current.

    Merchants install it like any other: their client asks for the coordinator's signature and
    fitting features, and makes current what it installed last.

    Raises:
        InputError: there is no such bundle, it was never handed out, or it is the current one.
        CoordinatorUnreachable: `hansa-server serve` does not run; nothing was changed.
    """
    with closing(Registry.of(folder)) as registry:
        row = registry.bundle(name) if name else registry.bundle_before()
        if row is None or row.state == CURRENT:
            raise InputError(
                "There is no earlier bundle to go back to."
                if row is None
                else "This bundle is the current one.",
                where=name or "",
                safe="Nothing was changed.",
                todo="See them with: hansa-server bundles",
            )
        if row not in registry.earlier_bundles():
            raise InputError(
                "This bundle was never handed out, so nobody can go back to it.",
                where=row.digest[:16],
                safe="Nothing was changed.",
                todo=f'Hand it out with: hansa-server bundles promote {row.digest[:16]} --why "..."',
            )
        return _hand_out(folder, registry, row, ROLLBACK, why, tell)


def _hand_out(
    folder: Folder, registry: Registry, row: BundleRow, action: str, why: str, tell: Tell
) -> dict[str, Any]:
    folder.use()
    quiet()
    verified(registry)
    packed = read_bundle(folder, row)
    control = Control(folder.config().control_address)
    try:
        flower_run = control.start_run(bundle_of_code(), code_digest())
    except LinkDown as e:
        raise not_serving(
            folder, "Nothing was changed; merchants keep the bundle they have."
        ) from e
    finally:
        control.close()
    before = registry.current_bundle()
    registry.hand_out(row.digest, action, why)
    runner.perform(folder, flower_run, {"run": row.run_id, "bundle": row.digest}, tell)
    after = registry.bundle(row.digest)
    return {
        "digest": row.digest,
        "state": after.state,
        "instead_of": before.digest if before and before.digest != row.digest else "",
        "installed": after.n_installed,
        "why": why,
        "bytes": len(packed),
    }
