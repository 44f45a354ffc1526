//! The small web side: health, readiness, metrics.
//!
//! Invariant: it only looks; no request here changes anything or shows what people wrote.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::metrics::Metrics;
use health::Health;

pub mod health;

/// What the pages look at.
#[derive(Debug, Clone)]
pub struct Web {
    /// Whether the process can do its work.
    pub health: Arc<Health>,
    /// What it counts.
    pub metrics: Arc<Metrics>,
}

/// Takes the address; port 0 lets the system choose, `TcpListener::local_addr` says which it was.
pub async fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Answers until it is told to stop, then finishes what it has begun.
pub async fn serve(listener: TcpListener, web: Web, stop: CancellationToken) -> std::io::Result<()> {
    serve_pages(listener, router(web), stop).await
}

/// The same for pages that somebody put together.
pub async fn serve_pages(
    listener: TcpListener,
    pages: Router,
    stop: CancellationToken,
) -> std::io::Result<()> {
    axum::serve(listener, pages).with_graceful_shutdown(stop.cancelled_owned()).await
}

/// The pages: `/healthz`, `/readyz`, `/metrics`.
pub fn router(web: Web) -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(web)
}

async fn alive() -> &'static str {
    "alive\n"
}

async fn ready(State(web): State<Web>) -> (StatusCode, String) {
    match web.health.obstacles().await {
        obstacles if obstacles.is_empty() => (StatusCode::OK, "ready\n".to_owned()),
        obstacles => (StatusCode::SERVICE_UNAVAILABLE, obstacles.join("\n") + "\n"),
    }
}

async fn metrics(State(web): State<Web>) -> Response {
    match web.metrics.encode() {
        Ok(text) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[cfg(test)]
mod tests {
    use health::{Connection, StorePing};

    use super::*;

    struct Running {
        base: String,
        web: Web,
        stop: CancellationToken,
        served: tokio::task::JoinHandle<std::io::Result<()>>,
    }

    async fn running(store: Result<(), &'static str>) -> Running {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let ping: StorePing = Arc::new(move || Box::pin(async move { store.map_err(str::to_owned) }));
        let web = Web { health: Arc::new(Health::new(ping)), metrics: Arc::new(Metrics::new()) };
        let listener = listen(([127, 0, 0, 1], 0).into()).await.expect("loopback has a free port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        let stop = CancellationToken::new();
        let served = tokio::spawn(serve(listener, web.clone(), stop.clone()));
        Running { base, web, stop, served }
    }

    impl Running {
        async fn get(&self, path: &str) -> (u16, String) {
            let client = reqwest::Client::builder().no_proxy().build().expect("a plain client");
            let answer = client.get(format!("{}{path}", self.base)).send().await.expect("it answers");
            (answer.status().as_u16(), answer.text().await.expect("text"))
        }
    }

    #[tokio::test]
    async fn ready_once_every_platform_is_connected() {
        let it = running(Ok(())).await;
        assert_eq!(it.get("/healthz").await, (200, "alive\n".into()));
        assert_eq!(it.get("/readyz").await, (503, "No platform is set up yet.\n".into()));
        it.web.health.set_platform("Slack", Connection::Connecting);
        assert_eq!(it.get("/readyz").await, (503, "Slack is not connected.\n".into()));
        it.web.health.set_platform("Slack", Connection::Connected);
        assert_eq!(it.get("/readyz").await, (200, "ready\n".into()));
        it.web.health.set_stopping();
        assert_eq!(it.get("/readyz").await, (503, "This process is stopping.\n".into()));
        assert_eq!(it.get("/elsewhere").await.0, 404);
    }

    #[tokio::test]
    async fn not_ready_without_its_database() {
        let it = running(Err("the disk is full")).await;
        it.web.health.set_platform("Slack", Connection::Connected);
        assert_eq!(it.get("/readyz").await, (503, "The database does not answer: the disk is full\n".into()));
        assert_eq!(it.get("/healthz").await.0, 200);
    }

    #[tokio::test]
    async fn metrics_are_served_and_the_end_is_orderly() {
        let it = running(Ok(())).await;
        it.web.metrics.event("command", "done");
        let (status, text) = it.get("/metrics").await;
        assert_eq!(status, 200);
        assert!(text.contains("goodturn_events_total{kind=\"command\",result=\"done\"} 1"), "{text}");
        it.stop.cancel();
        it.served.await.expect("no panic").expect("no error");
    }
}
