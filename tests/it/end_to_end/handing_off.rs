//! From the words of somebody in need to a named volunteer, and to the end of it.

use super::harness::{Setup, seen};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_offered_accepted_done_and_reopened() {
    let mut story = Setup::new().start().await;
    let bo = story.slack.as_user("bo");
    story.volunteers(&["bo"], "billing").await;
    let told = story.slash("ana", "/handoff", "billing Refund for Globex stuck since Monday").await;
    assert!(told.starts_with("Passed to billing. I asked Bo, who has until "), "{told}");
    assert!(told.contains("You hold it until someone accepts."), "{told}");
    let offer = story.dm("bo", &["Ana asks: Refund for Globex stuck since Monday.", "[Accept]"]).await;
    let read = seen(&offer);
    for words in ["Why you: billing, in your hours, nothing open.", "[Decline: Busy | Not mine | I know who"]
    {
        assert!(read.contains(words), "{read}");
    }
    let status =
        story.dm("ana", &["Passed to billing. I asked Bo.", "Holder: You, since ", "[Withdraw]"]).await;

    story.press("bo", &offer, "Accept", &["It is yours. Thank you. I told Ana that you have it"]).await;
    let card = story.becomes(&offer, &["You have this one.", "Holder: You", "[Done]", "[Give back]"]).await;
    story.becomes(&status, &["Bo has it now", "Holder: Bo, since "]).await;
    let introduced = story.in_group(&["ana", "bo"], &["meet", "Refund for Globex stuck since Monday"]).await;
    assert!(introduced.text.contains("Ana, meet"), "{}", introduced.text);

    bo.press(&card, "Done").await;
    story.modal("bo", &["What helped?", "How did it end?", "[Close it]"]).await;
    let fields = [("What helped?", "Sent it again by hand"), ("How did it end?", "Answered")];
    bo.submit(&fields).await;
    story.modal("bo", &["You answered it: Sent it again by hand", "I told Ana", "[Undo]"]).await;
    story.becomes(&card, &["over"]).await;
    let closed = story.becomes(&status, &["Bo answered it: Sent it again by hand", "[Reopen]"]).await;

    story.press("ana", &closed, "Reopen", &["It is open again. Bo has it now."]).await;
    story.becomes(&status, &["Bo has it now"]).await;
    story.becomes(&card, &["[Done]"]).await;
    story.dm("bo", &["Ana opened this again: it is not solved yet."]).await;

    bo.press(&card, "Done").await;
    story.modal("bo", &["What helped?"]).await;
    bo.submit(&fields).await;
    story.modal("bo", &["[Undo]"]).await;
    let undo = story.slack.modal("bo").expect("just seen");
    bo.press(&undo, "Undo").await;
    story.modal("bo", &["It is open again. You have it, as before."]).await;
    story.becomes(&status, &["Bo has it now"]).await;
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn alone_the_command_opens_a_form() {
    let mut story = Setup::new().start().await;
    let ana = story.slack.as_user("ana");
    story.volunteers(&["bo"], "contracts").await;
    assert_eq!(story.slash("ana", "/handoff", "").await, "");
    let form = story.modal("ana", &["Hand something off", "What does the person need?"]).await;
    for words in ["billing | contracts | it | I am not sure", "On behalf of a customer", "Private", "Urgent"]
    {
        assert!(form.contains(words), "{form}");
    }
    let fields = [("What does the person need?", " "), ("Which topic is it?", "contracts")];
    let errors: Vec<String> = ana.submit(&fields).await.errors().into_values().collect();
    assert_eq!(errors, ["A line on what the person needs helps whoever is asked."]);
    ana.submit(&[
        ("What does the person need?", "May we shorten the notice period?"),
        ("Which topic is it?", "contracts"),
        ("On behalf of a customer", "Globex"),
        ("Handle it with care", "Private: only those asked see it, Urgent: it cannot wait for office hours"),
    ])
    .await;
    story.modal("ana", &["Passed to contracts. I asked Bo", "Private: only those asked", "Urgent"]).await;
    let offer = story.dm("bo", &["Ana asks for Globex: May we shorten the notice period?\n"]).await;
    let read = seen(&offer);
    assert!(read.contains("Private: only those asked see it.") && read.contains("Urgent:"), "{read}");
    let told = story.slash("cy", "/requests", "show 1").await;
    assert!(told.contains("That one is private"), "{told}");
    let told = story.slash("cy", "/requests", "topic contracts").await;
    assert!(!told.contains("notice period"), "{told}");
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_handed_off_with_a_link_back() {
    let mut story = Setup::new().start().await;
    let (ana, dee) = (story.slack.as_user("ana"), story.slack.as_user("dee"));
    story.volunteers(&["bo"], "billing").await;
    let asked = ana.say("sales", "Who knows about refunds & <late> payment for Globex?");
    dee.shortcut_on("handoff_message", &asked).await;
    story.modal("dee", &["Hand something off"]).await;
    // What is needed and the topic stand there already.
    dee.submit(&[]).await;
    story.modal("dee", &["Passed to billing. I asked Bo"]).await;
    let words = "Ana asks: Who knows about refunds & <late> payment for Globex?\n";
    let offer = story.dm("bo", &[words, "Dee handed it off."]).await;
    story.dm("ana", &["Dee handed this off for you", "Holder: Dee"]).await;
    story.press("bo", &offer, "Accept", &["I told Ana and Dee that you have it"]).await;
    let card = story.becomes(&offer, &["[Done]", "[Open message]"]).await;
    let link = format!("/archives/{}/p{}", asked.channel, asked.ts.replace('.', ""));
    assert!(serde_json::to_string(&card.blocks).expect("JSON").contains(&link), "no {link}");
    story.in_group(&["ana", "bo"], &["meet", "Handed off by: Dee"]).await;
    story.dm("dee", &["Bo has it now"]).await;
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_thread_the_bot_is_told_and_told_that_it_is_done() {
    let mut story = Setup::new().start().await;
    let (ana, bo) = (story.slack.as_user("ana"), story.slack.as_user("bo"));
    story.volunteers(&["bo"], "billing").await;
    let asked = ana.say("sales", "Globex says the invoice is wrong");
    ana.mention_in_thread(&asked, "handoff billing The invoice of Globex has the wrong address");
    let told = story.whispered("ana", &["Passed to billing. I asked Bo"]).await;
    assert_eq!(told.thread_ts.as_ref(), Some(&asked.ts));
    let offer = story.dm("bo", &["The invoice of Globex has the wrong address"]).await;
    bo.press(&offer, "Accept").await;
    let introduced = story.in_channel("sales", &["meet"]).await;
    assert_eq!(introduced.thread_ts.as_ref(), Some(&asked.ts));
    bo.mention_in_thread(&asked, "done Corrected, the new one is out");
    story.whispered("bo", &["You got it done: Corrected, the new one is out", "[Undo]"]).await;
    story.dm("ana", &["Bo got it done: Corrected, the new one is out", "[Reopen]"]).await;
    story.slack.settled().await;
    // Slack tells of a mention twice, as a mention and as a message; it is answered once.
    assert_eq!(story.slack.ephemerals("ana").len(), 1, "{}", story.everything_to("ana"));
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn written_to_directly_it_takes_words_for_a_request() {
    let mut story = Setup::new().start().await;
    let ana = story.slack.as_user("ana");
    story.volunteers(&["bo"], "billing").await;
    ana.dm("hello");
    story.dm("ana", &["/handoff", "/volunteer", "/requests", "/service", "More on one"]).await;
    ana.dm("Where do I find the new laptops?");
    let told = story.dm("ana", &["Which topic does it belong to?", "laptops", "[it]"]).await;
    // Nobody volunteers for it, and nobody cares for it yet: the last one is asked.
    story.press("ana", &told, "it", &["Passed to it. I asked Fay"]).await;
    ana.dm("billing Is the discount for Initech agreed?");
    story.dm("ana", &["Passed to billing. I asked Bo"]).await;
    story.dm("bo", &["Is the discount for Initech agreed?"]).await;
    ana.dm("biling Is it?");
    let told = story.dm("ana", &["I do not know a topic biling. Did you mean billing?", "[billing]"]).await;
    story.press("ana", &told, "billing", &["Passed to billing"]).await;
    story.well(&[]).await;
}
