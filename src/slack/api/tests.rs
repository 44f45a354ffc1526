//! The client against a small HTTP server on loopback.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::net::TcpListener;

use super::*;

/// One call as the server saw it.
#[derive(Debug, Clone)]
struct Seen {
    method: String,
    query: String,
    token: String,
    body: Value,
}

struct Server {
    api: Api,
    seen: Arc<Mutex<Vec<Seen>>>,
    url: String,
}

async fn server(answer: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> Server {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let answer = Arc::new(answer);
    let service = {
        let seen = Arc::clone(&seen);
        Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: String| {
            let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
            async move {
                let call = Seen {
                    method: uri.path().trim_start_matches("/api/").to_owned(),
                    query: uri.query().unwrap_or_default().to_owned(),
                    token: headers["authorization"].to_str().unwrap().to_owned(),
                    body: serde_json::from_str(&body).unwrap_or(Value::Null),
                };
                seen.lock().unwrap().push(call.clone());
                if call.method == "hangs" {
                    std::future::pending::<()>().await;
                }
                answer(&call)
            }
        })
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, service).await });
    Server { api: Api::new(&settings(&url)).unwrap(), seen, url }
}

fn settings(url: &str) -> ApiSettings {
    ApiSettings {
        url: url.to_owned(),
        bot_token: "xoxb-bot-secret".to_owned().into(),
        app_token: "xapp-app-secret".to_owned().into(),
        call_within: Duration::from_millis(500),
    }
}

fn answer(body: &Value) -> Response {
    ([("content-type", "application/json; charset=utf-8")], body.to_string()).into_response()
}

#[tokio::test]
async fn a_refusal_names_the_missing_scope_and_no_secret() {
    let server = server(|_| {
        answer(&json!({"ok": false, "error": "missing_scope", "needed": "chat:write", "text": "private"}))
    })
    .await;
    let error = server.api.post("chat.postMessage", &json!({"text": "private"})).await.unwrap_err();
    assert_eq!(
        error,
        CallError::Refused { code: "missing_scope".to_owned(), needed: Some("chat:write".to_owned()) }
    );
    assert_eq!(error.to_string(), "Slack refuses: missing_scope (needs chat:write)");
    assert!(!format!("{:?} {error:?}", server.api).contains("secret"));
    assert_eq!(server.seen.lock().unwrap()[0].token, "Bearer xoxb-bot-secret");
}

#[tokio::test]
async fn the_errors_say_whether_it_may_have_been_done() {
    let server = server(|call| match call.method.as_str() {
        "broken" => StatusCode::BAD_GATEWAY.into_response(),
        "gone" => StatusCode::NOT_FOUND.into_response(),
        "page" => ([("content-type", "text/html")], "<html>").into_response(),
        "odd" => answer(&json!({"fine": true})),
        "fatal" => answer(&json!({"ok": false, "error": "fatal_error"})),
        _ => answer(&json!({"ok": true})),
    })
    .await;
    let call = async |method: &str| server.api.post(method, &json!({})).await;
    assert!(matches!(call("broken").await, Err(CallError::Unsure { .. })));
    assert!(matches!(call("hangs").await, Err(CallError::Unsure { .. })));
    assert!(matches!(call("fatal").await, Err(CallError::Unsure { .. })));
    assert_eq!(call("page").await, Err(CallError::Malformed));
    assert_eq!(call("odd").await, Err(CallError::Malformed));
    assert_eq!(call("gone").await.unwrap_err().code(), Some("http_404"));
    assert!(call("fine").await.is_ok());
    // A port on which nobody listens.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let api = Api::new(&settings(&format!("http://{free}/api"))).unwrap();
    assert_eq!(api.post("chat.postMessage", &json!({})).await, Err(CallError::NotSent));
    assert_eq!(api.granted().await, Err(CallError::NotSent));
}

#[tokio::test]
async fn after_too_many_the_gate_stays_shut_without_asking_slack() {
    let server = server(|_| {
        (
            StatusCode::TOO_MANY_REQUESTS,
            [("retry-after", "30"), ("content-type", "application/json")],
            "{\"ok\":false}",
        )
            .into_response()
    })
    .await;
    let limited = server.api.user("U1").await.unwrap_err();
    assert_eq!(limited, CallError::RateLimited { after: Duration::from_secs(30) });
    assert!(matches!(server.api.user("U2").await, Err(CallError::RateLimited { .. })));
    assert_eq!(server.seen.lock().unwrap().len(), 1);
    assert!(matches!(
        server.api.connections_open().await,
        Err(crate::slack::socket::OpenError::RateLimited { .. })
    ));
}

