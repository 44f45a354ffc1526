//! A day told in text, played through the real app: the world, its people, the chat they read, and the
//! script that says who does what when.
//!
//! Invariant: the same script gives the same words to the letter; nothing here asks a real clock.

pub mod chat;

pub mod people;

pub mod screen;

pub mod script;

pub mod setting;

pub mod skin;

pub mod stage;

pub mod world;
