"""When is a loop worth compiling? Kernels that numba compiles where it is installed and the work is large.

Every kernel has a numpy twin that gives identical results, so that what is installed never changes an answer. A
kernel is compiled when first asked for a size from which compiling pays; until then, and on machines without numba,
the caller takes its numpy path. Small work never waits for a compiler.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Callable
from functools import cached_property
from types import FunctionType
from typing import Any, cast

from paretocode.errors import UsageError

__all__ = ["MODE_VARIABLE", "Kernel", "compiled_mode"]

MODE_VARIABLE = "PARETOCODE_COMPILED"
"""Environment variable: ``auto`` (by size, the default), ``never``, or ``always`` (where numba is installed)."""

_MODES = ("auto", "never", "always")


def compiled_mode() -> str:
    """Return the mode that the environment asks for.

    Raises
    ------
    UsageError
        Another word.
    """
    mode = os.environ.get(MODE_VARIABLE, "").strip() or "auto"
    if mode not in _MODES:
        raise UsageError(f"{MODE_VARIABLE} is {mode!r}", way_out=f"use one of {', '.join(_MODES)}, or unset it")
    return mode


class Kernel:
    """A loop in plain Python that numba can compile.

    Parameters
    ----------
    function
        The loop; only arrays and numbers go in and out.
    example
        Returns small arguments of the types that it will be called with; the first call, which compiles, uses them.
    from_size
        Size (the caller's count of steps) from which compiling pays within one call.
    helpers
        Functions of the same file that the loop calls, each after those that it calls itself. They are written into
        the loop, which costs time to compile and saves handing arrays on.
    cold
        Helpers for what is rare; they stay functions.
    allocates
        Whether the loop makes arrays. One that does not is spared all counting of references, which is most of the
        time of a loop over many arrays.

    Examples
    --------
    >>> import numpy as np
    >>> kernel = Kernel(lambda column: column.sum(), example=lambda: (np.zeros(1),), from_size=10**9)
    >>> kernel.for_size(10) is None or compiled_mode() == "always"
    True
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        example: Callable[[], tuple[Any, ...]],
        from_size: int,
        helpers: tuple[Callable[..., Any], ...] = (),
        cold: tuple[Callable[..., Any], ...] = (),
        allocates: bool = True,
    ) -> None:
        self.function = function
        self.helpers = helpers
        self.cold = cold
        self.allocates = allocates
        self.example = example
        self.from_size = from_size

    @cached_property
    def is_available(self) -> bool:
        """Whether numba is installed."""
        return importlib.util.find_spec("numba") is not None

    @property
    def is_loaded(self) -> bool:
        """Whether the kernel has been compiled in this process, so that any size may use it."""
        return "compiled" in self.__dict__

    def for_size(self, size: int) -> Callable[..., Any] | None:
        """Return the compiled kernel, or None where the numpy path is the better one."""
        mode = compiled_mode()
        if mode == "never" or not self.is_available:
            return None
        if mode == "always" or self.is_loaded or size >= self.from_size:
            return self.compiled
        return None

    @cached_property
    def compiled(self) -> Callable[..., Any]:
        """The compiled kernel; compiled and kept on disk at first use, in memory only where nothing can be written.

        numba raises RuntimeError where it finds no folder for its cache (a read-only installation without a writable
        home) and OSError where the folder it found refuses the file.
        """
        try:
            compiled = self._jitted(is_kept=True)
            compiled(*self.example())
        except (RuntimeError, OSError):
            compiled = self._jitted(is_kept=False)
            compiled(*self.example())
        return compiled

    def _jitted(self, *, is_kept: bool) -> Callable[..., Any]:
        """Return the function as numba sees it: in a namespace where its helpers are compiled ones."""
        options = {"cache": is_kept} | ({} if self.allocates else {"_nrt": False})
        njit: Callable[..., Any] = importlib.import_module("numba").njit
        if not self.helpers:
            return cast("Callable[..., Any]", njit(**options)(self.function))
        namespace = dict(self.function.__globals__)
        for function in (*self.helpers, self.function):
            is_inlined = function is not self.function and function not in self.cold
            decorate = njit(**options, inline="always" if is_inlined else "never")
            namespace[function.__name__] = decorate(FunctionType(function.__code__, namespace, function.__name__))
        return cast("Callable[..., Any]", namespace[self.function.__name__])
