#!/usr/bin/env python3
"""What Control Zero's own SDK decides: reads one call a line, prints one decision a line.

A call is {"policy": FILE, "tool", "method", "args", "context", "supports_arg_rewrite"}. Run it in an environment with controlzero==1.13.16. With
--time N it decides the first call N times and prints the nanoseconds that one decision took, in so many threads as
--threads says.
"""
import argparse
import json
import os
import sys
import tempfile
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("--time", type=int)
parser.add_argument("--threads", type=int, default=1)
options = parser.parse_args()

home = tempfile.mkdtemp(prefix="controlzero-guard-")
for name in list(os.environ):
    if name.startswith(("CONTROLZERO_", "CZ_")):
        del os.environ[name]
os.environ.update(HOME=home, CONTROLZERO_QUIET="1")
os.chdir(home)

import logging  # noqa: E402

logging.disable(logging.CRITICAL)

from controlzero import Client  # noqa: E402

clients = {}


def guard(call):
    path = call["policy"]
    if path not in clients:
        clients[path] = Client(policy_file=path, log_path=os.path.join(home, "log"))
    return clients[path].guard(call["tool"], args=call["args"], method=call["method"], context=call["context"],
                               supports_arg_rewrite=call.get("supports_arg_rewrite", True))


lines = [json.loads(line) for line in sys.stdin]
if options.time:
    guard(lines[0])

    def work():
        for _ in range(options.time):
            guard(lines[0])

    threads = [threading.Thread(target=work) for _ in range(options.threads)]
    start = time.perf_counter_ns()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print((time.perf_counter_ns() - start) // (options.time * options.threads))
else:
    for line in lines:
        decision = guard(line)
        print(json.dumps({"effect": decision.effect, "policy_id": decision.policy_id or None,
                          "reason_code": decision.reason_code, "evaluated_rules": decision.evaluated_rules,
                          "match_semantics": decision.match_semantics}))
