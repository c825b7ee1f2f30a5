"""Passes bytes between its own stdio and a command's, and keeps them: record.py DIRECTORY -- COMMAND [ARG...]."""
import os
import subprocess
import sys
import threading

directory, command = sys.argv[1], sys.argv[3:]
child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def pump(source, sink, name, close):
    with open(os.path.join(directory, name), "ab", buffering=0) as log:
        while chunk := os.read(source, 65536):
            log.write(chunk)
            try:
                while chunk:
                    chunk = chunk[os.write(sink, chunk):]
            except BrokenPipeError:
                break
    if close:
        os.close(sink)


inward = threading.Thread(target=pump, args=(0, child.stdin.fileno(), "in", True), daemon=True)
inward.start()
pump(child.stdout.fileno(), 1, "out", False)
os._exit(child.wait() & 0xFF)
