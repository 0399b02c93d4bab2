"""The life of a child process: each state is reached by a tiny real child."""

import sys
from dataclasses import dataclass

import pytest

from client.api import JobFailure, JobProgress, JobResult, JobSpec
from gui import engine
from gui.engine import EngineProcess, State

pytestmark = pytest.mark.gui


@dataclass(frozen=True)
class Script(JobSpec):
    code: str = ""

    def command(self, home):
        return [sys.executable, "-c", self.code]


def run(qtbot, tmp_path, code, **options):
    job = EngineProcess(Script("test", (), code=code, **options), tmp_path)
    states = []
    job.state_changed.connect(states.append)
    return job, states


def test_result_and_progress(qtbot, tmp_path):
    code = (
        'print(\'{"progress": 0.5, "step": "import a.csv", "note": "9 rows"}\')\n'
        "print('not for us')\nprint('{\"files\": 1}', end='')"
    )
    job, states = run(qtbot, tmp_path, code)
    steps = []
    job.progressed.connect(steps.append)
    with qtbot.waitSignal(job.finished, timeout=20_000) as end:
        job.start()
        job.start()  # twice is once
    assert end.args == [JobResult({"files": 1})]
    assert steps == [JobProgress("import a.csv", 0.5, "9 rows")]
    assert states == ["starting", "running", "stopped"]
    assert not job.busy


def test_failure_keeps_its_four_parts(qtbot, tmp_path):
    code = (
        'import sys; print(\'{"error": "bad-input", "what": "No.", "where": "a.csv",'
        ' "safe": "All.", "do": "This."}\'); print(\'trace\', file=sys.stderr); sys.exit(2)'
    )
    job, states = run(qtbot, tmp_path, code)
    with qtbot.waitSignal(job.finished, timeout=20_000) as end:
        job.start()
    assert end.args == [JobFailure("bad-input", "No.", "a.csv", "All.", "This.", "trace")]
    assert job.state is State.FAILED and states[-1] == "failed"


def test_program_that_is_not_there(qtbot, tmp_path):
    class Nothing(Script):
        def command(self, home):
            return [str(tmp_path / "no-such-program")]

    job = EngineProcess(Nothing("test", ()), tmp_path)
    with qtbot.waitSignal(job.finished, timeout=20_000) as end:
        job.start()
    assert end.args[0].code == "stopped" and job.state is State.FAILED


def test_stop_asks_first(qtbot, tmp_path):
    code = (
        "import signal, sys, time\nsignal.signal(signal.SIGINT, lambda *_: sys.exit(0))\n"
        'print(\'{"state": "online", "at": "now", "note": "Here."}\', flush=True)\n'
        "time.sleep(60)"
    )
    job, states = run(qtbot, tmp_path, code, service=True)
    with qtbot.waitSignal(job.progressed, timeout=20_000):
        job.start()
    assert job.progress == JobProgress("online", None, "Here.")
    with qtbot.waitSignal(job.finished, timeout=20_000) as end:
        job.stop()
    assert end.args == [None]
    assert states == ["starting", "running", "stopping", "stopped"]


def test_stop_kills_who_does_not_listen(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "TERMINATE_MS", 200)
    code = (
        "import signal, time\nfor s in (signal.SIGINT, signal.SIGTERM):\n"
        "    signal.signal(s, signal.SIG_IGN)\n"
        'print(\'{"progress": 0, "step": "deaf"}\', flush=True)\ntime.sleep(60)'
    )
    job, states = run(qtbot, tmp_path, code, grace_s=0.2)
    with qtbot.waitSignal(job.progressed, timeout=20_000):
        job.start()
    with qtbot.waitSignal(job.finished, timeout=20_000):
        job.stop()
    assert states[-1] == "stopped"


def test_service_is_started_again_with_growing_pauses(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "BACK_OFF_MS", (10, 20, 30))
    job, _ = run(qtbot, tmp_path, "raise SystemExit(3)", service=True)
    pauses = []
    job.finished.connect(lambda _: pauses.append(job.retry_ms))
    job.start()
    qtbot.waitUntil(lambda: len(pauses) >= 4, timeout=30_000)
    job.stop()
    assert pauses[:4] == [10, 20, 30, 30]
    qtbot.waitUntil(lambda: not job.busy, timeout=20_000)
    n = len(pauses)
    qtbot.wait(300)
    assert len(pauses) == n  # stopped by a person: not started again