#[tokio::test]
async fn the_app_token_opens_connections_and_the_bot_token_does_the_rest() {
    let server = server(|call| match call.method.as_str() {
        "apps.connections.open" => answer(&json!({"ok": true, "url": "ws://127.0.0.1:1/?ticket=t"})),
        "conversations.open" => answer(&json!({"ok": true, "channel": {"id": "D1"}})),
        _ => answer(&json!({"ok": true, "channel": "D1", "ts": "1.2"})),
    })
    .await;
    assert!(server.api.connections_open().await.is_ok());
    assert_eq!(server.api.direct_channel("U1").await.unwrap(), "D1");
    assert_eq!(server.api.direct_channel("U1").await.unwrap(), "D1");
    let at = server.api.post_message("D1", &json!({"text": "hi"})).await.unwrap();
    assert_eq!(at, Posted { channel: "D1".to_owned(), ts: "1.2".to_owned() });
    server.api.update_message(&at, &json!({"text": "ho"})).await.unwrap();
    let seen = server.seen.lock().unwrap().clone();
    let tokens: Vec<&str> = seen.iter().map(|call| call.token.as_str()).collect();
    assert_eq!(tokens[0], "Bearer xapp-app-secret");
    assert!(tokens[1..].iter().all(|token| *token == "Bearer xoxb-bot-secret"));
    assert_eq!(seen.len(), 4, "the direct channel is asked for once");
    assert_eq!(seen[2].body, json!({"text": "hi", "channel": "D1"}));
    assert_eq!(seen[3].body, json!({"text": "ho", "channel": "D1", "ts": "1.2"}));
}

#[tokio::test]
async fn names_of_channels_are_found_on_later_pages_and_remembered() {
    let server = server(|call| {
        if call.query.contains("cursor=next") {
            answer(&json!({"ok": true, "channels": [{"id": "C2", "name": "billing"}]}))
        } else {
            let more = json!({"next_cursor": "next"});
            answer(&json!({"ok": true, "channels": [{"id": "C1", "name": "general"}, {"odd": 1}], "response_metadata": more}))
        }
    })
    .await;
    assert_eq!(server.api.channel_id("#billing").await.unwrap().as_deref(), Some("C2"));
    assert_eq!(server.api.channel_id("general").await.unwrap().as_deref(), Some("C1"));
    assert_eq!(server.api.channel_id("#nowhere").await.unwrap(), None);
    assert_eq!(server.api.channel_id("C9").await.unwrap().as_deref(), Some("C9"));
    assert_eq!(server.seen.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn who_we_are_and_what_we_may_do() {
    let server = server(|_| {
        let who = json!({"ok": true, "team": "Globex", "team_id": "T1", "user_id": "UB", "bot_id": "B1"});
        ([("x-oauth-scopes", "chat:write, im:write,commands")], answer(&who)).into_response()
    })
    .await;
    let granted = server.api.granted().await.unwrap();
    assert_eq!((granted.team.as_str(), granted.user.as_str()), ("T1", "UB"));
    assert_eq!(granted.scopes, ["chat:write", "im:write", "commands"]);
}

#[tokio::test]
async fn a_response_address_gets_no_token() {
    let server = server(|_| answer(&json!({"ok": true}))).await;
    let other = Router::new().fallback(|headers: HeaderMap| async move {
        if headers.contains_key("authorization") { StatusCode::FORBIDDEN } else { StatusCode::OK }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/response/1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, other).await });
    server.api.respond(&address, &json!({"text": "hi"})).await.unwrap();
    let production = Api::new(&settings(PUBLIC_URL)).unwrap();
    assert_eq!(production.respond(&address, &json!({})).await.unwrap_err().code(), Some("unsafe_address"));
    assert!(server.url.ends_with("/api/"), "a slash at the end is taken off");
}

#[test]
fn an_address_is_a_web_address() {
    assert!(matches!(Api::new(&settings("ftp://127.0.0.1")), Err(SetupError::Address)));
    assert!(matches!(Api::new(&settings("slack.com/api")), Err(SetupError::Address)));
}
