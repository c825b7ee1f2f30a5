"""A host made of the official Python SDK 1.x that tries everything. See everything.py."""
import asyncio
import os
import warnings
from datetime import timedelta
from typing import Any, Literal

import everything
import mcp.types as types
from everything import attempt, hear, heard, pages
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

warnings.simplefilter("ignore")


class VendorEcho(types.Request[dict[str, Any], Literal["vendor/echo"]]):
    method: Literal["vendor/echo"] = "vendor/echo"


async def on_message(message):
    if isinstance(message, Exception):
        hear("fault", {"message": str(message)})
    elif isinstance(message, types.ServerNotification):
        hear("message", message)


async def on_log(params):
    hear("log", params)


async def on_sampling(context, params):
    content = types.TextContent(type="text", text="Paris")
    if params.tools:
        return types.CreateMessageResultWithTools(role="assistant", content=[content], model="small")
    return types.CreateMessageResult(role="assistant", content=content, model="small", stopReason="endTurn")


async def on_elicitation(context, params):
    if params.mode == "url":
        return types.ElicitResult(action="accept")
    return types.ElicitResult(action="accept", content={"name": "Ann", "age": 30})


async def on_roots(context):
    return types.ListRootsResult(roots=[types.Root(uri="file:///work", name="work")])


def steps_of(session):
    tasks = session.experimental

    def call(name, arguments=None, **more):
        return lambda: session.call_tool(name, arguments or {}, **more)

    def paginated(cursor):
        return types.PaginatedRequestParams(cursor=cursor) if cursor else None

    async def progress():
        seen = []

        async def on_progress(done, total, message):
            seen.append([done, total, message])

        answer = await session.call_tool("progress", {}, progress_callback=on_progress)
        return {"answer": answer, "seen": seen}

    async def concurrent():
        answers = await asyncio.gather(
            *(session.call_tool("echo", {"text": f"call {n}", "delay": n * 7 % 5 / 500}) for n in range(60)))
        return [answer.content[0].text for answer in answers]

    async def cancelled():
        """This SDK tells no server that a call was given up; a host does it by itself."""
        started = asyncio.Event()

        async def on_progress(done, total, message):
            started.set()

        identity = session._request_id
        call = asyncio.create_task(session.call_tool("hang", {}, progress_callback=on_progress))
        await started.wait()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        await session.send_notification(types.ClientNotification(types.CancelledNotification(
            params=types.CancelledNotificationParams(requestId=identity, reason="no longer wanted"))))
        return await session.call_tool("echo", {"text": "after"})

    async def reload():
        def is_told():
            return any("tools/list_changed" in str(each) for each in heard)

        async def poke():
            await attempt(session.call_tool("echo", {"text": "is it there yet?"}))

        async def listed():
            return await pages("tools", lambda cursor: session.list_tools(params=paginated(cursor)))

        before = await listed()
        everything.replace_policy()
        told = await everything.until(is_told, poke)
        return {"told": told, "event": "-", "before": before, "after": await listed()}

    async def job(name="job", arguments=None):
        """A call as a task: its state, its output, and its state again."""
        created = await tasks.call_tool_as_task(name, arguments or {})
        output = await tasks.get_task_result(created.task.taskId, types.CallToolResult)
        return {"output": output, "state": (await tasks.get_task(created.task.taskId)).status}

    async def listed_tasks():
        return len((await tasks.list_tasks()).tasks)

    async def cancelled_task():
        created = await tasks.call_tool_as_task("job", {"last": True})
        return (await tasks.cancel_task(created.task.taskId)).status

    async def as_task():
        return await tasks.call_tool_as_task("forbidden_job", {})

    async def vendor():
        return await session.send_request(VendorEcho(params={"a": [1]}), types.EmptyResult)

    completing = types.PromptReference(type="ref/prompt", name="greet")
    expanding = types.ResourceTemplateReference(type="ref/resource", uri="memo://note/{n}")
    steps = {
        "tools": lambda: pages("tools", lambda cursor: session.list_tools(params=paginated(cursor))),
        "resources": lambda: pages("resources", lambda cursor: session.list_resources(params=paginated(cursor))),
        "templates": lambda: pages(
            "resourceTemplates", lambda cursor: session.list_resource_templates(params=paginated(cursor))),
        "prompts": lambda: pages("prompts", lambda cursor: session.list_prompts(params=paginated(cursor))),
        "echo": call("echo", {"text": "h\u00e9llo \U0001f600 \u2028"}, meta={"example.org/trace": "abc"}),
        "progress": progress,
        **{name: call(name) for name in (
            "fail", "explode", "log", "image", "audio", "embedded", "link", "secret", "big", "lying", "icons",
            "forbidden", "no_such_tool", "sample", "elicit", "visit", "roots", "interview", "sample_tools",
            "ping_host", "announce")},
        "structured": call("structured", {"a": 1.5, "b": 2}),
        "deny me": call("echo", {"text": "deny me"}),
        "url error": call("sign_in"),
        "read": lambda: session.read_resource("memo://note/9"),
        "read blob": lambda: session.read_resource("memo://blob"),
        "read nothing": lambda: session.read_resource("memo://nothing"),
        "read vault": lambda: session.read_resource("vault://keys"),
        "prompt": lambda: session.get_prompt("greet", {"who": "Bob"}),
        "prompt attached": lambda: session.get_prompt("attached"),
        "prompt 1": lambda: session.get_prompt("prompt-1"),
        "prompt nothing": lambda: session.get_prompt("nothing"),
        "complete": lambda: session.complete(completing, {"name": "who", "value": "A"}),
        "complete template": lambda: session.complete(expanding, {"name": "n", "value": "G"}, {"x": "1"}),
        "ping": session.send_ping,
        "level": lambda: session.set_logging_level("debug"),
        "subscribe": lambda: session.subscribe_resource("memo://note/1"),
        "unsubscribe": lambda: session.unsubscribe_resource("memo://note/1"),
        "roots changed": session.send_roots_list_changed,
        "progress of the host": lambda: session.send_progress_notification("none", 1, 2, "half"),
        "vendor": vendor,
        "reload": reload,
    }
    if session.get_server_capabilities().tasks:
        steps |= {
            "job": job, "job_big": lambda: job("job_big"), "job_ask": lambda: job("job_ask"),
            "forbidden_job": as_task, "cancelled task": cancelled_task, "task list": listed_tasks,
        }
    return steps | {"concurrent": concurrent, "cancelled": cancelled}


async def main():
    parameters = StdioServerParameters(
        command=everything.COMMAND[0], args=everything.COMMAND[1:], env=dict(os.environ))
    async with stdio_client(parameters) as (reader, writer):
        async with ClientSession(
                reader, writer, read_timeout_seconds=timedelta(seconds=everything.PATIENCE),
                sampling_callback=on_sampling, elicitation_callback=on_elicitation, list_roots_callback=on_roots,
                logging_callback=on_log, message_handler=on_message,
                sampling_capabilities=types.SamplingCapability(tools=types.SamplingToolsCapability()),
                client_info=types.Implementation(name="everything", version="1")) as session:
            started = await session.initialize()
            given = await everything.take(steps_of(session))
    everything.report(given, started.protocolVersion)


asyncio.run(main())
