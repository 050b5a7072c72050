"""Fetch what the web map is made of from npm, check it against pinned hashes, and put it into the package.

    python scripts/vendor_js.py            # fetch and replace the vendored files
    python scripts/vendor_js.py --check    # only compare the vendored files with the pinned hashes

The files are part of the package, so that a map needs no network when it is made and none when it is read.
To take a newer version: change it below, run with ``--accept-new``, and look at the change.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "gisintegration" / "publish" / "webmap" / "vendor"

# package, version, licence, {path in the package: name here}
PACKAGES = (
    (
        "leaflet",
        "1.9.4",
        "BSD-2-Clause",
        {"dist/leaflet.js": "leaflet.js", "dist/leaflet.css": "leaflet.css", "LICENSE": "leaflet.LICENSE"},
    ),
    (
        "topojson-client",
        "3.1.0",
        "ISC",
        {"dist/topojson-client.min.js": "topojson-client.js", "LICENSE": "topojson-client.LICENSE"},
    ),
    (
        "@fontsource-variable/source-sans-3",
        "5.3.0",
        "OFL-1.1",
        {"files/source-sans-3-latin-wght-normal.woff2": "source-sans-3.woff2", "LICENSE": "source-sans-3.LICENSE"},
    ),
)


def _fetched(package: str, version: str, folder: Path) -> Path:
    """The unpacked npm package."""
    run = subprocess.run(
        ["npm", "pack", f"{package}@{version}", "--json", "--pack-destination", str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    archive = folder / json.loads(run.stdout)[0]["filename"].replace("@", "").replace("/", "-")
    target = folder / archive.stem
    with tarfile.open(archive) as content:
        content.extractall(target, filter="data")
    return target / "package"


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _read_pins() -> dict[str, dict[str, str]]:
    return json.loads((VENDOR / "vendor.json").read_text(encoding="utf-8"))


def _check() -> list[str]:
    """Names of vendored files that are missing or not what was pinned."""
    return [
        name
        for name, pin in _read_pins().items()
        if not (VENDOR / name).exists() or _digest(VENDOR / name) != pin["sha256"]
    ]


def _fetch(*, accept_new: bool) -> None:
    pins: dict[str, dict[str, str]] = {} if accept_new else _read_pins()
    with tempfile.TemporaryDirectory() as scratch:
        for package, version, licence, files in PACKAGES:
            source = _fetched(package, version, Path(scratch))
            for inside, name in sorted(files.items()):
                content = (source / inside).read_bytes()
                # A map looks for no file beside it, so no source map either.
                lines = [line for line in content.split(b"\n") if not line.startswith(b"//# sourceMappingURL=")]
                content = content if name.endswith(".woff2") else b"\n".join(lines)
                pin = {"package": package, "version": version, "licence": licence}
                pin["sha256"] = hashlib.sha256(content).hexdigest()
                if accept_new:
                    pins[name] = pin
                elif pins[name] != pin:
                    sys.exit(f"{name} of {package}@{version} is not what was pinned in {VENDOR / 'vendor.json'}")
                VENDOR.mkdir(parents=True, exist_ok=True)
                (VENDOR / name).write_bytes(content)
    (VENDOR / "vendor.json").write_text(json.dumps(pins, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _main() -> None:
    if "--check" in sys.argv:
        wrong = _check()
        sys.exit(f"not as pinned: {', '.join(wrong)}" if wrong else 0)
    _fetch(accept_new="--accept-new" in sys.argv)


if __name__ == "__main__":
    _main()
