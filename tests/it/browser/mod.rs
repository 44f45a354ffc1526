//! The playground as people meet it: over HTTP, and in a real browser.

mod stage;

mod eyes;

mod without;

mod path;

mod care;

mod malice;

mod phone;

mod homes;
