"""All that MCP knew up to 2025-11-25, by the official Python SDK 1.x, its experimental tasks included."""
import asyncio
import json
import warnings

import everything
import mcp.types as types
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import McpError, UrlElicitationRequiredError
from mcp.shared.message import ServerMessageMetadata

warnings.simplefilter("ignore")

server = Server("everything", "1", instructions="Try everything.")
server.experimental.enable_tasks()
REQUESTS = {
    "sampling/createMessage": (types.CreateMessageRequest, types.CreateMessageResult),
    "elicitation/create": (types.ElicitRequest, types.ElicitResult),
    "roots/list": (types.ListRootsRequest, types.ListRootsResult),
}


def dump(model):
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


def tool_result(plain):
    return types.CallToolResult.model_validate(plain)


def text_of(answers):
    return tool_result(everything.text(json.dumps(answers, sort_keys=True)))


def fail(code, message, data=None):
    return McpError(types.ErrorData(code=code, message=message, data=data))


async def ask(question):
    """What the host answered, or how it refused."""
    context = server.request_context
    request, result = REQUESTS[question["method"]]
    if (question.get("params") or {}).get("tools"):
        result = types.CreateMessageResultWithTools
    try:
        return dump(await context.session.send_request(
            types.ServerRequest(request.model_validate(question)), result,
            metadata=ServerMessageMetadata(related_request_id=context.request_id)))
    except McpError as error:
        return {"refused": error.error.code, "message": error.error.message}


async def job(task):
    await task.update_status("working on it")
    return tool_result(everything.simple("secret", {}))


async def big_job(task):
    return tool_result(everything.simple("big", {}))


async def asking_job(task):
    answer = await task.elicit("Who are you?", everything.FORM)
    return text_of(dump(answer))


async def lasting_job(task):
    await asyncio.Event().wait()


async def announce(session):
    await session.send_tool_list_changed()
    await session.send_prompt_list_changed()
    await session.send_resource_list_changed()
    await session.send_resource_updated("memo://note/1")


@server.call_tool()
async def call_tool(name, arguments):
    context = server.request_context
    session = context.session
    token = context.meta.progressToken if context.meta else None
    match name:
        case "echo":
            await asyncio.sleep(arguments.get("delay", 0))
        case "explode":
            raise RuntimeError("it exploded")
        case "sign_in":
            raise UrlElicitationRequiredError(
                [types.ElicitRequestURLParams.model_validate(everything.QUESTIONS["visit"]["params"])])
        case "hang":
            await session.send_progress_notification(token, 1, None, "hanging")
            await asyncio.Event().wait()
        case "progress":
            for step in range(3):
                await session.send_progress_notification(token, step, 2, f"step {step}")
            return tool_result(everything.text("three steps"))
        case "log":
            for level in "info", "warning":
                await session.send_log_message(level, {"at": level}, "everything", context.request_id)
            return tool_result(everything.text("logged"))
        case "announce":
            await announce(session)
            return tool_result(everything.text("announced"))
        case "ping_host":
            await session.send_ping()
            return tool_result(everything.text("pinged"))
        case "interview" | "sample" | "sample_tools" | "elicit" | "visit" | "roots":
            wanted = ("sample", "elicit", "roots") if name == "interview" else (name,)
            answers = {key: await ask(everything.QUESTIONS[key]) for key in wanted}
            if name == "visit":
                await session.send_elicit_complete("e-1", context.request_id)
            return text_of(answers)
        case "job" | "job_big" | "job_ask" | "forbidden_job":
            if not context.experimental.is_task:
                return tool_result(everything.text(f"{name} was executed"))
            work = {"job_ask": asking_job, "job_big": big_job}.get(name, lasting_job if arguments.get("last") else job)
            return await context.experimental.run_task(work)
    result = everything.simple(name, arguments)
    return tool_result(result if result is not None else everything.text(f"there is no tool {name}", isError=True))


@server.list_tools()
async def list_tools(request: types.ListToolsRequest) -> types.ListToolsResult:
    return types.ListToolsResult.model_validate(
        everything.page(everything.TOOLS, "tools", request.params.cursor if request and request.params else None))


@server.list_resources()
async def list_resources(request: types.ListResourcesRequest) -> types.ListResourcesResult:
    return types.ListResourcesResult.model_validate(
        everything.page(everything.RESOURCES, "resources", request.params.cursor if request.params else None))


@server.list_prompts()
async def list_prompts(request: types.ListPromptsRequest) -> types.ListPromptsResult:
    return types.ListPromptsResult.model_validate(
        everything.page(everything.PROMPTS, "prompts", request.params.cursor if request.params else None))


@server.list_resource_templates()
async def list_templates():
    return [types.ResourceTemplate.model_validate(template) for template in everything.TEMPLATES]


async def read_resource(request):
    found = everything.contents(str(request.params.uri))
    if found is None:
        raise fail(-32002, "there is no such resource")
    return types.ServerResult(types.ReadResourceResult.model_validate(found))


async def get_prompt(request):
    found = everything.prompt(request.params.name, request.params.arguments)
    if found is None:
        raise fail(-32602, "there is no such prompt")
    return types.ServerResult(types.GetPromptResult.model_validate(found))


async def complete(request):
    return types.ServerResult(types.CompleteResult.model_validate(everything.completion(request.params.argument.value)))


async def nothing(request):
    return types.ServerResult(types.EmptyResult())


async def ignore(notification):
    pass


server.request_handlers[types.ReadResourceRequest] = read_resource
server.request_handlers[types.GetPromptRequest] = get_prompt
server.request_handlers[types.CompleteRequest] = complete
for kind in types.SubscribeRequest, types.UnsubscribeRequest, types.SetLevelRequest:
    server.request_handlers[kind] = nothing
for kind in types.RootsListChangedNotification, types.ProgressNotification:
    server.notification_handlers[kind] = ignore


async def main():
    async with stdio_server() as (reader, writer):
        changes = NotificationOptions(prompts_changed=True, resources_changed=True, tools_changed=True)
        await server.run(reader, writer, server.create_initialization_options(changes))


asyncio.run(main())
