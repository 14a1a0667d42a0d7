"""How does a number from 0 to 1 become words that a target knows? Hundredths, a number safely inside, an expression.

Everything is worked out in whole parts per million, so that an edge belongs to the tier above here as it does there.
"""

from __future__ import annotations

from paretocode.release.exporters.chains import TierChain

__all__ = ["at_least_pattern", "decimal_text", "hundredths", "safely_inside", "spellings", "tier_at"]

_PPM = 1_000_000


def tier_at(chains: tuple[TierChain, ...], min_score_ppm: int) -> TierChain:
    """Return the tier whose band holds a min score."""
    return next(chain for chain in chains if chain.low_ppm <= min_score_ppm < chain.high_ppm)


def hundredths() -> list[tuple[str, int]]:
    """Return the 101 min scores of two decimals, as text and in parts per million."""
    return [(f"{i / 100:.2f}", i * 10_000) for i in range(101)]


def spellings(hundredth_ppm: int) -> list[str]:
    """Return how callers write a min score of whole hundredths.

    Examples
    --------
    >>> spellings(500_000), spellings(1_000_000)
    (['0.5', '0.50'], ['1', '1.0', '1.00'])
    """
    two = f"{hundredth_ppm / _PPM:.2f}"
    short = decimal_text(hundredth_ppm)
    return sorted({short, two, f"{short}.0" if "." not in short else short}, key=lambda text: (len(text), text))


def decimal_text(ppm: int) -> str:
    """Return parts per million as the shortest decimal number, without an exponent.

    Examples
    --------
    >>> decimal_text(660_000), decimal_text(1), decimal_text(0)
    ('0.66', '0.000001', '0')
    """
    whole, part = divmod(ppm, _PPM)
    return f"{whole}.{part:06d}".rstrip("0").rstrip(".")


def safely_inside(low_ppm: int, high_ppm: int) -> int | None:
    """Return the roundest min score in the middle half of a band, in parts per million; None for an empty band.

    The band is low <= x < high. Where its middle half holds no rounder number it is the middle, rounded down; a band of
    one number gives that number. Of two equally round ones the nearer to the middle, then the higher.

    Examples
    --------
    >>> safely_inside(330_000, 660_000), safely_inside(660_000, 1_000_001), safely_inside(0, 330_000)
    (500000, 800000, 200000)
    >>> safely_inside(0, 0), safely_inside(1_000_000, 1_000_001)
    (None, 1000000)
    """
    last = high_ppm - 1
    if last < low_ppm:
        return None
    twice_centre, width = low_ppm + last, last - low_ppm
    step = _PPM // 10
    while step > 1:
        near = (twice_centre + step) // (2 * step) * step
        if abs(4 * near - 2 * twice_centre) <= width:
            return near
        step //= 10
    return twice_centre // 2


def at_least_pattern(edge_ppm: int) -> str:
    """Return a regular expression (RE2, whole match) for decimal numbers from an edge up to 1.

    Examples
    --------
    >>> import re
    >>> pattern = at_least_pattern(660_000)
    >>> [bool(re.fullmatch(pattern, text)) for text in ("0.66", "0.6599", ".7", "1.0", "1.2", "high")]
    [True, False, True, True, False, False]
    """
    one = r"1(?:\.0*)?"
    if edge_ppm == 0:
        return rf"(?:{one}|0(?:\.[0-9]*)?|\.[0-9]+)"
    digits = f"{edge_ppm:06d}".rstrip("0")
    if edge_ppm == _PPM:
        return one
    above = [rf"{digits[:i]}[{int(digit) + 1}-9][0-9]*" for i, digit in enumerate(digits) if digit != "9"]
    return rf"(?:{one}|0?\.(?:{'|'.join([*above, f'{digits}[0-9]*'])}))"
