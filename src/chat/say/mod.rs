//! Every sentence of the product: what happened becomes a card, in plain and warm words.
//!
//! Invariant: what people typed stands in plain, italic or quoted spans only; everything that comes
//! unasked says in its small print why it came and how to stop it. Nothing here decides anything.

pub mod pieces;

pub mod standing;

pub mod buttons;

pub mod notices;

pub mod status;

pub mod offers;

pub mod home;

pub mod handoff;

pub mod lists;

pub mod forms;

pub mod availability;

pub mod refusals;

pub mod service;

pub mod link;

pub mod relay;

pub mod explain;

#[cfg(test)]
mod tests;
