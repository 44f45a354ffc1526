//! Tenancy, crashes, many at once; and whom the store lets open a database.

use std::future::Future;

use goodturn::domain::ids::{PlatformKind, UserKey};
use goodturn::domain::settings::SettingName;
use goodturn::store::Store;
use goodturn::store::engine::{Engine, OpenMode, known_migrations};
use goodturn::store::error::StoreError;
use goodturn::store::inbox::FirstDelivery;
use goodturn::store::outbox::NewOutbox;
use sqlx::Connection;

use super::places::{in_a_file, on_postgres, with_postgres_database};
use super::sample::{at, look_up, person, request, taken, tenant, topic};

pub async fn one_tenant_never_sees_another(store: &Store) {
    let (ours, workspace) = tenant(store, "ours").await;
    let (theirs, _) = tenant(store, "theirs").await;
    let mut tx = store.begin(&ours).await.expect("begins");
    let held = taken(request("secret", 1), "bo", 1);
    tx.insert_request(&held).await.expect("inserted");
    tx.insert_person(&person("dee")).await.expect("inserted");
    tx.add_identity(&workspace, &"U1".into(), &"dee".into(), Some("dee"), None).await.expect("added");
    tx.join(&"topic-billing".into(), &"bo".into(), at(0)).await.expect("joined");
    tx.bind_thread(&held.id, &workspace, &"C1".into(), None).await.expect("bound");
    tx.save_card_shown("card", &workspace, "{}").await.expect("saved");
    tx.set_timer("request:secret", at(1)).await.expect("set");
    tx.audit("request:secret", None, "{}", at(1)).await.expect("written");
    tx.set_setting(SettingName::Capacity, Some("9"), &"ana".into(), at(0)).await.expect("set");
    tx.set_mark(&workspace, "seen", "1").await.expect("set");
    tx.note_direct(&workspace, &"D1".into()).await.expect("noted");
    tx.first_delivery(&workspace, "Ev1", at(0)).await.expect("taken");
    tx.save_reply(&workspace, "Ev1", "\"secret\"").await.expect("saved");
    let task = look_up("x");
    let (not_before, now) = (at(0), at(0));
    let new =
        NewOutbox { id: "ours", key: "k", workspace: &workspace, lane: "l", task: &task, not_before, now };
    tx.enqueue(&new).await.expect("enqueued");
    tx.commit().await.expect("commits");
    let seq = store.claim_outbox(at(0), 1, "me", at(5)).await.expect("claimed")[0].seq;

    let mut tx = store.begin(&theirs).await.expect("begins");
    assert_eq!(tx.next_number().await.expect("counted"), 1);
    assert_eq!(tx.request(&held.id).await.expect("read"), None);
    assert_eq!(tx.peek_request(&held.id).await.expect("read"), None);
    assert_eq!(tx.request_numbered(1).await.expect("read"), None);
    let saved = tx.save_request(&taken(request("secret", 1), "cy", 2)).await;
    assert!(matches!(saved, Err(StoreError::Missing("requests", _))), "{saved:?}");
    assert!(tx.save_person(&person("dee")).await.is_err());
    assert!(tx.save_topic(&topic("legal")).await.is_err());
    assert!(tx.held_by(&"bo".into()).await.expect("read").is_empty());
    assert!(tx.concerning(&"bo".into()).await.expect("read").is_empty());
    assert_eq!(tx.person(&"dee".into()).await.expect("read"), None);
    assert_eq!(tx.identity(&workspace, &"U1".into()).await.expect("read"), None);
    assert_eq!(tx.reach(&"dee".into(), [&"w".into(), &"w".into()]).await.expect("read"), None);
    assert!(tx.find_persons("dee").await.expect("read").is_empty());
    assert!(tx.unknown_identities(&workspace, 9).await.expect("read").is_empty());
    assert!(tx.user_keys(&workspace, &["dee".into()]).await.expect("read").is_empty());
    assert!(tx.volunteers(&topic("billing").id).await.expect("read").is_empty());
    assert_eq!(tx.candidates(&["bo".into()]).await.expect("read")[0].open, 0);
    assert_eq!(tx.request_in(&workspace, &"C1".into(), None).await.expect("read"), None);
    assert!(tx.watched_places(&workspace).await.expect("read").is_empty());
    assert_eq!(tx.card("card").await.expect("read"), None);
    assert_eq!(tx.timer("request:secret").await.expect("read"), None);
    assert!(tx.audit_of("request:secret").await.expect("read").is_empty());
    assert!(tx.settings().await.expect("read").is_empty());
    assert_eq!(tx.mark(&workspace, "seen").await.expect("read"), None);
    assert!(tx.directs(&workspace, 9).await.expect("read").is_empty());
    let seen = tx.first_delivery(&workspace, "Ev1", at(0)).await.expect("taken");
    assert_eq!(seen, FirstDelivery::Seen(String::new()));
    assert!(!tx.outbox_done(seq, "me", None).await.expect("asked"));
    tx.clear_timer("request:secret").await.expect("clears nothing");
    assert_eq!(tx.withdraw("").await.expect("withdraws nothing"), 0);
    tx.commit().await.expect("commits");

    let mut tx = store.begin(&ours).await.expect("begins");
    assert_eq!(tx.request(&held.id).await.expect("read"), Some(held));
    assert_eq!(tx.timer("request:secret").await.expect("read"), Some(at(1)));
    tx.clear_timer("request:secret").await.expect("cleared");
    assert!(tx.outbox_done(seq, "me", None).await.expect("asked"));
    tx.commit().await.expect("commits");
}

