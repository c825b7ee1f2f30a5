"""All that MCP knows, by the official Python SDK 2.x: both protocol eras, each request in its own."""
import asyncio
import json
import warnings
from typing import Any, Literal

import everything
import mcp_types as types
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.stdio import stdio_server
from mcp.server.subscriptions import (
    InMemorySubscriptionBus, ListenHandler, PromptsListChanged, ResourcesListChanged, ResourceUpdated,
    ToolsListChanged)
from mcp.shared.exceptions import MCPError, UrlElicitationRequiredError
from mcp.shared.message import ServerMessageMetadata

warnings.simplefilter("ignore")

MODERN = "2026-07-28"
STAMP = "2026-01-01T00:00:00Z"
bus = InMemorySubscriptionBus()
listen = ListenHandler(bus)
tasks = {}
REQUESTS = {
    "sampling/createMessage": (types.CreateMessageRequest, types.CreateMessageResult),
    "elicitation/create": (types.ElicitRequest, types.ElicitResult),
    "roots/list": (types.ListRootsRequest, types.ListRootsResult),
}


class AnyParams(types.RequestParams):
    model_config = {"extra": "allow"}


class VendorRequest(types.Request[AnyParams, Literal["vendor/ask"]]):
    method: Literal["vendor/ask"] = "vendor/ask"


class TasksNotification(types.Notification[dict[str, Any], Literal["notifications/tasks"]]):
    method: Literal["notifications/tasks"] = "notifications/tasks"


def text_of(answers):
    return everything.text(json.dumps(answers, sort_keys=True))


def whole(handler):
    """A handler whose plain results say that they are complete, as those of the new era must."""
    async def wrapped(ctx, params):
        result = await handler(ctx, params)
        return {"resultType": "complete", **result} if ctx.protocol_version == MODERN else result

    return wrapped


def paged(items, member):
    @whole
    async def handler(ctx, params):
        more = {"ttlMs": 0, "cacheScope": "public"} if ctx.protocol_version == MODERN else {}
        return {**everything.page(items, member, params.cursor if params else None), **more}

    return handler


async def ask(ctx, question):
    """Asks a host of the old era; what it answered, or how it refused."""
    request, result = REQUESTS[question["method"]]
    if (question.get("params") or {}).get("tools"):
        result = types.CreateMessageResultWithTools
    try:
        answer = await ctx.session.send_request(
            request.model_validate(question), result, metadata=ServerMessageMetadata(related_request_id=ctx.request_id))
    except MCPError as error:
        return {"refused": error.code, "message": error.message}
    return answer.model_dump(mode="json", by_alias=True, exclude_none=True)


async def asking(ctx, params, questions):
    """The answers to some questions in either era: as requests, or by a result that asks for them."""
    if ctx.protocol_version != MODERN:
        return {key: await ask(ctx, question) for key, question in questions.items()}, None
    if params.input_responses is None:
        return None, {
            "resultType": "input_required", "inputRequests": questions, "requestState": "opaque/\u00e9 " + "x" * 40}
    return {
        key: answer if isinstance(answer, dict) else answer.model_dump(mode="json", by_alias=True, exclude_none=True)
        for key, answer in params.input_responses.items()
    }, None


async def announce(ctx):
    for event in ToolsListChanged(), PromptsListChanged(), ResourcesListChanged(), ResourceUpdated("memo://note/1"):
        await bus.publish(event)
    if ctx.protocol_version != MODERN:
        await ctx.session.send_tool_list_changed()
        await ctx.session.send_prompt_list_changed()
        await ctx.session.send_resource_list_changed()
        await ctx.session.send_resource_updated("memo://note/1")


@whole
async def call_tool(ctx, params):
    name, arguments = params.name, params.arguments or {}
    match name:
        case "echo":
            await asyncio.sleep(arguments.get("delay", 0))
        case "explode":
            raise MCPError(-32603, "it exploded", {"shards": 3})
        case "sign_in":
            raise UrlElicitationRequiredError(
                [types.ElicitRequestURLParams.model_validate(everything.QUESTIONS["visit"]["params"])])
        case "hang":
            await ctx.session.report_progress(1, None, "hanging")
            await asyncio.Event().wait()
        case "progress":
            for step in range(3):
                await ctx.session.report_progress(step, 2, f"step {step}")
            return everything.text("three steps")
        case "log":
            for level in "info", "warning":
                await ctx.session.send_log_message(level, {"at": level}, "everything", ctx.request_id)
            return everything.text("logged")
        case "announce":
            await announce(ctx)
            return everything.text("announced")
        case "hush":
            listen.close()
            return everything.text("hushed")
        case "ping_host":
            await ctx.session.send_ping()
            return everything.text("pinged")
        case "vendor_ask":
            try:
                request = VendorRequest(params=AnyParams())
                await ctx.session.send_request(request, types.EmptyResult)
            except MCPError as error:
                return text_of({"refused": error.code})
            return everything.text("answered")
        case "impatient":
            question = everything.QUESTIONS["sample"]["params"] | {"metadata": {"hang": True}}
            try:
                await ctx.session.send_request(
                    types.CreateMessageRequest(params=question), types.CreateMessageResult,
                    request_read_timeout_seconds=0.2)
            except MCPError as error:
                return text_of({"gave up": error.code})
            return everything.text("answered")
        case "interview" | "sample" | "sample_tools" | "elicit" | "visit" | "roots":
            wanted = ("sample", "elicit", "roots") if name == "interview" else (name,)
            answers, question = await asking(ctx, params, {key: everything.QUESTIONS[key] for key in wanted})
            if question:
                return question
            if name == "visit" and ctx.protocol_version != MODERN:
                await ctx.session.send_elicit_complete("e-1", ctx.request_id)
            return text_of(answers)
        case "job" | "job_big" | "job_ask" | "forbidden_job":
            if ctx.protocol_version != MODERN:
                return everything.text(f"{name} was executed")
            identity = f"task-{len(tasks)}"
            tasks[identity] = {"tool": name, "asked": 0, "answers": None, "status": "working"}
            return {"resultType": "task", **task(identity)}
    result = everything.simple(name, arguments)
    if result is None:
        raise MCPError(-32602, f"there is no tool {name}")
    return result


