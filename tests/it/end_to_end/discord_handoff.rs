//! From the words of somebody in need to a named volunteer, on Discord, in Discord's own ways.

use super::on_discord::{Alone, answered, becomes, dm, form, in_place, threads_with};
use crate::fake_discord::state::State;
use crate::fake_discord::town::Town;

#[tokio::test(flavor = "multi_thread")]
async fn by_command_to_a_volunteer_and_to_the_end_of_it() {
    let story = Alone::start(Town::sample(), &["bo"]).await;
    let discord = &story.discord;
    let (ana, bo) = (discord.as_user("ana"), discord.as_user("bo"));
    let choices = ana.autocomplete("sales", "handoff", &[("topic", "bil")]).await;
    assert!(choices.iter().any(|(_, value)| value == "billing"), "{choices:?}");
    story.refund().await;
    let words = ["Ana Araujo asks: Refund for Globex stuck", "Why you: billing", "[Accept]"];
    let offer = dm(discord, "bo", &words).await;
    let status = dm(discord, "ana", &["I asked Bo Berg.", "You, since", "[Withdraw]"]).await;
    bo.press(&offer, "Accept").await;
    let card = becomes(discord, &offer, &["You have this one.", "[Done]", "[Give back]"]).await;
    becomes(discord, &status, &["Bo Berg has it now"]).await;
    // The two meet in a thread of their own.
    let met = |state: &_| threads_with(state, &["ana", "bo"]).pop();
    let thread = discord.expect("a thread of the two", met).await;
    let introduced = in_place(discord, &thread, &["meet", "Refund for Globex stuck"]).await;
    assert!(introduced.pings().iter().all(|who| who == "ana" || who == "bo"), "{:?}", introduced.pings());

    bo.press(&card, "Done").await;
    let closing = form(discord, "bo", &["What helped?", "How did it end?"]).await;
    let fields = [("What helped?", "Sent it again by hand"), ("How did it end?", "Answered")];
    let done = bo.submit(&closing, &fields).await;
    answered(discord, &done, &["You answered it: Sent it again by hand", "[Undo]"]).await;
    let closed = becomes(discord, &status, &["Bo Berg answered it: Sent it again by hand", "[Reopen]"]).await;
    ana.press(&closed, "Reopen").await;
    becomes(discord, &status, &["Bo Berg has it now"]).await;
    let card = becomes(discord, &card, &["You have this one.", "[Give back]"]).await;

    let choice = bo.press(&card, "Give back").await;
    let choice = answered(discord, &choice, &["[On to the next]"]).await;
    bo.press(&choice, "On to the next").await;
    becomes(discord, &card, &["This one has moved on."]).await;
    let status = becomes(discord, &status, &["You, since"]).await;
    ana.press(&status, "Withdraw").await;
    becomes(discord, &status, &["You withdrew", "[Reopen]"]).await;
    story.well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_menus_of_a_message_and_of_a_person() {
    let story = Alone::start(Town::sample(), &["bo"]).await;
    let discord = &story.discord;
    let (ana, dee) = (discord.as_user("ana"), discord.as_user("dee"));
    let asked = ana.say("sales", "Who knows about the refund for Globex?");
    dee.message_command("Hand off", &asked).await;
    let filled =
        form(discord, "dee", &["Hand something off", "Who knows about the refund for Globex?"]).await;
    let passed = dee.submit(&filled, &[("Which topic is it?", "billing")]).await;
    answered(discord, &passed, &["Passed to billing. I asked Bo Berg"]).await;
    let offer =
        dm(discord, "bo", &["Who knows about the refund for Globex?", "Dee Diaz handed it off."]).await;
    dm(discord, "ana", &["Dee Diaz handed this off for you"]).await;
    discord.as_user("bo").press(&offer, "Accept").await;
    becomes(discord, &offer, &["You have this one.", "[Open message]"]).await;

    dee.user_command("sales", "Hand this person to …", "cy").await;
    let filled = form(discord, "dee", &["Hand something off", "What does the person need?"]).await;
    let fields = [("What does the person need?", "An invoice for Globex"), ("Which topic is it?", "billing")];
    let passed = dee.submit(&filled, &fields).await;
    answered(discord, &passed, &["Passed to billing."]).await;
    dm(discord, "bo", &["Cy Chen asks", "An invoice for Globex"]).await;
    story.well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_thread_the_bot_is_told_by_a_mention() {
    let story = Alone::start(Town::sample(), &["bo"]).await;
    let discord = &story.discord;
    let ana = discord.as_user("ana");
    let asked = ana.say("sales", "The invoice of Globex is wrong");
    let thread = ana.thread_on(&asked, "Invoice");
    let bot = discord.look(|state| state.handle(&state.bot).to_owned());
    ana.say(&thread, &format!("@{bot} handoff billing The invoice of Globex has the wrong address"));
    let offer = dm(discord, "bo", &["The invoice of Globex has the wrong address"]).await;
    discord.as_user("bo").press(&offer, "Accept").await;
    in_place(discord, &thread, &["meet"]).await;
    discord.expect("Bo in the thread", |state| state.is_in_thread(&thread, "bo").then_some(())).await;
    story.well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passing_goes_on_to_the_next_and_to_whoever_is_named() {
    for choice in ["Busy", "Not mine", "Not today"] {
        let story = Alone::start(Town::sample(), &["bo", "cy"]).await;
        story.refund().await;
        let asked = |state: &State| ["bo", "cy"].into_iter().find(|who| !state.dm_with(who).is_empty());
        let first = story.discord.expect("an offer", asked).await;
        let next = if first == "bo" { "cy" } else { "bo" };
        let offer = dm(&story.discord, first, &["[Accept]", "Decline"]).await;
        story.discord.as_user(first).choose(&offer, choice).await;
        becomes(&story.discord, &offer, &["You passed on this one, and that is fine."]).await;
        dm(&story.discord, next, &["Refund for Globex stuck", "[Accept]"]).await;
        story.well().await;
    }
    let story = Alone::start(Town::sample(), &["bo"]).await;
    story.refund().await;
    let offer = dm(&story.discord, "bo", &["[Accept]"]).await;
    story.discord.as_user("bo").choose(&offer, "I know who").await;
    let naming = form(&story.discord, "bo", &["Who knows about this?"]).await;
    story.discord.as_user("bo").submit(&naming, &[("Who knows about this?", "@eve")]).await;
    dm(&story.discord, "eve", &["Bo Berg says that you know about this", "[Accept]"]).await;
    story.well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_private_is_shown_to_those_who_are_asked() {
    let story = Alone::start(Town::sample(), &["bo"]).await;
    let discord = &story.discord;
    discord.as_user("ana").command("sales", "handoff", &[]).await;
    let empty = form(discord, "ana", &["Hand something off"]).await;
    let fields = [
        ("What does the person need?", "May Globex pay later?"),
        ("Which topic is it?", "billing"),
        ("Handle it with care", "Private: only those asked see it"),
    ];
    let passed = discord.as_user("ana").submit(&empty, &fields).await;
    answered(discord, &passed, &["Passed to billing."]).await;
    let offer = dm(discord, "bo", &["May Globex pay later?", "Private"]).await;
    discord.as_user("bo").press(&offer, "Accept").await;
    let met = |state: &_| threads_with(state, &["ana", "bo"]).pop();
    let thread = discord.expect("a thread of the two", met).await;
    in_place(discord, &thread, &["meet", "May Globex pay later?"]).await;
    assert_eq!(discord.look(|state| state.channels[&thread]["type"].as_u64()), Some(12), "a private one");
    for place in ["sales", "billing", "general", "front-desk"] {
        assert!(discord.look(|state| state.messages(place)).is_empty(), "{}", discord.overview());
    }
    let told = discord.as_user("cy").command("sales", "requests show", &[("number", "1")]).await;
    answered(discord, &told, &["That one is private"]).await;
    story.well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn volunteers_say_when_and_how_much_and_see_their_work() {
    let story = Alone::start(Town::sample(), &["bo"]).await;
    let discord = &story.discord;
    let bo = discord.as_user("bo");
    story.refund().await;
    let offer = dm(discord, "bo", &["[Accept]"]).await;
    bo.press(&offer, "Accept").await;
    becomes(discord, &offer, &["You have this one."]).await;
    let mine = bo.command("sales", "requests mine", &[]).await;
    answered(discord, &mine, &["Refund for Globex stuck", "[Done]"]).await;

    let told = bo.command("sales", "volunteer hours", &[("hours", "whenever")]).await;
    answered(discord, &told, &["I cannot read whenever as hours."]).await;
    let told = bo.command("sales", "volunteer status", &[]).await;
    let status = answered(discord, &told, &["[Change]"]).await;
    bo.press(&status, "Change").await;
    let opened = form(discord, "bo", &["Your availability", "Your hours"]).await;
    let mend = bo.submit(&opened, &[("Your hours", "whenever it rains")]).await;
    let mend = discord.expect("what to mend", |state| state.reply(&mend)).await;
    let again = mend.buttons().first().cloned().expect("a way back to the form");
    bo.press(&mend, &again).await;
    let opened = form(discord, "bo", &["Your availability", "whenever it rains"]).await;
    let saved = bo.submit(&opened, &[("Your hours", "Mon-Fri 09:00-17:00")]).await;
    answered(discord, &saved, &["Changed."]).await;

    let told = bo.command("sales", "volunteer pause", &[]).await;
    answered(discord, &told, &["I do not ask you until you resume."]).await;
    let told = bo.command("sales", "volunteer resume", &[]).await;
    answered(discord, &told, &["billing"]).await;
    let told = bo.command("sales", "volunteer deputy", &[("person", "cy")]).await;
    answered(discord, &told, &["Cy Chen"]).await;
    story.well().await;
}
