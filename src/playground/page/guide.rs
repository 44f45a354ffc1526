//! The guided path: five steps that show the product, and one more across two workspaces; all can be
//! ignored.

use maud::{Markup, html};

use super::layout::View;
use crate::playground::act::step;

struct Step {
    number: usize,
    title: &'static str,
    how: &'static str,
    go: Option<(&'static str, &'static str)>,
}

const STEPS: [Step; 5] = [
    Step {
        number: step::HANDED_OFF,
        title: "Hand something off",
        how: "You are Ana from Sales. Chloe, a customer, asks for a refund. Press Hand off beside her message, \
              choose billing and send the form.",
        go: Some(("/as/ana/help-globex", "Ana in #help-globex")),
    },
    Step {
        number: step::PUSHED,
        title: "Push the clock",
        how: "Bo from Accounting was asked and has ten minutes. Push the clock by 10 minutes: his time goes by, \
              and Cy is asked.",
        go: Some(("/as/bo", "What Bo sees")),
    },
    Step {
        number: step::ACCEPTED,
        title: "Accept it",
        how: "Be Cy and press Accept. Ana and Cy are brought together in a conversation of their own.",
        go: Some(("/as/cy/dm-cy", "Cy and the bot")),
    },
    Step {
        number: step::DONE,
        title: "Close it",
        how: "Still as Cy, press Done and say in a line what helped. Everybody in the chain is told.",
        go: Some(("/as/cy/dm-cy", "Cy and the bot")),
    },
    Step {
        number: step::WHY,
        title: "Ask why",
        how: "Be Ana again and press Why? beside a message of the bot: the rule behind it, what led to it, \
              what is next.",
        go: Some(("/as/ana/dm-ana", "Ana and the bot")),
    },
];

/// The path.
pub fn guide(view: &View<'_>) -> Markup {
    let taken = &view.world.taken;
    let next = STEPS.iter().find(|step| !taken.contains(&step.number)).map(|step| step.number);
    let count = STEPS.iter().filter(|step| taken.contains(&step.number)).count();
    html! {
        section.guide aria-labelledby="guide-title" {
            details #guide open {
                summary {
                    h2 #guide-title { "Five steps to see it work" }
                    span.note { (count) " of " (STEPS.len()) }
                }
                @if count == 0 { p.hint { "Or leave them be: everything here can be pressed." } }
                ol {
                    @for step in &STEPS {
                        @let done = taken.contains(&step.number);
                        li.done[done].next[next == Some(step.number)] data-number=(step.number + 1) {
                            b { (step.title) } @if done { span.unseen { "done" } }
                            @if next == Some(step.number) {
                                p { (step.how) }
                                @if let Some((href, label)) = step.go { a href=(href) { (label) } }
                            }
                        }
                    }
                    (across(taken.contains(&step::JOINED), next.is_none()))
                }
                @if next.is_none() {
                    p.end { "That is the heart of it. Go on as you like, or begin again." }
                }
            }
        }
    }
}

/// The step that is no step: one request across two workspaces, for whoever is curious.
fn across(joined: bool, now: bool) -> Markup {
    html! {
        li.extra.next[now] data-number="+" {
            b { "If you like: one request across two homes" }
            @if now && !joined {
                p {
                    "Customers also write in Harbour Community, where Hugo is an admin, too. As Hugo, write "
                    code { "/service link" }
                    " in the company, then in the community the command you got, and press Join the two."
                }
                p.ways {
                    a href="/as/hugo/dm-hugo" { "Hugo in the company" }
                    a href="/as/hugo/community-dm-hugo" { "Hugo in the community" }
                }
            }
            @if now && joined {
                p {
                    "The two are one. Be Nia, who is only in the community, and hand Mira’s words off to billing: "
                    "somebody in the company is asked, and writes back by Send to requester."
                }
                p.ways { a href="/as/nia/community-help" { "Nia in #help" } }
            }
        }
    }
}
