"""Sees that there is a Chromium for the browser tests, and installs one where that can be done without asking.

In CI a missing browser is an error; on a developer's machine the browser tests are then skipped, and say so.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find() -> str | None:
    """The path of a Chromium on this machine: the one named by CHROMIUM, one on the path, or playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is not None:
        return found
    own = sorted(Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome"))
    return str(own[-1]) if own else None


def install() -> None:
    """Tries playwright's own download, then Debian's package when we may."""
    if _runs([sys.executable, "-m", "playwright", "install", "chromium-headless-shell", "chromium"]) and find():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        _runs(["apt-get", "update", "-qq"], quiet)
        _runs(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], quiet)


def _runs(command: list[str], environment: dict[str, str] | None = None) -> bool:
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    if find() is None:
        print("No Chromium here; installing one for the browser tests ...")
        install()
    if find() is None:
        print("No Chromium could be installed: the browser tests will be skipped. Install one, or name it in CHROMIUM.")
        sys.exit(1 if os.environ.get("CI") else 0)
