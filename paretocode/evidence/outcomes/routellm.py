"""What did GPT-4 and Mixtral score on the benchmarks that RouteLLM published? Readers of its outcome tables.

The tables were made from the files of lm-sys/RouteLLM (Apache-2.0); Ong et al. 2024, arXiv 2406.18665. They hold no
costs. Models are called as in the paper's pair: `STRONG` and `WEAK`.
"""

from __future__ import annotations

from pathlib import Path

from paretocode.evidence.outcomes.build import Contaminated
from paretocode.evidence.outcomes.readers import read_outcomes, read_wide_outcomes
from paretocode.evidence.outcomes.table import OutcomeTable

__all__ = ["STRONG", "WEAK", "read_routellm_mtbench", "read_routellm_pair"]

STRONG = "gpt-4-1106-preview"
WEAK = "mistralai/Mixtral-8x7B-Instruct-v0.1"

_PAIR_COLUMNS = {WEAK: "weak_mixtral_8x7b", STRONG: "strong_gpt4_1106"}


def read_routellm_pair(
    path: str | Path, *, contaminated: Contaminated | None, domain: str | None = None
) -> OutcomeTable:
    """Read the table of GSM8K or MMLU: right (1) or wrong (0) by question, weak and strong.

    Parameters
    ----------
    path
        ``routellm_gsm8k.csv`` or ``routellm_mmlu.csv.gz``.
    contaminated
        ``drop`` what RouteLLM marked as contaminated, as its published numbers do, or ``keep`` it; None refuses as soon
        as a question is marked.
    domain
        The column of subjects, where the table has one.

    Raises
    ------
    InputError
        As `read_wide_outcomes`.

    Notes
    -----
    MMLU asks some questions twice in the same words, so that the prompt, not the row, is the cluster.
    """
    return read_wide_outcomes(
        path,
        scores=_PAIR_COLUMNS,
        score_range=(0, 1),
        question=("row",),
        domain=domain,
        cluster=("prompt_sha1",),
        contaminated_flag="contaminated",
        contaminated=contaminated,
    )


def read_routellm_mtbench(
    path: str | Path,
    *,
    contaminated: Contaminated | None = None,
    sentinel: float | None = None,
    has_categories: bool = True,
) -> OutcomeTable:
    """Read the table of MT-Bench: scores 1 to 10 by question and turn; both turns of a question are one cluster.

    Parameters
    ----------
    path
        ``routellm_mtbench.csv``, or ``routellm_mtbench_commercial.csv`` with `has_categories` false.
    contaminated
        As for `read_routellm_pair`.
    sentinel
        -1 drops the one answer of the commercial table that has no score; without it the table is refused by name.
    has_categories
        Whether the table has the columns ``category`` and ``contaminated``.

    Raises
    ------
    InputError
        As `read_outcomes`; above all the sentinel.
    """
    return read_outcomes(
        path,
        score_range=(1, 10),
        question=("question_id", "turn"),
        cluster=("question_id",),
        domain="category" if has_categories else None,
        contaminated_flag="contaminated" if has_categories else None,
        contaminated=contaminated,
        sentinel=sentinel,
    )
