//! What people ask for by command and on their Home, and what they are kindly refused.

use super::harness::{Setup, has};

/// Types commands, one after the other, and reads what each answers.
async fn asked(story: &super::harness::Story, who: &str, commands: &[(&str, &str, &[&str])]) {
    for (command, words, answer) in commands {
        let told = story.slash(who, command, words).await;
        assert!(has(&told, answer), "{who}: {command} {words} answered\n{told}\nnot {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn volunteers_say_when_they_are_there() {
    let mut story = Setup::new().start().await;
    asked(
        &story,
        "bo",
        &[
            (
                "/volunteer",
                "",
                &["You volunteer for no topic yet, so nobody asks you.", "/volunteer join billing"],
            ),
            ("/volunteer", "join biling", &["I do not know a topic biling. Did you mean billing?"]),
            ("/volunteer", "join billing, it", &["You volunteer for billing and it now."]),
            ("/volunteer", "join billing", &["You volunteer for billing already. Thank you."]),
            (
                "/volunteer",
                "hours Mon-Fri 09:00-13:00",
                &["I ask you in these hours only.", "Mon-Fri 09:00-13:00", "your own"],
            ),
            ("/volunteer", "hours whenever", &["whenever"]),
            ("/volunteer", "hours", &["The hours of the organisation apply to you again."]),
            ("/volunteer", "capacity 1", &["You hold one open request at most; beyond that I ask others."]),
            ("/volunteer", "capacity none", &["none"]),
            ("/volunteer", "deputy @cy", &["While you pause I ask Cy in your place."]),
            ("/volunteer", "deputy @nemo", &["I do not know nemo."]),
            ("/volunteer", "pause soon", &["soon"]),
            (
                "/volunteer",
                "pause 2h",
                &["Fine. I do not ask you before", "(in 2 h)", "Meanwhile I ask Cy in your place."],
            ),
            ("/volunteer", "status", &["You pause until", "[Resume]"]),
        ],
    )
    .await;
    // Who stands in is asked, and told why.
    story.slash("ana", "/handoff", "billing Refund for Globex").await;
    story.dm("cy", &["you stand in for Bo on billing"]).await;
    asked(
        &story,
        "bo",
        &[
            ("/volunteer", "resume", &["Welcome back. You volunteer for billing and it."]),
            ("/volunteer", "deputy nobody", &["Nobody is asked in your place while you pause."]),
            ("/volunteer", "leave it", &["You are not asked about it any more"]),
            ("/volunteer", "leave", &["You volunteer for billing.", "/volunteer leave billing"]),
            ("/volunteer", "leave it", &["You do not volunteer for it, so nothing changed."]),
            ("/volunteer", "help", &["/volunteer join"]),
            ("/volunteer", "dance", &["I do not know"]),
        ],
    )
    .await;
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_listed_with_what_can_be_done() {
    let mut story = Setup::new().start().await;
    story.volunteers(&["bo"], "billing").await;
    asked(
        &story,
        "ana",
        &[
            ("/requests", "", &["You hold nothing, and nothing is under way for you."]),
            ("/requests", "who billing", &["billing"]),
            ("/requests", "who", &["billing", "contracts", "it"]),
            ("/handoff", "billing Refund for Globex", &["Passed to billing"]),
            ("/requests", "mine", &["You wait for", "Refund for Globex. I am asking Bo"]),
            ("/requests", "topic billing", &["#1", "Refund for Globex"]),
            ("/requests", "topic biling", &["I do not know a topic biling. Did you mean billing?"]),
            ("/requests", "show 1", &["Refund for Globex", "What happened"]),
            ("/requests", "show 7", &["I know no request 7."]),
            ("/requests", "show all", &["I know no request all."]),
            ("/requests", "1", &["Refund for Globex"]),
        ],
    )
    .await;
    asked(&story, "bo", &[("/requests", "offered", &["Refund for Globex", "[Accept]", "Busy"])]).await;
    let offered = story.slack.ephemerals("bo").pop().expect("just shown");
    story.press("bo", &offered, "Accept", &["It is yours."]).await;
    asked(
        &story,
        "bo",
        &[
            ("/requests", "offered", &["Nobody asks you for anything right now."]),
            ("/requests", "mine", &["Refund for Globex", "[Done]", "[Give back]"]),
        ],
    )
    .await;
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_and_settings_are_for_those_who_may() {
    let mut story = Setup::new().start().await;
    asked(
        &story,
        "ana",
        &[
            ("/service", "", &["/handoff", "/volunteer", "/requests", "/service"]),
            ("/service", "help handoff", &["/handoff [topic] [what is needed]"]),
            ("/service", "help dancing", &["/handoff"]),
            (
                "/service",
                "topic list",
                &["billing: invoices, refunds, payment terms", "nobody volunteers yet", "steward Dee"],
            ),
            ("/service", "topic add travel trips and hotels", &["That is for the owners and admins"]),
            ("/service", "topic edit billing about money", &["That is for the steward of the topic"]),
            ("/service", "topic remove it", &["That is for the steward of the topic"]),
            ("/service", "settings", &["offer_timeout", "default"]),
            ("/service", "settings offer_timeout 15m", &["That is for the owners and admins"]),
        ],
    )
    .await;
    // Dee is an admin of the workspace, from the first word on.
    asked(
        &story,
        "dee",
        &[
            ("/service", "topic add travel trips and hotels", &["Added travel"]),
            ("/service", "topic add travel again", &["There is a topic travel already."]),
            ("/service", "topic add two,words", &["two"]),
            ("/service", "topic edit travel channel #front-desk", &["Changed. travel: trips and hotels"]),
            ("/service", "topic edit travel steward @cy", &["Changed.", "steward"]),
            (
                "/service",
                "topic edit travel offer_timeout soon",
                &["I cannot read that as", "nothing changed"],
            ),
            ("/service", "topic edit travel colour red", &["A topic has no colour."]),
            ("/service", "settings offer_timeout 15m", &["offer_timeout is 15m now."]),
            (
                "/service",
                "settings offer_timeout soon",
                &["I cannot read that as offer_timeout; nothing changed."],
            ),
            ("/service", "settings offer_time 15m", &["Did you mean offer_timeout?"]),
            ("/service", "settings", &["offer_timeout: 15m · set here"]),
        ],
    )
    .await;
    // Cy is its steward now, and needs to be no admin.
    asked(&story, "cy", &[("/service", "topic edit travel about trips", &["Changed. travel: trips"])]).await;
    asked(&story, "ana", &[("/handoff", "travel A hotel in Lisbon", &["Passed to travel"])]).await;
    asked(&story, "dee", &[("/service", "topic remove travel", &["has one open request"])]).await;
    // A guest is told at once that this is not for them.
    asked(&story, "eve", &[("/handoff", "travel A hotel", &["I work for the people of this company"])]).await;
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn home_shows_all_of_it_and_its_buttons_work() {
    let mut story = Setup::new().start().await;
    let (ana, bo) = (story.slack.as_user("ana"), story.slack.as_user("bo"));
    story.volunteers(&["bo"], "billing").await;
    bo.open_home();
    story.home("bo", &["You volunteer for billing.", "[Pause]"]).await;
    ana.open_home();
    let home = story.home("ana", &["Hand something off"]).await;
    ana.press(&home, "Hand something off").await;
    story.modal("ana", &["What does the person need?"]).await;
    ana.submit(&[("What does the person need?", "Refund for Globex"), ("Which topic is it?", "billing")])
        .await;
    let home = story.home("bo", &["Refund for Globex", "[Accept]"]).await;
    bo.press(&home, "Accept").await;
    let home = story.home("bo", &["Refund for Globex", "[Done]"]).await;
    story.home("ana", &["Bo has it now", "[Still waiting]"]).await;
    bo.press(&home, "Done").await;
    story.modal("bo", &["What helped?"]).await;
    bo.submit(&[("What helped?", "Sent again")]).await;
    let home = story.home("bo", &["[Pause]"]).await;
    bo.press(&home, "Pause").await;
    let home = story.home("bo", &["You pause until you resume.", "[Resume]"]).await;
    bo.press(&home, "Change").await;
    story.modal("bo", &["Your availability", "Open requests at most"]).await;
    bo.submit(&[("Open requests at most", "2"), ("Your hours", "Mon-Fri 10:00-12:00")]).await;
    story.modal("bo", &["Changed.", "Mon-Fri 10:00-12:00", "at most 2"]).await;
    bo.press(&home, "Resume").await;
    story.home("bo", &["You volunteer for billing.", "[Pause]"]).await;
    story.well(&[]).await;
}
