"""How does the editor stand in a notebook? An anywidget around a conversation; where it cannot run, a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from paretocode.catalogue import Catalogue, ScoreScale
from paretocode.errors import MissingDependencyError
from paretocode.report.editor.answers import Answers
from paretocode.report.editor.assembled import assembled_script, assembled_style
from paretocode.report.editor.conversation import Conversation, Save
from paretocode.report.editor.edges import EdgeState, edge_state
from paretocode.report.editor.scene import scene_of
from paretocode.report.editor.world import EditorWorld, percentile_of
from paretocode.sim.cache import PrefixCache
from paretocode.sim.luck import Luck
from paretocode.stream.demand import Demand
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import Policy, TierMap

try:
    import anywidget
    import traitlets
except ModuleNotFoundError as error:  # the extra `notebooks` is optional
    raise MissingDependencyError(
        f"the band editor needs {error.name}, which is not installed",
        way_out="run `pip install 'paretocode[notebooks]'` (or `pip install anywidget`) and restart the kernel",
    ) from error

__all__ = ["BandEditor"]

DEFAULT_EDGES_PPM = (330_000, 660_000)
"""Where there is no incumbent to begin with: the documented request cuts."""
DEFAULT_LIMITS = {"shortfall": "incumbent", "unserved_share": "incumbent"}
"""The best map serves no worse than the map in force."""


class BandEditor(anywidget.AnyWidget):
    """Edges that can be dragged over models and traffic, with exact numbers under them.

    Parameters
    ----------
    catalogue
        The models.
    stream
        The log; None where numbers are to speak of models alone.
    incumbent
        The map in force: the edges begin at its own, and every number stands beside its.
    scale
        From native score to the axis of requests; the percentile of the catalogue where None.
    policy, cache
        How the router decides and how prompts are cached; the policy is the incumbent's where None.
    luck
        Of each request, see `paretocode.sim.draw_luck`; without it there are no times.
    candidates
        Name -> map, to compare with.
    request_edges, score_edges
        Where to begin instead; on the 0..1 axis, and in the native unit where they stand apart.
    demand
        What the lint takes for the demand; that of the log where None.
    limits
        What the best map must keep: measure -> number, or ``incumbent``; no more shortfall and no more unserved
        requests than the incumbent where None.
    measures
        What the best map may be best in.
    most_candidates
        To how many request edges the search is thinned.
    save
        Called with a name and a map where somebody saves one; returns a sentence on where it went.
    title, notes
        What stands over the editor, and sentences that stand among its findings.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models = load_bundled()
    >>> editor = BandEditor(models, incumbent=documented_pareto_code(models))
    >>> editor.tier_map.request_edges
    (0.33, 0.66)
    >>> editor.set_edges([0.4, 0.8])
    >>> [tier.models[0] for tier in editor.tier_map.tiers][1:]
    ['deepseek/deepseek-v4-pro@max', 'google/gemini-3.1-pro-preview']
    """

    _esm = assembled_script()
    _css = assembled_style()
    scene = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        catalogue: Catalogue,
        stream: RequestStream | None = None,
        incumbent: TierMap | None = None,
        *,
        scale: ScoreScale | None = None,
        policy: Policy | None = None,
        cache: PrefixCache | None = None,
        luck: Luck | None = None,
        candidates: Mapping[str, TierMap] | None = None,
        request_edges: Sequence[float] | None = None,
        score_edges: Sequence[float] | None = None,
        demand: Demand | None = None,
        limits: Mapping[str, float | str] | None = None,
        measures: Sequence[str] = ("cost_usd", "shortfall", "tier_change_rate"),
        most_candidates: int | None = 60,
        save: Save | None = None,
        title: str = "",
        notes: Sequence[str] = (),
    ) -> None:
        own_policy = incumbent.policy if incumbent is not None else Policy()
        world = EditorWorld(
            catalogue=catalogue,
            scale=scale if scale is not None else percentile_of(catalogue),
            stream=stream,
            luck=luck,
            policy=policy if policy is not None else own_policy,
            cache=cache if cache is not None else PrefixCache(),
            incumbent=incumbent,
            candidates=candidates if candidates is not None else {},
            demand=demand,
            limits=limits if limits is not None else DEFAULT_LIMITS,
            measures=tuple(measures),
            default_is_highest=incumbent is None or incumbent.default_index != 0 or incumbent.n_tiers == 1,
            most_candidates=most_candidates,
            title=title,
        )
        edges, said = _first_edges(world, request_edges, score_edges)
        self._conversation = Conversation(Answers(world), edges, save=save, notes=(*notes, *said))
        super().__init__(scene=scene_of(world, self._conversation.text))
        self.on_msg(self._hear)

    def _hear(self, _: object, message: Any, __: object) -> None:
        """Answer the page."""
        if isinstance(message, Mapping):
            self.send(self._conversation.reply(message))

    @property
    def edges(self) -> EdgeState:
        """The edges as they stand."""
        return self._conversation.edges

    @property
    def tier_map(self) -> TierMap:
        """The map on the screen, as a router reads it.

        Raises
        ------
        InputError
            Two edges between scores that leave no room for both.
        """
        return self._conversation.answers.world.tier_map(self.edges)

    @property
    def totals(self) -> dict[str, int]:
        """The exact totals of the map on the screen by metric; empty without a log."""
        figures = self._conversation.settled().figures
        return {} if figures is None else dict(figures.totals)

    def set_edges(self, request_edges: Sequence[float], score_edges: Sequence[float] | None = None) -> None:
        """Move all edges at once, one step that undo takes back.

        Parameters
        ----------
        request_edges
            On the 0..1 axis.
        score_edges
            In the native unit; None couples models to requests.
        """
        edges, notes = edge_state(*_whole_edges(request_edges, score_edges))
        self._conversation.adopt(edges)
        self.send({**self._conversation.answer(said=" ".join(notes)), "view": "", "seq": 0})

    def save_as(self, name: str) -> str:
        """Keep the map on the screen under a name, as the button does; return where.

        Raises
        ------
        ParetocodeError
            Nowhere to keep it, or whatever the keeper refuses.
        """
        return self._conversation.keep(name)

    def picture(self) -> bytes:
        """Return what is on the screen as a PNG."""
        from paretocode.report.editor.picture import editor_picture
        from paretocode.report.plots.style import figure_png

        self._conversation.settled()
        return figure_png(editor_picture(dict(self.scene), self._conversation.answer()))

    def _repr_mimebundle_(self, **settings: Any) -> Any:
        """Return the widget, and the picture for where it cannot run."""
        bundle = super()._repr_mimebundle_(**settings)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**(data or {}), "image/png": self.picture()}, metadata


def _first_edges(
    world: EditorWorld, request_edges: Sequence[float] | None, score_edges: Sequence[float] | None
) -> tuple[EdgeState, tuple[str, ...]]:
    """Return where the edges begin, and sentences on what had to be set right."""
    if request_edges is not None:
        return edge_state(*_whole_edges(request_edges, score_edges))
    if world.incumbent is None:
        return edge_state(DEFAULT_EDGES_PPM)
    by_rail, is_coupled = world.edges_of(world.incumbent)
    notes: tuple[str, ...] = ()
    if world.incumbent.default_index not in {0, world.incumbent.n_tiers - 1}:
        notes = (
            f"The incumbent sends requests without a min score to {world.incumbent.default_tier}; the edited map sends "
            "them to its highest tier.",
        )
    state, said = edge_state(by_rail["request"], None if is_coupled else by_rail.get("score"))
    return state, (*notes, *said)


def _whole_edges(
    request_edges: Sequence[float], score_edges: Sequence[float] | None
) -> tuple[list[int], list[int] | None]:
    request = [round(float(edge) * 1_000_000) for edge in request_edges]
    return request, None if score_edges is None else [round(float(edge) * 1000) for edge in score_edges]
