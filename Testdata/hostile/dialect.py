"""A server that reads its input as some real servers do, and puts on record which tools it was made to run.

  --lines lf|universal|values   what ends a message: LF; LF, CR and CR LF (Python, Java, .NET); nothing, values follow
                                one another (Go)
  --keys exact|fold|cut|first   exact bytes, of repeated keys the last; without regard to case, with U+017F and U+212A
                                (Go, .NET, Jackson); cut at NUL (an early Go SDK); exact, of repeated keys the first (Swift)
  --batch                       arrays are taken apart (MCP 2025-03-26)
  --lenient                     a byte order mark, other encodings of Unicode, bytes that are not UTF-8, text before and
                                after a value are passed over
  --record FILE                 a line for each tool that was run

The tool `raw` answers with the bytes that its argument `hex` names, in which `ID` stands for the request's id.
"""
import argparse
import io
import json
import os
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--lines", choices=["lf", "universal", "values"], default="lf")
parser.add_argument("--keys", choices=["exact", "fold", "cut", "first"], default="exact")
parser.add_argument("--batch", action="store_true")
parser.add_argument("--lenient", action="store_true")
parser.add_argument("--record", required=True)
options = parser.parse_args()

KNOWN = ["jsonrpc", "id", "method", "params", "name", "arguments", "result"]


def key_of(key):
    if options.keys == "fold":
        folded = key.lower().replace("\u017f", "s").replace("\u212a", "k")
        return folded if folded in KNOWN else key
    return key.split("\0")[0] if options.keys == "cut" else key


def make_object(pairs):
    result = {}
    for key, value in pairs:
        key = key_of(key)
        if options.keys != "first" or key not in result:
            result[key] = value
    return result


DECODER = json.JSONDecoder(object_pairs_hook=make_object)


def write(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def execute(message):
    if isinstance(message, list) and options.batch:
        for one in message:
            execute(one)
        return
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        return
    method = message["method"].lower() if options.keys == "fold" else message["method"]
    identifier = json.dumps(message.get("id")).encode()
    if method != "tools/call":
        if "id" in message:
            write(b'{"jsonrpc":"2.0","id":' + identifier + b',"result":{}}\n')
        return
    params = message.get("params") or {}
    name = params.get("name") if isinstance(params, dict) else None
    with open(options.record, "a") as record:
        record.write(f"{name}\n")
    if name == "raw":
        write(bytes.fromhex(params["arguments"]["hex"]).replace(b"ID", identifier))
    else:
        write(b'{"jsonrpc":"2.0","id":' + identifier + b',"result":{"content":[]}}\n')


def decoded(line):
    if not options.lenient:
        return line.decode("utf-8", "replace" if options.lines == "universal" else "strict")
    if line[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return line.decode("utf-16", "replace")
    if b"\0" in line[:2]:
        return line.decode("utf-16-le" if line[1:2] == b"\0" else "utf-16-be", "replace")
    return line.decode("utf-8", "replace").lstrip("\ufeff")


def run(text):
    text = text.strip()
    while text:
        if options.lenient:
            start = min((place for place in (text.find("{"), text.find("[")) if place >= 0), default=len(text))
            text = text[start:]
        try:
            value, end = DECODER.raw_decode(text)
        except (ValueError, RecursionError):
            return
        if options.lines != "values" and not options.lenient and text[end:].strip():
            return
        execute(value)
        text = text[end:].strip()


pending = ""
for line in sys.stdin.buffer:
    try:
        text = decoded(line.rstrip(b"\n") if options.lenient else line)
    except UnicodeDecodeError:
        continue
    if options.lines == "universal":
        for part in io.StringIO(text, newline=None):
            run(part)
    elif options.lines == "values":
        # A value may go on in the next line.
        pending += text
        run(pending)
        if pending.count("{") <= pending.count("}"):
            pending = ""
    else:
        run(text)
