"""What does the accounting of jumps know beside a replay? Its shortlists, prices and caching rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import IndexColumn
from paretocode.errors import InputError
from paretocode.sim.billing import Tariff, tariff
from paretocode.sim.cache import PrefixCache
from paretocode.sim.plan import RoutingPlan, routing_plan
from paretocode.sim.replaying import Replay

__all__ = ["JumpTables", "jump_tables"]


@dataclass(frozen=True, kw_only=True, eq=False)
class JumpTables:
    """Shortlists and prices of every catalogue in force during a replay; `jump_tables` makes them for a single one.

    Parameters
    ----------
    plan
        The shortlists of every (catalogue, tier, context class), as the replay was decided by.
    tariff
        Prices and caching rules, as the replay was billed by.
    price_index
        Shape (n_epochs, n_models): the entry of the tariff that each model has in each catalogue.
    """

    plan: RoutingPlan
    tariff: Tariff
    price_index: IndexColumn

    def check_fits(self, run: Replay) -> None:
        """Refuse a replay that ran under more catalogues, or other models, than the tables hold.

        Raises
        ------
        InputError
            With both counts.
        """
        epoch = run.decisions.epoch
        n_epochs = 1 if epoch is None else int(epoch.max()) + 1
        if n_epochs > len(self.price_index) or len(run.catalogue) != self.price_index.shape[1]:
            raise InputError(
                f"the replay ran under {n_epochs} catalogues of {len(run.catalogue)} models and the tables hold "
                f"{len(self.price_index)} of {self.price_index.shape[1]}",
                where="jump tables",
                way_out="make the tables from the plan and the prices of this replay",
            )


def jump_tables(run: Replay, cache: PrefixCache | None = None) -> JumpTables:
    """Return the tables of a replay under one catalogue.

    Parameters
    ----------
    cache
        The rules that the replay was billed by; the defaults of `PrefixCache` when None, as there.

    Raises
    ------
    InputError
        A replay under a moving catalogue, whose prices are not those of `run.catalogue`.
    """
    if run.decisions.epoch is not None:
        raise InputError(
            "the replay ran under a moving catalogue",
            where="jump tables",
            way_out="make JumpTables from the moving plan, its tariff and its versions",
        )
    n_models = len(run.catalogue)
    return JumpTables(
        plan=routing_plan(run.tier_map, run.catalogue),
        tariff=tariff(run.catalogue, PrefixCache() if cache is None else cache),
        price_index=np.arange(n_models, dtype=np.int32)[None, :],
    )
