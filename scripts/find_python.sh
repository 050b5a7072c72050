#!/usr/bin/env bash
# Prints the path of a Python 3.11-3.13 that can make virtual environments, or says plainly what is missing.
set -u

usable() { # the version is right, and venv and pip's installer are there (Debian keeps them in python3-venv)
  "$1" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

right_version() {
  "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

candidates=(${PYTHON:+"$PYTHON"})
if [ ${#candidates[@]} -eq 0 ]; then
  candidates=(python3.13 python3.12 python3.11 python3)
  # A pyenv shim answers only for the versions switched on; the others lie here.
  for folder in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1{3,2,1}*; do candidates+=("$folder/bin/python"); done
fi

without_venv=""
for candidate in "${candidates[@]}"; do
  if usable "$candidate"; then
    "$candidate" -c 'import sys; print(sys.executable)'
    exit 0
  fi
  if right_version "$candidate"; then without_venv=$candidate; fi
done

if [ -n "$without_venv" ]; then
  echo "$without_venv cannot make virtual environments. Install them:  apt install python3-venv" >&2
else
  found=$("${PYTHON:-python3}" --version 2>/dev/null || true)
  echo "Python 3.11, 3.12 or 3.13 is needed, and was not found (found: ${found:-none})." >&2
  echo "Install one:  apt install python3 python3-venv   (or name it:  make PYTHON=/path/to/python3.12)" >&2
fi
exit 1
