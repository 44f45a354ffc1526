//! Why the store could not. Texts name files and versions, never addresses with passwords and never
//! what people wrote.

use std::path::PathBuf;

/// Why the store could not.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address of the database is not understood.
    #[error(
        "the database address is not understood; write sqlite://path/to/file.db or postgres://user@host/name"
    )]
    Url,
    /// Another process uses this file.
    #[error("{} is in use by another Goodturn; stop that one first", .0.display())]
    InUse(PathBuf),
    /// There is no such file, and it was not asked for to be made.
    #[error("there is no database at {}", .0.display())]
    Absent(PathBuf),
    /// The database was written by a newer version.
    #[error(
        "the database has a newer schema (step {0}) than this Goodturn knows; use the newer version again"
    )]
    Newer(i64),
    /// The schema could not be brought up to date.
    #[error("the database could not be brought up to date: {0}")]
    Migration(String),
    /// The file, its folder or its lock could not be made or opened.
    #[error("{path}: {error}", path = .0.display(), error = .1)]
    File(PathBuf, std::io::Error),
    /// The database cannot be reached at the moment; it may work again later.
    #[error("the database does not answer: {0}")]
    Unreachable(String),
    /// Another transaction was at the same rows; nothing was done, and trying again helps.
    #[error("another transaction was at the same rows")]
    Conflict,
    /// The database refused.
    #[error("the database refused: {0}")]
    Database(String),
    /// A row that was to be changed is not there: the table and which row.
    #[error("there is no row of {0} named {1}")]
    Missing(&'static str, String),
    /// A row that is not understood: the table and which row.
    #[error("a row of {0} is not understood: {1}")]
    Corrupt(&'static str, String),
}

/// PostgreSQL's codes for what goes well the next time: a serialisation failure, a deadlock.
const CONFLICTS: [&str; 2] = ["40001", "40P01"];

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            // the driver may repeat the address here, with its password
            sqlx::Error::Configuration(_) => Self::Url,
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unreachable(error.to_string()),
            sqlx::Error::Database(refused)
                if refused.is_unique_violation()
                    || refused.code().is_some_and(|code| CONFLICTS.contains(&code.as_ref())) =>
            {
                Self::Conflict
            }
            // only the message: the details may repeat values
            sqlx::Error::Database(refused) => Self::Database(refused.message().to_owned()),
            other => Self::Database(other.to_string()),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::VersionMissing(version) => Self::Newer(version),
            other => Self::Migration(other.to_string()),
        }
    }
}
