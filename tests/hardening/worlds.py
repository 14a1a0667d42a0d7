"""Other worlds: does a command answer the same whatever the language, time zone, hash seed and folder around it?

    PYTHONPATH=.:tests python tests/hardening/worlds.py [--short]

Every world is a process of its own, with an environment and a working folder of its own, that runs the same commands
on the same files and writes its results there. What it prints and writes must be, byte by byte, what the first world
prints and writes. Where standard output holds ASCII only, a text shows a question mark for a letter that is missing,
and a JSON document must still say the same. Nothing may end as a bug, and no library may warn.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from committed_code import made_by_committed_code
from hardening.seeds import log_files
from paretocode._files import json_bytes
from paretocode.cli.exit_codes import ExitCode
from paretocode.cli.main import main as paretocode
from paretocode.cli.sim_door import main as simulate
from paretocode.release import approving, register
from paretocode.result import MANIFEST

__all__ = ["LONG", "SHORT", "World", "answers", "commands", "differences", "main"]

ROOT = Path(__file__).parents[2]
MARK = b"\x1e"  # between answers; no answer of ours holds a control character
EXPORTS = ("json", "csv", "litellm", "vllm-semantic-router", "portkey", "envoy-ai-gateway", "openrouter", "hermes")
MOMENTS = {
    "with_zone.csv": ("2026-03-29T00:59:59.5Z", "2026-03-29T03:30:00+02:00", "2026-03-28T20:00:00-02:30"),
    "without_zone.csv": ("2026-03-29T01:59:59.5", "2026-03-29T02:30:00", "2026-10-25 02:30:00"),
}
"""Moments about the hours that summer time leaves out or has twice in some zones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What stands around a command: variables of its environment, and the name of its working folder."""

    name: str
    variables: dict[str, str] = field(default_factory=dict)
    folder: bytes = b"here"
    is_ascii: bool = False


_ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
SHORT = (
    World(name="plain", variables={"LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0"}),
    World(
        name="ASCII in Nepal",
        variables={**_ASCII, "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "12345"},
        folder=b"a b/[x]*?",
        is_ascii=True,
    ),
)
"""Two worlds as far apart as they get; the first one is what the others are held to."""
LONG = (
    *SHORT,
    World(name="no variables"),
    World(
        name="POSIX", variables={"LC_ALL": "POSIX", "LANG": "POSIX", "TZ": "America/St_Johns", "PYTHONHASHSEED": "1"}
    ),
    World(name="a language that is not there", variables={"LC_ALL": "xx_YY.nonsense", "TZ": "No/Where"}),
    World(name="German numbers", variables={"LANG": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8", "PYTHONUTF8": "0"}),
    World(name="ASCII output", variables={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, is_ascii=True),
    World(
        name="Latin-1 output, Turkish",
        variables={"LC_ALL": "tr_TR", "PYTHONIOENCODING": "latin-1:strict", "TZ": ":/nowhere"},
        is_ascii=True,
    ),
    World(
        name="a folder with letters",
        variables={"TZ": "Pacific/Kiritimati"},
        folder="ф日é/\u200b".encode(),
    ),
    World(name="a folder with signs", variables={"PYTHONHASHSEED": "1"}, folder=b"-x=1/\x07 '\""),
)
"""All worlds."""


def write_files(folder: Path) -> None:
    """Write the logs, change logs and tables that the commands read."""
    for reader, (file, content) in log_files().items():
        (folder / f"{reader}-{file}").write_bytes(content)
    for file, moments in MOMENTS.items():
        rows = "".join(f"séance,{moment},100,10,0.65\n" for moment in moments)
        (folder / file).write_text(f"session_id,ts,prompt_tokens,completion_tokens,min_score\n{rows}", encoding="utf-8")
    first = "".join(f"2026-06-16,initial,{n},m{n},{40 + n},50,{n},2,1000,False,2026-01-01\n" for n in (1, 2, 3))
    second = "2026-06-18,changed,1,été,41.5,50,1,3,1000,False,2026-01-01\n"
    head = "date,event,aa_id,slug,coding_index,intelligence_index,price_in,price_out,context,deprecated,release_date\n"
    (folder / "history.csv").write_text(f"{head}{first}{second}", encoding="utf-8")
    model = "été/modèle 日"
    prices = "prompt_usd_per_mtok,completion_usd_per_mtok"
    head = f"model_id,coding_score,score_definition,{prices},context_tokens,release_date,as_of\n"
    rows = f"{model},40.5,mine,1,2,900000,2026-01-01,2026-03-29\nb,50,mine,2,8,900000,2025-12-31,2026-03-29\n"
    (folder / "models.csv").write_text(head + rows, encoding="utf-8")


def commands(*, is_short: bool) -> list[list[str]]:
    """Return the commands, in the order in which they may be run: some read what others wrote."""
    sim = ["sim", "--scale", "smoke", "--no-figures", "--json"]
    told = [
        sim,
        ["stream", "describe", "with_zone.csv", "--json"],
        ["stream", "describe", "without_zone.csv"],
        ["catalogue", "history", "history.csv", "--score-edges", "41.7,42.5", "--json"],
        ["catalogue", "show", "models.csv"],
        ["catalogue", "show", "models.csv", "--json"],
        ["catalogue", "lint", "bundled"],
        ["replay", "documented", "--stream", "without_zone.csv", "--json"],
        ["lint", "documented"],
        ["approve", "RESULT", "--by", "René 日", "--reason", "café 日"],
        *[["export", "TIER_MAP", "--to", target, "--out", f"out.{target}"] for target in EXPORTS[:3]],
        ["verify", "RESULT"],
    ]
    if is_short:
        return told
    logs = [[f"{reader}-{file}", reader] for reader, (file, _) in log_files().items()]
    return [
        *told,
        *[["stream", "describe", file, "--reader", reader, "--json"] for file, reader in logs],
        *[["replay", "--stream", file, "--reader", reader, "--demand", "default"] for file, reader in logs],
        *[["export", "TIER_MAP", "--to", target, "--out", f"out.{target}"] for target in EXPORTS[3:]],
        ["catalogue", "convert", "models.csv", "--out", "again.toml"],
        ["catalogue", "convert", "bundled", "--out", "again.csv"],
        ["catalogue", "show", "again.toml"],
        ["catalogue", "history", "history.csv", "--since", "2026-06-17", "--until", "2026-06-18"],
        ["frontier"],
        ["bands", "--scheme", "natural", "--n-bands", "3"],
        ["stream", "synthesise", "--requests", "2000", "--preset", "chat", "--out", "chat.csv"],
        ["stream", "partition", "chat.csv", "--parts", "3", "--out", "parts"],
        ["replay", "--stream", "parts", "--engine", "processes", "--workers", "2"],
        ["compare", "RESULT"],
        ["evidence", "show", "RESULT"],
        ["diff", "documented", "TIER_MAP"],
        ["tune", str(ROOT / "experiments" / "exact_edges.toml"), "--scale", "smoke", "--no-figures"],
        ["report", "RESULT", "--out", "report.html"],
        ["export", "TIER_MAP", "--to", "release", "--out", "release"],
        ["verify", "release"],
        ["stream", "describe", "absent-é日.csv"],
        ["stream", "describe", os.fsdecode(b"absent-\xff.csv"), "--json"],
    ]


def _run_here(command: list[str]) -> int:
    """Run one command in this process, with RESULT and TIER_MAP standing for the first result."""
    result = next(iter(sorted(Path("results/quickstart").glob("*/"))), Path("absent"))
    words = [{"RESULT": str(result), "TIER_MAP": str(result / "tier_map.json")}.get(word, word) for word in command]
    try:
        return simulate(words[1:]) if words[0] == "sim" else paretocode(words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1


def child(told: list[list[str]]) -> None:
    """Run all commands, answers and codes on standard output, each after a mark; the clock of approvals stands."""
    for module in (approving, register):
        module.now = lambda: "2026-06-01T00:00:00+00:00"  # type: ignore[attr-defined]
    for command in told:
        code = _run_here(command)
        sys.stdout.flush()
        if command[0] in ("sim", "tune"):
            for manifest in Path("results").glob(f"*/*/{MANIFEST}"):
                _without_time(made_by_committed_code(manifest.parent) / MANIFEST)
        os.write(1, MARK + str(int(code)).encode() + MARK)


def _without_time(manifest: Path) -> None:
    """Let a manifest say nothing of time: approvals and releases seal its bytes."""
    plain = json.loads(manifest.read_bytes())
    manifest.write_bytes(json_bytes({**plain, "started": "2026-06-01T00:00:00+00:00", **_NO_SECONDS}))


def answers(world: World, place: Path, told: list[list[str]]) -> tuple[list[bytes], list[int], dict[str, str], str]:
    """Run all commands in one world.

    Returns
    -------
    said, codes, digests, talk
        Standard output and exit code of each command; the digest of each file that was written; standard error.
    """
    folder = Path(os.fsdecode(os.path.join(os.fsencode(place), world.folder)))
    folder.mkdir(parents=True)
    write_files(folder)
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    environment = {**kept, "HOME": str(place), "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", **world.variables}
    environment.setdefault("TMPDIR", str(place))
    done = subprocess.run(
        [sys.executable, "-W", "error", str(Path(__file__).absolute()), "--child", json.dumps(told)],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
        timeout=600,
    )
    talk = done.stderr.decode(errors="replace")
    parts = done.stdout.split(MARK)
    if done.returncode or len(parts) != 2 * len(told) + 1:
        raise SystemExit(f"world {world.name}: it ended with {done.returncode} too early: {talk[-2000:]}")
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not {*path.parts[-2:]} & _TIMED)
    digests = {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    said = [_without(part, folder, place) for part in parts[0:-1:2]]
    return said, [int(code) for code in parts[1::2]], digests, talk


_NO_SECONDS = {"seconds": 0.0, "replay_seconds": {}}
_TIMED = {"question.txt"}
"""Files that tell a time or a place: a digest of a log's place and time."""


