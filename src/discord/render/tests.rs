//! Rendering: what is typed stays typed, limits hold as twilight knows them, nothing else is lost.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::Value;
use twilight_model::channel::message::{Component, Embed};

use super::*;
use crate::chat::card::{Tone, Weight};
use crate::chat::command::{Command, DeclineChoice, RequestsCommand};
use crate::chat::form::{Choice, Field, Form, FormKind, Input, Need};
use crate::chat::text::{Moment, Span, Who};

const GUILD: &str = "197038439483310086";

fn guild() -> WorkspaceKey {
    GUILD.into()
}

fn addressed(said: Card) -> Addressed<Card> {
    Addressed { said, users: BTreeMap::from([("p1".into(), "101".into())]), zone: TimeZone::UTC }
}

fn who(id: &str, name: &str) -> Who {
    Who { id: id.into(), name: name.to_owned() }
}

fn rendered(card: Card) -> Value {
    let message = message(&addressed(card), &guild());
    valid(&message);
    message
}

/// Holds a message against Discord's limits as twilight knows them, and a few that it does not know.
fn valid(message: &Value) {
    let content = message["content"].as_str().unwrap();
    twilight_validate::message::content(content).unwrap();
    let embeds: Vec<Embed> = serde_json::from_value(message["embeds"].clone()).unwrap();
    twilight_validate::message::embeds(&embeds).unwrap();
    let all: usize = embeds.iter().map(twilight_validate::embed::chars).sum();
    assert!(all <= 6000, "{all}");
    assert!(!content.is_empty() || !embeds.is_empty());
    let components: Vec<Component> = serde_json::from_value(message["components"].clone()).unwrap();
    twilight_validate::message::components(&components, false).unwrap();
    let mut ids = Vec::new();
    for row in message["components"].as_array().unwrap() {
        for component in row["components"].as_array().unwrap() {
            ids.extend(component["custom_id"].as_str().map(str::to_owned));
            let mut values: Vec<&str> = Vec::new();
            for option in component["options"].as_array().into_iter().flatten() {
                values.push(option["value"].as_str().unwrap());
            }
            let before = values.len();
            values.sort_unstable();
            values.dedup();
            assert_eq!(values.len(), before, "a value stands twice in a menu");
        }
    }
    let before = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), before, "a custom id stands twice: {ids:?}");
    assert_eq!(message["allowed_mentions"]["parse"], serde_json::json!([]));
}

fn offer() -> Card {
    let declines = DeclineChoice::ALL
        .map(|choice| (choice.as_str().to_owned(), Command::Decline("r1".into(), 0, choice)));
    Card::line(Text::new().who(&who("p1", "Ana")).say(" asks for a customer:"))
        .titled("Billing")
        .tone(Tone::Ask)
        .quoting("refund stuck since *Monday*\n@everyone <@&5>")
        .fact("Until", Text::new().at(Timestamp::from_second(1_700_000_000).unwrap(), Moment::Time))
        .button("Accept", Command::Accept("r1".into(), Some(0)), Weight::Main)
        .menu("Decline", declines.to_vec())
        .link("Open", "https://discord.com/channels/1/2/3")
        .small("Why you: *billing*, in your hours")
}

#[test]
fn an_offer_as_discord_gets_it() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&rendered(offer())).unwrap());
}

#[test]
fn a_line_needs_no_embed() {
    let card = Card::line(Text::plain("Passed to ").bold("billing").say(". I asked Bo."))
        .small(Text::plain("More: ").code("/service help"));
    insta::assert_snapshot!(serde_json::to_string_pretty(&rendered(card)).unwrap());
}

#[test]
fn an_introduction_notifies_those_it_names_and_nobody_else() {
    let line = Text::new().mention(&who("p1", "Ana")).say(", meet ").mention(&who("p2", "Bo"));
    let message = rendered(Card::line(line).quoting("<@103> @here"));
    assert_eq!(message["content"], "<@101>, meet Bo");
    assert_eq!(message["allowed_mentions"]["users"], serde_json::json!(["101"]));
    // Mentioned within an embed, people would not notice.
    let far = Card::line("Hello").part(Card::line(Text::new().mention(&who("p1", "Ana"))));
    let message = rendered(far);
    assert_eq!(message["content"], "<@101> \nHello");
    let both = message_to(&addressed(Card::line("Hello")), &guild(), &["104".into(), "x".into()]);
    assert_eq!(both["content"], "<@104> \nHello");
    assert_eq!(both["allowed_mentions"]["users"], serde_json::json!(["104"]));
}

