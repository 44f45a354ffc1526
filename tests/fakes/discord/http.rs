//! The HTTP side: `/api/v10/...`, JSON or multipart with `payload_json`.
//!
//! Invariant: every request is recorded, also those that a scripted fault answers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State as Extract};
use axum::http::{HeaderMap, Method, Response, Uri, header};
use serde_json::{Value, json};

use super::Shared;
use super::checks;
use super::faults::Fault;
use super::port::{Handed, Line};
use super::routes::{self, ApiError, Req, Route};
use super::state::{Call, State};

/// Serves until the fake stops.
pub async fn serve(shared: Arc<Shared>, connections: Handed) {
    let router = Router::new().fallback(api).with_state(shared);
    let service = router.into_make_service_with_connect_info::<Line>();
    axum::serve(connections, service).await.expect("accepting on loopback goes on for ever");
}

async fn api(
    Extract(shared): Extract<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Line>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let path = uri.path().strip_prefix("/api/v10").unwrap_or_default().to_owned();
    let Some((route, params)) = routes::find(method.as_str(), &path) else {
        return shared.change(|state| {
            state.violation(format!("{method} {} is not served", uri.path()));
            record(state, format!("{method} {path}"), &path, Value::Null, 404);
            ApiError::new(404, 0, "404: Not Found").response()
        });
    };
    let (body, files) = read_body(&headers, &body);
    let url = reqwest::Url::parse(&format!("http://localhost/?{}", uri.query().unwrap_or_default()));
    let query: BTreeMap<String, String> =
        url.expect("any query is a query").query_pairs().into_owned().collect();
    let key = format!("{} {}", route.method, route.template);
    let req = Req { route: key.clone(), params, query, body, files };
    let fault = shared.change(|state| state.faults.take(&key));
    if let Some(Fault::Delay(by)) = &fault {
        tokio::time::sleep(*by).await;
    }
    // Schemas are looked up and tried outside of the state: the first time takes a while.
    let wrong = checks::body(route, &req);
    let response = shared.change(|state| {
        let response = match before(fault.as_ref()) {
            Some(response) => response,
            None => work(state, route, &req, &headers, wrong),
        };
        let status = response.status().as_u16();
        record(state, key, &path, req.body, status);
        response
    });
    match fault {
        Some(Fault::Hang | Fault::HangAfter) => std::future::pending().await,
        Some(Fault::DropBefore | Fault::DropAfter) => {
            line.cut();
            std::future::pending().await
        }
        Some(Fault::StatusAfter(code)) => html(code),
        Some(Fault::Malformed) => Response::new(Body::from("{\"id\":")),
        _ => response,
    }
}

fn record(state: &mut State, route: String, path: &str, body: Value, status: u16) {
    let call = Call { route, path: path.to_owned(), body, status, at: state.now() };
    state.calls.push(call);
}

/// What a fault answers instead of the work.
fn before(fault: Option<&Fault>) -> Option<Response<Body>> {
    Some(match fault? {
        Fault::RateLimited(after) => limited(*after, "user"),
        Fault::GlobalRateLimited(after) => limited(*after, "global"),
        Fault::Cloudflare => html(429),
        Fault::Status(code) => html(*code),
        Fault::Refused(status, code, message) => ApiError::new(*status, *code, message).response(),
        Fault::Hang | Fault::DropBefore => Response::new(Body::empty()),
        _ => return None,
    })
}

fn html(code: u16) -> Response<Body> {
    let response = Response::builder().status(code).header(header::CONTENT_TYPE, "text/html");
    response.body("<html>error</html>".into()).expect("a test scripts a real status")
}

fn limited(after: f64, scope: &str) -> Response<Body> {
    let body = json!({
        "message": "You are being rate limited.", "retry_after": after, "global": scope == "global",
    });
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few seconds")]
    let whole = after.ceil() as u64;
    let mut response = Response::builder()
        .status(429)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::RETRY_AFTER, whole)
        .header("x-ratelimit-scope", scope)
        .header("x-ratelimit-reset-after", format!("{after:.3}"));
    if scope == "global" {
        response = response.header("x-ratelimit-global", "true");
    }
    response.body(body.to_string().into()).expect("plain headers")
}

