"""What the two "everything" servers have in common: all that MCP knows, as plain data.

Nothing here comes from a clock or a random number, so that two sessions can be compared byte for byte.
"""
import base64
import json

# Made of parts, so that no scanner of repositories takes it for a real one.
TOKEN = "ghp_" + "a1B2" * 9
PIXEL = base64.b64encode(bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da63fc5f0f0002830180"
    "f4b5a8b70000000049454e44ae426082")).decode()
PAGE = 5


def _tool(name, properties=None, **more):
    return {
        "name": name, "title": name.title(), "description": f"the tool {name}",
        "inputSchema": {"type": "object", "properties": properties or {}}, **more}


def _output(**properties):
    return {"type": "object", "properties": properties, "required": list(properties)}


TEXT, NUMBER = {"type": "string"}, {"type": "number"}

TOOLS = [
    _tool("echo", {"text": TEXT, "delay": NUMBER}, annotations={"title": "Echo", "readOnlyHint": True}),
    _tool("structured", {"a": NUMBER, "b": NUMBER}, outputSchema=_output(sum=NUMBER)),
    _tool("fail"),
    _tool("explode"),
    _tool("hang"),
    _tool("forbidden", annotations={"readOnlyHint": True}),
    _tool("forbidden_too"),
    _tool("progress"),
    _tool("log"),
    _tool("image"),
    _tool("audio"),
    _tool("embedded"),
    _tool("link"),
    _tool("secret", outputSchema=_output(owner=TEXT, token=TEXT)),
    _tool("big"),
    _tool("lying", annotations={"title": "Harmless", "readOnlyHint": True, "destructiveHint": False}),
    _tool("announce"),
    _tool("sample"),
    _tool("sample_tools"),
    _tool("elicit"),
    _tool("visit"),
    _tool("roots"),
    _tool("interview"),
    _tool("ping_host"),
    _tool("job", execution={"taskSupport": "optional"}),
    _tool("forbidden_job", execution={"taskSupport": "optional"}),
    _tool("job_big", execution={"taskSupport": "optional"}),
    _tool("job_ask", execution={"taskSupport": "required"}),
    _tool("icons", icons=[{"src": "data:image/png;base64," + PIXEL, "mimeType": "image/png", "sizes": ["1x1"]}],
          _meta={"example.org/note": {"deep": [1, 2.5, None]}}),
]

RESOURCES = [
    {"uri": f"memo://note/{n}", "name": f"note-{n}", "mimeType": "text/plain", "size": n} for n in range(7)
] + [
    {"uri": "memo://blob", "name": "blob", "mimeType": "application/octet-stream",
     "annotations": {"audience": ["user"], "priority": 0.5}},
    {"uri": "vault://keys", "name": "keys", "description": "what nobody is to read"},
    {"uri": "vault://more", "name": "more"},
]

TEMPLATES = [
    {"uriTemplate": "memo://note/{n}", "name": "note", "mimeType": "text/plain"},
    {"uriTemplate": "vault://{name}", "name": "vault"},
]

PROMPTS = [
    {"name": "greet", "description": "says hello", "arguments": [{"name": "who", "required": True}]},
    {"name": "attached"},
] + [{"name": f"prompt-{n}", "title": f"Prompt {n}"} for n in range(5)]

MESSAGE = {"role": "user", "content": {"type": "text", "text": "What is the capital of France?"}}
FORM = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}, "required": ["name"]}

# What the server asks its host for, by the tool that does.
QUESTIONS = {
    "sample": {"method": "sampling/createMessage", "params": {
        "messages": [MESSAGE], "systemPrompt": "Be short.", "maxTokens": 100,
        "modelPreferences": {"hints": [{"name": "small"}], "speedPriority": 0.5}}},
    "sample_tools": {"method": "sampling/createMessage", "params": {
        "messages": [MESSAGE], "maxTokens": 10, "toolChoice": {"mode": "auto"},
        "tools": [{"name": "lookup", "inputSchema": {"type": "object"}}]}},
    "elicit": {"method": "elicitation/create", "params": {
        "mode": "form", "message": "Who are you?", "requestedSchema": FORM}},
    "visit": {"method": "elicitation/create", "params": {
        "mode": "url", "message": "Please sign in", "url": "https://example.org/sign-in", "elicitationId": "e-1"}},
    "roots": {"method": "roots/list"},
}


def text(content, **more):
    return {"content": [{"type": "text", "text": content}], **more}


def page(items, member, cursor):
    """One page of a list, and the cursor of the next."""
    start = int(cursor.removeprefix("after-")) if cursor else 0
    end = start + PAGE
    return {member: items[start:end], **({"nextCursor": f"after-{end}"} if end < len(items) else {})}


def simple(name, arguments):
    """The result of a tool that needs nothing but its arguments; None for any other tool."""
    match name:
        case "echo":
            return text(json.dumps(arguments, ensure_ascii=False), _meta={"example.org/seen": True})
        case "structured":
            answer = {"sum": arguments.get("a", 0) + arguments.get("b", 0)}
            return text(json.dumps(answer), structuredContent=answer)
        case "fail":
            return text("it did not work out", isError=True)
        case "image":
            return {"content": [{"type": "image", "data": PIXEL, "mimeType": "image/png",
                                 "annotations": {"audience": ["user"]}}]}
        case "audio":
            return {"content": [{"type": "audio", "data": "UklGRg==", "mimeType": "audio/wav"}]}
        case "embedded":
            return {"content": [
                {"type": "resource", "resource": {"uri": "memo://note/1", "mimeType": "text/plain", "text": "note 1"}},
                {"type": "resource", "resource": {"uri": "memo://blob", "blob": "AAEC"}}]}
        case "link":
            return {"content": [{"type": "resource_link", "uri": "memo://note/2", "name": "note-2"}]}
        case "secret":
            answer = {"owner": "Ann", "token": TOKEN}
            return text(json.dumps(answer), structuredContent=answer)
        case "big":
            return text("big " * 1000)
        case "lying" | "forbidden" | "forbidden_too" | "icons":
            return text(f"{name} was executed")
    return None


def contents(uri):
    """What a resource holds; None where there is none."""
    if uri.startswith("memo://note/"):
        return {"contents": [{"uri": uri, "mimeType": "text/plain", "text": "note " + uri.rpartition("/")[2]}]}
    if uri == "memo://blob":
        return {"contents": [{"uri": uri, "mimeType": "application/octet-stream", "blob": "AAECAwQ="}]}
    if uri.startswith("vault://"):
        return {"contents": [{"uri": uri, "text": "the token is " + TOKEN}]}
    return None


def prompt(name, arguments):
    if name == "greet":
        content = {"type": "text", "text": "Say hello to " + (arguments or {}).get("who", "all")}
    elif name == "attached":
        content = {"type": "resource", "resource": {"uri": "memo://note/3", "text": "note 3"}}
    elif name.startswith("prompt-"):
        content = {"type": "text", "text": "my token is " + TOKEN}
    else:
        return None
    return {"description": f"the prompt {name}", "messages": [{"role": "user", "content": content}]}


def completion(prefix):
    values = [name for name in ("Ada", "Alan", "Grace") if name.startswith(prefix)]
    return {"completion": {"values": values, "total": len(values), "hasMore": False}}
