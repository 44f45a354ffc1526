//! A form that is open, as a dialog over the page.

use maud::{Markup, html};

use super::layout::View;
use super::text;
use crate::chat::form::{Answer, Field, Input, Need};
use crate::domain::person::Standing;
use crate::playground::company;
use crate::playground::home::Home;
use crate::playground::world::OpenForm;

/// The dialog; it is there while the form is open, and only then.
pub fn dialog(view: &View<'_>) -> Markup {
    let Some(open) = view.world.forms.get(view.who) else { return html! {} };
    let action = format!("/as/{}/{}/do", view.who, open.room);
    html! {
        dialog #form open aria-labelledby="form-title" data-form=(open.number) {
            form.fields method="post" action=(action) {
                h2 #form-title { (open.form.title) }
                input type="hidden" name="deed" value="submit";
                input type="hidden" name="form" value=(open.number);
                @for field in &open.form.fields { (self::field(field, open, view.world.home(&open.room))) }
                div.actions {
                    button type="submit" data-weight="main" { (open.form.submit) }
                }
            }
            form.cancel method="post" action=(action) {
                input type="hidden" name="deed" value="cancel";
                button type="submit" data-weight="plain" { "Cancel" }
            }
        }
    }
}

fn field(field: &Field, open: &OpenForm, home: Home) -> Markup {
    let id = format!("field-{}", field.name);
    let name = format!("answer:{}", field.name);
    let mend = open.mends.iter().find(|mend| mend.field == field.name);
    let described = [(field.hint.is_some(), "hint"), (mend.is_some(), "mend")]
        .iter()
        .filter(|(there, _)| *there)
        .map(|(_, what)| format!("{id}-{what}"))
        .collect::<Vec<_>>()
        .join(" ");
    let described = (!described.is_empty()).then_some(described);
    let invalid = mend.map(|_| "true");
    let required = field.need == Need::Required;
    let given = match open.answers.get(&field.name) {
        Some(Answer::Words(words)) => Some(words.as_str()),
        Some(Answer::Person(user)) => Some(user.as_str()),
        None => None,
    };
    let sent = !open.answers.is_empty();
    html! {
        @if let Input::Checks { options, initial } = &field.input {
            fieldset aria-describedby=[described] {
                legend { (field.label) }
                @for option in options {
                    @let ticked = if sent {
                        given.is_some_and(|given| given.split(',').any(|one| one == option.value))
                    } else {
                        initial.contains(&option.value)
                    };
                    label.check {
                        input type="checkbox" name=(name) value=(option.value) checked[ticked];
                        (option.label)
                    }
                }
                (notes(field, &id, mend.map(|mend| mend.why.as_str())))
            }
        } @else {
            div.field {
                label for=(id) {
                    (field.label)
                    @if !required { span.note { "optional" } }
                }
                @match &field.input {
                    Input::Line { initial, max } => input type="text" id=(id) name=(name) maxlength=(max)
                        value=(given.unwrap_or(initial)) required[required] aria-describedby=[described]
                        aria-invalid=[invalid] autocomplete="off";,
                    Input::Words { initial, max } => textarea id=(id) name=(name) maxlength=(max) rows="4"
                        required[required] aria-describedby=[described] aria-invalid=[invalid] {
                        "\n" (given.unwrap_or(initial))
                    },
                    Input::Choice { options, initial } => select id=(id) name=(name) required[required]
                        aria-describedby=[described] aria-invalid=[invalid] {
                        @let chosen = given.or(initial.as_deref());
                        @if chosen.is_none() || !required { option value="" { "Choose" } }
                        @for option in options {
                            option value=(option.value) selected[chosen == Some(option.value.as_str())] { (option.label) }
                        }
                    },
                    Input::Person => select id=(id) name=(name) required[required]
                        aria-describedby=[described] aria-invalid=[invalid] {
                        option value="" { "Choose a person" }
                        @for person in company::people_of(home).filter(|person| person.standing == Standing::Staff) {
                            option value=(person.handle) selected[given == Some(person.handle)] {
                                (text::name(person.handle)) ", " (person.from)
                            }
                        }
                    },
                    Input::Checks { .. } => {},
                }
                (notes(field, &id, mend.map(|mend| mend.why.as_str())))
            }
        }
    }
}

fn notes(field: &Field, id: &str, mend: Option<&str>) -> Markup {
    html! {
        @if let Some(hint) = &field.hint { p.hint id=(format!("{id}-hint")) { (hint) } }
        @if let Some(why) = mend { p.mend id=(format!("{id}-mend")) role="alert" { (why) } }
    }
}
