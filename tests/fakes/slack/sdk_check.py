"""A small app on Slack's official client: if the client is content, the fake is believable.

Usage: sdk_check.py API_URL BOT_TOKEN APP_TOKEN; prints OK when the story was told to its end.
"""

import sys
import threading

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

api_url, bot_token, app_token = sys.argv[1:4]
web = WebClient(token=bot_token, base_url=api_url + "/")
done = threading.Event()
failures = []
seen = []


def card(text, button):
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {"type": "actions", "elements": [
            {"type": "button", "text": {"type": "plain_text", "text": button}, "value": "v1", "action_id": "go"},
        ]},
    ]


FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Hand off"},
    "submit": {"type": "plain_text", "text": "Hand off"},
    "blocks": [{
        "type": "input", "block_id": "what", "label": {"type": "plain_text", "text": "What is needed"},
        "element": {"type": "plain_text_input", "action_id": "text"},
    }],
}


def look_around():
    me = web.auth_test()
    assert me["team"] == "Good Company" and "chat:write" in me.headers["x-oauth-scopes"], me.data
    names = [c["name"] for page in web.conversations_list(limit=2) for c in page["channels"]]
    assert "sales" in names and "legal" not in names, names
    people = {u["name"]: u for page in web.users_list(limit=3) for u in page["members"]}
    assert people["cy"]["tz"] == "America/New_York" and people["ana"]["profile"]["email"], people
    ana = people["ana"]["id"]
    assert web.users_lookupByEmail(email="ana@example.com")["user"]["id"] == ana
    assert web.users_info(user=ana)["user"]["real_name"] == "Ana Araujo"
    dm = web.conversations_open(users=[ana])["channel"]["id"]
    first = web.chat_postMessage(channel=dm, text="one", metadata={"event_type": "row", "event_payload": {"id": 1}})
    web.chat_postMessage(channel=dm, text="two", thread_ts=first["ts"])
    newest = web.conversations_history(channel=dm, include_all_metadata=True)["messages"][0]
    assert newest["metadata"]["event_payload"]["id"] == 1 and newest["reply_count"] == 1, newest
    replies = web.conversations_replies(channel=dm, ts=first["ts"])["messages"]
    assert [m["text"] for m in replies] == ["one", "two"], replies
    try:
        web.chat_postMessage(channel="C00000NOPE", text="x")
        failures.append("a channel that does not exist was accepted")
    except SlackApiError as refused:
        assert refused.response["error"] == "channel_not_found", refused


def handle(client, request):
    payload, answer, then = request.payload, None, None
    if request.type == "slash_commands" and payload["command"] == "/quit":
        then = done.set
    elif request.type == "slash_commands":
        answer = {"text": "Passed on: " + payload["text"]}

        def then():
            web.chat_postMessage(channel=payload["channel_id"], text="A card", blocks=card("A card", "Accept"))
    elif request.type == "events_api":
        event = payload["event"]
        if event["type"] == "app_home_opened":
            home = {"type": "home", "blocks": card("Your work", "Refresh")}

            def then():
                web.views_publish(user_id=event["user"], view=home)
        elif event.get("text") == "ping" and "bot_id" not in event:
            def then():
                web.chat_postMessage(channel=event["channel"], text="pong", thread_ts=event["ts"])
    elif payload["type"] == "block_actions" and payload["container"]["type"] == "message":
        def then():
            web.chat_update(channel=payload["channel"]["id"], ts=payload["message"]["ts"], text="Taken", blocks=[])
    elif payload["type"] == "message_action":
        def then():
            web.views_open(trigger_id=payload["trigger_id"], view=FORM)
    elif payload["type"] == "view_submission":
        said = payload["view"]["state"]["values"]["what"]["text"]["value"]
        if len(said) < 5:
            answer = {"response_action": "errors", "errors": {"what": "A few more words"}}
    client.send_socket_mode_response(SocketModeResponse(request.envelope_id, answer))
    seen.append(request.type)
    if then:
        then()


def guarded(client, request):
    try:
        handle(client, request)
    except Exception as error:
        failures.append(repr(error))


look_around()
socket = SocketModeClient(app_token=app_token, web_client=web)
socket.socket_mode_request_listeners.append(guarded)
socket.connect()
if not done.wait(60):
    failures.append("the story did not end")
socket.close()
if {"slash_commands", "events_api", "interactive"} - set(seen):
    failures.append("some kinds of envelopes never came")
print("OK" if not failures else failures)
