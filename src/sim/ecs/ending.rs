//! Why a task stops, in AWS's words.

pub struct Ending {
    pub code: &'static str,
    pub reason: String,
}

impl Ending {
    fn new(code: &'static str, reason: impl Into<String>) -> Ending {
        Ending { code, reason: reason.into() }
    }

    pub fn scaled(deployment: &str) -> Ending {
        Ending::new("ServiceSchedulerInitiated", format!("Scaling activity initiated by (deployment {deployment})"))
    }

    pub fn sick_target(target_group: &str) -> Ending {
        Ending::new("ServiceSchedulerInitiated", format!("Task failed ELB health checks in (target-group {target_group})"))
    }

    pub fn sick_container() -> Ending {
        Ending::new("ServiceSchedulerInitiated", "Task failed container health checks")
    }

    pub fn exited() -> Ending {
        Ending::new("EssentialContainerExited", "Essential container in task exited")
    }

    pub fn never_ran(reason: &str) -> Ending {
        Ending::new("TaskFailedToStart", reason)
    }

    pub fn by_user(reason: Option<&str>) -> Ending {
        Ending::new("UserInitiated", reason.unwrap_or("Task stopped by user"))
    }
}
