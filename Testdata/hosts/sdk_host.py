"""A host made of the official Python SDK, 1.x or 2.x, whichever the interpreter has.

usage: sdk_host.py CALLS_JSON -- COMMAND [ARG...]
CALLS_JSON is a list of [tool, arguments]. Prints one JSON object: the tools and what each call gave.
"""
import asyncio
import json
import os
import sys

import mcp
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


def plain(result):
    dump = result.model_dump(mode="json", by_alias=True, exclude_none=True)
    return dump


async def converse(client, calls):
    tools = await client.list_tools()
    answers = []
    for name, arguments in calls:
        try:
            answers.append(plain(await client.call_tool(name, arguments)))
        except Exception as error:  # a JSON-RPC error is an answer too
            answers.append({"exception": type(error).__name__, "message": str(error)})
    return {"tools": [tool.name for tool in tools.tools], "answers": answers}


async def main():
    calls = json.loads(sys.argv[1])
    command = sys.argv[3:]
    parameters = StdioServerParameters(command=command[0], args=command[1:], env=dict(os.environ))
    if hasattr(mcp, "Client"):
        async with mcp.Client(stdio_client(parameters)) as client:
            output = await converse(client, calls)
            output["protocol"] = client.protocol_version
    else:
        async with stdio_client(parameters) as (reader, writer):
            async with ClientSession(reader, writer) as session:
                started = await session.initialize()
                output = await converse(session, calls)
                output["protocol"] = started.protocolVersion
    print(json.dumps(output))


asyncio.run(main())