#[test]
fn a_list_with_few_buttons_numbers_them() {
    let entry = |n: usize| {
        Card::line(format!("#{n} · refund stuck"))
            .button("Accept", Command::Accept(format!("r{n}").as_str().into(), Some(0)), Weight::Main)
            .link("Open message", "https://discord.com/channels/1/2/3")
    };
    let list =
        Card::default().titled("Offers to you").part(entry(17)).part(entry(18)).part(Card::line("more"));
    insta::assert_snapshot!(serde_json::to_string_pretty(&rendered(list)).unwrap());
}

#[test]
fn no_action_of_a_long_list_is_lost() {
    let mut section = Card::default().titled("You hold");
    for n in 0..12 {
        let request = || format!("r{n}").as_str().into();
        let declines = DeclineChoice::ALL.map(|c| (c.as_str().to_owned(), Command::Decline(request(), 0, c)));
        section = section.part(
            Card::line(format!("#{n} · something of some length that is held"))
                .button("Done", Command::DoneForm(request()), Weight::Main)
                .button("Give back", Command::GiveBackChoice(request()), Weight::Plain)
                .menu("Decline", declines.to_vec()),
        );
    }
    let home = Card::default()
        .button("Hand something off", Command::Handoff(String::new()), Weight::Main)
        .part(section);
    let message = rendered(home);
    let text = message["components"].to_string();
    for n in 0..12 {
        assert!(text.contains(&format!("done:r{n}@{GUILD}")), "{n}");
        assert!(text.contains(&format!("decline:r{n}:0:knows_who@{GUILD}")), "{n}");
    }
    assert!(text.contains("\"2 · Decline: busy\""));
    assert!(message["components"].as_array().unwrap().len() <= 5);
}

#[test]
fn nothing_typed_costs_anything_else() {
    for typed in ["x", "*", "<@1> ", "\n\n", "😀", "`[](", "1. "] {
        let long = typed.repeat(9_000);
        let card = offer()
            .quoting(&long)
            .fact("Customer", long.as_str())
            .and(Text::plain(long.as_str()))
            .and(Text::new().bold(long.as_str()).quote(long.as_str()).code(long.as_str()))
            .small(long.as_str())
            .part(Card::line("the last part").titled("Last"));
        let message = rendered(card);
        let all = message.to_string();
        assert!(all.contains("accept:r1:0") && all.contains("the last part"), "{typed:?}");
    }
    let mut many = Card::line("facts");
    for n in 0..60 {
        many = many.fact(&format!("Label {n}"), "value");
    }
    let all = rendered(many).to_string();
    assert!(all.contains("Label 24") && all.contains("Label 59"));
    let mut parts = Card::default();
    for n in 0..40 {
        parts = parts.part(Card::line("x".repeat(400)).titled(format!("Part {n}")));
    }
    rendered(parts);
    assert_eq!(rendered(Card::default())["content"], "–");
}

/// Everything that could be typed to become something else.
const EVIL: [&str; 44] = [
    "<@101>",
    "<@!101>",
    "<@&101>",
    "<#101>",
    "<t:1700000000:R>",
    "</handoff:101>",
    "<id:customize>",
    "<:smile:101>",
    "<a:smile:101>",
    "<https://evil.example>",
    "@everyone",
    "@here",
    "@Everyone",
    "https://evil.example",
    "HTTP://evil.example",
    "steam://run",
    "[bank](https://evil.example)",
    "[bank](<https://evil.example>)",
    "discord.gg/abc",
    "Discord.GG/abc",
    "discord.com/invite/abc",
    "discordapp.com/invite/abc",
    "*i*",
    "**b**",
    "_i_",
    "__u__",
    "***x***",
    "~~s~~",
    "||hidden||",
    "`code`",
    "```block```",
    "# big",
    "## big",
    "-# small",
    "- item",
    "+ item",
    "1. item",
    "  23. item",
    "> quote",
    ">>> quote",
    ":tada:",
    ":+1:",
    "\\*x\\*",
    "\\",
];

