//! The seam between SQLite and PostgreSQL: opening, locking, migrating, and running one text of SQL on
//! either. Invariant: one process writes to a SQLite file, through one connection that begins at once
//! (`begin immediate`), so that SQLite never answers "busy".

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Postgres, Sqlite, Transaction};

use crate::store::error::StoreError;

/// Which database it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// What the database is opened for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpenMode {
    /// To run on it: made where it is missing, locked, brought up to date.
    Run,
    /// To look at it as it is: nothing is made, locked or changed.
    Look,
}

/// The migration steps that this program knows for an engine, by number.
pub fn known_migrations(engine: Engine) -> Vec<i64> {
    let migrator = match engine {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
    };
    migrator.iter().map(|step| step.version).collect()
}

/// The open database.
#[derive(Clone)]
pub(in crate::store) enum Pools {
    /// One writer, a few readers, and the lock that keeps other processes out.
    Sqlite {
        /// The only connection that writes.
        writer: SqlitePool,
        /// Those that only read; the writer itself where the database is in memory.
        readers: SqlitePool,
        /// Held while the store lives; none in memory.
        _lock: Option<Arc<File>>,
    },
    /// One pool for everything.
    Postgres(PgPool),
}

/// A transaction on either engine.
pub(in crate::store) enum Conn {
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

impl Pools {
    /// Opens the database at this address.
    pub(in crate::store) async fn open(url: &str, mode: OpenMode) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            open_sqlite(url, mode).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url, mode).await
        } else {
            Err(StoreError::Url)
        }
    }

    /// Begins a transaction that may write.
    pub(in crate::store) async fn write(&self) -> Result<Conn, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Conn::Sqlite(writer.begin_with("begin immediate").await?),
            Self::Postgres(pool) => Conn::Postgres(pool.begin().await?),
        })
    }

    /// Begins a transaction that only reads, and sees one moment.
    pub(in crate::store) async fn read(&self) -> Result<Conn, StoreError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Conn::Sqlite(readers.begin().await?),
            Self::Postgres(pool) => {
                Conn::Postgres(pool.begin_with("begin isolation level repeatable read read only").await?)
            }
        })
    }

    /// Closes all connections and waits for that.
    pub(in crate::store) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Conn {
    /// Makes everything since the beginning last.
    pub(in crate::store) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

/// Runs a statement on either engine: the number of rows it touched.
macro_rules! execute {
    ($conn:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        match &mut $conn {
            $crate::store::engine::Conn::Sqlite(tx) => {
                sqlx::query($sql)$(.bind($arg))*.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            $crate::store::engine::Conn::Postgres(tx) => {
                sqlx::query($sql)$(.bind($arg))*.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        }
        .map_err($crate::store::error::StoreError::from)
    };
}

/// Runs a query on either engine: all its rows, as this type.
macro_rules! all {
    ($conn:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        match &mut $conn {
            $crate::store::engine::Conn::Sqlite(tx) => {
                sqlx::query_as::<_, $row>($sql)$(.bind($arg))*.fetch_all(&mut **tx).await
            }
            $crate::store::engine::Conn::Postgres(tx) => {
                sqlx::query_as::<_, $row>($sql)$(.bind($arg))*.fetch_all(&mut **tx).await
            }
        }
        .map_err($crate::store::error::StoreError::from)
    };
}

/// Runs a query on either engine: its row, as this type, if there is one.
macro_rules! one {
    ($conn:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        match &mut $conn {
            $crate::store::engine::Conn::Sqlite(tx) => {
                sqlx::query_as::<_, $row>($sql)$(.bind($arg))*.fetch_optional(&mut **tx).await
            }
            $crate::store::engine::Conn::Postgres(tx) => {
                sqlx::query_as::<_, $row>($sql)$(.bind($arg))*.fetch_optional(&mut **tx).await
            }
        }
        .map_err($crate::store::error::StoreError::from)
    };
}

/// Runs a query with a list of texts, `$2` on, in chunks: all rows, as this type. `$where` ends where the
/// list begins and has the organisation as `$1`.
macro_rules! all_in {
    ($conn:expr, $row:ty, $select:expr, $where:literal, $after:literal, $organisation:expr, $list:expr) => {
        async {
            let mut rows: Vec<$row> = Vec::new();
            for chunk in $crate::store::engine::chunks($list) {
                let list = $crate::store::engine::placeholders(2, chunk.len());
                let sql = sqlx::AssertSqlSafe([$select, $where, "(", &list, ")", $after].concat());
                rows.extend(match &mut $conn {
                    $crate::store::engine::Conn::Sqlite(tx) => {
                        let mut query = sqlx::query_as::<_, $row>(sql).bind($organisation);
                        for item in chunk {
                            query = query.bind(item);
                        }
                        query.fetch_all(&mut **tx).await
                    }
                    $crate::store::engine::Conn::Postgres(tx) => {
                        let mut query = sqlx::query_as::<_, $row>(sql).bind($organisation);
                        for item in chunk {
                            query = query.bind(item);
                        }
                        query.fetch_all(&mut **tx).await
                    }
                }?);
            }
            Ok::<_, $crate::store::error::StoreError>(rows)
        }
        .await
    };
}

pub(in crate::store) use {all, all_in, execute, one};

/// A list cut into pieces of few lengths (the last item is repeated), so that few statements are
/// prepared and no engine's limit of parameters is met.
pub(in crate::store) fn chunks<'a>(list: &[&'a str]) -> Vec<Vec<&'a str>> {
    const LENGTHS: [usize; 4] = [1, 8, 64, 512];
    list.chunks(512)
        .map(|piece| {
            let length = LENGTHS.into_iter().find(|length| *length >= piece.len()).unwrap_or(512);
            let filler = piece.last().copied().unwrap_or_default();
            piece.iter().copied().chain(std::iter::repeat(filler)).take(length).collect()
        })
        .collect()
}

