//! The real binary is killed at many points of a running story, each time comes back on the same file, and
//! in the end every request has one holder and every message stands there once.

use std::time::Duration;

use goodturn::domain::ids::MessageRef;
use goodturn::domain::request::{Happening, OfferState, OfferTo, Request};
use goodturn::store::engine::OpenMode;
use goodturn::store::{Store, Tx};

use crate::end_to_end::harness::{Setup, Story, seen};
use crate::fake_slack::FakeSlack;
use crate::fake_slack::blocks::visible_text;
use crate::fake_slack::state::Message;

/// How often it is killed.
const KILLS: usize = 30;

/// How long the last program has to say all that is left.
const PATIENCE: Duration = Duration::from_mins(1);

/// What people know for sure: it was acknowledged to them.
#[derive(Default)]
struct Promised {
    /// Requests, by the words that only they have in them.
    handed_off: Vec<String>,
    /// Typed, but never acknowledged: they may be there or not.
    perhaps: Vec<String>,
    /// Who accepted which.
    accepted: Vec<(String, &'static str)>,
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_point_it_loses_nothing_and_says_nothing_twice() {
    let mut story = Setup::new()
        .with(|workspace| {
            workspace.tuning.redeliver_after = Duration::from_millis(700);
            workspace.tuning.redeliveries = 60;
        })
        .setting("capacity", "40")
        .start()
        .await;
    story.volunteers(&["bo", "cy"], "billing").await;
    let mut promised = Promised::default();
    // After how many calls and acknowledgements of the round: each number up to the thirtieth once.
    let mut moment: usize = 5;
    // On a busy machine more of the moments are taken up by what a restart catches up with: then it is
    // killed more often, until some are accepted on the way.
    let enough = |promised: &Promised| promised.accepted.len() > KILLS / 6;
    for round in 0..4 * KILLS {
        if round >= KILLS && enough(&promised) {
            break;
        }
        moment = moment * 3 % 31;
        let last = story.slack.steps() + moment;
        let slack = story.slack.clone();
        let reached = async {
            let enough = |slack: &FakeSlack| (slack.steps() > last).then_some(());
            slack.wait_for(enough, PATIENCE).await
        };
        let mut words = format!("number {round:02} of many");
        tokio::select! {
            biased;
            _ = reached => {}
            () = work(&story, round, &words, &mut promised) => words.clear(),
        }
        if !words.is_empty() && !promised.handed_off.contains(&words) {
            promised.perhaps.push(words);
        }
        story.killed().await;
        story.restarted().await;
    }
    assert!(enough(&promised), "it was killed too early: {:?}", promised.accepted);
    story.slack.settled().await;
    let rows = file(&story).await;
    everything_is_said(&rows, &story).await;
    everything_is_true(&rows, &story, &promised).await;
    story.well(&[]).await;
}

/// What people do until it is cut short.
async fn work(story: &Story, round: usize, words: &str, promised: &mut Promised) {
    let ana = story.slack.as_user("ana");
    if round.is_multiple_of(2) {
        // An event: Slack delivers it until it is acknowledged.
        ana.dm(&format!("billing {words}"));
        promised.handed_off.push(words.to_owned());
    } else {
        let ack = ana.slash("/handoff", &format!("billing {words}"), "dm").await;
        assert!(ack.payload.is_some(), "acknowledged, but not answered");
        promised.handed_off.push(words.to_owned());
    }
    let (who, offer) = wait_for_button(story, words, "Accept").await;
    story.slack.as_user(who).press(&offer, "Accept").await;
    promised.accepted.push((words.to_owned(), who));
    let (who, card) = wait_for_button(story, words, "Give back").await;
    story.slack.as_user(who).press(&card, "Give back").await;
    let asked = |slack: &FakeSlack| {
        let mut shown = slack.ephemerals(who).into_iter().rev();
        shown.find(|shown| visible_text(&shown.blocks).contains("[On to the next]"))
    };
    let choice = story.slack.wait_for(asked, PATIENCE).await.expect("a choice of where it goes");
    story.slack.as_user(who).press(&choice, "On to the next").await;
}

/// Waits until a volunteer sees a card about these words with this button.
async fn wait_for_button(story: &Story, words: &str, button: &str) -> (&'static str, Message) {
    let button = format!("[{button}]");
    let look = |slack: &FakeSlack| {
        ["bo", "cy"].into_iter().find_map(|who| {
            let mut cards = slack.dm_with(who).into_iter().rev();
            let found = cards.find(|card| seen(card).contains(words) && seen(card).contains(&button))?;
            Some((who, found))
        })
    };
    story.slack.wait_for(look, PATIENCE).await.unwrap_or_else(|| panic!("nobody sees {button} for {words}"))
}

/// The file of the running program, to be looked at.
async fn file(story: &Story) -> Store {
    let url = format!("sqlite://{}", story.folder.path().join("goodturn.db").display());
    Store::open(&url, OpenMode::Look).await.expect("the file is there")
}

/// Waits until nothing waits to be said.
async fn everything_is_said(rows: &Store, story: &Story) {
    let now = jiff::Timestamp::UNIX_EPOCH;
    let mut ticks = tokio::time::interval(Duration::from_millis(100));
    let said = async {
        while rows.outbox_depth(now).await.expect("readable").0 > 0 {
            ticks.tick().await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, said).await;
    assert!(in_time.is_ok(), "something is still to be said:\n{}", story.program.log());
}

async fn everything_is_true(rows: &Store, story: &Story, promised: &Promised) {
    let workspaces = rows.workspaces().await.expect("readable");
    let mut tx = rows.read(&workspaces[0].organisation).await.expect("readable");
    let mut requests = Vec::new();
    for number in 1.. {
        let Some(request) = tx.request_numbered(number).await.expect("readable") else { break };
        well(&mut tx, &request, &story.slack).await;
        requests.push(request);
    }
    let count = |words: &String| requests.iter().filter(|request| request.words.contains(words)).count();
    for words in &promised.handed_off {
        assert_eq!(count(words), 1, "{words} was handed off once");
    }
    for words in &promised.perhaps {
        assert!(count(words) <= 1, "{words} was handed off at most once");
    }
    for (words, who) in &promised.accepted {
        let request = requests.iter().find(|request| request.words.contains(words)).expect("just counted");
        let person = tx.find_persons(who).await.expect("readable").pop().expect("a volunteer is known");
        let history = tx.audit_of(&format!("request:{}", request.id)).await.expect("readable");
        let accepted = history.iter().any(|row| {
            serde_json::from_str::<Happening>(&row.what)
                .is_ok_and(|what| matches!(what, Happening::Accepted(_, by) if by == person))
        });
        assert!(accepted, "{who} accepted {words}");
    }
}

/// One holder, a next look, and every card where it should be.
async fn well(tx: &mut Tx, request: &Request, slack: &FakeSlack) {
    let number = request.number;
    assert!(tx.person(&request.holder).await.expect("readable").is_some(), "request {number} has no holder");
    let accepted = request.offers.iter().filter(|offer| offer.state == OfferState::Accepted).count();
    assert!(accepted <= 1, "request {number} is accepted {accepted} times");
    if let Some((_, volunteer)) = request.accepted() {
        assert_eq!(volunteer, &request.holder, "request {number}");
    }
    let timer = tx.timer(&format!("request:{}", request.id)).await.expect("readable");
    assert!(timer.is_some() || !request.is_open(), "request {number} would never be looked at again");
    let mut slots = vec![format!("status:{}:{}", request.id, request.handed_by)];
    for (n, offer) in request.offers.iter().enumerate() {
        let live = matches!(offer.state, OfferState::Open | OfferState::Accepted);
        if live && matches!(offer.to, OfferTo::Person(_)) {
            slots.push(format!("offer:{}:{n}", request.id));
        }
    }
    for slot in slots {
        let card = tx.card(&slot).await.expect("readable");
        let at = card.and_then(|card| card.posted).unwrap_or_else(|| panic!("{slot} stands nowhere"));
        assert!(stands(slack, &at), "{slot} does not stand at {at:?}");
    }
}

fn stands(slack: &FakeSlack, at: &MessageRef) -> bool {
    let people = ["ana", "bo", "cy", "dee"];
    let direct = people.iter().flat_map(|who| slack.dm_with(who));
    direct.chain(slack.messages("billing")).any(|message| message.ts == at.message.as_str())
}
