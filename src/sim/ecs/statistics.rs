//! What there is in a cluster, counted at the moment of the answer.

use super::super::Sim;
use super::super::document::Document;
use super::service::Service;
use super::task::Task;
use crate::map;
use crate::value::Value;

const PLATFORMS: [(&str, &str); 3] = [("EC2", "EC2"), ("FARGATE", "Fargate"), ("EXTERNAL", "External")];

/// Puts the four counts into a cluster's document, and the finer ones if asked.
pub fn count(sim: &Sim, cluster: &str, document: &mut Document, finely: bool) {
    let services: Vec<&Service> = sim.ecs.services.values().filter(|service| service.cluster == cluster).collect();
    let tasks: Vec<&Task> = sim.ecs.tasks.all().filter(|task| task.cluster() == cluster).collect();
    let active = services.iter().filter(|service| service.document.text("status") == "ACTIVE").count();
    document.set("activeServicesCount", active as i64);
    document.set("runningTasksCount", tasks.iter().filter(|task| task.is_running()).count() as i64);
    document.set("pendingTasksCount", tasks.iter().filter(|task| task.is_pending()).count() as i64);
    document.set("registeredContainerInstancesCount", 0);
    let statistics = if finely { statistics(&services, &tasks) } else { vec![] };
    document.set("statistics", statistics);
}

/// Texts, although they are numbers: AWS answers pairs of names and texts.
fn statistics(services: &[&Service], tasks: &[&Task]) -> Vec<Value> {
    let mut all = vec![];
    for (platform, title) in PLATFORMS {
        let here = |document: &Document| {
            let found = document.text("launchType");
            found == platform || (found.is_empty() && platform == "FARGATE")
        };
        let services = |status: &str| {
            let found = services.iter().filter(|service| service.document.text("status") == status && here(&service.document));
            found.count()
        };
        let tasks = |is: fn(&Task) -> bool| tasks.iter().filter(|task| is(task) && here(&task.document)).count();
        all.extend([
            (format!("running{title}TasksCount"), tasks(Task::is_running)),
            (format!("pending{title}TasksCount"), tasks(Task::is_pending)),
            (format!("active{title}ServiceCount"), services("ACTIVE")),
            (format!("draining{title}ServiceCount"), services("DRAINING")),
        ]);
    }
    all.into_iter().map(|(name, count)| map! { "name" => name, "value" => count.to_string() }).collect()
}
