"""When are two ids the same model's? Ids in one spelling: vendors by one name, versions by one punctuation."""

from __future__ import annotations

import re
from collections.abc import Mapping

from paretocode.catalogue.effort import base_slug

__all__ = ["GATEWAYS", "PROVIDER_ALIASES", "normal_id", "normal_slug", "split_slug_effort"]

PROVIDER_ALIASES: Mapping[str, str] = {
    "x-ai": "xai",
    "z-ai": "zai",
    "zhipuai": "zai",
    "zhipu": "zai",
    "moonshot": "moonshotai",
    "moonshot-ai": "moonshotai",
    "mistralai": "mistral",
    "meta-llama": "meta",
    "meta-ai": "meta",
    "qwen": "alibaba",
    "dashscope": "alibaba",
    "gemini": "google",
    "deepseek-ai": "deepseek",
    "minimaxai": "minimax",
    "stepfun-ai": "stepfun",
    "cohereai": "cohere",
}
"""Spelling of a vendor -> the one we compare by. Resellers (azure, bedrock, together ...) are no aliases: they set
prices of their own."""

GATEWAYS = ("openrouter/",)
"""Prefixes of ids that name the gateway before the vendor."""

_PUNCTUATION = re.compile(r"[\s._()]+")


def normal_slug(slug: str) -> str:
    """Return a model's name in one punctuation: lower case, with single dashes.

    Examples
    --------
    >>> normal_slug("GPT-5.5"), normal_slug("DeepSeek V3 (0324)")
    ('gpt-5-5', 'deepseek-v3-0324')
    """
    return re.sub(r"-+", "-", _PUNCTUATION.sub("-", slug.lower())).strip("-")


def normal_id(model_id: str, aliases: Mapping[str, str] = PROVIDER_ALIASES) -> str:
    """Return a ``vendor/model`` id in one spelling; a ``:variant`` stays.

    Examples
    --------
    >>> normal_id("openrouter/x-ai/grok-4.5"), normal_id("xai/grok-4-5")
    ('xai/grok-4-5', 'xai/grok-4-5')
    """
    for gateway in GATEWAYS:
        if model_id.count("/") > 1:
            model_id = model_id.removeprefix(gateway)
    vendor, slash, slug = model_id.lower().partition("/")
    if not slash:
        return normal_slug(model_id)
    return f"{aliases.get(vendor, vendor)}/{normal_slug(slug)}"


def split_slug_effort(slug: str) -> tuple[str, str]:
    """Return a normal slug without the words of effort at its end, and those words.

    Examples
    --------
    >>> split_slug_effort("gpt-5-5-high"), split_slug_effort("gpt-5-5")
    (('gpt-5-5', 'high'), ('gpt-5-5', ''))
    """
    base = base_slug(slug)
    return base, slug[len(base) :].strip("-") if slug.startswith(base) else ""
