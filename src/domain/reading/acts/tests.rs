use proptest::prelude::*;

use super::*;

fn needs(texts: &[&str], need: Need) {
    for text in texts {
        assert_eq!(tone(text).need, need, "{text}");
    }
}

#[test]
fn thanks_need_no_answer() {
    needs(
        &[
            "Thanks!",
            "thank you so much",
            "Thanks Anna",
            "Great, thanks a lot for the quick reply!",
            "thx :)",
            "Danke!",
            "Vielen Dank für die schnelle Antwort",
            "super, danke dir",
            "Merci beaucoup !",
            "Merci pour votre aide",
            "¡Muchas gracias!",
            "gracias por la ayuda",
            "Muito obrigada pela ajuda",
            "valeu, pessoal",
        ],
        Need::Nothing,
    );
}

#[test]
fn greetings_assent_and_signs_need_no_answer() {
    needs(
        &[
            "Hi all",
            "Good morning everyone",
            "Guten Morgen zusammen",
            "Bonjour à tous",
            "Hola, buenos días",
            "Bom dia!",
            "ok",
            "Perfect.",
            "alles klar",
            "d'accord",
            "vale, perfecto",
            "beleza",
            "👍",
            ":tada: :tada:",
            ":-)",
            "🙏🙏",
        ],
        Need::Nothing,
    );
}

#[test]
fn what_is_settled_needs_no_answer() {
    needs(
        &[
            "never mind, found it",
            "It works now",
            "solved",
            "that fixed it, thank you",
            "hat sich erledigt",
            "Funktioniert jetzt, danke",
            "C'est bon, merci",
            "ya funciona",
            "Resolvido!",
            "consegui, obrigado",
        ],
        Need::Nothing,
    );
}

#[test]
fn questions_need_an_answer() {
    needs(
        &[
            "How do I export the report?",
            "how can we change the billing address",
            "could you please resend the invoice",
            "Hi, is the office open on Monday",
            "Anyone here who knows the new form",
            "Wie ändere ich mein Passwort",
            "Kann jemand die Rechnung schicken",
            "Comment changer mon adresse",
            "¿Dónde está mi pedido?",
            "Necesito una copia de la factura",
            "Como faço para trocar a senha",
            "Preciso de ajuda com o pedido",
            "the login page shows an error",
            "Ich komme immer noch nicht rein",
            "Ça ne marche toujours pas",
        ],
        Need::Answer,
    );
}

#[test]
fn thanks_with_trouble_behind_them_need_an_answer() {
    needs(
        &[
            "thanks, but it still fails",
            "Thank you! What about the second one?",
            "ok thanks, however that is the old address",
            "It worked, now I get another error",
            "Danke, aber es geht immer noch nicht",
            "Merci, mais ça ne marche pas",
            "Gracias, pero sigue sin funcionar",
            "Obrigado, mas ainda não chegou",
            "not solved",
        ],
        Need::Answer,
    );
}

#[test]
fn when_the_words_leave_it_open_it_is_unsure() {
    needs(
        &[
            "",
            "?",
            "I ordered twenty chairs on Tuesday and got nineteen.",
            "The delivery came this morning.",
            "thanks but found it",
        ],
        Need::Unsure,
    );
}

#[test]
fn an_address_is_no_question() {
    assert_ne!(tone("see https://example.com/find?q=chairs").act, Act::Asks);
    assert_eq!(tone("see https://example.com/find?q=chairs and tell me?").act, Act::Asks);
}

#[test]
fn acts_have_their_names() {
    for (text, act) in [
        ("thanks", Act::Thanks),
        ("hello", Act::Greets),
        ("okay", Act::Assents),
        ("🎉", Act::Signs),
        ("", Act::Empty),
        ("fixed it", Act::Settles),
        ("where is it?", Act::Asks),
        ("try the blue button", Act::Answers),
        ("the lorry left", Act::Says),
    ] {
        assert_eq!(tone(text).act, act, "{text}");
    }
}

#[test]
fn a_curly_apostrophe_is_an_apostrophe() {
    assert_eq!(tone("it doesn’t open"), tone("it doesn't open"));
}

#[test]
fn no_cue_is_written_in_capitals_or_longer_than_is_looked_for() {
    for phrase in [cues::SOLVED, cues::TROUBLE, cues::ASKING, cues::ANSWERING, cues::TURNING]
        .join(",")
        .split(',')
        .map(str::trim)
    {
        assert_eq!(phrase, phrase.to_lowercase());
        assert!(phrase.split(' ').count() <= LONGEST_PHRASE, "{phrase}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in ".{0,300}") {
        let _ = tone(&text);
    }

    #[test]
    fn capitals_and_spaces_change_nothing_about_a_question(word in "[a-z]{3,9}") {
        let asked = format!("where is the {word}?");
        prop_assert_eq!(tone(&asked).need, Need::Answer);
        prop_assert_eq!(tone(&asked.to_uppercase()).need, Need::Answer);
        prop_assert_eq!(tone(&asked.replace(' ', "  ")).need, Need::Answer);
    }
}