fn work(
    state: &mut State,
    route: &Route,
    req: &Req,
    headers: &HeaderMap,
    wrong: Vec<String>,
) -> Response<Body> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = bearer.and_then(|value| value.strip_prefix("Bot "));
    if !route.is_open() && token != Some(&state.token) {
        return ApiError::new(401, 0, "401: Unauthorized").response();
    }
    if headers.get(header::USER_AGENT).is_none() {
        state.violation(format!("{}: no User-Agent", req.route));
    }
    let (allowance, waits) = count(state, route, req);
    if let Some(after) = waits {
        return limited(after, "user");
    }
    let answer = if wrong.is_empty() {
        (route.work)(state, req)
    } else {
        for what in &wrong {
            state.violation(format!("{}: {what}", req.route));
        }
        Err(ApiError::form(&wrong))
    };
    let mut response = match answer {
        Ok(Value::Null) => Response::builder().status(204).body(Body::empty()).expect("nothing"),
        Ok(value) => {
            let status = if route.creates() { 201 } else { 200 };
            let response =
                Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
            response.body(value.to_string().into()).expect("plain headers")
        }
        Err(error) => error.response(),
    };
    if let Some((limit, left, after)) = allowance {
        let all = [
            ("x-ratelimit-limit", limit.to_string()),
            ("x-ratelimit-remaining", left.to_string()),
            ("x-ratelimit-reset-after", format!("{after:.3}")),
            ("x-ratelimit-reset", format!("{:.3}", state.now().as_duration().as_secs_f64() + after)),
            ("x-ratelimit-bucket", route.bucket()),
        ];
        for (name, value) in all {
            response.headers_mut().insert(name, value.parse().expect("plain"));
        }
    }
    response
}

type Allowance = (u32, u32, f64);

/// What is left of the bucket of this call, and how long to wait when nothing is.
fn count(state: &mut State, route: &Route, req: &Req) -> (Option<Allowance>, Option<f64>) {
    let Some(bucket) = state.tuning.bucket.filter(|_| !route.template.starts_with("/interactions")) else {
        return (Some((50, 49, 1.0)).filter(|_| !route.template.starts_with("/interactions")), None);
    };
    let major = req.params.first().cloned().unwrap_or_default();
    let (used, since) =
        state.limits.entry(format!("{}/{major}", route.bucket())).or_insert((0, Instant::now()));
    if since.elapsed() >= bucket.window {
        (*used, *since) = (0, Instant::now());
    }
    let rest = bucket.window.saturating_sub(since.elapsed()).as_secs_f64();
    if *used >= bucket.limit {
        return (None, Some(rest));
    }
    *used += 1;
    (Some((bucket.limit, bucket.limit - *used, rest)), None)
}

/// The JSON of a body, and the names and sizes of files that came with it.
fn read_body(headers: &HeaderMap, body: &[u8]) -> (Value, Vec<(String, usize)>) {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(boundary) = kind.split("boundary=").nth(1).filter(|_| kind.starts_with("multipart/form-data"))
    else {
        return (serde_json::from_slice(body).unwrap_or_default(), Vec::new());
    };
    let (mut json, mut files) = (Value::Null, Vec::new());
    // Files are only named and measured here, so text is near enough.
    let all = String::from_utf8_lossy(body);
    for part in all.split(&format!("--{}", boundary.trim_matches('"'))) {
        let Some((head, content)) = part.split_once("\r\n\r\n") else { continue };
        let named = |key: &str| head.split(&format!("{key}=\"")).nth(1)?.split('"').next().map(str::to_owned);
        let content = content.strip_suffix("\r\n").unwrap_or(content);
        match (named("; name"), named("filename")) {
            (Some(name), None) if name == "payload_json" => {
                json = serde_json::from_str(content).unwrap_or_default();
            }
            (_, Some(file)) => files.push((file, content.len())),
            _ => {}
        }
    }
    (json, files)
}
