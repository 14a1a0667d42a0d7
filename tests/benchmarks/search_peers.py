"""How do general optimisers look for a map? Optuna and pymoo, where they are installed, and random draws."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.search_problem import Trail

_BATCH = 1_000


def random_draws(trail: Trail, seed: int) -> None:
    """Weigh maps with uniformly drawn edges, a thousand at once."""
    rng, problem = np.random.default_rng(seed), trail.problem
    trail.begin()
    while not trail.is_over:
        trail.weigh(rng.integers(1, problem.n_edges + 1, (_BATCH, problem.n_bands - 1)))


def by_optuna(sampler: str) -> Callable[[Trail, int], None]:
    """Return the optimiser for a sampler of Optuna, ``TPESampler`` or ``NSGAIISampler``, otherwise at its defaults."""

    def run(trail: Trail, seed: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        problem = trail.problem
        options = {} if problem.limits is None else {"constraints_func": lambda asked: asked.user_attrs["excess"]}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # constraints are experimental in one version and on the way out in another
            trail.begin()
            made = getattr(optuna.samplers, sampler)(seed=seed, **options)
            directions = ["minimize"] * (2 if problem.limits is None else 1)
            study = optuna.create_study(sampler=made, directions=directions)
            while not trail.is_over:
                _one_trial(trail, study)

    return run


def _one_trial(trail: Trail, study: Any) -> None:
    trial = study.ask()
    edges = [trial.suggest_int(f"edge {at}", 1, trail.problem.n_edges) for at in range(trail.problem.n_bands - 1)]
    totals = trail.weigh(np.array([edges]))
    if trail.problem.limits is None:
        study.tell(trial, totals[0, :2].astype(float).tolist())
    else:
        trial.set_user_attr("excess", trail.problem.excess(totals)[0].tolist())
        study.tell(trial, float(totals[0, 0]))


def by_pymoo(trail: Trail, seed: int) -> None:
    """Run NSGA-II of pymoo with whole numbers, a hundred maps a generation, weighed at once."""
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem
    from pymoo.operators.crossover.sbx import SBX
    from pymoo.operators.mutation.pm import PM
    from pymoo.operators.repair.rounding import RoundingRepair
    from pymoo.operators.sampling.rnd import IntegerRandomSampling

    problem = trail.problem
    is_one = problem.limits is not None

    class Maps(Problem):  # type: ignore[misc]
        def _evaluate(self, x: NDArray[Any], out: dict[str, Any], *_: Any, **__: Any) -> None:
            totals = trail.weigh(np.asarray(x, dtype=np.int64))
            out["F"] = totals[:, :1].astype(float) if is_one else totals[:, :2].astype(float)
            if is_one:
                out["G"] = problem.excess(totals)

    asked = Maps(
        n_var=problem.n_bands - 1,
        n_obj=1 if is_one else 2,
        n_ieq_constr=2 if is_one else 0,
        xl=1,
        xu=problem.n_edges,
        vtype=int,
    )
    trail.begin()
    algorithm = NSGA2(
        pop_size=100,
        sampling=IntegerRandomSampling(),
        crossover=SBX(repair=RoundingRepair()),
        mutation=PM(repair=RoundingRepair()),
    )
    algorithm.setup(asked, seed=seed, termination=("n_gen", 10**9), verbose=False)
    while not trail.is_over and algorithm.has_next():
        algorithm.next()


def optimisers() -> dict[str, Callable[[Trail, int], None]]:
    """Return who can take part here, by name."""
    found: dict[str, Callable[[Trail, int], None]] = {}
    if importlib.util.find_spec("optuna"):
        found |= {"Optuna, TPE": by_optuna("TPESampler"), "Optuna, NSGA-II": by_optuna("NSGAIISampler")}
    if importlib.util.find_spec("pymoo"):
        found["pymoo, NSGA-II"] = by_pymoo
    return found | {"random draws": random_draws}
