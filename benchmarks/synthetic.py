"""How fast the synthetic register is written, and in how much memory: ``python benchmarks/synthetic.py [FOLDER]``."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import gisintegration as gi

YEARS = range(2018, 2025)


def main() -> None:
    """Write the demo's register once and print person-years a second and the peak of memory."""
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary) / "register"
        start = time.perf_counter()
        earlier, later = gi.load_areas("deso/2018"), gi.load_areas("deso/2025")
        loaded = time.perf_counter()
        report = gi.synthetic_register(out, areas_2018=earlier, areas_2025=later, years=YEARS)
        seconds = time.perf_counter() - loaded
        rows = sum(report.rows.values())
        size = sum(file.stat().st_size for file in out.rglob("*.parquet"))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(f"areas loaded in {loaded - start:.1f} s")
    print(f"{rows:,} person-years in {seconds:.1f} s: {rows / seconds:,.0f} a second")
    print(f"processor time {usage.ru_utime + usage.ru_stime:.1f} s, peak memory {usage.ru_maxrss / 1e6:.2f} GB")
    print(f"files {size / 1e6:.0f} MB")
    print(report.table.to_string(index=False))


if __name__ == "__main__":
    main()
