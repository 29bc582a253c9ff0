# A client made of FastMCP, on the Python SDK 2.x: fast.py http|legacy|sse URL; http asks for the newest revision, the others for those of before
import sys

import anyio
from driver import plain, say, serve
from fastmcp import Client
from fastmcp.client.transports import SSETransport, StreamableHttpTransport


async def sampled(messages, params, _context):
    say({"event": "sampling", "params": plain(params)})
    return "a fine day"


async def elicited(message, _type, params, _context):
    say({"event": "elicitation", "params": plain(params)})
    return {"username": "ada", "email": "ada@example.com"}


async def logged(params):
    say({"event": "log", "params": {"level": params.level, "logger": params.logger, "data": params.data}})


async def progressed(progress, total, message):
    say({"event": "progress", "params": {"progress": progress, "total": total, "message": message}})


async def main(transport, url):
    opened = SSETransport(url) if transport == "sse" else StreamableHttpTransport(url)
    mode = "auto" if transport == "http" else "legacy"
    handlers = dict(sampling_handler=sampled, elicitation_handler=elicited, log_handler=logged)
    async with Client(opened, mode=mode, progress_handler=progressed, **handlers) as client:
        greeting = {"protocolVersion": client.protocol_version, "serverInfo": plain(client.server_info)}
        say({"event": "connected", "params": greeting})

        async def call(name, arguments):
            return plain(await client.call_tool_mcp(name, arguments))

        async def tools():
            return [tool.name for tool in await client.list_tools()]

        async def resources():
            return [str(resource.uri) for resource in await client.list_resources()]

        async def prompts():
            return [prompt.name for prompt in await client.list_prompts()]

        async def read_one(uri):
            return plain(await client.read_resource_mcp(uri))

        await serve({"call": call, "tools": tools, "resources": resources, "prompts": prompts, "read": read_one})


anyio.run(main, *sys.argv[1:])
