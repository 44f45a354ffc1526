//! One process on both platforms at once: a request goes from Discord to Slack and back, and the other
//! way round, and is one request all the way.

use super::harness::{Setup, Story, has, seen};
use super::on_discord::{answered, becomes, count, dm, form};
use crate::fake_discord::FakeDiscord;
use crate::fake_discord::town::Town;

/// Both platforms, made one organisation by Dee, who is an admin of both.
async fn joined() -> (Story, FakeDiscord) {
    let discord = FakeDiscord::start(Town::sample()).await;
    let setup = Setup::new().setting("staff_roles", "[\"staff\"]").setting("escalation", "\"@fay\"");
    let story = setup.beside(&discord).start().await;
    discord.connected(1).await;
    let given = discord.as_user("dee").command("sales", "service link", &[]).await;
    let card = answered(&discord, &given, &["Type there, within 10 minutes:", "/service link "]).await;
    let code = code_in(&card.text());
    // Somebody who is no admin joins nothing.
    let told = story.slash("ana", "/service", &format!("link {code}")).await;
    assert!(told.contains("Somebody who is an admin of both can join the two"), "{told}");
    let told = story.slash("dee", "/service", &format!("link {code}")).await;
    assert!(
        told.contains("Topics of the same name become one.") && told.contains("[Join the two]"),
        "{told}"
    );
    let card = story.slack.ephemerals("dee").pop().expect("just shown");
    story
        .press("dee", &card, "Join the two", &["Done. This workspace and acme are one organisation now."])
        .await;
    dm(&discord, "dee", &["Good Company", "has joined this one"]).await;
    // Good once.
    let told = story.slash("dee", "/service", &format!("link {code}")).await;
    assert!(told.contains("are linked already"), "{told}");
    (story, discord)
}

