"""How are the limits of a search said? One by one in words, those of many providers in one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from paretocode.report.search_measures import PROVIDER_SHARE, kind_of

__all__ = ["limit_text", "limit_texts", "limits_sentence"]

_Number = float | None


def limits_sentence(search: Mapping[str, Any]) -> str:
    """Return the limits and, where the answer is not exact, by how much a shown map may be worse; "" without either.

    Examples
    --------
    >>> limits_sentence({"limits": {"shortfall": 0.1139, "unserved_share": 0.0}, "epsilon": {"cost_usd": 0.5}})
    'Limits: shortfall at most 0.1139; unserved_share at most 0 %. A shown map may be worse by: cost_usd 0.5.'
    """
    limits = "; ".join(limit_texts(search))
    slack = "; ".join(f"{name} {kind_of(name).value(value)}" for name, value in (search.get("epsilon") or {}).items())
    parts = [f"Limits: {limits}." if limits else "", f"A shown map may be worse by: {slack}." if slack else ""]
    return " ".join(part for part in parts if part)


def limit_texts(search: Mapping[str, Any], *, said: Collection[str] = ()) -> list[str]:
    """Return the limits but those already said, in words; providers with one and the same limit are told together.

    Notes
    -----
    "Every provider" is said where each one that a picked map lists has this limit; else they are named.

    Examples
    --------
    >>> limits = {"provider_share:a": 0.8, "provider_share:b": 0.8, "provider_share:c": 0.1, "shortfall": 0.2}
    >>> limit_texts({"limits": limits})
    ['share of a and of b at most 80.0 %', 'provider_share:c at most 10.0 %', 'shortfall at most 0.2000']
    >>> limit_texts({"limits": limits, "picks": [{"tiers": [["a/x"], ["b/y", "c/z"]]}]})[0]
    "every other provider's share at most 80.0 %"
    """
    limits = {name: value for name, value in (search.get("limits") or {}).items() if name not in said}
    groups: dict[_Number, list[str]] = {}
    for name, value in limits.items():
        if name.startswith(PROVIDER_SHARE):
            groups.setdefault(value, []).append(name.removeprefix(PROVIDER_SHARE))
    most = max((len(group) for group in groups.values()), default=0)
    is_every = _listed_providers(search) <= {provider for group in groups.values() for provider in group}
    texts: dict[str, None] = {}
    for name, value in limits.items():
        group = groups.get(value, []) if name.startswith(PROVIDER_SHARE) else []
        if len(group) < 2:
            texts[limit_text(name, value)] = None
            continue
        whose = f"share of {', of '.join(group[:-1])} and of {group[-1]}"
        if is_every and len(group) == most:
            whose = f"every {'other ' * (len(groups) > 1)}provider's share"
        texts[f"{whose} at most {kind_of(name).value(value)}"] = None
    return list(texts)


def limit_text(name: str, value: _Number) -> str:
    """Return one limit in words.

    Examples
    --------
    >>> limit_text("tier_change_rate", 0.01), limit_text("shortfall", None)
    ('tier_change_rate at most 1.0 %', 'shortfall at most –')
    """
    return f"{name} at most {kind_of(name).value(value)}"


def _listed_providers(search: Mapping[str, Any]) -> set[str]:
    """Return the providers that the picked maps know; a word that is in no limit where nothing was picked."""
    tiers = [tier for pick in search.get("picks") or [] for tier in pick.get("tiers") or []]
    return {model.partition("/")[0] for tier in tiers for model in tier} or {""}
