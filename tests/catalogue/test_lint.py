"""Does the lint name what would mislead, and say nothing where nothing does?"""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.catalogue import SEVERITIES, Finding, lint_catalogue, load_bundled
from paretocode.errors import InputError


def codes(**changed: object) -> set[tuple[str, str, str]]:
    """Return (severity, code, subject) of the findings that a change brings."""
    clean = {str(finding) for finding in lint_catalogue(load_bundled())}
    findings = lint_catalogue(load_bundled().replace(**changed))
    return {(f.severity, f.code, f.subject) for f in findings if str(f) not in clean}


def column(name: str, row: int, value: float) -> dict[str, object]:
    changed = getattr(load_bundled(), name).copy()
    changed[row] = value
    return {name: changed}


OPUS, HAIKU = "anthropic/claude-opus-4.8@max", "anthropic/claude-haiku-4.5@reasoning"


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        (column("context_tokens", 2, np.nan), {("warning", "no-context", OPUS)}),
        (column("completion_usd_per_mtok", 2, np.nan), {("warning", "no-price", OPUS)}),
        (column("coding_score", 12, np.nan), {("warning", "no-score", HAIKU)}),
        (column("coding_score", 2, np.nan), {("warning", "new-without-score", OPUS)}),
        (column("coding_score_se", 2, np.nan), {("note", "no-score-error", OPUS)}),
        (column("throughput_tps", 2, np.nan), {("note", "no-speed", OPUS)}),
        (column("cache_read_usd_per_mtok", 2, 6.0), {("warning", "cache-read-dearer", OPUS)}),
        (column("is_free", 2, 1), {("note", "free-model", OPUS)}),
        ({"notes": ("x is left out.",)}, {("note", "reader-note", "catalogue")}),
    ],
)
def test_each_gap_has_its_finding(changed: dict[str, object], found: set[tuple[str, str, str]]) -> None:
    assert codes(**changed) == found


def test_nothing_to_route_to_is_an_error_and_comes_first() -> None:
    findings = lint_catalogue(load_bundled().replace(context_tokens=[np.nan] * 13))
    assert findings[0].code == "no-model-complete"
    ranks = [SEVERITIES.index(finding.severity) for finding in findings]
    assert ranks == sorted(ranks)


def test_a_severity_is_one_of_three() -> None:
    with pytest.raises(InputError, match="severity is 'fatal'; use one of error, warning, note"):
        Finding("x", "fatal", "y", "z")


def test_prices_only_or_scores_only_are_a_note() -> None:
    for missing in ({"coding_score": [np.nan] * 13}, {"prompt_usd_per_mtok": [np.nan] * 13}):
        findings = lint_catalogue(load_bundled().replace(**missing))  # type: ignore[arg-type]
        assert {f.severity for f in findings if f.code == "no-model-complete"} == {"note"}
