//! A page that says kindly why there is nothing else to see, with a way back. The script on the page
//! reads its words out and shows them where the person is.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, html};

/// The page; `words` say what is the matter and what to do.
pub fn page(status: StatusCode, words: &str) -> Response {
    let title = if status == StatusCode::NOT_FOUND { "There is nothing here" } else { "That was not done" };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Goodturn playground" }
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/page.css";
            }
            body.kind {
                main {
                    img src="/icon.svg" alt="" width="44" height="44";
                    h1 { (title) }
                    p #why { (words) }
                    p { a href="/" { "To the front page" } }
                }
            }
        }
    };
    (status, Html(page.into_string())).into_response()
}

/// Nothing of this address is there, or not for this person.
pub fn nothing_here() -> Response {
    let words = "Nobody is called that, or this person does not read that place. Perhaps the story began \
                 anew and took it along.";
    page(StatusCode::NOT_FOUND, words)
}
