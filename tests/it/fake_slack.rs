//! Is the fake Slack believable? Slack's official client must be content with it, and each of its
//! powers is tried once with a small app made by hand.

use std::process::{Command, Stdio};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::fake_slack::FakeSlack;
use crate::fake_slack::blocks::visible_text;
use crate::fake_slack::faults::Fault;
use crate::fake_slack::socket::{Door, Order, Whom};
use crate::fake_slack::workspace::{Person, PostLimit, Role, Workspace};

/// An app that only does what a test tells it.
struct App {
    slack: FakeSlack,
    http: reqwest::Client,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl App {
    async fn start(slack: &FakeSlack) -> Self {
        let http = client();
        let socket = open_socket(slack, &http).await.expect("the socket opens");
        let mut app = Self { slack: slack.clone(), http, socket };
        assert_eq!(app.next().await["type"], "hello");
        app
    }

    /// The next frame of the socket that is no ping.
    async fn next(&mut self) -> Value {
        loop {
            match self.socket.next().await.expect("the socket is open").expect("a frame") {
                Frame::Text(text) => return serde_json::from_str(text.as_str()).expect("JSON"),
                Frame::Close(_) => return json!({"type": "closed"}),
                _ => {}
            }
        }
    }

    /// The next envelope that is no echo of the app's own messages; echoes are acknowledged.
    async fn next_foreign(&mut self) -> Value {
        loop {
            let envelope = self.next().await;
            if envelope["payload"]["event"]["bot_id"].is_null() {
                return envelope;
            }
            self.ack(&envelope, Value::Null).await;
        }
    }

    async fn ack(&mut self, envelope: &Value, payload: Value) {
        let mut ack = json!({"envelope_id": envelope["envelope_id"]});
        if !payload.is_null() {
            ack["payload"] = payload;
        }
        self.socket.send(Frame::text(ack.to_string())).await.expect("the socket is open");
    }

    async fn api(&self, method: &str, args: Value) -> Value {
        self.try_api(method, args).await.expect("an answer").json().await.expect("JSON")
    }

    async fn try_api(&self, method: &str, args: Value) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}/{method}", self.slack.api_url());
        self.http.post(url).bearer_auth(self.slack.bot_token()).json(&args).send().await
    }
}

