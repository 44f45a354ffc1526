//! The calls against a small HTTP server on loopback.

use std::time::Duration;

use super::*;
use crate::discord::rest::tests::{body, refuse, server};

#[tokio::test]
async fn a_message_is_posted_and_edited_and_a_door_is_opened_once() {
    let server = server(|call| match call.call.as_str() {
        "POST /users/@me/channels" => body(&json!({"id": "70"})),
        "POST /channels/70/messages" => body(&json!({"id": "900", "odd": {}})),
        "PATCH /channels/70/messages/900" => body(&json!({"id": "900"})),
        other => panic!("{other}"),
    })
    .await;
    let api = Api::new(&server.settings).unwrap();
    let user = UserKey::from("5");
    assert_eq!(api.open_dm(&user).await.unwrap(), ChannelKey::from("70"));
    let channel = api.open_dm(&user).await.unwrap();
    let at = api.create_message(&channel, &json!({"content": "hi"})).await.unwrap();
    assert_eq!(at, MessageRef { channel, message: "900".into() });
    api.edit_message(&at, &json!({"content": "ho"})).await.unwrap();
    let seen = server.seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 3, "the direct channel is asked for once");
    assert_eq!(seen[0].body, json!({"recipient_id": "5"}));
    assert_eq!(seen[2].body, json!({"content": "ho"}));
    let nowhere = api.create_message(&"#billing".into(), &json!({})).await;
    assert_eq!(nowhere, Err(CallError::no_id()), "nothing is sent to what is no id");
}

#[tokio::test]
async fn messages_come_oldest_first() {
    let server = server(|_| body(&json!([{"id": "100"}, {"id": "20"}, {"id": "3"}]))).await;
    let api = Api::new(&server.settings).unwrap();
    let messages = api.messages(&"1".into(), "2", 200).await.unwrap();
    let ids: Vec<&str> = messages.iter().map(|message| message["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["3", "20", "100"]);
    assert_eq!(server.seen.lock().unwrap()[0].query, "after=2&limit=100");
}

#[tokio::test]
async fn channels_are_found_by_name_where_words_can_be_posted() {
    let server = server(|_| {
        body(&json!([{"id": "1", "name": "Billing", "type": 4}, {"id": "2", "name": "billing", "type": 0},
            {"id": "3", "name": "news", "type": 5}, {"odd": true}]))
    })
    .await;
    let api = Api::new(&server.settings).unwrap();
    let find = async |name: &str| api.channel_id("9", &name.into()).await.unwrap();
    assert_eq!(find("#billing").await, Some("2".into()));
    assert_eq!(find("News").await, Some("3".into()));
    assert_eq!(find("#nowhere").await, None);
    assert_eq!(find("<#44>").await, Some("44".into()));
    assert_eq!(server.calls(), ["GET /guilds/9/channels"]);
    api.forget_channel(&"2".into());
    find("#billing").await;
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn the_thread_of_a_message_is_one_thread() {
    let server = server(|call| match call.call.as_str() {
        "POST /channels/1/messages/2/threads" => body(&json!({"id": "2"})),
        _ => refuse(400, 160_004),
    })
    .await;
    let api = Api::new(&server.settings).unwrap();
    assert_eq!(api.thread_of(&"1".into(), &"2".into(), " a\nname ").await.unwrap(), "2".into());
    assert_eq!(api.thread_of(&"1".into(), &"3".into(), "").await.unwrap(), "3".into());
    let seen = server.seen.lock().unwrap().clone();
    assert_eq!(seen[0].body["name"], "a name");
    assert_eq!(seen[1].body["name"], "Goodturn");
}

#[tokio::test]
async fn answers_to_interactions_go_by_their_token() {
    let server = server(|call| match call.call.as_str() {
        "GET /applications/@me" => body(&json!({"id": "42", "flags": 1})),
        "POST /webhooks/42/tok" => body(&json!({"id": "7"})),
        "PATCH /webhooks/42/tok/messages/@original" => body(&json!({"id": "8"})),
        _ => axum::response::IntoResponse::into_response(axum::http::StatusCode::NO_CONTENT),
    })
    .await;
    let api = Api::new(&server.settings).unwrap();
    api.callback("5", "tok", &json!({"type": 5})).await.unwrap();
    api.edit_original("tok", &json!({"content": "hi"})).await.unwrap();
    assert_eq!(api.followup("tok", &json!({"content": "hi"})).await.unwrap().as_str(), "7");
    assert_eq!(
        server.calls(),
        [
            "POST /interactions/5/tok/callback",
            "GET /applications/@me",
            "PATCH /webhooks/42/tok/messages/@original",
            "POST /webhooks/42/tok"
        ]
    );
    assert!(api.callback("5", "../../users/@me", &json!({})).await.is_err());
    assert_eq!(server.calls().len(), 4);
}

#[tokio::test]
async fn an_answer_that_hangs_is_given_up_in_time() {
    let server = server(|_| body(&json!({}))).await;
    let api = Api::new(&server.settings).unwrap();
    let begun = tokio::time::Instant::now();
    assert!(matches!(api.callback("5", "hangs", &json!({})).await, Err(CallError::Unsure { .. })));
    assert!(begun.elapsed() < Duration::from_secs(3));
}
