//! What platforms show of the commands in a reader's own language, by the English words of the catalog.
//!
//! Invariant: what has no words of its own is shown in English; nothing stands here that the catalog does
//! not say. Names that people type stay the same in every language.

/// A language.
#[derive(Debug)]
pub struct Language {
    /// Its code.
    pub code: &'static str,
    words: &'static [(&'static str, &'static str)],
}

impl Language {
    /// The words for English ones of the catalog.
    pub fn says(&self, english: &str) -> Option<&'static str> {
        self.words.iter().find(|(known, _)| *known == english).map(|(_, words)| *words)
    }

    /// All English words with theirs.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.words.iter().copied()
    }
}

/// All languages beside English.
pub const LANGUAGES: &[Language] = &[Language { code: "de", words: GERMAN }];

const GERMAN: &[(&str, &str)] = &[
    ("Hand off", "Weitergeben"),
    ("Hand this person to …", "Person weitergeben …"),
    (
        "Hand a request to the volunteers of a topic; alone, it opens a form.",
        "Ein Anliegen an die Freiwilligen eines Themas geben; allein öffnet es ein Formular.",
    ),
    ("The topic it belongs to, if you know it.", "Das Thema, zu dem es gehört, wenn du es kennst."),
    (
        "What is needed; a form asks if you leave it out.",
        "Was gebraucht wird; fehlt es, fragt ein Formular danach.",
    ),
    ("Say which topics you help with, and when.", "Sagen, bei welchen Themen du hilfst und wann."),
    ("What is set for you now.", "Was für dich gerade gilt."),
    ("Volunteer for topics.", "Bei Themen mithelfen."),
    ("Stop volunteering for topics.", "Bei Themen nicht mehr mithelfen."),
    ("One topic or several.", "Ein Thema oder mehrere."),
    (
        "Set your own hours; alone, the organisation's hours apply again.",
        "Eigene Zeiten setzen; allein gelten wieder die der Organisation.",
    ),
    ("Such as Mon-Thu 08:30-12:30, 13:00-16:00.", "Etwa Mon-Thu 08:30-12:30, 13:00-16:00."),
    (
        "How many open requests you want to hold at most.",
        "Wie viele offene Anliegen du höchstens halten möchtest.",
    ),
    (
        "Open requests at most; empty: the organisation's number.",
        "Höchstens so viele offene Anliegen; leer: die Zahl der Organisation.",
    ),
    (
        "Not be asked until then, or until you resume.",
        "Bis dahin nicht gefragt werden, oder bis du weitermachst.",
    ),
    ("Such as 2h, 17:00, tomorrow or 2026-12-24.", "Etwa 2h, 17:00, tomorrow oder 2026-12-24."),
    ("Be asked again.", "Wieder gefragt werden."),
    (
        "Who is asked in your place while you pause.",
        "Wer an deiner Stelle gefragt wird, während du pausierst.",
    ),
    ("A colleague; empty: nobody.", "Jemand aus dem Kollegium; leer: niemand."),
    ("See what is open, and who is on now.", "Sehen, was offen ist und wer gerade da ist."),
    ("What you hold and what you wait for.", "Was du hältst und worauf du wartest."),
    ("What you are asked to take.", "Was dir angeboten ist."),
    ("The topic.", "Das Thema."),
    ("What is open in a topic.", "Was in einem Thema offen ist."),
    ("One topic; empty: all.", "Ein Thema; leer: alle."),
    ("Who is on now.", "Wer gerade da ist."),
    ("Its number, or words that stand in it.", "Die Nummer, oder Worte daraus."),
    ("One request, with everything that happened.", "Ein Anliegen mit allem, was geschehen ist."),
    ("Help, topics and settings.", "Hilfe, Themen und Einstellungen."),
    ("One command; empty: all.", "Ein Befehl; leer: alle."),
    ("How to use the bot; only you see the answer.", "Wie es geht; nur du siehst die Antwort."),
    ("All topics, with their volunteers and channels.", "Alle Themen mit ihren Freiwilligen und Kanälen."),
    ("One word, as people will type it.", "Ein Wort, wie es getippt wird."),
    ("Such as invoices, refunds, payment terms.", "Etwa Rechnungen, Erstattungen, Zahlungsziele."),
    ("Add a topic.", "Ein Thema anlegen."),
    ("What to change.", "Was sich ändert."),
    ("Its new value; empty: the default again.", "Der neue Wert; leer: wieder die Vorgabe."),
    (
        "Change a topic; without a value, the default applies again.",
        "Ein Thema ändern; ohne Wert gilt wieder die Vorgabe.",
    ),
    ("Remove a topic that has no open requests.", "Ein Thema ohne offene Anliegen entfernen."),
    ("One setting; empty: all.", "Eine Einstellung; leer: alle."),
    ("Its new value, or default.", "Der neue Wert, oder default."),
    (
        "See all settings and where each comes from; admins change them.",
        "Alle Einstellungen und woher jede kommt; Admins ändern sie.",
    ),
];
