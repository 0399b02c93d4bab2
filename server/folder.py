"""The coordinator's folder: where its keys, certificates, databases and bundles lie."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from common.errors import InputError
from common.keys import Identity

DEFAULT_PORT = 7443


@dataclass(frozen=True, slots=True)
class Config:
    """What the operator chose when the folder was made.

    Attributes:
        league: The league's name.
        host: Name or address that merchants reach the coordinator at; in the certificate.
        port: Of the public listener (nodes, TLS).
        control_port: Of the loopback listener (everything).
        bind: Address that the public listener binds to.
    """

    league: str
    host: str
    port: int
    control_port: int
    bind: str

    @property
    def public_address(self) -> str:
        """As merchants dial it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def control_address(self) -> str:
        """As this machine dials it."""
        return f"127.0.0.1:{self.control_port}"


@dataclass(frozen=True, slots=True)
class Folder:
    """Paths below the coordinator's folder."""

    home: Path

    @property
    def config_path(self) -> Path:
        """What the operator chose."""
        return self.home / "coordinator.json"

    @property
    def registry(self) -> Path:
        """Our own SQLite: merchants, runs, rounds, reports, bundles."""
        return self.home / "registry.db"

    @property
    def flower(self) -> Path:
        """The SuperLink's SQLite."""
        return self.home / "flower.db"

    @property
    def bundles(self) -> Path:
        """Published bundles."""
        return self.home / "bundles"

    @property
    def ca(self) -> Path:
        """Certificate of the league's own authority."""
        return self.home / "tls" / "ca.pem"

    @property
    def ca_key(self) -> Path:
        """Its key."""
        return self.home / "keys" / "ca.key"

    @property
    def certificate(self) -> Path:
        """Certificate of the public listener."""
        return self.home / "tls" / "server.pem"

    @property
    def certificate_key(self) -> Path:
        """Its key."""
        return self.home / "keys" / "server.key"

    def config(self) -> Config:
        """What the operator chose.

        Raises:
            InputError: this is no coordinator's folder, or the file is damaged.
        """
        try:
            return Config(**json.loads(self.config_path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as e:
            raise InputError(
                "There is no coordinator in this folder.",
                where=str(self.config_path),
                safe="Nothing was changed.",
                todo="Make one with: hansa-server init --home FOLDER --host NAME",
            ) from e

    def save(self, config: Config) -> None:
        """Write what the operator chose."""
        text = json.dumps(asdict(config), indent=2, ensure_ascii=False) + "\n"
        self.config_path.write_text(text, encoding="utf-8")

    def identity(self) -> Identity:
        """The key that signs plans and bundles."""
        return Identity.load(self.home / "keys" / "identity.pem")

    def secret(self) -> bytes:
        """Shared by the SuperLink and the process that runs a run: 32 random bytes.

        Raises:
            InputError: the file cannot be read.
        """
        try:
            return (self.home / "keys" / "runtime-secret").read_bytes()
        except OSError as e:
            raise InputError(
                "The coordinator's runtime secret cannot be read.",
                where=str(self.home / "keys" / "runtime-secret"),
                todo="Run this command as the user that owns the folder.",
            ) from e

    def use(self) -> None:
        """Keep whatever Flower writes inside this folder."""
        os.environ["FLWR_HOME"] = str(self.home / "flwr")


def make_folder(folder: Folder, config: Config) -> Identity:
    """Make the folder with its identity and secret; certificates are made by `enrolment`.

    Raises:
        InputError: there is a coordinator already, or the folder cannot be written.
    """
    if folder.config_path.exists():
        raise InputError(
            "There is a coordinator in this folder already.",
            where=str(folder.config_path),
            safe="It was not changed.",
            todo="Use another folder, or go on with this one: hansa-server serve --home FOLDER",
        )
    try:
        for name in ("keys", "tls", "bundles", "flwr"):
            (folder.home / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        identity = Identity.load_or_create(folder.home / "keys" / "identity.pem")
        write_secret(folder.home / "keys" / "runtime-secret", os.urandom(32))
    except OSError as e:
        raise InputError(
            f"The folder cannot be written: {e.strerror}.",
            where=str(folder.home),
            safe="No coordinator was made.",
            todo="Choose a folder that you may write to.",
        ) from e
    return identity


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "wb") as f:
        f.write(content)


def free_port() -> int:
    """A port on loopback that nobody listens on just now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def near_port(port: int) -> int:
    """This port if nobody listens on it just now, else any free one."""
    try:
        with socket.socket() as s:
            s.bind(("127.0.0.1", port))
    except (OSError, OverflowError):
        return free_port()
    return port