def task(identity, **more):
    known = tasks[identity]
    return {"taskId": identity, "status": known["status"], "createdAt": STAMP, "lastUpdatedAt": STAMP,
            "ttlMs": 60000, "pollIntervalMs": 1, **more}


async def get_task(ctx, params):
    identity = params.model_extra["taskId"]
    known = tasks[identity]
    known["asked"] += 1
    if known["status"] == "cancelled":
        return task(identity)
    if known["tool"] == "job_ask" and known["answers"] is None:
        known["status"] = "input_required"
        questions = {"elicit": everything.QUESTIONS["elicit"]}
        await ctx.session.send_notification(
            TasksNotification(params=task(identity, inputRequests=questions)), ctx.request_id)
        return task(identity, inputRequests=questions)
    if known["asked"] > 1:
        known["status"] = "completed"
        simple = everything.simple("big" if known["tool"] == "job_big" else "secret", {})
        return task(identity, result=text_of(known["answers"]) if known["answers"] else simple)
    return task(identity)


async def update_task(ctx, params):
    tasks[params.model_extra["taskId"]]["answers"] = params.model_extra["inputResponses"]
    return {}


async def cancel_task(ctx, params):
    tasks[params.model_extra["taskId"]]["status"] = "cancelled"
    return {}


@whole
async def read_resource(ctx, params):
    more = {"ttlMs": 0, "cacheScope": "private"} if ctx.protocol_version == MODERN else {}
    if params.uri == "memo://ask":
        answers, question = await asking(ctx, params, {"q": everything.QUESTIONS["sample"]})
        return question or {"contents": [{"uri": params.uri, "text": json.dumps(answers, sort_keys=True)}], **more}
    found = everything.contents(params.uri)
    if found is None:
        raise MCPError(-32602 if ctx.protocol_version == MODERN else -32002, "there is no such resource")
    return {**found, **more}


@whole
async def get_prompt(ctx, params):
    if params.name == "ask":
        answers, question = await asking(ctx, params, {"q": everything.QUESTIONS["elicit"]})
        content = {"type": "text", "text": json.dumps(answers, sort_keys=True)}
        return question or {"messages": [{"role": "user", "content": content}]}
    found = everything.prompt(params.name, params.arguments)
    if found is None:
        raise MCPError(-32602, "there is no such prompt")
    return found


@whole
async def complete(ctx, params):
    return everything.completion(params.argument.value)


async def nothing(ctx, params):
    return {}


async def vendor_echo(ctx, params):
    return {"echo": params.model_dump(by_alias=True, exclude={"meta"})}


server = Server(
    "everything", version="2", instructions="Try everything.",
    on_list_tools=paged(everything.TOOLS, "tools"), on_call_tool=call_tool,
    on_list_resources=paged(everything.RESOURCES, "resources"),
    on_list_resource_templates=paged(everything.TEMPLATES, "resourceTemplates"), on_read_resource=read_resource,
    on_subscribe_resource=nothing, on_unsubscribe_resource=nothing, on_subscriptions_listen=listen,
    on_list_prompts=paged(everything.PROMPTS, "prompts"), on_get_prompt=get_prompt, on_completion=complete,
    on_set_logging_level=nothing, on_roots_list_changed=nothing, on_progress=nothing)
server.extensions = {"io.modelcontextprotocol/tasks": {}}
for method, handler in (
        ("tasks/get", get_task), ("tasks/update", update_task), ("tasks/cancel", cancel_task),
        ("vendor/echo", vendor_echo)):
    server.add_request_handler(method, AnyParams, handler)


async def main():
    async with stdio_server() as (reader, writer):
        changes = NotificationOptions(prompts_changed=True, resources_changed=True, tools_changed=True)
        await server.run(reader, writer, server.create_initialization_options(changes))


asyncio.run(main())
