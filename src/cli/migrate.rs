//! `goodturn migrate`: brings the database up to date, as `run` does at its start.

use std::io::{self, Write};

use super::{MEND, WELL, runtime};
use crate::config::Config;
use crate::store::Store;
use crate::store::engine::OpenMode;
use crate::store::error::StoreError;

/// Brings the database up to date, and says which one.
pub fn migrate(config: &Config, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    let url = &config.database.url;
    match runtime()?.block_on(up_to_date(url.expose())) {
        Ok(()) => writeln!(out, "{url} is up to date.").map(|()| WELL),
        Err(why) => writeln!(err, "goodturn: cannot bring {url} up to date: {why}").map(|()| MEND),
    }
}

async fn up_to_date(url: &str) -> Result<(), StoreError> {
    Store::open(url, OpenMode::Run).await?.close().await;
    Ok(())
}
