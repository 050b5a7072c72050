#!/usr/bin/env bash
# What the tests of the layers and maps need beside Python: QGIS with its Python, a virtual screen, Chromium, fonts.
# As root on Debian and Ubuntu they are installed from the distribution; elsewhere it says what will be skipped.
set -u

missing=()
lacks() { ! command -v "$1" >/dev/null 2>&1; }
lacks qgis && missing+=(qgis)
# QGIS's Python is the system's own, never one from pyenv or a virtual environment.
/usr/bin/python3 -c 'import qgis.core' >/dev/null 2>&1 || missing+=(python3-qgis)
lacks xvfb-run && missing+=(xvfb)
lacks chromium && lacks chromium-browser && lacks google-chrome && missing+=(chromium)
fc-list 2>/dev/null | grep -qi liberation || missing+=(fonts-liberation)

[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing from the distribution: ${missing[*]}" >&2
  export DEBIAN_FRONTEND=noninteractive
  if apt-get update -qq >&2 && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then exit 0; fi
  echo "apt-get could not install them." >&2
fi
echo "Not installed: ${missing[*]}. The tests that need them are skipped." >&2
echo "To run them too:  apt install ${missing[*]}" >&2
exit 0