def _without(said: bytes, *folders: Path) -> bytes:
    """Return an answer without the names of these folders, as standard output or JSON may spell them."""
    for folder in folders:
        for errors in ("surrogateescape", "replace"):
            for encoding in ("utf-8", "ascii", "latin-1"):
                try:
                    said = said.replace(str(folder).encode(encoding, errors), b"FOLDER")
                except UnicodeEncodeError:
                    continue
        said = said.replace(json.dumps(str(folder))[1:-1].encode(), b"FOLDER")
    return said


def _is_same(plain: bytes, said: bytes, *, is_ascii: bool) -> bool:
    if plain == said:
        return True
    if not is_ascii:
        return False
    try:
        return bool(json.loads(plain) == json.loads(said))
    except ValueError:
        return _as_ascii(plain) == _as_ascii(said)


def _as_ascii(text: bytes) -> str:
    """Return a text with a question mark for each letter outside ASCII, in UTF-8 or Latin-1."""
    try:
        letters = text.decode()
    except UnicodeDecodeError:
        letters = text.decode("latin-1")
    return letters.encode("ascii", errors="replace").decode()


def _first_difference(plain: bytes, said: bytes) -> str:
    lines = difflib.unified_diff(*(text.decode(errors="replace").splitlines() for text in (plain, said)), n=0)
    return " | ".join(line[:200] for line in list(lines)[3:7])


