//! One service: its document, its deployments and what became of them.

use serde::{Deserialize, Serialize};

use super::super::Sim;
use super::super::document::Document;
use super::super::place::short;
use super::super::refuse::refuse;
use super::super::rules::MOST_TASKS;
use super::super::rules::breaker::Breaker;
use super::super::rules::capacity::Limits;
use super::super::timed::Due;
use super::backoff::Backoff;
use super::deployments;
use super::pace::Pace;
use super::rollouts::Rollout;
use super::watch::Watch;
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Timestamp, Value};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Service {
    pub cluster: String,
    pub name: String,
    /// Without deployments, events and counts: those are put in when it is shown.
    pub document: Document,
    /// Newest first; the first is the PRIMARY one.
    pub deployments: Vec<Document>,
    /// Newest first.
    pub events: Vec<Document>,
    /// Newest first, and never forgotten.
    pub rollouts: Vec<Rollout>,
    pub revisions: Vec<Document>,
    /// When the scheduler looks next.
    pub tick_at: Timestamp,
    /// When it said that it is steady, if nothing happened since.
    pub steady_at: Option<Timestamp>,
    /// It has said that its percentages leave no room.
    pub stuck: bool,
    /// The deployment that was completed last, to which a rollback returns.
    pub last_good: Option<Document>,
    pub watch: Watch,
    pub backoff: Backoff,
}

impl Due for Service {
    fn due(&self) -> Option<Timestamp> {
        Some(self.tick_at)
    }
}

impl Service {
    /// What the state keeps it under.
    pub fn key(&self) -> String {
        key(&self.cluster, &self.name)
    }

    /// Deleted, and its last task gone.
    pub fn is_inactive(&self) -> bool {
        self.document.text("status") == "INACTIVE"
    }

    /// The scheduler looks after it: it is there, and nobody else deploys it.
    pub fn is_scheduled(&self) -> bool {
        let controller = self.document.get("deploymentController").and_then(|controller| controller.text("type"));
        !self.is_inactive() && controller.is_none_or(|controller| controller == "ECS")
    }

    pub fn limits(&self) -> Limits {
        let configuration = self.document.get("deploymentConfiguration");
        let percent = |name, default| configuration.and_then(|all| all.get(name)?.as_int()).unwrap_or(default);
        Limits {
            desired: self.document.int("desiredCount"),
            minimum_percent: percent("minimumHealthyPercent", 100),
            maximum_percent: percent("maximumPercent", 200),
        }
    }

    /// The ARNs of the target groups its tasks register at.
    pub fn target_groups(&self) -> Vec<String> {
        let balancers = self.document.items("loadBalancers").iter();
        balancers.filter_map(|balancer| balancer.text("targetGroupArn")).map(str::to_owned).collect()
    }

    pub fn primary(&mut self) -> &mut Document {
        self.deployments.first_mut().expect("a service has a deployment from its first moment")
    }

    pub fn primary_id(&self) -> &str {
        self.deployments.first().map_or("", |deployment| deployment.text("id"))
    }

    /// Its first target group, with the port that is checked there.
    pub fn target(&self) -> Option<(String, i64)> {
        let mut balancers = self.document.items("loadBalancers").iter();
        balancers.find_map(|balancer| {
            let port = balancer.get("containerPort").and_then(Value::as_int).unwrap_or_default();
            Some((balancer.text("targetGroupArn")?.to_owned(), port))
        })
    }

    pub fn is_balanced(&self) -> bool {
        self.document.items("loadBalancers").iter().any(|balancer| balancer.text("targetGroupArn").is_some())
    }

    pub fn breaker(&self) -> Breaker {
        Breaker::of(self.document.get("deploymentConfiguration"))
    }

    /// How long after RUNNING failing health checks are not looked at.
    pub fn grace_ms(&self) -> i64 {
        self.document.int("healthCheckGracePeriodSeconds").saturating_mul(1000)
    }

    /// The scheduler looks at `time` at the latest.
    pub fn look_by(&mut self, time: Timestamp) {
        self.tick_at = self.tick_at.min(time);
    }

    /// Somebody changed it: the scheduler looks at its next regular moment, and
    /// whatever it waited for or complained about is forgotten.
    pub fn wake(&mut self, now: Timestamp, pace: &Pace) {
        self.look_by(pace.next_tick(now));
        self.steady_at = None;
        self.stuck = false;
        self.backoff = Backoff::default();
    }
}

pub fn key(cluster: &str, service: &str) -> String {
    format!("{cluster}/{service}")
}

/// The key of the service that a request means, by name or ARN.
pub fn named(sim: &Sim, cluster: &str, service: &str) -> Result<String, Failure> {
    let key = key(cluster, short(service));
    match sim.ecs.services.contains(&key) {
        true => Ok(key),
        false => Err(refuse("ServiceNotFoundException", "Service not found.")),
    }
}

/// Puts a service into a cluster, with its first deployment. Its settings are
/// not questioned: that is for those who pass on a request.
pub fn create(sim: &mut Sim, cluster: &str, name: &str, mut settings: Map) {
    let own = deployments::take_own(&mut settings);
    let mut document = Document::from(map! {
        "serviceArn" => sim.place.ecs(&format!("service/{cluster}/{name}")),
        "serviceName" => name,
        "clusterArn" => sim.place.ecs(&format!("cluster/{cluster}")),
        "status" => "ACTIVE",
        "schedulingStrategy" => "REPLICA",
        "deploymentController" => map! { "type" => "ECS" },
        "availabilityZoneRebalancing" => "DISABLED",
        "createdAt" => sim.now,
        "createdBy" => format!("arn:aws:iam::{}:user/sandbox", sim.place.account),
        "roleArn" => format!("arn:aws:iam::{}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS", sim.place.account),
        "enableECSManagedTags" => true,
        "propagateTags" => "NONE",
        "enableExecuteCommand" => false,
    });
    for name in ["loadBalancers", "serviceRegistries", "placementConstraints", "placementStrategy"] {
        document.set(name, Value::List(vec![]));
    }
    document.extend(settings);
    let mut service = Service {
        cluster: cluster.to_owned(),
        name: name.to_owned(),
        document,
        deployments: vec![],
        events: vec![],
        rollouts: vec![],
        revisions: vec![],
        tick_at: sim.ecs.pace.next_tick(sim.now),
        steady_at: None,
        stuck: false,
        last_good: None,
        watch: Watch::default(),
        backoff: Backoff::default(),
    };
    deployments::open(sim, &mut service, &own);
    sim.ecs.services.put(&key(cluster, name), service);
}

/// Brings a service's desired count between two bounds, as registering a
/// scalable target does; they may be wider than what a service can have.
pub fn scale_into(sim: &mut Sim, key: &str, least: i64, most: i64) {
    let (now, pace) = (sim.now, &sim.ecs.pace);
    sim.ecs.services.change(key, |service| {
        if service.document.text("status") != "ACTIVE" {
            return;
        }
        let desired = service.document.int("desiredCount");
        let wanted = desired.min(most).max(least).min(MOST_TASKS);
        if wanted != desired {
            service.document.set("desiredCount", wanted);
            service.wake(now, pace);
        }
    });
}
