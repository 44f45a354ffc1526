//! SQL, and nothing else knows SQL.
//!
//! A [`Store`] is the open database; a [`Tx`] is one transaction, bound to one organisation: it adds
//! that condition to every statement itself, so that no caller can reach another tenant's rows. No
//! decision is made here. Not here either: backups, which the engines' own tools make.

use std::fmt;

use crate::domain::ids::OrganisationId;

pub mod engine;

pub mod error;

mod values;

pub mod workspaces;

pub mod connections;

pub mod persons;

pub mod identities;

pub mod links;

pub mod merge;

pub mod topics;

pub mod requests;

mod request_row;

pub mod threads;

pub mod cards;

pub mod drafts;

pub mod inbox;

pub mod outbox;

pub mod said;

pub mod timers;

pub mod audit;

pub mod settings;

pub mod inspect;

use engine::{Conn, Engine, OpenMode, Pools, one};
use error::StoreError;

/// The open database. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
}

/// One transaction in one organisation. Dropped without [`Tx::commit`], nothing of it happened.
pub struct Tx {
    conn: Conn,
    organisation: OrganisationId,
    access: Access,
}

/// What a transaction is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Write,
    Read,
}

impl Store {
    /// Opens the database at `sqlite://path`, `sqlite::memory:` or `postgres://…`.
    pub async fn open(url: &str, mode: OpenMode) -> Result<Self, StoreError> {
        let store = Self { pools: Pools::open(url, mode).await? };
        if mode == OpenMode::Run && store.engine() == Engine::Sqlite {
            // The lock says that whoever held a lease is dead: nobody need wait for its end.
            store.end_timer_leases().await?;
            store.end_outbox_leases().await?;
        }
        Ok(store)
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        match self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Whether it answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut conn = self.pools.read().await?;
        one!(conn, (i64,), "select count(*) from organisations where id = $1", "")?;
        Ok(())
    }

    /// Begins a transaction that may write. On SQLite there is one at a time: be brief, and wait for no
    /// network in it. A second one begun in the same task before the first ends would wait in vain.
    pub async fn begin(&self, organisation: &OrganisationId) -> Result<Tx, StoreError> {
        let conn = self.pools.write().await?;
        Ok(Tx { conn, organisation: organisation.clone(), access: Access::Write })
    }

    /// Begins a transaction that only reads, beside the writer, and sees one moment. Nothing to commit.
    pub async fn read(&self, organisation: &OrganisationId) -> Result<Tx, StoreError> {
        let conn = self.pools.read().await?;
        Ok(Tx { conn, organisation: organisation.clone(), access: Access::Read })
    }

    /// Closes all connections, once those that are at work are done.
    pub async fn close(&self) {
        self.pools.close().await;
    }
}

impl Tx {
    /// The organisation it is bound to.
    pub fn organisation(&self) -> &OrganisationId {
        &self.organisation
    }

    /// Makes everything in it last.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.conn.commit().await
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({:?})", self.engine())
    }
}
