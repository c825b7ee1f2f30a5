"""The other direction: lines of a server that a host may take for something else than czproxy did.

A server that knows its host's requests answers them, twice, under ids of others, and asks what the policy denies, each
hidden in some way. Nothing but answers to what is in flight, once, and questions that are allowed may reach the host.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading

from frames import Frames, Pairs

HERE = os.path.dirname(os.path.abspath(__file__))
DENIED = "sampling/createMessage"
END = b'{"jsonrpc":"2.0","method":"notifications/end"}'
QUESTIONS = ["elicitation/create", "roots/list", "ping", "notifications/message", "notifications/progress", "vendor/x"]
ODD_QUESTIONS = ["Sampling/createMessage", "sampling/createmessage", "sampling/createMessage\0", " sampling/createMessage",
                 "\u017fampling/createMessage", "sampling/createMessage ", "sampling.createMessage"]


class Answers(Frames):
    """Frames of a server: what a host's frame hides is a call, what these hide is a question or another answer."""

    def call(self, name=None):
        rng = self.rng
        if name == "forbidden" and rng.random() < 0.6 or rng.random() < 0.2:
            return Pairs([("jsonrpc", "2.0"), ("id", self.id()), ("method", DENIED),
                          ("params", Pairs([("maxTokens", 1), ("messages", [])]))])
        identifier = self.id()
        if rng.random() < 0.15:
            identifier = rng.randint(1, self.number + 1)
        result = Pairs([("content", [])])
        if rng.random() < 0.25:
            method = rng.choice([DENIED, DENIED, "elicitation/create"] + ODD_QUESTIONS[:3])
            result = Pairs([("inputRequests", Pairs([("q", Pairs([("method", method), ("params", Pairs())]))]))])
        if rng.random() < 0.2:
            return Pairs([("jsonrpc", "2.0"), ("id", identifier), ("error", Pairs([("code", 1), ("message", "no")]))])
        return Pairs([("jsonrpc", "2.0"), ("id", identifier), ("result", result)])

    def other(self):
        rng = self.rng
        message = Pairs([("jsonrpc", "2.0"), ("id", self.id()), ("method", rng.choice(QUESTIONS * 2 + ODD_QUESTIONS)),
                         ("params", Pairs([("message", "x")]))])
        return Pairs(pair for pair in message if pair[0] != "id") if rng.random() < 0.5 else message

    def objects(self, message):
        found = super().objects(message)
        self.rng.shuffle(found)
        return found

    def replacement(self, key):
        if key == "method":
            return self.rng.choice([DENIED, "ping"])
        if key in ("result", "inputRequests", "q"):
            return self.call("x")
        return super().replacement(key)


def asked(count):
    """The host's requests: numbers, and texts that look like them."""
    for number in range(1, count + 1):
        yield number
        if number % 4 == 0:
            yield f"a{number}"
            yield str(number)


def relay(czproxy, frames, policy):
    """Lets a server send frames to a host that waits for everything; returns the lines that reached the host."""
    directory = tempfile.mkdtemp(prefix="czproxy-smuggle-")
    try:
        for name, content in (("policy.yaml", policy.encode()), ("frames", b"\n".join(frames) + b"\n" + END + b"\n")):
            with open(os.path.join(directory, name), "wb") as file:
                file.write(content)
        process = subprocess.Popen(
            [czproxy, "run", "--server", "s", "--policy", directory + "/policy.yaml", "--state-dir", directory + "/state",
             "--dlp-results", "off", "--", sys.executable, os.path.join(HERE, "player.py"), directory + "/frames"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        requests = [{"id": "hello", "method": "initialize", "params": {}}]
        requests += [{"id": identifier, "method": "vendor/wait"} for identifier in asked(len(frames))]
        requests.append({"method": "notifications/go"})
        text = b"".join(json.dumps({"jsonrpc": "2.0", **request}).encode() + b"\n" for request in requests)

        def feed():
            try:
                process.stdin.write(text)
                process.stdin.flush()
            except BrokenPipeError:
                pass

        writer = threading.Thread(target=feed)
        writer.start()
        lines = []
        for line in process.stdout:
            line = line.rstrip(b"\n")
            if line == END:
                break
            lines.append(line)
        writer.join()
        process.stdin.close()
        lines += [line.rstrip(b"\n") for line in process.stdout]
        return lines, process.wait()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def judge(views, count):
    """What is wrong with the lines, beside what is wrong in either direction: line number and reason."""
    waiting = {"shello"} | {("i" if isinstance(one, int) else "s") + str(one) for one in asked(count)}
    for number, messages in enumerate(zip(*views.values())):
        answered = set()
        for reader, view in zip(views, messages):
            for message in view.split("\t") if view != "-" else []:
                kind, identifier, name, _ = message.split("|")
                if kind == "other" and name == DENIED or kind == "answer" and DENIED in name.split("+"):
                    yield number, f"{reader} sees a question that is denied: {message}"
                if kind == "answer":
                    # A host that takes "5" for 5 waits for both.
                    other = "is"[identifier[0] == "i"] + identifier[1:]
                    if identifier not in waiting and other in waiting:
                        identifier = other
                    answered.add(identifier)
                    if identifier not in waiting:
                        yield number, f"{reader} sees an answer that nobody waits for: {message}"
        waiting -= answered
