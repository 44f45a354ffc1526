//! Replies over a line that writes down what goes over it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures_util::FutureExt;
use jiff::Timestamp;
use serde_json::Value;

use super::line::Given;
use super::*;
use crate::chat::card::{Card, Weight};
use crate::chat::form::{Answer, Field, FormKind, Input, Need};
use crate::chat::inbound::Mend;
use crate::domain::ids::PlatformKind;

/// What went over it, and what it answers to each sort of call.
#[derive(Default)]
struct Written {
    calls: Mutex<Vec<(&'static str, Value)>>,
    misses: BTreeMap<&'static str, Missed>,
}

impl Written {
    fn call(&self, what: &'static str, body: &Value) -> Given<'static> {
        self.calls.lock().unwrap().push((what, body.clone()));
        let result = self.misses.get(what).cloned().map_or(Ok(()), Err);
        async move { result }.boxed()
    }
}

impl Line for Written {
    fn callback<'a>(&'a self, _: &'a Ticket, body: &'a Value) -> Given<'a> {
        self.call("callback", body)
    }
    fn edit_original<'a>(&'a self, _: &'a Ticket, message: &'a Value) -> Given<'a> {
        self.call("edit", message)
    }
    fn delete_original<'a>(&'a self, _: &'a Ticket) -> Given<'a> {
        self.call("delete", &Value::Null)
    }
    fn followup<'a>(&'a self, _: &'a Ticket, message: &'a Value) -> Given<'a> {
        self.call("followup", message)
    }
    fn direct<'a>(&'a self, _: &'a UserKey, message: &'a Value) -> Given<'a> {
        self.call("direct", message)
    }
    fn post<'a>(&'a self, channel: &'a str, message: &'a Value) -> Given<'a> {
        let mut message = message.clone();
        message["channel"] = json!(channel);
        self.call("post", &message)
    }
}

