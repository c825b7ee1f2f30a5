"""A host made of the official Python SDK 2.x that tries everything, in either era. See everything.py."""
import asyncio
import os
import warnings
from typing import Any, Literal

import everything
import mcp
import mcp_types as types
from everything import OPTIONS, attempt, hear, heard, pages
from mcp import StdioServerParameters
from mcp.client import ClientExtension
from mcp.client.extension import NotificationBinding, ResultClaim
from mcp.client.stdio import stdio_client

warnings.simplefilter("ignore")



class TaskParams(types.RequestParams):
    task_id: str
    input_responses: dict[str, Any] | None = None


class GetTask(types.Request[TaskParams, Literal["tasks/get"]]):
    method: Literal["tasks/get"] = "tasks/get"


class UpdateTask(types.Request[TaskParams, Literal["tasks/update"]]):
    method: Literal["tasks/update"] = "tasks/update"


class CancelTask(types.Request[TaskParams, Literal["tasks/cancel"]]):
    method: Literal["tasks/cancel"] = "tasks/cancel"


class TaskResult(types.Result):
    result_type: Literal["task"] = "task"
    task_id: str
    status: str


class Task(types.Result):
    task_id: str
    status: str
    result: dict[str, Any] | None = None
    # Not `inputRequests`: the SDK's own results have that name.
    asked: dict[str, Any] | None = None
    model_config = types.Result.model_config | {"extra": "allow"}


class NoteParams(types.NotificationParams):
    model_config = types.NotificationParams.model_config | {"extra": "allow"}


class VendorParams(types.RequestParams):
    model_config = types.RequestParams.model_config | {"extra": "allow"}


class VendorEcho(types.Request[VendorParams, Literal["vendor/echo"]]):
    method: Literal["vendor/echo"] = "vendor/echo"


class VendorNote(types.Notification[NoteParams, Literal["vendor/note"]]):
    method: Literal["vendor/note"] = "vendor/note"


class AnyResult(types.Result):
    model_config = types.Result.model_config | {"extra": "allow"}


class Tasks(ClientExtension):
    """The tasks extension as a host would have it: asks until a task ends."""

    identifier = "io.modelcontextprotocol/tasks"

    def claims(self):
        return [ResultClaim(result_type="task", model=TaskResult, resolve=self.resolve)]

    def notifications(self):
        return [NotificationBinding(method="notifications/tasks", params_type=NoteParams, handler=self.noted)]

    async def noted(self, params):
        hear("task", params)

    async def resolve(self, task, context):
        params = TaskParams(task_id=task.task_id)
        while True:
            state = await context.session.send_request(GetTask(params=params), Task)
            if state.status == "completed":
                return types.CallToolResult.model_validate(state.result)
            if state.status == "input_required":
                answer = {"elicit": {"action": "accept", "content": {"name": "Ann"}}}
                await context.session.send_request(
                    UpdateTask(params=TaskParams(task_id=task.task_id, input_responses=answer)), AnyResult)


async def on_message(message):
    hear("message", message if not isinstance(message, Exception) else {"exception": str(message)})


async def on_log(params):
    hear("log", params)


async def on_sampling(context, params):
    if params.metadata:
        await asyncio.Event().wait()
    content = {"type": "text", "text": "Paris"}
    if params.tools:
        return types.CreateMessageResultWithTools(role="assistant", content=[content], model="small")
    return types.CreateMessageResult(role="assistant", content=content, model="small", stop_reason="endTurn")


async def on_elicitation(context, params):
    if params.mode == "url":
        return types.ElicitResult(action="accept")
    return types.ElicitResult(action="accept", content={"name": "Ann", "age": 30})


async def on_roots(context):
    return types.ListRootsResult(roots=[types.Root(uri="file:///work", name="work")])


