//! The page: HTML made on the server, a little JavaScript of our own, and nothing from elsewhere.
//!
//! Invariants: every request names us by `localhost` or an address in figures, so that no other site
//! can take our name (DNS rebinding); a form from another origin is refused; nothing on the page may
//! load, run or send anything elsewhere (CSP); `maud` escapes everything that people typed.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio_util::sync::CancellationToken;

use crate::playground::Playground;

mod look;

mod deed;

mod changes;

mod layout;

mod sidebar;

mod room;

mod message;

mod card;

mod text;

mod form;

mod panel;

mod guide;

mod kind;

/// What the handlers share.
#[derive(Clone, Debug)]
struct Shared {
    playground: Arc<Playground>,
    stop: CancellationToken,
}

/// The pages. Streams of changes end when `stop` is cancelled.
pub fn router(playground: Arc<Playground>, stop: CancellationToken) -> Router {
    Router::new()
        .route("/", get(look::first))
        .route("/as/{who}", get(look::person))
        .route("/as/{who}/{room}", get(look::room))
        .route("/as/{who}/message/{message}", get(look::message))
        .route("/as/{who}/{room}/do", post(deed::act))
        .route("/clock", post(deed::push))
        .route("/reset", post(deed::reset))
        .route("/changes", get(changes::stream))
        .route("/page.css", get(|| async { asset("text/css; charset=utf-8", include_str!("page.css")) }))
        .route("/page.js", get(|| async { asset("text/javascript; charset=utf-8", include_str!("page.js")) }))
        .fallback(|| async { kind::nothing_here() })
        .route("/icon.svg", get(|| async { asset("image/svg+xml", include_str!("icon.svg")) }))
        .layer(middleware::from_fn(guard))
        .with_state(Shared { playground, stop })
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, kind)], text).into_response()
}

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

async fn guard(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let mut response = if !names_us(headers) {
        refused("Open the playground by localhost or by an address in figures.")
    } else if request.method() != Method::GET && request.method() != Method::HEAD && !from_us(headers) {
        refused("A form from another site is not taken.")
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

const HEADERS: [(HeaderName, &str); 4] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // "no-referrer" would take the origin off our own forms
    (REFERRER_POLICY, "same-origin"),
    (CACHE_CONTROL, "no-store"),
];

fn refused(why: &'static str) -> Response {
    kind::page(StatusCode::FORBIDDEN, why)
}

/// Whether the request names us by `localhost` or an address in figures: a name that somebody else
/// owns could be turned to our address.
fn names_us(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else { return false };
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, _)) => name,
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.ends_with(".localhost") || name.parse::<std::net::IpAddr>().is_ok()
}

/// Whether a form was sent by a page of ours.
fn from_us(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    match (text(&ORIGIN), text(&HOST)) {
        (Some(origin), Some(host)) => origin.strip_prefix("http://") == Some(host),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().expect("a header"));
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().expect("a header"));
        }
        headers
    }

    #[test]
    fn only_names_that_nobody_else_can_own_are_ours() {
        for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "10.0.0.7", "play.localhost"] {
            assert!(names_us(&headers(host, None)), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example:8080", "127.0.0.1.evil.example", ""] {
            assert!(!names_us(&headers(host, None)), "{host}");
        }
    }

    #[test]
    fn only_forms_of_our_own_are_taken() {
        assert!(from_us(&headers("localhost:8080", Some("http://localhost:8080"))));
        for origin in [Some("http://evil.example"), Some("null"), Some("http://localhost:9"), None] {
            assert!(!from_us(&headers("localhost:8080", origin)), "{origin:?}");
        }
    }
}
