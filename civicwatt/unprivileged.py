"""Running a program that refuses root, as PostgreSQL does, when we are root.

Nothing of the machine is changed for it: no user is made, no folder opened to others.
"""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from domain.errors import ConfigurationError

#: On every Unix, owner of nothing. A real name is needed: initdb looks its user up.
NOBODY = "nobody"


def command_prefix(program: Path, data_dir: Path) -> list[str]:
    """What to put before a command so that it does not run as root; empty if we are not root.

    Parameters
    ----------
    program : Path
        What is going to be run.
    data_dir : Path
        Folder it is going to write to. Its owner changes where the second way is taken.

    Raises
    ------
    ConfigurationError
        If there is no way to run `program` here.
    """
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam(NOBODY)
    # First way: a user namespace in which our files belong to nobody, and root is powerless.
    names = [f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}"]
    prefix = ["unshare", "--user", *names]
    if _works(prefix, program):
        return prefix
    # Second way, where a container forbids the first: really become nobody.
    ids = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}"]
    prefix = ["setpriv", *ids, "--clear-groups"]
    if _works(prefix, program) and _works([*prefix, "ls"], data_dir.parent):
        for path in (data_dir, *data_dir.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        return prefix
    raise ConfigurationError(
        f"PostgreSQL refuses to run as root, and {NOBODY} may not read {program}: start as another "
        "user, move everything to a folder that all may read, or set CIVICWATT_DATABASE_URL"
    )


def _works(prefix: list[str], argument: Path) -> bool:
    if shutil.which(prefix[0]) is None:
        return False
    option = [] if prefix[-1] == "ls" else ["--version"]
    command = [*prefix, str(argument), *option]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
