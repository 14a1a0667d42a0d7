"""What does an experiment say about the world: which models, which requests, which luck? Sections of its TOML file.

Every key, its unit and its default stand in the classes; `docs/experiment.md` shows a whole file.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from paretocode.experiment._strict import Strict, refuse_unused

__all__ = ["CatalogueSpec", "DemandSpec", "ScaleSpec", "SeedsSpec", "SizesSpec", "StreamSpec"]


class CatalogueSpec(Strict):
    """Which models: `source` is ``bundled``, ``bundled:NAME`` or a file; `scores` joins an AA payload to OpenRouter."""

    source: str = "bundled"
    scores: str | None = None
    score_definition: str | None = None

    @model_validator(mode="after")
    def _definition_has_scores(self) -> Self:
        if self.score_definition is not None and self.scores is None:
            raise ValueError("score_definition is used with scores only; take it out, or name the scores file")
        return self


class ScaleSpec(Strict):
    """Score scale: ``percentile`` of the catalogue's scores, ``fraction`` of `full`, ``table`` of [score, axis] points,
    or ``field_percentile``: the points that come with the bundled catalogue."""

    kind: Literal["percentile", "fraction", "table", "field_percentile"] = "percentile"
    full: Annotated[float, Field(gt=0)] = 100.0
    points: list[tuple[float, float]] = []

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        refuse_unused(self, {"full": self.kind == "fraction", "points": self.kind == "table"}, f"scale {self.kind}")
        return self


class SizesSpec(Strict):
    """How many requests a synthetic stream has, or how many of a log are read, by scale; None reads all of a log."""

    full: Annotated[int, Field(ge=1)] | None = None
    smoke: Annotated[int, Field(ge=1)] | None = None


class StreamSpec(Strict):
    """Which requests: a synthetic `preset` with `parameters` that differ, or a log at `path` through `reader` with its
    options."""

    preset: str | None = None
    parameters: dict[str, Any] = {}
    reader: str | None = None
    path: str | None = None
    options: dict[str, Any] = {}
    sizes: SizesSpec = SizesSpec()

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.preset is None) == (self.reader is None):
            raise ValueError("give either preset or reader")
        if self.reader is not None and not self.path:
            raise ValueError("path is not given; add path under [stream] or --set stream.path=FILE")
        from_log = self.preset is None
        refuse_unused(self, {"path": from_log, "options": from_log}, "a preset")
        refuse_unused(self, {"parameters": not from_log}, "a log")
        if self.preset is not None and (self.sizes.full is None or self.sizes.smoke is None):
            raise ValueError("a preset needs sizes.full and sizes.smoke")
        return self


class DemandSpec(Strict):
    """Which min scores: ``default`` (the package's assumption), ``log`` (the log's own column), a stated ``law``, or a
    ``named`` one of `paretocode.stream.DEMANDS`.

    ``auto`` takes the log's column where it states any min score, else the default.
    """

    kind: Literal["auto", "default", "log", "law", "named"] = "auto"
    name: str | None = None
    atoms: list[tuple[float, float]] = []
    omitted_share: float = 0.0
    smooth_share: float = 0.0
    smooth_low: float = 0.0
    smooth_high: float = 1.0
    smooth_a: float = 1.0
    smooth_b: float = 1.0
    switch_rate: float = 0.0009

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        law = {name: self.kind == "law" for name in type(self).model_fields if name not in {"kind", "name"}}
        law["name"] = self.kind == "named"
        refuse_unused(self, law, f"demand {self.kind}")
        if self.kind == "named" and self.name is None:
            raise ValueError("demand named needs name; see paretocode.stream.DEMANDS")
        return self


class SeedsSpec(Strict):
    """Seeds of the synthetic stream, of the min scores, and of the latency draws."""

    stream: Annotated[int, Field(ge=0)] = 1
    demand: Annotated[int, Field(ge=0)] = 2
    luck: Annotated[int, Field(ge=0)] = 3
