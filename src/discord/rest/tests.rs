//! The client against a small HTTP server on loopback, and its limits against instants.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, Method as SeenMethod, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::net::TcpListener;

use super::answer::{Limit, Whole};
use super::*;

/// One call as the server saw it.
#[derive(Debug, Clone)]
pub(in crate::discord) struct Seen {
    /// `POST /channels/1/messages`
    pub call: String,
    pub query: String,
    pub token: Option<String>,
    pub agent: String,
    pub body: Value,
    pub at: Instant,
}

pub(in crate::discord) struct Server {
    pub settings: RestSettings,
    pub seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    pub(in crate::discord) fn calls(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|seen| seen.call.clone()).collect()
    }

    fn rest(&self) -> Rest {
        Rest::new(&self.settings).unwrap()
    }
}

/// A server on loopback that answers everything so; a path that holds `hangs` gets no answer.
pub(in crate::discord) async fn server(answer: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> Server {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let answer = Arc::new(answer);
    let service = {
        let seen = Arc::clone(&seen);
        Router::new().fallback(move |method: SeenMethod, uri: Uri, headers: HeaderMap, body: String| {
            let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
            async move {
                let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
                let path = uri.path().strip_prefix("/api/v10").expect("the version is in the address");
                let call = Seen {
                    call: format!("{method} {path}"),
                    query: uri.query().unwrap_or_default().to_owned(),
                    token: text("authorization"),
                    agent: text("user-agent").unwrap_or_default(),
                    body: serde_json::from_str(&body).unwrap_or(Value::Null),
                    at: now(),
                };
                seen.lock().unwrap().push(call.clone());
                if call.call.contains("hangs") {
                    std::future::pending::<()>().await;
                }
                answer(&call)
            }
        })
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, service).await });
    let call_within = Duration::from_secs(1);
    Server { settings: RestSettings { url, token: "bot-secret".to_owned().into(), call_within }, seen }
}

pub(in crate::discord) fn body(body: &Value) -> Response {
    ([("content-type", "application/json")], body.to_string()).into_response()
}

pub(in crate::discord) fn refuse(status: u16, code: u64) -> Response {
    (StatusCode::from_u16(status).unwrap(), body(&json!({"code": code, "message": "private words"})))
        .into_response()
}

fn limited(headers: &[(&'static str, &'static str)], said: &Value) -> Response {
    let mut response = (StatusCode::TOO_MANY_REQUESTS, said.to_string()).into_response();
    for (name, value) in headers {
        response.headers_mut().insert(*name, value.parse().unwrap());
    }
    response
}

const MESSAGES: &str = "/channels/{}/messages";

fn post(channel: &str) -> Call<'static> {
    Call::new(Method::POST, MESSAGES, &[channel]).unwrap()
}

#[tokio::test]
async fn the_errors_say_whether_it_may_have_been_done_and_tell_no_secret() {
    let server = server(|call| match call.call.as_str() {
        "POST /channels/500/messages" => StatusCode::BAD_GATEWAY.into_response(),
        "POST /channels/403/messages" => refuse(403, 50_013),
        "POST /channels/404/messages" => (StatusCode::NOT_FOUND, "<html>private words").into_response(),
        "POST /channels/200/messages" => "<html>private words".into_response(),
        "POST /channels/204/messages" => StatusCode::NO_CONTENT.into_response(),
        "POST /channels/302/messages" => {
            (StatusCode::FOUND, [("location", "http://127.0.0.1:1/")]).into_response()
        }
        _ => {
            let errors = json!({"embeds": {"0": {"description": {"_errors":
                [{"code": "BASE_TYPE_MAX_LENGTH", "message": "private words"}]}}}});
            let refusal = json!({"code": 50035, "message": "private words", "errors": errors});
            (StatusCode::BAD_REQUEST, body(&refusal)).into_response()
        }
    })
    .await;
    let rest = server.rest();
    let call = async |id: &str| rest.call(&post(id)).await;
    assert!(matches!(call("500").await, Err(CallError::Unsure { .. })));
    assert!(matches!(call("hangs").await, Err(CallError::Unsure { why: "no answer in time" })));
    assert_eq!(call("403").await, Err(CallError::refused(403, 50_013)));
    assert_eq!(call("404").await, Err(CallError::refused(404, 0)));
    assert_eq!(call("200").await, Err(CallError::Malformed));
    assert_eq!(call("302").await, Err(CallError::Malformed), "redirects are not followed");
    assert_eq!(call("204").await, Ok(Value::Null));
    let amiss = call("400").await.unwrap_err();
    assert_eq!(
        amiss.to_string(),
        "Discord refuses: 50035 (HTTP 400) in embeds.0.description: BASE_TYPE_MAX_LENGTH"
    );
    assert!(!format!("{rest:?} {amiss:?} {:?}", server.settings).contains("secret"));
    let seen = server.seen.lock().unwrap()[0].clone();
    assert_eq!(seen.token.as_deref(), Some("Bot bot-secret"));
    assert!(seen.agent.starts_with("DiscordBot (http"), "{}", seen.agent);
    // A port on which nobody listens.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let settings = RestSettings { url: format!("http://{free}/api/v10/"), ..server.settings.clone() };
    assert_eq!(Rest::new(&settings).unwrap().call(&post("1")).await, Err(CallError::NotSent));
}

