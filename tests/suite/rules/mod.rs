//! The numbered rules of the sandbox, each a sentence and a test: D for task
//! definitions, C for clusters, services and the account, L for lists and
//! batches, T for tags.

mod account;
mod clusters;
mod containers;
mod create;
mod definitions;
mod delete;
mod desk;
mod fargate;
mod lists;
mod pages;
mod protection;
mod revisions;
mod tags;
mod update;
