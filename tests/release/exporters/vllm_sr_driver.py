"""Does vLLM Semantic Router take an exported config? Run by a Python that has vllm-sr; no part of the test session.

``vllm_sr_driver.py CONFIG`` is ``vllm-sr config validate --config CONFIG`` with YAML read by libyaml: the program reads
a large catalogue of its own three times, and most of its 11 s of computing go into that. So it is 4 s.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Become the program."""
    import yaml
    from cli.main import main as vllm_sr

    yaml.SafeLoader = yaml.CSafeLoader
    sys.argv[1:] = ["config", "validate", "--config", sys.argv[1]]
    vllm_sr()


if __name__ == "__main__":
    main()
