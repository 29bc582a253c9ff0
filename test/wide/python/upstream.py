# A server made of the Python SDK, 1.x or 2.x, or of FastMCP, whichever is there: upstream.py stdio|http|sse PORT
import sys
from importlib.util import find_spec
from typing import Annotated

from pydantic import BaseModel

transport, port = sys.argv[1], int(sys.argv[2])
where = {} if transport == "stdio" else {"host": "127.0.0.1", "port": port}

if find_spec("fastmcp"):
    from fastmcp import Context, FastMCP

    kind = "FastMCP"
    server = FastMCP("python")
elif find_spec("mcp.server.mcpserver"):
    from mcp.server.mcpserver import Context, Elicit, ElicitationResult, MCPServer, Resolve

    kind = "SDK 2.x"
    server = MCPServer("python")
else:
    from mcp.server.fastmcp import Context, FastMCP

    kind = "SDK 1.x"
    server = FastMCP("python", **where)


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


def said(answer) -> str:
    return f"{answer.action} {answer.data.colour}" if answer.action == "accept" else answer.action


if kind == "SDK 2.x":

    async def which() -> Elicit[Colour]:
        return Elicit("Which colour?", Colour)

    @server.tool()
    async def ask(answer: Annotated[ElicitationResult[Colour], Resolve(which)]) -> str:
        """Asks the user for a colour, in the way of the revision that is spoken"""
        return said(answer)

else:

    @server.tool()
    async def ask(ctx: Context) -> str:
        """Asks the user for a colour"""
        return said(await ctx.elicit("Which colour?", Colour))


@server.resource("greeting://{name}")
def greeting(name: str) -> str:
    """Greets somebody"""
    return f"hello {name}"


if transport == "stdio":
    server.run(transport="stdio")
elif kind == "FastMCP":
    server.run(transport=transport, show_banner=False, **where)
else:
    server.run(transport="streamable-http" if transport == "http" else "sse", **(where if kind == "SDK 2.x" else {}))
