//! What goes wrong on the way: whatever breaks, everything is said, and said once.

use std::time::Duration;

use super::harness::{Setup, Story};
use crate::fake_slack::FakeSlack;
use crate::fake_slack::faults::Fault;
use crate::fake_slack::socket::{Order, Whom};

/// Hands off and takes, and waits until everybody has read what they should.
async fn handed_off_and_taken(story: &Story, words: &str) {
    let told = story.slash("ana", "/handoff", &format!("billing {words}")).await;
    assert!(told.contains("Passed to billing. I asked Bo"), "{told}");
    let offer = story.dm("bo", &[words, "[Accept]"]).await;
    story.dm("ana", &[words, "I asked Bo."]).await;
    story.slack.as_user("bo").press(&offer, "Accept").await;
    story.becomes(&offer, &["You have this one."]).await;
    story.dm("ana", &[words, "Bo has it now"]).await;
    story.in_group(&["ana", "bo"], &[words]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_breaks_a_call_it_is_said_once() {
    let mut story = Setup::new().request_timeout("1s").start().await;
    story.volunteers(&["bo"], "billing").await;
    story.slash("bo", "/volunteer", "capacity 50").await;
    let faults = [
        Fault::RateLimited(1),
        Fault::Status(503),
        Fault::DropBefore,
        Fault::DropAfter,
        Fault::Malformed,
        Fault::Hang,
        Fault::HangAfter,
        Fault::Error("internal_error"),
    ];
    for (n, fault) in faults.into_iter().enumerate() {
        story.slack.fail_next("chat.postMessage", fault);
        let words = format!("Refund number {n}");
        let told = story.slash("ana", "/handoff", &format!("billing {words}")).await;
        assert!(told.contains("Passed to billing. I asked Bo"), "{told}");
    }
    for n in 0..8 {
        story.dm("bo", &[&format!("Refund number {n}"), "[Accept]"]).await;
        story.dm("ana", &[&format!("Refund number {n}"), "I asked Bo."]).await;
    }
    // Each of them stands there once.
    for who in ["bo", "ana"] {
        assert_eq!(story.slack.dm_with(who).len(), 8, "{}", story.everything_to(who));
    }
    story.well(&["asks for a pause"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_calls_that_break_cost_nothing_that_counts() {
    let mut story = Setup::new().request_timeout("1s").start().await;
    story.volunteers(&["bo"], "billing").await;
    for method in ["conversations.open", "chat.update", "users.info", "dnd.info", "views.publish"] {
        for fault in [Fault::RateLimited(1), Fault::Status(500), Fault::DropAfter] {
            story.slack.fail_next(method, fault);
        }
    }
    handed_off_and_taken(&story, "Refund for Globex").await;
    story.well(&["asks for a pause"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_come_and_go_and_nobody_notices() {
    let mut story = Setup::new().with(|w| w.tuning.linger = Duration::from_millis(300)).start().await;
    story.volunteers(&["bo"], "billing").await;
    story.slash("bo", "/volunteer", "capacity 50").await;
    handed_off_and_taken(&story, "Before").await;
    for reason in ["warning", "refresh_requested"] {
        story.slack.disconnect(reason, Whom::Oldest);
        handed_off_and_taken(&story, reason).await;
    }
    story.slack.disconnect("refresh_requested", Whom::All);
    handed_off_and_taken(&story, "All at once").await;
    for order in [Order::Drop, Order::Close] {
        story.slack.connected(2).await;
        let before = story.slack.sockets_so_far();
        story.slack.order(&order, Whom::All);
        // What Slack sends into a socket that has just broken is lost, and the person reads so.
        let again = |slack: &FakeSlack| (slack.sockets_so_far() >= before + 2).then_some(());
        story.slack.expect(&format!("new sockets after {order:?}"), again).await;
        handed_off_and_taken(&story, &format!("After {order:?}")).await;
    }
    story.slack.connected(2).await;
    // Slack sends again what could not be acknowledged.
    story.well(&["an acknowledgement found no connection"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_delivers_again_happens_once() {
    let brisk = |w: &mut crate::fake_slack::workspace::Workspace| {
        w.tuning.redeliver_after = Duration::from_millis(400);
        w.tuning.redeliveries = 20;
        // The acknowledgements that are stuck come late.
        w.tuning.ack_deadline = Duration::from_secs(30);
    };
    let mut story = Setup::new().with(brisk).start().await;
    story.slack.connected(2).await;
    let ana = story.slack.as_user("ana");
    story.volunteers(&["bo"], "billing").await;
    story.slash("bo", "/volunteer", "capacity 50").await;
    ana.dm("hello");
    story.dm("ana", &["/handoff"]).await;
    story.slack.order(&Order::Freeze, Whom::Oldest);
    for n in 0..6 {
        ana.dm(&format!("billing Refund number {n}"));
    }
    for n in 0..6 {
        story.dm("bo", &[&format!("Refund number {n}"), "[Accept]"]).await;
    }
    story.slack.order(&Order::Thaw, Whom::All);
    story.slack.settled().await;
    assert_eq!(story.slack.dm_with("bo").len(), 6, "{}", story.everything_to("bo"));
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_while_it_was_down_is_answered_once() {
    let mut story = Setup::new().start().await;
    let (ana, bo) = (story.slack.as_user("ana"), story.slack.as_user("bo"));
    story.volunteers(&["bo"], "billing").await;
    ana.dm("hello");
    story.dm("ana", &["/handoff"]).await;
    let asked = ana.say("sales", "The invoice of Globex is wrong");
    ana.mention_in_thread(&asked, "handoff billing The invoice of Globex");
    let offer = story.dm("bo", &["[Accept]"]).await;
    bo.press(&offer, "Accept").await;
    story.in_channel("sales", &["meet"]).await;
    story.slack.settled().await;
    for stop in ["TERM", "KILL"] {
        story.slack.lose_events();
        if stop == "TERM" {
            story.stopped().await;
            ana.dm("billing Said while it was stopped");
            bo.mention_in_thread(&asked, "done Sent a new one");
        } else {
            story.killed().await;
            ana.dm("billing Said while it was dead");
        }
        story.slack.stop_losing_events();
        story.restarted().await;
        if stop == "TERM" {
            story.dm("bo", &["Said while it was stopped", "[Accept]"]).await;
            story.dm("ana", &["Bo got it done: Sent a new one"]).await;
        } else {
            story.dm("bo", &["Said while it was dead", "[Accept]"]).await;
        }
        story.slack.settled().await;
    }
    let offers =
        story.slack.dm_with("bo").iter().filter(|m| super::harness::seen(m).contains("Said while")).count();
    assert_eq!(offers, 2, "{}", story.everything_to("bo"));
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_is_away_at_the_start_and_comes_back() {
    let mut story = Setup::new().start().await;
    story.volunteers(&["bo"], "billing").await;
    story.slack.outage(Some(Fault::Status(503)));
    story.slack.order(&Order::Drop, Whom::All);
    story.slack.expect("no socket", |slack| (slack.open_sockets() == 0).then_some(())).await;
    story.slack.outage(None);
    story.slack.connected(2).await;
    handed_off_and_taken(&story, "After the outage").await;
    story.well(&["Slack"]).await;
}
