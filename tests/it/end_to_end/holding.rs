//! One holder at every moment: races, second presses, old cards, giving back, and leaving the company.

use super::harness::Setup;

#[tokio::test(flavor = "multi_thread")]
async fn two_who_press_at_once_are_both_answered_kindly() {
    let mut story = Setup::new().setting("offer_timeout", "\"1s\"").start().await;
    let (bo, cy) = (story.slack.as_user("bo"), story.slack.as_user("cy"));
    story.volunteers(&["bo", "cy"], "billing").await;
    story.slash("ana", "/handoff", "billing Refund for Globex").await;
    let (to_bo, to_cy) = (story.dm("bo", &["[Accept]"]).await, story.dm("cy", &["[Accept]"]).await);
    tokio::join!(bo.press(&to_bo, "Accept"), cy.press(&to_cy, "Accept"));
    let ana = story.dm("ana", &["has it now"]).await;
    let (first, second) =
        if super::harness::seen(&ana).contains("Bo has it now") { ("bo", "cy") } else { ("cy", "bo") };
    story.whispered(first, &["It is yours."]).await;
    story.whispered(second, &["was a second faster. Thank you for reaching for it."]).await;
    let (won, lost) = if first == "bo" { (to_bo, to_cy) } else { (to_cy, to_bo) };
    story.becomes(&won, &["You have this one."]).await;
    story.becomes(&lost, &["took this one."]).await;
    // A second press, and one on the card as it was.
    story.press(first, &won, "Accept", &["It is yours already. Thank you."]).await;
    story.press(second, &lost, "Accept", &["was a second faster"]).await;
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_cards_answer_what_is_true_now() {
    let mut story = Setup::new().start().await;
    story.volunteers(&["bo"], "billing").await;
    story.slash("ana", "/handoff", "billing Refund for Globex").await;
    let offer = story.dm("bo", &["[Accept]"]).await;
    let status = story.dm("ana", &["[Withdraw]"]).await;
    story
        .press("ana", &status, "Still waiting", &["Nobody has accepted it yet, and it is not forgotten."])
        .await;
    story.press("ana", &status, "Withdraw", &["Withdrawn."]).await;
    story.becomes(&offer, &["This one is over; nothing is left to do."]).await;
    story.press("bo", &offer, "Accept", &["This one is over already; nothing is left to do."]).await;
    story.choose("bo", &offer, "Busy", &["over"]).await;
    story.press("ana", &status, "Withdraw", &["This one is over already"]).await;
    let now = story.becomes(&status, &["[Reopen]"]).await;
    story.press("ana", &now, "Reopen", &["It is open again."]).await;
    story.press("ana", &now, "Reopen", &["This one is still open."]).await;
    // A request that somebody else handed off is not for others to withdraw.
    let status = story.becomes(&status, &["[Withdraw]"]).await;
    let mut copied = status.clone();
    copied.channel = story.slack.channel_id("sales");
    story.press("cy", &copied, "Withdraw", &["That is up to whoever asked or handed it off"]).await;
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn given_back_it_goes_on_or_returns() {
    let mut story = Setup::new().start().await;
    story.volunteers(&["bo", "cy"], "billing").await;
    story.slash("ana", "/handoff", "billing Refund for Globex").await;
    let offer = story.dm("bo", &["[Accept]"]).await;
    story.press("bo", &offer, "Accept", &["It is yours."]).await;
    let card = story.becomes(&offer, &["[Give back]"]).await;
    let choice = story
        .press("bo", &card, "Give back", &["Where should it go?", "[On to the next]", "[Back to Ana]"])
        .await;
    story
        .press("bo", &choice, "On to the next", &["Fine, and thank you for having had it. I am asking Cy."])
        .await;
    story.becomes(&card, &["This one has moved on."]).await;
    story.dm("ana", &["Bo gave this back, and that is fine.", "I am asking Cy."]).await;
    let offer = story.dm("cy", &["[Accept]"]).await;
    story.press("cy", &offer, "Accept", &["It is yours."]).await;
    let card = story.becomes(&offer, &["[Give back]"]).await;
    let status = story.dm("ana", &["Cy has it now", "[Still waiting]"]).await;
    story.press("ana", &status, "Still waiting", &["I told Cy that you still wait."]).await;
    let asked = story.dm("cy", &["Ana still waits for this", "[Still on it]"]).await;
    story.press("cy", &asked, "Still on it", &["Good. I leave you to it for a while."]).await;
    story.press("ana", &status, "Still waiting", &["Cy knows that you wait."]).await;
    let choice = story.press("cy", &card, "Give back", &["[Back to Ana]"]).await;
    story.press("cy", &choice, "Back to Ana", &["Ana has it back."]).await;
    let back = story.dm("ana", &["Cy gave this back", "You have it again.", "[Pass on]", "[Done]"]).await;
    story.press("ana", &back, "Pass on", &["Passed on to billing"]).await;
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_holder_leaves_it_is_offered_on() {
    let mut story = Setup::new().start().await;
    story.volunteers(&["bo", "cy"], "billing").await;
    story.slash("ana", "/handoff", "billing Refund for Globex").await;
    let offer = story.dm("bo", &["[Accept]"]).await;
    story.press("bo", &offer, "Accept", &["It is yours."]).await;
    let status = story.dm("ana", &["Bo has it now"]).await;
    story.slack.as_user("bo").deactivate();
    story.dm("ana", &["Bo is no longer here, so it goes on.", "I am asking Cy."]).await;
    let offer = story.dm("cy", &["Refund for Globex", "[Accept]"]).await;
    story.becomes(&status, &["Holder: You"]).await;
    story.press("cy", &offer, "Accept", &["It is yours."]).await;
    story.becomes(&status, &["Cy has it now"]).await;
    // The two may not have been introduced yet when Bo left.
    story.well(&["code=user_disabled"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_holder_is_reminded_and_then_it_goes_on() {
    let mut story = Setup::new().setting("stale_after", "\"2s\"").start().await;
    story.volunteers(&["bo", "cy"], "billing").await;
    story.slash("ana", "/handoff", "billing Refund for Globex").await;
    let offer = story.dm("bo", &["[Accept]"]).await;
    story.press("bo", &offer, "Accept", &["It is yours."]).await;
    story.dm("bo", &["This one has been quiet for a while. Are you still on it?", "[Still on it]"]).await;
    story.dm("ana", &["It has been quiet with Bo for a while, so it goes on. I am asking Cy."]).await;
    story.dm("cy", &["Refund for Globex", "[Accept]"]).await;
    story.well(&[]).await;
}
