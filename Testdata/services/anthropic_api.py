#!/usr/bin/env python3
"""A model that does as it was told: Anthropic's Messages API for a host, with what the model says as a script.

Usage: anthropic_api.py TURNS. TURNS is a JSON list; a turn is a list of [TOOL, INPUT], or a text, which ends it.

Standard library only. Prints the port it listens on, then a line for each tool's result that the model is shown:
{"tool": NAME, "is_error": BOOL, "content": TEXT}. Which turn it is follows from the conversation.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

turns = json.loads(sys.argv[1])


def events(number, turn, model):
    """A message as it is streamed."""
    usage = {"input_tokens": 1, "output_tokens": 1}
    yield "message_start", {"message": {
        "id": f"msg_{number}", "type": "message", "role": "assistant", "model": model, "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": usage}}
    if isinstance(turn, str):
        blocks = [({"type": "text", "text": ""}, {"type": "text_delta", "text": turn})]
    else:
        blocks = [
            ({"type": "tool_use", "id": f"toolu_{number}_{index}", "name": tool, "input": {}},
             {"type": "input_json_delta", "partial_json": json.dumps(arguments)})
            for index, (tool, arguments) in enumerate(turn)]
    for index, (block, delta) in enumerate(blocks):
        yield "content_block_start", {"index": index, "content_block": block}
        yield "content_block_delta", {"index": index, "delta": delta}
        yield "content_block_stop", {"index": index}
    reason = "end_turn" if isinstance(turn, str) else "tool_use"
    yield "message_delta", {"delta": {"stop_reason": reason, "stop_sequence": None}, "usage": usage}
    yield "message_stop", {}


def show_results(messages):
    """Prints the results that came since the model last spoke."""
    names = {}
    spoke = max((index for index, message in enumerate(messages) if message["role"] == "assistant"), default=-1)
    for index, message in enumerate(messages):
        for block in message["content"] if isinstance(message["content"], list) else []:
            if block["type"] == "tool_use":
                names[block["id"]] = block["name"]
            if block["type"] != "tool_result" or index < spoke:
                continue
            content = block["content"]
            if isinstance(content, list):
                content = "".join(part.get("text", "") for part in content)
            print(json.dumps({
                "tool": names[block["tool_use_id"]], "is_error": block.get("is_error", False), "content": content}),
                flush=True)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, body, kind="application/json", status=200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(b"{}", status=404)

    def do_HEAD(self):
        self.do_GET()

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        if self.path.partition("?")[0] != "/v1/messages":
            return self.answer(b'{"input_tokens": 1}')
        number = sum(message["role"] == "assistant" for message in request["messages"])
        # What a host asks beside the conversation, as for a title, offers no tools.
        is_conversation = bool(request.get("tools")) and number < len(turns)
        if is_conversation:
            show_results(request["messages"])
        stream = events(number, turns[number] if is_conversation else "Well.", request.get("model"))
        text = "".join(f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n" for kind, data in stream)
        return self.answer(text.encode(), "text/event-stream")


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
