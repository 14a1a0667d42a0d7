"""What do all sections of an experiment share? Unknown keys are refused, and so are keys that would be ignored."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

__all__ = ["Strict", "refuse_unused"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def refuse_unused(model: BaseModel, fits: dict[str, bool], what: str) -> None:
    """Refuse a key that was written but would be ignored."""
    for name, is_used in fits.items():
        if name in model.model_fields_set and not is_used and getattr(model, name) is not None:
            raise ValueError(f"{what} does not use {name}; take it out")
