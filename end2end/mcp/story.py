"""The whole story with the Python client: list, add, complete, delete with confirmation, read resources.

story.py URL TOKEN MODE, where MODE is `auto` (2026-07-28) or `legacy` (the handshake of before).
"""

import json
import sys
import uuid

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitResult, PromptReference, ResourceTemplateReference


def check(is_so, what):
    if not is_so:
        raise SystemExit(f"not so: {what}")


async def story(url: str, token: str, mode: str) -> None:
    asked = []
    consents = True

    async def elicit(_context, params):
        asked.append(params.message)
        return ElicitResult(action="accept", content={"delete": True}) if consents else ElicitResult(action="decline")

    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"})
    transport = streamable_http_client(f"{url}/mcp", http_client=http)
    async with Client(transport, mode=mode, elicitation_callback=elicit) as client:
        is_new = client.protocol_version >= "2026-07-28"
        check(is_new == (mode == "auto"), f"{mode} speaks {client.protocol_version}")
        check("undo_token" in client.instructions, "the instructions come through")

        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        check(len(tools) == 9, f"nine tools: {list(tools)}")
        for tool in tools.values():
            hints = tool.annotations
            all_hints = [hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint, hints.open_world_hint]
            check(tool.title and tool.output_schema and None not in all_hints, f"{tool.name} is told whole")

        async def call(name, **arguments):
            result = await client.call_tool(name, arguments)
            check(not result.is_error, f"{name}: {result.content}")
            check(json.loads(result.content[0].text) == result.structured_content, "JSON first")
            check(len(result.content) == 2, "then a line of prose")
            return result.structured_content

        word = uuid.uuid4().hex[:8]
        title = f"Water the {word} today"
        added = await call("add_task", title=title, due="today", idempotency_key=word)
        again = await call("add_task", title=title, due="today", idempotency_key=word)
        check(added == again, "one key, one task")
        task = added["task"]
        check(set(task["due"]) >= {"date", "weekday"}, f"a resolved date: {task}")
        found = await call("find_tasks", words=word)
        check([one["id"] for one in found["tasks"]] == [task["id"]], f"found: {found}")

        today = json.loads((await client.read_resource("tasks://today")).contents[0].text)
        check(task["id"] in [one["id"] for one in today["tasks"]], "it is due today")
        one = json.loads((await client.read_resource(f"tasks://{task['id']}")).contents[0].text)
        check(one == task, "the task as a resource")
        reference = ResourceTemplateReference(type="ref/resource", uri="tasks://{id}")
        completed = await client.complete(reference, {"name": "id", "value": word})
        check(completed.completion.values == [task["id"]], f"completed: {completed}")
        reference = PromptReference(type="ref/prompt", name="plan_my_day")
        completed = await client.complete(reference, {"name": "language", "value": "u"})
        check(completed.completion.values == ["urdu"], f"completed: {completed}")
        prompt = await client.get_prompt("plan_my_day", {"language": "urdu"})
        check("میرا دن" in prompt.messages[0].content.text, "the prompt in Urdu")

        done = await call("complete_task", task_id=task["id"])
        check(done["task"]["status"] == "completed", f"done: {done}")
        await call("undo", undo_token=done["undo_token"])

        wrong = await client.call_tool("complete_task", {"task_id": "tsk_nothing"})
        check(wrong.is_error and "list_tasks" in wrong.content[0].text, f"what to do: {wrong}")

        if is_new:
            consents = False
            refused = await client.call_tool("delete_task", {"task_id": task["id"]})
            check(refused.is_error and "did not confirm" in refused.content[0].text, f"declined: {refused}")
            consents = True
        deleted = await call("delete_task", task_id=task["id"])
        check(len(asked) == (2 if is_new else 0), f"asked where one can ask: {asked}")
        check((await call("find_tasks", words=word))["tasks"] == [], "it is gone")
        back = await call("undo", undo_token=deleted["undo_token"])
        check(back["restored"][0]["title"] == title, f"back: {back}")
        await call("delete_task", task_id=task["id"])


anyio.run(story, *sys.argv[1:])
