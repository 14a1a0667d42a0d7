"""What must every tier of a map keep? Members, providers, a price step, a distance between its edges."""

from __future__ import annotations

from dataclasses import dataclass

from paretocode.errors import InputError

__all__ = ["TierRules"]

_NOT_NEGATIVE = (
    "least_members",
    "least_serving",
    "least_providers",
    "least_request_gap_ppm",
    "least_score_gap_milli",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRules:
    """What every tier of a map must keep.

    Parameters
    ----------
    least_members, most_members
        Models in a tier, at least 0; None stands for no upper limit.
    least_serving
        Models of a tier that have prices and a context window.
    least_providers
        Distinct providers among the serving models of a tier.
    least_price_step_ppm
        The first choice of a tier must be dearer than that of the tier below, and by at least so much of the lower
        price [ppm]; equal prices are no step. None allows a dominated tier, whose first choice costs no less than that
        of a higher one.
    least_request_gap_ppm, least_score_gap_milli
        Least distance between neighbouring edges; 1 at least, whatever is given.

    Raises
    ------
    InputError
        A least number above the greatest one, a negative one, or a price step between tiers that may be empty.

    Examples
    --------
    >>> TierRules(least_members=3, most_members=2)
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: search: a tier must have at least 3 and at most 2 models; raise most_members or lower
    least_members.
    """

    least_members: int = 1
    most_members: int | None = None
    least_serving: int = 1
    least_providers: int = 0
    least_price_step_ppm: int | None = None
    least_request_gap_ppm: int = 1
    least_score_gap_milli: int = 1

    def __post_init__(self) -> None:
        for name in (*_NOT_NEGATIVE, "least_price_step_ppm"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise InputError(f"{name} is {value}", where="search", way_out="give a number >= 0")
        if self.most_members is not None and self.least_members > self.most_members:
            raise InputError(
                f"a tier must have at least {self.least_members} and at most {self.most_members} models",
                where="search",
                way_out="raise most_members or lower least_members",
            )
        if self.least_price_step_ppm is not None and self.least_serving < 1:
            raise InputError(
                "a price step is asked for and a tier may have no model that serves",
                where="search",
                way_out="set least_serving to 1 or more, or least_price_step_ppm to None",
            )
