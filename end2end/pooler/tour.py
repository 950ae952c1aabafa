"""A short tour of a server whose database is behind a pooler: sign up, talk, tasks, several people at once.

tour.py ORIGIN, of a new server that answers with its built-in assistant and lets anybody sign up.
"""

import json
import sys
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar

PEOPLE = 8
MESSAGES = 6


def check(is_so, what):
    if not is_so:
        raise SystemExit(f"not so: {what}")


class Browser:
    def __init__(self, origin):
        self.origin = origin
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def ask(self, path, body=None, kind="application/json", accept="text/html"):
        headers = {"Accept": accept, "Origin": self.origin, "Referer": f"{self.origin}/chat"}
        if body is not None:
            headers["Content-Type"] = kind
        request = urllib.request.Request(self.origin + path, data=body, headers=headers)
        with self.opener.open(request, timeout=60) as reply:
            return reply.read().decode()

    def sign_up(self, email):
        fields = {"email": email, "password": "long enough", "zone": "Asia/Karachi"}
        self.ask("/api/account/sign-up", urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded")
        check(email in self.ask("/settings"), f"{email} is signed in")

    def say(self, thread, text):
        """Says something; gives the thread and the events of the answer."""
        message = {"content": [{"type": "input_text", "text": text}], "attachments": [], "inference_options": {}}
        call = {"type": "threads.create", "params": {"input": message}}
        if thread:
            call = {"type": "threads.add_user_message", "params": {"thread_id": thread, "input": message}}
        answer = self.ask("/chatkit", json.dumps(call).encode(), accept="text/event-stream")
        events = [json.loads(line[6:]) for line in answer.splitlines() if line.startswith("data: ")]
        kinds = [event["type"] for event in events]
        check("error" not in kinds and "thread.item.done" in kinds, f"an answer to {text!r}: {kinds}")
        created = next((event["thread"]["id"] for event in events if event["type"] == "thread.created"), thread)
        return created, answer


def talk(origin, number):
    """One person with tasks of their own, in one conversation."""
    browser = Browser(origin)
    browser.sign_up(f"person{number}@x.example")
    thread = None
    titles = [f"Polish spoon {number}{letter}" for letter in "abcdef"[:MESSAGES]]
    for title in titles:
        thread, answer = browser.say(thread, f"Add a task: {title}")
        check(title in answer, f"{title} is in the answer")
    _, answer = browser.say(thread, "Show my tasks")
    page = browser.ask(f"/chat/{thread}")
    for title in titles:
        check(title in answer and title in page, f"{title} is shown, in the conversation and on the page")
    strangers = [f"spoon {other}a" for other in range(PEOPLE) if other != number]
    check(not any(stranger in answer + page for stranger in strangers), "nobody sees the tasks of others")


def main():
    origin = sys.argv[1]
    first = Browser(origin)
    first.sign_up("first@x.example")
    thread, answer = first.say(None, "Add a task: buy milk tomorrow")
    check("milk" in answer, "the task is in the answer")
    check("milk" in first.ask(f"/chat/{thread}"), "and on the page")
    with ThreadPoolExecutor(PEOPLE) as people:
        list(people.map(lambda number: talk(origin, number), range(PEOPLE)))
    print(f"{1 + PEOPLE * (MESSAGES + 1)} answers")


main()
