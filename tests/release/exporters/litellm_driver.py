"""Does LiteLLM route an exported config as the map says? Run by a Python that has LiteLLM; no part of the test session.

Reads a JSON line ``{"config": path, "cases": [...]}`` and answers with a JSON line, until its input ends. A case is
``{"model", "n_words", "failing": {model: status}}``, its result ``{"served", "error", "tried", "reasoning"}``. A fake
provider answers on this machine; each case has a router of its own, so that no cooldown outlives it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar


class _Provider(BaseHTTPRequestHandler):
    failing: ClassVar[dict[str, int]] = {}
    bodies: ClassVar[list[dict[str, Any]]] = []

    def log_message(self, *words: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.bodies.append(body)
        status = self.failing.get(body["model"], 200)
        message = {"role": "assistant", "content": body["model"]}
        answer = {
            "id": "fake",
            "object": "chat.completion",
            "created": 1,
            "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
        content = json.dumps(answer if status == 200 else {"error": {"message": "no", "code": status}}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    """Answer until the input ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ |= {
        "OPENROUTER_API_BASE": f"http://127.0.0.1:{server.server_port}/v1",
        "OPENROUTER_API_KEY": "fake",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    import litellm
    import yaml

    litellm.suppress_debug_info = True
    for line in sys.stdin:
        asked = json.loads(line)
        config = yaml.safe_load(Path(asked["config"]).read_text(encoding="utf-8"))
        print(json.dumps([_routed(litellm, config, case) for case in asked["cases"]]), flush=True)


def _routed(litellm: Any, config: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    _Provider.failing.clear()
    _Provider.failing.update(case.get("failing", {}))
    _Provider.bodies.clear()
    router = litellm.Router(model_list=config["model_list"], **config["router_settings"])
    messages = [{"role": "user", "content": "word " * case.get("n_words", 1)}]
    served, failure = None, None
    try:
        served = router.completion(model=case["model"], messages=messages).choices[0].message.content
    except Exception as error:  # noqa: BLE001 - any refusal of the library is an outcome here
        failure = type(error).__name__
    return {
        "served": served,
        "error": failure,
        "tried": [body["model"] for body in _Provider.bodies],
        "reasoning": [body.get("reasoning") for body in _Provider.bodies],
    }


if __name__ == "__main__":
    main()
