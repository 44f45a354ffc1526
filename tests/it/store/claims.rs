//! Inbox, outbox and timers: exactly once in, in order out, woken when due. These parts look across
//! organisations: each waits for nothing and leaves nothing that is due.

use std::time::Duration;

use goodturn::chat::notice::Outgoing;
use goodturn::domain::ids::{MessageRef, OrganisationId, WorkspaceId};
use goodturn::store::inbox::{FirstDelivery, Purged};
use goodturn::store::outbox::{Attempt, NewOutbox, OutboxRow};
use goodturn::store::{Store, Tx};
use jiff::Timestamp;

use super::sample::{at, look_up, show, tenant};

pub async fn a_delivery_is_taken_in_once(store: &Store) {
    let (organisation, workspace) = tenant(store, "inbox").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    let first = tx.first_delivery(&workspace, "Ev1", at(0)).await.expect("taken");
    assert_eq!(first, FirstDelivery::Fresh);
    tx.save_reply(&workspace, "Ev1", "\"nothing\"").await.expect("saved");
    let again = tx.first_delivery(&workspace, "Ev1", at(1)).await.expect("taken");
    assert_eq!(again, FirstDelivery::Seen("\"nothing\"".to_owned()));
    tx.commit().await.expect("commits");

    let tries = (0..8).map(|_| {
        let (store, organisation, workspace) = (store.clone(), organisation.clone(), workspace.clone());
        tokio::spawn(async move {
            let mut tx = store.begin(&organisation).await.expect("begins");
            let taken = tx.first_delivery(&workspace, "Ev2", at(0)).await.expect("taken");
            if taken == FirstDelivery::Fresh {
                tx.save_reply(&workspace, "Ev2", "\"reply\"").await.expect("saved");
            }
            tx.commit().await.expect("commits");
            taken
        })
    });
    let mut fresh = 0;
    for taken in futures_util::future::join_all(tries).await {
        match taken.expect("no panic") {
            FirstDelivery::Fresh => fresh += 1,
            FirstDelivery::Seen(reply) => assert_eq!(reply, "\"reply\""),
        }
    }
    assert_eq!(fresh, 1);
}

pub async fn of_each_lane_only_the_head_is_sent(store: &Store) {
    let (organisation, workspace) = tenant(store, "lanes").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    for (key, lane, minutes) in
        [("a1", "person:a", 0), ("a2", "person:a", 0), ("b1", "person:b", 5), ("c1", "person:c", 0)]
    {
        assert!(enqueue(&mut tx, &workspace, key, lane, &look_up(key), at(minutes)).await);
    }
    assert!(!enqueue(&mut tx, &workspace, "a1", "person:a", &look_up("other"), at(0)).await);
    tx.commit().await.expect("commits");

    let claimed = claim(store, 0, "one").await;
    assert_eq!(keys(&claimed), ["a1", "c1"]);
    let head = &claimed[0];
    assert_eq!(head.task, Ok(look_up("a1")));
    assert_eq!(
        (head.id.as_str(), &head.organisation, &head.workspace),
        ("id-lanes-a1", &organisation, &workspace)
    );
    assert_eq!((head.lane.as_str(), head.slot.as_str(), head.attempt, head.unsure), ("person:a", "", 0, 0));
    assert_eq!(head.created_at, at(0));
    assert!(claim(store, 0, "two").await.is_empty(), "leased, or not yet");
    assert_eq!(store.outbox_depth(at(2)).await.expect("read"), (4, Duration::from_mins(2)));

    finish(store, &claimed, "one").await;
    assert_eq!(keys(&claim(store, 0, "three").await), ["a2"], "the lane goes on");
    assert_eq!(keys(&claim(store, 5, "four").await), ["a2", "b1"], "what is due later; the lease ran out");
    settle(store).await;
    assert_eq!(store.outbox_depth(at(9)).await.expect("read"), (0, Duration::ZERO));

    let mut tx = store.begin(&organisation).await.expect("begins");
    assert!(!enqueue(&mut tx, &workspace, "a1", "person:a", &look_up("a1"), at(0)).await, "said already");
    for n in 0..5 {
        let key = format!("limit{n}");
        enqueue(&mut tx, &workspace, &key, &key, &look_up("x"), at(0)).await;
    }
    tx.commit().await.expect("commits");
    let some = store.claim_outbox(at(0), 3, "five", at(5)).await.expect("claimed");
    assert_eq!(keys(&some), ["limit0", "limit1", "limit2"]);
    settle(store).await;
}

