"""What does an experiment ask? The TOML file, as models that refuse what they do not know.

Every key, its unit and its default are in the classes below; `docs/experiment.md` shows a whole file.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from paretocode._borders import validated
from paretocode.errors import InputError

__all__ = ["ExperimentSpec", "MapSpec", "StreamSpec", "read_experiment"]

FORMAT = "paretocode-experiment-1"
_MAX_BYTES = 1 << 20
_PATH_KEYS = {"catalogue.source", "catalogue.scores", "stream.path", "incumbent.path"}
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _refuse_unused(model: BaseModel, fits: dict[str, bool], what: str) -> None:
    """Refuse a key that was written but would be ignored."""
    for name, is_used in fits.items():
        if name in model.model_fields_set and not is_used and getattr(model, name) is not None:
            raise ValueError(f"{what} does not use {name}; take it out")


class CatalogueSpec(_Strict):
    """Which models: `source` is ``bundled``, ``bundled:NAME`` or a file; `scores` joins an AA payload to OpenRouter."""

    source: str = "bundled"
    scores: str | None = None
    score_definition: str | None = None

    @model_validator(mode="after")
    def _definition_has_scores(self) -> Self:
        if self.score_definition is not None and self.scores is None:
            raise ValueError("score_definition is used with scores only; take it out, or name the scores file")
        return self


class ScaleSpec(_Strict):
    """Score scale: ``percentile`` of the catalogue's scores, ``fraction`` of `full`, ``table`` of [score, axis] points,
    or ``field_percentile``: the points that come with the bundled catalogue."""

    kind: Literal["percentile", "fraction", "table", "field_percentile"] = "percentile"
    full: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 100.0
    points: list[tuple[float, float]] = []

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        _refuse_unused(self, {"full": self.kind == "fraction", "points": self.kind == "table"}, f"scale {self.kind}")
        return self


class SizesSpec(_Strict):
    """How many requests a synthetic stream has, or how many of a log are read, by scale; None reads all of a log."""

    full: Annotated[int, Field(ge=1)] | None = None
    smoke: Annotated[int, Field(ge=1)] | None = None


class StreamSpec(_Strict):
    """Which requests: a synthetic `preset`, or a log at `path` through `reader` with its options."""

    preset: str | None = None
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
        _refuse_unused(self, {"path": from_log, "options": from_log}, "a preset")
        if self.preset is not None and (self.sizes.full is None or self.sizes.smoke is None):
            raise ValueError("a preset needs sizes.full and sizes.smoke")
        return self


class DemandSpec(_Strict):
    """Which min scores: ``default`` (the package's assumption), ``log`` (the log's own column), or a stated ``law``.

    ``auto`` takes the log's column where it states any min score, else the default.
    """

    kind: Literal["auto", "default", "log", "law"] = "auto"
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
        law = {name: self.kind == "law" for name in type(self).model_fields if name != "kind"}
        _refuse_unused(self, law, f"demand {self.kind}")
        return self


class PolicySpec(_Strict):
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


class CacheSpec(_Strict):
    """Prompt caching: longest age [s] and shortest prefix [tokens]; `ttl_s` 0 turns it off."""

    ttl_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 300.0
    min_tokens: Annotated[int, Field(ge=0)] = 1024


class MapSpec(_Strict):
    """A map: ``documented``, ``listed`` (own request edges), ``edges``, a banding ``scheme``, or a tier map ``file``.

    Request edges are on the 0..1 axis, score edges in the native unit. ``edges`` and ``scheme`` maps without request
    edges couple them to the score edges through the scale.
    """

    name: _Name
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
        _refuse_unused(self, fits, f"map {self.name!r} of kind {kind}")
        needed = {"listed": "request_edges", "edges": "score_edges", "scheme": "scheme", "file": "path"}.get(self.kind)
        if needed is not None and getattr(self, needed) is None:
            raise ValueError(f"map {self.name!r} of kind {self.kind} needs {needed}")
        return self


class SeedsSpec(_Strict):
    """Seeds of the synthetic stream, of the min scores, and of the latency draws."""

    stream: Annotated[int, Field(ge=0)] = 1
    demand: Annotated[int, Field(ge=0)] = 2
    luck: Annotated[int, Field(ge=0)] = 3


class ExperimentSpec(_Strict):
    """A question about tier maps, and all that its answer depends on."""

    format: Literal["paretocode-experiment-1"]
    question: Annotated[str, Field(min_length=1)]
    catalogue: CatalogueSpec = CatalogueSpec()
    scale: ScaleSpec = ScaleSpec()
    stream: StreamSpec
    demand: DemandSpec = DemandSpec()
    cache: CacheSpec = CacheSpec()
    policy: PolicySpec = PolicySpec()
    incumbent: MapSpec
    candidates: list[MapSpec] = []
    propose: str | None = None
    seeds: SeedsSpec = SeedsSpec()

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        names = [self.incumbent.name, *(candidate.name for candidate in self.candidates)]
        for name in names:
            if [other.lower() for other in names].count(name.lower()) > 1:
                raise ValueError(f"two maps are called {name!r}")
        if self.propose is not None and self.propose not in names:
            raise ValueError(f"propose is {self.propose!r}, which is none of the maps {', '.join(names)}")
        return self

    @property
    def proposed(self) -> str:
        """The map put forward: `propose`, else the first candidate, else the incumbent."""
        return self.propose or (self.candidates[0].name if self.candidates else self.incumbent.name)


def read_experiment(path: Path | str, *, overrides: list[str] | None = None) -> ExperimentSpec:
    """Read an experiment file.

    Parameters
    ----------
    overrides
        ``key=value`` strings; keys are dotted paths (``stream.path=log.parquet``), values TOML or plain text. An empty
        value (``stream.preset=``) takes the key out.

    Raises
    ------
    InputError
        No such file, no TOML, an unknown or missing key, a value out of range: one sentence with file and key.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError("it is larger than 1 MiB", where=str(path), way_out="give an experiment file")
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"the experiment cannot be read ({error.strerror})", where=str(path), way_out="check the path"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"it is not TOML ({error})", where=str(path), way_out="correct the line named") from error
    if plain.get("format") != FORMAT:
        raise InputError(
            f"its format is {plain.get('format')!r}", where=str(path), way_out=f'write format = "{FORMAT}"'
        )
    for override in overrides or []:
        _apply_override(plain, override)
    return validated(ExperimentSpec, plain, where=str(path), way_out="see docs/experiment.md for the keys")


def _apply_override(plain: dict[str, Any], override: str) -> None:
    key, sign, text = override.partition("=")
    parts = [part.strip() for part in key.split(".")]
    if not sign or not all(parts):
        raise InputError(f"--set {override!r} is not key=value", way_out="write it like --set stream.path=log.parquet")
    node = plain
    for part in parts[:-1]:
        node = node.setdefault(part, {})
        if not isinstance(node, dict):
            raise InputError(f"--set {override!r} goes into {part!r}, which holds no keys", way_out="name a table")
    if not text:
        node.pop(parts[-1], None)
        return
    if ".".join(parts) in _PATH_KEYS and not text.startswith("bundled"):
        # In the file a path is relative to the file; on the command line it is relative to where one stands.
        node[parts[-1]] = str(Path(text.strip("\"'")).absolute())
        return
    try:
        node[parts[-1]] = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        node[parts[-1]] = text
