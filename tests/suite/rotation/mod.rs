//! `rotate-secret-and-redeploy`: raced against everything that can come between,
//! step by step where one thing goes wrong, and as a user types it.

mod races;
mod steps;
mod trial;
mod truth;
mod typed;
mod world;
