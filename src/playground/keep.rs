//! The chat in a file beside the database, so that it is there after a restart.
//!
//! Invariant: the file is whole at every moment: it is written beside and then put in its place.

use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::playground::Playground;
use crate::playground::world::World;

/// What was kept; `None` where nothing was, or where it cannot be read.
pub fn load(file: &Path) -> Option<World> {
    let text = std::fs::read(file).ok()?;
    match serde_json::from_slice(&text) {
        Ok(world) => Some(world),
        Err(error) => {
            tracing::warn!(%error, "the chat of the playground cannot be read; it begins anew");
            None
        }
    }
}

/// Writes the chat after every change, until told to stop, and then once more.
pub async fn keep(playground: Arc<Playground>, stop: CancellationToken) {
    let Some(file) = playground.file.clone() else { return };
    let mut changes = playground.watch();
    loop {
        write(&playground, &file).await;
        tokio::select! {
            more = changes.changed() => if more.is_err() { return },
            () = stop.cancelled() => break,
        }
    }
    write(&playground, &file).await;
}

async fn write(playground: &Playground, file: &Path) {
    let text = {
        let mut world = playground.world();
        world.ahead = playground.clock.ahead();
        serde_json::to_vec(&*world).expect("the chat is plain data")
    };
    let beside = file.with_extension("json.new");
    let written = async {
        tokio::fs::write(&beside, text).await?;
        tokio::fs::rename(&beside, file).await
    };
    if let Err(error) = written.await {
        tracing::warn!(%error, "the chat of the playground could not be kept");
    }
}
