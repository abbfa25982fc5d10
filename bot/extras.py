"""How an extra is added to this installation, whether it is a virtual environment of its own, of pipx or of make."""

from __future__ import annotations

import shlex
import sys


def install_command(extra: str) -> str:
    """Return the command that installs an extra beside the running program."""
    return f'{shlex.quote(sys.executable)} -m pip install "ronbun-dayori[{extra}]"'
