//! What people and the bot say to each other, in the words of no platform.
//!
//! In: [`inbound`] and [`command`]. Out: [`notice`] (what happened, as data) becomes a [`card`], the
//! only place with wording; a platform renders the card. [`catalog`] declares every command once.

pub mod text;

pub mod command;

pub mod catalog;

pub mod translated;

pub mod parse;

pub mod inbound;

pub mod form;

pub mod card;

pub mod notice;

pub mod platform;

pub mod say;
