//! Who is asked when the first cannot: the next, whom they name, the channel, the steward, the last one.

use super::harness::{Setup, seen};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_declines_hears_who_is_asked_next() {
    let mut story = Setup::new().start().await;
    story.volunteers(&["bo", "cy"], "billing").await;
    story.slash("ana", "/handoff", "billing Refund for Globex").await;
    let status = story.dm("ana", &["I asked Bo."]).await;
    let to_bo = story.dm("bo", &["[Accept]"]).await;
    story.choose("bo", &to_bo, "Busy", &["Fine. I am asking Cy."]).await;
    story.becomes(&to_bo, &["You passed on this one, and that is fine."]).await;
    story.becomes(&status, &["I asked Cy."]).await;
    let to_cy = story.dm("cy", &["[Accept]"]).await;
    story.choose("cy", &to_cy, "Not today", &["Fine. I am asking everyone in #"]).await;
    story.becomes(&status, &["I asked everyone in #"]).await;
    let card =
        story.in_channel("billing", &["Ana asks: Refund for Globex.", "Whoever presses first has it"]).await;
    // Anybody who reads it may take it.
    story.press("dee", &card, "Accept", &["It is yours."]).await;
    story.becomes(&card, &["Dee took this one."]).await;
    story.becomes(&status, &["Dee has it now"]).await;
    story.dm("dee", &["You have this one", "[Done]"]).await;

    // Not today is not today.
    story.slash("ana", "/handoff", "billing And one for Initech").await;
    let to_bo = story.dm("bo", &["Initech"]).await;
    story.choose("bo", &to_bo, "Not mine", &["Fine. I am asking everyone in #"]).await;
    assert_eq!(story.slack.dm_with("cy").len(), 1, "{}", story.everything_to("cy"));
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_knows_who_names_a_colleague() {
    let mut story = Setup::new().start().await;
    let bo = story.slack.as_user("bo");
    story.volunteers(&["bo"], "billing").await;
    story.slash("ana", "/handoff", "billing Refund for Globex").await;
    let offer = story.dm("bo", &["[Accept]"]).await;
    bo.choose(&offer, "I know who").await;
    story.modal("bo", &["Who knows about this?", "I ask them next. They can pass as well."]).await;
    for not in ["@bo", "@eve", "@gus", "@goodturn", "@ana"] {
        let errors: Vec<String> =
            bo.submit(&[("Who knows about this?", not)]).await.errors().into_values().collect();
        assert_eq!(
            errors,
            ["I can ask colleagues only, and not who handed it off. Pick somebody else."],
            "{not}"
        );
    }
    bo.submit(&[("Who knows about this?", "@cy")]).await;
    story.modal("bo", &["Fine. I am asking Cy."]).await;
    story.becomes(&offer, &["You passed on this one"]).await;
    let to_cy = story.dm("cy", &["Why you: Bo says that you know about this", "Bo named you"]).await;
    story.press("cy", &to_cy, "Accept", &["It is yours."]).await;
    story.dm("ana", &["Cy has it now"]).await;
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_word_it_goes_on_up_to_the_last_one() {
    let mut story = Setup::new().setting("offer_timeout", "\"1s\"").start().await;
    story.volunteers(&["bo", "cy"], "billing").await;
    story.slash("ana", "/handoff", "billing Refund for Globex").await;
    let to_bo = story.dm("bo", &["[Accept]"]).await;
    let to_cy = story.dm("cy", &["[Accept]"]).await;
    story.becomes(&to_bo, &["It went on to the next; you can still take it.", "[Accept]"]).await;
    let card = story.in_channel("billing", &["Who can take it?"]).await;
    story.becomes(&to_cy, &["you can still take it."]).await;
    // Dee and Fay are found though they never used the bot.
    let to_dee = story.dm("dee", &["Why you: you care for billing", "You are the steward of billing"]).await;
    story.becomes(&card, &["I went on asking; anybody here can still take it."]).await;
    let to_fay = story.dm("fay", &["nobody on billing could take it", "You are asked last of all"]).await;
    story.becomes(&to_dee, &["you can still take it."]).await;
    let told = story
        .dm("ana", &["I asked everybody who is in on billing, and nobody could take it yet.", "[Urgent]"])
        .await;
    assert!(seen(&told).contains("You hold it until then"), "{}", seen(&told));
    // It is never too late to take it.
    story.press("bo", &to_bo, "Accept", &["It is yours."]).await;
    for card in [&to_cy, &card, &to_dee, &to_fay] {
        story.becomes(card, &["Bo took this one."]).await;
    }
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn out_of_hours_the_truth_is_told_and_urgent_is_a_way_out() {
    let mut story =
        Setup::new().setting("office_hours", &format!("\"{} 09:00-17:00\"", another_day())).start().await;
    story.volunteers(&["bo"], "billing").await;
    let told = story.slash("ana", "/handoff", "billing Refund for Globex").await;
    assert!(told.contains("Nobody on billing") && told.contains("Bo is back"), "{told}");
    assert!(told.contains("09:00. You hold it until then; if it cannot wait, press Urgent."), "{told}");
    let status = story.dm("ana", &["where nobody can take it right now", "Holder: You"]).await;
    assert!(story.slack.dm_with("bo").is_empty() && story.slack.dm_with("dee").is_empty());
    story.press("ana", &status, "Urgent", &["It does not wait for office hours any more."]).await;
    story.in_channel("billing", &["Refund for Globex", "Urgent: it does not wait for office hours."]).await;
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_private_is_never_shown_in_the_channel() {
    let mut story = Setup::new().start().await;
    let ana = story.slack.as_user("ana");
    story.volunteers(&["bo"], "billing").await;
    story.slash("ana", "/handoff", "").await;
    story.modal("ana", &["Hand something off"]).await;
    ana.submit(&[
        ("What does the person need?", "A word about the salary of Zed"),
        ("Which topic is it?", "billing"),
        ("Handle it with care", "Private: only those asked see it"),
    ])
    .await;
    let offer = story.dm("bo", &["A word about the salary of Zed", "Private"]).await;
    story.choose("bo", &offer, "Busy", &["Fine. I am asking Dee."]).await;
    let to_dee = story.dm("dee", &["A word about the salary of Zed"]).await;
    story.press("dee", &to_dee, "Accept", &["It is yours."]).await;
    story.in_group(&["ana", "dee"], &["A word about the salary of Zed"]).await;
    story.well(&[]).await;
    for channel in ["billing", "sales", "front-desk", "general", "kudos"] {
        assert!(story.slack.messages(channel).is_empty(), "{}", story.slack.read(channel));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_to_be_disturbed_is_not_disturbed() {
    let mut story = Setup::new().start().await;
    story.volunteers(&["bo", "cy"], "billing").await;
    story.volunteers(&["cy", "bo"], "contracts").await;
    story.slack.as_user("bo").set_dnd(1_000, 4_000_000_000);
    story.slash("ana", "/handoff", "billing Refund for Globex").await;
    story.dm("cy", &["Refund for Globex", "[Accept]"]).await;
    story.dm("ana", &["I asked Cy."]).await;
    story.slack.as_user("bo").set_dnd(1_000, 1_001);
    story.slack.as_user("cy").set_status("Out of office, back in May", ":palm_tree:", 0);
    story.slack.settled().await;
    story.slash("ana", "/handoff", "contracts The terms of Initech").await;
    story.dm("bo", &["The terms of Initech", "[Accept]"]).await;
    assert_eq!(story.slack.dm_with("cy").len(), 1, "{}", story.everything_to("cy"));
    assert_eq!(story.slack.dm_with("bo").len(), 1, "{}", story.everything_to("bo"));
    story.well(&[]).await;
}

/// A day of the week on which it is not today anywhere.
#[expect(clippy::disallowed_methods, reason = "the program lives by the clock of the wall")]
fn another_day() -> &'static str {
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").expect("it is there");
    let today = jiff::Timestamp::now().to_zoned(zone).weekday().to_monday_zero_offset();
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    days[(usize::try_from(today).expect("a day of the week") + 3) % 7]
}
