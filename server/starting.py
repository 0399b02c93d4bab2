"""starting(): the weights that a run begins with: fresh, the last bundle's, or a public warm start."""

from __future__ import annotations

from common.errors import InputError, InternalError, WrongSpec
from common.features import FeatureSpec
from common.model import check_tensors, initial_tensors
from server.bundle_file import read_bundle
from server.bundles import BundleRow
from server.folder import Folder
from server.registry import Registry
from server.rows import Arrays

FRESH, LAST, SYNTHETIC = "fresh", "last", "synthetic"


def starting(
    folder: Folder, registry: Registry, start: str, spec: FeatureSpec, *, funnel: bool = False
) -> tuple[str, Arrays]:
    """Where a run starts, by its lasting name, and its initial weights.

    The weights of a bundle are the released ones, so starting from them costs no privacy; the
    auditor finds them in the evidence of the run (`RunEvidence.initial`).

    Args:
        folder: The coordinator's.
        registry: Its registry.
        start: "fresh", "last" (the current bundle; fresh without one that fits), "synthetic", or
            the beginning of a bundle's digest.
        spec: What the run learns on.
        funnel: Whether its conversion head means a conversion given a click.

    Raises:
        InputError: no single bundle has this digest, or its conversion head means something else.
        WrongSpec: the named bundle is for other features.
        BundleError: its file is not what was signed.
    """
    fresh = initial_tensors(spec, funnel=funnel)
    if start == FRESH:
        return FRESH, fresh
    if start == SYNTHETIC:
        from server.warmstart import warm_start

        return SYNTHETIC, warm_start(spec)
    row = registry.current_bundle() if start == LAST else registry.bundle(start)
    if row is None:
        return FRESH, fresh
    try:
        found = weights_of(folder, registry, row, spec)
    except WrongSpec:
        if start == LAST:  # a later version's features: there is nothing to go on from
            return FRESH, fresh
        raise
    if row.provenance.get("funnel", False) != funnel:
        raise _other_meaning(row, funnel)
    return row.digest, found


def _other_meaning(row: BundleRow, funnel: bool) -> InputError:
    means, asked = ("any impression", "a click") if funnel else ("a click", "any impression")
    other = "without --funnel" if funnel else "with --funnel and both heads"
    return InputError(
        f"In this bundle the conversion head means a conversion given {means}, in this run given "
        f"{asked}: nothing can be learned on from it.",
        where=row.digest[:16],
        safe="No run was started.",
        todo=f"Run it {other}, or start with: hansa-server run --from fresh",
    )


def weights_of(folder: Folder, registry: Registry, row: BundleRow, spec: FeatureSpec) -> Arrays:
    """The published weights of a bundle, bit for bit, with all of the model's names.

    Raises:
        WrongSpec: they are for other features, or of another form of the model.
        BundleError: the file of an older bundle is not what was signed.
    """
    fits = row.provenance.get("spec_digest", spec.digest()) == spec.digest()
    found = registry.bundle_weights(row.digest) if fits else None
    fresh = initial_tensors(spec)
    if fits and found is None:
        from common.bundle import unpack
        from server.publish import weights_in

        # a head that was not trained is not in the file: it is as at the beginning
        found = {**fresh, **weights_in(unpack(read_bundle(folder, row)).onnx)}
    if found is None or _unfit(fresh, found):
        raise WrongSpec(
            "This bundle's weights do not fit the features of this program.",
            where=row.digest[:16],
            safe="No run was started.",
            todo="Start with: hansa-server run --from fresh",
        )
    return found


def _unfit(fresh: Arrays, found: Arrays) -> bool:
    try:
        check_tensors(fresh, found)
    except InternalError:
        return True
    return False


def check_start(name: str) -> str:
    """A name that `starting` understands, as far as its form goes.

    Raises:
        InputError: it is neither a word of ours nor the beginning of a digest.
    """
    if name in (FRESH, LAST) or (len(name) >= 6 and set(name) <= set("0123456789abcdef")):
        return name
    raise InputError(
        "--from is last, fresh, or at least six digits of a bundle's digest.",
        where=name[:64],
        safe="No merchant was asked anything.",
        todo="See them with: hansa-server bundles",
    )
