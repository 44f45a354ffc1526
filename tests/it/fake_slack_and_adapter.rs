//! Do the adapter and the fake understand each other? The adapter's own client calls every method that
//! it has, and its own sockets receive, acknowledge and rotate.

use std::sync::Arc;
use std::time::Duration;

use goodturn::domain::person::Standing;
use goodturn::slack::api::{Api, ApiSettings, CallError, Posted};
use goodturn::slack::people;
use goodturn::slack::socket::{self, Answer, Hooks, Monitor, SocketSettings};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::fake_slack::FakeSlack;
use crate::fake_slack::faults::Fault;
use crate::fake_slack::socket::Whom;
use crate::fake_slack::workspace::Workspace;

fn api(slack: &FakeSlack) -> Arc<Api> {
    let _set_by_another_test = rustls::crypto::ring::default_provider().install_default();
    let settings = ApiSettings {
        url: slack.api_url(),
        bot_token: slack.bot_token().into(),
        app_token: slack.app_token().into(),
        call_within: Duration::from_secs(5),
    };
    Arc::new(Api::new(&settings).expect("loopback is a fine address"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_reads_every_answer() {
    let slack = FakeSlack::start(Workspace::sample()).await;
    let api = api(&slack);
    let granted = api.granted().await.expect("granted");
    assert_eq!((granted.team.as_str(), granted.user.as_str()), ("T0GOODTURN", "U0GOODTURN"));
    assert!(granted.scopes.contains(&"chat:write".to_owned()));

    let now = jiff::Timestamp::UNIX_EPOCH;
    for (handle, standing) in
        [("gus", Standing::Outside), ("eve", Standing::Outside), ("bo", Standing::Staff)]
    {
        let user = api.user(&slack.user_id(handle)).await.expect("somebody");
        assert_eq!(people::facts(&user, &granted, now).expect("facts").standing, Some(standing), "{handle}");
    }
    let bo = api.user_by_email("bo@example.com").await.expect("an answer").expect("bo");
    assert_eq!(people::facts(&bo, &granted, now).expect("facts").name.as_deref(), Some("Bo"));
    assert_eq!(api.users().await.expect("all").len(), 7);
    slack.as_user("bo").set_dnd(1_800_000_000, 1_800_003_600);
    let dnd = api.dnd(&slack.user_id("bo")).await.expect("dnd");
    let within = jiff::Timestamp::from_second(1_800_000_060).expect("an instant");
    assert!(people::do_not_disturb(&dnd, within).is_some());
    assert_eq!(api.channel_id("#sales").await.expect("found"), Some(slack.channel_id("sales")));

    let channel = api.direct_channel(&slack.user_id("bo")).await.expect("a channel");
    let metadata = json!({"event_type": "row", "event_payload": {"row": 7}});
    let posted =
        api.post_message(&channel, &json!({"text": "hello", "metadata": metadata})).await.expect("posted");
    api.update_message(&posted, &json!({"text": "hello again"})).await.expect("updated");
    assert!(
        api.permalink(&posted).await.expect("a link").starts_with("https://good-company.slack.com/archives/")
    );
    let page = api.history(&channel, &posted.ts, None).await.expect("a page");
    assert_eq!(page.messages[0]["metadata"], metadata);
    assert_eq!(api.replies(&channel, &posted.ts, "0", None).await.expect("a thread").messages.len(), 1);
    api.post_ephemeral(&channel, &slack.user_id("bo"), &json!({"text": "psst"})).await.expect("shown");
    assert_eq!(slack.ephemerals("bo")[0].text, "psst");
    let block = json!({"type": "section", "text": {"type": "mrkdwn", "text": "Your work"}});
    let home = json!({"type": "home", "blocks": [block]});
    api.publish_home(&slack.user_id("bo"), &home).await.expect("published");

    slack.fail_next("chat.postMessage", Fault::DropAfter);
    let lost = api.post_message(&channel, &json!({"text": "perhaps"})).await;
    assert!(matches!(lost, Err(CallError::Unsure { .. })), "{lost:?}");
    assert_eq!(slack.dm_with("bo").len(), 2);
    let nowhere = Posted { channel, ts: "1.000000".to_owned() };
    let refused = api.update_message(&nowhere, &json!({"text": "?"})).await.expect_err("no such message");
    assert_eq!(refused.code(), Some("message_not_found"));
    assert_eq!(slack.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sockets_answer_commands_across_a_rotation() {
    let slack = FakeSlack::start(Workspace::sample()).await;
    let api = api(&slack);
    let answer = |envelope: &Value| match envelope["type"].as_str() {
        Some("slash_commands") => Some(json!({"text": format!("You said {}", envelope["payload"]["text"])})),
        _ => None,
    };
    let hooks = Hooks {
        open: Box::new(move || {
            let api = Arc::clone(&api);
            Box::pin(async move { api.connections_open().await })
        }),
        handle: Box::new(move |envelope| {
            Box::pin(std::future::ready(Answer::Acknowledge(answer(&envelope))))
        }),
        on_gap: Box::new(|_| Box::pin(std::future::ready(()))),
        #[expect(clippy::disallowed_methods, reason = "the wall clock of this test")]
        now: Box::new(jiff::Timestamp::now),
    };
    let stop = CancellationToken::new();
    let (settings, monitor) = (SocketSettings::default(), Arc::new(Monitor::default()));
    let run = tokio::spawn(socket::run(hooks, settings.clone(), monitor, stop.clone()));
    let ana = slack.as_user("ana");
    for round in 0..3 {
        slack.connected(settings.connections).await;
        assert_eq!(
            ana.slash("/waiting", &format!("{round}"), "sales").await.text(),
            format!("You said \"{round}\"")
        );
        ana.say("sales", "hello");
        slack.disconnect("refresh_requested", Whom::All);
    }
    slack.connected(settings.connections).await;
    slack.settled().await;
    assert_eq!(slack.given_up(), Vec::<String>::new());
    stop.cancel();
    run.await.expect("an orderly end");
    assert_eq!(slack.violations(), Vec::<String>::new());
}