def differences(worlds: tuple[World, ...], place: Path, told: list[list[str]]) -> list[str]:
    """Return a sentence for everything that is not as in the first world, or ends as a bug."""
    found: list[str] = []
    first: tuple[list[bytes], list[int], dict[str, str], str] | None = None
    for at, world in enumerate(worlds):
        here = answers(world, place / f"world{at}", told)
        first = here if first is None else first
        for n, command in enumerate(told):
            has_failed = here[1][n] != ExitCode.DONE and "absent" not in " ".join(command)
            words = f"{world.name}: {' '.join(command)}"
            if here[1][n] == ExitCode.BUG or here[1][n] not in set(ExitCode) or (here is first and has_failed):
                found.append(f"{words}: code {here[1][n]}: {here[3][-600:]}")
            elif here[1][n] != first[1][n]:
                found.append(f"{words}: code {here[1][n]} and not {first[1][n]}: {here[3][-300:]}")
            elif not _is_same(first[0][n], here[0][n], is_ascii=world.is_ascii):
                found.append(f"{words}: another answer: {_first_difference(first[0][n], here[0][n])}")
        odd = sorted({*first[2].items()} ^ {*here[2].items()})
        found += [f"{world.name}: another file {name}" for name in dict.fromkeys(name for name, _ in odd)]
        if re.search(r"Traceback|Warning|UnicodeE", here[3]):
            found.append(f"{world.name}: standard error: {here[3][-600:]}")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run all worlds, print what differs; return 1 if anything does."""
    parser = argparse.ArgumentParser(description="run the same commands in other worlds")
    parser.add_argument("--short", action="store_true", help="two worlds and few commands, as the tests do")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.child:
        child(json.loads(given.child))
        return 0
    started = time.monotonic()
    worlds, told = (SHORT if given.short else LONG), commands(is_short=given.short)
    with tempfile.TemporaryDirectory() as name:
        found = differences(worlds, Path(name), told)
    for sentence in found:
        print(sentence.encode("ascii", errors="backslashreplace").decode(), file=sys.stderr)
    seconds = round(time.monotonic() - started, 1)
    print(json.dumps({"worlds": len(worlds), "commands": len(told), "found": len(found), "seconds": seconds}))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
