"""Receipts: what the coordinator countersigns for the merchants whose reports it took."""

from __future__ import annotations

from common import merkle
from common.book import leaves
from common.errors import InternalError
from common.heads import LedgerHead
from common.receipts import Receipt
from server.registry import Registry


def receipts(registry: Registry) -> dict[str, Receipt]:
    """The newest receipt of every merchant, by fingerprint; the same bytes whenever it is asked.

    Nothing of it is kept: an Ed25519 signature over the same bytes is the same (RFC 8032), so a
    coordinator that was killed before it sent a receipt sends the very one later.

    Raises:
        InternalError: the registry was opened without the coordinator's key.
    """
    identity = registry.book.identity
    if identity is None:
        raise InternalError("receipts are signed with the coordinator's key")
    found = {}
    for merchant, one in registry.cosigned().items():
        head = LedgerHead.from_dict(one.report.header["ledger_head"])
        path = merkle.path(leaves(one.digests), one.index)
        receipt = Receipt(merchant, head, one.report.digest, one.index, path, one.entry)
        found[merchant] = receipt.signed(identity)
    return found