pub async fn a_stale_owner_changes_nothing(store: &Store) {
    let (organisation, workspace) = tenant(store, "owners").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    enqueue(&mut tx, &workspace, "one", "l", &look_up("x"), at(0)).await;
    enqueue(&mut tx, &workspace, "two", "l", &look_up("x"), at(0)).await;
    tx.commit().await.expect("commits");
    let seq = claim(store, 0, "slow").await[0].seq;
    let again = claim(store, 5, "quick").await;
    assert_eq!((again[0].seq, again[0].unsure), (seq, 1), "its first owner may have sent it");

    let mut tx = store.begin(&organisation).await.expect("begins");
    assert!(!tx.outbox_done(seq, "slow", None).await.expect("asked"));
    assert!(!tx.outbox_later(seq, "slow", at(9), Attempt::Counted, true, "late").await.expect("asked"));
    assert!(!tx.outbox_aside(seq, "slow", "late").await.expect("asked"));
    assert!(!tx.outbox_done(seq, "", None).await.expect("asked"));
    let later = tx.outbox_later(seq, "quick", at(7), Attempt::NotCounted, false, "rate limit").await;
    assert!(later.expect("asked"));
    assert!(!tx.outbox_done(seq, "quick", None).await.expect("asked"), "let go");
    tx.commit().await.expect("commits");
    assert!(claim(store, 6, "early").await.is_empty(), "the head is not ready: its lane waits");

    let third = claim(store, 7, "third").await;
    assert_eq!((third[0].attempt, third[0].unsure), (0, 1), "let go in order, and nothing counted");
    let mut tx = store.begin(&organisation).await.expect("begins");
    let later = tx.outbox_later(seq, "third", at(8), Attempt::Counted, true, "timed out").await;
    assert!(later.expect("asked"));
    tx.commit().await.expect("commits");
    let fourth = claim(store, 8, "fourth").await;
    assert_eq!((fourth[0].attempt, fourth[0].unsure), (1, 2));
    let mut tx = store.begin(&organisation).await.expect("begins");
    assert!(tx.outbox_aside(seq, "fourth", "channel_not_found").await.expect("asked"));
    tx.commit().await.expect("commits");
    assert_eq!(keys(&claim(store, 8, "fifth").await), ["two"], "a lane never stalls");
    settle(store).await;
}

pub async fn cards_that_wait_say_the_newest(store: &Store) {
    let (organisation, workspace) = tenant(store, "slots").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    let [first, second, third] = [&["a"][..], &["b"], &["c"]].map(|topics| show("status:1", topics));
    assert!(!tx.replace_pending_show("status:1", &first).await.expect("asked"), "none waits");
    enqueue(&mut tx, &workspace, "s1", "l", &first, at(0)).await;
    enqueue(&mut tx, &workspace, "x", "m", &look_up("x"), at(0)).await;
    assert!(!tx.replace_pending_show("", &second).await.expect("asked"), "no card");
    assert!(tx.replace_pending_show("status:1", &second).await.expect("asked"));
    tx.commit().await.expect("commits");
    let claimed = claim(store, 0, "one").await;
    assert_eq!((claimed[0].slot.as_str(), &claimed[0].task), ("status:1", &Ok(second.clone())));
    let mut tx = store.begin(&organisation).await.expect("begins");
    assert!(!tx.replace_pending_show("status:1", &third).await.expect("asked"), "it is being sent");
    enqueue(&mut tx, &workspace, "s2", "l", &third, at(0)).await;
    assert!(tx.replace_pending_show("status:1", &first).await.expect("asked"), "the next one waits");
    let later = tx.outbox_later(claimed[0].seq, "one", at(0), Attempt::Counted, true, "timed out").await;
    assert!(later.expect("asked"));
    tx.commit().await.expect("commits");
    assert_eq!(claim(store, 0, "two").await[0].task, Ok(second), "what was tried stays what it was");
    settle(store).await;
}

