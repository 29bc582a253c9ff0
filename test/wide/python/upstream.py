# A server made of FastMCP, the one in the Python SDK 1.x or the library of that name, whichever is there: upstream.py stdio|http|sse PORT
import sys

from pydantic import BaseModel

try:
    from mcp.server.fastmcp import Context, FastMCP

    in_sdk = True
except ImportError:
    from fastmcp import Context, FastMCP

    in_sdk = False

transport, port = sys.argv[1], int(sys.argv[2])
where = {} if transport == "stdio" else {"host": "127.0.0.1", "port": port}
server = FastMCP("python", **(where if in_sdk else {}))


class Colour(BaseModel):
    colour: str


@server.tool()
def add(a: int, b: int) -> int:
    """Adds two numbers"""
    return a + b


@server.tool()
async def climb(steps: int, ctx: Context) -> str:
    """Reports every step"""
    for step in range(steps):
        await ctx.report_progress(step + 1, steps, f"step {step + 1}")
    return "up there"


@server.tool()
async def ask(ctx: Context) -> str:
    """Asks the user for a colour"""
    answer = await ctx.elicit("Which colour?", Colour)
    return f"{answer.action} {answer.data.colour}" if answer.action == "accept" else answer.action


@server.resource("greeting://{name}")
def greeting(name: str) -> str:
    """Greets somebody"""
    return f"hello {name}"


if transport == "stdio":
    server.run(transport="stdio")
elif in_sdk:
    server.run(transport="streamable-http" if transport == "http" else "sse")
else:
    server.run(transport=transport, show_banner=False, **where)
