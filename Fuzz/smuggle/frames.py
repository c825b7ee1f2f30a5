"""Makes frames that one reader may take for something else than another: valid ones, odd ones, broken ones.

A frame is bytes that a host might write. Most hide a call of `forbidden` (or of `read` outside its directory, or a
secret in an argument) in some way; the rest is harmless.
"""
import random

SECRET = "SECRET-918273"
METHODS = ["ping", "tools/list", "resources/read", "prompts/get", "notifications/x", "notifications/cancelled",
           "initialize", "server/discover", "logging/setLevel", "completion/complete", "tasks/get", "x"]
ODD_METHODS = ["Tools/Call", "TOOLS/CALL", "tools/call ", " tools/call", "tools//call", "tools\\call", "tools/call\0",
               "tools/cal\u017f", "tool\u017f/call", "tools/call\u200b", "\ufefftools/call", "tools.call", "tools/calls",
               "tools/call\n", "tools\u2215call", "\uff54ools/call", "tools/ca\u013cl", "tools/cal\u2113"]
NAMES = ["forbidden", "echo", "read", "x", "forbidden ", "Forbidden", "forb\u0131dden", "forbidden\0", "forbidde\u0146"]
PATHS = ["/site/a", "/etc/shadow", "../etc/shadow", "/site/../etc/shadow", "file:///etc/shadow", SECRET,
         "a" + SECRET + "b", "", "x"]
FOLDS = {"s": "\u017f", "k": "\u212a", "i": "\u0131", "S": "\u017f", "K": "\u212a", "I": "\u0130"}


class Raw(bytes):
    """Bytes that stand in the text as they are."""


class Pairs(list):
    """An object, as a list of keys and values, so that a key may stand in it twice."""


def fold(rng, text):
    """The same word to a reader that folds case, or cuts, or trims; another one to one that compares bytes."""
    choice = rng.randrange(9)
    if choice == 0:
        return text.upper()
    if choice == 1:
        return text[:1].upper() + text[1:]
    if choice == 2:
        return "".join(FOLDS.get(c, c) if rng.random() < 0.7 else c for c in text)
    if choice == 3:
        return text + "\0" * rng.randint(1, 3)
    if choice == 4:
        return text + rng.choice([" ", "\t", "\u00a0", "\u200b", "\ufeff", "\u0301"])
    if choice == 5:
        return rng.choice([" ", "\ufeff", "\0", "$", "@"]) + text
    if choice == 6:
        return "".join(chr(ord(c) + 0xfee0) if "!" <= c <= "~" else c for c in text)
    if choice == 7:
        return "".join(c.upper() if rng.random() < 0.5 else c for c in text)
    return text + "\0" + rng.choice(["x", "2"])


