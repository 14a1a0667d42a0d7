"""How does a file that people wrote become a checked object? Pydantic's findings, as one sentence of ours."""

from __future__ import annotations

import difflib
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from paretocode.errors import InputError

__all__ = ["validated"]

_Model = TypeVar("_Model", bound=BaseModel)


def validated(model: type[_Model], plain: object, *, where: str, way_out: str) -> _Model:
    """Validate plain data against a model of the border.

    Raises
    ------
    InputError
        The first finding: the file and key it stands at, what is wrong, and the way out; for an unknown key the
        nearest known one.
    """
    try:
        return model.model_validate(plain)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        place = f"{where}, key {key}" if key else where
        if first["type"] == "extra_forbidden":
            raise InputError(
                "there is no such key", where=place, way_out=_nearest(model, first["loc"], way_out)
            ) from error
        what = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{what[:1].lower()}{what[1:]}", where=place, way_out=way_out) from error


def _nearest(model: type[BaseModel], place: tuple[int | str, ...], way_out: str) -> str:
    known = _fields_at(model, place[:-1])
    near = difflib.get_close_matches(str(place[-1]), known, n=1)
    return f"did you mean {near[0]}" if near else (f"use one of {', '.join(known)}" if known else way_out)


def _fields_at(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """Return the names of the fields of the model that a path leads to; empty where the path leaves our models."""
    current: Any = model
    for part in place:
        if isinstance(part, int):
            continue
        field = current.model_fields.get(part) if isinstance(current, type) and issubclass(current, BaseModel) else None
        if field is None:
            return []
        current = _model_in(field.annotation)
    return list(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else []


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(part) for part in getattr(annotation, "__args__", ()))
    return next((part for part in inner if part is not None), None)
