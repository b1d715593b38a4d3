//! The numbered rules of the sandbox, each a sentence and a test: E for the
//! scheduler of ECS and what it starts and stops. Those that take a fault stand
//! beside the simulator.

mod alarms;
mod capacity;
mod events;
mod running;
mod service_deployments;
mod stage;