fn client() -> reqwest::Client {
    let _set_by_another_test = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

async fn open_socket(
    slack: &FakeSlack,
    http: &reqwest::Client,
) -> Option<WebSocketStream<MaybeTlsStream<TcpStream>>> {
    let url = format!("{}/apps.connections.open", slack.api_url());
    let answer = http.post(url).bearer_auth(slack.app_token()).send().await.expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    let url = answer["url"].as_str().unwrap_or_else(|| panic!("no url in {answer}"));
    tokio_tungstenite::connect_async(url).await.ok().map(|(socket, _)| socket)
}

fn card(text: &str, button: &str) -> Value {
    json!([
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {"type": "actions", "elements": [
            {"type": "button", "text": {"type": "plain_text", "text": button}, "value": "accept:1"},
        ]},
    ])
}

fn form() -> Value {
    json!({
        "type": "modal", "callback_id": "form", "title": {"type": "plain_text", "text": "Hand off"},
        "submit": {"type": "plain_text", "text": "Hand off"}, "notify_on_close": true,
        "blocks": [
            {"type": "input", "block_id": "topic", "label": {"type": "plain_text", "text": "Topic"},
                "element": {"type": "static_select", "action_id": "a", "options": [
                    {"text": {"type": "plain_text", "text": "billing"}, "value": "t1"},
                    {"text": {"type": "plain_text", "text": "legal"}, "value": "t2"}]}},
            {"type": "input", "block_id": "what", "label": {"type": "plain_text", "text": "What"},
                "element": {"type": "plain_text_input", "action_id": "a", "initial_value": "A refund"}},
            {"type": "input", "block_id": "who", "label": {"type": "plain_text", "text": "Who"}, "optional": true,
                "element": {"type": "users_select", "action_id": "a"}},
            {"type": "input", "block_id": "when", "label": {"type": "plain_text", "text": "When"}, "optional": true,
                "element": {"type": "datepicker", "action_id": "a"}},
        ],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_is_content_with_the_fake() {
    #[expect(clippy::disallowed_methods, reason = "where scripts/test put the client")]
    let sdk =
        std::env::var("GOODTURN_TEST_SLACK_SDK").expect("the client is not installed: run scripts/test");
    // The client reads its old socket until that ends, before it looks at the new one.
    let brisk = Workspace::sample().with(|w| {
        w.tuning.linger = Duration::from_millis(300);
        // Its threads are in no hurry on a busy machine.
        (w.tuning.redeliver_after, w.tuning.ack_deadline) =
            (Duration::from_secs(20), Duration::from_secs(20));
    });
    let slack = FakeSlack::start(brisk).await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fakes/slack/sdk_check.py");
    let child = Command::new("python3")
        .args([script, &slack.api_url(), &slack.bot_token(), &slack.app_token()])
        .env("PYTHONPATH", sdk)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3 is there");
    let story = async {
        slack.connected(1).await;
        let (ana, bo) = (slack.as_user("ana"), slack.as_user("bo"));
        assert_eq!(
            ana.slash("/handoff", "billing refund", "sales").await.text(),
            "Passed on: billing refund"
        );
        let card = slack.expect("the card", |s| s.messages("sales").last().cloned()).await;
        assert_eq!(visible_text(&card.blocks), "A card\n[Accept]");
        bo.press(&card, "Accept").await;
        slack.expect("the card to change", |s| s.now(&card).filter(|m| m.text == "Taken")).await;

        slack.disconnect("refresh_requested", Whom::All);
        slack.connected(1).await;
        let ping = ana.say("sales", "ping");
        slack
            .expect("an answer in the thread", |s| {
                s.messages("sales").into_iter().find(|m| m.thread_ts.as_ref() == Some(&ping.ts))
            })
            .await;
        bo.open_home();
        let home = slack.expect("a home", |s| s.home("bo")).await;
        assert_eq!(visible_text(home.blocks()), "Your work\n[Refresh]");
        bo.press(&home, "Refresh").await;
        bo.shortcut_on("handoff", &ping).await;
        slack.expect("a form", |s| s.modal("bo")).await;
        assert_eq!(bo.submit(&[("What is needed", "hm")]).await.errors()["what"], "A few more words");
        bo.submit(&[("What is needed", "a refund")]).await;
        assert!(slack.modal("bo").is_none());
        ana.slash("/quit", "", "sales").await;
        slack.settled().await;
    };
    story.await;
    let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.trim(), "OK", "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(slack.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_a_card_and_a_press_read_like_a_story() {
    let slack = FakeSlack::start(Workspace::sample()).await;
    let mut app = App::start(&slack).await;
    let ana = slack.as_user("ana");
    let (ack, url) = tokio::join!(ana.slash("/handoff", "billing <b> for @bo", "legal"), async {
        let envelope = app.next().await;
        assert_eq!(envelope["accepts_response_payload"], true);
        let payload = &envelope["payload"];
        assert_eq!(payload["text"], "billing &lt;b&gt; for <@U00000000BO|bo>");
        assert_eq!(payload["channel_name"], "privategroup");
        app.ack(&envelope, json!({"text": "Passed to billing."})).await;
        payload["response_url"].as_str().unwrap().to_owned()
    });
    assert_eq!(ack.text(), "Passed to billing.");
    assert!(ack.latency < Duration::from_secs(3));

    let open = app.api("conversations.open", json!({"users": slack.user_id("bo")})).await;
    let metadata = json!({"event_type": "row", "event_payload": {"id": "1"}});
    let post = json!({
        "channel": open["channel"]["id"], "text": "ana asks", "blocks": card("ana asks", "Accept"),
        "metadata": metadata,
    });
    let posted = app.api("chat.postMessage", post.clone()).await;
    assert_eq!(posted["ok"], true, "{posted}");
    let echo = app.next().await;
    assert_eq!(echo["payload"]["event"]["bot_id"], "B0GOODTURN");
    assert_eq!(echo["payload"]["event"]["channel_type"], "im");
    app.ack(&echo, Value::Null).await;

    let offer = slack.dm_with("bo").pop().expect("the offer");
    let bo = slack.as_user("bo");
    let (_, value) = tokio::join!(bo.press(&offer, "Accept"), async {
        let envelope = app.next_foreign().await;
        app.ack(&envelope, Value::Null).await;
        envelope["payload"]["actions"][0]["value"].clone()
    });
    assert_eq!(value, "accept:1");
    let update = json!({"channel": offer.channel, "ts": offer.ts, "text": "It is yours.", "blocks": []});
    assert_eq!(app.api("chat.update", update).await["ok"], true);
    assert!(slack.now(&offer).is_some_and(|m| m.edited && m.blocks.is_empty()));

    let respond = |body: Value| app.http.post(&url).json(&body).send();
    assert_eq!(respond(json!({"text": "More"})).await.unwrap().status(), 200);
    let shown: Vec<String> = slack.ephemerals("ana").into_iter().map(|shown| shown.text).collect();
    assert_eq!(shown, ["Passed to billing.", "More"]);
    slack.advance(Duration::from_secs(1801));
    assert_eq!(respond(json!({"text": "Late"})).await.unwrap().status(), 404);

    assert_eq!(slack.duplicates(), Vec::<String>::new());
    app.api("chat.postMessage", post).await;
    assert_eq!(slack.duplicates(), [metadata.to_string()]);
    assert_eq!(slack.posts().values().sum::<usize>(), 2);
    assert_eq!(slack.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modal_needs_a_young_trigger_and_keeps_what_was_filled_in() {
    let slack = FakeSlack::start(Workspace::sample()).await;
    let mut app = App::start(&slack).await;
    let ana = slack.as_user("ana");
    let (_, trigger) = tokio::join!(ana.shortcut("handoff"), async {
        let envelope = app.next().await;
        app.ack(&envelope, Value::Null).await;
        envelope["payload"]["trigger_id"].clone()
    });
    let open = json!({"trigger_id": trigger, "view": form()});
    assert_eq!(app.api("views.open", open.clone()).await["ok"], true);
    assert_eq!(app.api("views.open", open).await["error"], "exchanged_trigger_id");

    let (ack, values) = tokio::join!(ana.submit(&[("Topic", "legal"), ("Who", "@bo")]), async {
        let envelope = app.next().await;
        app.ack(&envelope, json!({"response_action": "errors", "errors": {"what": "More words"}})).await;
        envelope["payload"]["view"]["state"]["values"].clone()
    });
    assert_eq!(values["topic"]["a"]["selected_option"]["value"], "t2");
    assert_eq!(values["what"]["a"]["value"], "A refund");
    assert_eq!(values["who"]["a"]["selected_user"], slack.user_id("bo"));
    assert_eq!(values["when"]["a"]["selected_date"], Value::Null);
    assert_eq!(ack.errors()["what"], "More words");
    assert!(slack.modal("ana").is_some());

    tokio::join!(ana.close_modal(), async {
        let envelope = app.next().await;
        assert_eq!(envelope["payload"]["type"], "view_closed");
        app.ack(&envelope, Value::Null).await;
    });
    assert!(slack.modal("ana").is_none());

    let (_, trigger) = tokio::join!(ana.shortcut("handoff"), async {
        let envelope = app.next().await;
        app.ack(&envelope, Value::Null).await;
        envelope["payload"]["trigger_id"].clone()
    });
    slack.advance(Duration::from_millis(3100));
    let late = app.api("views.open", json!({"trigger_id": trigger, "view": form()})).await;
    assert_eq!(late["error"], "expired_trigger_id");
    assert_eq!(slack.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_a_rule_is_refused_and_noted() {
    let slack = FakeSlack::start(Workspace::sample().without_scope("dnd:read")).await;
    let app = App::start(&slack).await;
    let sales = slack.channel_id("sales");
    let post = |channel: &str, more: Value| {
        let mut args = json!({"channel": channel, "text": "x"});
        args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.api("chat.postMessage", args)
    };
    let refused = app.api("dnd.info", json!({"user": slack.user_id("bo")})).await;
    assert_eq!((&refused["error"], &refused["needed"]), (&json!("missing_scope"), &json!("dnd:read")));
    assert!(refused["provided"].as_str().unwrap().contains("chat:write"));
    assert_eq!(post("C00000NOPE", json!({})).await["error"], "channel_not_found");
    assert_eq!(post(&slack.channel_id("general"), json!({})).await["error"], "not_in_channel");
    assert_eq!(app.api("users.info", json!({"user": "U0"})).await["error"], "user_not_found");
    assert_eq!(slack.violations(), Vec::<String>::new());

    assert_eq!(post(&sales, json!({"text": "x".repeat(40_001)})).await["error"], "msg_too_long");
    let long = card(&"x".repeat(3001), &"y".repeat(76));
    assert_eq!(post(&sales, json!({"blocks": long})).await["error"], "invalid_blocks");
    assert_eq!(app.api("chat.shout", json!({})).await["error"], "unknown_method");
    let mut home = json!({"type": "home", "blocks": card("Your work", "Refresh")});
    home["private_metadata"] = json!("x".repeat(3001));
    let publish = json!({"user_id": slack.user_id("bo"), "view": home});
    assert_eq!(app.api("views.publish", publish).await["error"], "invalid_arguments");
    assert_eq!(
        slack.violations(),
        [
            "text of more than 40000 characters",
            "/blocks/0: text has 3001 characters, at most 3000",
            "/blocks/1: button text has 76 characters, at most 75",
            "unknown method chat.shout",
            "/view: private_metadata has 3001 characters, at most 3000",
        ]
    );
    slack.uninstall();
    assert_eq!(post(&sales, json!({})).await["error"], "account_inactive");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_fail_in_every_way_that_was_scripted() {
    let limit = PostLimit { per_second: 1.0, burst: 3.0 };
    let slack = FakeSlack::start(Workspace::sample().with(|w| w.tuning.post_limit = Some(limit))).await;
    let app = App::start(&slack).await;
    let sales = slack.channel_id("sales");
    let post = || app.try_api("chat.postMessage", json!({"channel": sales, "text": "x"}));
    let posted = || slack.messages("sales").len();

    slack.fail_next("chat.postMessage", Fault::RateLimited(2));
    let limited = post().await.unwrap();
    assert_eq!((limited.status().as_u16(), &limited.headers()["retry-after"]), (429, &"2".parse().unwrap()));
    slack.fail_next("chat.postMessage", Fault::Status(503));
    assert_eq!(post().await.unwrap().status(), 503);
    slack.fail_next("chat.postMessage", Fault::Error("fatal_error"));
    assert_eq!(post().await.unwrap().json::<Value>().await.unwrap()["error"], "fatal_error");
    slack.fail_next("chat.postMessage", Fault::DropBefore);
    assert!(post().await.is_err());
    slack.fail_next("chat.postMessage", Fault::Hang);
    assert!(tokio::time::timeout(Duration::from_millis(200), post()).await.is_err());
    assert_eq!(posted(), 0);

    slack.fail_next("chat.postMessage", Fault::DropAfter);
    assert!(post().await.is_err());
    assert_eq!(posted(), 1);
    slack.fail_next("chat.postMessage", Fault::Malformed);
    assert!(post().await.unwrap().json::<Value>().await.is_err());
    slack.fail_next("chat.postMessage", Fault::HangAfter);
    assert!(tokio::time::timeout(Duration::from_millis(200), post()).await.is_err());
    assert_eq!(posted(), 3);

    assert_eq!(post().await.unwrap().status(), 429);
    slack.advance(Duration::from_secs(1));
    slack.fail_next("chat.postMessage", Fault::Delay(Duration::from_millis(50)));
    assert_eq!(post().await.unwrap().status(), 200);
    slack.outage(Some(Fault::Status(500)));
    assert_eq!(app.try_api("auth.test", json!({})).await.unwrap().status(), 500);
    slack.outage(None);
    assert_eq!(app.api("auth.test", json!({})).await["ok"], true);
    let calls = slack.calls("chat.postMessage");
    assert!(calls.iter().all(|call| call.args["text"] == "x"));
    assert!(calls.is_sorted_by_key(|call| call.at));
    let outcomes: Vec<String> = calls.into_iter().map(|c| c.outcome).collect();
    assert_eq!(
        outcomes,
        [
            "429",
            "status",
            "fatal_error",
            "drop before",
            "hang",
            "drop after",
            "malformed",
            "hang after",
            "ratelimited",
            "delay"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_again_until_they_are_acknowledged() {
    let quick = |w: &mut Workspace| {
        w.tuning.redeliver_after = Duration::from_millis(80);
        w.tuning.redeliveries = 1;
    };
    let slack = FakeSlack::start(Workspace::sample().with(quick)).await;
    let mut app = App::start(&slack).await;
    slack.as_user("ana").say("sales", "hello");
    let first = app.next().await;
    let second = app.next().await;
    assert_eq!(first["payload"]["event_id"], second["payload"]["event_id"]);
    assert_ne!(first["envelope_id"], second["envelope_id"]);
    assert_eq!((&second["retry_attempt"], &second["retry_reason"]), (&json!(1), &json!("timeout")));
    slack.settled().await;
    assert_eq!(slack.given_up(), [first["payload"]["event_id"].as_str().unwrap()]);

    app.ack(&second, json!({"text": "?"})).await;
    app.ack(&second, Value::Null).await;
    app.ack(&json!({"envelope_id": "none"}), Value::Null).await;
    let noted = slack.expect("three violations", |s| Some(s.violations()).filter(|v| v.len() == 3)).await;
    assert!(noted[0].contains("with a payload") && noted[1].contains("a second"), "{noted:?}");
    let ack = slack.acks().pop().expect("the late one counts");
    assert_eq!(
        (ack.kind.as_str(), ack.attempt, ack.envelope_id.into()),
        ("events_api", 1, second["envelope_id"].clone())
    );
    assert!(ack.payload.is_some() && ack.latency > Duration::from_millis(80));

    slack.send_event(&json!({"type": "made_up"}));
    let odd = app.next().await;
    app.ack(&odd, Value::Null).await;
    assert_eq!(odd["payload"]["event"]["type"], "made_up");
    slack.send_raw("{not json").await;
    assert!(app.socket.next().await.unwrap().unwrap().is_text());
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_end_in_every_way() {
    let slack = FakeSlack::start(Workspace::sample()).await;
    let mut app = App::start(&slack).await;
    let mut other = App::start(&slack).await;
    slack.connected(2).await;
    for word in ["one", "two"] {
        slack.as_user("ana").say("sales", word);
    }
    let (a, b) = tokio::join!(app.next(), other.next());
    assert_ne!(a["payload"]["event"]["text"], b["payload"]["event"]["text"]);
    tokio::join!(app.ack(&a, Value::Null), other.ack(&b, Value::Null));

    slack.order(&Order::Ping, Whom::All);
    let pings = async { tokio::join!(app.socket.next(), other.socket.next()) };
    pings.await;
    tokio::join!(app.socket.flush(), other.socket.flush()).0.unwrap();
    slack.expect("two pongs", |s| (s.pongs() == 2).then_some(())).await;

    slack.disconnect("refresh_requested", Whom::Oldest);
    let goodbye = app.next().await;
    assert_eq!((&goodbye["type"], &goodbye["reason"]), (&json!("disconnect"), &json!("refresh_requested")));
    assert_eq!((slack.serving(), slack.open_sockets()), (1, 2));
    slack.order(&Order::Close, Whom::Oldest);
    assert_eq!(app.next().await["type"], "closed");

    slack.order(&Order::Freeze, Whom::All);
    slack.as_user("ana").say("sales", "three");
    let silence = tokio::time::timeout(Duration::from_millis(100), other.next()).await;
    assert!(silence.is_err(), "{silence:?}");
    slack.order(&Order::Thaw, Whom::All);
    assert_eq!(other.next().await["payload"]["event"]["text"], "three");
    slack.order(&Order::Drop, Whom::All);
    assert!(!matches!(other.socket.next().await, Some(Ok(_))));
    slack.expect("no socket", |s| (s.serving() == 0).then_some(())).await;

    let so_far = slack.sockets_so_far();
    slack.set_door(Door::Refuse);
    assert!(open_socket(&slack, &app.http).await.is_none());
    slack.set_door(Door::AcceptThenDrop);
    let mut dropped = open_socket(&slack, &app.http).await.expect("accepted");
    assert!(!matches!(dropped.next().await, Some(Ok(_))));
    slack.set_door(Door::Silent);
    let mut silent = open_socket(&slack, &app.http).await.expect("accepted");
    assert!(tokio::time::timeout(Duration::from_millis(100), silent.next()).await.is_err());
    assert_eq!(slack.sockets_so_far(), so_far + 2);
    assert_eq!(slack.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bot_hears_what_it_is_subscribed_to() {
    let manifest = json!({
        "oauth_config": {"scopes": {"bot": [
            "app_mentions:read", "channels:history", "channels:read", "chat:write", "dnd:read", "im:history",
            "reactions:read", "users:read",
        ]}},
        "features": {
            "slash_commands": [{"command": "/handoff", "should_escape": false}],
            "shortcuts": [{"type": "message", "callback_id": "handoff"}],
        },
        "settings": {"event_subscriptions": {"bot_events": [
            "app_home_opened", "app_mention", "channel_archive", "channel_left", "channel_rename",
            "channel_unshared", "dnd_updated_user", "member_joined_channel", "member_left_channel",
            "message.channels", "reaction_added", "team_join", "tokens_revoked", "user_change",
        ]}},
    });
    let slack = FakeSlack::start(Workspace::sample().installed_from(&manifest)).await;
    let mut app = App::start(&slack).await;
    let ana = slack.as_user("ana");
    let question = ana.say("sales", "where is my refund?");
    ana.mention_in_thread(&question, "handoff");
    ana.edit(&question, "where is it?");
    ana.react(&question, "eyes");
    ana.delete(&question);
    ana.dm("hello"); // not subscribed to
    ana.say("general", "lunch?"); // the bot is not in
    ana.open_home();
    ana.set_status("On holiday", ":palm_tree:", 1_800_000_000);
    ana.set_dnd(1_800_000_000, 1_800_003_600);
    slack.as_user("eve").join("kudos");
    slack.as_user("cy").deactivate();
    slack.hire(Person::new("zoe", "Zoe Zhou", "Asia/Tokyo").with_role(Role::Guest));
    ana.leave("kudos");
    ana.invite_bot("general");
    slack.rename("general", "everybody");
    ana.remove_bot("everybody");
    slack.unshare("help-acme");
    slack.archive("help-acme");
    slack.lose_events();
    ana.say("sales", "lost");
    slack.stop_losing_events();
    slack.uninstall();
    let mut heard = Vec::new();
    for _ in 0..19 {
        let envelope = app.next().await;
        let event = &envelope["payload"]["event"];
        let name = [&event["type"], &event["subtype"]].into_iter().filter_map(Value::as_str);
        heard.push(name.collect::<Vec<_>>().join("/"));
        app.ack(&envelope, Value::Null).await;
    }
    let expected = [
        "message",
        "app_mention",
        "message",
        "message/message_changed",
        "reaction_added",
        "message/message_deleted",
        "app_home_opened",
        "user_change",
        "dnd_updated_user",
        "member_joined_channel",
        "user_change",
        "team_join",
        "member_left_channel",
        "member_joined_channel",
        "channel_rename",
        "channel_left",
        "channel_unshared",
        "channel_archive",
        "tokens_revoked",
    ];
    assert_eq!(heard, expected);
    assert_eq!(slack.messages("sales").last().map(|m| m.text.clone()).as_deref(), Some("lost"));
    let (_, text) = tokio::join!(ana.slash("/handoff", "<@bo>", "sales"), async {
        let envelope = app.next().await;
        app.ack(&envelope, Value::Null).await;
        envelope["payload"]["text"].clone()
    });
    assert_eq!(text, "<@bo>", "no escaping was asked for");
    assert_eq!(slack.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn selects_and_ephemerals_can_be_used() {
    let slack = FakeSlack::start(Workspace::sample()).await;
    let mut app = App::start(&slack).await;
    let bo = slack.as_user("bo");
    let blocks = json!([
        {"type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": "Why not?"},
            "accessory": {"type": "overflow", "action_id": "why", "options": [
                {"text": {"type": "plain_text", "text": "Busy"}, "value": "busy"},
                {"text": {"type": "plain_text", "text": "Not mine"}, "value": "not_mine"}]}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "You can change your mind."}]},
    ]);
    let show = json!({
        "channel": slack.channel_id("billing"), "user": slack.user_id("bo"), "text": "Why not?", "blocks": blocks,
    });
    assert_eq!(app.api("chat.postEphemeral", show).await["ok"], true);
    let shown = slack.ephemerals("bo").pop().expect("shown");
    assert_eq!(visible_text(&shown.blocks), "Why not? [: Busy | Not mine]\nYou can change your mind.");
    let (_, payload) = tokio::join!(bo.choose(&shown, "Not mine"), async {
        let envelope = app.next().await;
        app.ack(&envelope, Value::Null).await;
        envelope["payload"].clone()
    });
    assert_eq!(payload["actions"][0]["selected_option"]["value"], "not_mine");
    assert_eq!(payload["container"]["is_ephemeral"], true);
    let url = payload["response_url"].as_str().unwrap();
    let body = json!({"replace_original": true, "text": "Thank you."});
    app.http.post(url).json(&body).send().await.unwrap();
    assert_eq!(slack.ephemerals("bo").pop().unwrap().text, "Thank you.");
    app.http.post(url).json(&json!({"delete_original": true})).send().await.unwrap();
    assert!(slack.ephemerals("bo").is_empty());
    assert_eq!(slack.violations(), Vec::<String>::new());
}
