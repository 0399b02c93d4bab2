"""app = ServerApp(): a run on one screen, or a bundle handed out once more."""

from __future__ import annotations

from contextlib import closing
from contextvars import ContextVar
from pathlib import Path

from flwr.app import Context
from flwr.serverapp import Grid, ServerApp

from common.errors import InternalError
from common.features import default_spec
from common.model import trainable
from server.bundle_file import read_bundle
from server.folder import Folder
from server.registry import Registry
from server.release import release
from server.strategy import LeagueRun, RunEvent, Tell

# Flower looks this name up in the syntax tree: it must stay a plain assignment in this file.
app = ServerApp()


def _silent(_: RunEvent) -> None:
    return


#: Who hears of progress; `server.runner` sets it.
listener: ContextVar[Tell] = ContextVar("listener", default=_silent)


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Train, evaluate, publish, hand out: the run that the registry names, from where it stands."""
    home, run_id = context.run_config.get("home"), context.run_config.get("run")
    if not isinstance(home, str) or not isinstance(run_id, str):
        raise InternalError("the run is started by 'hansa-server run'")
    folder, tell = Folder(Path(home)), listener.get()
    with closing(Registry.of(folder)) as registry:
        row = registry.run(run_id)
        again = context.run_config.get("bundle")
        names = trainable(default_spec(), row.options.recipe.heads)
        run = LeagueRun(grid, registry, row, names, tell)
        if isinstance(again, str):
            packed = read_bundle(folder, registry.bundle(again))
            registry.note_installed(again, run.distribute(packed))
            return
        while run.wants_training:
            run.train_round()
        run.evaluate()
        bundle = release(folder, run)
        if not bundle.held:
            registry.note_installed(bundle.digest, run.distribute(bundle.packed))
        note = "held: " + " ".join(bundle.verdict.reasons) if bundle.held else ""
        registry.end_run(run_id, "finished", note, bundle=bundle.digest)
