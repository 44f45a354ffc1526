//! What people and the bot say to each other, in the words of no platform.