def steps_of(client):
    session = client.session
    is_modern = client.protocol_version == "2026-07-28"

    def call(name, arguments=None, **more):
        return lambda: client.call_tool(name, arguments or {}, **more)

    async def progress():
        seen = []

        async def on_progress(done, total, message):
            seen.append([done, total, message])

        answer = await client.call_tool("progress", {}, progress_callback=on_progress)
        await everything.until(lambda: len(seen) == 3, lambda: asyncio.sleep(0))
        return {"answer": answer, "seen": sorted(seen)}

    async def concurrent():
        answers = await asyncio.gather(
            *(client.call_tool("echo", {"text": f"call {n}", "delay": n * 7 % 5 / 500}) for n in range(60)))
        return [answer.content[0].text for answer in answers]

    async def cancelled():
        started = asyncio.Event()

        async def on_progress(done, total, message):
            started.set()

        call = asyncio.create_task(client.call_tool("hang", {}, progress_callback=on_progress))
        await started.wait()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        return await client.call_tool("echo", {"text": "after"})

    async def listening():
        """One stream that the server ends, one that the host ends."""
        wanted = {"tools_list_changed": True, "prompts_list_changed": True, "resources_list_changed": True}
        events = []
        async with client.listen(**wanted, resource_subscriptions=["memo://note/1"]) as stream:
            await client.call_tool("announce", {})
            await client.call_tool("hush", {})
            async for event in stream:
                events.append(type(event).__name__)
        told = len(events)
        async with client.listen(**wanted) as stream:
            await client.call_tool("announce", {})
            # All of them: what the server sends to a stream that is being closed, it may send or not.
            async for event in stream:
                events.append(type(event).__name__)
                if len(events) == told + 3:
                    break
        return sorted(events)

    async def reload():
        """A policy changes while the host listens."""
        def is_told():
            return any("tools/list_changed" in str(each) for each in heard)

        async def poke():
            await attempt(client.call_tool("echo", {"text": "is it there yet?"}))

        before = await pages("tools", lambda cursor: client.list_tools(cursor=cursor, cache_mode="bypass"))
        if is_modern:
            async with client.listen(tools_list_changed=True) as stream:
                everything.replace_policy()
                told = await everything.until(is_told, poke)
                event = type(await anext(aiter(stream))).__name__
        else:
            everything.replace_policy()
            told, event = await everything.until(is_told, poke), "-"
        after = await pages("tools", lambda cursor: client.list_tools(cursor=cursor, cache_mode="bypass"))
        return {"told": told, "event": event, "before": before, "after": after}

    async def cancelled_task():
        task = await session.call_tool("job", {}, allow_claimed=True)
        params = TaskParams(task_id=task.task_id)
        ended = await session.send_request(CancelTask(params=params), AnyResult)
        return [ended, await session.send_request(GetTask(params=params), Task)]

    async def task_state():
        """The answer to `tasks/get` that has the tool's result in it, as it is."""
        task = await session.call_tool("job", {}, allow_claimed=True)
        params = TaskParams(task_id=task.task_id)
        return [await session.send_request(GetTask(params=params), Task) for _ in range(2)]

    async def vendor():
        await session.send_notification(VendorNote(params=NoteParams(volume=11)))
        return await session.send_request(VendorEcho(params=VendorParams(a=[1, {"b": None}])), AnyResult)

    async def url_error():
        return await client.call_tool("sign_in", {})

    completing = types.PromptReference(name="greet")
    expanding = types.ResourceTemplateReference(uri="memo://note/{n}")
    steps = {
        "tools": lambda: pages("tools", lambda cursor: client.list_tools(cursor=cursor)),
        "resources": lambda: pages("resources", lambda cursor: client.list_resources(cursor=cursor)),
        "templates": lambda: pages("resourceTemplates", lambda cursor: client.list_resource_templates(cursor=cursor)),
        "prompts": lambda: pages("prompts", lambda cursor: client.list_prompts(cursor=cursor)),
        "echo": call("echo", {"text": "h\u00e9llo \U0001f600 \u2028"}, meta={"example.org/trace": "abc"}),
        "progress": progress,
        **{name: call(name) for name in (
            "fail", "explode", "log", "image", "audio", "embedded", "link", "secret", "big", "lying", "icons",
            "forbidden", "no_such_tool", "sample", "elicit", "visit", "roots", "interview")},
        "structured": call("structured", {"a": 1.5, "b": 2}),
        "deny me": call("echo", {"text": "deny me"}),
        "read": lambda: client.read_resource("memo://note/9"),
        "read blob": lambda: client.read_resource("memo://blob"),
        "read nothing": lambda: client.read_resource("memo://nothing"),
        "read vault": lambda: client.read_resource("vault://keys"),
        "prompt": lambda: client.get_prompt("greet", {"who": "Bob"}),
        "prompt attached": lambda: client.get_prompt("attached"),
        "prompt 1": lambda: client.get_prompt("prompt-1"),
        "prompt nothing": lambda: client.get_prompt("nothing"),
        "complete": lambda: client.complete(completing, {"name": "who", "value": "A"}),
        "complete template": lambda: client.complete(expanding, {"name": "n", "value": "G"}, {"x": "1"}),
        "vendor": vendor,
        "reload": reload,
    }
    if is_modern:
        steps |= {
            "read ask": lambda: client.read_resource("memo://ask"),
            "prompt ask": lambda: client.get_prompt("ask"),
            "listen": listening,
            **{name: call(name) for name in ("job", "job_big", "job_ask", "forbidden_job")},
            "task state": task_state, "cancelled task": cancelled_task,
        }
    else:
        steps |= {
            "sample_tools": call("sample_tools"), "ping_host": call("ping_host"), "announce": call("announce"),
            "vendor_ask": call("vendor_ask"), "impatient": call("impatient"), "url error": url_error,
            "ping": session.send_ping, "level": lambda: session.set_logging_level("debug"),
            "subscribe": lambda: client.subscribe_resource("memo://note/1"),
            "unsubscribe": lambda: client.unsubscribe_resource("memo://note/1"),
            "roots changed": client.send_roots_list_changed,
            "progress of the host": lambda: session.send_progress_notification("none", 1, 2, "half"),
        }
    return steps | {"concurrent": concurrent, "cancelled": cancelled}


async def main():
    parameters = StdioServerParameters(
        command=everything.COMMAND[0], args=everything.COMMAND[1:], env=dict(os.environ))
    mode = "legacy" if OPTIONS.get("era") == "legacy" else "auto"
    client = mcp.Client(
        stdio_client(parameters), mode=mode, sampling_callback=on_sampling,
        sampling_capabilities=types.SamplingCapability(tools=types.SamplingToolsCapability()),
        elicitation_callback=on_elicitation, list_roots_callback=on_roots, logging_callback=on_log,
        message_handler=on_message, log_level="debug", extensions=[Tasks()],
        client_info=types.Implementation(name="everything", version="2"))
    async with client:
        given = await everything.take(steps_of(client))
        protocol = client.protocol_version
    everything.report(given, protocol)


asyncio.run(main())
