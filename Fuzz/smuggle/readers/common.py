"""How every reader says what it saw: a line for each line it was given, `-` for nothing."""
import sys

PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~/-")


def quoted(text):
    """Percent-encoded, so that a name can hold anything."""
    return "".join(chr(byte) if byte in PLAIN else "%%%02X" % byte
                   for byte in text.encode("utf-8", "surrogatepass"))


def spelled_id(value):
    if value is None:
        return "?"
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return "odd"
    return f"i{value}" if isinstance(value, int) else "s" + quoted(value)


def seen(method, identifier, name=None, path=None):
    """A message: a call by its id, name and path, another request or notification by its method."""
    if method == "tools/call":
        name = quoted(name) if isinstance(name, str) else "?"
        path = quoted(path) if isinstance(path, str) else "?"
        return f"call|{identifier}|{name}|{path}"
    return f"other|{identifier}|{quoted(method)}|"


def run(read):
    """`read` gets the bytes of a line, without its LF, and returns what it saw."""
    with open(sys.argv[1], "rb") as file:
        lines = file.read().split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    out = []
    for line in lines:
        found = read(line)
        out.append("\t".join(found) if found else "-")
    sys.stdout.write("\n".join(out) + "\n")
