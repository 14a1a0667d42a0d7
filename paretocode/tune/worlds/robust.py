"""Which map is still good if scores, prices or weeks differ? The best expected, the best worst case, the least regret.

A scenario is one more column of the graph: the same edges, weighed in another world. The expectation is a weighted sum
of columns and hence a metric itself. A worst case is no sum, but every world's total is one, which bounds half maps
well enough to find the least worst case without listing all maps (`_least_worst`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from paretocode._checks import one_of
from paretocode.tune.paths.reachable import refuse_no_bands
from paretocode.tune.prepare import Prepared, prepared
from paretocode.tune.question import MapQuestion, Setting
from paretocode.tune.worlds._robust_search import Progress, RobustSearch
from paretocode.tune.worlds._worlds import Worlds, worlds_of
from paretocode.tune.worlds.robust_answer import RobustAnswer, RobustMap

__all__ = ["AIMS", "RobustAnswer", "RobustMap", "robust_maps"]

AIMS = ("expected", "worst", "regret")
"""``expected``: least weighted mean; ``worst``: least in the worst world; ``regret``: least above each world's best."""


def robust_maps(
    question: MapQuestion,
    setting: Setting,
    *,
    aim: str,
    n_bands: Sequence[int] | None = None,
    measure: str | None = None,
    limits_in: str = "now",
    now_weight: int = 1,
    most_steps: int = 200_000,
    ready: Prepared | None = None,
    known_best: Sequence[int] | None = None,
    least_unserved: int | None = None,
    progress: Progress | None = None,
) -> RobustAnswer:
    """Find the map that does best over all scenarios.

    Parameters
    ----------
    question
        With scenarios. Members, prices and rules of tiers are those of the world at hand.
    setting
        One combination of the knobs.
    aim
        One of `AIMS`. Weights of scenarios matter for ``expected`` only.
    n_bands
        Numbers of tiers; the question's own when None.
    measure
        What is weighed; the question's first measure when None.
    limits_in
        ``now``: the question's limits hold in the world at hand alone; ``all``: in it and in every scenario, each by
        its own requests. No limit is taken in expectation: a limit that is kept on average may be broken in each world.
        One on `unserved_share` always holds in all worlds together, or as nearly as any map within the other limits can
        keep it: whoever serves nobody costs nothing.
    now_weight
        Weight of the world at hand among the scenarios; 0 leaves it out of the aim, which parts of one log ask for.
    most_steps
        Half maps looked into in one search; beyond them all maps are listed, or the verdict is `Verdict.UNPROVEN`.
    ready
        What `prepared(question, setting)` returned, to spare the counting.
    known_best
        The least total that other searches found in each world that counts; regret is counted from the lesser of these
        and this setting's own.
    least_unserved
        The fewest unserved requests, in all worlds together, that any map of any setting can have; this setting's own
        when None.

    Returns
    -------
    RobustAnswer
        For each number of tiers the map with the least aim; of equal ones that with the least weighted sum of totals,
        and then the lowest arcs, read from the end.

    Raises
    ------
    UsageError
        A number of tiers below 1, a weight that is negative or not whole.
    InputError
        No scenario, an unknown word, sums that do not fit 62 bits, whatever the question's rules and tables refuse.

    Notes
    -----
    *Totals.* Those of the tables: tiers that share a model count as cold towards each other.

    *Sizes.* Where worlds hold different numbers of requests, shares are compared as shares in ``worst`` and ``regret``,
    exactly; ``expected`` pools them. Money is compared as money: a busier week costs more.

    *Time.* One search for each number of tiers, and one for each world's own best where the cheapest map breaks a
    limit. The problem is NP-hard in the number of worlds; bounds keep it small in practice. Kouvelis and Yu (1997),
    Robust Discrete Optimization, for the three aims.

    Examples
    --------
    One map has the least regret; under a limit that no map keeps there is none.

    >>> from paretocode.catalogue import bundled_scale, load_bundled
    >>> from paretocode.stream import DEFAULT_DEMAND, apply_demand, synthesise
    >>> from paretocode.tune.worlds.scenarios import price_shock
    >>> models = load_bundled()
    >>> stream = apply_demand(synthesise("coding_agent", n_sessions=5, rng=1), DEFAULT_DEMAND, rng=2)
    >>> asked = MapQuestion(stream=stream, catalogue=models, scale=bundled_scale(), n_bands=(2,),
    ...                     scenarios=(price_shock(models, models="deepseek/*", factor=10.0),))
    >>> answer = robust_maps(asked, asked.settings[0], aim="regret")
    >>> regret, world = answer.regret(answer.best)
    >>> f"{regret:.2f} USD above the best map of {world!r}"
    "0.44 USD above the best map of 'now'"
    >>> none = robust_maps(replace(asked, limits={"cost_usd": 0.01}), asked.settings[0], aim="regret")
    >>> none.best, none.verdicts[2].name
    (None, 'NO_MAP')
    """
    one_of(aim, AIMS, name="aim", where="search")
    worlds = worlds_of(question, measure=measure, limits_in=limits_in, now_weight=now_weight)
    if ready is None:
        ready = _prepared(question, setting, worlds, limits_in)
    bands = tuple(sorted(set(question.n_bands if n_bands is None else n_bands)))
    for each in bands:
        refuse_no_bands(each)
    if "unserved_share" in question.limits:
        if least_unserved is None:
            least_unserved = worlds.least_unserved(ready.space.graph, bands)
        worlds = worlds.with_unserved(question.limits["unserved_share"], least_unserved)
    return RobustSearch(worlds, ready, bands, most_steps, progress).answer(aim, known_best)


def _prepared(question: MapQuestion, setting: Setting, worlds: Worlds, limits_in: str) -> Prepared:
    """Return the graph with no more columns than the search needs in other worlds."""
    named = (*question.measures, worlds.measure.name)
    limited = [name for name in question.limits if limits_in == "all" or name == "unserved_share"]
    elsewhere = tuple(dict.fromkeys((worlds.measure.name, *limited)))
    return prepared(replace(question, measures=tuple(dict.fromkeys(named))), setting, elsewhere=elsewhere)