pub async fn messages_are_withdrawn_until_somebody_sends_them(store: &Store) {
    let (organisation, workspace) = tenant(store, "withdrawn").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    for (key, lane) in
        [("nudge:1:0", "l"), ("nudge:1:1", "m"), ("nudge:1:2", "m"), ("nudge:10:1", "m"), ("NUDGE:1:", "m")]
    {
        enqueue(&mut tx, &workspace, key, lane, &look_up("x"), at(0)).await;
    }
    tx.commit().await.expect("commits");
    let sent = store.claim_outbox(at(0), 1, "one", at(5)).await.expect("claimed");
    assert_eq!(keys(&sent), ["nudge:1:0"]);
    let mut tx = store.begin(&organisation).await.expect("begins");
    assert_eq!(tx.withdraw("nudge:1:").await.expect("withdrawn"), 2);
    assert_eq!(tx.withdraw("nudge:1:").await.expect("withdrawn"), 0);
    assert!(enqueue(&mut tx, &workspace, "nudge:1:1", "n", &look_up("x"), at(0)).await, "may be said again");
    tx.commit().await.expect("commits");
    settle(store).await;
}

pub async fn timers_wake_once_when_due(store: &Store) {
    let (organisation, _) = tenant(store, "timers").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    for (subject, minutes) in [("request:late", 9), ("request:b", 2), ("request:a", 1), ("request:gone", 1)] {
        tx.set_timer(subject, at(minutes)).await.expect("set");
    }
    assert_eq!(tx.timer("request:b").await.expect("read"), Some(at(2)));
    tx.clear_timer("request:gone").await.expect("cleared");
    assert_eq!(tx.timer("request:gone").await.expect("read"), None);
    tx.commit().await.expect("commits");

    assert!(store.claim_timers(at(0), 10, "zero", at(5)).await.expect("claimed").is_empty());
    let first = store.claim_timers(at(3), 1, "one", at(5)).await.expect("claimed");
    assert_eq!(first.len(), 1);
    let (subject, due_at) = (first[0].subject.as_str(), first[0].due_at);
    assert_eq!((subject, due_at, &first[0].organisation), ("request:a", at(1), &organisation));
    assert_eq!(subjects(store, 3, "two").await, ["request:b"]);
    assert!(subjects(store, 4, "three").await.is_empty(), "leased");
    let mut tx = store.begin(&organisation).await.expect("begins");
    tx.set_timer("request:a", at(4)).await.expect("set");
    tx.commit().await.expect("commits");
    assert_eq!(subjects(store, 4, "four").await, ["request:a"], "set anew, the lease is over");
    assert_eq!(
        subjects(store, 9, "five").await,
        ["request:b", "request:a", "request:late"],
        "leases ran out"
    );
    let mut tx = store.begin(&organisation).await.expect("begins");
    for subject in ["request:a", "request:b", "request:late"] {
        tx.clear_timer(subject).await.expect("cleared");
    }
    tx.commit().await.expect("commits");
}

pub async fn the_next_event_is_known(store: &Store) {
    let (organisation, workspace) = tenant(store, "next").await;
    assert_eq!(store.next_event(at(0)).await.expect("read"), None);
    let mut tx = store.begin(&organisation).await.expect("begins");
    tx.set_timer("request:1", at(30)).await.expect("set");
    enqueue(&mut tx, &workspace, "head", "l", &look_up("x"), at(20)).await;
    enqueue(&mut tx, &workspace, "behind", "l", &look_up("x"), at(0)).await;
    tx.commit().await.expect("commits");
    assert_eq!(store.next_event(at(0)).await.expect("read"), Some(at(20)), "the head holds up its lane");
    assert_eq!(store.next_event(at(25)).await.expect("read"), Some(at(25)), "never in the past");
    assert_eq!(claim(store, 20, "one").await.len(), 1);
    assert_eq!(store.next_event(at(20)).await.expect("read"), Some(at(25)), "when the lease ends");
    settle(store).await;
    assert_eq!(store.next_event(at(20)).await.expect("read"), Some(at(30)));
    let mut tx = store.begin(&organisation).await.expect("begins");
    tx.clear_timer("request:1").await.expect("cleared");
    tx.commit().await.expect("commits");
    assert_eq!(store.next_event(at(20)).await.expect("read"), None);
}

