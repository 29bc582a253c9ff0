# A client made of the Python SDK 2.x: sdk2.py http|legacy|sse URL; http asks for the newest revision, the others for those of before
import sys

import anyio
from driver import plain, say, serve
from mcp import Client, types
from mcp.client.sse import sse_client


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
    opened = sse_client(url) if transport == "sse" else url
    mode = "auto" if transport == "http" else "legacy"
    callbacks = dict(sampling_callback=sampled, elicitation_callback=elicited, logging_callback=logged)
    async with Client(opened, mode=mode, log_level="info", **callbacks) as client:
        greeting = {"protocolVersion": client.protocol_version, "serverInfo": plain(client.server_info)}
        say({"event": "connected", "params": greeting})

        async def call(name, arguments):
            return plain(await client.call_tool(name, arguments, progress_callback=progressed))

        async def tools():
            return [tool.name for tool in (await client.list_tools()).tools]

        async def resources():
            return [str(resource.uri) for resource in (await client.list_resources()).resources]

        async def prompts():
            return [prompt.name for prompt in (await client.list_prompts()).prompts]

        async def read_one(uri):
            return plain(await client.read_resource(uri))

        await serve({"call": call, "tools": tools, "resources": resources, "prompts": prompts, "read": read_one})


anyio.run(main, *sys.argv[1:])
