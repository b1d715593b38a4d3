//! Which members of requests hold names of live things, told by their names:
//! AWS calls the same thing the same everywhere, give or take a plural.

use crate::repl::live::Kind;

/// Modules and members that take the name of something that exists. A member
/// without a module means the same in all of them.
const MEMBERS: &[(&str, &[&str], Kind)] = &[
    ("ecs", &["cluster", "clusters", "clusterArn"], Kind::Cluster),
    ("ecs", &["service", "services", "serviceName", "serviceArn"], Kind::Service),
    ("ecs", &["task", "tasks"], Kind::Task),
    ("ecs", &["family", "familyPrefix"], Kind::Family),
    ("ecs", &["taskDefinition", "taskDefinitions"], Kind::TaskDefinition),
    ("secretsmanager", &["SecretId", "SecretIdList"], Kind::Secret),
    (
        "logs",
        &[
            "logGroupName",
            "logGroupNames",
            "logGroupNamePrefix",
            "logGroupNamePattern",
            "logGroupIdentifier",
            "logGroupIdentifiers",
        ],
        Kind::LogGroup,
    ),
    ("logs", &["logStreamName", "logStreamNames", "logStreamNamePrefix"], Kind::LogStream),
    ("cloudwatch", &["AlarmName", "AlarmNames", "AlarmNamePrefix", "ChildrenOfAlarmName", "ParentsOfAlarmName"], Kind::Alarm),
    ("cloudwatch", &["DashboardName", "DashboardNames", "DashboardNamePrefix"], Kind::Dashboard),
    ("ecr", &["repositoryName", "repositoryNames"], Kind::Repository),
    ("elbv2", &["TargetGroupArn", "TargetGroupArns"], Kind::TargetGroup),
    ("application_autoscaling", &["ResourceId", "ResourceIds"], Kind::ScalableResource),
];

/// Params of runbooks, as the shipped ones and most people's call them.
const PARAMS: &[(&str, Kind)] = &[
    ("cluster", Kind::Cluster),
    ("clusters", Kind::Cluster),
    ("service", Kind::Service),
    ("services", Kind::Service),
    ("task", Kind::Task),
    ("tasks", Kind::Task),
    ("family", Kind::Family),
    ("revision", Kind::TaskDefinition),
    ("to", Kind::TaskDefinition),
    ("secret_id", Kind::Secret),
    ("log_group", Kind::LogGroup),
    ("log_groups", Kind::LogGroup),
    ("group", Kind::LogGroup),
    ("alarm", Kind::Alarm),
    ("dashboard", Kind::Dashboard),
    ("repository", Kind::Repository),
    ("target_group", Kind::TargetGroup),
];

pub fn of_member(module: &str, member: &str) -> Option<Kind> {
    let row = MEMBERS.iter().find(|(of, members, _)| *of == module && members.contains(&member))?;
    Some(row.2)
}

pub fn of_param(name: &str) -> Option<Kind> {
    PARAMS.iter().find(|(param, _)| *param == name).map(|(_, kind)| *kind)
}

/// The member beside it that says in which cluster or group a name is.
pub fn within(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Service | Kind::Task => &["cluster"],
        Kind::LogStream => &["logGroupName", "logGroupIdentifier"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::SERVICES;

    #[test]
    fn every_row_is_a_member_of_some_request() {
        for (module, members, _) in MEMBERS {
            let service = SERVICES.iter().find(|service| service.module == *module).expect(module);
            for member in *members {
                let has = |operation: &crate::api::Operation| {
                    operation.input().is_some_and(|input| input.members.contains_key(*member))
                };
                assert!(service.operations.iter().any(has), "{module} {member}");
            }
        }
    }
}
