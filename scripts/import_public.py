"""Import every public set with its mapping through the command line, and compare with the sets' READMEs."""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from public_counts import NOT_TAKEN, OBD_CLICKS, SHOPS, File, Shop

HERE = Path(__file__).resolve().parent
HANSA = (sys.executable, "-m", "client")


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison.

    Attributes:
        folder: The set.
        what: File and mapping, or a figure.
        want: By the README.
        got: What the import or the shop's database says.
        same: They are equal, and nothing was refused.
        n_refused: Rows that were refused.
    """

    folder: str
    what: str
    want: int
    got: int
    same: bool
    n_refused: int = 0


def hansa(*args: str | Path) -> dict[str, object]:
    """Run a verb as a process; its last line is the answer.

    Raises:
        SystemExit: it failed; its own words are printed.
    """
    command = [*HANSA, *map(str, args), "--json"]
    done = subprocess.run(
        command, cwd=HERE.parent, capture_output=True, text=True, check=False, timeout=1_800
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout[-2_000:]}{done.stderr[-2_000:]}")
    answer = json.loads(done.stdout.splitlines()[-1])
    return dict(answer)


def take(home: Path, file: Path, mapping: str) -> tuple[int, int, int]:
    """Import one file: rows taken, left out by the mapping, refused."""
    how: list[str | Path] = ["--map", HERE / "mappings" / f"{mapping}.toml"] if mapping else []
    files = hansa("import", file, *how, "--home", home)["files"]
    [done] = files if isinstance(files, list) else []
    return done["n_rows"], done["n_left_out"], done["n_refused"]


def counted(home: Path, sql: str) -> int:
    """A figure of the shop's database."""
    with sqlite3.connect((home / "hansa.db").as_uri() + "?mode=ro", uri=True) as db:
        return int(db.execute(sql).fetchone()[0] or 0)


def compare(shop: Shop, folder: Path, home: Path) -> list[Row]:
    """Import a shop's files and count."""
    hansa("init", "--home", home, "--name", shop.folder)
    out = []
    for file in shop.files:
        n, left_out, refused = take(home, folder / file.name, file.mapping)
        same = (n, left_out, refused) == (file.n_rows, file.n_left_out, 0)
        out.append(Row(shop.folder, _what(file), file.n_rows, n, same, refused))
    for figure in shop.figures:
        got = counted(home, figure.sql)
        out.append(Row(shop.folder, figure.what, figure.want, got, got == figure.want))
    return out


def join(source: Path, out: Path) -> Path:
    """Make every manufacturer's exposures, all kept, and put them into one file each kind.

    Returns:
        The folder with impressions.csv and conversions.csv; ids begin with the manufacturer's.
    """
    made = out / "made"
    maker = [sys.executable, HERE / "make_sample_data.py", source, "--out", made]
    all_of_them = ["--keep-of-ten=10", "--min-before=0", "--min-after=0", "--min-exposures=1"]
    subprocess.run([*map(str, maker), *all_of_them], check=True, stdout=subprocess.DEVNULL)
    for name in ("impressions.csv", "conversions.csv"):
        header = ""
        with (out / name).open("w", encoding="utf-8") as whole:
            for part in sorted(made.glob(f"*/{name}.gz")):
                with gzip.open(part, "rt", encoding="utf-8") as lines:
                    first = next(lines)
                    if not header:
                        header = first
                        whole.write(header)
                    whole.writelines(f"{part.parent.name}-{line}" for line in lines)
    return out


def _what(file: File) -> str:
    return f"{file.name.partition('.')[0]} as {file.mapping}" if file.mapping else file.name


def all_rows(data: Path, room: Path, only: str) -> list[Row]:
    """Every comparison; clicks of the Open Bandit parts are added up."""
    rows: list[Row] = []
    clicks = dict.fromkeys(OBD_CLICKS, 0)
    for number, shop in enumerate(SHOPS):
        if only and only != shop.folder:
            continue
        home = room / f"{number:02d}"
        home.mkdir()
        folder = data / shop.folder
        rows += compare(shop, join(folder, home) if shop.joined else folder, home / "s")
        if shop.folder == "obd_zozotown":
            for policy in clicks:
                sql = "SELECT sum(clicked) FROM impressions WHERE campaign_type = "
                clicks[policy] += counted(home / "s", f"{sql}'{policy}'")
    if any(r.folder == "obd_zozotown" for r in rows):
        rows += [
            Row("obd_zozotown", f"clicks of {p}, all three", OBD_CLICKS[p], n, n == OBD_CLICKS[p])
            for p, n in clicks.items()
        ]
    return rows


def main() -> None:
    """Print the table; exit code 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with one folder per set")
    parser.add_argument("--only", default="", metavar="SET", help="one set")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    os.environ.setdefault("PYTHONPATH", str(HERE.parent))
    with tempfile.TemporaryDirectory(prefix="hansa-public-") as room:
        rows = all_rows(args.data.resolve(), Path(room), args.only)
    if args.json:
        print(json.dumps({"rows": [asdict(r) for r in rows], "not_taken": NOT_TAKEN}))
    else:
        print("| set | what | README | Hansa | |\n|---|---|---|---|---|")
        for r in rows:
            verdict = "ok" if r.same else f"differs ({r.n_refused} refused)"
            print(f"| {r.folder} | {r.what} | {r.want:,} | {r.got:,} | {verdict} |")
        for name, why in NOT_TAKEN.items():
            print(f"| {name} | no kind for it: {why} | | | |")
    sys.exit(0 if all(r.same for r in rows) else 1)


if __name__ == "__main__":
    main()
