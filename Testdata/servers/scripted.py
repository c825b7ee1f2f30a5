"""A server that does what its arguments and the tools' names say, well or badly. Standard library only.

  --record FILE      append every byte received
  --exit-at-once N   exit with N before reading anything
  --ignore-eof       go on living when the input ends
  --ignore-term      ignore SIGTERM
  --grandchild       start a process that holds standard output open
  --deaf             never read
  --flood BYTES      write that many bytes of notifications at the start
  --list-changed     say that changes of the list of tools are announced
  --tools JSON       what tools/list answers
  --silent METHOD    never answer that method
  --marker TEXT      nothing; to be found by in a list of processes
"""
import argparse
import json
import os
import select
import signal
import subprocess
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--record")
parser.add_argument("--exit-at-once", type=int)
parser.add_argument("--ignore-eof", action="store_true")
parser.add_argument("--ignore-term", action="store_true")
parser.add_argument("--grandchild", action="store_true")
parser.add_argument("--deaf", action="store_true")
parser.add_argument("--flood", type=int, default=0)
parser.add_argument("--list-changed", action="store_true")
parser.add_argument("--tools", type=json.loads)
parser.add_argument("--silent")
parser.add_argument("--marker", default="")
options = parser.parse_args()

out = sys.stdout.buffer


def write(data):
    out.write(data)
    out.flush()


def answer(request, text, **more):
    result = {"content": [{"type": "text", "text": text}], **more}
    return json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}).encode() + b"\n"


def forever():
    while True:
        time.sleep(3600)


if options.exit_at_once is not None:
    sys.exit(options.exit_at_once)
if options.ignore_term:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if options.grandchild:
    subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(3600)", options.marker], stdin=subprocess.DEVNULL)
if options.flood:
    line = json.dumps({"jsonrpc": "2.0", "method": "notifications/message", "params": {"data": "x" * 65000}}).encode()
    written = 0
    while written < options.flood:
        write(line + b"\n")
        written += len(line) + 1
if options.deaf:
    forever()

record = open(options.record, "ab", buffering=0) if options.record else None
for line in sys.stdin.buffer:
    if record:
        record.write(line)
    request = json.loads(line)
    if "method" not in request or "id" not in request or request["method"] == options.silent:
        continue
    if request["method"] == "tools/list" and options.tools is not None:
        result = json.dumps({"tools": options.tools}, ensure_ascii=False)
        write(f'{{"jsonrpc": "2.0", "id": {json.dumps(request["id"])}, "result": {result}}}\n'.encode())
        continue
    if request["method"] == "initialize" and options.list_changed:
        write(answer(request, "", capabilities={"tools": {"listChanged": True}}))
        continue
    if request["method"] == "subscriptions/listen":
        stream = request["id"]
        params = {"notifications": request["params"]["notifications"],
                  "_meta": {"io.modelcontextprotocol/subscriptionId": request["id"]}}
        note = {"jsonrpc": "2.0", "method": "notifications/subscriptions/acknowledged", "params": params}
        write(json.dumps(note).encode() + b"\n")
        continue
    if request["method"] != "tools/call":
        write(answer(request, "".join(request.get("params", {}).get("say", request["method"]))))
        continue
    tool = request["params"]["name"]
    arguments = request["params"].get("arguments", {})
    if tool == "split":
        data = answer(request, "in three parts")
        for part in (data[:10], data[10:20], data[20:]):
            write(part)
            time.sleep(0.02)
    elif tool == "unterminated":
        write(answer(request, "the last").rstrip(b"\n"))
        sys.exit(0)
    elif tool == "die":
        write(answer(request, "never complete")[:20])
        os._exit(7)
    elif tool == "never":
        pass
    elif tool == "environment":
        write(answer(request, os.environ.get(arguments["name"], "(none)")))
    elif tool == "big":
        write(answer(request, "b" * arguments["bytes"]))
    elif tool == "size":
        write(answer(request, str(len(line))))
    elif tool == "noise":
        write(b"starting up \x1b[31mnow\n")
        write(answer(request, "after the noise"))
    elif tool == "stderr":
        sys.stderr.write("e" * 300_000)
        sys.stderr.flush()
        write(answer(request, "after the noise"))
    elif tool == "fail":
        write(answer(request, "it failed", isError=True))
    elif tool == "malformed":
        write(b'{"jsonrpc":"2.0","id":%s,"result":{"a":1,"a":2}}\n' % json.dumps(request["id"]).encode())
    elif tool == "twice":
        write(answer(request, "one") + answer(request, "two"))
    elif tool == "stranger":
        write(b'{"jsonrpc":"2.0","id":"nobody asked","result":{}}\n' + answer(request, "mine"))
    elif tool == "progress":
        note = {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": 1, "progress": 1}}
        write(json.dumps(note).encode() + b"\n" + answer(request, "done"))
    elif tool == "say":
        content = [{"type": "text", "text": part} for part in arguments["parts"]]
        write(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": {"content": content}}).encode() + b"\n")
    elif tool == "say-error":
        error = {"code": -1, "message": "no " + "".join(arguments["parts"]) + "-918273"}
        write(json.dumps({"jsonrpc": "2.0", "id": request["id"], "error": error}).encode() + b"\n")
    elif tool == "say-log":
        text = "".join(arguments["parts"]) + "-918273"
        for method, params in (("message", {"level": "info", "data": text}), ("progress", {"progressToken": 1, "message": text})):
            note = {"jsonrpc": "2.0", "method": "notifications/" + method, "params": params}
            write(json.dumps(note).encode() + b"\n")
        write(answer(request, "done"))
    elif tool == "retool":
        options.tools = arguments["tools"]
        note = {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}
        write(json.dumps(note).encode() + b"\n" + answer(request, "retooled"))
    elif tool == "hush":
        # Ends the stream on which a server of 2026-07-28 tells of changes.
        write(answer({"id": stream}, "") + answer(request, "hushed"))
    elif tool == "ask-until-refused":
        # One question after the other, of a host that says nothing; a refusal is not the host's.
        answered = False
        for number in range(100):
            question = {"jsonrpc": "2.0", "id": f"s-{number}", "method": "sampling/createMessage", "params": {}}
            write(json.dumps(question).encode() + b"\n")
            answered = bool(select.select([sys.stdin], [], [], 0.02)[0])
            if answered:
                sys.stdin.buffer.readline()
                break
        write(answer(request, "refused" if answered else "never refused"))
    elif tool == "ask-late":
        # Asks while what the host sent last waits to be read.
        while not os.path.exists(arguments["file"]):
            time.sleep(0.01)
        write(b'{"jsonrpc":"2.0","id":"s-1","method":"sampling/createMessage","params":{}}\n')
        while not os.path.exists(arguments["next"]):
            time.sleep(0.01)
    elif tool == "ask":
        write(b'{"jsonrpc":"2.0","id":"s-1","method":"sampling/createMessage","params":{}}\n')
        write(answer(request, "asked"))
    else:
        write(answer(request, json.dumps(arguments)))
if options.ignore_eof:
    forever()
