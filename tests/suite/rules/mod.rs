//! The numbered rules of the simulator, seen from outside: requests go in,
//! answers come out, and time passes only as a test lets it.

mod account;
mod balancer;
mod faults;
mod registry;
mod secrets;
