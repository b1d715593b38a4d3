//! The numbered rules of ECS as pure functions of numbers and documents, apart
//! from the state they are applied to. Rules of failure (the circuit breaker's
//! counting, the backoff, the replacement of unhealthy tasks) will stand here
//! too.

pub mod breaker;
pub mod capacity;
pub mod containers;
pub mod definition;
pub mod fargate;