pub async fn what_was_not_committed_did_not_happen(store: &Store) {
    let (organisation, workspace) = tenant(store, "crash").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    tx.insert_request(&request("lost", 1)).await.expect("inserted");
    tx.set_timer("request:lost", at(0)).await.expect("set");
    tx.first_delivery(&workspace, "Ev1", at(0)).await.expect("taken");
    drop(tx);
    let mut tx = store.begin(&organisation).await.expect("begins");
    assert_eq!(tx.peek_request(&"lost".into()).await.expect("read"), None);
    assert_eq!(tx.timer("request:lost").await.expect("read"), None);
    let again = tx.first_delivery(&workspace, "Ev1", at(0)).await.expect("taken");
    assert_eq!(again, FirstDelivery::Fresh, "delivered again, it is taken in");
    tx.commit().await.expect("commits");
}

pub async fn many_change_one_request(store: &Store) {
    let (organisation, _) = tenant(store, "together").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    tx.insert_request(&request("together", 1)).await.expect("inserted");
    tx.commit().await.expect("commits");
    let changes = (0..8).map(|_| {
        let (store, organisation) = (store.clone(), organisation.clone());
        tokio::spawn(async move {
            let mut numbers = Vec::new();
            for _ in 0..5 {
                let mut tx = store.begin(&organisation).await.expect("begins");
                let mut request = tx.request(&"together".into()).await.expect("read").expect("there");
                request.hops += 1;
                tx.save_request(&request).await.expect("saved");
                numbers.push(tx.next_number().await.expect("counted"));
                tx.commit().await.expect("commits");
            }
            numbers
        })
    });
    let mut numbers = Vec::new();
    for changed in futures_util::future::join_all(changes).await {
        numbers.extend(changed.expect("no panic"));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>(), "each number once, none left out");
    let mut tx = store.read(&organisation).await.expect("begins");
    let request = tx.peek_request(&"together".into()).await.expect("read").expect("there");
    assert_eq!(request.hops, 40, "no change is lost");
}

#[tokio::test]
async fn a_reader_sees_one_moment_and_writes_nothing() {
    // not in memory: there one connection does everything
    in_a_file(reading).await;
    on_postgres(reading).await;
}

async fn reading(store: Store) {
    let store = &store;
    let (organisation, _) = tenant(store, "readers").await;
    let mut tx = store.read(&organisation).await.expect("begins");
    assert!(tx.topic_named("billing").await.expect("read").is_some());
    let mut writer = store.begin(&organisation).await.expect("begins beside the reader");
    writer.remove_topic(&topic("billing").id, at(1)).await.expect("removed");
    writer.commit().await.expect("commits");
    assert!(tx.topic_named("billing").await.expect("read").is_some(), "as it was at the beginning");
    tx.set_timer("request:1", at(0)).await.expect_err("it only reads");
}

#[tokio::test]
async fn a_second_process_is_kept_out_of_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("goodturn.db");
    let url = format!("sqlite://{}", file.display());
    let absent = Store::open(&url, OpenMode::Look).await.expect_err("nothing to look at");
    assert!(matches!(absent, StoreError::Absent(_)), "{absent}");
    assert!(!file.exists());

    let store = Store::open(&url, OpenMode::Run).await.expect("opens");
    let refused = Store::open(&url, OpenMode::Run).await.expect_err("one is enough");
    assert!(matches!(refused, StoreError::InUse(_)), "{refused}");
    assert!(refused.to_string().contains("goodturn.db"), "{refused}");
    tenant(&store, "kept").await;

    let looking = Store::open(&url, OpenMode::Look).await.expect("looks");
    let found = looking.workspace(PlatformKind::Slack, &"T-kept".into()).await.expect("read");
    assert!(found.is_some_and(|workspace| workspace.active));
    let mut tx = looking.begin(&"o-kept".into()).await.expect("begins");
    tx.set_active(&"w-kept".into(), false).await.expect_err("it only looks");
    drop(tx);
    looking.close().await;
    store.close().await;
    drop(store);

    let store = Store::open(&url, OpenMode::Run).await.expect("opens again");
    let mut tx = store.begin(&"kept".into()).await.expect("begins");
    assert_eq!(tx.person(&"ana".into()).await.expect("read"), Some(person("ana")));
    assert_eq!(tx.identity(&"w-kept".into(), &UserKey::from("U1")).await.expect("read"), None);
}

