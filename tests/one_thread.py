"""How does a process keep its numeric libraries to one thread? By these variables, set before they are imported."""

from __future__ import annotations

__all__ = ["ONE_THREAD"]

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS")
