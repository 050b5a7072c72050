"""QGIS itself, run apart with the Python that it is built for: this one's wheels must not be loaded inside QGIS."""

import json
import os
import subprocess
from pathlib import Path

import pytest

PYTHON = "/usr/bin/python3"


@pytest.fixture(scope="module")
def ask_qgis(tmp_path_factory):
    home = tmp_path_factory.mktemp("qgis")
    keep = {key: value for key, value in os.environ.items() if key in ("PATH", "LANG", "LC_ALL", "TMPDIR")}
    environment = keep | {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "QT_QPA_PLATFORM": "offscreen"}
    home.chmod(0o700)
    try:
        found = subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, env=environment, check=False)
    except OSError:
        pytest.skip("there is no /usr/bin/python3 to run QGIS with")
    if found.returncode:
        pytest.skip("QGIS is not installed: apt install qgis python3-qgis")

    def ask(package, jobs):
        script = Path(__file__).with_name("look_in_qgis.py")
        call = [PYTHON, str(script), str(package), str(home), json.dumps(jobs)]
        told = subprocess.run(call, capture_output=True, text=True, env=environment, check=False, timeout=300)
        assert told.returncode == 0, told.stderr
        return json.loads(told.stdout), home

    return ask
