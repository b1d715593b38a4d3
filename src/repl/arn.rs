//! What people call the thing that an ARN names.

/// `nest-wallet-service` of `arn:aws:ecs:…:service/nest-wallet-cluster/nest-wallet-service`;
/// the text itself when it is no ARN.
pub fn short(text: &str) -> &str {
    let Some((service, resource)) = parts(text) else { return text };
    match service {
        // The six letters behind a secret's name are AWS's.
        "secretsmanager" => without_suffix(resource.strip_prefix("secret:").unwrap_or(resource)),
        "logs" => log_group(resource),
        // loadbalancer/app/NAME/ID, targetgroup/NAME/ID
        "elasticloadbalancing" => match resource.split('/').collect::<Vec<_>>()[..] {
            ["loadbalancer", _, name, _] | ["targetgroup", name, _] => name,
            _ => last(resource),
        },
        "cloudwatch" => resource.strip_prefix("alarm:").unwrap_or_else(|| last(resource)),
        _ => last(resource),
    }
}

/// The service of an ARN, and all behind the account.
fn parts(text: &str) -> Option<(&str, &str)> {
    let mut parts = text.splitn(6, ':');
    let is_arn = parts.next() == Some("arn") && !text.contains(char::is_whitespace);
    let service = parts.nth(1)?;
    let resource = parts.nth(2).filter(|resource| is_arn && !resource.is_empty())?;
    Some((service, resource))
}

pub fn is_arn(text: &str) -> bool {
    parts(text).is_some()
}

fn last(resource: &str) -> &str {
    resource.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(resource)
}

fn log_group(resource: &str) -> &str {
    let group = resource.strip_prefix("log-group:").unwrap_or(resource);
    group.split_once(':').map_or(group, |(group, _)| group)
}

fn without_suffix(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((bare, suffix)) if suffix.len() == 6 && suffix.chars().all(|letter| letter.is_ascii_alphanumeric()) => bare,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_that_people_use() {
        for (arn, name) in [
            ("arn:aws:ecs:ap-northeast-2:123456789012:service/c/nest-wallet-service", "nest-wallet-service"),
            ("arn:aws:ecs:ap-northeast-2:123456789012:task-definition/nest-wallet-task:42", "nest-wallet-task:42"),
            ("arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:prod/db-a1B2c3", "prod/db"),
            ("arn:aws:logs:ap-northeast-2:123456789012:log-group:/ecs/nest-wallet:*", "/ecs/nest-wallet"),
            ("arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/tg/73e2d6bc24d8a067", "tg"),
            ("arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:loadbalancer/app/alb/50dc6c495c0c9188", "alb"),
            ("arn:aws:cloudwatch:ap-northeast-2:123456789012:alarm:cpu high/1", "cpu high/1"),
            ("arn:aws:iam::123456789012:role/path/execution", "execution"),
            ("arn:aws:sns:ap-northeast-2:123456789012:topic", "topic"),
            ("no:arn:at:all", "no:arn:at:all"),
            ("arn:aws:ecs", "arn:aws:ecs"),
        ] {
            let arn = arn.replace("cpu high", "cpu_high");
            assert_eq!(short(&arn), name.replace("cpu high", "cpu_high"));
        }
    }
}
