//! What people mistype and what Slack sends amiss: each has a clear answer, or a named line in the log.

use serde_json::json;

use super::harness::{Setup, Story, seen};

#[tokio::test(flavor = "multi_thread")]
async fn every_mistyped_word_has_an_answer() {
    let mut story = Setup::new().start().await;
    story.volunteers(&["bo"], "billing").await;
    // A topic that is not there: the nearest as buttons, never a dead end; the words are kept.
    let told = story.slash("ana", "/handoff", "biling Refund for Globex").await;
    assert!(told.contains("I do not know a topic biling. Did you mean billing?"), "{told}");
    let card = story.slack.ephemerals("ana").pop().expect("just shown");
    story.press("ana", &card, "billing", &["Passed to billing"]).await;
    story.dm("bo", &["Refund for Globex"]).await;
    // Without any topic.
    let told = story.slash("ana", "/handoff", "Who can help with something unheard of?").await;
    assert!(told.contains("Which topic does it belong to? Your words are kept"), "{told}");
    let card = story.slack.ephemerals("ana").pop().expect("just shown");
    story.choose("ana", &card, "billing", &["Passed to billing"]).await;
    // A topic and no words, and emoji alone, open the form.
    for words in ["billing", "billing :tada: :money_with_wings:", "🎉🎉🎉", "   "] {
        let told = story.slash("ana", "/handoff", words).await;
        assert_eq!(told, "", "{words}");
        story.modal("ana", &["What does the person need?"]).await;
        let ack = story
            .slack
            .as_user("ana")
            .submit(&[("What does the person need?", "🎉"), ("Which topic is it?", "billing")])
            .await;
        assert_eq!(ack.errors().len(), 1, "{words}");
        story.slack.as_user("ana").close_modal().await;
    }
    // Where no form can be opened, a button leads to it.
    story.slack.as_user("ana").dm("🎉");
    let card = story.dm("ana", &["What does the person need?", "[Open the form]"]).await;
    story.slack.as_user("ana").press(&card, "Open the form").await;
    story.modal("ana", &["Hand something off"]).await;
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_characters_arrive_whole_or_are_cut_to_what_fits() {
    let mut story = Setup::new().start().await;
    story.volunteers(&["bo"], "billing").await;
    let words =
        "Refund for Globex, as they wrote: ".to_owned() + "hollow words & <more>, ".repeat(430).as_str();
    assert!(words.len() > 9_900);
    let told = story.slash("ana", "/handoff", &format!("billing {words}")).await;
    assert!(told.contains("Passed to billing. I asked Bo"), "{told}");
    let offer = story.dm("bo", &["Ana asks: Refund for Globex, as they wrote:", "[Accept]"]).await;
    story.press("bo", &offer, "Accept", &["It is yours."]).await;
    story.in_group(&["ana", "bo"], &["meet"]).await;
    story.slack.as_user("bo").open_home();
    story.home("bo", &["Refund for Globex"]).await;
    // More than that is refused, with what to do instead.
    let told = story.slash("ana", "/handoff", &format!("billing {}", words.repeat(3))).await;
    assert!(
        told.contains("That is longer than I can pass on") && told.contains("nothing was sent"),
        "{told}"
    );
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_people_type_can_call_anybody() {
    let mut story = Setup::new().start().await;
    let ana = story.slack.as_user("ana");
    story.volunteers(&["bo"], "billing").await;
    let words = "<!channel> <!here|here> <@U00000000CY> <!subteam^S0000000OPS> @channel @everyone <https://evil.example|click> *bold* _it_ `code` & &lt;!channel&gt;";
    story.slash("ana", "/handoff", &format!("billing {words}")).await;
    let offer = story.dm("bo", &["<!channel>", "<@U00000000CY>", "*bold*", "[Accept]"]).await;
    story.choose("bo", &offer, "Busy", &["everyone in"]).await;
    let card = story.in_channel("billing", &["Who can take it?", "<!channel>"]).await;
    story.press("bo", &card, "Accept", &["It is yours."]).await;
    story.in_group(&["ana", "bo"], &["meet", "<!channel>"]).await;
    story.slash("ana", "/requests", "show 1").await;
    story.slash("ana", "/service", "topic list <!channel>").await;
    story.slash("ana", "/service", "dance <!channel> <@U00000000CY>").await;
    story.slash("dee", "/service", "topic add jokes <!channel> <@U00000000CY>").await;
    story.slash("dee", "/service", "topic list").await;
    story.slash("ana", "/volunteer", "pause <!channel>").await;
    story.slash("ana", "/requests", "show <!channel>").await;
    ana.dm("biling <!channel> x");
    story.dm("ana", &["I do not know a topic biling."]).await;
    nobody_is_called(&story);
    story.well(&[]).await;
}

/// Whatever went to Slack: no call to everybody, and mentions only of the two who are introduced.
fn nobody_is_called(story: &Story) {
    let mut sent: Vec<serde_json::Value> = Vec::new();
    for method in [
        "chat.postMessage",
        "chat.update",
        "chat.postEphemeral",
        "response_url",
        "views.open",
        "views.publish",
    ] {
        sent.extend(story.slack.calls(method).into_iter().map(|call| call.args));
    }
    sent.extend(story.slack.acks().into_iter().filter_map(|ack| ack.payload));
    assert!(sent.len() > 10, "{}", sent.len());
    for body in &sent {
        let said = body.to_string();
        for never in ["\"broadcast\"", "\"usergroup\""] {
            assert!(!said.contains(never), "{said}");
        }
        // In places where Slack reads markup, an opening bracket stands for it.
        for text in markup(body) {
            assert!(!text.contains("<!") && !text.contains("<@U00000000CY"), "{text}");
        }
        assert!(!mentioned(body).contains(&"U00000000CY".to_owned()), "{said}");
    }
}

/// Every text that Slack would read markup in.
fn markup(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Array(all) => all.iter().flat_map(markup).collect(),
        serde_json::Value::Object(fields) => {
            let kind = fields.get("type").and_then(serde_json::Value::as_str).unwrap_or_default();
            let own = fields.get("text").and_then(serde_json::Value::as_str);
            let literal = matches!(kind, "plain_text" | "text" | "link");
            let own = own.filter(|_| !literal).map(str::to_owned);
            own.into_iter().chain(fields.values().flat_map(markup)).collect()
        }
        // Fields of a form's body are JSON in a string.
        serde_json::Value::String(text) if text.starts_with(['[', '{']) => {
            serde_json::from_str(text).map_or_else(|_| Vec::new(), |inner| markup(&inner))
        }
        _ => Vec::new(),
    }
}

fn mentioned(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Array(all) => all.iter().flat_map(mentioned).collect(),
        serde_json::Value::Object(fields) => {
            let user = fields.get("user_id").and_then(serde_json::Value::as_str).map(str::to_owned);
            user.into_iter().chain(fields.values().flat_map(mentioned)).collect()
        }
        _ => Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_sends_amiss_is_named_in_the_log_and_harms_nothing() {
    let mut story = Setup::new().start().await;
    story.volunteers(&["bo"], "billing").await;
    story.slack.send_raw("{\"type\": \"slash_comm").await;
    story.slack.send_raw("[1, 2]").await;
    story.slack.send_raw("").await;
    story.slack.send_raw(json!({"type": "hovercraft", "envelope_id": "x1", "payload": {}}).to_string()).await;
    story.program.logged("hovercraft").await;
    story
        .slack
        .send_raw(
            json!({"type": "slash_commands", "envelope_id": "x2", "payload": {"text": "secretly"}})
                .to_string(),
        )
        .await;
    story.slack.send_raw(json!({"type": "interactive", "envelope_id": "x3", "payload": {"type": "block_actions", "user": null, "actions": [{"value": "accept:"}]}}).to_string()).await;
    story.slack.send_event(&json!({"type": "weather_changed", "mood": "sunny"}));
    story.slack.send_event(&json!({"type": "message", "subtype": "brand_new", "channel": "C1", "ts": "1.2"}));
    story.slack.settled().await;
    let told = story.slash("ana", "/requests", "").await;
    assert!(told.contains("You hold nothing"), "{told}");
    assert!(!story.program.log().contains("secretly"));
    story.well(&["could not be read", "frame"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn buttons_of_nothing_lead_somewhere() {
    let mut story = Setup::new().start().await;
    let bo = story.slack.as_user("bo");
    story.volunteers(&["bo"], "billing").await;
    story.slash("ana", "/handoff", "billing Refund for Globex").await;
    let offer = story.dm("bo", &["[Accept]"]).await;
    let mut gone = offer.clone();
    let id = seen(&offer).len().to_string();
    let blocks = serde_json::to_string(&offer.blocks).expect("JSON");
    let request = blocks.split("accept:").nth(1).and_then(|rest| rest.split(':').next()).expect("an id");
    gone.blocks = serde_json::from_str(&blocks.replace(request, &format!("{request}{id}"))).expect("JSON");
    story.press("bo", &gone, "Accept", &["That button is from an older message", "/requests mine"]).await;
    let mut odd = offer.clone();
    odd.blocks = serde_json::from_str(&blocks.replace("accept:", "juggle:")).expect("JSON");
    bo.press(&odd, "Accept").await;
    story.press("bo", &odd, "Accept", &["older message"]).await;
    story.well(&[]).await;
}