class Writer:
    """Writes a value as JSON with spellings of its own choosing."""

    def __init__(self, rng, escapes=0.0, spaces=0.0, broken=0.0):
        self.rng, self.escapes, self.spaces, self.broken = rng, escapes, spaces, broken

    def space(self):
        rng = self.rng
        if rng.random() >= self.spaces:
            return b""
        plain = [b" ", b"\t", b"  "]
        odd = [b"\r", b"\n", b"\r\n", b"\x0b", b"\x0c", b"\xc2\xa0", b"\xe2\x80\xa8", b"\xc2\x85", b"\0", b"/**/",
               b"\xef\xbb\xbf", b"\x1e"]
        return rng.choice(odd if rng.random() < self.broken else plain)

    def string(self, text):
        rng, out = self.rng, bytearray(b'"')
        for character in text:
            point = ord(character)
            if rng.random() < self.escapes:
                out += self.escape(point)
            elif character in '"\\':
                out += b"\\" + character.encode()
            elif point < 0x20:
                out += self.escape(point) if rng.random() >= self.broken else bytes([point])
            elif 0xd800 <= point < 0xe000:
                out += b"\\u%04x" % point if rng.random() >= self.broken else character.encode("utf-8", "surrogatepass")
            else:
                out += character.encode()
                if rng.random() < self.broken * 0.05:
                    out += rng.choice([b"\xff", b"\xc0\xa2", b"\xed\xa0\x80", b"\xe2\x84", b"\xf4\x90\x80\x80", b"\x00"])
        quote = b'"'
        if rng.random() < self.broken * 0.03:
            out[0:1] = b"'"
            quote = b"'"
        return bytes(out) + quote

    def escape(self, point):
        rng = self.rng
        short = {0x2f: b"\\/", 0x22: b'\\"', 0x5c: b"\\\\", 8: b"\\b", 9: b"\\t", 10: b"\\n", 12: b"\\f", 13: b"\\r"}
        if point in short and rng.random() < 0.5:
            return short[point]
        if rng.random() < self.broken * 0.2:
            return rng.choice([b"\\x%02x" % (point & 0xff), b"\\u{%x}" % point, b"\\U%08x" % point, b"\\%o" % point,
                               b"\\u%03x" % (point & 0xfff), b"\\u00%2x" % (point & 0xff)])
        if point > 0xffff:
            point -= 0x10000
            return b"\\u%04x\\u%04x" % (0xd800 + (point >> 10), 0xdc00 + (point & 0x3ff))
        form = rng.choice(["\\u%04x", "\\u%04X"])
        return (form % point).encode()

    def value(self, value):
        rng = self.rng
        if isinstance(value, Raw):
            return bytes(value)
        if isinstance(value, str):
            return self.string(value)
        if isinstance(value, dict):
            value = Pairs(value.items())
        if isinstance(value, Pairs):
            parts = []
            for key, item in value:
                name = bytes(key) if isinstance(key, Raw) else self.string(key)
                parts.append(self.space() + name + self.space() + b":" + self.space() + self.value(item) + self.space())
            if rng.random() < self.broken * 0.1:
                parts.append(b"")
            return b"{" + b",".join(parts) + b"}"
        if isinstance(value, (list, tuple)):
            return b"[" + b",".join(self.space() + self.value(item) + self.space() for item in value) + b"]"
        if value is None:
            return b"null"
        if isinstance(value, bool):
            return b"true" if value else b"false"
        return str(value).encode()


