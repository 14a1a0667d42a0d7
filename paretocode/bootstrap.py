"""How does a machine with nothing but Python and this checkout come to run the workbench?

``python3 -m paretocode.bootstrap sim`` builds `.venv` from a lock of hashes in `requirements/`, once, and becomes the
job. This module stands outside the floors: it imports the standard library only, nothing imports it, and its syntax
stays readable to Python 3.8 so that an older Python gets a sentence and not a traceback.

The folder it builds holds two files of its own. The *claim* is written first: a folder with a claim is ours to repair,
any other is left alone. The *stamp* is written last: it names the locks that are installed, and a folder with a claim
and no stamp was interrupted and is built again from nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["SetupError", "is_ready", "main", "prepare"]

ROOT = Path(__file__).resolve().parent.parent
LEAST_PYTHON = (3, 11)
CLAIM = "paretocode-claim"
STAMP = "paretocode-stamp.json"
LOG = "paretocode-setup.log"
# The first three hold the packages of "run" as well and share a folder; each of the others has a folder of its own.
LOCKS = {name: ROOT / "requirements" / (name + ".txt") for name in ("run", "test", "notebooks", "routers", "audit")}
APART = ("routers", "audit")
# A file's tests stay in one worker, because each worker prepares and compiles for itself.
ON_ALL_CORES = ("-n", "auto", "--dist", "loadfile")
SAFE_FLAGS = ("--no-deps", "--only-binary", ":all:", "--require-hashes")
PIP_FLAGS = (*SAFE_FLAGS, "--no-compile", "--disable-pip-version-check", "--no-input", "--progress-bar", "off")

HELP = """\
usage: python3 -m paretocode.bootstrap JOB [ARGS...]

  sim   [ARGS...]   set up, then run `python -m paretocode.sim ARGS`
  test  [ARGS...]   set up with the test libraries, then run `python -m pytest ARGS`; without ARGS on all cores
  lab   [ARGS...]   set up with JupyterLab, then run `python -m paretocode notebooks ARGS`: open copies, or --run all
  setup [LOCK...]   only set up; LOCK is run (the default), test or notebooks, or one with a folder of its own:
                    routers (.venv-routers: other people's routers) or audit (.venv-audit: pip-audit)

The first call builds .venv in the checkout from the hashed locks in requirements/, with uv where it is on the path and
pip otherwise; later calls start at once. PARETOCODE_VENV names another folder.
"""

# What a failed installation says, and the sentence we make of it; the first that fits is used.
TROUBLES = (
    (
        ("No space left on device", "os error 28"),
        "the disk is full; free about 1 GB and run the command again",
    ),
    (
        ("DO NOT MATCH THE HASHES", "Hash mismatch"),
        "a downloaded package does not have the hash of the lock; check your mirror or proxy, or update the checkout",
    ),
    (
        (
            "connection broken",
            "NewConnectionError",
            "ConnectTimeout",
            "ReadTimeout",
            "ProxyError",
            "Failed to fetch",
            "error sending request",
            "Temporary failure resolving",
            "Could not resolve",
        ),
        "the package registry cannot be reached; connect, or name your mirror (PIP_INDEX_URL for pip, UV_DEFAULT_INDEX"
        " for uv), and run the command again",
    ),
    (
        ("No matching distribution", "no usable wheels", "no wheels", "no compatible"),
        "a package has no ready-made build for this Python and platform; use CPython 3.11 to 3.13 on a common platform",
    ),
)


class SetupError(Exception):
    """A set-up that cannot go on: one sentence with the way out."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Set up and become the job; return an exit code only where no job runs.

    Parameters
    ----------
    arguments
        The words after the command; those of the process when None.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        _refuse_old_python(sys.version_info[:2])
        return _perform(words)
    except SetupError as error:
        print(f"error: {error}.", file=sys.stderr)
    except OSError as error:
        print(f"error: set-up failed: {error}; mend that and run the command again.", file=sys.stderr)
    except KeyboardInterrupt:
        print("error: set-up interrupted; run the command again and it starts afresh.", file=sys.stderr)
        return 130
    return 2


def _refuse_old_python(version: tuple[int, ...]) -> None:
    if tuple(version) < LEAST_PYTHON:
        least, found = (".".join(map(str, numbers)) for numbers in (LEAST_PYTHON, version))
        raise SetupError(
            f"paretocode needs Python {least} or newer and this is {found}; run it with a newer one, for example"
            f" `python{least} -m paretocode.bootstrap`"
        )


def _perform(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(HELP, end="", file=sys.stdout if words else sys.stderr)
        return 0 if words else 2
    job, rest = words[0], words[1:]
    venv = _venv_folder()
    if job == "setup":
        for folder, names in _by_folder(venv, rest or ["run"]).items():
            prepare(folder, names)
            _say(f"{folder} is ready")
    elif job == "sim":
        prepare(venv, ["run"])
        _become(venv, ["paretocode.sim", *rest])
    elif job == "test":
        prepare(venv, ["test"])
        os.chdir(ROOT)
        _become(venv, ["pytest", *(rest or ON_ALL_CORES)])
    elif job == "lab":
        prepare(venv, ["notebooks"])
        os.chdir(ROOT)
        _become(venv, ["paretocode", "notebooks", *rest])
    else:
        raise SetupError(f"there is no job {job!r}; use sim, test, lab or setup, or ask --help")
    return 0


def _say(line: str) -> None:
    print(f"paretocode: {line}", file=sys.stderr, flush=True)


def _venv_folder() -> Path:
    """Return the absolute folder to build in; links are kept, because the folder's name is part of its contents."""
    named = os.environ.get("PARETOCODE_VENV", "")
    return Path(os.path.abspath(os.path.expanduser(named))) if named else ROOT / ".venv"


def _by_folder(venv: Path, names: Sequence[str]) -> dict[Path, list[str]]:
    """Return which locks go into which folder: what stands apart goes beside the environment, as `.venv-NAME`."""
    folders: dict[Path, list[str]] = {}
    for name in names:
        _digest(name)  # refuses an unknown name before anything is built
        folders.setdefault(venv.with_name(f"{venv.name}-{name}") if name in APART else venv, []).append(name)
    return folders


def _python_of(venv: Path) -> Path:
    return venv / "bin" / "python"


def _become(venv: Path, module_and_arguments: list[str]) -> None:
    """Replace this process by the job, so that signals and the exit code are the job's own."""
    python = str(_python_of(venv))
    path = os.pathsep.join([str(venv / "bin"), os.environ.get("PATH", os.defpath)])
    sys.stdout.flush()
    os.execve(python, [python, "-m", *module_and_arguments], {**os.environ, "PATH": path, "VIRTUAL_ENV": str(venv)})


# --- what is there ---------------------------------------------------------------------------------------------------


def is_ready(venv: Path, wanted: Sequence[str]) -> bool:
    """Say whether the folder holds the wanted locks, as they are now, for this Python and this checkout."""
    installed = _installed(venv)
    return all(installed.get(name) == _digest(name) for name in wanted)


def _installed(venv: Path) -> dict[str, str]:
    """Return the digest of each installed lock; empty where the folder must be built from nothing."""
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
        made_for, locks = stamp["made_for"], dict(stamp["locks"])
    except (OSError, ValueError, TypeError, LookupError):
        return {}
    return locks if made_for == _made_for(venv) and _python_of(venv).exists() else {}


def _made_for(venv: Path) -> list[str]:
    """Return what a built folder depends on: a moved checkout or another Python needs another one."""
    return [str(sys.implementation.cache_tag), sysconfig.get_platform(), str(ROOT), str(venv)]


def _digest(name: str) -> str:
    if name not in LOCKS:
        raise SetupError(f"there is no lock {name!r}; use one of {', '.join(LOCKS)}")
    return hashlib.sha256(LOCKS[name].read_bytes()).hexdigest()


def _refuse_foreign(venv: Path) -> None:
    # The claim is the first file we write, so a folder with files and no claim is somebody else's.
    if venv.exists() and any(venv.iterdir()) and not (venv / CLAIM).exists():
        raise SetupError(
            f"{venv} was not made by this command; delete it, or set PARETOCODE_VENV to another folder, or use your own"
            " environment directly"
        )


# --- building --------------------------------------------------------------------------------------------------------


def prepare(venv: Path, wanted: Sequence[str]) -> None:
    """Make the folder hold the wanted locks; return at once where it does.

    Locks that were installed before stay and are brought up to date, so an environment only grows. A failed addition
    leaves the folder as it was; a killed one is built again from nothing by the next call.

    Raises
    ------
    SetupError
        A folder that is not ours, no network, a wrong hash, no disk, no `venv` module, an unknown lock.
    """
    if is_ready(venv, wanted):
        return
    if os.name != "posix":
        raise SetupError("this set-up is for Linux and macOS; make an environment and `pip install -e .[test]` instead")
    _refuse_foreign(venv)
    with _alone(venv):
        if not is_ready(venv, wanted):
            _build(venv, wanted)


@contextlib.contextmanager
def _alone(venv: Path) -> Iterator[None]:
    """Hold the folder's claim, so that two set-ups take turns; the kernel frees it when its last holder dies.

    The programs we start hold it too: where we are killed and an installer lives on, the next set-up waits for it.
    """
    import fcntl

    venv.mkdir(parents=True, exist_ok=True)
    with (venv / CLAIM).open("a", encoding="utf-8") as claim:
        os.set_inheritable(claim.fileno(), True)
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            _say(f"waiting for another set-up of {venv}")
            fcntl.flock(claim, fcntl.LOCK_EX)
        yield


def _build(venv: Path, wanted: Sequence[str]) -> None:
    before = _installed(venv)
    if not before:
        _wipe(venv)
    asked = {*wanted, *before}
    if not asked <= set(APART):
        asked.add("run")
    names = [name for name in LOCKS if name in asked]
    stale = [name for name in names if before.get(name) != _digest(name)]
    # Beside another lock "run" needs no turn of its own.
    turns = [name for name in stale if name != "run"] or stale
    _ensure_python(venv)
    (venv / STAMP).unlink(missing_ok=True)
    try:
        for name in turns:
            _install(venv, name)
    except SetupError:
        if before:
            _write_stamp(venv, before)
        raise
    if "run" in names:
        _link_project(venv)
    _write_stamp(venv, {name: _digest(name) for name in names})


def _wipe(venv: Path) -> None:
    """Empty the folder but for the claim, which we hold."""
    for entry in venv.iterdir():
        if entry.name == CLAIM:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _write_stamp(venv: Path, locks: dict[str, str]) -> None:
    """Write the stamp whole or not at all."""
    draft = venv / (STAMP + ".draft")
    stamp = {"made_for": _made_for(venv), "locks": dict(sorted(locks.items()))}
    draft.write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    os.replace(draft, venv / STAMP)


def _ensure_python(venv: Path) -> None:
    """Make `bin/python`, and pip beside it where uv does not do pip's work."""
    base = str(getattr(sys, "_base_executable", None) or sys.executable)
    uv = shutil.which("uv")
    if uv is not None:
        if not _python_of(venv).exists():
            _run([uv, "venv", "--no-project", "--allow-existing", "--python", base, str(venv)], venv)
    elif not (venv / "bin" / "pip").exists():
        _ensure_venv_module(venv)
        _say(f"making {venv}")
        _run([base, "-m", "venv", str(venv)], venv)


def _install(venv: Path, name: str) -> None:
    lock = str(LOCKS[name])
    uv = shutil.which("uv")
    _say(f"installing requirements/{name}.txt with {'uv' if uv else 'pip'}; the first time takes about half a minute")
    python = str(_python_of(venv))
    if uv is not None:
        _run([uv, "pip", "install", "--python", python, *SAFE_FLAGS, "-r", lock], venv)
    else:
        _run([python, "-I", "-m", "pip", "install", *PIP_FLAGS, "-r", lock], venv)


def _link_project(venv: Path) -> None:
    """Make `import paretocode` and the `paretocode` command work from any folder, without a build.

    The command starts as a shell script, because the path of an interpreter in a first line may be neither long nor
    hold a space.
    """
    version = ".".join(map(str, sys.version_info[:2]))
    packages = venv / "lib" / f"python{version}" / "site-packages"
    (packages / "paretocode.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    command = venv / "bin" / "paretocode"
    command.write_text(
        "#!/bin/sh\n"
        f"""'''exec' "{_python_of(venv)}" "$0" "$@"\n' '''\n"""
        "import sys\n\nfrom paretocode.cli import main\n\nsys.exit(main())\n",
        encoding="utf-8",
    )
    command.chmod(0o755)


# --- programs we call ------------------------------------------------------------------------------------------------


def _run(command: list[str], venv: Path) -> None:
    """Run a program with its talk in the log; on failure show the end of it and raise the sentence that fits."""
    log = venv / LOG
    settings = {**os.environ, "PIP_USER": "0", "DEBIAN_FRONTEND": "noninteractive"}
    with log.open("a+", encoding="utf-8", errors="replace") as talk:
        start = talk.seek(0, os.SEEK_END)
        code = subprocess.call(
            command,
            stdin=subprocess.DEVNULL,
            stdout=talk,
            stderr=subprocess.STDOUT,
            env=settings,
            cwd=ROOT,
            close_fds=False,  # the claim goes along
        )
        talk.seek(start)
        said = talk.read()
    if code != 0:
        print("\n".join(said.splitlines()[-6:]), file=sys.stderr)
        raise SetupError(_sentence(said, program=Path(command[0]).name, log=log))


def _sentence(said: str, *, program: str, log: Path) -> str:
    for signs, sentence in TROUBLES:
        if any(sign in said for sign in signs):
            return f"{sentence} (log: {log})"
    return f"{program} failed; read {log}, mend what it names and run the command again"


def _has_venv_module() -> bool:
    importlib.invalidate_caches()
    return all(importlib.util.find_spec(name) is not None for name in ("venv", "ensurepip"))


def _ensure_venv_module(venv: Path) -> None:
    """Debian splits `ensurepip` off: install its package where we may, and say its name where we may not."""
    if _has_venv_module():
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if not (shutil.which("apt-get") and sys.base_prefix == "/usr"):
        raise SetupError(
            "this Python lacks its venv module; install it from where the Python came, or put uv on the path"
        )
    if os.geteuid() != 0:
        raise SetupError(
            f"this Python lacks its venv module; run `sudo apt-get install {package}` (or put uv on the path) and"
            " run the command again"
        )
    _say(f"this Python lacks its venv module: installing {package}")
    _run(["apt-get", "update", "-qq"], venv)
    _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], venv)
    if not _has_venv_module():
        raise SetupError(f"{package} is installed and this Python still lacks venv; put uv on the path")


if __name__ == "__main__":
    sys.exit(main())
