//! Tells open pages that something changed, as server-sent events; what changed they then fetch.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;

use super::Shared;

/// A stream with one event for what is, and one for every change.
pub async fn stream(State(shared): State<Shared>) -> impl IntoResponse {
    let mut changes = shared.playground.watch();
    changes.mark_changed();
    let changes = stream::unfold((changes, shared.stop), |(mut changes, stop)| async move {
        tokio::select! {
            more = changes.changed() => more.ok()?,
            () = stop.cancelled() => return None,
        }
        let revision = *changes.borrow_and_update();
        Some((Ok::<_, Infallible>(Event::default().data(revision.to_string())), (changes, stop)))
    });
    Sse::new(changes).keep_alive(KeepAlive::default())
}
