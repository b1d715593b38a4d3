//! The numbered rules of the simulator, seen from outside: requests go in,
//! answers come out, and time passes only as a test lets it. E for what the
//! scheduler of ECS starts and stops; those of its rules that take a fault stand
//! beside the simulator.

mod alarms;
mod capacity;
mod events;
mod running;
mod secrets;
mod secrets_of_tasks;
mod service_deployments;
mod stage;