/// The code in the card that gave it.
fn code_in(card: &str) -> String {
    let (_, rest) = card.split_once("/service link ").expect("it was just found");
    rest.chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// What must be true of both sides at the end.
async fn well(mut story: Story, discord: &FakeDiscord) {
    story.well(&[]).await;
    // A process that was killed between an answer and the mark answers again; Discord lets one through.
    let mut violations = discord.violations();
    violations.retain(|told| !told.contains(": a second answer to "));
    assert_eq!(violations, Vec::<String>::new(), "{}", discord.overview());
    let log = story.program.log();
    for secret in [discord.token(), story.slack.bot_token(), "Globex".to_owned()] {
        assert!(!log.contains(&secret), "{secret} in the log:\n{log}");
    }
}

/// How many messages of the bot to this person on Slack have these words.
fn on_slack(story: &Story, who: &str, words: &[&str]) -> usize {
    story.slack.dm_with(who).iter().filter(|m| m.author == "goodturn" && has(&seen(m), words)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_discord_to_slack_and_back() {
    let (mut story, discord) = joined().await;
    let (ana, bo) = (discord.as_user("ana"), story.slack.as_user("bo"));
    story.volunteers(&["bo"], "billing").await;
    let asked = ana
        .command("sales", "handoff", &[("topic", "billing"), ("request", "Refund for Globex stuck")])
        .await;
    answered(&discord, &asked, &["Passed to billing. I asked Bo", "You hold it until someone accepts."])
        .await;
    let offer = story.dm("bo", &["Ana Araujo asks: Refund for Globex stuck", "[Accept]"]).await;
    let status = dm(&discord, "ana", &["Passed to billing. I asked Bo.", "[Withdraw]"]).await;

    // A power cut in the middle; Ana goes on meanwhile.
    story.killed().await;
    ana.say("dm", "billing Is the discount for Globex agreed?");
    story.restarted().await;
    story.dm("bo", &["Is the discount for Globex agreed?", "[Accept]"]).await;
    dm(&discord, "ana", &["Is the discount for Globex agreed?", "[Withdraw]"]).await;

    story
        .press("bo", &offer, "Accept", &["It is yours. Thank you. I told Ana Araujo that you have it"])
        .await;
    let card = story.becomes(&offer, &["You have this one.", "[Send to requester]"]).await;
    becomes(&discord, &status, &["Bo has it now", "Bo, since"]).await;

    // What Bo writes arrives after a preview and a press, once.
    bo.press(&card, "Send to requester").await;
    story.modal("bo", &["Write to them", "For Ana Araujo", "[Preview]"]).await;
    bo.submit(&[("Your words", "Which invoice of Globex is it?")]).await;
    story
        .modal("bo", &["This is what Ana Araujo will read from you", "Which invoice of Globex", "[Send]"])
        .await;
    assert_eq!(count(&discord, "ana", &["Which invoice"]), 0, "nothing arrives before it is sent");
    let preview = story.slack.modal("bo").expect("just seen");
    bo.press(&preview, "Send").await;
    story.modal("bo", &["On its way to Ana Araujo."]).await;
    let arrived =
        dm(&discord, "ana", &["Bo", "writes to", "Which invoice of Globex is it?", "[Answer]"]).await;

    ana.press(&arrived, "Answer").await;
    let answer = form(&discord, "ana", &["Write to them"]).await;
    let previewed = ana.submit(&answer, &[("Your words", "Number 77 of Globex")]).await;
    let preview =
        answered(&discord, &previewed, &["will read from you", "Number 77 of Globex", "[Send]"]).await;
    let sent = ana.press(&preview, "Send").await;
    assert!(sent.text().contains("On its way to Bo.") || sent.kind() == 5, "{:?}", sent.body);
    story.dm("bo", &["writes to", "Number 77 of Globex", "[Answer]"]).await;

    bo.press(&card, "Done").await;
    story.modal("bo", &["How did it end?", "[Close it]"]).await;
    bo.submit(&[("What helped?", "Sent it again by hand"), ("How did it end?", "Answered")]).await;
    story.modal("bo", &["You answered it: Sent it again by hand", "I told Ana Araujo"]).await;
    becomes(&discord, &status, &["Bo answered it: Sent it again by hand", "[Reopen]"]).await;

    story.becomes(&offer, &["This one is over", "Refund for Globex"]).await;
    for card in [["This one is over", "Refund for Globex"], ["Ana Araujo asks", "Is the discount for Globex"]]
    {
        assert_eq!(on_slack(&story, "bo", &card), 1, "{}", story.everything_to("bo"));
    }
    assert_eq!(count(&discord, "ana", &["Which invoice"]), 1, "{}", discord.overview());
    assert_eq!(on_slack(&story, "bo", &["Number 77"]), 1, "{}", story.everything_to("bo"));
    well(story, &discord).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_slack_to_discord_and_back() {
    let (mut story, discord) = joined().await;
    let (ana, cy) = (story.slack.as_user("ana"), discord.as_user("cy"));
    let told = cy.command("sales", "volunteer join", &[("topics", "contracts")]).await;
    answered(&discord, &told, &["You volunteer for contracts now"]).await;
    let told = story.slash("ana", "/handoff", "contracts May Globex shorten the notice period?").await;
    assert!(told.starts_with("Passed to contracts. I asked Cy Chen"), "{told}");
    let offer = dm(&discord, "cy", &["Ana asks: May Globex shorten the notice period?", "[Accept]"]).await;
    let status = story.dm("ana", &["Passed to contracts. I asked Cy Chen.", "[Withdraw]"]).await;
    cy.press(&offer, "Accept").await;
    let card = becomes(&discord, &offer, &["You have this one.", "[Done]", "[Send to requester]"]).await;
    story.becomes(&status, &["Cy Chen has it now", "Holder: Cy Chen, since "]).await;

    cy.press(&card, "Send to requester").await;
    let words = form(&discord, "cy", &["Write to them"]).await;
    let previewed = cy.submit(&words, &[("Your words", "By how much, for Globex?")]).await;
    let preview = answered(&discord, &previewed, &["By how much, for Globex?", "[Change]"]).await;
    cy.press(&preview, "Change").await;
    let words = form(&discord, "cy", &["Write to them", "By how much, for Globex?"]).await;
    let previewed = cy.submit(&words, &[("Your words", "By how many weeks, for Globex?")]).await;
    let preview = answered(&discord, &previewed, &["By how many weeks", "[Send]"]).await;

    story.killed().await;
    story.restarted().await;
    cy.press(&preview, "Send").await;
    let arrived = story.dm("ana", &["writes to", "By how many weeks, for Globex?", "[Answer]"]).await;
    assert_eq!(on_slack(&story, "ana", &["By how much"]), 0, "{}", story.everything_to("ana"));
    ana.press(&arrived, "Answer").await;
    story.modal("ana", &["Write to them", "For Cy Chen"]).await;
    ana.submit(&[("Your words", "By four")]).await;
    story.modal("ana", &["By four", "[Send]"]).await;
    let preview = story.slack.modal("ana").expect("just seen");
    ana.press(&preview, "Send").await;
    story.modal("ana", &["On its way to Cy Chen."]).await;
    dm(&discord, "cy", &["writes to", "By four", "[Answer]"]).await;

    cy.press(&card, "Done").await;
    let closing = form(&discord, "cy", &["What helped?", "How did it end?"]).await;
    let done =
        cy.submit(&closing, &[("What helped?", "Legal agreed"), ("How did it end?", "Answered")]).await;
    answered(&discord, &done, &["You answered it: Legal agreed", "I told Ana"]).await;
    let closed = story.becomes(&status, &["Cy Chen answered it: Legal agreed", "[Reopen]"]).await;
    story.press("ana", &closed, "Reopen", &["It is open again. Cy Chen has it now."]).await;
    becomes(&discord, &card, &["You have this one.", "[Done]"]).await;
    assert_eq!(count(&discord, "cy", &["By four"]), 1, "{}", discord.overview());
    well(story, &discord).await;
}
