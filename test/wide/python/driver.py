# Lines of JSON in, lines of JSON out: how a test in another language drives a Python client. Knows no client library.
import json
import sys

import anyio


def say(message):
    """One line for the test."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def plain(value):
    """A model of the library as the JSON it came from."""
    return value.model_dump(mode="json", by_alias=True, exclude_none=True)


async def serve(commands):
    """Runs every line `{id, do, with}` as a task of its own, until standard input ends; `do: cancel` cancels the task `of`."""
    scopes = {}

    async def run(line):
        with anyio.CancelScope() as scope:
            scopes[line["id"]] = scope
            try:
                say({"id": line["id"], "result": await commands[line["do"]](**line.get("with", {}))})
            except Exception as error:
                code = getattr(getattr(error, "error", error), "code", None)
                say({"id": line["id"], "error": {"kind": type(error).__name__, "code": code, "message": str(error)}})
        if scope.cancelled_caught:
            say({"id": line["id"], "error": {"kind": "cancelled", "code": None, "message": "cancelled"}})

    async with anyio.create_task_group() as tasks:
        async for text in anyio.wrap_file(sys.stdin):
            line = json.loads(text)
            if line["do"] == "cancel":
                scopes[line["of"]].cancel()
            else:
                tasks.start_soon(run, line)
        tasks.cancel_scope.cancel()
