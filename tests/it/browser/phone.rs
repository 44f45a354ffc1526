//! At the width of a small phone: nothing is wider than the screen, and what is needed next is there
//! without hunting for it.

use serde_json::json;

use super::eyes::Eyes;

/// Nothing sticks out, and the place to write stands in the first screen, where there is one.
async fn fits(eyes: &Eyes, place: &str) {
    let wide = "return document.documentElement.scrollWidth <= innerWidth \
        && document.documentElement.scrollHeight <= innerHeight";
    assert_eq!(eyes.ask(wide, vec![]).await, json!(true), "{place} fits");
    let hidden = "return [...document.querySelectorAll('.composer')].filter(one => one.offsetParent) \
        .filter(one => { const at = one.getBoundingClientRect(); \
        return at.bottom > innerHeight + 1 && !one.closest('.panel') }).length";
    assert_eq!(eyes.ask(hidden, vec![]).await, json!(0), "the place to write at {place}");
    let small = "return [...document.querySelectorAll('.actions button, .composer button, .clock button, .left a')]\
        .filter(one => one.offsetParent && one.getBoundingClientRect().height < 30).length";
    assert_eq!(eyes.ask(small, vec![]).await, json!(0), "buttons for a thumb at {place}");
}

async fn next_step(eyes: &Eyes, title: &str) {
    eyes.sees_in(".guide .next", title).await;
    let shown = "const at = document.querySelector('.guide .next').getBoundingClientRect(); \
        return at.height > 0 && at.top >= 0 && at.bottom <= innerHeight";
    assert_eq!(eyes.ask(shown, vec![]).await, json!(true), "the step “{title}” is on the first screen");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guided_path_on_a_phone() {
    let eyes = Eyes::open(360, 740).await;
    let long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(4);
    eyes.go("/").await;
    next_step(&eyes, "Hand something off").await;
    fits(&eyes, "the front page").await;
    eyes.press_beside("Our refund for October", "Hand off").await;
    eyes.find("#form:modal").await;
    eyes.fill("#field-words", &format!("Refund for {long}")).await;
    eyes.fill("#field-customer", &long.chars().take(60).collect::<String>()).await;
    eyes.choose("#field-topic", "billing").await;
    fits(&eyes, "the form").await;
    eyes.press("#form", "Hand off").await;
    eyes.sees("Passed to billing").await;
    next_step(&eyes, "Push the clock").await;
    fits(&eyes, "handed off").await;

    eyes.press(".clock", "+10 min").await;
    eyes.sees_in(".way", "said to Cy").await;
    next_step(&eyes, "Accept it").await;
    fits(&eyes, "pushed").await;
    eyes.press(".guide .next", "Cy and the bot").await;
    eyes.find("html[data-ready=yes] #be-cy[aria-current]").await;
    eyes.sees("Refund for").await;
    fits(&eyes, "the offer").await;
    eyes.press("main", "Accept").await;
    eyes.sees("It is yours").await;
    next_step(&eyes, "Close it").await;
    fits(&eyes, "accepted").await;
    eyes.picture("playground-phone.png").await;
    eyes.press("main", "Done").await;
    eyes.find("#form:modal").await;
    eyes.fill("#form textarea, #form input[type=text]", &long.chars().take(200).collect::<String>()).await;
    fits(&eyes, "the form to close").await;
    eyes.press("#form", "Close it").await;
    eyes.gone("#form").await;

    next_step(&eyes, "Ask why").await;
    eyes.press(".guide .next", "Ana and the bot").await;
    eyes.find("html[data-ready=yes] #be-ana[aria-current]").await;
    eyes.press("main", "Why?").await;
    eyes.sees_in(".why", "What is next").await;
    fits(&eyes, "Why").await;
    eyes.press_css(".panel .close").await;
    eyes.sees("Cy Novak").await;
    eyes.press("main", "Reply").await;
    eyes.find("#thread-list").await;
    fits(&eyes, "a thread").await;
    eyes.fill("#reply", &long).await;
    eyes.press(".thread .composer", "Send").await;
    eyes.sees_in("#thread-list", "Donau").await;
    fits(&eyes, "a thread with long words").await;
    for path in [
        "/as/ana/home-ana",
        "/as/ana/group-ana-cy",
        "/as/cy/home-cy",
        "/as/chloe/help-globex",
        "/as/hugo/front-desk",
        "/as/hugo/community-help",
        "/as/hugo/community-home-hugo",
        "/as/mira/community-help",
    ] {
        eyes.go(path).await;
        fits(&eyes, path).await;
    }
    // Whoever folds the steps keeps them folded.
    eyes.press_css("#guide > summary").await;
    eyes.go("/as/ana/sales").await;
    eyes.find("#guide:not([open])").await;
    eyes.close().await;
}
