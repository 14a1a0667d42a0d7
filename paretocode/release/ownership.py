"""Whose is the experiment, and are the rules at hand under which its map was approved? None is dodged in silence.

An experiment may say which team it belongs to (``team = "NAME"``), and each approval seals the rule and the gates under
which it was given. So a map that a team's people approved cannot leave where that team's folder is not named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from paretocode.errors import SealError
from paretocode.release.approval import Approval
from paretocode.release.people import APPROVERS, ApproversFile
from paretocode.release.team import GATES, Team
from paretocode.release.words import same_words
from paretocode.result import ResultFolder
from paretocode.tiermap.file import sha256_of

__all__ = ["dodged_rules", "earlier_rules", "refuse_other_team", "wrong_team"]

_NAME_IT = "name the team's folder with --team"


def wrong_team(metrics: Mapping[str, Any], rule: ApproversFile | None) -> str:
    """Return in words that the experiment belongs to another team than the rule's; "" where it does not."""
    owner = metrics.get("team")
    if owner is None:
        return ""
    if rule is None or rule.team is None:
        return f"its experiment belongs to the team {owner!r}, and no {APPROVERS} of that team is here"
    if same_words(rule.team) != same_words(str(owner)):
        return f"its experiment belongs to the team {owner!r}, and {APPROVERS} is of {rule.team!r}"
    return ""


def refuse_other_team(result: ResultFolder, team: Team) -> None:
    """Refuse to act on a result of another team's experiment.

    Raises
    ------
    SealError
        The experiment names a team, and the folder is not that team's.
    """
    if words := wrong_team(result.metrics(), team.rule()):
        raise SealError(words, where=str(team.folder), way_out=_NAME_IT)


def dodged_rules(approvals: Sequence[Approval], given: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return in words which rules approvals were given under that are not at hand.

    Parameters
    ----------
    given
        File name -> bytes of the team's files that are at hand: ``approvers.toml``, ``gates.toml``.
    """
    under = {APPROVERS: "rule_sha256", GATES: "gates_sha256"}
    return tuple(
        f"{approval.by} approved it under a team's {name}, and there is none here ({_NAME_IT})"
        for name, field in under.items()
        if name not in given
        for approval in approvals
        if getattr(approval, field)
    )


def earlier_rules(approvals: Sequence[Approval], given: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return in words whose approvals were given under another rule than the one at hand, or under none."""
    if APPROVERS not in given:
        return ()
    digest = sha256_of(given[APPROVERS])
    return tuple(
        f"{approval.by} approved it under {'another' if approval.rule_sha256 else 'no'} {APPROVERS}"
        for approval in approvals
        if approval.rule_sha256 != digest
    )
