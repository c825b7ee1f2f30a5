"""A server that answers `initialize`, waits until its host has asked everything, and then says what is in FILE."""
import sys

for line in sys.stdin.buffer:
    if b'"initialize"' in line:
        sys.stdout.buffer.write(b'{"jsonrpc":"2.0","id":"hello","result":{"protocolVersion":"2025-11-25"}}\n')
        sys.stdout.buffer.flush()
    if b'"notifications/go"' in line:
        break
with open(sys.argv[1], "rb") as file:
    sys.stdout.buffer.write(file.read())
sys.stdout.buffer.flush()
sys.stdin.buffer.read()