fn replies(misses: &[(&'static str, Missed)]) -> (Replies, Arc<Written>) {
    let line = Arc::new(Written { misses: misses.iter().cloned().collect(), ..Written::default() });
    (Replies::new(Arc::clone(&line) as Arc<dyn Line>, Arc::new(Desk::new("99".into()))), line)
}

fn ticket(sort: Sort) -> Ticket {
    Ticket { id: "500".to_owned(), token: "secret".to_owned(), sort, created: Timestamp::UNIX_EPOCH }
}

fn asked(command: Command, kind: PlaceKind) -> Asked {
    Asked::of(&Inbound {
        platform: PlatformKind::Discord,
        workspace: "7".into(),
        delivery: "message:600".to_owned(),
        actor: Some("1".into()),
        place: Some(Place { channel: "30".into(), thread: Some("31".into()), kind }),
        mentions: Vec::new(),
        people: Vec::new(),
        event: Event::Command(command),
    })
}

fn command() -> Asked {
    asked(Command::Handoff(String::new()), PlaceKind::Channel)
}

fn card() -> Reply {
    Reply::Private(plain(Card::line("Passed on.").button(
        "Again",
        Command::Handoff(String::new()),
        Weight::Main,
    )))
}

fn form() -> Form {
    Form {
        kind: FormKind::Handoff,
        about: "f1".to_owned(),
        title: "Hand off".to_owned(),
        submit: "Send".to_owned(),
        fields: vec![
            Field::new(
                "words",
                "What is needed?",
                Need::Required,
                Input::Words { initial: String::new(), max: 3000 },
            ),
            Field::new(
                "customer",
                "Customer",
                Need::Optional,
                Input::Line { initial: String::new(), max: 100 },
            ),
        ],
    }
}

fn submission() -> Asked {
    let answers = BTreeMap::from([("words".to_owned(), Answer::Words("Refund for Globex".to_owned()))]);
    let submitted = Submitted { kind: FormKind::Handoff, about: "f1".to_owned(), answers };
    asked(Command::Submit(submitted), PlaceKind::Channel)
}

async fn given(
    misses: &[(&'static str, Missed)],
    way: &Way,
    asked: &Asked,
    reply: Reply,
) -> Vec<(&'static str, Value)> {
    let (replies, line) = replies(misses);
    assert!(replies.give(way, asked, async { Ok(reply) }).await);
    line.calls.lock().unwrap().clone()
}

fn names(calls: &[(&'static str, Value)]) -> Vec<&'static str> {
    calls.iter().map(|(name, _)| *name).collect()
}

#[tokio::test]
async fn an_answer_that_is_ready_is_the_first_and_only_one() {
    for sort in [Sort::Command, Sort::Press, Sort::Form] {
        let calls = given(&[], &Way::Interaction(ticket(sort)), &command(), card()).await;
        assert_eq!(names(&calls), ["callback"]);
        assert_eq!((&calls[0].1["type"], &calls[0].1["data"]["flags"]), (&json!(4), &json!(64)));
        assert!(calls[0].1.to_string().contains("Passed on."));
    }
    let calls = given(&[], &Way::Interaction(ticket(Sort::Press)), &command(), Reply::Nothing).await;
    assert_eq!(calls, [("callback", json!({"type": 6}))]);
    let calls = given(&[], &Way::Interaction(ticket(Sort::Command)), &command(), Reply::Nothing).await;
    assert_eq!(names(&calls), ["callback", "delete"]);
}

#[tokio::test]
async fn a_form_opens_at_once_but_not_upon_a_form() {
    let calls = given(&[], &Way::Interaction(ticket(Sort::Press)), &command(), Reply::Form(form())).await;
    assert_eq!(calls[0].1["type"], 9);
    assert_eq!(calls[0].1["data"]["custom_id"], "form:handoff:f1@7");
    let calls = given(&[], &Way::Interaction(ticket(Sort::Form)), &command(), Reply::Form(form())).await;
    assert_eq!(calls[0].1["type"], 4);
    assert!(calls[0].1.to_string().contains("again:500@7"));
}

/// Gives an answer that takes longer than Discord waits.
async fn given_late(
    misses: &[(&'static str, Missed)],
    sort: Sort,
    reply: Reply,
) -> (Replies, Vec<(&'static str, Value)>) {
    let (mut replies, line) = replies(misses);
    replies.prompt = Duration::from_millis(1);
    let (ready, wait) = tokio::sync::oneshot::channel::<()>();
    let late = async move {
        wait.await.ok();
        Ok(reply)
    };
    let (way, asked) = (Way::Interaction(ticket(sort)), command());
    let answered = async {
        // Somebody waits already.
        while line.calls.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        ready.send(()).ok();
    };
    tokio::join!(replies.give(&way, &asked, late), answered);
    let calls = line.calls.lock().unwrap().clone();
    (replies, calls)
}

#[tokio::test]
async fn an_answer_that_takes_long_is_announced_and_filled_in() {
    let (_, calls) = given_late(&[], Sort::Command, card()).await;
    assert_eq!(names(&calls), ["callback", "edit"]);
    assert_eq!(calls[0].1, json!({"type": 5, "data": {"flags": 64}}));
    let (_, calls) = given_late(&[], Sort::Press, card()).await;
    assert_eq!(names(&calls), ["callback", "followup"]);
    assert_eq!((&calls[0].1, &calls[1].1["flags"]), (&json!({"type": 6}), &json!(64)));
    let (_, calls) = given_late(&[], Sort::Press, Reply::Nothing).await;
    assert_eq!(names(&calls), ["callback"]);
    let (_, calls) = given_late(&[("edit", Missed::Expired)], Sort::Command, card()).await;
    assert_eq!(names(&calls), ["callback", "edit", "direct"]);
}

#[tokio::test]
async fn a_form_that_takes_long_waits_behind_a_button() {
    let (replies, calls) = given_late(&[], Sort::Command, Reply::Form(form())).await;
    assert_eq!(names(&calls), ["callback", "edit"]);
    assert!(calls[1].1.to_string().contains("again:500@7"));
    assert_eq!(replies.memory.form(&"1".into(), "500"), Some(form()));
}

#[tokio::test]
async fn where_the_time_is_over_the_answer_comes_directly_or_a_word_that_there_was_one() {
    let way = Way::Interaction(ticket(Sort::Command));
    let calls = given(&[("callback", Missed::Expired)], &way, &command(), card()).await;
    assert_eq!(names(&calls), ["callback", "direct"]);
    assert_eq!((&calls[1].1["nonce"], &calls[1].1["enforce_nonce"]), (&json!("r500"), &json!(true)));
    let misses = [("callback", Missed::Expired), ("direct", Missed::Closed)];
    let calls = given(&misses, &way, &command(), card()).await;
    assert_eq!(names(&calls), ["callback", "direct", "post"]);
    let word = &calls[2].1;
    assert_eq!((&word["channel"], &word["allowed_mentions"]["users"]), (&json!("31"), &json!(["1"])));
    assert!(!word.to_string().contains("Passed on."), "what is private stays so");
    assert_eq!((&word["nonce"], &word["enforce_nonce"]), (&json!("r500"), &json!(true)));
    // It was answered, only nobody said so.
    assert_eq!(names(&given(&[("callback", Missed::Already)], &way, &command(), card()).await), ["callback"]);
}

#[tokio::test]
async fn an_answer_that_did_not_arrive_is_given_once_more_and_then_directly() {
    let way = Way::Interaction(ticket(Sort::Command));
    let soon = Missed::Busy(Duration::from_millis(1));
    for missed in [Missed::Failed, soon] {
        let calls = given(&[("callback", missed)], &way, &command(), card()).await;
        assert_eq!(names(&calls), ["callback", "callback", "direct"]);
        assert!(calls[2].1.to_string().contains("Passed on."));
    }
    let late = Missed::Busy(Duration::from_secs(20));
    for missed in [late, Missed::Closed, Missed::Refused(1)] {
        let calls = given(&[("callback", missed)], &way, &command(), card()).await;
        assert_eq!(names(&calls), ["callback", "direct"], "it would come too late");
    }
    // It may stand there: what edits it tells.
    let calls = given(&[("callback", Missed::Unsure)], &way, &command(), card()).await;
    assert_eq!(names(&calls), ["callback", "edit"]);
    let misses = [("callback", Missed::Unsure), ("edit", Missed::Expired)];
    assert_eq!(names(&given(&misses, &way, &command(), card()).await), ["callback", "edit", "direct"]);
    let form = given(&misses, &way, &command(), Reply::Form(form())).await;
    assert_eq!(names(&form), ["callback", "direct"]);
    assert!(form[1].1.to_string().contains("again:500@7"), "a button opens it");
    assert_eq!(names(&given(&misses, &way, &command(), Reply::Nothing).await), ["callback"]);
    // The same of an announcement.
    let (_, calls) = given_late(&[("callback", Missed::Unsure)], Sort::Command, card()).await;
    assert_eq!(names(&calls), ["callback", "edit"]);
    let (_, calls) = given_late(&[("callback", Missed::Failed)], Sort::Command, card()).await;
    assert_eq!(names(&calls), ["callback", "callback", "direct"]);
}

#[tokio::test]
async fn what_follows_a_press_is_not_said_twice() {
    let (_, calls) = given_late(&[("followup", Missed::Unsure)], Sort::Press, card()).await;
    assert_eq!(names(&calls), ["callback", "followup"], "it may stand there");
    let busy = Missed::Busy(Duration::from_millis(1));
    let (_, calls) = given_late(&[("followup", busy)], Sort::Press, card()).await;
    assert_eq!(names(&calls)[..3], ["callback", "followup", "followup"]);
    assert_eq!(names(&calls).last(), Some(&"direct"));
}

#[tokio::test]
async fn who_writes_directly_can_be_written_to_again() {
    let (replies, _line) = replies(&[]);
    let said = asked(Command::DoneHere(String::new()), PlaceKind::Direct);
    for (way, asked, closed) in [
        (Way::Said, asked(Command::DoneHere(String::new()), PlaceKind::Channel), true),
        (Way::Interaction(ticket(Sort::Command)), command(), true),
        (Way::Said, said.clone(), false),
        (Way::Interaction(ticket(Sort::Press)), said, false),
    ] {
        replies.desk.close(&"1".into());
        replies.desk.close(&"2".into());
        replies.give(&way, &asked, async { Ok(Reply::Nothing) }).await;
        assert_eq!(replies.desk.is_closed(&"1".into()), closed);
        assert!(replies.desk.is_closed(&"2".into()), "nobody else's door");
    }
}

#[test]
fn a_button_that_opens_a_form_finds_room() {
    let mut full = Card::line("Which one?");
    for number in 0..25 {
        full = full.link("Open", &format!("https://example.org/{number}"));
    }
    let again = Again { label: forms::AGAIN, key: "500".to_owned() };
    let message = message(&Shown::Card(plain(full), Some(again)), &"7".into()).unwrap();
    let rows = message["components"].as_array().unwrap();
    assert_eq!(rows.len(), 5);
    assert!(rows[4].to_string().contains("again:500@7"));
}

#[tokio::test]
async fn what_is_to_be_mended_is_said_and_the_form_opens_again_with_what_was_typed() {
    let (replies, line) = replies(&[]);
    replies
        .give(&Way::Interaction(ticket(Sort::Command)), &command(), async { Ok(Reply::Form(form())) })
        .await;
    let mends = vec![Mend { field: "words".to_owned(), why: "That is longer than I can take.".to_owned() }];
    let sent = Ticket { id: "501".to_owned(), ..ticket(Sort::Form) };
    replies.give(&Way::Interaction(sent), &submission(), async { Ok(Reply::Mend(mends)) }).await;
    let told = line.calls.lock().unwrap()[1].1.to_string();
    for part in ["What is needed?", "longer than I can take", "Refund for Globex", "again:501@7"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let press = ticket(Sort::Press);
    replies.again(&press, &"1".into(), "501", &"7".into()).await;
    let opened = line.calls.lock().unwrap()[2].1.clone();
    assert_eq!(opened["type"], 9);
    assert!(opened.to_string().contains("Refund for Globex"));
    // Somebody else's form, or one from before a restart, is answered kindly.
    replies.again(&press, &"2".into(), "501", &"7".into()).await;
    let told = line.calls.lock().unwrap()[3].1.clone();
    assert_eq!(told["type"], 4);
    assert!(!told.to_string().contains("Refund for Globex"));
}

#[tokio::test]
async fn a_failure_keeps_what_was_typed() {
    let (replies, line) = replies(&[]);
    let failure = Failure { reference: "AB12".to_owned(), source: crate::store::error::StoreError::Conflict };
    let way = Way::Interaction(ticket(Sort::Form));
    assert!(!replies.give(&way, &submission(), async { Err(failure) }).await);
    let told = line.calls.lock().unwrap()[0].1.to_string();
    assert!(told.contains("AB12") && told.contains("Refund for Globex"), "{told}");
}

#[tokio::test]
async fn words_are_answered_where_nobody_else_reads() {
    let words = |kind| asked(Command::DoneHere(String::new()), kind);
    let calls = given(&[], &Way::Said, &words(PlaceKind::Direct), card()).await;
    assert_eq!(
        (names(&calls), &calls[0].1["channel"], &calls[0].1["nonce"]),
        (vec!["post"], &json!("30"), &json!("r600"))
    );
    for kind in [PlaceKind::Channel, PlaceKind::Group] {
        let calls = given(&[("direct", Missed::Closed)], &Way::Said, &words(kind), card()).await;
        assert_eq!(names(&calls), ["direct"], "and nowhere else");
    }
    let calls = given(&[], &Way::Said, &words(PlaceKind::Direct), Reply::Form(form())).await;
    assert!(calls[0].1.to_string().contains("handoff@7"), "a button that opens it");
    assert!(given(&[], &Way::None, &words(PlaceKind::Direct), card()).await.is_empty());
}

#[tokio::test]
async fn choices_and_kind_words() {
    let (replies, line) = replies(&[]);
    let choices = vec![Choice { value: "billing".to_owned(), label: "billing: invoices".to_owned() }; 30];
    replies.choices(&ticket(Sort::Typing), &choices).await;
    replies.not_understood(&ticket(Sort::Unknown)).await;
    replies
        .no_home(
            &Way::Interaction(ticket(Sort::Command)),
            "1".into(),
            Place { channel: "40".into(), thread: None, kind: PlaceKind::Direct },
        )
        .await;
    let calls = line.calls.lock().unwrap().clone();
    assert_eq!(calls[0].1["type"], 8);
    assert_eq!(calls[0].1["data"]["choices"].as_array().unwrap().len(), 25);
    assert_eq!((&calls[1].1["type"], &calls[2].1["type"]), (&json!(4), &json!(4)));
}

#[tokio::test]
async fn a_busy_line_is_waited_for() {
    let line = Written::default();
    let tries = std::cell::Cell::new(0);
    let result = patient(Repeat::Safe, || {
        tries.set(tries.get() + 1);
        if tries.get() < 3 {
            async { Err(Missed::Busy(Duration::from_millis(1))) }.boxed()
        } else {
            line.call("post", &Value::Null)
        }
    })
    .await;
    assert_eq!((result, tries.get()), (Ok(()), 3));
    let never = patient(Repeat::Safe, || async { Err(Missed::Busy(Duration::from_mins(10))) }.boxed()).await;
    assert_eq!(never, Err(Missed::Busy(Duration::from_mins(10))));
}

#[tokio::test]
async fn who_waited_before_is_told_at_once() {
    let (mut replies, line) = replies(&[]);
    replies.prompt = Duration::from_secs(5);
    let began = tokio::time::Instant::now();
    let asked = command().since(began.checked_sub(replies.prompt).expect("the machine runs longer"));
    let late = async {
        while line.calls.lock().unwrap().is_empty() {
            let told = began.elapsed() < Duration::from_secs(4);
            assert!(told, "nobody was told that it takes long");
            tokio::task::yield_now().await;
        }
        Ok(card())
    };
    assert!(replies.give(&Way::Interaction(ticket(Sort::Command)), &asked, late).await);
    assert_eq!(names(&line.calls.lock().unwrap()), ["callback", "edit"]);
}
