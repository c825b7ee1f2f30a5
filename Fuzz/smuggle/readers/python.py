"""Python's `json`, from bytes (it finds out the encoding) and from text lines (which end at a bare CR too)."""
import io
import json
import sys

from common import run, seen, spelled_id

FROM_BYTES = "--bytes" in sys.argv


def messages(value):
    if isinstance(value, list):
        return [message for item in value for message in messages(item)]
    if not isinstance(value, dict) or not isinstance(value.get("method"), str):
        return ["answer|" + spelled_id(value.get("id")) + "||"] if isinstance(value, dict) and "id" in value else []
    params = value.get("params")
    params = params if isinstance(params, dict) else {}
    arguments = params.get("arguments")
    arguments = arguments if isinstance(arguments, dict) else {}
    return [seen(value["method"], spelled_id(value.get("id")), params.get("name"), arguments.get("path"))]


def parse(text):
    try:
        return messages(json.loads(text))
    except (ValueError, RecursionError):
        return []


def read(line):
    if FROM_BYTES:
        return parse(line)
    text = io.TextIOWrapper(io.BytesIO(line), encoding="utf-8", errors="replace")
    return [message for part in text for message in parse(part)]


run(read)
