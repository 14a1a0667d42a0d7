"""What is refused, in one sentence each, with the value and the way out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from evidence.sensitivity.two_maps import listing, small_world, three_models
from paretocode.catalogue import FractionScale
from paretocode.errors import InputError
from paretocode.evidence.sensitivity import (
    NewModel,
    Setting,
    Shift,
    atom_moved,
    atom_share,
    break_even,
    cache_read_factor,
    cache_read_multiple,
    cache_ttl,
    cache_write_multiple,
    default_tier,
    error_share,
    model_withdrawn,
    new_model,
    new_model_price,
    policy_choice,
    price_factor,
    score_error,
    score_noise,
    score_of,
    score_scale,
    sensitivity,
    sticky_ttl,
    world_of,
)
from paretocode.evidence.sensitivity.world import cut_anew, with_catalogue
from paretocode.sim import PrefixCache

NAN = float("nan")
WORLD = small_world()
CACHED = small_world(cache=PrefixCache())
NEVER_STICKY = WORLD.with_policy(stickiness="none")


def new(**changed: object) -> NewModel:
    given: dict[str, object] = {"model_id": "n", "coding_score": 50.0, "prompt_usd_per_mtok": 1.0,
                                "completion_usd_per_mtok": 1.0, "context_tokens": 1000.0}  # fmt: skip
    return NewModel(**{**given, **changed})  # type: ignore[arg-type]


def applied(shift: Shift, world: object = WORLD) -> None:
    for setting in shift.settings:
        setting.change(world)  # type: ignore[arg-type]


REFUSALS: dict[str, Callable[[], object]] = {
    "no model fits 'nobody/\\*'; give a key": lambda: applied(price_factor("nobody/*").shift()),
    "no model fits 'gone'": lambda: applied(model_withdrawn("gone")),
    "'\\*' fits all models; leave at least one": lambda: applied(model_withdrawn("*")),
    "prices of b: the price factor is 0; give a number above 0": lambda: price_factor("b", low=0.0),
    "the price factor is -2; give a number above 0": lambda: applied(price_factor("b").shift(-2.0)),
    "the price factor is nan": lambda: applied(price_factor("b").shift(NAN)),
    "1e-07 makes prompt_usd_per_mtok of 'a' less than a millionth of a USD": lambda: applied(
        price_factor("a").shift(1e-7)
    ),
    "nobody asks for 0.65; name an atom of the stream, such as 0.3, 0.7, 0.9": (
        lambda: applied(atom_moved(0.65, low=0.6, high=0.7).shift())
    ),
    "nobody omits the min score": lambda: applied(atom_share(None, low=0.0, high=1.0, rng=1).shift()),
    "the atom is moved to 1.5; stay between 0 and 1": lambda: applied(atom_moved(0.3, low=0.2, high=1.5).shift()),
    "the share is 2; give a share between 0 and 1": lambda: applied(atom_share(0.3, low=0.0, high=2.0, rng=1).shift()),
    "the key 'a' is taken": lambda: applied(new_model(new(model_id="a"))),
    "new model 'n': prompt_usd_per_mtok is nan; give a price above 0": lambda: new(prompt_usd_per_mtok=NAN),
    "completion_usd_per_mtok is 0": lambda: new(completion_usd_per_mtok=0.0),
    "coding_score is nan": lambda: new(coding_score=NAN),
    "context_tokens is 0": lambda: new(context_tokens=0.0),
    "new model: the price factor is 0": lambda: applied(new_model_price(new()).shift(0.0)),
    "the time limit of stickiness is 0 s; give whole seconds above 0": lambda: applied(sticky_ttl().shift(0)),
    "the time limit of stickiness is 1.5 s": lambda: applied(sticky_ttl().shift(1.5)),
    "neither map is sticky": lambda: applied(sticky_ttl().shift(), NEVER_STICKY),
    "the time limit of caches is -1 s; give seconds above 0": lambda: applied(cache_ttl().shift(-1.0), CACHED),
    "nothing is cached in this world": lambda: applied(cache_ttl().shift()),
    "nothing is cached in this world; give rules": lambda: applied(cache_write_multiple().shift()),
    "write_to_prompt is -1": lambda: applied(cache_write_multiple().shift(-1.0), CACHED),
    "no model has a cache-read price": lambda: applied(cache_read_multiple().shift(), CACHED),
    "no model has a cache-read price; fill": lambda: applied(cache_read_factor().shift(), CACHED),
    "the multiple of cache reads is 2": lambda: applied(cache_read_multiple().shift(2.0), CACHED),
    "the factor on cache reads is -1": lambda: applied(cache_read_factor().shift(-1.0), CACHED),
    "the share of failures is 2": lambda: applied(error_share().shift(2.0)),
    "model 'gone' is not in the catalogue": lambda: applied(score_of("gone", low=1, high=2).shift()),
    "the score of 'a' is nan": lambda: applied(score_of("a", low=1, high=NAN).shift()),
    "'c' scores 80 with a standard error of 0": lambda: score_error(WORLD, model="c"),
    "0 replicates of the scores": lambda: score_noise(WORLD, n=0, rng=1),
    "the draw has 3 scores and the catalogue 4 models": (
        lambda: applied(score_noise(WORLD, n=1, rng=1), new_model(new()).settings[0].change(WORLD))
    ),
    "reading is 'both'; use one of listed, recut": lambda: with_catalogue(WORLD, WORLD.catalogue, reading="both"),
    "it has no score edges; keep its lists": lambda: cut_anew(listing(), three_models(), pool=set()),
    "policy field is 'colour'": lambda: policy_choice("colour"),
    "price_metric is 'postage'": lambda: applied(policy_choice("price_metric", "postage")),
    "default tier is 'third'": lambda: applied(default_tier("third")),
    "no score scale is given": lambda: score_scale({}),
    "no shift is given; see default_shifts": lambda: sensitivity(WORLD, []),
    "two shifts are called 'prices of b'": (
        lambda: sensitivity(WORLD, [price_factor("b").shift(), price_factor("b").shift(3.0)])
    ),
    "there is no measure 'joy'": lambda: sensitivity(WORLD, [price_factor("b").shift()], measures=["joy"]),
    "no measure is given": lambda: sensitivity(WORLD, [price_factor("b").shift()], measures=[]),
    "sort_by is 'joy'": lambda: sensitivity(WORLD, [price_factor("b").shift()], sort_by="joy"),
    "shift is 'gone'": lambda: sensitivity(WORLD, [price_factor("b").shift()]).row("gone"),
    "measure is 'joy'": lambda: sensitivity(WORLD, [price_factor("b").shift()]).by("joy"),
    "prices of b: the range \\[2, 1\\] is looked at": lambda: break_even(WORLD, price_factor("b"), low=2.0, high=1.0),
    "the price factor is -1; give": lambda: break_even(WORLD, price_factor("b"), low=-1.0, high=1.0),
    "in 1 points": lambda: break_even(WORLD, price_factor("b"), n_scan=1),
    "there is no measure 'fun'": lambda: break_even(WORLD, price_factor("b"), measure="fun"),
    "two settings are labelled 'x 2'": lambda: price_factor("b").shift(2.0, 2.0),
    "group is 'weather'": lambda: Shift(name="rain", group="weather", settings=(Setting(label="", change=id),)),  # type: ignore[arg-type]
    "has 0 settings": lambda: Shift(name="idle", group="prices", settings=()),
    "incumbent and candidate are both called 'x'": (
        lambda: world_of(three_models(), WORLD.stream, listing("x"), listing("x"), scale=FractionScale(), rng=1)
    ),
}


@pytest.mark.parametrize("sentence", REFUSALS)
def test_one_sentence_says_what_and_the_way_out(sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as refusal:
        REFUSALS[sentence]()
    assert refusal.value.way_out
    assert "\n" not in str(refusal.value)
