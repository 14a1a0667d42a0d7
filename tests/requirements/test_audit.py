"""Does the audit stop what can be mended, and only that; and does it say so where nobody answers?

The answers are written down here in the form of the OSV schema and stand for no state of the world. Where
PARETOCODE_PIP_AUDIT names a Python with pip-audit, pip-audit itself asks a server on this machine that gives them.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FLAW = {"id": "PYSEC-2019-217", "aliases": ["CVE-2019-10906"], "fix_versions": ["2.10.1"]}
OSV_FLAW = {
    "id": "PYSEC-2019-217",
    "aliases": ["CVE-2019-10906"],
    "summary": "A template leaves its sandbox.",
    "affected": [
        {
            "package": {"name": "jinja2", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.10.1"}]}],
        }
    ],
}
WAIVER = '[[waived]]\nadvisory = "CVE-2019-10906"\npackage = "jinja2"\nreason = "no sandbox here"\n'

Ask = Callable[..., list[dict[str, Any]]]
Run = Callable[[Ask], tuple[int, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of two locks: one flawed version, one package in two versions."""
    tricky = (
        "two==1.0 ; python_full_version < '3.12' \\\n    --hash=sha256:0\ntwo==2.0 ; python_full_version >= '3.12'\n"
    )
    (tmp_path / "run.txt").write_text("# A comment.\njinja2==2.10 \\\n    --hash=sha256:0\n", encoding="utf-8")
    (tmp_path / "test.txt").write_text(f"jinja2==2.10 \\\n    --hash=sha256:0\n{tricky}", encoding="utf-8")
    return tmp_path


def sound(part: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"name": name, "version": version, "vulns": []} for name, version in part]


def flawed(**changes: object) -> Ask:
    """Return a service that finds a flaw in jinja2 and none elsewhere."""

    def ask(part: list[tuple[str, str]], _service: list[str]) -> list[dict[str, Any]]:
        return [{**entry, "vulns": [FLAW | changes] if entry["name"] == "jinja2" else []} for entry in sound(part)]

    return ask


def silent(_part: list[tuple[str, str]], _service: list[str]) -> list[dict[str, Any]]:
    return []


def unknowing(part: list[tuple[str, str]], _service: list[str]) -> list[dict[str, Any]]:
    return [{"name": name, "skip_reason": "not found"} for name, _ in part]


