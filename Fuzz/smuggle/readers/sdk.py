"""The reader of the official Python SDK (1.x or 2.x, whichever is installed), as its stdio server uses it."""
import io

from common import run, seen, spelled_id

try:
    from mcp_types import jsonrpc_message_adapter

    validate = jsonrpc_message_adapter.validate_json
except ImportError:
    from mcp.types import JSONRPCMessage

    validate = JSONRPCMessage.model_validate_json


def parse(text):
    try:
        message = validate(text)
    except Exception:
        return []
    message = getattr(message, "root", message)
    method = getattr(message, "method", None)
    identifier = getattr(message, "id", None)
    if method is None:
        return ["answer|" + spelled_id(identifier) + "||"]
    params = message.params or {}
    params = params if isinstance(params, dict) else params.model_dump()
    arguments = params.get("arguments")
    arguments = arguments if isinstance(arguments, dict) else {}
    return [seen(method, spelled_id(identifier), params.get("name"), arguments.get("path"))]


def read(line):
    text = io.TextIOWrapper(io.BytesIO(line), encoding="utf-8", errors="replace")
    return [message for part in text for message in parse(part)]


run(read)