/// Reads Markdown as Discord does, far enough to tell whether anything in it means something: the words
/// as they are shown, or what was found.
fn read(markdown: &str) -> Result<String, String> {
    let lower = markdown.to_lowercase();
    // What Discord looks for in the words as they were sent, before it reads them as Markdown.
    for found in [
        "@everyone",
        "@here",
        "http://",
        "https://",
        "steam://",
        "discord.gg",
        "discord.com",
        "discordapp.com",
    ] {
        if lower.contains(found) {
            return Err(found.to_owned());
        }
    }
    for (at, _) in markdown.match_indices("<@") {
        if markdown[at + 2..].starts_with(|c: char| c.is_ascii_digit() || matches!(c, '!' | '&')) {
            return Err("<@".to_owned());
        }
    }
    let letters: Vec<char> = markdown.chars().collect();
    let mut shown = String::new();
    let mut at = 0;
    let mut line = true;
    while at < letters.len() {
        let (c, next) = (letters[at], letters.get(at + 1).copied());
        if c == '\\' && next.is_some_and(|next| !next.is_ascii_alphanumeric() && !next.is_whitespace()) {
            shown.extend(next);
            at += 2;
            line = false;
            continue;
        }
        if "*_~`|<>[]\\".contains(c) || (line && matches!(c, '#' | '-' | '+')) {
            return Err(format!("{c} in {markdown:?}"));
        }
        let rest: String = letters[at..].iter().collect();
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        if line && digits > 0 && rest[digits..].starts_with('.') {
            return Err(format!("a list in {markdown:?}"));
        }
        if let Some(name) = rest.strip_prefix(':')
            && let Some(end) = name.find(':')
            && end > 0
            && name[..end].chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '+' | '-'))
        {
            return Err(format!("an emoji in {markdown:?}"));
        }
        line = c == '\n' || (line && (c == ' ' || c == '\t'));
        if c != '\u{200b}' {
            shown.push(c);
        }
        at += 1;
    }
    Ok(shown)
}

#[test]
fn what_is_typed_is_shown_as_it_was_typed() {
    for typed in EVIL {
        for words in
            [typed.to_owned(), format!("words {typed} words"), format!("words\n{typed}"), typed.repeat(3)]
        {
            assert_eq!(read(&escape(&words)).as_deref(), Ok(words.as_str()), "{words:?}");
        }
    }
    assert_eq!(
        escape("Refund for O'Neil at 09:25, #17, bo@globex.com (50%)"),
        "Refund for O'Neil at 09:25, #17, bo@globex.com (50%)"
    );
    // The reader of this test finds what is there to be found.
    let unread: Vec<&str> = EVIL.into_iter().filter(|typed| read(typed).as_deref() == Ok(typed)).collect();
    assert_eq!(unread, Vec::<&str>::new());
}

proptest! {
    #[test]
    fn no_mixture_of_it_means_anything(pieces in prop::collection::vec(
        prop_oneof![
            prop::sample::select(EVIL.to_vec()).prop_map(str::to_owned),
            "[ -~\\n]{0,6}",
            "[<>@#:/.*_~`|\\\\!&0-9a-e \\n-]{0,8}",
        ], 0..6)) {
        let words = pieces.concat();
        let shown = read(&escape(&words));
        prop_assert_eq!(shown.as_deref(), Ok(words.as_str()), "{}", escape(&words));
    }

    #[test]
    fn no_card_exceeds_a_limit(typed in "[ -~\\n]{0,3000}", times in 1_usize..4, parts in 0_usize..30) {
        let words = typed.repeat(times);
        let mut card = offer().quoting(&words).and(words.as_str()).fact("What", words.as_str());
        for n in 0..parts {
            let request = format!("r{n}");
            card = card.part(
                Card::line(words.chars().take(200).collect::<String>())
                    .button("Done", Command::DoneForm(request.as_str().into()), Weight::Main),
            );
        }
        rendered(card);
    }
}

