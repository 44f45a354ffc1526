//! Two workspaces: a person with an account in each joins them, and a request goes across and back.

use serde_json::json;

use super::eyes::Eyes;

/// Hugo gets a code in the company and takes it to the community.
async fn join(eyes: &Eyes) {
    eyes.go("/as/hugo/dm-hugo").await;
    eyes.say("/service link").await;
    eyes.sees("This links your account").await;
    let typed = eyes.ask("return [...document.querySelectorAll('main code')].pop().innerText", vec![]).await;
    eyes.go("/as/hugo/community-dm-hugo").await;
    eyes.say(typed.as_str().expect("words")).await;
    eyes.sees("can join it").await;
    eyes.press("main", "Join the two").await;
    eyes.sees("are one organisation now").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_from_the_community_to_the_company_and_back() {
    let eyes = Eyes::open(1400, 900).await;
    join(&eyes).await;
    eyes.be("nia").await;
    eyes.go("/as/nia/community-help").await;
    eyes.press_beside("I paid order 2207 twice", "Hand off").await;
    eyes.choose("#field-topic", "billing").await;
    eyes.press("#form", "Hand off").await;
    eyes.sees("I asked Bo Almeida").await;
    eyes.sees_in("#be-bo .badge", "1").await;

    eyes.be("bo").await;
    eyes.sees("I paid order 2207 twice").await;
    eyes.press("main", "Accept").await;
    eyes.sees("It is yours").await;
    eyes.press("main", "Send to requester").await;
    eyes.fill("#field-words", "One of the two goes back today.").await;
    eyes.press("#form", "Preview").await;
    eyes.sees("This is what Nia Adeyemi will read from you").await;
    // Nothing has left before it is sent.
    eyes.go("/as/nia/community-help").await;
    assert!(!eyes.has("goes back today").await);
    eyes.go("/as/nia/community-dm-nia").await;
    assert!(!eyes.has("goes back today").await);
    eyes.go("/as/bo/dm-bo").await;
    eyes.press_beside("This is what Nia", "Send").await;
    eyes.sees("On its way to Nia Adeyemi").await;

    eyes.be("nia").await;
    eyes.sees("Bo Almeida writes to").await;
    eyes.sees("One of the two goes back today.").await;
    eyes.picture("homes.png").await;
    eyes.press("main", "Why?").await;
    eyes.sees_in(".why", "Bo Almeida took it").await;
    eyes.press_beside("Bo Almeida writes to", "Answer").await;
    eyes.fill("#field-words", "Mira says thank you.").await;
    eyes.press("#form", "Preview").await;
    eyes.press_beside("This is what Bo", "Send").await;
    eyes.sees("On its way to Bo Almeida").await;

    eyes.be("bo").await;
    eyes.sees("Mira says thank you.").await;
    eyes.press("main", "Done").await;
    eyes.fill("#field-note", "Sent back to her card.").await;
    eyes.press("#form", "Close it").await;
    eyes.gone("#form").await;
    eyes.be("nia").await;
    eyes.sees("Sent back to her card.").await;
    eyes.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_the_company_is_asked_in_the_community() {
    let eyes = Eyes::open(1400, 900).await;
    join(&eyes).await;
    eyes.go("/as/ana/sales").await;
    eyes.say("/handoff community Who could show Globex how they use our crates?").await;
    eyes.sees("I asked Nia Adeyemi").await;
    eyes.be("nia").await;
    eyes.sees("Who could show Globex").await;
    eyes.press("main", "Accept").await;
    eyes.sees("It is yours").await;
    eyes.go("/as/ana/dm-ana").await;
    eyes.sees("Nia Adeyemi").await;
    eyes.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_with_two_homes_links_their_accounts_and_says_where_to_be_reached() {
    let eyes = Eyes::open(1400, 900).await;
    join(&eyes).await;
    eyes.go("/as/fay/community-dm-fay").await;
    eyes.sees_in("#rooms", "Harbour & Hill").await;
    eyes.sees_in("#rooms", "Harbour Community").await;
    eyes.sees_in("#be-fay", "two homes").await;
    eyes.say("/service link").await;
    let code = eyes.ask("return [...document.querySelectorAll('main code')].pop().innerText", vec![]).await;
    eyes.go("/as/fay/dm-fay").await;
    eyes.say(code.as_str().expect("words")).await;
    eyes.sees("are one person to me now").await;
    eyes.go("/as/fay/community-dm-fay").await;
    eyes.sees("is linked with this one").await;
    eyes.press("main", "Reach me here").await;
    eyes.sees("From now on I write to you here, in Harbour Community").await;
    eyes.go("/as/fay/community-home-fay").await;
    eyes.sees_in("#room-head", "Harbour Community").await;
    eyes.press(".home", "Why?").await;
    eyes.sees_in(".why", "App Home").await;
    eyes.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sixth_step_is_there_for_whoever_likes_to_and_names_and_words_keep_apart() {
    let eyes = Eyes::open(1400, 900).await;
    eyes.go("/as/hugo/community-team").await;
    eyes.sees_in(".guide .extra", "one request across two homes").await;
    eyes.sees_in(".guide summary", "0 of 5").await;
    // Who has no account there is not offered there, and cannot be mentioned there.
    eyes.fill("#words", "@").await;
    let offered =
        "return [...document.querySelectorAll('#completions')][0].content.textContent.includes(arguments[0])";
    assert_eq!(eyes.ask(offered, vec![json!("@nia")]).await, json!(true));
    assert_eq!(eyes.ask(offered, vec![json!("@ana")]).await, json!(false));
    eyes.say("Ask @ana or @nia").await;
    eyes.sees("Ask @ana or @nia").await;
    let marked = "return [...document.querySelectorAll('.message .mention')].map(one => one.innerText)";
    assert_eq!(eyes.ask(marked, vec![]).await, json!(["@nia"]));
    // Words for the bot in the community are answered there.
    eyes.go("/as/mira/community-help").await;
    eyes.find("#room-community-help[aria-current]").await;
    assert!(!eyes.has("Harbour & Hill").await);
    eyes.close().await;
}