/// `$2, $3, $4`
pub(in crate::store) fn placeholders(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a caller waits for a connection before it is told that there is none.
const PATIENCE: Duration = Duration::from_secs(10);

/// Prepared statements kept: all that the store has.
const STATEMENTS: usize = 200;

async fn open_sqlite(url: &str, mode: OpenMode) -> Result<Pools, StoreError> {
    let options = SqliteConnectOptions::from_str(url).map_err(|_| StoreError::Url)?;
    let in_memory = url.contains(":memory:") || url.contains("mode=memory");
    let path = options.get_filename().to_owned();
    let lock = match mode {
        OpenMode::Run if !in_memory => Some(Arc::new(lock(&path)?)),
        OpenMode::Look if !in_memory && !path.is_file() => return Err(StoreError::Absent(path)),
        OpenMode::Run | OpenMode::Look => None,
    };
    let options = options
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging();
    let reading = options.clone().read_only(true);
    let writing = match mode {
        OpenMode::Look if !in_memory => reading.clone(),
        _ if in_memory => options,
        _ => options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full),
    };
    // a connection in memory must never be closed, or the database is gone
    let pool = || {
        SqlitePoolOptions::new()
            .acquire_timeout(PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
    };
    let writer = pool().min_connections(1).max_connections(1).connect_with(writing).await?;
    if mode == OpenMode::Run {
        SQLITE.run(&writer).await?;
    }
    let readers =
        if in_memory { writer.clone() } else { pool().max_connections(2).connect_lazy_with(reading) };
    Ok(Pools::Sqlite { writer, readers, _lock: lock })
}

async fn open_postgres(url: &str, mode: OpenMode) -> Result<Pools, StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::Url)?
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging();
    let pool =
        PgPoolOptions::new().acquire_timeout(PATIENCE).max_connections(10).connect_with(options).await?;
    if mode == OpenMode::Run {
        POSTGRES.run(&pool).await?;
    }
    Ok(Pools::Postgres(pool))
}

/// Makes the folder, and takes the lock beside the file: the operating system lets it go at our end,
/// however we end.
fn lock(path: &Path) -> Result<File, StoreError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| StoreError::File(folder.to_owned(), error))?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let beside = PathBuf::from(beside);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&beside)
        .map_err(|error| StoreError::File(beside.clone(), error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(StoreError::File(beside, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_have_few_lengths_and_lose_nothing() {
        let names: Vec<String> = (0..1100).map(|n| n.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for (length, expected) in
            [(0, vec![]), (1, vec![1]), (2, vec![8]), (65, vec![512]), (1100, vec![512; 3])]
        {
            let chunks = chunks(&names[..length]);
            assert_eq!(chunks.iter().map(Vec::len).collect::<Vec<_>>(), expected);
            let mut all: Vec<&str> = chunks.concat();
            all.dedup();
            assert_eq!(all, &names[..length]);
        }
        assert_eq!(placeholders(2, 3), "$2, $3, $4");
    }

    #[test]
    fn both_engines_have_the_same_steps() {
        assert_eq!(known_migrations(Engine::Sqlite), known_migrations(Engine::Postgres));
    }
}