pub async fn many_claim_at_once(store: &Store) {
    let (organisation, workspace) = tenant(store, "many").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    for n in 0..40 {
        enqueue(&mut tx, &workspace, &format!("k{n}"), &format!("l{n}"), &look_up("x"), at(0)).await;
        tx.set_timer(&format!("request:{n}"), at(0)).await.expect("set");
    }
    tx.commit().await.expect("commits");
    let claims = (0..6).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            let owner = format!("owner{n}");
            let rows = store.claim_outbox(at(0), 15, &owner, at(5)).await.expect("claimed");
            let timers = store.claim_timers(at(0), 15, &owner, at(5)).await.expect("claimed");
            let timers: Vec<String> = timers.into_iter().map(|row| row.subject).collect();
            (rows.into_iter().map(|row| row.key).collect::<Vec<_>>(), timers)
        })
    });
    let (mut keys, mut subjects) = (Vec::new(), Vec::new());
    for claimed in futures_util::future::join_all(claims).await {
        let (rows, timers) = claimed.expect("no panic");
        keys.extend(rows);
        subjects.extend(timers);
    }
    // whoever finds a row locked leaves it to the other, so that the last of them may find fewer
    keys.extend(claim(store, 0, "last").await.into_iter().map(|row| row.key));
    subjects.extend(self::subjects(store, 0, "last").await);
    for claimed in [&mut keys, &mut subjects] {
        assert_eq!(claimed.len(), 40, "nothing twice, nothing forgotten");
        claimed.sort();
        claimed.dedup();
        assert_eq!(claimed.len(), 40);
    }
    let mut tx = store.begin(&organisation).await.expect("begins");
    for subject in subjects {
        tx.clear_timer(&subject).await.expect("cleared");
    }
    tx.commit().await.expect("commits");
    settle(store).await;
}

pub async fn old_rows_are_purged(store: &Store) {
    let (organisation, workspace) = tenant(store, "purge").await;
    store.purge(at(1_000_000)).await.expect("what the others left");
    let mut tx = store.begin(&organisation).await.expect("begins");
    for (delivery, minutes) in [("old", 0), ("new", 10)] {
        tx.first_delivery(&workspace, delivery, at(minutes)).await.expect("taken");
    }
    enqueue(&mut tx, &workspace, "sent", "l", &look_up("x"), at(0)).await;
    tx.commit().await.expect("commits");
    settle(store).await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    enqueue(&mut tx, &workspace, "waits", "l", &look_up("x"), at(0)).await;
    tx.commit().await.expect("commits");
    assert_eq!(store.purge(at(5)).await.expect("purged"), Purged { inbox: 1, outbox: 1, drafts: 0 });
    assert_eq!(store.purge(at(5)).await.expect("purged"), Purged { inbox: 0, outbox: 0, drafts: 0 });
    assert_eq!(keys(&claim(store, 0, "one").await), ["waits"]);
    settle(store).await;
}

async fn enqueue(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    key: &str,
    lane: &str,
    task: &Outgoing,
    not_before: Timestamp,
) -> bool {
    let id = format!("id-{}-{key}{}", tx.organisation(), if lane == "n" { "-again" } else { "" });
    let new = NewOutbox { id: &id, key, workspace, lane, task, not_before, now: at(0) };
    tx.enqueue(&new).await.expect("enqueued")
}

/// Claims everything that is ready, for five minutes.
async fn claim(store: &Store, minutes: i64, owner: &str) -> Vec<OutboxRow> {
    store.claim_outbox(at(minutes), 100, owner, at(minutes + 5)).await.expect("claimed")
}

async fn subjects(store: &Store, minutes: i64, owner: &str) -> Vec<String> {
    let rows = store.claim_timers(at(minutes), 100, owner, at(minutes + 5)).await.expect("claimed");
    rows.into_iter().map(|row| row.subject).collect()
}

fn keys(rows: &[OutboxRow]) -> Vec<&str> {
    rows.iter().map(|row| row.key.as_str()).collect()
}

async fn finish(store: &Store, rows: &[OutboxRow], owner: &str) {
    let posted = MessageRef { channel: "D1".into(), message: "1.1".into() };
    for row in rows {
        let mut tx = store.begin(&OrganisationId::from(row.organisation.as_str())).await.expect("begins");
        assert!(tx.outbox_done(row.seq, owner, Some(&posted)).await.expect("done"));
        tx.commit().await.expect("commits");
    }
}

/// Sends everything that waits, so that the next part of the story finds an empty outbox.
async fn settle(store: &Store) {
    loop {
        let rows = claim(store, 100_000, "settle").await;
        if rows.is_empty() {
            break;
        }
        finish(store, &rows, "settle").await;
    }
}