#[tokio::test]
async fn a_short_pause_is_waited_out_and_a_long_one_is_told() {
    let server = server(|call| {
        let scope = ("x-ratelimit-scope", "user");
        match call.call.as_str() {
            "POST /channels/7/messages" => {
                limited(&[scope, ("retry-after", "30")], &json!({"retry_after": 31.5, "global": false}))
            }
            "POST /channels/8/messages" if call.body.is_null() => body(&json!({"id": "1"})),
            _ => body(&json!({"id": "1"})),
        }
    })
    .await;
    let rest = server.rest();
    let Err(CallError::RateLimited { after }) = rest.call(&post("7")).await else { panic!("no limit") };
    assert!(after >= Duration::from_millis(31_500), "the longer of header and body counts");
    assert!(matches!(rest.call(&post("7")).await, Err(CallError::RateLimited { .. })));
    assert_eq!(server.calls().len(), 1, "the second one was not even tried");
    assert!(rest.call(&post("8")).await.is_ok(), "other channels are free");
}

#[tokio::test]
async fn a_call_that_was_limited_for_a_moment_is_made_again() {
    let first = Arc::new(Mutex::new(true));
    let server = server(move |_| {
        if std::mem::replace(&mut *first.lock().unwrap(), false) {
            return limited(
                &[("x-ratelimit-scope", "user"), ("retry-after", "0.2")],
                &json!({"retry_after": 0.1}),
            );
        }
        body(&json!({"id": "1"}))
    })
    .await;
    assert!(server.rest().call(&post("1")).await.is_ok());
    let seen = server.seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 2);
    assert!(seen[1].at - seen[0].at >= Duration::from_millis(200));
}

#[tokio::test]
async fn what_is_asked_of_the_whole_bot_holds_back_everything_but_answers() {
    for headers in [&[("x-ratelimit-global", "true"), ("retry-after", "20")][..], &[("retry-after", "20")]] {
        let headers = headers.to_vec();
        let server = server(move |call| {
            if call.call.contains("/channels/1/") {
                // As of something in front of Discord, that speaks no JSON.
                return limited(&headers, &Value::Null);
            }
            body(&json!({"id": "1"}))
        })
        .await;
        let rest = server.rest();
        assert!(matches!(rest.call(&post("1")).await, Err(CallError::RateLimited { .. })));
        assert!(matches!(rest.call(&post("2")).await, Err(CallError::RateLimited { .. })));
        let route = "/interactions/{}/{}/callback";
        let answer = Call::answer(Method::POST, route, &["5", "aW50.a-b_c"]).unwrap();
        assert!(rest.call(&answer).await.is_ok());
        let seen = server.seen.lock().unwrap().clone();
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[1].call, "POST /interactions/5/aW50.a-b_c/callback");
        assert_eq!(seen[1].token, None, "an interaction's token is all that is needed");
    }
}

