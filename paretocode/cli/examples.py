"""What may a person type? Examples of every verb, shown by its help; a test parses all and runs those that can run.

``results/quickstart/DIGEST`` stands for the folder that ``python -m paretocode.sim`` names.
"""

from __future__ import annotations

__all__ = ["EXAMPLES", "examples_text"]

EXAMPLES: dict[str, tuple[str, ...]] = {
    "": (
        "paretocode doctor",
        "paretocode lint",
        "paretocode frontier",
        "paretocode bands --scheme natural --n-bands 3",
        "python -m paretocode.sim --scale smoke",
        'paretocode approve results/quickstart/DIGEST --by "A. Name" --reason "because"',
        "paretocode export results/quickstart/DIGEST/tier_map.json --to release --out release/",
        "paretocode verify release/",
    ),
    "sim": (
        "python -m paretocode.sim",
        "python -m paretocode.sim experiments/documented_map.toml --scale smoke",
        "python -m paretocode.sim experiments/coding_agent_trace.toml --set stream.path=requests.parquet",
    ),
    "catalogue": (
        "paretocode catalogue",
        "paretocode catalogue lint bundled --score-edges 28.6,40.5",
        "paretocode catalogue convert bundled --out models.csv",
        "paretocode catalogue pull openrouter --out catalogues/",
        "paretocode catalogue history catalogues/ --since 2026-01-01",
    ),
    "frontier": (
        "paretocode frontier",
        "paretocode frontier --uncertain --knees",
        "paretocode frontier --axes price score throughput",
    ),
    "bands": (
        "paretocode bands --scheme natural --n-bands 3",
        "paretocode bands --scheme fixed --edges 28.6 40.5",
        "paretocode bands --how-many",
        "paretocode bands --compare --n-bands 3",
    ),
    "stream": (
        "paretocode stream describe --requests 2000",
        "paretocode stream describe requests.parquet --reader coding_agent --option threads=main",
        "paretocode stream describe log.csv --columns prompt_tokens=in --columns completion_tokens=out --edges 0.5",
        "paretocode stream synthesise --requests 2000 --out made_up.parquet",
        "paretocode stream synthesise --preset chat --parameter turns_mean=1 --demand hermes_agent --out chat.parquet",
        "paretocode stream compare requests.parquet --reader coding_agent --with preset:coding_agent --seed 7",
        "paretocode stream partition january.parquet february.parquet --out parts/",
        "paretocode stream synthesise --preset chat --requests 10000 --parts 2 --out made_up_parts/",
    ),
    "lint": (
        "paretocode lint",
        "paretocode lint results/quickstart/DIGEST/tier_map.json",
        "paretocode lint documented --json",
    ),
    "tune": (
        "paretocode tune experiments/exact_edges.toml",
        "paretocode tune experiments/exact_edges.toml --set search.n_bands=[2,3,4] --set search.limits.shortfall=0.05",
        "paretocode tune experiments/coding_agent_edges.toml --set stream.path=requests.parquet",
    ),
    "replay": (
        "paretocode replay --requests 2000",
        "paretocode replay documented --requests 2000 --policy stickiness=none --json",
        "paretocode replay map.json --stream log.csv --columns prompt_tokens=in",
    ),
    "compare": (
        "paretocode compare results/quickstart/DIGEST",
        "paretocode compare documented results/quickstart/DIGEST --requests 2000",
        "paretocode compare documented map.json --stream requests.parquet --reader coding_agent",
    ),
    "evidence": (
        "paretocode evidence show results/quickstart/DIGEST",
        "paretocode evidence size results/quickstart/DIGEST",
        "paretocode evidence drift results/quickstart/DIGEST --stream today.parquet",
        "paretocode evidence feedback reports.csv --map documented",
        "paretocode evidence outcomes outcomes.csv --candidate small --baseline large --margin 0.02 --range 0 1",
        "paretocode evidence coverage log.parquet --experiment results/quickstart/DIGEST",
    ),
    "evidence show": (
        "paretocode evidence show results/quickstart/DIGEST",
        "paretocode evidence show results/quickstart/DIGEST --json",
    ),
    "evidence size": (
        "paretocode evidence size results/quickstart/DIGEST",
        "paretocode evidence size results/quickstart/DIGEST --change 0.01 0.05 --canary 0.5",
        "paretocode evidence size results/quickstart/DIGEST --margin 0.02 --measure shortfall_mean --power 0.9",
    ),
    "evidence drift": (
        "paretocode evidence drift results/quickstart/DIGEST --stream today.parquet",
        "paretocode evidence drift experiments/documented_map.toml --stream today.csv --columns prompt_tokens=in",
        "paretocode evidence drift results/quickstart/DIGEST --stream today.parquet --catalogue today.toml",
        "paretocode evidence drift results/quickstart/DIGEST --stream today.parquet --limit cost_usd_per_krequest=10%",
    ),
    "evidence feedback": (
        "paretocode evidence feedback reports.csv --map documented",
        "paretocode evidence feedback reports.csv --map release/tier_map.json --log requests.parquet --figure f.svg",
        "paretocode evidence feedback reports.csv --map experiments/quickstart.toml --columns reporter=user",
    ),
    "evidence outcomes": (
        "paretocode evidence outcomes outcomes.csv --candidate small --baseline large --margin 0.02 --range 0 1",
        "paretocode evidence outcomes scores.csv --format wide --score-of small=s --score-of large=l --range 0 1 "
        "--candidate small --baseline large --margin 0.02 --router-score difficulty",
        "paretocode evidence outcomes routellm_mtbench.csv --format routellm-mtbench --drop-sentinel -1 "
        "--candidate unify --baseline martian --margin 0.5",
    ),
    "evidence coverage": (
        "paretocode evidence coverage log.parquet --experiment results/quickstart/DIGEST",
        "paretocode evidence coverage log.csv --experiment experiments/documented_map.toml "
        "--model gpt-5.5=openai/gpt-5.5@xhigh",
        "paretocode evidence coverage log.csv --experiment results/quickstart/DIGEST --propensity p --outcome ok "
        "--range 0 1",
    ),
    "diff": (
        "paretocode diff documented results/quickstart/DIGEST --requests 2000",
        "paretocode diff documented results/quickstart/DIGEST --result results/quickstart/DIGEST",
        "paretocode diff old.json new.json --experiment experiments/quickstart.toml --html diff.html",
    ),
    "prepare": (
        "paretocode prepare results/quickstart/DIGEST --valid-from 2026-07-01 --valid-until 2026-09-30",
        "paretocode prepare results/quickstart/DIGEST --team team/ --supersedes release/",
    ),
    "gate": (
        "paretocode gate results/quickstart/DIGEST --gates gates.toml",
        "paretocode gate results/quickstart/DIGEST --gates gates.toml --map quantile --json",
    ),
    "approve": (
        'paretocode approve results/quickstart/DIGEST --by "A. Name" --reason "because"',
        'paretocode approve results/quickstart/DIGEST --by ada --reason "keeps all gates" --sign-key ~/.ssh/id_ed25519',
    ),
    "revoke": ('paretocode revoke results/quickstart/DIGEST/approvals/ada.json --by ada --reason "wrong week"',),
    "rollout": (
        "paretocode rollout results/quickstart/DIGEST",
        "paretocode rollout results/quickstart/DIGEST --stages 5,25,100 --sessions-per-day 40000",
    ),
    "export": (
        "paretocode export results/quickstart/DIGEST/tier_map.json --to release --out release/",
        "paretocode export results/quickstart/DIGEST/tier_map.json --to litellm --out litellm.yaml",
        "paretocode export results/quickstart/DIGEST/tier_map.json --to litellm --out litellm.yaml --draft",
    ),
    "verify": (
        "paretocode verify results/quickstart/DIGEST",
        "paretocode verify release/ --allowed-signers allowed_signers",
        "paretocode verify release/ --team team/ --in-force in_force/",
    ),
    "log": ("paretocode log team/", "paretocode log team/register.jsonl --json"),
    "report": (
        "paretocode report results/quickstart/DIGEST",
        "paretocode report results/quickstart/DIGEST --out report.html",
    ),
    "notebooks": (
        "paretocode notebooks",
        "paretocode notebooks --to my-notebooks --no-open",
        "paretocode notebooks -- --no-browser --port 8890",
        "paretocode notebooks --run --scale smoke",
        "paretocode notebooks --run --only 01 03",
    ),
    "doctor": ("paretocode doctor", "paretocode doctor --json"),
    "completion": (
        "paretocode completion bash > ~/.local/share/bash-completion/completions/paretocode",
        'paretocode completion zsh > "${fpath[1]}/_paretocode"',
        "paretocode completion fish > ~/.config/fish/completions/paretocode.fish",
    ),
}
"""Verb, or verb and action -> command lines, the plainest first."""


def examples_text(name: str) -> str:
    """Return the examples of a verb for the end of its help; "" where there are none."""
    lines = [f"  {line}" for line in EXAMPLES.get(name, ())]
    return "\n".join(["examples:", *lines]) if lines else ""
