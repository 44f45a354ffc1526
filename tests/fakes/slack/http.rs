//! The HTTP side: `/api/{method}` by GET, form or JSON, and the addresses for late responses.
//!
//! Invariant: every request is recorded, also those that a scripted fault answers.

use std::net::Shutdown;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Path, RawQuery, State as Extract};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::{get, post};
use axum::serve::{IncomingStream, Listener};
use serde_json::{Map, Value, json};
use tokio::net::{TcpListener, TcpStream};

use super::Shared;
use super::faults::Fault;
use super::methods::{self, ApiError, Args};
use super::responses;
use super::state::{Call, State};

/// Serves until the fake stops.
pub async fn serve(shared: Arc<Shared>, listener: TcpListener) {
    let router = Router::new()
        .route("/api/{method}", get(api).post(api))
        .route("/hooks/{kind}/{team}/{id}", post(respond))
        .with_state(shared);
    let service = router.into_make_service_with_connect_info::<Line>();
    axum::serve(Lines(listener), service).await.expect("accepting on loopback goes on for ever");
}

/// One TCP connection, which a fault can cut.
#[derive(Clone, Debug)]
struct Line(Option<Arc<std::net::TcpStream>>);

impl Line {
    fn cut(&self) {
        if let Some(stream) = &self.0 {
            let _already_gone = stream.shutdown(Shutdown::Both);
        }
    }
}

struct Lines(TcpListener);

impl Listener for Lines {
    type Io = TcpStream;
    type Addr = Line;

    async fn accept(&mut self) -> (TcpStream, Line) {
        loop {
            let Ok((stream, _)) = self.0.accept().await else { continue };
            stream.set_nodelay(true).expect("loopback takes nodelay");
            let stream = stream.into_std().expect("a fresh stream leaves the runtime");
            let line = Line(Some(Arc::new(stream.try_clone().expect("a socket can be shared"))));
            return (TcpStream::from_std(stream).expect("it was of the runtime before"), line);
        }
    }

    fn local_addr(&self) -> std::io::Result<Line> {
        Ok(Line(None))
    }
}

impl Connected<IncomingStream<'_, Lines>> for Line {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.remote_addr().clone()
    }
}

async fn api(
    Extract(shared): Extract<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Line>,
    Path(method): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let args = arguments(query.as_deref(), &headers, &body);
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = bearer.and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
    run(&shared, &line, &method, args, |state, args| {
        let token = token.or_else(|| args.text("token"));
        if let Some(wait) = over_limit(state, &method, args) {
            return limited(wait);
        }
        let answer = methods::call(state, &method, token.as_deref(), args);
        let outcome = answer.as_ref().map_or_else(|e| e.code.clone(), |_| "ok".to_owned());
        let scopes: Vec<&str> = state.scopes.iter().map(String::as_str).collect();
        let scopes = scopes.join(",");
        let response = Response::builder()
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .header("x-oauth-scopes", if method.starts_with("apps.") { "connections:write" } else { &scopes })
            .header("x-slack-req-id", format!("{:032x}", state.calls.len()));
        (outcome, response.body(answer_json(answer).to_string().into()).expect("plain headers"))
    })
    .await
}

async fn respond(
    Extract(shared): Extract<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Line>,
    Path((_kind, _team, id)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let args = arguments(None, &headers, &body);
    run(&shared, &line, "response_url", args, |state, args| {
        let answer = responses::respond(state, &id, &Value::Object(args.0.clone()));
        let (status, outcome, text) = match answer {
            Ok(()) => (200, "ok", "ok".to_owned()),
            Err(code) => (404, code, json!({"ok": false, "error": code}).to_string()),
        };
        let response = Response::builder().status(status).body(text.into()).expect("plain headers");
        (outcome.to_owned(), response)
    })
    .await
}

/// Does `work`, or what a scripted fault says instead, and records the call.
async fn run(
    shared: &Arc<Shared>,
    line: &Line,
    method: &str,
    args: Args,
    work: impl FnOnce(&mut State, &Args) -> (String, Response<Body>) + Send,
) -> Response<Body> {
    let fault = shared.change(|state| state.faults.take(method));
    if let Some(Fault::Delay(by)) = &fault {
        tokio::time::sleep(*by).await;
    }
    let before = match &fault {
        Some(Fault::RateLimited(seconds)) => Some(limited(*seconds).1),
        Some(Fault::Status(code)) => {
            let status = StatusCode::from_u16(*code).expect("a test scripts a real status");
            Some(Response::builder().status(status).body("<html>Server Error</html>".into()).expect("plain"))
        }
        Some(Fault::Error(code)) => Some(Response::new(answer_json(Err((*code).into())).to_string().into())),
        Some(Fault::Hang | Fault::DropBefore) => Some(Response::new(Body::empty())),
        _ => None,
    };
    let response = shared.change(|state| {
        let (outcome, response) = match before {
            Some(response) => (String::new(), response),
            None => work(state, &args),
        };
        let outcome = fault.as_ref().map_or(outcome, |fault| fault.name().to_owned());
        let at = state.now();
        state.calls.push(Call { method: method.to_owned(), args: Value::Object(args.0), outcome, at });
        response
    });
    match fault {
        Some(Fault::Hang | Fault::HangAfter) => std::future::pending().await,
        Some(Fault::DropBefore | Fault::DropAfter) => {
            line.cut();
            std::future::pending().await
        }
        Some(Fault::Malformed) => Response::new(Body::from("{\"ok\":tru")),
        _ => response,
    }
}

fn limited(seconds: u64) -> (String, Response<Body>) {
    let response = Response::builder()
        .status(StatusCode::TOO_MANY_REQUESTS)
        .header(header::RETRY_AFTER, seconds)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .body(json!({"ok": false, "error": "ratelimited"}).to_string().into());
    ("ratelimited".to_owned(), response.expect("plain headers"))
}

/// Seconds to wait, when this post comes too soon after the last ones in its channel.
fn over_limit(state: &mut State, method: &str, args: &Args) -> Option<u64> {
    let limit = state.tuning.post_limit.filter(|_| method == "chat.postMessage")?;
    let now = state.now();
    let (left, counted) = state.allowance.entry(args.text("channel")?).or_insert((limit.burst, now));
    #[expect(clippy::cast_precision_loss, reason = "seconds of one test")]
    let grown = *left + (now - *counted) as f64 / 1e6 * limit.per_second;
    (*left, *counted) = (grown.min(limit.burst), now);
    if *left >= 1.0 {
        *left -= 1.0;
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    Some(((1.0 - *left) / limit.per_second).ceil() as u64)
}

fn answer_json(answer: Result<Value, ApiError>) -> Value {
    match answer {
        Ok(mut value) => {
            value["ok"] = json!(true);
            value
        }
        Err(ApiError { code, more }) => {
            let mut value = Value::Object(more);
            value["ok"] = json!(false);
            value["error"] = json!(code);
            value
        }
    }
}

/// The arguments, from the query and a body of either kind.
fn arguments(query: Option<&str>, headers: &HeaderMap, body: &[u8]) -> Args {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut args = Map::new();
    let mut read = |pairs: &str| {
        let url = reqwest::Url::parse(&format!("http://localhost/?{pairs}")).expect("any query is a query");
        for (name, value) in url.query_pairs() {
            args.insert(name.into_owned(), Value::String(value.into_owned()));
        }
    };
    read(query.unwrap_or_default());
    if kind.starts_with("application/x-www-form-urlencoded") {
        read(&String::from_utf8_lossy(body));
    } else if let Ok(Value::Object(object)) = serde_json::from_slice(body) {
        args.extend(object);
    }
    Args(args)
}
