//! `goodturn playground`, and what `goodturn run` does without a token: the product in a browser, with
//! a sample company and no account anywhere.
//!
//! Invariant: its database is its own; the one in the settings is never opened.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{MEND, WELL, listen_set_by, log, runtime, stop};
use crate::app::App;
use crate::app::clock::IdSource;
use crate::app::metrics::Metrics;
use crate::config::Config;
use crate::config::secret::DatabaseUrl;
use crate::playground::{Begin, OpenApp, Playground, company, page};
use crate::store::Store;
use crate::store::engine::OpenMode;
use crate::web::health::{Connection, Health};
use crate::web::{self, Web};

/// Where the playground remembers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Memory {
    /// In a file of its own.
    File,
    /// Nowhere: it begins anew with every start.
    None,
}

/// Its database, beside the default one of the product.
const DATABASE: &str = "data/playground.db";

/// Its chat, beside the database.
const CHAT: &str = "data/playground.json";

/// Runs the playground until a signal. `first` is said before its address.
pub fn playground(config: &Config, memory: Memory, first: &str, err: &mut dyn Write) -> io::Result<u8> {
    log::start(&config.log);
    runtime()?.block_on(serve(config, memory, first, err))
}

async fn serve(config: &Config, memory: Memory, first: &str, err: &mut dyn Write) -> io::Result<u8> {
    let stop = stop::on_signals(config.limits.drain)?;
    let listen = config.web.listen;
    let listener = match web::listen(listen).await {
        Ok(listener) => listener,
        Err(why) => {
            let what =
                format!("cannot listen on {listen}: {why}; choose another with {}", listen_set_by(config));
            return told(err, &what);
        }
    };
    let address = listener.local_addr()?;
    let metrics = Arc::new(Metrics::new());
    let chat = (memory == Memory::File).then(|| PathBuf::from(CHAT));
    if let Some(chat) = &chat
        && !Path::new(DATABASE).exists()
    {
        // A chat without its database would show buttons that nobody remembers.
        let _ = std::fs::remove_file(chat);
    }
    let playground = match Playground::start(open(memory, Arc::clone(&metrics)), chat).await {
        Ok(playground) => playground,
        Err(why) => return told(err, &why.to_string()),
    };
    let health = Arc::new(Health::new(Arc::new(|| Box::pin(async { Ok(()) }))));
    health.set_platform("Playground", Connection::Connected);
    let pages = web::router(Web { health: Arc::clone(&health), metrics })
        .merge(page::router(Arc::clone(&playground), stop.clone()));
    let running = tokio::spawn(playground.run(stop.clone()));
    let serving = tokio::spawn(web::serve_pages(listener, pages, stop.clone()));
    let shown = if address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    };
    let kept = match memory {
        Memory::File => DATABASE,
        Memory::None => "memory only",
    };
    writeln!(
        err,
        "{first}The playground is open: {shown}\nA sample company to try everything in; it is kept in {kept}. Ctrl-C ends it."
    )?;
    stop.cancelled().await;
    health.set_stopping();
    let finished = async {
        let _ = running.await;
        let _ = serving.await;
    };
    let _ = stop::drain(finished, config.limits.drain.min(Duration::from_secs(3))).await;
    Ok(WELL)
}

/// Opens apps on the playground's own database.
fn open(memory: Memory, metrics: Arc<Metrics>) -> OpenApp {
    Box::new(move |clock, begin| {
        let metrics = Arc::clone(&metrics);
        Box::pin(async move {
            let url = match memory {
                Memory::None => "sqlite::memory:".to_owned(),
                Memory::File => format!("sqlite://{DATABASE}"),
            };
            if memory == Memory::File && begin == Begin::Anew {
                forget(&url).await.map_err(|why| format!("cannot begin {DATABASE} anew: {why}"))?;
            }
            let shown = DatabaseUrl::parse(&url).map_or_else(|_| url.clone(), |url| url.to_string());
            let store = Store::open(&url, OpenMode::Run).await;
            let store = store.map_err(|why| format!("cannot use {shown}: {why}"))?;
            Ok(App::new(store, clock, IdSource::random(), company::defaults(), metrics))
        })
    })
}

/// Takes the database away, with what SQLite keeps beside it; not while another process is at it.
async fn forget(url: &str) -> io::Result<()> {
    let store = Store::open(url, OpenMode::Run).await.map_err(io::Error::other)?;
    store.close().await;
    for end in ["", "-wal", "-shm"] {
        match std::fs::remove_file(format!("{DATABASE}{end}")) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
            _ => {}
        }
    }
    Ok(())
}

fn told(err: &mut dyn Write, what: &str) -> io::Result<u8> {
    writeln!(err, "goodturn: {what}").map(|()| MEND)
}
