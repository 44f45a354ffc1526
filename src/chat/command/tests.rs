//! Tokens of buttons: what goes behind one comes back, whatever it is.

use proptest::prelude::*;

use crate::chat::command::{
    Command, DeclineChoice, RequestsCommand, ServiceCommand, TOKEN_BYTES, VolunteerCommand,
};
use crate::domain::ids::{RequestId, TopicId};
use crate::domain::request::GiveBack;

fn id() -> impl Strategy<Value = String> {
    "[0-9a-f]{32}"
}

/// Every command that stands behind a button somewhere.
fn buttons() -> impl Strategy<Value = Command> {
    let of_request = (id(), id(), any::<usize>()).prop_flat_map(|(request, topic, n)| {
        let request = RequestId::from(request);
        prop::sample::select(vec![
            Command::Place(request.clone(), TopicId::from(topic)),
            Command::Accept(request.clone(), None),
            Command::Accept(request.clone(), Some(n)),
            Command::Decline(request.clone(), n, DeclineChoice::Busy),
            Command::Decline(request.clone(), n, DeclineChoice::NotMine),
            Command::Decline(request.clone(), n, DeclineChoice::KnowsWho),
            Command::Decline(request.clone(), n, DeclineChoice::NotToday),
            Command::GiveBackChoice(request.clone()),
            Command::GiveBack(request.clone(), GiveBack::Next),
            Command::GiveBack(request.clone(), GiveBack::Sender),
            Command::PassOn(request.clone()),
            Command::DoneForm(request.clone()),
            Command::StillOnIt(request.clone()),
            Command::Withdraw(request.clone()),
            Command::StillWaiting(request.clone()),
            Command::Urgent(request.clone()),
            Command::Reopen(request.clone()),
            Command::SendDraft(request.as_str().into()),
            Command::ChangeDraft(request.as_str().into()),
            Command::Write(request),
        ])
    });
    let of_none = prop::sample::select(vec![
        Command::Handoff(String::new()),
        Command::Volunteer(VolunteerCommand::Status),
        Command::Volunteer(VolunteerCommand::Resume),
        Command::Volunteer(VolunteerCommand::Form),
        Command::Requests(RequestsCommand::Mine),
        Command::Requests(RequestsCommand::Offered),
        Command::Service(ServiceCommand::ReachHere),
        Command::Service(ServiceCommand::Join("K7QMX2RA".to_owned())),
    ]);
    prop_oneof![
        of_request,
        of_none,
        ".{0,20}".prop_map(|until| Command::Volunteer(VolunteerCommand::Pause(until))),
        "[a-z0-9-]{1,40}".prop_map(|topic| Command::Volunteer(VolunteerCommand::Join(vec![topic]))),
        "[0-9]{1,10}".prop_map(|number| Command::Requests(RequestsCommand::Show(number))),
        ".{0,20}".prop_map(|about| Command::Service(ServiceCommand::Help(about))),
    ]
}

proptest! {
    #[test]
    fn a_token_comes_back_as_its_command(command in buttons()) {
        let token = command.encode().expect("every one of these stands behind a button");
        prop_assert!(token.len() <= TOKEN_BYTES, "{} bytes: {token}", token.len());
        prop_assert_eq!(Command::decode(&token), Some(command));
    }

    #[test]
    fn no_token_makes_it_panic_and_what_is_read_is_read_again(token in "([a-z_]{0,9}:){0,4}.{0,40}") {
        if let Some(command) = Command::decode(&token)
            && let Some(again) = command.encode()
        {
            prop_assert_eq!(Command::decode(&again), Some(command));
        }
    }

    #[test]
    fn a_token_is_never_too_long(words in ".{0,300}") {
        for command in [
            Command::Volunteer(VolunteerCommand::Pause(words.clone())),
            Command::Requests(RequestsCommand::Show(words.clone())),
            Command::Service(ServiceCommand::Help(words.clone())),
            Command::Accept(RequestId::from(words), Some(1)),
        ] {
            prop_assert!(command.encode().is_none_or(|token| token.len() <= TOKEN_BYTES));
        }
    }
}

#[test]
fn what_is_typed_only_has_no_token() {
    let typed = [
        Command::Handoff("billing refund".to_owned()),
        Command::DoneHere("called them".to_owned()),
        Command::Volunteer(VolunteerCommand::Join(vec!["a".to_owned(), "b".to_owned()])),
        Command::Volunteer(VolunteerCommand::Hours("always".to_owned())),
        Command::Service(ServiceCommand::Settings),
        Command::Unknown { name: String::new(), words: "?".to_owned() },
    ];
    for command in typed {
        assert_eq!(command.encode(), None, "{command:?}");
    }
}

#[test]
fn foreign_tokens_are_nothing() {
    for token in ["", ":", "accept", "accept:", "accept:1:x", "decline:1:2", "decline:1:2:rude", "volunteer"]
    {
        assert_eq!(Command::decode(token), None, "{token}");
    }
}