#[tokio::test]
async fn when_nothing_is_left_the_next_call_waits_for_the_new_window() {
    let server = server(|_| {
        let mut response = body(&json!({"id": "1"}));
        for (name, value) in [
            ("x-ratelimit-bucket", "abc"),
            ("x-ratelimit-limit", "1"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset-after", "0.300"),
        ] {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        response
    })
    .await;
    let rest = server.rest();
    for _ in 0..2 {
        rest.call(&post("1")).await.unwrap();
    }
    rest.call(&post("2")).await.unwrap();
    let seen = server.seen.lock().unwrap().clone();
    assert!(seen[1].at - seen[0].at >= Duration::from_millis(300));
    assert!(seen[2].at - seen[1].at < Duration::from_millis(250), "another channel does not wait");
}

#[tokio::test]
async fn a_token_that_is_refused_is_not_tried_over_and_over() {
    let server = server(|_| refuse(401, 0)).await;
    let rest = server.rest();
    for _ in 0..3 {
        assert_eq!(rest.call(&post("1")).await, Err(CallError::refused(401, 0)));
    }
    assert_eq!(server.calls().len(), 1);
    // An expired interaction says nothing about the bot's token.
    let answer = || Call::answer(Method::POST, "/webhooks/{}/{}", &["5", "expired"]).unwrap();
    assert!(rest.call(&answer()).await.is_err());
    assert!(rest.call(&answer()).await.is_err());
    assert_eq!(server.calls().len(), 3);
}

#[test]
fn nothing_but_ids_stands_in_an_address() {
    for evil in ["", ".", "..", "1/2", "#billing", "1?x=y", "%2e%2e", "1 2", "ä"] {
        assert!(Call::new(Method::GET, MESSAGES, &[evil]).is_none(), "{evil:?}");
    }
    assert!(Call::new(Method::GET, MESSAGES, &[]).is_none());
    assert_eq!(fill("/a/{}/b/{}", &["1", "2"]).as_deref(), Some("/a/1/b/2"));
}

#[test]
fn an_address_is_a_web_address_however_it_ends() {
    for url in
        ["https://d.example", "https://d.example/", "https://d.example/api/v10", "https://d.example/api/"]
    {
        assert_eq!(base(url).unwrap(), "https://d.example/api/v10");
    }
    assert!(matches!(base("ftp://d.example"), Err(SetupError::Address)));
    assert!(matches!(base("discord.com"), Err(SetupError::Address)));
    let settings = |token: &str| RestSettings {
        url: PUBLIC_URL.to_owned(),
        token: token.to_owned().into(),
        call_within: Duration::from_secs(1),
    };
    assert!(matches!(Rest::new(&settings("two\nlines")), Err(SetupError::Token)));
    assert!(Rest::new(&settings("a.b.c\n")).is_ok());
}

fn headers(bucket: &str, limit: u32, remaining: u32, after: u64) -> Limit {
    Limit {
        bucket: Some(bucket.to_owned()),
        window: Some(limit),
        remaining: Some(remaining),
        reset_after: Some(Duration::from_secs(after)),
        ..Limit::default()
    }
}

#[test]
fn routes_of_one_bucket_share_it_and_channels_do_not() {
    let (mut limits, now) = (Limits::default(), now());
    let (post, edit) = (Method::POST, Method::PATCH);
    limits.learn(MESSAGES, &post, "1", &headers("b", 5, 0, 4), now);
    limits.learn("/channels/{}/messages/{}", &edit, "2", &headers("b", 5, 3, 4), now);
    assert_eq!(limits.ask(MESSAGES, &post, "1", now), Pass::Wait(Duration::from_secs(4)));
    assert_eq!(limits.ask("/channels/{}/messages/{}", &edit, "1", now), Pass::Wait(Duration::from_secs(4)));
    assert_eq!(limits.ask(MESSAGES, &post, "2", now), Pass::Go);
    assert_eq!(limits.ask(MESSAGES, &Method::GET, "1", now), Pass::Go, "reading is another route");
}

#[test]
fn a_new_window_holds_as_many_as_the_last_one_and_no_more() {
    let (mut limits, begun) = (Limits::default(), now());
    let post = Method::POST;
    limits.learn(MESSAGES, &post, "1", &headers("b", 3, 0, 2), begun);
    let later = begun + Duration::from_secs(2);
    let passed = (0..10).filter(|_| limits.ask(MESSAGES, &post, "1", later) == Pass::Go).count();
    assert_eq!(passed, 3);
    // Answers that overtake each other do not give back what is taken.
    limits.learn(MESSAGES, &post, "1", &headers("b", 3, 2, 2), later);
    assert_eq!(limits.ask(MESSAGES, &post, "1", later), Pass::Wait(Duration::from_secs(2)));
}

#[test]
fn the_whole_bot_keeps_its_pace() {
    let (mut limits, begun) = (Limits::default(), now());
    let ask = |limits: &mut Limits, n: u32, at| limits.ask(MESSAGES, &Method::POST, &n.to_string(), at);
    let at_once = (0..100).filter(|n| ask(&mut limits, *n, begun) == Pass::Go).count();
    assert_eq!(at_once, 45);
    let second = begun + Duration::from_secs(1);
    let next = (0..100).filter(|n| ask(&mut limits, *n, second) == Pass::Go).count();
    assert_eq!(next, 45);
    limits.close(MESSAGES, &Method::POST, "1", Whole::Bot, Duration::from_secs(9), second);
    assert_eq!(ask(&mut limits, 5, second), Pass::Wait(Duration::from_secs(9)));
}

#[test]
fn a_pause_without_a_known_window_is_over_when_it_is_over() {
    let (mut limits, begun) = (Limits::default(), now());
    let post = Method::POST;
    limits.close(MESSAGES, &post, "1", Whole::Bucket, Duration::from_secs(30), begun);
    assert_eq!(limits.ask(MESSAGES, &post, "1", begun), Pass::Wait(Duration::from_secs(30)));
    let later = begun + Duration::from_secs(30);
    for _ in 0..5 {
        assert_eq!(limits.ask(MESSAGES, &post, "1", later), Pass::Go);
    }
}

#[test]
fn buckets_of_long_ago_are_forgotten() {
    let (mut limits, begun) = (Limits::default(), now());
    for n in 0..5000_u64 {
        let at = begun + Duration::from_secs(n);
        limits.learn(MESSAGES, &Method::POST, &n.to_string(), &headers("b", 5, 4, 2), at);
    }
    assert!(limits.kept() <= 1024);
}
