//! The numbered rules of the simulator, each a sentence and a test. Requests go
//! in, answers come out, and time passes only as a test lets it.
//!
//! D task definitions, C clusters, services and the account, L lists and
//! batches, T tags, S secrets, R images, B load balancers, A scaling, M metrics,
//! alarms and dashboards, F faults, E the scheduler.

mod account;
mod alarms;
mod balancer;
mod capacity;
mod clusters;
mod containers;
mod create;
mod definitions;
mod delete;
mod desk;
mod evenings;
mod events;
mod fargate;
mod faults;
mod index;
mod lists;
mod pages;
mod protection;
mod random;
mod registry;
mod revisions;
mod running;
mod scaling;
mod secrets;
mod secrets_of_tasks;
mod service_deployments;
mod settings;
mod stage;
mod tags;
mod update;
mod watching;
mod words;