#[test]
fn typed_words_stay_words_in_every_span() {
    let evil = "<@9> @everyone **b** [x](https://evil.example) discord.gg/abc";
    let line = Text::plain(evil)
        .bold(evil)
        .quote(evil)
        .code(evil)
        .who(&who("p1", evil))
        .mention(&who("p2", evil))
        .span(Span::Link { url: "javascript:alert(1)".to_owned(), label: evil.to_owned() })
        .span(Span::Channel(evil.into()));
    let card = Card::line(line.clone())
        .titled(line.clone())
        .quoting(evil)
        .fact(evil, line.clone())
        .small(line.clone())
        .part(Card::line(line.clone()).titled(line));
    let message = rendered(card);
    let mut parsed: Vec<String> = vec![message["content"].as_str().unwrap().to_owned()];
    for embed in message["embeds"].as_array().unwrap() {
        parsed.extend(
            [&embed["title"], &embed["description"]].map(|text| text.as_str().unwrap_or("").to_owned()),
        );
        for field in embed["fields"].as_array().into_iter().flatten() {
            parsed.extend([&field["name"], &field["value"]].map(|text| text.as_str().unwrap().to_owned()));
        }
    }
    for text in parsed {
        assert!(!text.contains("<@9") && !text.contains("@everyone"), "{text}");
        assert!(!text.contains("https://evil") && !text.contains("discord.gg"), "{text}");
    }
    assert_eq!(message["allowed_mentions"]["users"], serde_json::json!([]));
    let card_of_it = Card::line(
        Text::new()
            .span(Span::Link { url: "https://a.example/(x)<y>".to_owned(), label: "a [label]".to_owned() }),
    );
    assert_eq!(rendered(card_of_it)["content"], "[a \\[label\\]](<https://a.example/%28x%29%3Cy%3E>)");
}

#[test]
fn times_and_channels_are_discords_own() {
    let at = Timestamp::from_second(1_700_000_000).unwrap();
    let line = Text::new()
        .at(at, Moment::Time)
        .say(" ")
        .at(at, Moment::DayTime)
        .say(" ")
        .span(Span::Channel("102".into()))
        .say(" ")
        .span(Span::Channel("#billing".into()));
    assert_eq!(rendered(Card::line(line))["content"], "<t:1700000000:t> <t:1700000000:F> <#102> \\#billing");
}

#[test]
fn a_quiet_card_is_not_painted() {
    let done = || Command::DoneForm("r1".into());
    let style = |tone, weight| {
        rendered(Card::line("x").tone(tone).button("Done", done(), weight))["components"][0]["components"][0]
            ["style"]
            .clone()
    };
    assert_eq!(style(Tone::Ask, Weight::Main), 1);
    assert_eq!(style(Tone::Quiet, Weight::Main), 2);
    assert_eq!(style(Tone::Plain, Weight::Plain), 2);
    assert_eq!(style(Tone::Quiet, Weight::Ending), 4);
    let twice = Card::line("x")
        .button("Show", Command::Requests(RequestsCommand::Mine), Weight::Plain)
        .button("Show", Command::Requests(RequestsCommand::Mine), Weight::Plain);
    assert_eq!(rendered(twice)["components"][0]["components"].as_array().unwrap().len(), 1);
}

#[test]
fn a_form_as_discord_gets_it() {
    let choice = |value: &str| Choice { value: value.to_owned(), label: format!("label {value}") };
    let field = |name: &str, need, input| Field {
        name: name.to_owned(),
        label: format!("About {name}"),
        hint: (name == "what").then(|| "In the customer's words".to_owned()),
        need,
        input,
    };
    let fields = vec![
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
    ];
    let about = "0198f1c7-0000-7000-8000-000000000001:12".to_owned();
    let handoff = Form {
        kind: FormKind::Handoff,
        about,
        title: "Hand something off to others".to_owned(),
        submit: "Hand off".to_owned(),
        fields,
    };
    let modal = form(&handoff, &guild());
    insta::assert_snapshot!(serde_json::to_string_pretty(&modal).unwrap());
    let components: Vec<Component> = serde_json::from_value(modal["components"].clone()).unwrap();
    for component in &components {
        twilight_validate::component::component_v2(component).unwrap();
    }
    assert!(modal["custom_id"].as_str().unwrap().len() <= 100);
    // More topics than Discord takes: the one that is chosen is among those shown.
    let topics: Vec<Choice> = (0..40).map(|n| choice(&n.to_string())).collect();
    let many = Input::Choice { options: topics, initial: Some("39".to_owned()) };
    let crowded = Form { fields: vec![field("topic", Need::Required, many)], ..handoff };
    let options = form(&crowded, &guild())["components"][0]["component"]["options"].clone();
    assert_eq!(options.as_array().unwrap().len(), 25);
    assert_eq!(options[24]["value"], "39");
}
