//! Rendering: what is typed stays typed, limits hold, nothing else is lost.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::form;
use super::*;
use crate::chat::command::{Command, DeclineChoice, RequestsCommand};
use crate::chat::form::{Choice, Field, Form, FormKind, Input, Need};
use crate::chat::inbound::Mend;
use crate::chat::text::{Moment, Span, Text, Who};

fn addressed(said: Card) -> Addressed<Card> {
    Addressed { said, users: BTreeMap::from([("p1".into(), "U1".into())]), zone: TimeZone::UTC }
}

fn who(id: &str, name: &str) -> Who {
    Who { id: id.into(), name: name.to_owned() }
}

/// Everything that Slack would parse in a message or view.
fn parsed(value: &Value) -> Vec<String> {
    match value {
        Value::Object(object) => {
            let mut found: Vec<String> = object.values().flat_map(parsed).collect();
            if object.get("type") == Some(&json!("mrkdwn")) {
                found.push(object["text"].as_str().unwrap().to_owned());
            }
            found.extend(object.get("blocks").and_then(|_| object.get("text")?.as_str()).map(str::to_owned));
            found
        }
        Value::Array(items) => items.iter().flat_map(parsed).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn an_offer_as_slack_gets_it() {
    let declines = DeclineChoice::ALL
        .map(|choice| (choice.as_str().to_owned(), Command::Decline("r1".into(), 0, choice)));
    let offer = Card::line(Text::new().mention(&who("p1", "Ana")).say(" asks for a customer:"))
        .titled("Billing")
        .tone(Tone::Ask)
        .quoting("refund stuck since Monday <!channel>")
        .fact("Until", Text::new().at(Timestamp::from_second(1_700_000_000).unwrap(), Moment::Time))
        .button("Accept", Command::Accept("r1".into(), Some(0)), Weight::Main)
        .menu("Decline", declines.to_vec())
        .link("Open", "https://globex.slack.com/archives/C1/p1")
        .small("Why you: *billing*, in your hours");
    insta::assert_snapshot!(serde_json::to_string_pretty(&message(&addressed(offer))).unwrap());
}

#[test]
fn nothing_typed_is_ever_parsed() {
    let evil = "<!channel> <@U9> *bold* _it_ `code` ~x~ <https://evil.example|bank> &amp; @here :tada:";
    let at = Timestamp::from_second(1_700_000_000).unwrap();
    let line = Text::plain(evil)
        .bold(evil)
        .quote(evil)
        .code(evil)
        .who(&who("p1", evil))
        .mention(&who("p2", evil))
        .at(at, Moment::DayTime)
        .span(Span::Link { url: "javascript:alert(1)".to_owned(), label: evil.to_owned() })
        .span(Span::Link { url: "https://a.example/|<@U9>".to_owned(), label: evil.to_owned() })
        .span(Span::Channel(evil.into()));
    let mut card = Card::line(line.clone())
        .titled(line.clone())
        .quoting(evil)
        .fact(evil, line.clone())
        .small(line.clone());
    card = card.button(evil, Command::Requests(RequestsCommand::Mine), Weight::Plain).part(Card::line(line));
    for rendered in
        [message(&addressed(card.clone())), home(&addressed(card.clone())), card_view(&addressed(card))]
    {
        let texts = parsed(&rendered);
        assert!(rendered["type"] == "modal" || !texts.is_empty());
        for text in texts {
            assert!(!text.contains("<!channel") && !text.contains("<@U9"), "{text}");
            assert!(!text.contains("<https://evil"), "{text}");
            for pair in ["*bold*", "_it_", "`code`", "~x~"] {
                // The fallback is not formatted when there are blocks; small print is.
                assert!(!text.contains(pair) || text.contains("bank&gt;"), "{text}");
            }
        }
        assert!(!rendered.to_string().contains("\"user_id\":\"U9\""));
        assert!(!rendered.to_string().contains("\"url\":\"javascript"));
        assert!(!rendered.to_string().contains("broadcast"));
    }
}

#[test]
fn long_words_are_cut_and_cost_nothing_else() {
    let long = "x".repeat(10_000);
    let card = Card::line("before")
        .quoting(&long)
        .fact("Holder", "Bo")
        .button("Done", Command::DoneForm("r1".into()), Weight::Main)
        .small("small");
    let rendered = message(&addressed(card));
    let text = rendered["blocks"].to_string();
    assert!(
        text.contains("before") && text.contains("Bo") && text.contains("done:r1") && text.contains("small")
    );
    assert!(text.contains('…') && text.len() < 4000);
    assert!(rendered["text"].as_str().unwrap().chars().count() <= 3000);
}

#[test]
fn a_list_too_long_ends_with_an_ellipsis() {
    let mut list = Card::line("All of it");
    for n in 0..200 {
        let part = Card::line(format!("entry {n}")).button(
            "Show",
            Command::Requests(RequestsCommand::Show(n.to_string())),
            Weight::Plain,
        );
        list = list.part(part);
    }
    for (rendered, most) in [(message(&addressed(list.clone())), 50), (home(&addressed(list)), 100)] {
        let blocks = rendered["blocks"].as_array().unwrap();
        assert_eq!(blocks.len(), most);
        assert_eq!(blocks[most - 1]["elements"][0]["text"], "…");
        let mut ids: Vec<String> = Vec::new();
        for element in blocks
            .iter()
            .filter(|block| block["type"] == "actions")
            .flat_map(|block| block["elements"].as_array().unwrap())
        {
            ids.push(element["action_id"].to_string());
        }
        let before = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), before, "action ids are unique");
    }
}

#[test]
fn people_without_a_key_are_named_and_an_empty_card_is_still_sent() {
    let rendered = message(&addressed(Card::line(Text::new().mention(&who("p2", "Bo")))));
    assert_eq!(rendered["blocks"][0]["elements"][0]["elements"][0], json!({"type": "text", "text": "Bo"}));
    assert_eq!(message(&addressed(Card::default()))["blocks"][0]["type"], "divider");
}

#[test]
fn a_form_as_slack_gets_it() {
    let choice = |value: &str| Choice { value: value.to_owned(), label: format!("label {value}") };
    let field = |name: &str, need, input| Field {
        name: name.to_owned(),
        label: format!("About {name}"),
        hint: (name == "what").then(|| "In the customer's words".to_owned()),
        need,
        input,
    };
    let form = Form {
        kind: FormKind::Handoff,
        about: "about".to_owned(),
        title: "Hand something off to others".to_owned(),
        submit: "Hand off".to_owned(),
        fields: vec![
            field("what", Need::Required, Input::Words { initial: "abc".repeat(10), max: 20 }),
            field("line", Need::Optional, Input::Line { initial: String::new(), max: 9000 }),
            field(
                "topic",
                Need::Optional,
                Input::Choice { options: vec![choice("a"), choice("b")], initial: Some("b".to_owned()) },
            ),
            field("none", Need::Optional, Input::Choice { options: vec![], initial: None }),
            field(
                "ticks",
                Need::Optional,
                Input::Checks { options: vec![choice("c")], initial: vec!["c".to_owned()] },
            ),
            field("who", Need::Required, Input::Person),
        ],
    };
    insta::assert_snapshot!(serde_json::to_string_pretty(&form::view(&form)).unwrap());
    let mends = [Mend { field: "what".to_owned(), why: "A few more words".to_owned() }];
    assert_eq!(
        form::complaints(&mends),
        json!({"response_action": "errors", "errors": {"what": "A few more words"}})
    );
}
