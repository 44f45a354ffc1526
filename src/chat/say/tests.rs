//! Everything that is said, for people to read in the snapshots; and the rules that all of it keeps.

mod all;
mod rules;
mod support;

use proptest::prelude::*;

use crate::chat::notice::{Now, OfferView, Possible, ViaView};
use crate::chat::say::pieces::{GIST, gist};
use crate::domain::refusal::Refusal;

use self::support::{form, shown};

fn told(cards: &[(String, crate::chat::card::Card)]) -> String {
    let told: Vec<String> = cards.iter().map(|(name, card)| format!("## {name}\n{}", shown(card))).collect();
    told.join("\n")
}

#[test]
fn notices_read_well() {
    insta::assert_snapshot!("notices", told(&all::notices()));
}

#[test]
fn handoff_answers_read_well() {
    insta::assert_snapshot!("handoff", told(&all::answers::handoff()));
}

#[test]
fn refusals_read_well() {
    insta::assert_snapshot!("refusals", told(&all::answers::refusals()));
}

#[test]
fn availability_answers_read_well() {
    insta::assert_snapshot!("availability", told(&all::answers::availability()));
}

#[test]
fn lists_read_well() {
    insta::assert_snapshot!("lists", told(&all::answers::lists()));
}

#[test]
fn service_answers_read_well() {
    insta::assert_snapshot!("service", told(&all::answers::service()));
}

#[test]
fn links_read_well() {
    insta::assert_snapshot!("links", told(&all::answers::links()));
}

#[test]
fn what_is_said_around_forms_reads_well() {
    insta::assert_snapshot!("around_forms", told(&all::answers::around_forms()));
}

#[test]
fn forms_read_well() {
    let forms: Vec<String> = all::forms::forms().iter().map(form).collect();
    let mends: Vec<String> =
        all::forms::mends().iter().map(|mend| format!("{}: {}", mend.field, mend.why)).collect();
    insta::assert_snapshot!(
        "forms",
        format!(
            "{}
## Mending
{}",
            forms.join(
                "
"
            ),
            mends.join(
                "
"
            )
        )
    );
}

/// Adding a state without telling how it reads is noticed here: the matches below stop compiling,
/// and then the list in `all` is to be extended.
#[test]
fn every_state_is_among_them() {
    let now = |now: &Now| match now {
        Now::Unplaced => 0,
        Now::Asking { .. } => 1,
        Now::Resting { .. } => 2,
        Now::Held => 3,
        Now::HeldBySender => 4,
        Now::Closed { reopen: Possible::Yes, .. } => 5,
        Now::Closed { reopen: Possible::No, .. } => 6,
    };
    let offer = |state: &OfferView| match state {
        OfferView::Open => 0,
        OfferView::Yours => 1,
        OfferView::Declined => 2,
        OfferView::Lapsed => 3,
        OfferView::Taken(_) => 4,
        OfferView::Passed => 5,
        OfferView::Over => 6,
        OfferView::Again => 7,
    };
    let via = |via: &ViaView| match via {
        ViaView::Volunteer => 0,
        ViaView::DeputyOf(_) => 1,
        ViaView::NamedBy(_) => 2,
        ViaView::Steward => 3,
        ViaView::Escalation => 4,
    };
    let refusal = |refusal: &Refusal| match refusal {
        Refusal::TakenBy(_) => 0,
        Refusal::AlreadyYours => 1,
        Refusal::AlreadyClosed => 2,
        Refusal::StillOpen => 3,
        Refusal::NotAsked => 4,
        Refusal::NotHolder(_) => 5,
        Refusal::NotRequester => 6,
        Refusal::TooLate(_) => 7,
        Refusal::NoTopicYet => 8,
        Refusal::OwnRequest => 9,
        Refusal::NotStaff(_) => 10,
        Refusal::RemindedRecently(_) => 11,
    };
    let all_of = |found: Vec<usize>, count: usize| (0..count).all(|wanted| found.contains(&wanted));
    assert!(all_of(all::states().iter().map(|(_, state)| now(state)).collect(), 7));
    assert!(all_of(all::offer_states().iter().map(offer).collect(), 8));
    assert!(all_of(all::vias().iter().map(via).collect(), 5));
    assert!(all_of(all::answers::refused().iter().map(refusal).collect(), 12));
}

proptest! {
    #[test]
    fn a_gist_is_one_short_line(words in "(.|\n){0,300}", most in 2_usize..200) {
        let short = gist(&words, most);
        prop_assert!(short.chars().count() <= most, "{} > {most}: {short}", short.chars().count());
        prop_assert!(!short.contains('\n'));
        prop_assert_eq!(gist(&short, most), short);
    }
}

#[test]
fn a_gist_ends_at_a_word() {
    let long = "The refund for Globex is stuck since Monday, and they have asked twice already, most kindly, \
                whether anybody could have a look at it before the weekend.";
    assert_eq!(
        gist(long, GIST),
        "The refund for Globex is stuck since Monday, and they have asked twice already, most kindly, whether anybody could…"
    );
    assert_eq!(gist("  two \n words ", GIST), "two words");
    assert_eq!(gist(&"x".repeat(200), 10), "xxxxxxxxx…");
}
