"""What the two "everything" hosts have in common.

usage: everythingN.py OPTIONS_JSON -- COMMAND [ARG...]
OPTIONS_JSON is an object; all of it may be left out:
  steps   the names of the steps to take, in this order; else all but `reload`
  era     "legacy" or "modern", where the SDK knows both
  policy  [file, text]: what the step `reload` puts in the place of a policy
Prints one JSON object: what each step gave, and what was heard besides.
"""
import asyncio
import json
import os
import sys

OPTIONS = json.loads(sys.argv[1])
COMMAND = sys.argv[3:]
PATIENCE = 30

heard = []


def plain(value):
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return value


def hear(kind, value):
    heard.append([kind, plain(value)])


async def attempt(work):
    """What a request gave: an answer, an error of the protocol, or an exception, which no test wants to see."""
    try:
        return {"result": plain(await asyncio.wait_for(work, PATIENCE))}
    except Exception as error:
        known = getattr(error, "error", None)
        if known is not None:
            return {"error": plain(known)}
        return {"exception": type(error).__name__, "message": str(error)}


async def pages(member, fetch):
    """All pages of a list: of each the entries and the cursor that it was asked for by."""
    found, cursor = [], None
    while True:
        page = plain(await fetch(cursor))
        found.append({"cursor": cursor, "entries": page[member], "more": {
            key: value for key, value in page.items() if key in ("ttlMs", "cacheScope", "nextCursor")}})
        cursor = page.get("nextCursor")
        if cursor is None:
            return found


def replace_policy():
    path, text = OPTIONS["policy"]
    with open(path + ".new", "w") as file:
        file.write(text)
    os.replace(path + ".new", path)


async def until(condition, poke):
    """Pokes until something has been heard."""
    for _ in range(PATIENCE * 20):
        if condition():
            return True
        await poke()
        await asyncio.sleep(0.05)
    return False


async def take(steps):
    given = {}
    for name in OPTIONS.get("steps") or [name for name in steps if name != "reload"]:
        given[name] = await attempt(steps[name]())
    return given


def report(given, protocol):
    print(json.dumps({"steps": given, "protocol": protocol, "heard": sorted(heard, key=json.dumps)}))
