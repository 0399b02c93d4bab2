"""A checked bundle, the shop's own head and encoded rows to probabilities; onnxruntime lives here."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from client.personal_head import Calibration, Linear
from common.bundle import ModelBundle
from common.errors import BadSignature, BundleError
from common.features import Encoded
from common.keys import PublicIdentity
from common.metrics import sigmoid

Probabilities = NDArray[np.float64]
_CHUNK = 1 << 16


class Scorer:
    """Scores with one bundle, on one thread, so that a till or a desktop stays responsive.

    Args:
        bundle: Its signature is checked here once more, against the signer it names; that the
            signer is the league's coordinator was checked when it was installed.
        calibration: This shop's own calibrations by head; the shared probabilities without.
        own: This shop's own heads, fitted for this very bundle, by head; they act on its log-odds
            before the calibration.

    Raises:
        BadSignature: the bundle is not as it was signed.
        BundleError: onnxruntime cannot read the model.
    """

    def __init__(
        self,
        bundle: ModelBundle,
        calibration: Mapping[str, Calibration] | None = None,
        own: Mapping[str, Linear] | None = None,
    ) -> None:
        if not bundle.signer:
            raise BadSignature("This model is not signed.", safe="Nothing was scored with it.")
        bundle.verify(PublicIdentity.from_hex(bundle.signer))
        self.bundle = bundle
        self.calibration, self.own = dict(calibration or {}), dict(own or {})
        spec = bundle.feature_spec()
        self._n_ids, self._shape = spec.n_ids, (spec.n_categorical, spec.n_numeric)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                bundle.onnx, options, providers=["CPUExecutionProvider"]
            )
            self._outputs = [o.name for o in self._session.get_outputs()]
        except Exception as e:  # onnxruntime's own error classes are not public
            raise BundleError(
                "This model cannot be opened.",
                where=f"bundle {bundle.digest()[:16]}",
                safe="Nothing was scored with it.",
                todo="Update Hansa, or ask the operator for another bundle.",
            ) from e

    def logits(self, encoded: Encoded) -> dict[str, NDArray[np.float32]]:
        """Log-odds [N] by trained head, the shop's own head included, before any calibration.

        Raises:
            BundleError: as `shared_logits`.
        """
        shared = self.shared_logits(encoded)
        return {
            name: self.own[name].logit(logit, encoded) if name in self.own else logit
            for name, logit in shared.items()
        }

    def shared_logits(self, encoded: Encoded) -> dict[str, NDArray[np.float32]]:
        """Log-odds [N] by trained head, as the shared model alone says.

        Raises:
            BundleError: rows of another width, ids that the model does not have, or a model whose
                weights are no numbers.
        """
        ids = np.ascontiguousarray(encoded.ids, np.int64)
        numeric = np.ascontiguousarray(encoded.numeric, np.float32)
        # onnxruntime takes -1 as "the last row" in silence; such ids must not get that far.
        fits = ids.ndim == 2 and (ids.shape[1], numeric.shape[1]) == self._shape
        if not fits or (ids.size and (ids.min() < 0 or ids.max() >= self._n_ids)):
            raise BundleError(
                "These rows were not encoded for this model.", safe="Nothing was scored."
            )
        parts: list[list[NDArray[np.float32]]] = [[] for _ in self._outputs]
        for start in range(0, len(ids), _CHUNK):
            rows = slice(start, start + _CHUNK)
            chunk = self._session.run(self._outputs, {"ids": ids[rows], "numeric": numeric[rows]})
            for part, value in zip(parts, chunk, strict=True):
                part.append(value)
        empty = np.empty(0, np.float32)
        found = {
            name.removeprefix("logit_"): np.concatenate(part) if part else empty
            for name, part in zip(self._outputs, parts, strict=True)
        }
        # A signature says who made a model, not that it is one: NaN weights would rank nobody.
        if not all(np.isfinite(logit).all() for logit in found.values()):
            raise BundleError(
                "This model gives no numbers: its weights are damaged (NaN or infinite).",
                where=f"bundle {self.bundle.digest()[:16]}",
                safe="Nothing was scored with it; earlier audiences are as before.",
                todo="Go back to the model before: hansa bundle list, and tell the operator.",
            )
        return found

    def calibrated(self, head: str, logit: NDArray[np.floating]) -> Probabilities:
        """Probability of a head's `logits` with this shop's calibration, if there is one."""
        found = self.calibration.get(head)
        return found.p(logit) if found else sigmoid(logit)

    def score(self, encoded: Encoded) -> tuple[Probabilities | None, Probabilities]:
        """(p_click [N] or None, p_conversion [N]).

        p_click is None where the model has no trained click head. A model with a click head alone
        has no probability of a conversion and is refused. Of a model with a funnel no conversion is
        likelier than its click, also where the shop's own heads, fitted one by one, would say so.

        Raises:
            BundleError: no conversion head, or rows that were not encoded for this model.
        """
        logits = self.logits(encoded)
        if "conversion" not in logits:
            raise BundleError(
                "This model was not trained on conversions.", safe="Nothing was scored."
            )
        click = self.calibrated("click", logits["click"]) if "click" in logits else None
        conversion = self.calibrated("conversion", logits["conversion"])
        if click is not None and self.bundle.provenance.get("funnel"):
            conversion = np.minimum(conversion, click)
        return click, conversion


def probe(bundle: ModelBundle) -> None:
    """Score made-up rows that use every id once, so that damaged weights are seen before use.

    Raises:
        BadSignature: the bundle is not as it was signed.
        BundleError: it cannot be opened, or a weight is NaN or infinite.
    """
    spec = bundle.feature_spec()
    first = np.array(spec.offsets, np.int64)
    last = np.append(first[1:], spec.n_ids) - 1
    ids = np.minimum(first + np.arange(int((last - first).max()) + 1)[:, None], last)
    Scorer(bundle).shared_logits(Encoded(ids, np.ones((len(ids), spec.n_numeric), np.float32)))
