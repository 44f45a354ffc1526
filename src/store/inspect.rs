//! A look at a database from outside, for the operator.
//!
//! Invariant: reads only; nothing is made, migrated or locked for long.

use std::path::PathBuf;
use std::str::FromStr;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::store::error::StoreError;

/// How far a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspection {
    /// Migrations that this program has and the database has not.
    pub pending: usize,
    /// Whether the database has migrations that this program does not know.
    pub newer: bool,
}

/// The file that a `sqlite:` address means; none if the database is in memory.
pub fn file(url: &str) -> Result<Option<PathBuf>, StoreError> {
    let options = SqliteConnectOptions::from_str(url)?;
    let in_memory = url.contains(":memory:") || url.contains("mode=memory");
    Ok((!in_memory).then(|| options.get_filename().to_owned()))
}

/// Compares the migrations that a database has with the `known` ones of this program.
pub async fn inspect(url: &str, known: &[i64]) -> Result<Inspection, StoreError> {
    let applied = if url.starts_with("sqlite:") {
        applied_in_sqlite(url).await?
    } else {
        applied_in_postgres(url).await?
    };
    Ok(Inspection {
        pending: known.iter().filter(|version| !applied.contains(version)).count(),
        newer: applied.iter().any(|version| !known.contains(version)),
    })
}

async fn applied_in_sqlite(url: &str) -> Result<Vec<i64>, StoreError> {
    let options = SqliteConnectOptions::from_str(url)?.read_only(true).create_if_missing(false);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let tables: i64 =
        sqlx::query_scalar("select count(*) from sqlite_master where name = '_sqlx_migrations'")
            .fetch_one(&mut connection)
            .await?;
    let applied = match tables {
        0 => Vec::new(),
        _ => sqlx::query_scalar(APPLIED).fetch_all(&mut connection).await?,
    };
    connection.close().await?;
    Ok(applied)
}

async fn applied_in_postgres(url: &str) -> Result<Vec<i64>, StoreError> {
    let mut connection = PgConnection::connect(url).await?;
    let table: Option<String> = sqlx::query_scalar("select cast(to_regclass('_sqlx_migrations') as text)")
        .fetch_one(&mut connection)
        .await?;
    let applied = match table {
        None => Vec::new(),
        Some(_) => sqlx::query_scalar(APPLIED).fetch_all(&mut connection).await?,
    };
    connection.close().await?;
    Ok(applied)
}

const APPLIED: &str = "select version from _sqlx_migrations where success order by version";