class Frames:
    def __init__(self, seed, corpus=()):
        self.rng = random.Random(seed)
        self.number = 0
        self.corpus = list(corpus)

    def id(self):
        rng = self.rng
        self.number += 1
        choice = rng.randrange(20)
        if choice < 10:
            return self.number
        if choice < 13:
            return f"a{self.number}"
        if choice == 13:
            return str(self.number)
        odd = [b"1.0", b"1e0", b"-0", b"01", b"1e400", b"9007199254740991", b"9007199254740993", b"-9007199254740993",
               b"18446744073709551617", b"0x10", b"+1", b".5", b"1.", b"NaN", b"Infinity", b"-Infinity", b"null",
               b"true", b"[]", b"{}", b"[1]", b'{"a":1}', b"1_000", b"1n", b'""', b'"\\ud800"', b'"\\u0000"', b"1.5",
               b"%d.0" % self.number, b"%de0" % self.number, b"-%d" % self.number, b'"%d\\u0000"' % self.number]
        if choice == 14:
            return f"\u00e9\U0001f600{self.number}"
        return Raw(rng.choice(odd))

    def scalar(self):
        rng = self.rng
        return rng.choice(["x", 1, True, None, Raw(b"NaN"), Raw(b"1e999"), Raw(b"1" * 40), "\ud800", "\U0001f600", [],
                           {}, {"name": "forbidden"}, ["forbidden"], Raw(b"-"), Raw(b"1.5e-3"), "\u2028", "\x7f"])

    def arguments(self):
        rng = self.rng
        choice = rng.randrange(14)
        if choice == 0:
            return [1, 2]
        if choice == 1:
            return '{"path":"/etc/shadow"}'
        if choice == 2:
            return None
        if choice == 3:
            return rng.choice([Raw(b"NaN"), 7, True, "x"])
        pairs = Pairs([("path", rng.choice(PATHS))])
        while rng.random() < 0.5:
            pairs.append((rng.choice(["a", "b", "name", "method", "__proto__", "constructor", "@class", "$type", ""]),
                          self.scalar()))
        if rng.random() < 0.1:
            pairs += [(f"k{number}", number) for number in range(rng.randint(10, 40))]
        return pairs

    def call(self, name=None):
        params = Pairs([("name", name or self.rng.choice(NAMES + ["forbidden", "read", "echo"] * 4))])
        if self.rng.random() < 0.8:
            params.append(("arguments", self.arguments()))
        if self.rng.random() < 0.2:
            params.append(("_meta", self.rng.choice([{}, {"progressToken": 1}, [], None, {"io.modelcontextprotocol/"
                          "protocolVersion": "2026-07-28"}])))
        return Pairs([("jsonrpc", "2.0"), ("id", self.id()), ("method", "tools/call"), ("params", params)])

    def other(self):
        rng = self.rng
        method = rng.choice(METHODS + ODD_METHODS if rng.random() < 0.5 else METHODS)
        message = Pairs([("jsonrpc", "2.0"), ("id", self.id()), ("method", method)])
        if rng.random() < 0.8:
            message.append(("params", Pairs([("name", "forbidden"), ("arguments", self.arguments())])))
        if rng.random() < 0.25:
            message = Pairs(pair for pair in message if pair[0] != "id")
        return message

    def objects(self, message):
        """All objects within a message, itself first."""
        found = []
        if isinstance(message, Pairs):
            found.append(message)
            for _, value in message:
                found += self.objects(value)
        return found

    def disturb(self, message):
        """Changes the structure of a message."""
        rng = self.rng
        target = rng.choice(self.objects(message)[:3])
        if not target:
            return message
        place = rng.randrange(len(target))
        key, value = target[place]
        at = rng.randrange(len(target) + 1)
        choice = rng.randrange(14)
        other = self.replacement(key)
        if choice == 0:
            target.insert(at, (key, other))
        elif choice == 1:
            target.insert(at, (self.respelt(key), other))
        elif choice == 2 and isinstance(key, str):
            target.insert(at, (fold(rng, key), other))
        elif choice == 3 and isinstance(key, str):
            target[place] = (fold(rng, key), value)
        elif choice == 4:
            target[place] = (key, self.scalar())
        elif choice == 5:
            del target[place]
        elif choice == 6:
            message.insert(at, rng.choice([("result", {}), ("error", {"code": 1, "message": "x"}), ("result", None),
                                           ("error", None)]))
        elif choice == 7:
            message.insert(at, (rng.choice(["x", "meta", "headers", "", "params2", "Params", "batch"]), self.scalar()))
        elif choice == 8:
            target[place] = (key, fold(rng, value)) if isinstance(value, str) else (key, [value])
        elif choice == 9:
            target[:] = Pairs(rng.sample(target, len(target)))
        elif choice == 10:
            for index, (name, item) in enumerate(message):
                if name == "jsonrpc":
                    message[index] = (name, rng.choice(["1.0", "2", 2.0, Raw(b"2"), "2.0 ", None, "2.0\0", ["2.0"]]))
        elif choice == 11:
            depth = rng.choice([20, 62, 63, 64, 126, 127, 128, 129, 199, 400])
            target.insert(at, ("deep", Raw(b"[" * depth + b"]" * depth)))
        elif choice == 12:
            target += [(f"k{number}", 1) for number in range(rng.randint(11, 30))]
            target.append((rng.choice([key, self.respelt(key)]), other))
        else:
            target.insert(at, (key, self.call("forbidden")))
        return message

    def respelt(self, key):
        if not isinstance(key, str) or not key:
            return key
        writer = Writer(self.rng, escapes=self.rng.choice([0.3, 1]))
        return Raw(writer.string(key))

    def replacement(self, key):
        """What a key would say in the message that is hidden."""
        rng = self.rng
        if key == "method":
            return rng.choice(["tools/call", "ping"])
        if key == "name":
            return rng.choice(["forbidden", "echo", "read"])
        if key == "params":
            return Pairs([("name", rng.choice(["forbidden", "echo"])), ("arguments", self.arguments())])
        if key == "arguments":
            return self.arguments()
        if key == "id":
            return self.id()
        if key == "path":
            return rng.choice(PATHS)
        return self.scalar()

    def text(self, message):
        rng = self.rng
        style = rng.randrange(6)
        writer = Writer(
            rng, escapes=rng.choice([0, 0, 0.1, 1]) if style else 0, spaces=rng.choice([0, 0, 0.3]),
            broken=rng.choice([0, 0, 0, 0.3]))
        return writer.value(message)

    def frame(self):
        """The bytes of one frame, without the last line end."""
        rng = self.rng
        kind = rng.randrange(30)
        message = self.call() if rng.random() < 0.75 else self.other()
        if kind < 4:
            return self.text(message)
        if kind < 16:
            for _ in range(rng.choice([1, 1, 1, 2, 3])):
                message = self.disturb(message)
            return self.text(message)
        text = self.text(message)
        hidden = self.text(self.call("forbidden"))
        if kind == 16:
            return b"[" + rng.choice([text + b"," + hidden, hidden, b"[" + hidden + b"]", hidden + b",1", b""]) + b"]"
        if kind == 17:
            return text + rng.choice([b" ", b"", b"\r", b"\t", b"\0", b",", b";", b"\x1e", b"\x0b", b"\xc2\x85",
                                      b"\xe2\x80\xa8"]) + hidden
        if kind == 18:
            note = b'{"jsonrpc":"2.0","method":"notifications/x","params":{"a":' + rng.choice([b"\r", b"\r\r", b" \r"])
            return note + hidden + rng.choice([b"\r}}", b"}}", b"\r\r}}"])
        if kind == 19:
            return rng.choice([b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf", b"\0", b" \xef\xbb\xbf", b"\x1e", b")]}',",
                               b"data: ", b"Content-Length: 10\r\n\r\n", b"//x\r", b"\x7f", b"\xc2\xa0", b"\x0c"]) + text
        if kind == 20:
            encoding = rng.choice(["utf-16-le", "utf-16-be", "utf-16", "utf-32-le", "utf-8-sig", "utf-7", "latin-1"])
            decoded = text.decode("utf-8", "replace").encode(encoding, "replace")
            return decoded if rng.random() < 0.9 else decoded + b"\n" + text
        if kind == 21:
            # A message in a string, behind what some reader takes for a line end.
            end = rng.choice([b"\r", b"\\r", b"\\n", b"\x0b", b"\x0c", b"\xc2\x85", b"\xe2\x80\xa8", b"\\u000a", b"\x1d"])
            inner = hidden.replace(b'"', b'\\"') if rng.random() < 0.5 else hidden
            return b'{"jsonrpc":"2.0","id":%d,"method":"ping","params":{"a":"%s%s%s"}}' % (
                self.number, end, inner, end)
        if kind == 22:
            return text + rng.choice([b"x", b"}", b"{}", b"]", b"\0", b",", b" 1", b"//", b"#", b"\xef\xbb\xbf"])
        if kind == 23 and self.corpus:
            return self.mutated(rng.choice(self.corpus))
        return self.mutated(text, hidden)

    def mutated(self, text, other=b""):
        """Changes bytes without regard for what they mean."""
        rng, out = self.rng, bytearray(text)
        for _ in range(rng.choice([1, 1, 1, 2, 4])):
            if not out:
                break
            at = rng.randrange(len(out))
            choice = rng.randrange(8)
            if choice == 0:
                out[at] ^= 1 << rng.randrange(8)
            elif choice == 1:
                out.insert(at, rng.randrange(256))
            elif choice == 2:
                del out[at:at + rng.choice([1, 1, 2, 8])]
            elif choice == 3:
                piece = out[at:at + rng.choice([1, 4, 20, 60])]
                place = rng.randrange(len(out))
                out[place:place] = piece
            elif choice == 4:
                out[at:at] = rng.choice([b'"', b"\\", b"{", b"}", b",", b":", b"\r", b"\0", b"\\u0022", b"\\u000a", b"[",
                                         b"]", b"\xff", b"/*", b"*/", b"'", b"\xe2\x84\xaa", b"\xc5\xbf"])
            elif choice == 5 and other:
                start = rng.randrange(len(other))
                out[at:at] = other[start:start + rng.choice([5, 30, 100])]
            elif choice == 6:
                del out[at:]
            else:
                out[at] = rng.choice(b'"\\{}[],:\r\t 0\x00\x7f\x80\xc0\xff')
        return bytes(out)
