"""hansa-audit on real exports: passes whole ones, names what is wrong, needs only the audit extra."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from client.store import ledger
from common import ledger_file
from common.accounting import spent
from common.audit.cli import audit
from common.errors import InputError
from common.keys import Identity
from common.privacy import PrivacyBudget
from tests.client.door_shop import Shop, a_plan

ROOT = Path(__file__).resolve().parents[2]


def export_of(shop: Shop, path: Path) -> Path:
    with shop.open() as store:
        document = ledger.export(store, shop.identity, PrivacyBudget(3.0, 1e-4))
    path.write_bytes(ledger_file.dump(document))
    return path


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path / "shop")
    made.open().close()
    for number in (1, 2):
        made.ask(a_plan(round=number))
    return made


def run(*args: object) -> Result:
    return CliRunner().invoke(audit, [str(a) for a in args])


def as_json(result: Result) -> dict[str, Any]:
    out = json.loads(result.stdout.splitlines()[-1])
    assert isinstance(out, dict)
    return out


def test_a_whole_export_holds(shop: Shop, tmp_path: Path) -> None:
    file = export_of(shop, tmp_path / "a.json")
    result = run("verify", file, "--json", "--merchant", shop.identity.public.hex)
    assert result.exit_code == 0
    [found] = as_json(result)["ledgers"]
    expected = spent([a_plan().mechanism()] * 2, 1e-4)
    assert found["pld"]["epsilon"] == expected.epsilon  # the live figure, to the last digit
    assert found["rdp"]["epsilon"] >= expected.epsilon
    assert "shopper" in found["pld"]["unit"] and "everybody" in found["pld"]["adversary"]
    assert (found["releases"], found["lost_charges"]) == (2, 0)
    words = run("verify", tmp_path).stdout  # a folder
    assert "OK" in words and "epsilon" in words and "at most 16 impressions" in words


@pytest.mark.privacy
def test_a_changed_export_is_broken(shop: Shop, tmp_path: Path) -> None:
    file = export_of(shop, tmp_path / "a.json")
    data = file.read_bytes().replace(b'"noise_multiplier":2.0', b'"noise_multiplier":9.0', 1)
    file.write_bytes(data)
    result = run("verify", file)
    assert result.exit_code == 4 and "was edited" in result.stdout
    file.write_bytes(data[:-20])
    result = run("verify", file, "--json")
    assert (
        result.exit_code == 4
        and as_json(result)["ledgers"][0]["problems"][0]["code"] == "unreadable"
    )


def test_two_histories_of_one_merchant(shop: Shop, tmp_path: Path) -> None:
    """A reinstalled client: same key, fresh ledger. Each file alone is whole."""
    early = export_of(shop, tmp_path / "1.json")
    shop.ask(a_plan(round=3))
    late = export_of(shop, tmp_path / "2.json")
    assert run("verify", early, late).exit_code == 0
    again = Shop(tmp_path / "again", identity=shop.identity, coordinator=shop.coordinator)
    again.open().close()
    again.ask(a_plan())
    fresh = export_of(again, tmp_path / "3.json")
    assert run("verify", fresh).exit_code == 0
    result = run("verify", late, fresh)
    assert result.exit_code == 4 and "two histories" in result.stdout


def test_an_unexpected_key(shop: Shop, tmp_path: Path) -> None:
    file = export_of(shop, tmp_path / "a.json")
    assert run("verify", file, "--merchant", shop.identity.public.fingerprint).exit_code == 0
    assert run("verify", file, "--merchant", Identity.generate().public.hex).exit_code == 4
    assert run("verify", file, "--merchant", Identity.generate().public.fingerprint).exit_code == 4
    assert isinstance(run("verify", file, "--merchant", "bob").exception, InputError)


def test_replay(shop: Shop, tmp_path: Path) -> None:
    file = export_of(shop, tmp_path / "a.json")
    steps = as_json(run("replay", file, "--json"))["steps"]
    with shop.open() as store:
        live = [v.spent.epsilon for v in ledger.spent_history(store, 1e-4)]
    assert [s["pld"] for s in steps] == live
    assert [s["stated"] for s in steps] == live
    assert [s["outcome"] for s in steps] == ["commit", "commit"]
    assert "PLD" in run("replay", file).stdout


def test_bad_arguments_are_words(tmp_path: Path) -> None:
    out = subprocess.run(
        [sys.executable, "-m", "common.audit", "verify", str(tmp_path / "none.json"), "--json"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert out.returncode == 2 and json.loads(out.stdout)["error"] == "bad-input"


def test_it_runs_with_the_audit_extra_alone(shop: Shop, tmp_path: Path) -> None:
    """No torch, no flwr, no client, no server in the process."""
    file = export_of(shop, tmp_path / "a.json")
    code = (
        "import sys\n"
        "class Block:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in sys.argv[2].split():\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Block())\n"
        "from common.audit.cli import main\n"
        "sys.argv[2] = '--json'\n"
        "sys.argv.insert(1, 'verify')\n"
        "main()\n"
    )
    blocked = "torch opacus flwr onnx onnxruntime polars PySide6 client server gui sklearn"
    out = subprocess.run(
        [sys.executable, "-c", code, str(file), blocked],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert out.returncode == 0, out.stderr
    assert json.loads(out.stdout.splitlines()[-1])["holds"] is True
