#!/usr/bin/env python3
"""Control Zero's own SDK against the stand-in: shows that the stand-in is what the SDK takes for its service.

Usage: sdk_client.py URL API_KEY HOME. Prints one JSON object with what the SDK decided and raised.
"""

import json
import os
import sys
import urllib.request

url, key, home = sys.argv[1:]
os.environ.update(HOME=home, CONTROLZERO_API_URL=url, CONTROLZERO_SPOOL="off", CONTROLZERO_QUIET="1")
os.chdir(home)

from controlzero import Client  # noqa: E402


def fault(**what):
    request = urllib.request.Request(url + "/_test/fault", data=json.dumps(what).encode(), method="POST")
    urllib.request.urlopen(request).read()


def decide(tool, method):
    client = Client(api_key=key, refresh_interval_seconds=None)
    try:
        decision = client.guard(tool, args={"a": 1}, method=method)
        return {"effect": decision.effect, "policy_id": decision.policy_id}
    finally:
        client.close()


def raised():
    try:
        return decide("github", "list_issues")
    except Exception as error:  # what it is, is the result
        return {"raised": type(error).__name__, "code": getattr(error, "e_code", "")}


result = {"denied": decide("github", "delete_repo"), "allowed": decide("github", "list_issues")}
fault(on="pull", kind="status", status=500)
result["pull_500"] = raised()
fault(on="pull", kind="status", status=401)
result["pull_401"] = raised()
fault(on="pull", kind="junk")
result["pull_junk"] = raised()
fault()
result["again"] = raised()
print(json.dumps(result))
