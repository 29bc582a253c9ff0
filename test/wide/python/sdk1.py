# A client made of the Python SDK 1.x: sdk1.py http|sse URL
import sys

import anyio
from driver import plain, say, serve
from mcp import ClientSession, types
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client


async def sampled(_context, params):
    say({"event": "sampling", "params": plain(params)})
    answer = types.TextContent(type="text", text="a fine day")
    return types.CreateMessageResult(role="assistant", model="none", content=answer)


async def elicited(_context, params):
    say({"event": "elicitation", "params": plain(params)})
    return types.ElicitResult(action="accept", content={"username": "ada", "email": "ada@example.com"})


async def logged(params):
    say({"event": "log", "params": plain(params)})


async def progressed(progress, total, message):
    say({"event": "progress", "params": {"progress": progress, "total": total, "message": message}})


async def main(transport, url):
    opened = streamable_http_client(url) if transport == "http" else sse_client(url)
    async with opened as (read, write, *_):
        callbacks = dict(sampling_callback=sampled, elicitation_callback=elicited, logging_callback=logged)
        async with ClientSession(read, write, **callbacks) as session:
            say({"event": "connected", "params": plain(await session.initialize())})

            async def call(name, arguments):
                # This generation tells nobody when a task is cancelled; whoever wants that needs the id.
                say({"event": "sent", "params": {"requestId": session._request_id}})
                return plain(await session.call_tool(name, arguments, progress_callback=progressed))

            async def give_up(requestId):
                params = types.CancelledNotificationParams(requestId=requestId, reason="changed my mind")
                await session.send_notification(types.ClientNotification(types.CancelledNotification(params=params)))

            async def tools():
                return [tool.name for tool in (await session.list_tools()).tools]

            async def resources():
                return [str(resource.uri) for resource in (await session.list_resources()).resources]

            async def prompts():
                return [prompt.name for prompt in (await session.list_prompts()).prompts]

            async def read_one(uri):
                return plain(await session.read_resource(uri))

            await serve(
                {"call": call, "give_up": give_up, "tools": tools, "resources": resources, "prompts": prompts, "read": read_one}
            )


anyio.run(main, *sys.argv[1:])