@pytest.fixture
def run(audit: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that audits the folder with a stand-in for pip-audit: its exit code and all it printed."""
    monkeypatch.setattr(audit.importlib.util, "find_spec", lambda _name: object())

    def run_with(ask: Ask) -> tuple[int, str]:
        monkeypatch.setattr(audit, "_ask", ask)
        code = audit.main([], folder)
        return code, "".join(capsys.readouterr())

    return run_with


def test_every_version_of_every_lock_is_asked_about_once(audit: ModuleType, folder: Path) -> None:
    pinned = audit.pins(folder)
    assert pinned == {("jinja2", "2.10"): ["run", "test"], ("two", "1.0"): ["test"], ("two", "2.0"): ["test"]}
    assert audit.rounds(pinned) == [[("jinja2", "2.10"), ("two", "1.0")], [("two", "2.0")]]


def test_our_own_locks_are_read_whole(audit: ModuleType, requirements: Path) -> None:
    counts = {lock.stem: lock.read_text(encoding="utf-8").count("==") for lock in requirements.glob("*.txt")}
    markers = {lock.stem: lock.read_text(encoding="utf-8").count(" == '") for lock in requirements.glob("*.txt")}
    held = [lock for locks in audit.pins(requirements).values() for lock in locks]
    assert {lock: held.count(lock) for lock in counts} == {lock: counts[lock] - markers[lock] for lock in counts}
    audit.read_waivers(requirements / "waived.toml")


def test_a_flaw_with_a_remedy_stops_us(run: Run) -> None:
    code, said = run(flawed())
    assert code == 1
    assert "jinja2 2.10 (in run, test): PYSEC-2019-217 = CVE-2019-10906: mended in 2.10.1: `make lock UPGRADE=" in said
    assert said.endswith("audit: 3 pinned versions, 1 known flaws, NOT in order\n")


def test_a_flaw_without_a_remedy_is_said_and_stops_nobody(run: Run) -> None:
    code, said = run(flawed(fix_versions=[]))
    assert code == 0
    assert "CVE-2019-10906: no version mends it yet\n" in said


def test_a_waiver_holds_for_any_name_of_its_flaw_and_no_other(run: Run, folder: Path) -> None:
    (folder / "waived.toml").write_text(WAIVER, encoding="utf-8")
    code, said = run(flawed())
    assert code == 0
    assert "CVE-2019-10906: waived: no sandbox here\n" in said
    assert "waives nothing" not in said
    code, said = run(flawed(id="PYSEC-2", aliases=[]))
    assert code == 1
    assert "the waiver of CVE-2019-10906 in jinja2 waives nothing; take it out\n" in said


def test_a_service_that_is_silent_or_knows_nothing_is_no_audit_and_no_failure(
    run: Run,
) -> None:
    for ask in (silent, unknowing):
        code, said = run(ask)
        assert (code, said) == (0, "audit: NOT DONE: no advisory service answers for the 3 pinned versions\n")


def test_the_next_service_is_asked_and_what_it_does_not_know_is_named(run: Run) -> None:
    def ask(part: list[tuple[str, str]], service: list[str]) -> list[dict[str, Any]]:
        if "osv" not in service:
            return unknowing(part, service)
        known, strange = ([pin for pin in part if (pin[0] == "jinja2") == is_known] for is_known in (True, False))
        return [*flawed()(known, service), *unknowing(strange, service)]

    code, said = run(ask)
    assert code == 1
    assert said.startswith("audit: NOT DONE for what the service does not know: two\n")


def test_a_service_that_fails_halfway_is_no_audit(run: Run) -> None:
    def ask(part: list[tuple[str, str]], _service: list[str]) -> list[dict[str, Any]]:
        return [] if ("two", "2.0") in part else sound(part)

    code, said = run(ask)
    assert code == 0
    assert said.startswith("audit: NOT DONE")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[waived]", "waived.toml: "),
        ('[[waive]]\nadvisory = "x"\n', "holds something else than waivers"),
        ("waived = 1\n", "holds something else than waivers"),
        ("waived = [1]\n", "waiver 1: write advisory, package and reason"),
        (WAIVER.replace("no sandbox here", " "), "waiver 1: write advisory, package and reason"),
        (WAIVER + WAIVER.replace("reason", "because"), "waiver 2: write advisory, package and reason"),
    ],
)
def test_a_waiver_without_a_name_or_a_reason_is_refused(text: str, sentence: str, run: Run, folder: Path) -> None:
    (folder / "waived.toml").write_text(text, encoding="utf-8")

    def ask(_part: list[tuple[str, str]], _service: list[str]) -> list[dict[str, Any]]:
        raise AssertionError("nobody is asked under waivers that do not read")

    code, said = run(ask)
    assert code == 2
    assert said.startswith("error: waived.toml")
    assert sentence in said


class Advisories(BaseHTTPRequestHandler):
    """Answer like an advisory service that knows one flaw."""

    def log_message(self, *words: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        is_flawed = asked == {"package": {"name": "jinja2", "ecosystem": "PyPI"}, "version": "2.10"}
        content = json.dumps({"vulns": [OSV_FLAW]} if is_flawed else {}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def advisories() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Advisories) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.skipif(
    "PARETOCODE_PIP_AUDIT" not in os.environ,
    reason="name a python that has pip-audit in PARETOCODE_PIP_AUDIT (`bootstrap setup audit` makes one)",
)
def test_pip_audit_itself_finds_the_recorded_flaw(requirements: Path, folder: Path, advisories: str) -> None:
    program = f"import sys; sys.path.insert(0, {str(requirements)!r}); import audit; from pathlib import Path\n"
    program += f"sys.exit(audit.main(sys.argv[1:], Path({str(folder)!r})))"
    command = [os.environ["PARETOCODE_PIP_AUDIT"], "-B", "-c", program, "--vulnerability-service", "osv", "--osv-url"]

    def run(url: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, url], capture_output=True, text=True, check=False, timeout=120)

    found = run(advisories)
    assert "jinja2 2.10 (in run, test): PYSEC-2019-217 = CVE-2019-10906: mended in 2.10.1" in found.stdout, found.stderr
    assert found.returncode == 1
    (folder / "waived.toml").write_text(WAIVER, encoding="utf-8")
    assert run(advisories).returncode == 0
    nobody = run("http://127.0.0.1:1/")
    assert (nobody.returncode, nobody.stdout[:16]) == (0, "audit: NOT DONE:")
