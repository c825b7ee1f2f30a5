"""A reader that is wrong in every way that readers are known to be wrong in, all at once: everything that any of them
could see in a line, it sees. Lines end at anything that some language calls a line end, and in the middle of strings;
keys and methods are folded and cut at the first NUL (C); of repeated keys every one counts; what is no object is looked into; text
before and after a value is passed over; BOMs and other encodings are read.

With --suspicious it also trims keys and methods and takes compatibility forms for the plain ones (NFKC), which no known
reader does: for finding out what would happen if one did.
"""
import json
import re
import sys
import unicodedata

from common import quoted, run, seen, spelled_id

KEYS = {"method", "params", "name", "arguments", "id", "path", "result"}
ENDS = re.compile("[\r\0]")
# What `splitlines` and its like end lines at. No reader is known that does so and also passes over text before a value,
# which would make a message of any part of a line that stands between two such characters.
ODD_ENDS = re.compile("[\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029\0]")


def folded(key):
    if key in KEYS:
        return key
    if SUSPICIOUS:
        key = unicodedata.normalize("NFKC", key).strip(" \t\r\n\v\f\u00a0\u200b\ufeff\u0301")
    key = key.casefold().replace("\u0131", "i").replace("i\u0307", "i")
    return key.split("\0")[0]


SUSPICIOUS = "--suspicious" in sys.argv


class Every(list):
    """All pairs of an object, in their order."""


DECODER = json.JSONDecoder(object_pairs_hook=Every, strict=False)


def get(pairs, name):
    return [value for key, value in pairs if folded(key) == name]


def messages(value):
    found = []
    if isinstance(value, Every):
        methods = [method for method in get(value, "method") if isinstance(method, str)]
        identifiers = {spelled_id(identifier) for identifier in get(value, "id")} or {"?"}
        for method in methods:
            if folded(method) == "sampling/createmessage":
                method = "sampling/createMessage"
            if folded(method) != "tools/call":
                found += [seen(method, identifier) for identifier in identifiers]
                continue
            params = [item for item in get(value, "params") if isinstance(item, Every)] or [Every()]
            for item in params:
                for name in get(item, "name") or [None]:
                    inner = [part for part in get(item, "arguments") if isinstance(part, Every)] or [Every()]
                    for part in inner:
                        for path in get(part, "path") or [None]:
                            found += [seen("tools/call", identifier, name, path) for identifier in identifiers]
        if not methods and "jsonrpc" in [folded(key) for key, _ in value]:
            asked = "+".join(quoted("sampling/createMessage" if folded(method) == "sampling/createmessage" else method)
                             for result in get(value, "result") if isinstance(result, Every)
                             for questions in get(result, "inputrequests") if isinstance(questions, Every)
                             for _, question in questions if isinstance(question, Every)
                             for method in get(question, "method") if isinstance(method, str))
            found += ["answer|" + identifier + "|" + asked + "|" for identifier in identifiers]
    elif isinstance(value, list):
        for item in value:
            found += messages(item)
    return found


def values(text):
    """Every value that begins outside of another one."""
    place, found = 0, []
    while (place := min((at for at in (text.find("{", place), text.find("[", place)) if at >= 0), default=-1)) >= 0:
        try:
            value, place = DECODER.raw_decode(text, place)
            found.append(value)
        except (ValueError, RecursionError):
            place += 1
    return found


def leading(text):
    """The value that a text begins with, if it does with one."""
    try:
        return [DECODER.raw_decode(text.lstrip(" \t"))[0]]
    except (ValueError, RecursionError):
        return []


def read(line):
    found = set()
    encodings = ["utf-8"]
    if b"\0" in line[:4] or line[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings += ["utf-16", "utf-16-le", "utf-16-be", "utf-32-le"]
    for encoding in encodings:
        text = line.decode(encoding, "replace")
        parts = [text] + (ENDS.split(text) if ENDS.search(text) else [])
        odd = ODD_ENDS.split(text) if ODD_ENDS.search(text) else []
        for value in [value for part in parts for value in values(part)] + [
                value for part in odd for value in (values(part) if SUSPICIOUS else leading(part))]:
            found.update(messages(value))
    return sorted(found)


run(read)
