//! The guided path as it is written, and requests from the first word to the last.

use super::eyes::Eyes;

#[tokio::test(flavor = "multi_thread")]
async fn the_guided_path_as_it_is_written() {
    let eyes = Eyes::open(1400, 900).await;
    eyes.go("/").await;
    eyes.sees_in(".guide .next", "Hand something off").await;

    eyes.press_beside("Our refund for October", "Hand off").await;
    eyes.choose("#field-topic", "billing").await;
    eyes.press("#form", "Hand off").await;
    eyes.sees("Passed to billing. I asked Bo Almeida").await;
    eyes.sees_in(".guide .next", "Push the clock").await;
    eyes.sees_in("#be-bo .badge", "1").await;

    eyes.press(".clock", "+10 min").await;
    eyes.sees_in(".way", "changed the card to Bo").await;
    // Its own story is all that happened on the way.
    let foreign = "return document.querySelector('.way').innerText.includes('data agreement')";
    assert_eq!(eyes.ask(foreign, vec![]).await, serde_json::json!(false));
    eyes.sees_in(".way", "said to Cy").await;
    eyes.sees_in(".guide .next", "Accept it").await;

    eyes.be("cy").await;
    eyes.sees("Our refund for October").await;
    eyes.picture("playground.png").await;
    eyes.press("main", "Accept").await;
    eyes.sees("It is yours").await;
    eyes.sees_in("#rooms", "Ana, Goodturn").await;

    eyes.press("main", "Done").await;
    eyes.fill("#form textarea, #form input[type=text]", "The bank had sent it back; it goes out today.")
        .await;
    eyes.press("#form", "Close it").await;
    eyes.gone("#form").await;
    eyes.sees("The bank had sent it back").await;
    eyes.sees_in(".guide .next", "Ask why").await;

    eyes.be("ana").await;
    eyes.go("/as/ana/dm-ana").await;
    eyes.sees("Cy Novak").await;
    eyes.press("main", "Why?").await;
    eyes.sees_in(".why", "Bo Almeida was asked.").await;
    eyes.sees_in(".why", "The timer: no answer in time from Bo Almeida").await;
    eyes.sees_in(".why", "Cy Novak took it.").await;
    eyes.sees_in(".why", "What is next").await;
    eyes.sees_in(".guide", "That is the heart of it").await;
    eyes.picture("why.png").await;
    // 40 MB for a release; a debug build is a larger program.
    let memory = eyes.playground.memory();
    assert!(memory < 48, "{memory} MB");
    eyes.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_slash_command_to_done_across_three_persons() {
    let eyes = Eyes::open(1300, 900).await;
    eyes.go("/as/fay/sales").await;
    eyes.say("/handoff billing Invoice 99 names the wrong company").await;
    eyes.sees("I asked Bo Almeida").await;

    eyes.be("bo").await;
    eyes.sees("Fay Mitchell").await;
    eyes.choose("main .choice select", "I know who").await;
    eyes.press("main .choice", "Choose").await;
    eyes.choose("#field-person", "Cy Novak").await;
    eyes.press("#form", "Ask them").await;
    eyes.gone("#form").await;

    eyes.be("cy").await;
    eyes.sees("Invoice 99 names the wrong company").await;
    eyes.press("main", "Accept").await;
    eyes.sees("It is yours").await;
    eyes.go("/as/cy/group-cy-fay").await;
    eyes.say("@goodturn done a new invoice is on its way").await;
    eyes.sees("a new invoice is on its way").await;

    eyes.go("/as/fay/dm-fay").await;
    eyes.sees("a new invoice is on its way").await;
    eyes.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_times_out_when_the_clock_is_pushed() {
    let eyes = Eyes::open(1300, 900).await;
    eyes.go("/as/dee/dm-dee").await;
    eyes.sees("Does our data agreement").await;
    eyes.press(".clock", "+1 h").await;
    eyes.sees("you can still take it").await;
    eyes.sees_in(".way", "said in #front-desk").await;
    // Speaking after pushing works as before, and at the time that is shown.
    eyes.say("help").await;
    eyes.sees("/handoff").await;
    eyes.press("main", "Accept").await;
    eyes.sees("It is yours").await;
    eyes.press(".clock", "Next morning").await;
    eyes.sees_in("#clock", "Wednesday").await;
    eyes.sees_in("#clock", "09:00").await;
    eyes.press(".clock", "Friday 16:00").await;
    eyes.sees_in("#clock", "Friday").await;
    eyes.sees_in(".way", "said to Dee").await;
    eyes.close().await;
}
