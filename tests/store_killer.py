"""A process that forks writers and kills them, and forks readers that look at what is left; started by tests.

It imports everything once and starts no threads, so that a fork is quick and safe.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path


def forked(work):
    """Run ``work`` in a fork, and return what it says as JSON; it must end well."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(read)
            os.write(write, json.dumps(work()).encode())
            code = 0
        except BaseException:  # noqa: BLE001 — a fork ends here, whatever happened
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read) as stream:
        said = stream.read()
    status = os.waitpid(pid, 0)[1]
    if status:
        sys.exit(f"a fork ended with {status}")
    return json.loads(said)


def killed(work, *, after=None, events=None):
    """Run ``work(tell)`` in a fork that is killed after a time, or at one of its calls of the system; what it told."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        if events is not None:
            left = [events]

            def count(event, _):
                if event.startswith(("open", "os.", "shutil.")):
                    left[0] -= 1
                    if left[0] == 0:
                        os.kill(os.getpid(), signal.SIGKILL)

            sys.addaudithook(count)
        code = 1
        try:
            work(lambda text: os.write(write, f"{text}\n".encode()))
            code = 0
        except BaseException:  # noqa: BLE001 — a fork ends here, whatever happened
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(write)
    if after is not None:
        time.sleep(after)
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(read) as stream:
        told = stream.read().split("\n")[:-1]
    status = os.waitpid(pid, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        sys.exit(f"a writer failed by itself: {status}")
    return told, os.WIFSIGNALED(status)


def looked_at(folder, known=()):
    """Open a store, compare every file with its hash, and read whole what is not known yet, and the oldest release."""
    from gisintegration.database import open_store
    from gisintegration.database.draft import release_id
    from gisintegration.database.part import parts_in

    store = open_store(folder, create=True)
    found = store.verify()
    read = {}
    for place, one in enumerate(store.releases):
        if place and one.number in known:
            read[one.number] = [one.id, one.id]
            continue
        made = store.read(one.number)
        read[one.number] = [
            one.id,
            release_id([part for part, _ in parts_in(made.tables)], made.areas, made.indicators),
        ]
    left = [str(path) for path in folder.rglob("*.part")] if folder.exists() else []
    return {"problems": found.table["what"].tolist(), "read": read, "left": left, "messages": list(store.messages)}


def releases(n):
    """Releases in memory that differ in a year."""
    from gisintegration.database import release
    from gisintegration.disclosure import protect
    from gisintegration.testing import example_raw, grid_areas

    areas = grid_areas(3, 2)
    codes = list(areas.codes)

    def table(year, top):
        return protect(example_raw(numerator=[top] * 6, denominator=[90] * 6, areas=codes, year=year), "internal")[0]

    return [release([table(2021, 30), table(2022, 20 + i)], areas={areas.key: areas}) for i in range(n)]


def warm(made):
    """Do once what every fork would else do first; without DuckDB, whose threads do not live through a fork."""
    import tempfile

    from gisintegration.database.areas_file import areas_bytes, plain_fields, read_areas_file
    from gisintegration.database.part import part_bytes, parts_in, read_part, rows_of
    from gisintegration.tables import Indicator, ProtectedTable

    areas = next(iter(made.areas.values()))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.parquet"
        path.write_bytes(areas_bytes(areas))
        read_areas_file(path, plain_fields(areas))
        for part, rows in parts_in(made.tables):
            path.write_bytes(part_bytes(part, rows))
            frame = rows_of([read_part(part, path)])
            declared = {
                name: Indicator.model_validate(item.model_dump(mode="json", by_alias=True))
                for name, item in made.indicators.items()
            }
            ProtectedTable(frame, indicators=declared)


def kill_writers(folder, seed, kills):
    """Kill writers of stores at random moments; what is wrong afterwards."""
    from gisintegration.database import open_store

    rng = random.Random(seed)
    drawn = releases(9)
    warm(drawn[0])
    wrong, count = [], {"committed": 0, "killed": 0}

    def write(made):
        return open_store(folder / "calibration", create=True).keep(made).number

    started = time.perf_counter()
    for made in drawn[:2]:
        forked(lambda made=made: write(made))
    span = (time.perf_counter() - started) / 2
    known = {}
    for number in range(kills):
        store = folder / f"store{number // 20}"
        if number % 20 == 0:
            known = {}
        made = [drawn[rng.randrange(len(drawn))]]

        def work(tell, store=store, made=made):
            opened = open_store(store, create=True)
            for one in made:
                kept = opened.keep(one)
                tell(f"{kept.number} {kept.id}")

        moment = {"after": rng.uniform(0, 1.2 * span)} if number % 2 else {"events": rng.randint(1, 120)}
        told, was = killed(work, **moment)
        count["killed"] += was
        found = forked(lambda store=store, known=known: looked_at(store, known))
        read = {int(key): ids for key, ids in found["read"].items()}
        promised = known | {int(one.split()[0]): one.split()[1] for one in told}
        count["committed"] += len(read)
        bad = [f"release {one}: {ids}" for one, ids in read.items() if ids[0] != ids[1]]
        bad += [f"release {one} was {id_}" for one, id_ in promised.items() if read.get(one, [None])[0] != id_]
        bad += found["problems"] + found["left"]
        wrong += [f"kill {number} ({moment}): {what}" for what in bad]
        known = {one: ids[0] for one, ids in read.items()}
    return {"wrong": wrong, **count}


def kill_runs(folder, seed, kills):
    """Kill whole runs of a project at random moments; what is wrong afterwards."""
    import pandas as pd

    from gisintegration.files import sha256
    from gisintegration.project import run_project

    rng = random.Random(seed)
    register = pd.read_csv(folder / "personer.csv", dtype={"kommun": str})
    wrong, known, count = [], {}, {"killed": 0}

    def work(tell):
        tell(run_project(folder).info.number)

    started = time.perf_counter()
    forked(lambda: work(str) or 0)
    span = time.perf_counter() - started
    for number in range(kills):
        chosen = register["person"].str.endswith(f"-{number % 40}")
        register.loc[chosen, "labour_status"] = "employed" if number % 80 < 40 else "outside"
        register.to_csv(folder / "personer.csv", index=False)
        _, was = killed(work, after=rng.uniform(0.1, 1.1) * span)
        count["killed"] += was
        found = forked(lambda known=known: looked_at(folder / "store", known))
        read = {int(key): ids for key, ids in found["read"].items()}
        bad = [f"release {one}: {ids}" for one, ids in read.items() if ids[0] != ids[1]]
        bad += [f"release {one} was {id_}" for one, id_ in known.items() if read.get(one, [None])[0] != id_]
        manifest = json.loads((folder / "output" / "manifest.json").read_text(encoding="utf-8"))
        bad += [name for name, digest in manifest["files"].items() if sha256(folder / "output" / name) != digest]
        bad += found["problems"] + found["left"]
        wrong += [f"kill {number}: {what}" for what in bad]
        known = {one: ids[0] for one, ids in read.items()}
    forked(lambda: work(str) or 0)
    return {"wrong": wrong, "releases": len(known), **count}


if __name__ == "__main__":
    kinds = {"writers": kill_writers, "runs": kill_runs}
    sys.stdout.write(json.dumps(kinds[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))
