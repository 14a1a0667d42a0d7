"""How does a user change a preset? By name, with the nearest name offered where there is no such parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from difflib import get_close_matches
from typing import Any, TypeVar

from paretocode._checks import one_of
from paretocode.errors import InputError
from paretocode.stream.synthetic.clients import Clients
from paretocode.stream.synthetic.laws import LognormalMixture
from paretocode.stream.synthetic.renewal import GammaGaps, WeibullGaps

__all__ = ["LAWS", "with_parameters"]

LAWS = {"gamma": GammaGaps, "weibull": WeibullGaps, "lognormals": LognormalMixture}
"""Names of laws in files."""
_ABSENT = {"clients": Clients(), "reasoning_odds": LognormalMixture(weights=(1.0,), medians=(1.0,), sigmas=(1.0,))}
"""What a table of values changes where the preset has nothing."""
_Settings = TypeVar("_Settings")


def with_parameters(settings: _Settings, parameters: Mapping[str, Any], *, where: str) -> _Settings:
    """Return a copy of frozen settings with some of them changed, checked like any other.

    Parameters
    ----------
    settings
        A preset or a law.
    parameters
        New values by name. Lists become tuples. A table of values changes a law or a group in part; with the key
        ``law`` (``gamma``, ``weibull`` or ``lognormals``) it is a new law.
    where
        What is changed, for errors.

    Raises
    ------
    InputError
        Unknown name, or a value that the settings refuse.

    Examples
    --------
    >>> with_parameters(Clients(), {"n_client": 3}, where="clients")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: clients: there is no parameter 'n_client'; the nearest name is n_clients.
    >>> with_parameters(Clients(), {"n_clients": 3}, where="clients").n_clients
    3
    """
    names = [field.name for field in fields(settings)]  # type: ignore[arg-type]
    for name in parameters:
        if name not in names:
            nearest = get_close_matches(str(name), names, n=1, cutoff=0.0)[0]
            raise InputError(f"there is no parameter {name!r}", where=where, way_out=f"the nearest name is {nearest}")
    changed = {name: _value(settings, name, value, where=where) for name, value in parameters.items()}
    return replace(settings, **changed)  # type: ignore[type-var]


def _value(settings: object, name: str, value: Any, *, where: str) -> Any:
    """Return a value as the settings want it."""
    now = getattr(settings, name)
    now = _ABSENT.get(name) if now is None else now
    if isinstance(value, Mapping):
        place = f"{where}, {name}"
        if "law" in value:
            law = LAWS[one_of(str(value["law"]), tuple(LAWS), name="law", where=place)]
            return _new_law(law, {key: new for key, new in value.items() if key != "law"}, where=place)
        if is_dataclass(now):
            return with_parameters(now, value, where=place)
    if is_dataclass(now) and value is not None and not is_dataclass(value):
        raise InputError(
            f"{name} is {value!r}", where=where, way_out=f"give a table with {', '.join(f.name for f in fields(now))}"
        )
    if isinstance(now, tuple) and not isinstance(value, list | tuple):
        raise InputError(f"{name} is {value!r}", where=where, way_out="give a list of numbers")
    return _as_tuple(value)


def _new_law(law: type[Any], values: Mapping[str, Any], *, where: str) -> Any:
    wanted = [field.name for field in fields(law)]
    if sorted(values) != sorted(wanted):
        given = ", ".join(sorted(values)) or "nothing"
        raise InputError(f"the law is given {given}", where=where, way_out=f"give {', '.join(wanted)}")
    return law(**{name: _as_tuple(value) for name, value in values.items()})


def _as_tuple(value: Any) -> Any:
    return tuple(_as_tuple(part) for part in value) if isinstance(value, list | tuple) else value
