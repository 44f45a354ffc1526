//! The contract of the store, told once and held by SQLite in a file, SQLite in memory and PostgreSQL.
//!
//! Every method runs on each: a missing value is silently null on one engine and an error on the other.

mod claims;

mod links;

mod people;

mod places;

mod safety;

mod sample;

mod work;

use goodturn::store::Store;
use places::{in_a_file, in_memory, on_postgres};

/// Everything that the store promises on any engine, each part in organisations of its own.
async fn story(store: Store) {
    people::workspaces_are_adopted_once(&store).await;
    people::persons_and_their_identities(&store).await;
    people::topics_and_volunteers(&store).await;
    people::settings_and_marks(&store).await;
    work::a_request_comes_back_as_it_was(&store).await;
    work::requests_are_found_by_those_they_concern(&store).await;
    work::threads_lead_to_requests(&store).await;
    work::cards_stand_where_they_were_posted(&store).await;
    work::the_audit_is_kept_in_order(&store).await;
    claims::a_delivery_is_taken_in_once(&store).await;
    claims::of_each_lane_only_the_head_is_sent(&store).await;
    claims::a_stale_owner_changes_nothing(&store).await;
    claims::cards_that_wait_say_the_newest(&store).await;
    claims::messages_are_withdrawn_until_somebody_sends_them(&store).await;
    claims::timers_wake_once_when_due(&store).await;
    claims::the_next_event_is_known(&store).await;
    claims::many_claim_at_once(&store).await;
    claims::old_rows_are_purged(&store).await;
    safety::one_tenant_never_sees_another(&store).await;
    safety::what_was_not_committed_did_not_happen(&store).await;
    safety::many_change_one_request(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_on_sqlite_in_memory() {
    in_memory(story).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_on_sqlite_in_a_file() {
    in_a_file(story).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_on_postgresql() {
    on_postgres(story).await;
}
