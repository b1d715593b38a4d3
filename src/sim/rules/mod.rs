//! Rules of ECS as pure functions of numbers, apart from the state they are
//! applied to.

pub mod breaker;
pub mod capacity;
pub mod containers;
pub mod definition;
pub mod fargate;

/// How many tasks AWS lets a service have.
pub const MOST_TASKS: i64 = 5000;
