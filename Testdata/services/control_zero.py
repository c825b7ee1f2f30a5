#!/usr/bin/env python3
"""A stand-in for a Control Zero service: what czproxy asks of one, and the faults that one can have.

Standard library only. Prints the port it listens on. Faults are switched while it runs:

  POST /_test/fault    {"on": "bootstrap|pull|audit|logs|secrets|tamper", "kind": KIND, "times": N, ...}
                       an empty object clears all faults
  POST /_test/content  {"bundle": FILE, "keys": FILE, "change_keys": {...}, "api_key": KEY}  serves other files from now on, with another key
  GET  /_test/entries  entries, batches (their sizes) and log records that were taken
  GET  /_test/requests what was asked: method, path, headers

KIND: huge ("bytes" of them), trailers (without an end), status (status, headers, body: "echo" quotes the Authorization header, "echo-escaped"
with each character as JSON can escape it), hang (until cleared), cut (in the middle of
the body), junk (bytes that are no bundle), deaf (takes the entries, and closes before it answers), poison (400, or "status", for
a batch with an entry whose extracted_method is in "methods"), clock (answers with a Date that is "seconds" off; a
"retry_after" makes it a 429 whose Retry-After is a date by that clock).
"""

import argparse
import email.utils
import hashlib
import json
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Service:
    def __init__(self, options):
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.key = options.api_key
        self.bundle = read(options.bundle)
        self.keys = json.loads(read(options.keys))
        self.faults = {}
        self.entries, self.batches, self.logs, self.requests, self.alerts = [], [], [], [], []

    def fault(self, endpoint):
        """The fault that the next answer has; one with `times` is over after that many."""
        with self.lock:
            fault = self.faults.get(endpoint)
            if fault is not None and "times" in fault:
                fault["times"] -= 1
                if fault["times"] <= 0:
                    del self.faults[endpoint]
            return fault


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "stand-in"
    service = None
    clock = 0

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return email.utils.formatdate((timestamp or time.time()) + self.clock, usegmt=True)

    # MARK: Requests

    def do_GET(self):
        self.answer({"/v1/sdk/bootstrap": "bootstrap", "/v1/sdk/policies/pull": "pull"})

    def do_POST(self):
        self.answer({"/v1/sdk/audit": "audit", "/v1/logs": "logs", "/v1/sdk/tamper-alert": "tamper"})

    def answer(self, endpoints):
        self.clock = 0
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        if self.path.startswith("/_test/"):
            return self.control(body)
        with self.service.lock:
            self.service.requests.append(
                {"method": self.command, "path": self.path, "headers": dict(self.headers.items()),
                 "connection": self.client_address[1]})
        endpoint = "secrets" if self.path.startswith("/api/secrets/") else endpoints.get(self.path)
        if endpoint is None:
            return self.send(404, b'{"error": {"message": "no such path"}}')
        fault = self.service.fault(endpoint)
        if fault is not None and self.fail(fault, endpoint, body):
            return None
        if endpoint != "logs" and self.headers.get("Authorization") != f"Bearer {self.service.key}":
            return self.send(401, b'{"message": "unknown key", "reason": "INVALID_API_KEY"}')
        return getattr(self, endpoint)(body)

    def send(self, status, body=b"", headers=None, content_type="application/json"):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if body or status not in (204, 304):
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    # MARK: Answers

    def bootstrap(self, _):
        with self.service.lock:
            body = json.dumps(self.service.keys).encode()
        self.send(200, body)

    def pull(self, _):
        with self.service.lock:
            bundle = self.service.bundle
        etag = hashlib.sha256(bundle).hexdigest()
        if self.headers.get("If-None-Match") == etag:
            return self.send(304, headers={"ETag": f'"{etag}"'})
        return self.send(200, bundle, {"ETag": f'"{etag}"'}, "application/octet-stream")

    def audit(self, body):
        entries = json.loads(body)["entries"]
        good = [e for e in entries if e.get("decision") in ("allow", "deny", "warn") and e.get("tool_name")]
        if len(entries) > 500:
            return self.send(413, b'{"message": "more than 500 entries"}')
        with self.service.lock:
            self.service.entries += good
            self.service.batches.append(len(entries))
        return self.send(200, json.dumps({"accepted": len(good), "dropped": len(entries) - len(good)}).encode())

    def logs(self, body):
        with self.service.lock:
            self.service.logs.append(json.loads(body))
        self.send(200, b"{}")

    def tamper(self, body):
        with self.service.lock:
            self.service.alerts.append(json.loads(body))
        self.send(202, b"{}")

    def secrets(self, _):
        name = self.path.removeprefix("/api/secrets/")
        if name == "db%2Fpassword":
            return self.send(200, b'{"name": "db/password", "value": "s\\u00e9cret"}')
        if name == "guarded":
            return self.send(403, b'{"error": {"code": "SECRET_APPROVAL_REQUIRED", "message": "ask"}}')
        if name == "long":
            return self.send(200, json.dumps({"value": "x" * 3_000_000}).encode())
        return self.send(404, b'{"message": "no such secret"}')

    # MARK: Faults

    def fail(self, fault, endpoint, body):
        """Answers as the fault has it; whether there is nothing more to say."""
        kind = fault["kind"]
        if kind == "status":
            answer = fault.get("body", "")
            if answer == "echo":
                answer = json.dumps({"message": "not " + self.headers.get("Authorization", "")})
            elif answer == "echo-escaped":
                text = "".join(f"\\u{ord(c):04x}" for c in self.headers.get("Authorization", ""))
                answer = '{"message": "not ' + text + '"}'
            self.send(fault["status"], answer.encode(), fault.get("headers"))
        elif kind == "hang":
            with self.service.lock:
                while self.service.faults.get(endpoint) is fault:
                    self.service.changed.wait()
            self.close_connection = True
        elif kind == "cut":
            with self.service.lock:
                content = self.service.bundle if endpoint == "pull" else json.dumps(self.service.keys).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
        elif kind == "junk":
            self.send(200, fault.get("content", "CZ01 this is no bundle").encode())
        elif kind == "huge":
            self.send(200, b"x" * fault["bytes"])
        elif kind == "trailers":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.close_connection = True
            try:
                self.wfile.write(b"1\r\n{\r\n0\r\n")
                while True:
                    self.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")
            except OSError:
                pass
        elif kind == "deaf":
            with self.service.lock:
                self.service.entries += json.loads(body)["entries"]
            self.close_connection = True
        elif kind == "poison":
            if any(e.get("extracted_method") in fault["methods"] for e in json.loads(body)["entries"]):
                self.send(fault.get("status", 400), b'{"message": "an entry is malformed"}')
            else:
                return False
        elif kind == "clock":
            self.clock = fault["seconds"]
            if "retry_after" not in fault:
                return False
            date = email.utils.formatdate(time.time() + self.clock + fault["retry_after"], usegmt=True)
            self.send(429, b"{}", {"Retry-After": date})
        return True

    # MARK: Tests

    def control(self, body):
        service = self.service
        with service.lock:
            if self.path == "/_test/fault":
                fault = json.loads(body)
                if fault:
                    service.faults[fault["on"]] = fault
                else:
                    service.faults.clear()
                service.changed.notify_all()
                answer = {}
            elif self.path == "/_test/content":
                content = json.loads(body)
                if "bundle" in content:
                    service.bundle = read(content["bundle"])
                service.key = content.get("api_key", service.key)
                if "keys" in content:
                    service.keys = json.loads(read(content["keys"]))
                service.keys.update(content.get("change_keys", {}))
                answer = {}
            elif self.path == "/_test/entries":
                answer = {"entries": service.entries, "batches": service.batches, "logs": service.logs,
                          "alerts": service.alerts}
            elif self.path == "/_test/requests":
                answer = {"requests": service.requests}
            else:
                return self.send(404)
            answer = json.dumps(answer).encode()
        return self.send(200, answer)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bundle", required=True)
    parser.add_argument("--keys", required=True)
    parser.add_argument("--api-key", default="cz_test_" + "a" * 64)
    parser.add_argument("--certificate")
    parser.add_argument("--private-key")
    options = parser.parse_args()
    Handler.service = Service(options)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.private_key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_address[1], flush=True)
    # Ends with whoever started it.
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
