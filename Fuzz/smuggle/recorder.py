"""A server that keeps every byte it is sent, and answers what has an id: `recorder.py FILE`."""
import json
import os
import sys

record = open(sys.argv[1], "wb")
rest = b""
while chunk := os.read(0, 1 << 20):
    record.write(chunk)
    *lines, rest = (rest + chunk).split(b"\n")
    out = bytearray()
    for line in lines:
        try:
            message = json.loads(line)
            if "method" in message and "id" in message:
                out += b'{"jsonrpc":"2.0","id":' + json.dumps(message["id"]).encode() + b',"result":{}}\n'
        except (ValueError, TypeError):
            pass
    while out:
        del out[:os.write(1, out)]
record.close()
