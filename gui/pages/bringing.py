"""Bringing files in: look first, ask only where a file does not speak for itself, then import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from client.api import (
    ImportPreview,
    JobResult,
    JobSpec,
    Mapping,
    import_files,
    preview_import,
    read_previews,
)
from gui.hub import Hub
from gui.pages.mappingcard import MappingCard

TABLES = (
    *(".csv", ".csv.gz", ".tsv", ".tsv.gz", ".jsonl", ".jsonl.gz", ".ndjson"),
    *(".xlsx", ".ods", ".parquet"),
)


class Bringing(QObject):
    """A queue of files: those whose columns are ours go in at once, the others one by one.

    Attributes:
        current: The file whose columns a person looks at now; None: nothing waits.
    """

    def __init__(self, hub: Hub, changed: Callable[[], None]) -> None:
        super().__init__()
        self._hub, self._changed = hub, changed
        self.current: ImportPreview | None = None
        self._waiting: list[ImportPreview] = []
        self._n = 0

    def take(self, paths: Sequence[Path]) -> None:
        """Look at files, and at the files of folders."""
        files = [f for p in paths for f in (_inside(p) if p.is_dir() else [p])]
        if not files:
            self._hub.said.emit(self.tr("The folder holds no files that can be imported."), "warn")
            return
        if not self._hub.start(preview_import(files), lambda r: self._looked(r, files)):
            self._hub.said.emit(self.tr("Files are being looked at already."), "warn")

    def card(self) -> MappingCard:
        """The step for the current file."""
        if self.current is None:
            raise ValueError("no file waits")
        place = f"{self._n - len(self._waiting)} / {self._n} ·" if self._n > 1 else ""
        return MappingCard(
            self.current,
            place,
            again=lambda kind: self._see(preview_import([self._path()], kind=kind)),
            look=self._look,
            bring=self._bring,
            cancel=self._next,
        )

    def _path(self) -> Path:
        return self.current.path if self.current is not None else Path()

    def _looked(self, result: JobResult, files: Sequence[Path]) -> None:
        found = read_previews(result.values, files)
        plain = [p.path for p in found if p.is_plain]
        self._waiting = [p for p in found if not p.is_plain]
        self._n = len(self._waiting)
        if plain:
            self._import(plain)
        self._next()

    def _next(self) -> None:
        self.current = self._waiting.pop(0) if self._waiting else None
        self._changed()

    def _look(self, mapping: Mapping) -> None:
        path: list[Path] = []
        if self._keep(mapping, "", path):
            self._see(preview_import([self._path()], path[0]))

    def _see(self, spec: JobSpec) -> None:
        def seen(result: JobResult) -> None:
            found = read_previews(result.values, [self._path()])
            self.current = found[0] if found else self.current
            self._changed()

        self._hub.start(spec, seen)

    def _bring(self, mapping: Mapping, name: str) -> None:
        path: list[Path] = []
        if self._keep(mapping, name, path) and self._import([self._path()], path[0]):
            self._next()

    def _keep(self, mapping: Mapping, name: str, out: list[Path]) -> bool:
        shop = self._hub.shop
        if shop is None:
            return False
        return self._hub.do(lambda: out.append(shop.keep_mapping(mapping, name)))

    def _import(self, files: Sequence[Path], mapping: Path | None = None) -> bool:
        started = self._hub.start(import_files(files, mapping), self._imported)
        if not started:
            self._hub.said.emit(self.tr("An import is running already."), "warn")
        return started

    def _imported(self, result: JobResult) -> None:
        self._hub.said.emit(self.tr("The files were imported."), "good")


def _inside(folder: Path) -> list[Path]:
    """Files of a folder that look like tables; notes beside them are left alone."""
    return sorted(p for p in folder.iterdir() if p.name.lower().endswith(TABLES) and p.is_file())
