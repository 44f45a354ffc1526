//! Databases of one test each, gone afterwards also when the test fails.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

use goodturn::store::Store;
use goodturn::store::engine::OpenMode;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Runs on SQLite in memory.
pub async fn in_memory<F: Future<Output = ()>>(test: impl FnOnce(Store) -> F) {
    test(Store::open("sqlite::memory:", OpenMode::Run).await.expect("opens")).await;
}

/// Runs on SQLite in a file.
pub async fn in_a_file<F: Future<Output = ()>>(test: impl FnOnce(Store) -> F) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}/deep/goodturn.db", folder.path().display());
    let store = Store::open(&url, OpenMode::Run).await.expect("opens");
    test(store.clone()).await;
    store.close().await;
}

/// Runs on a PostgreSQL database of its own.
pub async fn on_postgres<F: Future<Output = ()> + Send + 'static>(
    test: impl FnOnce(Store) -> F + Send + 'static,
) {
    with_postgres_database(|url| async move {
        let store = Store::open(&url, OpenMode::Run).await.expect("opens");
        test(store.clone()).await;
        store.close().await;
    })
    .await;
}

/// Makes an empty PostgreSQL database and gives its address.
pub async fn with_postgres_database<F: Future<Output = ()> + Send + 'static>(
    test: impl FnOnce(String) -> F + Send + 'static,
) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = server();
    let name = format!("gt_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    administer(&server, &format!("drop database if exists {name} with (force)")).await;
    administer(&server, &format!("create database {name}")).await;
    let url = database_of(&server, &name);
    // a task of its own, so that a failing test leaves no database behind
    let outcome = tokio::spawn(async move { test(url).await }).await;
    administer(&server, &format!("drop database {name} with (force)")).await;
    if let Err(failed) = outcome {
        std::panic::resume_unwind(failed.into_panic());
    }
}

#[expect(clippy::disallowed_methods, reason = "where the test's server is, only the environment knows")]
fn server() -> String {
    std::env::var("GOODTURN_TEST_POSTGRES")
        .expect("GOODTURN_TEST_POSTGRES names no PostgreSQL server; run scripts/test, which starts one")
}

async fn administer(server: &str, sql: &str) {
    let url = database_of(server, "postgres");
    let mut connection =
        PgConnection::connect(&url).await.expect("the server of GOODTURN_TEST_POSTGRES answers");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("may make and drop databases");
    connection.close().await.expect("closes");
}

/// The same server, another database: `postgres://user@host:port/old?x=y` with another path.
fn database_of(server: &str, name: &str) -> String {
    let (address, options) = server.split_once('?').map_or((server, None), |(a, o)| (a, Some(o)));
    let (scheme, rest) = address.split_once("://").expect("an address like postgres://…");
    let host = rest.split('/').next().unwrap_or_default();
    let options = options.map(|options| format!("?{options}")).unwrap_or_default();
    format!("{scheme}://{host}/{name}{options}")
}
