"""What does an experiment say about tier maps and their policies? Sections of its TOML file."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from paretocode.experiment._strict import Strict, refuse_unused

__all__ = ["MapSpec", "PolicySpec"]

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class PolicySpec(Strict):
    """Policy parameters that differ from the defaults of `paretocode.tiermap.Policy`."""

    ranking: str | None = None
    price_metric: str | None = None
    eligibility: str | None = None
    empty_tier: str | None = None
    n_fallbacks: int | None = None
    stickiness: str | None = None
    sticky_ttl_s: int | None = None
    hysteresis_ppm: int | None = None
    downgrades: str | None = None


class MapSpec(Strict):
    """A map: ``documented``, ``listed`` (own request edges), ``edges``, a banding ``scheme``, or a tier map ``file``.

    Request edges are on the 0..1 axis, score edges in the native unit. ``edges`` and ``scheme`` maps without request
    edges couple them to the score edges through the scale.
    """

    name: Name
    kind: Literal["documented", "listed", "edges", "scheme", "file"]
    request_edges: list[float] | None = None
    score_edges: list[float] | None = None
    scheme: Literal["natural", "quantile", "equal_interval"] | None = None
    n_bands: Annotated[int, Field(ge=1, le=100)] = 3
    min_members: Annotated[int, Field(ge=1)] = 1
    min_gap: Annotated[float, Field(ge=0)] = 0.0
    default_tier: str | None = None
    path: str | None = None
    policy: PolicySpec = PolicySpec()

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        kind = self.kind
        fits = {
            "request_edges": kind in {"listed", "edges", "scheme"},
            "score_edges": kind == "edges",
            "scheme": kind == "scheme",
            "n_bands": kind == "scheme",
            "min_members": self.scheme == "natural",
            "min_gap": self.scheme == "natural",
            "default_tier": kind in {"listed", "edges", "scheme"},
            "path": kind == "file",
        }
        refuse_unused(self, fits, f"map {self.name!r} of kind {kind}")
        needed = {"listed": "request_edges", "edges": "score_edges", "scheme": "scheme", "file": "path"}.get(self.kind)
        if needed is not None and getattr(self, needed) is None:
            raise ValueError(f"map {self.name!r} of kind {self.kind} needs {needed}")
        return self