#[tokio::test]
async fn stores_in_memory_are_separate() {
    let one = Store::open("sqlite::memory:", OpenMode::Run).await.expect("opens");
    let two = Store::open("sqlite::memory:", OpenMode::Run).await.expect("opens");
    tenant(&one, "only").await;
    assert_eq!(one.workspaces().await.expect("read").len(), 1);
    assert!(two.workspaces().await.expect("read").is_empty());
}

#[tokio::test]
async fn a_newer_file_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}/goodturn.db", folder.path().display());
    Store::open(&url, OpenMode::Run).await.expect("opens").close().await;
    let mut connection = sqlx::SqliteConnection::connect(&url).await.expect("connects");
    sqlx::raw_sql(NEWER).execute(&mut connection).await.expect("inserted");
    connection.close().await.expect("closes");
    let refused = Store::open(&url, OpenMode::Run).await.expect_err("too new");
    assert!(matches!(refused, StoreError::Newer(9999)), "{refused}");
}

#[tokio::test]
async fn a_newer_database_is_left_alone() {
    with_postgres_database(|url| async move {
        Store::open(&url, OpenMode::Run).await.expect("opens").close().await;
        let mut connection = sqlx::PgConnection::connect(&url).await.expect("connects");
        sqlx::raw_sql(NEWER).execute(&mut connection).await.expect("inserted");
        connection.close().await.expect("closes");
        let refused = Store::open(&url, OpenMode::Run).await.expect_err("too new");
        assert!(matches!(refused, StoreError::Newer(9999)), "{refused}");
    })
    .await;
}

const NEWER: &str = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
                     select 9999, description, success, checksum, execution_time from _sqlx_migrations \
                     where version = 1";

#[tokio::test]
async fn a_row_that_is_not_understood_is_named_and_stops_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}/goodturn.db", folder.path().display());
    unreadable(&Store::open(&url, OpenMode::Run).await.expect("opens"), || async {
        let mut connection = sqlx::SqliteConnection::connect(&url).await.expect("connects");
        sqlx::raw_sql(SPOIL).execute(&mut connection).await.expect("spoilt");
        connection.close().await.expect("closes");
    })
    .await;
    with_postgres_database(|url| async move {
        let store = Store::open(&url, OpenMode::Run).await.expect("opens");
        unreadable(&store, || async {
            let mut connection = sqlx::PgConnection::connect(&url).await.expect("connects");
            sqlx::raw_sql(SPOIL).execute(&mut connection).await.expect("spoilt");
            connection.close().await.expect("closes");
        })
        .await;
        store.close().await;
    })
    .await;
}

const SPOIL: &str = "update outbox set task = '{\"hover\":{\"sesame\":1}}' where key = 'bad'; \
                     update requests set state = '{\"sesame\":1}'";

async fn unreadable<F: Future<Output = ()>>(store: &Store, spoil: impl FnOnce() -> F) {
    let (organisation, workspace) = tenant(store, "unreadable").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    let task = goodturn::chat::notice::Outgoing::Find { name: "ana".to_owned() };
    for key in ["bad", "good"] {
        let new = NewOutbox {
            id: key,
            key,
            workspace: &workspace,
            lane: key,
            task: &task,
            not_before: at(0),
            now: at(0),
        };
        tx.enqueue(&new).await.expect("enqueued");
    }
    tx.insert_request(&request("bad", 1)).await.expect("inserted");
    tx.commit().await.expect("commits");
    spoil().await;
    let claimed = store.claim_outbox(at(0), 9, "me", at(5)).await.expect("claimed");
    assert!(claimed[0].task.is_err());
    assert_eq!(claimed[1].task, Ok(task));
    let mut tx = store.read(&organisation).await.expect("begins");
    let unread = tx.request(&"bad".into()).await.expect_err("not understood");
    assert!(matches!(unread, StoreError::Corrupt("requests", _)), "{unread}");
    assert!(!format!("{unread} {unread:?}").contains("sesame"), "{unread:?}");
}

#[tokio::test]
async fn an_address_that_is_not_understood_is_not_repeated() {
    for url in
        ["postgres://me:sesame@host:port/x", "mysql://me:sesame@host/x", "sesame", "sqlite://a?sesame=1"]
    {
        let refused = Store::open(url, OpenMode::Run).await.expect_err("no database");
        assert!(matches!(refused, StoreError::Url), "{refused}");
        assert!(!format!("{refused} {refused:?}").contains("sesame"), "{refused:?}");
    }
    assert_eq!(known_migrations(Engine::Sqlite), known_migrations(Engine::Postgres));
}
