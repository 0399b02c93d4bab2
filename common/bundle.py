"""ModelBundle: the ONNX model, its feature specification, provenance and one signature."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from common.canonical import canonical, digest
from common.errors import BadSignature, WrongSpec
from common.features import FeatureSpec
from common.keys import Identity, PublicIdentity

FORMAT = 1
#: Far above any model of ours; a bundle comes from outside.
MAX_BYTES = 256 << 20
_MODEL, _MANIFEST, _SIGNATURE = "model.onnx", "manifest.json", "signature.json"
#: What Python's reader of ZIP and JSON raises on bytes that somebody else chose.
_UNREADABLE = (
    zipfile.BadZipFile,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    RuntimeError,
    MemoryError,
)
_SAFE = "The model was not installed and nothing was scored with it."
_TODO = "Get the bundle again from the league; if it stays so, tell the operator."


@dataclass(frozen=True, slots=True)
class ModelBundle:
    """A model that was published. Nothing scores with it before `verify`.

    Attributes:
        onnx: The model, one file: ids int64 [N, F] and numeric float32 [N, D] to log-odds [N].
        spec: `FeatureSpec.as_dict()`.
        provenance: Run, rounds, heads, metrics, parity error, time: public, JSON values.
        signer: Ed25519 public key of the coordinator, hexadecimal.
        signature: Over `signed_bytes()`, hexadecimal; empty if unsigned.
    """

    onnx: bytes
    spec: Mapping[str, Any]
    provenance: Mapping[str, Any]
    signer: str = ""
    signature: str = ""

    def manifest(self) -> dict[str, Any]:
        """Everything but the model's bytes and the signature, with the digests of all."""
        return {
            "format": FORMAT,
            "onnx_sha256": hashlib.sha256(self.onnx).hexdigest(),
            "spec": dict(self.spec),
            "spec_digest": digest(dict(self.spec)),
            "provenance": dict(self.provenance),
            "signer": self.signer,
        }

    def signed_bytes(self) -> bytes:
        """What the coordinator signs."""
        return b"hansa-bundle-v1\n" + canonical(self.manifest())

    def digest(self) -> str:
        """Names this very model, specification and provenance; 64 hexadecimal digits."""
        return digest(self.manifest())

    @property
    def heads(self) -> tuple[str, ...]:
        """Heads that were trained, in the order of the model's outputs."""
        return tuple(self.provenance.get("heads", ()))

    def feature_spec(self) -> FeatureSpec:
        """The specification as a value.

        Raises:
            WrongSpec: it is none.
        """
        return FeatureSpec.from_dict(self.spec)

    def signed(self, identity: Identity) -> ModelBundle:
        """The same bundle with a signature."""
        named = replace(self, signer=identity.public.hex)
        return replace(named, signature=identity.sign(named.signed_bytes()))

    def verify(self, trusted: PublicIdentity, spec: FeatureSpec | None = None) -> None:
        """Refuse what the trusted coordinator did not sign, or what does not fit this program.

        Args:
            trusted: The coordinator's key from the site kit.
            spec: What this program encodes; None = the bundle's own is only checked for sense.

        Raises:
            BadSignature: another signer, no signature, or a byte that was changed.
            WrongSpec: the feature specification is not a sound one, or not `spec`.
        """
        if self.signer != trusted.hex or not trusted.verify(self.signed_bytes(), self.signature):
            raise BadSignature(
                "This model's signature is not the league's.",
                where=f"bundle {self.digest()[:16]}",
                safe=_SAFE,
                todo=_TODO,
            )
        own = self.feature_spec()
        if spec is not None and own.digest() != spec.digest():
            raise WrongSpec(
                "This model was trained for other features than this program makes.",
                where=f"model {own.digest()[:16]}, program {spec.digest()[:16]}",
                safe=_SAFE,
                todo="Update Hansa to the version that the league uses.",
            )

    def pack(self) -> bytes:
        """One file, the same bytes for the same bundle."""
        out = io.BytesIO()
        parts = {
            _MANIFEST: canonical(self.manifest()),
            _MODEL: self.onnx,
            _SIGNATURE: canonical({"signature": self.signature}),
        }
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as z:
            for name, data in sorted(parts.items()):
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.create_system = 3
                z.writestr(info, data)
        return out.getvalue()


def unpack(data: bytes) -> ModelBundle:
    """Inverse of `ModelBundle.pack`; the bytes must be exactly those that `pack` makes.

    Raises:
        BadSignature: it is no bundle, or a byte was changed. Whose it is, `verify` says.
    """
    try:
        if len(data) > MAX_BYTES:
            raise ValueError("too large")
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            names = {i.filename: i for i in z.infolist()}
            if set(names) != {_MODEL, _MANIFEST, _SIGNATURE}:
                raise ValueError("other parts")
            if any(i.compress_type != zipfile.ZIP_STORED for i in names.values()):
                raise ValueError("compressed")
            manifest = json.loads(z.read(_MANIFEST))
            signature = json.loads(z.read(_SIGNATURE))["signature"]
            onnx = z.read(_MODEL)
        if not isinstance(signature, str) or not isinstance(manifest["signer"], str):
            raise ValueError("not text")
        bundle = ModelBundle(
            onnx, manifest["spec"], manifest["provenance"], manifest["signer"], signature
        )
        if bundle.pack() != data:
            raise ValueError("other bytes")
    except _UNREADABLE as e:
        raise BadSignature(
            "This file is not a model bundle, or it was changed.", safe=_SAFE, todo=_TODO
        ) from e
    return bundle
