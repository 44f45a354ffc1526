//! Does every method of the fake answer, also to GET and to a form, and do modals stack as in Slack?

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message as Frame;

use crate::fake_slack::FakeSlack;
use crate::fake_slack::people::Actor;
use crate::fake_slack::workspace::Workspace;

/// A method, its arguments, and what the answer holds where.
type Read<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, Value);

/// Calls by GET, as the typed client does for everything that only reads.
struct Reader {
    slack: FakeSlack,
    http: reqwest::Client,
}

impl Reader {
    async fn start() -> Self {
        let _set_by_another_test = rustls::crypto::ring::default_provider().install_default();
        Self { slack: FakeSlack::start(Workspace::sample()).await, http: reqwest::Client::new() }
    }

    async fn get(&self, method: &str, args: &[(&str, &str)]) -> Value {
        let url = format!("{}/{method}", self.slack.api_url());
        let request = self.http.get(url).bearer_auth(self.slack.bot_token()).query(args);
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    /// With the token in the form, as old clients do.
    async fn form(&self, method: &str, args: &[(&str, &str)]) -> Value {
        let url = format!("{}/{method}", self.slack.api_url());
        let token = self.slack.bot_token();
        let mut all = vec![("token", token.as_str())];
        all.extend(args);
        self.http.post(url).form(&all).send().await.expect("an answer").json().await.expect("JSON")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_answers() {
    let it = Reader::start().await;
    let (sales, bo) = (it.slack.channel_id("sales"), it.slack.user_id("bo"));
    let (sales, bo) = (sales.as_str(), bo.as_str());
    let none: &[(&str, &str)] = &[];
    let reads: &[Read] = &[
        ("auth.test", none, "/user", json!("goodturn")),
        ("team.info", none, "/team/domain", json!("good-company")),
        ("bots.info", &[("bot", "B0GOODTURN")], "/bot/user_id", json!("U0GOODTURN")),
        ("users.info", &[("user", bo)], "/user/profile/email", json!("bo@example.com")),
        ("users.getPresence", &[("user", bo)], "/presence", json!("active")),
        ("users.profile.get", &[("user", bo)], "/profile/display_name", json!("Bo")),
        ("users.conversations", &[("user", bo)], "/channels/0/name", json!("kudos")),
        ("dnd.info", &[("user", bo)], "/dnd_enabled", json!(false)),
        ("dnd.teamInfo", &[("users", bo)], &format!("/users/{bo}/dnd_enabled"), json!(false)),
        ("usergroups.list", &[("include_users", "true")], "/usergroups/0/users/0", json!(bo)),
        ("usergroups.users.list", &[("usergroup", "S0000000OPS")], "/users/0", json!(bo)),
        ("conversations.info", &[("channel", sales)], "/channel/is_member", json!(true)),
        ("conversations.members", &[("channel", sales), ("limit", "1")], "/members/0", json!(bo)),
        ("conversations.list", &[("types", "private_channel")], "/channels/0/name", json!("legal")),
    ];
    for (method, args, pointer, expected) in reads {
        let (got, posted) = tokio::join!(it.get(method, args), it.form(method, args));
        assert_eq!(got.pointer(pointer), Some(expected), "{method}: {got}");
        assert_eq!(got, posted, "{method}");
    }
    let general = it.slack.channel_id("general");
    assert_eq!(it.form("conversations.join", &[("channel", &general)]).await["channel"]["is_member"], true);
    let eve = it.slack.user_id("eve");
    let invited = it.form("conversations.invite", &[("channel", &general), ("users", &eve)]).await;
    assert_eq!(invited["ok"], true);
    let both = format!("{bo},{eve}");
    let group = it.form("conversations.open", &[("users", &both), ("return_im", "true")]).await;
    assert_eq!(group["channel"]["is_mpim"], true);

    let message = it.slack.as_user("ana").say("sales", "hello");
    let react = [("channel", sales), ("timestamp", &message.ts), ("name", "eyes")];
    assert_eq!(it.form("reactions.add", &react).await["ok"], true);
    assert_eq!(it.form("reactions.add", &react).await["error"], "already_reacted");
    let page = it.get("conversations.history", &[("channel", sales), ("oldest", &message.ts)]).await;
    assert_eq!(page["messages"], json!([]), "oldest itself is left out");
    let bounds = [("channel", sales), ("oldest", message.ts.as_str()), ("inclusive", "true")];
    let page = it.get("conversations.history", &bounds).await;
    assert_eq!(page["messages"][0]["reactions"][0]["name"], "eyes");
    let answer = it.form("chat.postMessage", &[("channel", "#sales"), ("text", "hi")]).await;
    let ts = answer["ts"].as_str().expect("posted");
    assert_eq!(it.form("chat.delete", &[("channel", sales), ("ts", ts)]).await["ok"], true);
    assert_eq!(it.slack.read("sales"), "ana: hello");
    assert_eq!(it.slack.violations(), Vec::<String>::new());
}

fn step(title: &str) -> Value {
    json!({
        "type": "modal", "external_id": title, "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Next"},
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": title}}],
    })
}

/// Ana submits what is on top, and an app that has just connected answers with this payload.
async fn answer_submission(it: &Reader, ana: &Actor, payload: Value) {
    let url = format!("{}/apps.connections.open", it.slack.api_url());
    let opened = it.http.post(url).bearer_auth(it.slack.app_token()).send().await.expect("an answer");
    let opened: Value = opened.json().await.expect("JSON");
    let url = opened["url"].as_str().expect("an address");
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("a socket");
    let app = async {
        while let Some(Ok(frame)) = socket.next().await {
            let envelope: Value = serde_json::from_str(frame.to_text().expect("text")).expect("JSON");
            if envelope["type"] == "interactive" {
                let ack = json!({"envelope_id": envelope["envelope_id"], "payload": payload});
                socket.send(Frame::text(ack.to_string())).await.expect("the socket is open");
                return;
            }
        }
    };
    tokio::join!(ana.submit(&[]), app);
}

#[tokio::test(flavor = "multi_thread")]
async fn modals_stack_and_are_replaced() {
    let it = Reader::start().await;
    let ana: Actor = it.slack.as_user("ana");
    let title = || it.slack.modal("ana").map(|view| view.json["title"]["text"].clone());
    let first =
        it.form("views.open", &[("trigger_id", &ana.trigger()), ("view", &step("one").to_string())]).await;
    assert_eq!(first["view"]["root_view_id"], first["view"]["id"]);
    let push = |title: &str| {
        let (trigger, view) = (ana.trigger(), step(title).to_string());
        let it = &it;
        async move { it.form("views.push", &[("trigger_id", &trigger), ("view", &view)]).await }
    };
    assert_eq!(push("two").await["view"]["previous_view_id"], first["view"]["id"]);
    assert_eq!(push("three").await["ok"], true);
    let view = it.slack.modal("ana").expect("three is open");
    let stale = [("view_id", view.id.as_str()), ("hash", "1.x"), ("view", &step("four").to_string())];
    assert_eq!(it.form("views.update", &stale).await["error"], "hash_conflict");
    let fresh = [("external_id", "three"), ("view", &step("four").to_string())];
    assert_eq!(it.form("views.update", &fresh).await["view"]["id"], json!(view.id));
    assert_eq!(title(), Some(json!("four")));
    ana.close_modal().await;
    assert_eq!(title(), Some(json!("two")));

    // From here on the answers come with the acknowledgement of a submission.
    let answer = |body: Value| answer_submission(&it, &ana, body);
    answer(json!({"response_action": "update", "view": step("five")})).await;
    assert_eq!(title(), Some(json!("five")));
    answer(json!({"response_action": "push", "view": step("six")})).await;
    assert_eq!(title(), Some(json!("six")));
    answer(Value::Null).await;
    assert_eq!(title(), Some(json!("five")));
    answer(json!({"response_action": "clear"})).await;
    assert_eq!(title(), None);
    assert_eq!(it.slack.violations(), Vec::<String>::new());
}
